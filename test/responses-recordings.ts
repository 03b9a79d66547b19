/** Recorded responses of OpenAI and everybody who speaks like it, whole and streamed, with what was asked for them. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared, shared } from './shared.ts'

interface RecordedResponse {
  readonly name: string
  readonly provider: string
  readonly text: string
}

/** Every recorded exchange on the surface of responses. */
export const responsesExchanges: readonly Recording[] = hasShared
  ? [...recordings()].filter(({ surface }) => surface === 'responses')
  : []

/** Answers kept as files: a whole body, or one payload a line. */
const root = join(shared, 'data/recordings/vercel-ai')
const files = (ending: string): readonly RecordedResponse[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith(ending))
    .map(path => ({ name: path, provider: path.split('/')[0] ?? '', text: readFileSync(join(root, path), 'utf8') }))

const answers = (isStream: boolean): readonly RecordedResponse[] =>
  responsesExchanges
    .filter(({ response }) => response.status < 300)
    .map(({ id, provider, response }) => ({ name: id, provider, text: response.body.text ?? '' }))
    .filter(({ text }) => text.trimStart().startsWith('{') !== isStream)

const isEvent = (line: string): boolean => line.startsWith('{"type":"response.')
/** The payloads as an event stream, each under the name of its type. */
const streamOf = (text: string): string =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => `event: ${String((JSON.parse(line) as { readonly type?: unknown }).type)}\ndata: ${line}\n\n`)
    .join('')

/** Whole answers with a good status. */
export const wholeResponses: readonly RecordedResponse[] = hasShared
  ? [...answers(false), ...files('.json').filter(({ text }) => /"object": ?"response"/.test(text))]
  : []
/** Streamed answers with a good status, as the text of an event stream. */
export const streamedResponses: readonly RecordedResponse[] = hasShared
  ? [
      ...answers(true),
      ...files('.chunks.txt')
        .filter(({ text }) => isEvent(text))
        .map(one => ({ ...one, text: streamOf(one.text) })),
    ]
  : []

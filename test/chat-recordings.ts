/** Recorded chat answers of OpenAI and everybody who speaks like it, whole and streamed. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared, shared } from './shared.ts'

export interface RecordedAnswer {
  readonly name: string
  readonly provider: string
  readonly text: string
}

const surfaces = new Set(['chat', 'openai_compat_chat'])
/** Every recorded exchange on a chat completions surface. */
export const chatExchanges: readonly Recording[] = hasShared
  ? [...recordings()].filter(({ surface }) => surfaces.has(surface))
  : []

/** Answers kept as files: a whole body, or one payload a line. */
const root = join(shared, 'data/recordings/vercel-ai')
const files = (ending: string): readonly RecordedAnswer[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith(ending))
    .map(path => ({ name: path, provider: path.split('/')[0] ?? '', text: readFileSync(join(root, path), 'utf8') }))
const isChat = (text: string): boolean => {
  try {
    const json: unknown = JSON.parse(text.split('\n', 1)[0] === '{' ? text : (text.split('\n', 1)[0] ?? ''))
    return json !== null && typeof json === 'object' && 'choices' in json && !text.includes('"text_completion"')
  } catch {
    return false
  }
}

const answers = (isStream: boolean): readonly RecordedAnswer[] =>
  chatExchanges
    .filter(({ response }) => response.status < 300)
    .map(({ id, provider, response }) => ({ name: id, provider, text: response.body.text ?? '' }))
    .filter(({ text }) =>
      isStream ? text.includes('data: ') && !text.startsWith('{') : text.trimStart().startsWith('{'),
    )

/** Whole answers with a good status. */
export const wholeAnswers: readonly RecordedAnswer[] = hasShared
  ? [...answers(false), ...files('.json').filter(({ text }) => isChat(text))]
  : []
/** Streamed answers with a good status, as the text of an event stream. */
export const streamedAnswers: readonly RecordedAnswer[] = hasShared
  ? [
      ...answers(true),
      ...files('.chunks.txt')
        .filter(({ text }) => isChat(text))
        .map(one => ({
          ...one,
          text: `${one.text
            .split('\n')
            .filter(line => line !== '')
            .map(line => `data: ${line}\n\n`)
            .join('')}data: [DONE]\n\n`,
        })),
    ]
  : []
/** Error bodies: name, provider, text. */
export const failedAnswers: readonly RecordedAnswer[] = chatExchanges
  .filter(({ response }) => response.status >= 400)
  .map(({ id, provider, response }) => ({ name: id, provider, text: response.body.text ?? '' }))

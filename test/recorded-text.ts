/** Answers that were recorded as files: a whole body, or the payloads of a stream, one a line. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shared } from './shared.ts'

/** An answer as text: a JSON body, or an event stream. */
export interface RecordedText {
  readonly name: string
  readonly text: string
}
/** An answer, and whose it was. */
export interface RecordedAnswer extends RecordedText {
  readonly provider: string
}

const root = join(shared, 'data/recordings/vercel-ai')
/** The text of one of these files. */
export const keptText = (path: string): string => readFileSync(join(root, path), 'utf8')
/** All of these files whose name ends so, by their paths, which begin with the provider. */
export const keptAnswers = (ending: string): readonly RecordedAnswer[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith(ending))
    .map(path => ({ name: path, provider: path.split('/')[0] ?? '', text: keptText(path) }))

const plain = (line: string): string => `data: ${line}\n\n`
/** Payloads, one a line, as the event stream that they were. */
export const asEvents = (lines: string, frame: (line: string) => string = plain): string =>
  lines
    .split('\n')
    .filter(line => line !== '')
    .map(frame)
    .join('')
/** What ends a stream of OpenAI and of those who do as it does. */
export const done = 'data: [DONE]\n\n'

/** Recorded exchanges on `/v1/completions`, and answers kept as files. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared, shared } from './shared.ts'

export interface RecordedText {
  readonly name: string
  readonly text: string
}

/** Every recorded exchange; chats at addresses that only end alike are left out. */
export const completionExchanges: readonly Recording[] = hasShared
  ? [...recordings()].filter(
      ({ surface, request }) => surface === 'completions' && request.path.endsWith('/v1/completions'),
    )
  : []

const root = join(shared, 'data/recordings/vercel-ai/openai/completion')
const file = (name: string): string => readFileSync(join(root, name), 'utf8')
const textOf = ({ id, response }: Recording): RecordedText => ({ name: id, text: response.body.text ?? '' })
const good = completionExchanges.filter(({ response }) => response.status < 300)

/** Whole answers with a good status. */
export const wholeCompletions: readonly RecordedText[] = hasShared
  ? [
      ...good.filter(({ stream }) => !stream).map(textOf),
      { name: 'openai-completion-text.json', text: file('openai-completion-text.json') },
    ]
  : []
/** Streamed answers with a good status, as the text of an event stream; one server's are of its own make. */
export const streamedCompletions: readonly RecordedText[] = hasShared
  ? [
      ...good.filter(({ stream, provider }) => stream && provider !== 'writer').map(textOf),
      {
        name: 'openai-completion-text.chunks.txt',
        text: `${file('openai-completion-text.chunks.txt')
          .split('\n')
          .filter(line => line !== '')
          .map(line => `data: ${line}\n\n`)
          .join('')}data: [DONE]\n\n`,
      },
    ]
  : []
/** The stream of that one server. */
export const strangeStream: RecordedText | undefined = good
  .filter(({ stream, provider }) => stream && provider === 'writer')
  .map(textOf)[0]

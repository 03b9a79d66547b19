/** Recorded exchanges with Cohere's chat of the second version, and answers kept as files. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared, shared } from './shared.ts'

export interface RecordedText {
  readonly name: string
  readonly text: string
}

/** Every recorded exchange on `/v2/chat`. */
export const cohereExchanges: readonly Recording[] = hasShared
  ? [...recordings()].filter(({ surface }) => surface === 'v2_chat')
  : []

const root = join(shared, 'data/recordings/vercel-ai/cohere')
const file = (name: string): RecordedText => ({ name, text: readFileSync(join(root, name), 'utf8') })
/** One payload a line, as the event stream that it was. */
const asStream = ({ name, text }: RecordedText): RecordedText => {
  const lines = text.split('\n').filter(line => line !== '')
  return { name, text: `${lines.map(line => `data: ${line}\n\n`).join('')}data: [DONE]\n\n` }
}
const textOf = ({ id, response }: Recording): RecordedText => ({ name: id, text: response.body.text ?? '' })
const good = cohereExchanges.filter(({ response }) => response.status < 300)

/** Whole answers with a good status. */
export const wholeCohere: readonly RecordedText[] = hasShared
  ? [
      ...good.filter(({ stream }) => !stream).map(textOf),
      ...['citations', 'null-args', 'reasoning', 'text'].map(name => file(`cohere-${name}.json`)),
    ]
  : []
/** Streamed answers with a good status, as the text of an event stream. */
export const streamedCohere: readonly RecordedText[] = hasShared
  ? [
      ...good.filter(({ stream }) => stream).map(textOf),
      ...['reasoning', 'text'].map(name => asStream(file(`cohere-${name}.chunks.txt`))),
    ]
  : []

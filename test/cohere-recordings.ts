/** Recorded exchanges with Cohere's chat of the second version, and answers kept as files. */
import { asEvents, done, keptText } from './recorded-text.ts'
import type { RecordedText } from './recorded-text.ts'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared } from './shared.ts'

/** Every recorded exchange on `/v2/chat`. */
export const cohereExchanges: readonly Recording[] = hasShared
  ? [...recordings()].filter(({ surface }) => surface === 'v2_chat')
  : []

const file = (name: string): RecordedText => ({ name, text: keptText(`cohere/${name}`) })
const asStream = ({ name, text }: RecordedText): RecordedText => ({ name, text: `${asEvents(text)}${done}` })
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

/** Recorded exchanges on `/v1/completions`, and answers kept as files. */
import { asEvents, done, keptText } from './recorded-text.ts'
import type { RecordedText } from './recorded-text.ts'
import { recordings } from './recordings.ts'
import type { Recording } from './recordings.ts'
import { hasShared } from './shared.ts'

/** Every recorded exchange; chats at addresses that only end alike are left out. */
export const completionExchanges: readonly Recording[] = hasShared
  ? [...recordings()].filter(
      ({ surface, request }) => surface === 'completions' && request.path.endsWith('/v1/completions'),
    )
  : []

const file = (name: string): string => keptText(`openai/completion/${name}`)
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
        text: `${asEvents(file('openai-completion-text.chunks.txt'))}${done}`,
      },
    ]
  : []
/** The stream of that one server. */
export const strangeStream: RecordedText | undefined = good
  .filter(({ stream, provider }) => stream && provider === 'writer')
  .map(textOf)[0]

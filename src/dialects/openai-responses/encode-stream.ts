/** A streamed answer, written: the events that OpenAI's clients expect, numbered from 0 without a gap. */
import type { AnswerContext, Frame, FrameEncoder } from '../../ports/dialect.ts'
import { eventMender } from './mend-event.ts'
import { newPage } from './page.ts'
import { write } from './write-response.ts'
import type { Json } from '../../domain/json.ts'

const none: readonly Frame[] = []

const frameOf = (event: Json): Frame => ({ event: String(event['type']), data: JSON.stringify(event) })

/** An encoder for one stream; after a failure it gives an error frame and no end. */
export const encodeStream = (context: AnswerContext): FrameEncoder => {
  const page = newPage(context, false)
  // Our own events keep the schema, but for what the answer's maker put into them.
  const mend = eventMender()
  return {
    push: event => {
      if (page.hasEnded) return none
      write(page, event)
      const told = page.told.splice(0)
      if (told.length === 0) return none
      return told.flatMap(event => {
        const mended = mend(event)
        return mended === undefined ? none : [frameOf(mended)]
      })
    },
    losses: () => page.losses.list(),
  }
}

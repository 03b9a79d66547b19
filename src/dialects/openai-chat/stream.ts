/** A streamed answer, read: chunks, errors among them, and `[DONE]`. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Frame, FrameDecoder } from '../../ports/dialect.ts'
import { endEarly, fail, finish, newReading, readJson } from './answer.ts'
import type { Reading } from './answer.ts'
import { garbled, tooDeep } from '../garbled.ts'
import { errorIn } from './in-band-error.ts'
import { isRecord } from '../../domain/json.ts'
import { isTooDeep, parseJson } from '../fields.ts'

const none: readonly StreamEvent[] = []

/** What ends a stream. */
export const endMark = '[DONE]'

/** Reads the JSON of one frame. */
export const readFrame = (reading: Reading, { event, data }: Frame, json: unknown): readonly StreamEvent[] => {
  if (!isRecord(json)) {
    return fail(reading, garbled(`a frame of the answer holds no JSON object: ${data.slice(0, 80)}`))
  }
  if (isTooDeep(json, data.length)) return fail(reading, tooDeep)
  // An error by name only: some servers put its members at the top.
  if (event === 'error' && errorIn(json) === undefined) return fail(reading, errorIn({ error: json }) ?? garbled(data))
  return readJson(reading, json, false)
}

/** A decoder for one stream. */
export const decodeStream = (): FrameDecoder => {
  const reading = newReading()
  return {
    push(frame) {
      if (reading.hasEnded || frame.data === '') return none
      if (frame.data.startsWith(endMark)) return finish(reading)
      return readFrame(reading, frame, parseJson(frame.data))
    },
    end: () => (reading.hasEnded ? none : endEarly(reading)),
  }
}

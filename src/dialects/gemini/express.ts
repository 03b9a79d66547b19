/** The short way: bodies and streams of this dialect pass untouched, and are only read. */
import type { Delivery } from '../../domain/delivery.ts'
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { RawBody } from '../../domain/request.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { ExpressLane, FrameDecoder, Scanner } from '../../ports/dialect.ts'
import { frameCutter, framesIn } from '../framing.ts'
import { editMembers } from '../json-text.ts'
import { abilitiesOf } from './abilities.ts'
import { garbled } from './failure.ts'
import { fitModel } from './fit-model.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { hasForeign, isSigned, withSignatures, withoutForeignSignatures } from './signed-calls.ts'
import { decodeStream } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import { parseJson } from '../fields.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const blankLine = encoder.encode('\n\n')

/** What was read, without the events: the bytes tell the client the same. */
const withBytes = ({ events: _events, ...facts }: Delivery, bytes: Uint8Array | undefined): Delivery =>
  bytes === undefined || bytes.length === 0 ? facts : { ...facts, bytes }

const joined = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  const both = new Uint8Array(left.length + right.length)
  both.set(left)
  both.set(right, left.length)
  return both
}
const bom = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)

/** Reads whole frames; of bytes that tell of a failure only what stands before it is passed on. */
const scan = (bytes: Uint8Array, from: number, reader: FrameDecoder): Delivery => {
  const events: StreamEvent[] = []
  for (const { start, frame } of framesIn(from === 0 ? bytes : bytes.subarray(from))) {
    if (frame === undefined) continue
    const told = reader.push(frame)
    for (const event of told) events.push(event)
    if (told.at(-1)?.type === 'response-failed') return withBytes(deliveryOf(events), bytes.subarray(0, from + start))
  }
  return withBytes(deliveryOf(events), bytes)
}

/** The last frame, if it is whole but for its blank line. */
const lastFrame = (rest: Uint8Array): Uint8Array | undefined => {
  const frame = framesIn(rest).at(-1)?.frame
  return frame !== undefined && isRecord(parseJson(frame.data)) ? joined(rest, blankLine) : undefined
}

const scanStream = (): Scanner => {
  const cutter = frameCutter()
  const reader = decodeStream()
  let isFirst = true
  let isDone = false
  const note = (delivery: Delivery): Delivery => {
    if (delivery.ended === true || delivery.failure !== undefined) isDone = true
    return delivery
  }
  const read = (bytes: Uint8Array): Delivery => {
    // A byte order mark may stand before the first frame only.
    const from = isFirst ? bom(bytes) : 0
    isFirst = false
    return note(scan(bytes, from, reader))
  }
  return {
    push(chunk) {
      if (isDone) return nothing
      const whole = cutter.push(chunk)
      if (cutter.overflowed) {
        return note({ ...nothing, failure: garbled('a frame of the answer is longer than 16 MiB; it must be shorter') })
      }
      return whole === undefined ? nothing : read(whole)
    },
    end() {
      if (isDone) return nothing
      const last = lastFrame(cutter.rest())
      const delivery = last === undefined ? nothing : read(last)
      if (isDone) return delivery
      const { events: _events, ...end } = deliveryOf(reader.end())
      return note({
        ...delivery,
        ...end,
        content: delivery.content || end.content,
        size: delivery.size + end.size,
      })
    },
  }
}

/** Names for an answer that has none of its own, which happens only where a list of responses is made one. */
const nameless = { id: '', model: '', now: 0 as Instant, streamUsage: true }

const scanAnswer = (body: Uint8Array): Delivery => {
  const answer = parseJson(decoder.decode(body))
  if (answer === undefined)
    return { ...nothing, failure: garbled('the answer is no JSON; it must be a response, a JSON object') }
  const events = decodeAnswer(answer)
  const delivery = deliveryOf(events)
  if (delivery.failure !== undefined) return withBytes(delivery, undefined)
  // A client of this path waits for one response, not for a list.
  if (!Array.isArray(answer)) return withBytes(delivery, body)
  const one: unknown = answer.length === 1 ? answer[0] : encodeAnswer(events, nameless).value
  return withBytes(delivery, encoder.encode(JSON.stringify(one)))
}

/** The turns without what other providers have signed, and with Google's stand-in where a signature is missing; undefined if they are well. */
const mendedContents = (contents: unknown, model: string): string | undefined => {
  if (!Array.isArray(contents)) return undefined
  const own = hasForeign(contents) ? withoutForeignSignatures(contents) : contents
  const signed = abilitiesOf(model).signed && !isSigned(own) ? withSignatures(own) : own
  return signed === contents ? undefined : JSON.stringify(signed)
}
/** The model stands in the path, so that nearly all bodies go as they came. */
const editRequest = (raw: RawBody, model: string): Uint8Array => {
  const contents = mendedContents(raw.json['contents'], model)
  return contents === undefined ? raw.bytes : editMembers(raw.bytes, { contents })
}

/** The express lane of this dialect. */
export const express: ExpressLane = { editRequest, fit: fitModel, scanStream, scanAnswer }

/** The short way: bodies and streams of this dialect pass untouched, and are only read. */
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { Delivery } from '../../domain/delivery.ts'
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest, RawBody } from '../../domain/request.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { ExpressLane, FrameDecoder, Scanner } from '../../ports/dialect.ts'
import { frameCutter, framesIn } from '../framing.ts'
import { editMembers } from '../json-text.ts'
import { garbled } from './failure.ts'
import { fitBody } from './fit-model.ts'
import type { Fitted } from './fit-model.ts'
import { decodeAnswer } from './response.ts'
import { decodeStream, endMark } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import { parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const endBytes = encoder.encode(`data: ${endMark}\n\n`)
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

/** Reads whole frames; of bytes that tell of a failure or of the end only what stands before the one and up to the other is passed on. */
const scan = (bytes: Uint8Array, from: number, reader: FrameDecoder): Delivery => {
  const events: StreamEvent[] = []
  for (const { start, end, frame } of framesIn(from === 0 ? bytes : bytes.subarray(from))) {
    if (frame === undefined) continue
    const told = reader.push(frame)
    for (const event of told) events.push(event)
    const last = told.at(-1)?.type
    if (last === 'response-failed') return withBytes(deliveryOf(events), bytes.subarray(0, from + start))
    if (last === 'response-end') return withBytes(deliveryOf(events), bytes.subarray(0, from + end))
  }
  return withBytes(deliveryOf(events), bytes)
}

/** The last frame, if it is whole but for its blank line. */
const lastFrame = (rest: Uint8Array): Uint8Array | undefined => {
  const frame = framesIn(rest).at(-1)?.frame
  if (frame === undefined) return undefined
  return frame.data.startsWith(endMark) || isRecord(parseJson(frame.data)) ? joined(rest, blankLine) : undefined
}

/** The end of the bytes after this last piece; the client still waits for its `[DONE]`. */
const closing = (delivery: Delivery, reader: FrameDecoder): Delivery => {
  const { events: _events, ...end } = deliveryOf(reader.end())
  const owed = end.ended === true ? joined(delivery.bytes ?? new Uint8Array(0), endBytes) : delivery.bytes
  const content = delivery.content || end.content
  return withBytes({ ...delivery, ...end, content, size: delivery.size + end.size }, owed)
}

const scanStream = (): Scanner => {
  const cutter = frameCutter()
  const reader = decodeStream()
  let isFirst = true
  let isDone = false
  const note = (delivery: Delivery): Delivery => {
    isDone ||= delivery.ended === true || delivery.failure !== undefined
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
      return isDone ? delivery : note(closing(delivery, reader))
    },
  }
}

const scanAnswer = (body: Uint8Array): Delivery => {
  const answer = parseJson(decoder.decode(body))
  if (answer === undefined) {
    return { ...nothing, failure: garbled('the answer is no JSON; it must be an object with a message') }
  }
  const delivery = deliveryOf(decodeAnswer(answer))
  return withBytes(delivery, delivery.failure === undefined ? body : undefined)
}

const editRequest = ({ json, bytes }: RawBody, model: string): Uint8Array =>
  json['model'] === model ? bytes : editMembers(bytes, { model: JSON.stringify(model) })

const unchanged: Fitted = { edits: {}, losses: [] }
/** A client that named this model itself is told by Cohere what it does not take. */
const fit = ({ raw, target }: ChatRequest, model: string): Fitted =>
  raw === undefined || asksFor(target, model) ? unchanged : fitBody(raw.json, model)

/** The express lane of this dialect. */
export const express: ExpressLane = { editRequest, fit, scanStream, scanAnswer }

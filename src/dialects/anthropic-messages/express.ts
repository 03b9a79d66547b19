/** The short way: bodies and streams of this dialect pass untouched, and are only read. */
import type { Delivery } from '../../domain/delivery.ts'
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { RawBody } from '../../domain/request.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { ExpressLane, Frame, FrameDecoder, Scanner } from '../../ports/dialect.ts'
import { frameCutter, frameText, framesIn } from '../framing.ts'
import { editMembers } from '../json-text.ts'
import { frameOf } from './block-frames.ts'
import { garbled } from './failure.ts'
import { fitModel } from './fit-model.ts'
import { decodeAnswer } from './response.ts'
import { isForeign } from './signature.ts'
import { decodeStream } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const stopText = frameText(frameOf({ type: 'message_stop' }))
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

/** A message that begins once more in the middle, which some look-alikes send and the official client dies of. */
const isStart = ({ event, data }: Frame): boolean => event === 'message_start' || data.includes('"message_start"')

/** Frames read one by one. */
interface Scan {
  readonly reader: FrameDecoder
  hasStarted: boolean
}

/** Reads whole frames; of bytes that tell of a failure or of the end only what stands before the one and up to the other is passed on. */
const scan = (given: Uint8Array, from: number, state: Scan): Delivery => {
  let bytes = given
  let dropped = 0
  const events: StreamEvent[] = []
  for (const span of framesIn(from === 0 ? given : given.subarray(from))) {
    if (span.frame === undefined) continue
    const told = state.reader.push(span.frame)
    for (const event of told) events.push(event)
    const last = told.at(-1)?.type
    const [start, end] = [from + span.start - dropped, from + span.end - dropped]
    if (last === 'response-failed') return withBytes(deliveryOf(events), bytes.subarray(0, start))
    if (last === 'response-end') return withBytes(deliveryOf(events), bytes.subarray(0, end))
    if (told.length === 0 && state.hasStarted && isStart(span.frame)) {
      bytes = joined(bytes.subarray(0, start), bytes.subarray(end))
      dropped += end - start
    }
    state.hasStarted ||= told.length > 0
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
  const state: Scan = { reader, hasStarted: false }
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
    return note(scan(bytes, from, state))
  }
  const tooLong = (): Delivery =>
    note({ ...nothing, failure: garbled('a frame of the answer is longer than 16 MiB; it must be shorter') })
  return {
    push(chunk) {
      if (isDone) return nothing
      const whole = cutter.push(chunk)
      if (cutter.overflowed) return tooLong()
      return whole === undefined ? nothing : read(whole)
    },
    end() {
      if (isDone) return nothing
      const last = lastFrame(cutter.rest())
      const delivery = last === undefined ? nothing : read(last)
      if (isDone) return delivery
      const end = deliveryOf(reader.end())
      // The client still waits for its message_stop.
      const owed =
        end.ended === true ? joined(delivery.bytes ?? new Uint8Array(0), encoder.encode(stopText)) : delivery.bytes
      const { events: _events, ...facts } = end
      return note(
        withBytes(
          { ...delivery, ...facts, content: delivery.content || end.content, size: delivery.size + end.size },
          owed,
        ),
      )
    },
  }
}

const scanAnswer = (body: Uint8Array): Delivery => {
  const answer = parseJson(decoder.decode(body))
  if (answer === undefined)
    return { ...nothing, failure: garbled('the answer is no JSON; it must be a message, a JSON object') }
  const delivery = deliveryOf(decodeAnswer(answer))
  return withBytes(delivery, delivery.failure === undefined ? body : undefined)
}

/** True for reasoning that another provider wrote, which Anthropic would refuse: it was told to the client in an earlier answer. */
const isForeignThinking = (block: unknown): boolean => {
  if (!isRecord(block)) return false
  if (block['type'] === 'thinking') return typeof block['signature'] !== 'string' || isForeign(block['signature'])
  return block['type'] === 'redacted_thinking' && typeof block['data'] === 'string' && isForeign(block['data'])
}
const hasForeignThinking = (message: unknown): message is Json & { readonly content: readonly unknown[] } =>
  isRecord(message) &&
  message['role'] === 'assistant' &&
  Array.isArray(message['content']) &&
  message['content'].some(isForeignThinking)

const withoutForeignThinking = (message: unknown): readonly unknown[] => {
  if (!hasForeignThinking(message)) return [message]
  const content = message.content.filter(block => !isForeignThinking(block))
  // A message of which nothing is left cannot be sent; its neighbours may have the same role.
  return content.length === 0 ? [] : [{ ...message, content }]
}

/** The messages without foreign reasoning; undefined if there is none in them. */
const mendedMessages = (messages: unknown): string | undefined =>
  Array.isArray(messages) && messages.some(hasForeignThinking)
    ? JSON.stringify(messages.flatMap(withoutForeignThinking))
    : undefined

const editRequest = (raw: RawBody, model: string): Uint8Array => {
  const messages = mendedMessages(raw.json['messages'])
  if (messages !== undefined) return editMembers(raw.bytes, { model: JSON.stringify(model), messages })
  return raw.json['model'] === model ? raw.bytes : editMembers(raw.bytes, { model: JSON.stringify(model) })
}

/** The express lane of this dialect. */
export const express: ExpressLane = {
  editRequest,
  fit: fitModel,
  scanStream,
  scanAnswer,
}

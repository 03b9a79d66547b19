/** Bytes that are passed on as they came, and what was read in them: all scanners of the express lane meet here. */
import { deliveryOf, nothing } from '../domain/delivery.ts'
import type { Delivery } from '../domain/delivery.ts'
import { isRecord } from '../domain/json.ts'
import type { StreamEvent } from '../domain/stream-event.ts'
import type { FrameDecoder, Scanner } from '../ports/dialect.ts'
import { parseJson } from './fields.ts'
import { frameCutter, framesIn } from './framing.ts'
import type { FrameSpan } from './framing.ts'
import { garbled } from './garbled.ts'

const decoder = new TextDecoder()
const blankLine = new TextEncoder().encode('\n\n')

/** All pieces in one; the piece itself where there is only one. */
export const joinBytes = (pieces: readonly Uint8Array[]): Uint8Array => {
  const [only] = pieces
  if (pieces.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Bytes that are passed on but for what is replaced, from the first to the last. */
export interface Pass {
  readonly bytes: Uint8Array
  /** What stands before this is in `kept`. */
  from: number
  /** Undefined while nothing was replaced. */
  kept: Uint8Array[] | undefined
}
/** Replaces the bytes from `start` to `end`; undefined takes them out. */
export const replace = (pass: Pass, start: number, end: number, by: Uint8Array | undefined): void => {
  pass.kept ??= []
  if (start > pass.from) pass.kept.push(pass.bytes.subarray(pass.from, start))
  if (by !== undefined) pass.kept.push(by)
  pass.from = end
}
/** What is passed on in the end. */
export const passed = ({ bytes, from, kept }: Pass): Uint8Array => {
  if (kept === undefined) return from === 0 ? bytes : bytes.subarray(from)
  return joinBytes(from < bytes.length ? [...kept, bytes.subarray(from)] : kept)
}

/** What was read, without the events: the bytes tell the client the same. */
export const withBytes = ({ events: _events, ...facts }: Delivery, bytes: Uint8Array | undefined): Delivery =>
  bytes === undefined || bytes.length === 0 ? facts : { ...facts, bytes }

/** The last piece with what the end of the bytes means; `owed` is what the client still waits for where that is a good end. */
export const closedWith = (last: Delivery, events: readonly StreamEvent[], owed?: Uint8Array): Delivery => {
  const { events: _events, ...end } = deliveryOf(events)
  const pieces = [last.bytes, end.ended === true ? owed : undefined].filter(piece => piece !== undefined)
  const facts = { ...last, ...end, content: last.content || end.content, size: last.size + end.size }
  return withBytes(facts, joinBytes(pieces))
}

/** Reads frames; of bytes that tell of a failure or of the end only what stands before the one and up to the other is passed on. */
export const readSpans = (bytes: Uint8Array, spans: readonly FrameSpan[], reader: FrameDecoder): Delivery => {
  const events: StreamEvent[] = []
  for (const { start, end, frame } of spans) {
    if (frame === undefined) continue
    const told = reader.push(frame)
    for (const event of told) events.push(event)
    const last = told.at(-1)?.type
    if (last === 'response-failed') return withBytes(deliveryOf(events), bytes.subarray(0, start))
    if (last === 'response-end') return withBytes(deliveryOf(events), bytes.subarray(0, end))
  }
  return withBytes(deliveryOf(events), bytes)
}

/** The frames in these bytes from this place on, with their places among all of the bytes. */
export const spansFrom = (bytes: Uint8Array, from: number): readonly FrameSpan[] =>
  from === 0
    ? framesIn(bytes)
    : framesIn(bytes.subarray(from)).map(span => ({ ...span, start: span.start + from, end: span.end + from }))

/** How one dialect reads a stream of server-sent events. */
export interface Passing {
  /** What was read of whole frames, from this byte on, with the bytes to pass on. */
  read(bytes: Uint8Array, from: number): Delivery
  /** What the end of the bytes means after this last piece, which did not end the answer itself. */
  close(last: Delivery): Delivery
  /** How the data of the frame begins that ends a stream and is no JSON. */
  readonly endMark?: string
}

/** The last frame, if it is whole but for its blank line. */
const lastFrame = (rest: Uint8Array, endMark: string | undefined): Uint8Array | undefined => {
  const frame = framesIn(rest).at(-1)?.frame
  if (frame === undefined) return undefined
  const isEnd = endMark !== undefined && frame.data.startsWith(endMark)
  return isEnd || isRecord(parseJson(frame.data)) ? joinBytes([rest, blankLine]) : undefined
}
const markLength = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)

/** A scanner of server-sent events, wherever they are cut; nothing is read once the answer has ended or failed. */
export const eventScanner = ({ read, close, endMark }: Passing): Scanner => {
  const cutter = frameCutter()
  let isFirst = true
  let isDone = false
  const note = (delivery: Delivery): Delivery => {
    isDone ||= delivery.ended === true || delivery.failure !== undefined
    return delivery
  }
  const readNext = (bytes: Uint8Array): Delivery => {
    // A byte order mark may stand before the first frame only.
    const from = isFirst ? markLength(bytes) : 0
    isFirst = false
    return note(read(bytes, from))
  }
  return {
    push(chunk) {
      if (isDone) return nothing
      const whole = cutter.push(chunk)
      if (cutter.overflowed) {
        return note({ ...nothing, failure: garbled('a frame of the answer is longer than 16 MiB; it must be shorter') })
      }
      return whole === undefined ? nothing : readNext(whole)
    },
    end() {
      if (isDone) return nothing
      const last = lastFrame(cutter.rest(), endMark)
      const delivery = last === undefined ? nothing : readNext(last)
      return isDone ? delivery : note(close(delivery))
    },
  }
}

/** A whole answer, read and passed on as it came; `right` says what it must be where it is no JSON. */
export const scanWhole = (
  body: Uint8Array,
  decode: (answer: unknown) => readonly StreamEvent[],
  right: string,
): Delivery => {
  const answer = parseJson(decoder.decode(body))
  if (answer === undefined) return { ...nothing, failure: garbled(`the answer is no JSON; it must be ${right}`) }
  const delivery = deliveryOf(decode(answer))
  return withBytes(delivery, delivery.failure === undefined ? body : undefined)
}

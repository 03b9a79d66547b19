/** A stream passed on as it comes: read frame by frame, mended where it breaks the published schema. */
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Frame, Scanner } from '../../ports/dialect.ts'
import { frameCutter, frameText, framesIn } from '../framing.ts'
import type { FrameSpan } from '../framing.ts'
import { endEarly, newReading } from './answer.ts'
import type { Reading } from './answer.ts'
import { garbled } from './in-band-error.ts'
import { eventMender } from './mend-event.ts'
import type { EventMender } from './mend-event.ts'
import { endMark, readFrame } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const LF = 10
const CR = 13
const blankLine = encoder.encode('\n\n')

/** A stream while it is scanned. */
interface Scan {
  readonly reading: Reading
  readonly mend: EventMender
  /** True if the last piece ended within the line end of a frame that was mended. */
  isWithinLineEnd: boolean
}
/** The bytes to pass on of one piece, and what was read in it. */
interface Pass {
  readonly bytes: Uint8Array
  /** What stands before this is in `kept`. */
  from: number
  kept: Uint8Array[] | undefined
  readonly events: StreamEvent[]
}

/** Replaces the bytes from `start` to `end`. */
const replace = (pass: Pass, start: number, end: number, by: Uint8Array | undefined): void => {
  pass.kept ??= []
  if (start > pass.from) pass.kept.push(pass.bytes.subarray(pass.from, start))
  if (by !== undefined) pass.kept.push(by)
  pass.from = end
}
const concat = (pieces: readonly Uint8Array[]): Uint8Array => {
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
const passed = ({ bytes, from, kept }: Pass): Uint8Array => {
  if (kept === undefined) return from === 0 ? bytes : bytes.subarray(from)
  return concat(from < bytes.length ? [...kept, bytes.subarray(from)] : kept)
}

/** An event under the name of its type, which some servers leave out. */
const eventBytes = ({ type }: Json, data: string): Uint8Array =>
  encoder.encode(frameText(typeof type === 'string' ? { event: type, data } : { data }))

/** The event with its type, which some servers tell by its name alone. */
const typedBy = ({ event }: Frame, json: Json): Json =>
  typeof json['type'] === 'string' || event === undefined ? json : { ...json, type: event }

const readSpan = (scan: Scan, pass: Pass, { start, end, frame }: FrameSpan): void => {
  const { reading } = scan
  if (frame === undefined) return
  // Nothing that comes after the end is passed on, and the official client fails at a frame that holds nothing.
  if (reading.hasEnded || frame.data === '') return replace(pass, start, end, undefined)
  const json = parseJson(frame.data)
  const events = frame.data.startsWith(endMark) ? endEarly(reading) : readFrame(reading, frame, json)
  for (const event of events) pass.events.push(event)
  // Only what stands before a failure is passed on.
  if (events.at(-1)?.type === 'response-failed' || !isRecord(json))
    return replace(pass, start, pass.bytes.length, undefined)
  const mended = scan.mend(typedBy(frame, json))
  if (mended === undefined) replace(pass, start, end, undefined)
  else if (mended !== json) replace(pass, start, end, eventBytes(mended, JSON.stringify(mended)))
  else if (frame.event !== mended['type']) replace(pass, start, end, eventBytes(mended, frame.data))
}

/** What was read of whole frames, with the bytes to pass on. */
const scanFrames = (scan: Scan, bytes: Uint8Array, first: number): Delivery => {
  const from = scan.isWithinLineEnd && bytes[first] === LF ? first + 1 : first
  const pass: Pass = { bytes, from, kept: undefined, events: [] }
  for (const { start, end, frame } of framesIn(from === 0 ? bytes : bytes.subarray(from)))
    readSpan(scan, pass, { start: from + start, end: from + end, ...(frame && { frame }) })
  scan.isWithinLineEnd = pass.from === bytes.length && bytes.at(-1) === CR
  const { events: _events, ...facts } = deliveryOf(pass.events)
  const whole = passed(pass)
  return { ...facts, ...(whole.length > 0 && { bytes: whole }) }
}

/** The last frame, if it is whole but for its blank line. */
const lastFrame = (rest: Uint8Array): Uint8Array | undefined => {
  const frame = framesIn(rest).at(-1)?.frame
  return frame !== undefined && isRecord(parseJson(frame.data)) ? concat([rest, blankLine]) : undefined
}

const markLength = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)

/** What the end of the bytes means after this last piece. */
const closing = ({ reading }: Scan, { bytes, content, size }: Delivery): Delivery => {
  const { events: _events, ...end } = deliveryOf(endEarly(reading))
  return { ...end, content: content || end.content, size: size + end.size, ...(bytes !== undefined && { bytes }) }
}

/** A scanner for one stream. Usage is told within the last event, so that it is never kept back. */
export const scanStream = (): Scanner => {
  const cutter = frameCutter()
  const scan: Scan = { reading: newReading(), mend: eventMender(), isWithinLineEnd: false }
  const { reading } = scan
  let isFirst = true
  const read = (bytes: Uint8Array): Delivery => {
    // A byte order mark may stand before the first frame only.
    const from = isFirst ? markLength(bytes) : 0
    isFirst = false
    return scanFrames(scan, bytes, from)
  }
  return {
    push(chunk) {
      if (reading.hasEnded) return nothing
      const whole = cutter.push(chunk)
      if (cutter.overflowed) {
        reading.hasEnded = true
        const why = 'a frame of the answer is longer than 16 MiB; a shorter one would be right'
        return { ...nothing, failure: garbled(why) }
      }
      return whole === undefined ? nothing : read(whole)
    },
    end() {
      if (reading.hasEnded) return nothing
      const last = lastFrame(cutter.rest())
      const delivery = last === undefined ? nothing : read(last)
      return reading.hasEnded ? delivery : closing(scan, delivery)
    },
  }
}

/** A stream passed on as it comes: read frame by frame, mended where it breaks the published schema. */
import { deliveryOf } from '../../domain/delivery.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Frame, Scanner } from '../../ports/dialect.ts'
import { frameText } from '../framing.ts'
import type { FrameSpan } from '../framing.ts'
import { endEarly, newReading } from './answer.ts'
import type { Reading } from './answer.ts'
import { closedWith, eventScanner, passed, replace, spansFrom, withBytes } from '../passing.ts'
import type { Pass } from '../passing.ts'
import { eventMender } from './mend-event.ts'
import type { EventMender } from './mend-event.ts'
import { endMark, isTwin, readFrame } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const LF = 10
const CR = 13

/** A stream while it is scanned. */
interface Scan {
  readonly reading: Reading
  readonly mend: EventMender
  /** True if the last piece ended within the line end of a frame that was mended. */
  isWithinLineEnd: boolean
  /** The number of the next event. */
  next: number
}
/** The bytes to pass on of one piece, and what was read in it. */
interface ReadPass extends Pass {
  readonly events: StreamEvent[]
}

/** An event under the name of its type, which some servers leave out. */
const eventBytes = ({ type }: Json, data: string): Uint8Array =>
  encoder.encode(frameText(typeof type === 'string' ? { event: type, data } : { data }))

/** The event with its type, which some servers tell by its name alone. */
const typedBy = ({ event }: Frame, json: Json): Json =>
  typeof json['type'] === 'string' || event === undefined ? json : { ...json, type: event }

const numberAfter = (event: Json | undefined, before: number): number => {
  const number = event?.['sequence_number']
  return typeof number === 'number' ? number + 1 : before
}

/** Nothing that comes after the end or twice is passed on, and the official client fails at a frame that holds nothing. */
const isVoid = (reading: Reading, { data }: Frame, json: unknown): boolean =>
  reading.hasEnded || data === '' || isTwin(reading, data, json)

const readSpan = (scan: Scan, pass: ReadPass, { start, end, frame }: FrameSpan): void => {
  const { reading } = scan
  if (frame === undefined) return
  const json = parseJson(frame.data)
  if (isVoid(reading, frame, json)) return replace(pass, start, end, undefined)
  const events = frame.data.startsWith(endMark) ? endEarly(reading) : readFrame(reading, frame, json)
  for (const event of events) pass.events.push(event)
  // Only what stands before a failure is passed on.
  if (events.at(-1)?.type === 'response-failed' || !isRecord(json))
    return replace(pass, start, pass.bytes.length, undefined)
  const mended = scan.mend(typedBy(frame, json))
  scan.next = numberAfter(mended, scan.next)
  if (mended === undefined) replace(pass, start, end, undefined)
  else if (mended !== json) replace(pass, start, end, eventBytes(mended, JSON.stringify(mended)))
  else if (frame.event !== mended['type']) replace(pass, start, end, eventBytes(mended, frame.data))
}

/** What was read of whole frames, with the bytes to pass on. */
const scanFrames = (scan: Scan, bytes: Uint8Array, first: number): Delivery => {
  const from = scan.isWithinLineEnd && bytes[first] === LF ? first + 1 : first
  const pass: ReadPass = { bytes, from, kept: undefined, events: [] }
  for (const span of spansFrom(bytes, from)) readSpan(scan, pass, span)
  scan.isWithinLineEnd = pass.from === bytes.length && bytes.at(-1) === CR
  return { ...withBytes(deliveryOf(pass.events), passed(pass)), nextEvent: scan.next }
}

/** A scanner for one stream. Usage is told within the last event, so that it is never kept back. */
export const scanStream = (): Scanner => {
  const scan: Scan = { reading: newReading(), mend: eventMender(), isWithinLineEnd: false, next: 0 }
  return eventScanner({
    read: (bytes, from) => scanFrames(scan, bytes, from),
    close: last => closedWith(last, endEarly(scan.reading)),
  })
}

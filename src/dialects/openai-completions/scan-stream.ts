/** A stream passed on as it comes: read frame by frame, mended where it breaks the published schema. */
import { deliveryOf } from '../../domain/delivery.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Scanner } from '../../ports/dialect.ts'
import type { FrameSpan } from '../framing.ts'
import { endEarly, finish, newReading } from './answer.ts'
import type { Reading } from './answer.ts'
import { closedWith, eventScanner, passed, replace, spansFrom, withBytes } from '../passing.ts'
import type { Pass } from '../passing.ts'
import { mend } from './mend.ts'
import type { Before } from './mend.ts'
import { endMark, readFrame } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const endBytes = encoder.encode(`data: ${endMark}\n\n`)

/** A stream while it is scanned. */
interface Scan {
  readonly streamUsage: boolean
  readonly reading: Reading
  before: Before
}
/** The bytes to pass on of one piece, and what was read in it. */
interface ReadPass extends Pass {
  readonly events: StreamEvent[]
}

/** A chunk that tells usage and nothing else. */
const isUsageOnly = ({ choices, usage }: Json): boolean =>
  Array.isArray(choices) && choices.length === 0 && !isAbsent(usage)

/** Nothing that comes after the end is passed on, and of an end that is none not even the mark. */
const readEnd = (scan: Scan, pass: ReadPass, { start, end }: FrameSpan): void => {
  for (const event of finish(scan.reading)) pass.events.push(event)
  const last = pass.events.at(-1)?.type === 'response-failed' ? start : end
  replace(pass, last, pass.bytes.length, undefined)
}

const readSpan = (scan: Scan, pass: ReadPass, span: FrameSpan): void => {
  const { reading } = scan
  const { start, end, frame } = span
  if (frame === undefined || reading.hasEnded) return
  // The official client fails at a frame that holds nothing.
  if (frame.data === '') return replace(pass, start, end, undefined)
  if (frame.data.startsWith(endMark)) return readEnd(scan, pass, span)
  const json = parseJson(frame.data)
  for (const event of readFrame(reading, frame, json)) pass.events.push(event)
  // Only what stands before a failure is passed on.
  if (reading.hasEnded || !isRecord(json)) return replace(pass, start, pass.bytes.length, undefined)
  if (!scan.streamUsage && isUsageOnly(json)) return replace(pass, start, end, undefined)
  const mended = mend(json, false, scan.before)
  scan.before = mended
  if (mended !== json) replace(pass, start, end, encoder.encode(`data: ${JSON.stringify(mended)}\n\n`))
}

/** What was read of whole frames, with the bytes to pass on. */
const scanFrames = (scan: Scan, bytes: Uint8Array, from: number): Delivery => {
  const pass: ReadPass = { bytes, from, kept: undefined, events: [] }
  for (const span of spansFrom(bytes, from)) readSpan(scan, pass, span)
  return withBytes(deliveryOf(pass.events), passed(pass))
}

/** A scanner for one stream; at its end the client still waits for `[DONE]`. */
export const scanStream = ({ streamUsage }: { readonly streamUsage: boolean }): Scanner => {
  const scan: Scan = { streamUsage, reading: newReading(), before: {} }
  return eventScanner({
    read: (bytes, from) => scanFrames(scan, bytes, from),
    close: last => closedWith(last, endEarly(scan.reading), endBytes),
    endMark,
  })
}

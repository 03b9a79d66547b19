/** A stream passed on as it comes: read frame by frame, mended where it breaks the published schema. */
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Scanner } from '../../ports/dialect.ts'
import { frameCutter, framesIn } from '../framing.ts'
import type { FrameSpan } from '../framing.ts'
import { endEarly, finish, newReading } from './answer.ts'
import type { Reading } from './answer.ts'
import { garbled } from './failure.ts'
import { mend } from './mend.ts'
import type { Before } from './mend.ts'
import { endMark, readFrame } from './stream.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const endBytes = encoder.encode(`data: ${endMark}\n\n`)
const blankLine = encoder.encode('\n\n')

/** A stream while it is scanned. */
interface Scan {
  readonly streamUsage: boolean
  readonly reading: Reading
  before: Before
}
/** The pieces to pass on, and what was read in them. */
interface Pass {
  readonly bytes: Uint8Array
  /** What stands before this is in `kept`. */
  from: number
  readonly kept: Uint8Array[]
  readonly events: StreamEvent[]
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
/** Replaces the bytes from `start` to `end`. */
const replace = (pass: Pass, start: number, end: number, by?: Uint8Array): void => {
  if (start > pass.from) pass.kept.push(pass.bytes.subarray(pass.from, start))
  if (by !== undefined) pass.kept.push(by)
  pass.from = end
}

/** A chunk that tells usage and nothing else. */
const isUsageOnly = ({ choices, usage }: Json): boolean =>
  Array.isArray(choices) && choices.length === 0 && !isAbsent(usage)

/** Nothing that comes after the end is passed on, and of an end that is none not even the mark. */
const readEnd = (scan: Scan, pass: Pass, { start, end }: FrameSpan): void => {
  for (const event of finish(scan.reading)) pass.events.push(event)
  const last = pass.events.at(-1)?.type === 'response-failed' ? start : end
  replace(pass, last, pass.bytes.length)
}

const readSpan = (scan: Scan, pass: Pass, span: FrameSpan): void => {
  const { reading } = scan
  const { start, end, frame } = span
  if (frame === undefined || reading.hasEnded) return
  // The official client fails at a frame that holds nothing.
  if (frame.data === '') return replace(pass, start, end)
  if (frame.data.startsWith(endMark)) return readEnd(scan, pass, span)
  const json = parseJson(frame.data)
  for (const event of readFrame(reading, frame, json)) pass.events.push(event)
  // Only what stands before a failure is passed on.
  if (reading.hasEnded || !isRecord(json)) return replace(pass, start, pass.bytes.length)
  if (!scan.streamUsage && isUsageOnly(json)) return replace(pass, start, end)
  const mended = mend(json, false, scan.before)
  scan.before = mended
  if (mended !== json) replace(pass, start, end, encoder.encode(`data: ${JSON.stringify(mended)}\n\n`))
}

/** What was read of whole frames, with the bytes to pass on. */
const scanFrames = (scan: Scan, bytes: Uint8Array, from: number): Delivery => {
  const pass: Pass = { bytes, from, kept: [], events: [] }
  for (const { start, end, frame } of framesIn(bytes.subarray(from))) {
    readSpan(scan, pass, { start: from + start, end: from + end, ...(frame && { frame }) })
  }
  const { events: _events, ...facts } = deliveryOf(pass.events)
  replace(pass, bytes.length, bytes.length)
  const whole = concat(pass.kept)
  return whole.length > 0 ? { ...facts, bytes: whole } : facts
}

/** The last frame, if it is whole but for its blank line. */
const lastFrame = (rest: Uint8Array): Uint8Array | undefined => {
  const frame = framesIn(rest).at(-1)?.frame
  if (frame === undefined) return undefined
  return frame.data.startsWith(endMark) || isRecord(parseJson(frame.data)) ? concat([rest, blankLine]) : undefined
}

/** The end of the bytes after this last piece; the client still waits for its `[DONE]`. */
const closing = ({ bytes, ...before }: Delivery, { reading }: Scan): Delivery => {
  const { events: _events, ...end } = deliveryOf(endEarly(reading))
  const owed = [bytes, end.ended === true ? endBytes : undefined].filter(piece => piece !== undefined)
  return {
    ...before,
    ...end,
    content: before.content || end.content,
    size: before.size + end.size,
    ...(owed.length > 0 && { bytes: concat(owed) }),
  }
}

const markLength = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)

/** A scanner for one stream. */
export const scanStream = ({ streamUsage }: { readonly streamUsage: boolean }): Scanner => {
  const cutter = frameCutter()
  const scan: Scan = { streamUsage, reading: newReading(), before: {} }
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
        return { ...nothing, failure: garbled('a frame of the answer is longer than 16 MiB; it must be shorter') }
      }
      return whole === undefined ? nothing : read(whole)
    },
    end() {
      if (reading.hasEnded) return nothing
      const last = lastFrame(cutter.rest())
      const delivery = last === undefined ? nothing : read(last)
      return reading.hasEnded ? delivery : closing(delivery, scan)
    },
  }
}

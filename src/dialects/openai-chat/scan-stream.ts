/** A stream passed on as it comes: read frame by frame, mended where it breaks the published schema. */
import { deliveryOf } from '../../domain/delivery.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Scanner } from '../../ports/dialect.ts'
import { framesIn } from '../framing.ts'
import type { FrameSpan } from '../framing.ts'
import { endEarly, finish, isHolding, newReading } from './answer.ts'
import type { Reading } from './answer.ts'
import { closedWith, eventScanner, joinBytes, passed, replace } from '../passing.ts'
import type { Pass } from '../passing.ts'
import { chunkMender } from './mend-chunk.ts'
import type { ChunkMender } from './mend-chunk.ts'
import { chunkMemory } from './repeated-chunk.ts'
import type { ChunkMemory } from './repeated-chunk.ts'
import { endMark, readFrame } from './stream.ts'
import { writeUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const LF = 10
const CR = 13
const endBytes = encoder.encode(`data: ${endMark}\n\n`)

/** A stream while it is scanned. */
interface Scan {
  readonly streamUsage: boolean
  readonly reading: Reading
  readonly mender: ChunkMender
  readonly memory: ChunkMemory
  /** True once the client was told usage where it looks for it. */
  hasToldUsage: boolean
  /** True if the last piece ended within the line end of a frame that was mended. */
  isWithinLineEnd: boolean
}
/** The bytes to pass on of one piece, and what was read in it. */
interface ReadPass extends Pass {
  readonly events: StreamEvent[]
  /** Characters of frames known without reading. */
  size: number
}

/** A chunk that tells usage and nothing else. */
const isUsageOnly = ({ choices, usage }: Json): boolean =>
  Array.isArray(choices) && choices.length === 0 && !isAbsent(usage)

const dataBytes = (json: Json): Uint8Array => encoder.encode(`data: ${JSON.stringify(json)}\n\n`)

/** Reasons to stop that the stream never gave: the official client takes no answer without. */
const owedReasons = ({ reading, mender }: Scan): readonly Uint8Array[] => {
  const owing = [...reading.choices].filter(([, { finish: told }]) => told === undefined)
  if (owing.length === 0) return []
  const choices = owing.map(([index, { calls }]) => {
    const reason = calls.all.length > 0 ? 'tool_calls' : 'stop'
    return { index, delta: {}, logprobs: null, finish_reason: reason }
  })
  return [dataBytes(mender.further({ choices }))]
}
/** Usage that the client asked for and that came in a place where only its sender's friends look. */
const owedUsage = ({ reading, mender, streamUsage, hasToldUsage }: Scan): readonly Uint8Array[] =>
  streamUsage && !hasToldUsage && reading.usage !== undefined
    ? [dataBytes(mender.further({ choices: [], usage: writeUsage(reading.usage) }))]
    : []
/** Chunks that belong before the end and never came. */
const owedChunks = (scan: Scan): Uint8Array | undefined => {
  if (scan.reading.choices.size === 0) return undefined
  const owed = [...owedReasons(scan), ...owedUsage(scan)]
  return owed.length === 0 ? undefined : joinBytes(owed)
}

/** Nothing that comes after the end is passed on, and of an end that is none not even the mark. */
const readEnd = (scan: Scan, pass: ReadPass, { start, end }: FrameSpan): void => {
  const { reading } = scan
  const owed = owedChunks(scan)
  for (const event of finish(reading)) pass.events.push(event)
  if (owed !== undefined) replace(pass, start, start, owed)
  const last = pass.events.at(-1)?.type === 'response-failed' ? start : end
  if (last < pass.bytes.length) replace(pass, last, pass.bytes.length, undefined)
}

const readSpan = (scan: Scan, pass: ReadPass, { start, end, frame }: FrameSpan): void => {
  const { reading } = scan
  if (frame === undefined || reading.hasEnded) return
  // The official client fails at a frame that holds nothing.
  if (frame.data === '') return replace(pass, start, end, undefined)
  if (frame.data.startsWith(endMark)) return readEnd(scan, pass, { start, end })
  const json = parseJson(frame.data)
  for (const event of readFrame(reading, frame, json)) pass.events.push(event)
  // Only what stands before a failure is passed on.
  if (reading.hasEnded || !isRecord(json)) replace(pass, start, pass.bytes.length, undefined)
  else if (!scan.streamUsage && isUsageOnly(json)) replace(pass, start, end, undefined)
  else {
    scan.hasToldUsage ||= isRecord(json['usage'])
    const mended = scan.mender.next(json)
    if (mended === json) scan.memory.learn(pass.bytes.subarray(start, end), json)
    else replace(pass, start, end, dataBytes(mended))
  }
}

/** One past the blank line after this place, or the end of the bytes. */
const borderAfter = (bytes: Uint8Array, from: number): number => {
  for (let end = bytes.indexOf(LF, from); end !== -1; end = bytes.indexOf(LF, end + 1)) {
    if (bytes[end + 1] === LF) return end + 2
    if (bytes[end + 1] === CR) return bytes[end + 2] === LF ? end + 3 : end + 2
  }
  return bytes.length
}

const readAll = (scan: Scan, pass: ReadPass): void => {
  const { bytes } = pass
  let at = pass.from
  while (at < bytes.length && !scan.reading.hasEnded) {
    const known = scan.memory.know(bytes, at)
    if (known !== undefined) {
      pass.size += known.size
      at = known.end
      continue
    }
    const border = borderAfter(bytes, at)
    for (const { start, end, frame } of framesIn(bytes.subarray(at, border))) {
      readSpan(scan, pass, { start: at + start, end: at + end, ...(frame && { frame }) })
    }
    at = border
  }
}

/** What was read of whole frames, with the bytes to pass on. */
const scanFrames = (scan: Scan, bytes: Uint8Array, first: number): Delivery => {
  const from = scan.isWithinLineEnd && bytes[first] === LF ? first + 1 : first
  const pass: ReadPass = { bytes, from, kept: undefined, events: [], size: 0 }
  const wasHolding = isHolding(scan.reading)
  readAll(scan, pass)
  scan.isWithinLineEnd = pass.from === bytes.length && bytes.at(-1) === CR
  const { events: _events, ...facts } = deliveryOf(pass.events)
  const whole = passed(pass)
  return {
    ...facts,
    // What the translated lane tells only at the end the client sees here at once.
    content: facts.content || pass.size > 0 || (!wasHolding && isHolding(scan.reading)),
    size: facts.size + pass.size,
    ...(whole.length > 0 && { bytes: whole }),
  }
}

/** The end of the bytes after this last piece; the client still waits for its `[DONE]`. */
const closing = (last: Delivery, scan: Scan): Delivery => {
  const owed = owedChunks(scan)
  return closedWith(last, endEarly(scan.reading), joinBytes(owed === undefined ? [endBytes] : [owed, endBytes]))
}

/** A scanner for one stream. */
export const scanStream = ({ streamUsage }: { readonly streamUsage: boolean }): Scanner => {
  const scan: Scan = {
    streamUsage,
    reading: newReading(),
    mender: chunkMender(),
    memory: chunkMemory(),
    hasToldUsage: false,
    isWithinLineEnd: false,
  }
  return eventScanner({
    read: (bytes, from) => scanFrames(scan, bytes, from),
    close: last => closing(last, scan),
    endMark,
  })
}

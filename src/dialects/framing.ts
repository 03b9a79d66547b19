/** Bytes to server-sent event frames and back, wherever the bytes happen to be cut. */
import type { Frame, FrameSplitter, Framing } from '../ports/dialect.ts'

const LF = 10
const CR = 13
/** The longest frame that is waited for; a longer one is no answer but an attack on memory. */
const longestFrame = 16 * 1024 * 1024

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const empty = new Uint8Array(0)
const noFrames: readonly Frame[] = []

/** A frame and where its bytes lie, blank line included; `frame` is absent where the bytes tell nothing (comments). */
export interface FrameSpan {
  readonly start: number
  readonly end: number
  readonly frame?: Frame
}

/** Finds line ends. Looks for CR only where there is one ahead, so that the usual LF text is searched once. */
const lineEnds = (bytes: Uint8Array): ((from: number) => number) => {
  let nextCr = bytes.indexOf(CR)
  return from => {
    const lf = bytes.indexOf(LF, from)
    if (nextCr !== -1 && nextCr < from) nextCr = bytes.indexOf(CR, from)
    if (lf === -1) return nextCr === -1 ? bytes.length : nextCr
    return nextCr === -1 || lf < nextCr ? lf : nextCr
  }
}
const afterLineEnd = (bytes: Uint8Array, end: number): number =>
  bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : Math.min(end + 1, bytes.length)

const isData = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 100 && bytes[at + 1] === 97 && bytes[at + 2] === 116 && bytes[at + 3] === 97
const isEvent = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 101 && bytes[at + 1] === 118 && bytes[at + 2] === 101 && bytes[at + 3] === 110 && bytes[at + 4] === 116

/** The value of a field whose name ends at `colon`; undefined if the name goes on. One space after the colon is not part of it. */
const valueAt = (bytes: Uint8Array, colon: number, end: number): string | undefined => {
  if (colon === end) return ''
  if (colon > end || bytes[colon] !== 58) return undefined
  const start = bytes[colon + 1] === 32 ? colon + 2 : colon + 1
  return start >= end ? '' : decoder.decode(bytes.subarray(start, end))
}

/** All frames in these bytes with their places; the spans cover every byte. The last may lack its blank line. */
export const framesIn = (bytes: Uint8Array): readonly FrameSpan[] => {
  const spans: FrameSpan[] = []
  const endOfLine = lineEnds(bytes)
  let start = 0
  let event: string | undefined
  let data: string | undefined
  const close = (end: number): void => {
    if (data === undefined) spans.push({ start, end })
    else spans.push({ start, end, frame: event === undefined ? { data } : { event, data } })
    start = end
    event = undefined
    data = undefined
  }
  let at = 0
  while (at < bytes.length) {
    const end = endOfLine(at)
    const next = afterLineEnd(bytes, end)
    if (end === at) close(next)
    else if (isData(bytes, at)) {
      const value = valueAt(bytes, at + 4, end)
      if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`
    } else if (isEvent(bytes, at)) event = valueAt(bytes, at + 5, end) ?? event
    at = next
  }
  if (start < bytes.length) close(bytes.length)
  return spans
}

/** Is `end` (one past a line end) the end of a blank line. `byte` may be asked for two bytes before the first. */
const isBorder = (byte: (at: number) => number | undefined, end: number): boolean => {
  let line = end - 1
  if (byte(line) === LF && byte(line - 1) === CR) line--
  const before = byte(line - 1)
  return before === LF || before === CR
}

const joined = (pieces: readonly Uint8Array[], last: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, last.length))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  whole.set(last, at)
  return whole
}

/** Passes bytes on only up to the last frame border, so that something can be put between any two pieces. */
export interface FrameCutter {
  /** Whole frames, or undefined if no frame ended. The chunk itself, uncopied, if it begins and ends at a border. */
  push(chunk: Uint8Array): Uint8Array | undefined
  /** What came after the last border; empty if nothing did. The cutter is then empty. */
  rest(): Uint8Array
  /** True once a frame was longer than 16 MiB: its bytes are gone and nothing more is taken. */
  readonly overflowed: boolean
}

/** A cutter for one stream of bytes. */
export const frameCutter = (): FrameCutter => {
  let pending: Uint8Array[] = []
  let waiting = 0
  let last: number | undefined
  let beforeLast: number | undefined
  let overflowed = false
  const lastBorder = (chunk: Uint8Array): number => {
    const byte = (at: number): number | undefined => (at >= 0 ? chunk[at] : at === -1 ? last : beforeLast)
    for (let end = chunk.length; end > 0; end--) {
      const one = chunk[end - 1]
      if ((one === LF || one === CR) && isBorder(byte, end)) return end
    }
    return 0
  }
  const remember = (chunk: Uint8Array): void => {
    beforeLast = chunk.length > 1 ? chunk[chunk.length - 2] : last
    last = chunk[chunk.length - 1]
  }
  const keep = (tail: Uint8Array): void => {
    if (tail.length === 0) return
    waiting += tail.length
    if (waiting > longestFrame) {
      overflowed = true
      pending = []
    } else pending.push(tail)
  }
  const take = (head: Uint8Array): Uint8Array => {
    const whole = pending.length === 0 ? head : joined(pending, head)
    pending = []
    waiting = 0
    return whole
  }
  return {
    push(chunk) {
      if (overflowed || chunk.length === 0) return undefined
      const border = lastBorder(chunk)
      remember(chunk)
      if (border === 0) {
        keep(chunk)
        return undefined
      }
      const whole = take(border === chunk.length ? chunk : chunk.subarray(0, border))
      keep(chunk.subarray(border))
      return whole
    },
    rest: () => take(empty),
    get overflowed() {
      return overflowed
    },
  }
}

/** A splitter for one stream of bytes; comments and other fields than `event` and `data` are dropped. */
export const frameSplitter = (): FrameSplitter => {
  const cutter = frameCutter()
  let first = true
  const frames = (bytes: Uint8Array): readonly Frame[] => {
    // A byte order mark may stand before the first frame only.
    const marked = first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    first = false
    const found: Frame[] = []
    for (const { frame } of framesIn(marked ? bytes.subarray(3) : bytes)) if (frame !== undefined) found.push(frame)
    return found
  }
  return {
    push(chunk) {
      const whole = cutter.push(chunk)
      return whole === undefined ? noFrames : frames(whole)
    },
    end() {
      const rest = cutter.rest()
      return rest.length === 0 ? noFrames : frames(rest)
    },
    get fault() {
      return cutter.overflowed ? 'a stream event without end' : undefined
    },
  }
}

/** A frame as text, blank line included; line ends in its data become further data lines. */
export const frameText = (frame: Frame): string => {
  const data = /[\r\n]/.test(frame.data) ? frame.data.split(/\r\n|\r|\n/).join('\ndata: ') : frame.data
  return frame.event === undefined ? `data: ${data}\n\n` : `event: ${frame.event}\ndata: ${data}\n\n`
}

/** Server-sent events, as most dialects stream. */
export const serverSentEvents: Framing = {
  mediaType: 'text/event-stream',
  split: frameSplitter,
  join: () => ({ write: frames => frames.map(frameText).join(''), end: () => '' }),
  keepAlive: ': keep-alive\n\n',
}

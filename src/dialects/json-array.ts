/** A stream as one JSON array: elements to frames and back, wherever the bytes happen to be cut. */
import type { Frame, FrameJoiner, FrameSplitter, Framing } from '../ports/dialect.ts'

const QUOTE = 34
const BACKSLASH = 92
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [123, 125, 91, 93]
/** The longest element that is waited for; a longer one is no answer but an attack on memory. */
const longestElement = 16 * 1024 * 1024

/** Between elements: white space, commas, the brackets of the array, a byte order mark. */
const between = new Set([32, 9, 10, 13, 44, OPEN_LIST, CLOSE_LIST, 0xef, 0xbb, 0xbf])

/** Where in the text of an array the splitter stands. */
interface Place {
  /** How many braces and brackets of an element are open; 0 between elements. */
  depth: number
  isInString: boolean
  isEscaped: boolean
  waiting: Uint8Array[]
  size: number
  fault: string | undefined
}

const step = (place: Place, byte: number): void => {
  if (place.isInString) {
    if (place.isEscaped) place.isEscaped = false
    else if (byte === BACKSLASH) place.isEscaped = true
    else if (byte === QUOTE) place.isInString = false
  } else if (byte === QUOTE) place.isInString = true
  else if (byte === OPEN || byte === OPEN_LIST) place.depth++
  else if (byte === CLOSE || byte === CLOSE_LIST) place.depth--
}

const textOf = (place: Place): string => {
  const decoder = new TextDecoder()
  const text = place.waiting.map(piece => decoder.decode(piece, { stream: true })).join('')
  place.waiting = []
  place.size = 0
  return text + decoder.decode()
}

const keep = (place: Place, piece: Uint8Array): void => {
  if (piece.length === 0) return
  // The chunk may be used again by whoever gave it.
  place.waiting.push(piece.slice())
  place.size += piece.length
  if (place.size <= longestElement) return
  place.fault = 'an element of the array without end'
  place.waiting = []
}

/** One past the end of the element that is open, or of the bytes. */
const elementEnd = (place: Place, chunk: Uint8Array, from: number): number => {
  let at = from
  while (at < chunk.length) {
    step(place, chunk[at]!)
    at++
    if (place.depth === 0 && !place.isInString) break
  }
  return at
}

const split = (place: Place, chunk: Uint8Array): readonly Frame[] => {
  const frames: Frame[] = []
  let at = 0
  while (at < chunk.length && place.fault === undefined) {
    const byte = chunk[at]!
    if (place.depth === 0 && between.has(byte)) at++
    else if (place.depth === 0 && byte !== OPEN) place.fault = 'something else than an object in the array'
    else {
      const end = elementEnd(place, chunk, at)
      keep(place, chunk.subarray(at, end))
      if (place.depth === 0 && place.fault === undefined) frames.push({ data: textOf(place) })
      at = end
    }
  }
  return frames
}

const splitter = (): FrameSplitter => {
  const place: Place = { depth: 0, isInString: false, isEscaped: false, waiting: [], size: 0, fault: undefined }
  return {
    push: chunk => (place.fault === undefined ? split(place, chunk) : []),
    // An element without its end is none: the array was cut off.
    end: () => [],
    get fault() {
      return place.fault
    },
  }
}

const joiner = (): FrameJoiner => {
  let hasBegun = false
  return {
    write(frames) {
      let text = ''
      for (const { data } of frames) {
        text += hasBegun ? `,\r\n${data}` : `[${data}`
        hasBegun = true
      }
      return text
    },
    end: () => (hasBegun ? ']' : '[]'),
  }
}

/** Each event an object of one array, as Google streams to whoever does not ask for server-sent events. A lone object, such as an error, is read as an element too. */
export const jsonArray: Framing = {
  mediaType: 'application/json',
  split: splitter,
  join: joiner,
  keepAlive: '\n',
}

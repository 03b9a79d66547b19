/** AWS's event stream: binary messages with headers and two checksums, to frames and back, wherever the bytes are cut. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { Frame, FrameJoiner, FrameSplitter, Framing } from '../ports/dialect.ts'
import type { FrameSpan } from './framing.ts'

/** Total length, length of the headers, checksum of both. */
const preludeLength = 12
const checksumLength = 4
const shortest = preludeLength + checksumLength
/** AWS's own limit on a payload is 24 MB and on headers 128 KiB; a longer message is no answer but an attack on memory. */
const longest = 24 * 1024 * 1024 + 128 * 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const empty = new Uint8Array(0)

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})
/** CRC-32 as in ISO 3309, of the bytes from `start` to `end`. */
const crc32 = (bytes: Uint8Array, start: number, end: number): number => {
  let value = 0xffffffff
  for (let at = start; at < end; at++) value = (value >>> 8) ^ crcTable[(value ^ bytes[at]!) & 0xff]!
  return (value ^ 0xffffffff) >>> 0
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** How long a header's value is, by the number of its type; 6 and 7 tell it themselves. */
const sizes: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]
const text = 7
const bytesType = 6

/** The headers that are text, which are all that tell what a message is; undefined if they break off. */
const headersIn = (bytes: Uint8Array): ReadonlyMap<string, string> | undefined => {
  const headers = new Map<string, string>()
  const view = viewOf(bytes)
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes[at]!
    const type = bytes[nameEnd]
    if (type === undefined) return undefined
    const isLong = type === text || type === bytesType
    if (isLong && nameEnd + 3 > bytes.length) return undefined
    const start = nameEnd + (isLong ? 3 : 1)
    const size = isLong ? view.getUint16(nameEnd + 1) : sizes[type]
    if (size === undefined || start + size > bytes.length) return undefined
    if (type === text) {
      headers.set(decoder.decode(bytes.subarray(at + 1, nameEnd)), decoder.decode(bytes.subarray(start, start + size)))
    }
    at = start + size
  }
  return headers
}

/** What the headers and the payload of a message tell. An error has no payload, only a code and words. */
const frameOf = (headers: ReadonlyMap<string, string>, payload: Uint8Array): Frame => {
  const kind = headers.get(':message-type')
  if (kind === 'error') {
    const message = headers.get(':error-message') ?? ''
    return { event: headers.get(':error-code') ?? '', data: JSON.stringify({ message }), isException: true }
  }
  const data = decoder.decode(payload)
  if (kind === 'exception') return { event: headers.get(':exception-type') ?? '', data, isException: true }
  const event = headers.get(':event-type')
  return event === undefined ? { data } : { event, data }
}

/** Whole messages of a stream, and where each lies in `bytes`; the spans cover every byte. */
export interface MessageRun {
  readonly bytes: Uint8Array
  readonly spans: readonly FrameSpan[]
}
/** Finds messages. After a fault nothing more is taken; what came before it was given. */
export interface MessageReader {
  push(chunk: Uint8Array): MessageRun
  readonly fault: string | undefined
}
const nothingWhole: MessageRun = { bytes: empty, spans: [] }

const joined = (pieces: readonly Uint8Array[], length: number): Uint8Array => {
  const [only] = pieces
  if (pieces.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** The length of the message that begins here, or what is wrong with its prelude. */
const lengthAt = (bytes: Uint8Array, view: DataView, at: number): number | string => {
  const [total, headers] = [view.getUint32(at), view.getUint32(at + 4)]
  if (view.getUint32(at + 8) !== crc32(bytes, at, at + 8)) return 'a message whose prelude does not match its checksum'
  if (total > longest) return `a message of ${total} bytes; ${longest} would be the most`
  if (total < shortest + headers) return `a message of ${total} bytes with ${headers} bytes of headers`
  return total
}
/** The frame of a whole message, or what is wrong with it. */
const messageAt = (bytes: Uint8Array, view: DataView, at: number, end: number): Frame | string => {
  const last = end - checksumLength
  if (view.getUint32(last) !== crc32(bytes, at, last)) return 'a message that does not match its checksum'
  const payload = at + preludeLength + view.getUint32(at + 4)
  const headers = headersIn(bytes.subarray(at + preludeLength, payload))
  return headers === undefined ? 'a message whose headers break off' : frameOf(headers, bytes.subarray(payload, last))
}

/** A reader for one stream of bytes. */
export const messageReader = (): MessageReader => {
  let pieces: Uint8Array[] = []
  let waiting = 0
  let needed = preludeLength
  let fault: string | undefined
  /** One past the last whole message. Sets `needed` for the one that is not whole, and `fault`. */
  const readAll = (bytes: Uint8Array, spans: FrameSpan[]): number => {
    const view = viewOf(bytes)
    let at = 0
    needed = preludeLength
    while (at + preludeLength <= bytes.length) {
      const length = lengthAt(bytes, view, at)
      if (typeof length === 'number' && at + length > bytes.length) {
        needed = length
        return at
      }
      const frame = typeof length === 'string' ? length : messageAt(bytes, view, at, at + length)
      if (typeof frame === 'string' || typeof length === 'string') {
        fault = typeof frame === 'string' ? frame : 'a message without a length'
        return at
      }
      spans.push({ start: at, end: at + length, frame })
      at += length
    }
    return at
  }
  return {
    push(chunk) {
      if (fault !== undefined || chunk.length === 0) return nothingWhole
      pieces.push(chunk)
      waiting += chunk.length
      if (waiting < needed) return nothingWhole
      const bytes = joined(pieces, waiting)
      const spans: FrameSpan[] = []
      const end = readAll(bytes, spans)
      pieces = fault !== undefined || end === bytes.length ? [] : [bytes.subarray(end)]
      waiting = fault === undefined ? bytes.length - end : 0
      return end === 0 ? nothingWhole : { bytes: end === bytes.length ? bytes : bytes.subarray(0, end), spans }
    },
    get fault() {
      return fault
    },
  }
}

const noFrames: readonly Frame[] = []

/** A splitter that gives each frame as `read` tells it. */
const splitting = (read: (frame: Frame) => Frame) => (): FrameSplitter => {
  const reader = messageReader()
  return {
    push(chunk) {
      const { spans } = reader.push(chunk)
      return spans.length === 0 ? noFrames : spans.flatMap(({ frame }) => (frame === undefined ? [] : [read(frame)]))
    },
    // A message that is not whole has no checksum to trust.
    end: () => noFrames,
    get fault() {
      return reader.fault
    },
  }
}

const headerBytes = (name: string, value: string): Uint8Array => {
  const [key, said] = [encoder.encode(name), encoder.encode(value)]
  const bytes = new Uint8Array(key.length + said.length + 4)
  bytes[0] = key.length
  bytes.set(key, 1)
  bytes[key.length + 1] = text
  viewOf(bytes).setUint16(key.length + 2, said.length)
  bytes.set(said, key.length + 4)
  return bytes
}

/** A frame as the bytes of one message. */
export const messageBytes = ({ event, data, isException }: Frame): Uint8Array => {
  const kind = isException === true ? 'exception' : 'event'
  const headers = [
    ...(event === undefined ? [] : [headerBytes(`:${kind}-type`, event)]),
    headerBytes(':content-type', 'application/json'),
    headerBytes(':message-type', kind),
  ]
  const payload = encoder.encode(data)
  const size = headers.reduce((sum, header) => sum + header.length, 0)
  const bytes = joined(
    [new Uint8Array(preludeLength), ...headers, payload, new Uint8Array(checksumLength)],
    shortest + size + payload.length,
  )
  const view = viewOf(bytes)
  view.setUint32(0, bytes.length)
  view.setUint32(4, size)
  view.setUint32(8, crc32(bytes, 0, 8))
  view.setUint32(bytes.length - checksumLength, crc32(bytes, 0, bytes.length - checksumLength))
  return bytes
}

/** A joiner of frames as `write` tells them. */
const joining = (write: (frame: Frame) => Frame) => (): FrameJoiner => ({
  write(frames) {
    const messages = frames.map(frame => messageBytes(write(frame)))
    const length = messages.reduce((sum, message) => sum + message.length, 0)
    return joined(messages, length)
  },
  end: () => '',
})

const asItIs = (frame: Frame): Frame => frame
/** AWS's event stream, as Bedrock's Converse API streams. No bytes may stand between its messages. */
export const eventStream: Framing = {
  mediaType: 'application/vnd.amazon.eventstream',
  split: splitting(asItIs),
  join: joining(asItIs),
}

const textOfBase64 = (base64: string): string => {
  try {
    return decoder.decode(Uint8Array.from(atob(base64), one => one.charCodeAt(0)))
  } catch {
    // No base64: what is in it makes no sense as an event either, and is told as one that does not.
    return base64
  }
}
const base64Of = (data: string): string => {
  const binary: string[] = []
  const bytes = encoder.encode(data)
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary.push(String.fromCharCode(...bytes.subarray(at, at + 8192)))
  return btoa(binary.join(''))
}
/** The members of a JSON object; none of what is no JSON, and whoever decodes the frame says so. */
const membersOf = (json: string): Json => {
  try {
    const value: unknown = JSON.parse(json)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
const wordsIn = (record: unknown, name: string): string | undefined => {
  const word = isRecord(record) ? record[name] : undefined
  return typeof word === 'string' ? word : undefined
}

/** Exceptions as Anthropic tells errors in a stream; the first of a kind is the way back. */
const errors: readonly (readonly [exception: string, type: string])[] = [
  ['throttlingException', 'rate_limit_error'],
  ['serviceUnavailableException', 'overloaded_error'],
  ['modelTimeoutException', 'timeout_error'],
  ['validationException', 'invalid_request_error'],
  ['modelStreamErrorException', 'api_error'],
  ['internalServerException', 'api_error'],
]
const errorFrame = ({ event, data }: Frame): Frame => {
  const type = errors.find(([exception]) => exception === event)?.[1] ?? 'api_error'
  const error = { type, message: wordsIn(membersOf(data), 'message') ?? data }
  return { event: 'error', data: JSON.stringify({ type: 'error', error }) }
}
const exceptionFrame = ({ data }: Frame): Frame => {
  const { error } = membersOf(data)
  const event = errors.find(([, type]) => type === wordsIn(error, 'type'))?.[0] ?? 'validationException'
  return { event, data: JSON.stringify({ message: wordsIn(error, 'message') ?? '' }), isException: true }
}

/** The model's own event out of a chunk, named by its type as Anthropic names its events. */
const unwrapped = (frame: Frame): Frame => {
  if (frame.isException === true) return errorFrame(frame)
  const bytes = wordsIn(membersOf(frame.data), 'bytes')
  const data = bytes === undefined ? frame.data : textOfBase64(bytes)
  const event = wordsIn(membersOf(data), 'type')
  return event === undefined ? { data } : { event, data }
}
const wrapped = (frame: Frame): Frame =>
  frame.event === 'error'
    ? exceptionFrame(frame)
    : { event: 'chunk', data: JSON.stringify({ bytes: base64Of(frame.data) }) }

/** The events of a model's own, each packed into a message, as Bedrock's InvokeModelWithResponseStream streams those of Anthropic. */
export const invokeStream: Framing = {
  mediaType: eventStream.mediaType,
  split: splitting(unwrapped),
  join: joining(wrapped),
}

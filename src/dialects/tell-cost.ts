/** Puts what a request cost beside the usage in bytes that are passed on: the one thing that the house adds to them. */
import type { Frame } from '../ports/dialect.ts'
import { messageBytes, messageReader } from './event-stream.ts'
import type { MessageRun } from './event-stream.ts'

const quote = 0x22
const colon = 0x3a
const brace = 0x7b
const close = 0x7d
const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d

const encoder = new TextEncoder()
/** What the member is called; Gemini's own word for it is the longer one. */
const names = ['"usage"', '"usageMetadata"'].map(name => encoder.encode(name))

const standsAt = (bytes: Uint8Array, at: number, name: Uint8Array): boolean => {
  for (let place = 0; place < name.length; place++) if (bytes[at + place] !== name[place]) return false
  return true
}

/** Just behind the brace that opens the object of this member, or -1. */
const inside = (bytes: Uint8Array, at: number, name: Uint8Array): number => {
  let place = at + name.length
  while (isBlank(bytes[place])) place++
  if (bytes[place++] !== colon) return -1
  while (isBlank(bytes[place])) place++
  return bytes[place] === brace ? place + 1 : -1
}

/** Within text both quotes of a name have backslashes before them, so that only a real member is found. */
const lastUsage = (bytes: Uint8Array): number => {
  for (let at = bytes.lastIndexOf(quote); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(quote, at - 1)) {
    const name = names.find(one => standsAt(bytes, at, one))
    const place = name === undefined ? -1 : inside(bytes, at, name)
    if (place >= 0) return place
  }
  return -1
}

const decoder = new TextDecoder()
/** What stands in a frame that tells its answer's last usage: OpenAI's without choices or with a reason to end, Gemini's with one, Bedrock's beside its time, the others' by its name. */
const last =
  /"choices"\s*:\s*\[\s*\]|"finish_reason"\s*:\s*"|message_delta|message-end|"latencyMs"|"finishReason"\s*:\s*["\d]|"response\.(?:completed|incomplete|failed)"/

/** True if these bytes tell usage, and probably the last. Asked of every piece of a stream, of which nearly none tells any. */
export const hasUsage = (bytes: Uint8Array): boolean => {
  const text = decoder.decode(bytes)
  return text.includes('"usage') && last.test(text) && lastUsage(bytes) >= 0
}

const inText = (bytes: Uint8Array, usd: number): Uint8Array => {
  const place = lastUsage(bytes)
  if (place < 0) return bytes
  let next = place
  while (isBlank(bytes[next])) next++
  const told = encoder.encode(`"cost_usd":${usd}${bytes[next] === close ? '' : ','}`)
  const all = new Uint8Array(bytes.length + told.length)
  all.set(bytes.subarray(0, place))
  all.set(told, place)
  all.set(bytes.subarray(place), place + told.length)
  return all
}

/** An event stream begins with a length, whose first byte is zero; text never does. */
const isBinary = (bytes: Uint8Array): boolean => bytes[0] === 0

const priced = (frame: Frame, usd: number): Uint8Array =>
  messageBytes({ ...frame, data: decoder.decode(inText(encoder.encode(frame.data), usd)) })

/** A message that is changed must be made anew: it tells its length and its checksums. */
const inMessages = ({ bytes, spans }: MessageRun, usd: number): Uint8Array => {
  const last = spans.findLast(({ frame }) => frame !== undefined && lastUsage(encoder.encode(frame.data)) >= 0)
  if (last?.frame === undefined) return bytes
  const message = priced(last.frame, usd)
  const all = new Uint8Array(bytes.length - (last.end - last.start) + message.length)
  all.set(bytes.subarray(0, last.start))
  all.set(message, last.start)
  all.set(bytes.subarray(last.end), last.start + message.length)
  return all
}

/** The bytes with `cost_usd` as the first member of their last `usage`; as they are where they have none. */
export const withCost = (bytes: Uint8Array, usd: number): Uint8Array => {
  if (!isBinary(bytes)) return inText(bytes, usd)
  const run = messageReader().push(bytes)
  return run.bytes.length === bytes.length ? inMessages(run, usd) : bytes
}

/** Chunks that differ from one before only in their words are known by their bytes and need no parsing. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, parseJson } from '../fields.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const QUOTE = 34
const BACKSLASH = 92
const LETTER_U = 117

/** A frame known by its bytes: what stands before the words, after them, and after a filler of changing length. */
interface Pattern {
  readonly before: Stretch
  readonly after: Stretch
  /** Present where a member such as `obfuscation` changes from chunk to chunk. */
  readonly tail: Stretch | undefined
}
/** Where a known frame ends and how many characters of the answer it brings. */
interface Known {
  readonly end: number
  readonly size: number
}
/** Knows frames by the last one that was learned. */
export interface ChunkMemory {
  /** Undefined if the frame that begins here is another one, or not all here. */
  know(bytes: Uint8Array, from: number): Known | undefined
  /** Takes a frame, blank line included, as the pattern of those that follow, if it is of that kind. */
  learn(frame: Uint8Array, json: Json): void
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Bytes to look for, four at a time: chunks are long and mostly the same. */
interface Stretch {
  readonly bytes: Uint8Array
  readonly words: Int32Array
}
const stretch = (text: string): Stretch => {
  const bytes = encoder.encode(text)
  const view = viewOf(bytes)
  return { bytes, words: Int32Array.from({ length: bytes.length >> 2 }, (_, place) => view.getInt32(place * 4)) }
}
const holds = (view: DataView, from: number, { bytes, words }: Stretch): boolean => {
  if (from + bytes.length > view.byteLength) return false
  for (let place = 0; place < words.length; place++) {
    if (view.getInt32(from + place * 4) !== words[place]) return false
  }
  for (let at = words.length * 4; at < bytes.length; at++) if (view.getUint8(from + at) !== bytes[at]) return false
  return true
}

/** UTF-16 units that begin with this byte; those of a longer sequence are counted at its first. */
const unitsOf = (byte: number): number => {
  if (byte < 0x80) return 1
  if (byte < 0xc0) return 0
  return byte < 0xf0 ? 1 : 2
}
/** The end of the string whose words begin at `from`, and its length; undefined if it does not end here. */
const measure = (bytes: Uint8Array, from: number): Known | undefined => {
  let size = 0
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at]!
    if (byte === QUOTE) return { end: at, size }
    if (byte < 32) return undefined
    size += unitsOf(byte)
    if (byte === BACKSLASH) at += bytes[at + 1] === LETTER_U ? 6 : 2
    else at++
  }
  return undefined
}

const match = ({ before, after, tail }: Pattern, bytes: Uint8Array, from: number): Known | undefined => {
  const view = viewOf(bytes)
  if (!holds(view, from, before)) return undefined
  const words = measure(bytes, from + before.bytes.length)
  if (words === undefined || words.size === 0 || !holds(view, words.end, after)) return undefined
  const end = words.end + after.bytes.length
  if (tail === undefined) return { end, size: words.size }
  const filler = measure(bytes, end)
  if (filler === undefined || !holds(view, filler.end, tail)) return undefined
  return { end: filler.end + tail.bytes.length, size: words.size }
}

/** The only entry of the only list of choices. */
const choiceOf = (json: Json): Json | undefined => {
  const { choices } = json
  const only: unknown = Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined
  return isRecord(only) ? only : undefined
}
/** The words of a delta that says nothing else, and the name of their member. */
const wordsOf = (delta: Json): readonly [member: string, words: string] | undefined => {
  const telling = Object.entries(delta).filter(([member, value]) => member !== 'role' && !isAbsent(value))
  const [only] = telling
  if (telling.length !== 1 || only === undefined) return undefined
  const [member, value] = only
  if (member === 'tool_calls') return argumentsOf(value)
  const isKnown = member === 'content' || member === 'reasoning_content' || member === 'reasoning'
  return isKnown && isWord(value) ? [member, value] : undefined
}
const argumentsOf = (calls: unknown): readonly [member: string, words: string] | undefined => {
  const call: unknown = Array.isArray(calls) && calls.length === 1 ? calls[0] : undefined
  if (!isRecord(call) || !isRecord(call['function'])) return undefined
  const { arguments: words, name } = call['function']
  // A call that begins is not one that goes on.
  return isWord(words) && isAbsent(name) && isAbsent(call['id']) ? ['arguments', words] : undefined
}

/** Lists add up from chunk to chunk, so that only a chunk without any other may be taken for another. */
const saysNoMore = (choice: Json): boolean =>
  Object.entries(choice).every(([member, value]) => {
    if (member === 'delta' || member === 'index') return true
    if (member === 'finish_reason' || member === 'logprobs' || member === 'message') return isAbsent(value)
    return !JSON.stringify(value).includes('[')
  })
const learnable = (json: Json): readonly [member: string, words: string] | undefined => {
  const choice = choiceOf(json)
  if (choice === undefined || !isAbsent(json['usage']) || !isAbsent(json['error'])) return undefined
  return isRecord(choice['delta']) && saysNoMore(choice) ? wordsOf(choice['delta']) : undefined
}

/** Text before and after the string that is the value of this member. */
const around = (text: string, member: string): readonly [before: string, after: string] | undefined => {
  const key = new RegExp(`"${member}": ?"`).exec(text)
  if (key === null) return undefined
  const start = key.index + key[0].length
  const bytes = encoder.encode(text.slice(start))
  const words = measure(bytes, 0)
  return words && [text.slice(0, start), decoder.decode(bytes.subarray(words.end))]
}
const filler = 'obfuscation'
const patternOf = (text: string, member: string): Pattern | undefined => {
  const parts = around(text, member)
  if (parts === undefined) return undefined
  const [before, after] = parts
  // Another string in the same place must give the same JSON but for these words.
  const trial = parseJson(`${before}x${after}`.slice('data:'.length))
  const learned = isRecord(trial) ? learnable(trial) : undefined
  if (learned?.[0] !== member || learned[1] !== 'x') return undefined
  const split = after.includes(`"${filler}"`) ? around(after, filler) : undefined
  return {
    before: stretch(before),
    after: stretch(split?.[0] ?? after),
    tail: split && stretch(split[1]),
  }
}

/** Learning costs as much as reading some frames: a stream in which little repeats is soon read without. */
const isWorthIt = (lessons: number, hits: number): boolean => lessons < 8 + hits / 4

/** A memory for one stream. */
export const chunkMemory = (): ChunkMemory => {
  let pattern: Pattern | undefined
  let lessons = 0
  let hits = 0
  return {
    know(bytes, from) {
      const known = pattern === undefined ? undefined : match(pattern, bytes, from)
      if (known !== undefined) hits++
      return known
    },
    learn(frame, json) {
      const told = isWorthIt(lessons, hits) ? learnable(json) : undefined
      if (told === undefined) return
      lessons++
      const text = decoder.decode(frame)
      // Only a frame of one line, the data, ends in the same bytes wherever it stands.
      if (/^data: ?\{[^\r\n]*\}\n\n$/.test(text)) pattern = patternOf(text, told[0])
    },
  }
}

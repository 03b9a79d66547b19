/** JSON as text: where the top-level members lie, how to change one and leave every other byte, how deep a value goes. */
import type { Checked } from '../domain/units.ts'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN = 123
const CLOSE = 125

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Where a member's value lies, and where its key begins (the quote). `end` is one past the last byte. */
export interface MemberPlace {
  readonly start: number
  readonly end: number
  readonly keyStart: number
}
interface Member extends MemberPlace {
  readonly key: string
}

const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9
const skipSpace = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (isSpace(bytes[at])) at++
  return at
}

/** One past the closing quote of the string that begins at `from`; -1 if it does not end. */
const skipString = (bytes: Uint8Array, from: number): number => {
  let quote = bytes.indexOf(QUOTE, from + 1)
  while (quote !== -1) {
    let slash = quote - 1
    while (bytes[slash] === BACKSLASH) slash--
    if ((quote - slash) % 2 === 1) return quote + 1
    quote = bytes.indexOf(QUOTE, quote + 1)
  }
  return -1
}
/** One past the bracket that closes the list or object that begins at `from`; -1 if it does not end. */
const skipNested = (bytes: Uint8Array, from: number): number => {
  let depth = 0
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = skipString(bytes, at)
      if (at === -1) return -1
      continue
    }
    if (byte === OPEN || byte === OPEN_LIST) depth++
    else if ((byte === CLOSE || byte === CLOSE_LIST) && --depth === 0) return at + 1
    at++
  }
  return -1
}
/** One past a number or a word such as `true`; -1 if there is none. */
const skipScalar = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === COMMA || byte === CLOSE || isSpace(byte)) break
    at++
  }
  return at === from ? -1 : at
}
const skipValue = (bytes: Uint8Array, from: number): number => {
  const byte = bytes[from]
  if (byte === QUOTE) return skipString(bytes, from)
  return byte === OPEN || byte === OPEN_LIST ? skipNested(bytes, from) : skipScalar(bytes, from)
}

const keyText = (bytes: Uint8Array, from: number, end: number): string | undefined => {
  const text = decoder.decode(bytes.subarray(from + 1, end - 1))
  if (!text.includes('\\')) return text
  try {
    const parsed: unknown = JSON.parse(`"${text}"`)
    return typeof parsed === 'string' ? parsed : undefined
  } catch {
    return undefined
  }
}

const readMember = (bytes: Uint8Array, keyStart: number): Member | undefined => {
  if (bytes[keyStart] !== QUOTE) return undefined
  const keyEnd = skipString(bytes, keyStart)
  if (keyEnd === -1) return undefined
  const key = keyText(bytes, keyStart, keyEnd)
  const colon = skipSpace(bytes, keyEnd)
  if (key === undefined || bytes[colon] !== COLON) return undefined
  const start = skipSpace(bytes, colon + 1)
  const end = skipValue(bytes, start)
  return end === -1 ? undefined : { key, keyStart, start, end }
}

interface Members {
  /** In order, duplicates included. */
  readonly all: readonly Member[]
  /** Where the closing brace stands. */
  readonly close: number
}
const broken = (at: number, wanted: string): Checked<never> => ({
  ok: false,
  why: `the JSON text breaks off or is malformed at byte ${at}: ${wanted} would be right`,
})

const membersOf = (bytes: Uint8Array): Checked<Members> => {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const open = skipSpace(bytes, marked ? 3 : 0)
  if (bytes[open] !== OPEN) return broken(open, 'an object')
  const all: Member[] = []
  let at = skipSpace(bytes, open + 1)
  while (bytes[at] !== CLOSE || all.length > 0) {
    const member = readMember(bytes, at)
    if (member === undefined) return broken(at, 'a member such as "name": value')
    all.push(member)
    at = skipSpace(bytes, member.end)
    if (bytes[at] === CLOSE) break
    if (bytes[at] !== COMMA) return broken(at, 'a comma or the closing brace')
    at = skipSpace(bytes, at + 1)
  }
  const rest = skipSpace(bytes, at + 1)
  return rest < bytes.length ? broken(rest, 'nothing more') : { ok: true, value: { all, close: at } }
}

/** Where the values of an object's own members lie. Values are skipped, not checked. Of members with one name the last counts, as with JSON.parse. */
export const topLevelMembers = (bytes: Uint8Array): Checked<ReadonlyMap<string, MemberPlace>> => {
  const members = membersOf(bytes)
  if (!members.ok) return members
  return {
    ok: true,
    value: new Map(members.value.all.map(({ key, start, end, keyStart }) => [key, { start, end, keyStart }])),
  }
}

interface Cut {
  readonly from: number
  readonly to: number
  readonly text: string
}
const cutsOf = (members: Members, edits: Readonly<Record<string, string | undefined>>): readonly Cut[] => {
  const cuts: Cut[] = []
  const seen = new Set<string>()
  let kept = 0
  for (const [place, member] of members.all.entries()) {
    if (!Object.hasOwn(edits, member.key)) {
      kept++
      continue
    }
    seen.add(member.key)
    const text = edits[member.key]
    if (text !== undefined) {
      cuts.push({ from: member.start, to: member.end, text })
      kept++
    } else if (kept > 0) cuts.push({ from: members.all[place - 1]!.end, to: member.end, text: '' })
    else cuts.push({ from: member.keyStart, to: members.all[place + 1]?.keyStart ?? member.end, text: '' })
  }
  for (const [key, text] of Object.entries(edits)) {
    if (text === undefined || seen.has(key)) continue
    const comma = kept++ > 0 ? ',' : ''
    cuts.push({ from: members.close, to: members.close, text: `${comma}${JSON.stringify(key)}:${text}` })
  }
  return cuts
}

/**
 * The object with the JSON text of some members replaced, removed (undefined) or, where missing, added at its end; every
 * other byte stays. A member that stands there twice is changed twice. Bytes that are no JSON object come back as they are.
 */
export const editMembers = (bytes: Uint8Array, edits: Readonly<Record<string, string | undefined>>): Uint8Array => {
  const members = membersOf(bytes)
  if (!members.ok) return bytes
  const cuts = cutsOf(members.value, edits).map(cut => ({ ...cut, text: encoder.encode(cut.text) }))
  const edited = new Uint8Array(
    cuts.reduce((size, { from, to, text }) => size + text.length - (to - from), bytes.length),
  )
  let read = 0
  let written = 0
  for (const { from, to, text } of cuts) {
    edited.set(bytes.subarray(read, from), written)
    written += from - read
    edited.set(text, written)
    written += text.length
    read = to
  }
  edited.set(bytes.subarray(read), written)
  return edited
}

/** How deep lists and objects nest: 0 for a scalar, 1 for `[]`. Counting stops at `limit + 1`, so no depth can exhaust the stack. */
export const depthOf = (value: unknown, limit: number): number => {
  if (!isObject(value)) return 0
  if (limit < 1) return 1
  let deepest = 0
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    const depth = depthOf(member, limit - 1)
    if (depth > deepest) deepest = depth
    if (deepest >= limit) break
  }
  return 1 + deepest
}
const isObject = (value: unknown): value is object => value !== null && typeof value === 'object'

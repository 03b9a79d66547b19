/** Headers that say how to route, and their synonyms from other gateways, to Wishes. */
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { SessionId } from '../../domain/ids.ts'
import { didYouMean } from '../../domain/nearest.ts'
import type { Wishes } from '../../domain/request.ts'
import { microUsd, millis } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'

type Growing = { -readonly [Key in keyof Wishes]: Wishes[Key] } & { tags: Record<string, string> }
/** Reads one header into the wishes, or says what would be right. */
type Reader = (value: string, wishes: Growing) => string | undefined

const longestWord = 256
const mostTags = 64
/** A day. */
const longestWait = 86_400_000

/** A header's text: node hands it on byte by byte, and clients send UTF-8 or Latin-1. */
const textOf = (value: string): string => {
  if (!/[\u0080-\u00ff]/.test(value)) return value.trim()
  const bytes = Buffer.from(value, 'latin1')
  return (isUtf8(bytes) ? bytes.toString() : value).trim()
}

const wordInto =
  (take: (wishes: Growing, word: string) => void): Reader =>
  (value, wishes) => {
    if (value === '' || value.length > longestWord) return `a word of 1 to ${longestWord} characters`
    take(wishes, value)
    return undefined
  }

const listInto =
  (take: (wishes: Growing, names: readonly string[]) => void): Reader =>
  (value, wishes) => {
    const names = value
      .split(',')
      .map(name => name.trim())
      .filter(name => name !== '')
    if (names.length === 0) return 'names of providers, separated by commas'
    take(wishes, names)
    return undefined
  }

const wholeInto =
  (most: number, take: (wishes: Growing, count: number) => void): Reader =>
  (value, wishes) => {
    const count = /^\d{1,12}$/.test(value) ? Number(value) : 0
    if (count < 1 || count > most) return `a whole number from 1 to ${most}`
    take(wishes, count)
    return undefined
  }

const setTag = (wishes: Growing, name: string, value: string): string | undefined => {
  if (name === '' || name.length > longestWord || value.length > longestWord) {
    return `names and values of 1 to ${longestWord} characters`
  }
  if (Object.keys(wishes.tags).length >= mostTags) return `at most ${mostTags} tags`
  // Not by assignment: a tag may be called __proto__.
  Object.defineProperty(wishes.tags, name, { value, enumerable: true, configurable: true, writable: true })
  return undefined
}

const readTags: Reader = (value, wishes) => {
  for (const pair of value.split(',')) {
    if (pair.trim() === '') continue
    const equals = pair.indexOf('=')
    if (equals === -1) return 'pairs such as "team=search,tier=gold"'
    const wrong = setTag(wishes, pair.slice(0, equals).trim(), pair.slice(equals + 1).trim())
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no object either, and that is what the reader complains of.
    return undefined
  }
}
const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** Portkey's metadata: a JSON object of scalars. */
const readMetadata: Reader = (value, wishes) => {
  const metadata = parsed(value)
  if (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata)) {
    return 'a JSON object such as {"team":"search"}'
  }
  for (const [name, one] of Object.entries(metadata)) {
    if (!isScalar(one)) return 'a JSON object of strings, numbers, true or false'
    const wrong = setTag(wishes, name, String(one))
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const readCap: Reader = (value, wishes) => {
  if (!/^(?:\d{1,9}(?:\.\d*)?|\.\d+)$/.test(value)) return 'US dollars such as 0.05'
  wishes.budgetCap = microUsd(Number(value) * 1_000_000)
  return undefined
}

const readFlag: Reader = (value, wishes) => {
  if (!/^(?:1|true|0|false)$/.test(value)) return '1 or 0'
  wishes.explain = value === '1' || value === 'true'
  return undefined
}

/** Nothing is cached yet: off and refresh are what happens anyway, and no answer could come from the cache alone. */
const readCache: Reader = value => (value === 'off' || value === 'refresh' ? undefined : '"off" or "refresh"')

const readPolicy = wordInto((wishes, word) => (wishes.policy = word))

/** By header, in the order in which they are read: of two that say the same, the later counts. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['x-portkey-metadata', readMetadata],
  ['x-tenant-id', (value, wishes) => setTag(wishes, 'tenant', value)],
  ['x-fagi-route-policy', readPolicy],
  ['x-budget-cap', readCap],
  ['x-signalbox-policy', readPolicy],
  ['x-signalbox-tags', readTags],
  ['x-signalbox-session', wordInto((wishes, word) => (wishes.session = word as SessionId))],
  ['x-signalbox-run', wordInto((wishes, word) => (wishes.run = word))],
  ['x-signalbox-lock', wordInto((wishes, word) => (wishes.lock = word))],
  ['x-signalbox-only', listInto((wishes, names) => (wishes.only = names))],
  ['x-signalbox-ignore', listInto((wishes, names) => (wishes.ignore = names))],
  ['x-signalbox-budget-cap', readCap],
  ['x-signalbox-max-attempts', wholeInto(100, (wishes, count) => (wishes.maxAttempts = count))],
  ['x-signalbox-timeout-ms', wholeInto(longestWait, (wishes, count) => (wishes.timeout = millis(count)))],
  ['x-signalbox-cache', readCache],
  ['x-signalbox-task', wordInto((wishes, word) => (wishes.task = word))],
  ['x-signalbox-explain', readFlag],
])
const ours = [...readers.keys()].filter(name => name.startsWith('x-signalbox-'))

/** What the headers wish for, or which of them is wrong and what would be right. */
export const readWishes = (headers: IncomingHttpHeaders): Checked<Wishes> => {
  const wishes: Growing = { tags: {} }
  let isWished = false
  for (const name in headers) {
    if (readers.has(name)) isWished = true
    else if (name.startsWith('x-signalbox-')) {
      const known = didYouMean(name, ours) || `; there are ${ours.join(', ')}`
      return { ok: false, why: `there is no request header "${name.slice(0, 80)}"${known}`, at: name.slice(0, 80) }
    }
  }
  if (!isWished) return { ok: true, value: wishes }
  for (const [name, read] of readers) {
    const value = headers[name]
    if (value === undefined) continue
    const text = textOf(typeof value === 'string' ? value : value.join(', '))
    const right = read(text, wishes)
    if (right !== undefined) {
      return { ok: false, why: `${name} is "${text.slice(0, 80)}"; ${right} would be right`, at: name }
    }
  }
  return { ok: true, value: wishes }
}

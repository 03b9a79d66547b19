/** What single values of a configuration may be: how each is written, read and shown to editors. */
import * as z from 'zod'
import { millis, tokens } from '../domain/units.ts'
import type { Millis, Tokens } from '../domain/units.ts'
import { duration, share } from '../routing/parsers.ts'

type Json = Readonly<Record<string, unknown>>

/** One kind of value. */
export interface Kind<T> {
  /** What would be right, to end the sentence "write …". */
  readonly what: string
  /** The same as JSON Schema. */
  readonly json: Json
  /** Undefined where the value is not of this kind. */
  read(value: unknown): T | undefined
}

/** A member of this kind with its description. Its issues hold what would be right, not what was found. */
export const leaf = <T>(kind: Kind<T>, about: string): z.ZodType<T> =>
  z
    .unknown()
    .transform((value, context): T => {
      const read = kind.read(value)
      if (read !== undefined) return read
      context.addIssue({ code: 'custom', message: kind.what })
      return z.NEVER
    })
    .meta({ description: about, ...kind.json })

/** The same member where it may be left out. */
export const optionalLeaf = <T>(kind: Kind<T>, about: string): z.ZodOptional<z.ZodType<T>> =>
  leaf(kind, about).optional().meta({ description: about })

/** An editor must not complain of a number that comes from the environment. */
const referenced: Json = { type: 'string', pattern: '\\$\\{' }

const longestText = 4096
/** No line ends, no tabs, nothing that a header or a log could trip over. */
export const isPrintable = (text: string): boolean => !/\p{Cc}/u.test(text)

const readText = (value: unknown): string | undefined => {
  // Names such as 2024 are text that YAML takes for a number.
  if (typeof value === 'boolean' || Number.isInteger(value)) return String(value)
  if (typeof value !== 'string' || value.length > longestText) return undefined
  return value.trim() !== '' && isPrintable(value) ? value : undefined
}

/** Text on one line, in quotes if it is to hold other than letters. */
export const text: Kind<string> = {
  what: 'text on one line',
  json: { type: ['string', 'integer', 'boolean'] },
  read: readText,
}

/** A name as it may stand in a header: no blanks, nothing beyond ASCII. */
export const word: Kind<string> = {
  what: 'a name without blanks, of letters, digits and signs of ASCII',
  json: { type: ['string', 'integer'], pattern: '^[!-~]+$' },
  read: value => {
    const found = readText(value)
    return found !== undefined && /^[!-~]{1,256}$/.test(found) ? found : undefined
  },
}

/** A word of which more can be said. */
export const named = (what: string): Kind<string> => ({ ...word, what })

/** A model as a provider calls it, which may become part of an address: one with a part of dots alone would lead elsewhere. */
export const modelName: Kind<string> = {
  ...named('a model such as gpt-4o-mini'),
  read: value => {
    const found = word.read(value)
    return found === undefined || /(?:^|\/)\.{1,2}(?:\/|$)/.test(found) ? undefined : found
  },
}

/** True or false. */
export const flag: Kind<boolean> = {
  what: 'true or false',
  json: { anyOf: [{ type: 'boolean' }, referenced] },
  read: value => (typeof value === 'boolean' ? value : undefined),
}

/** One of these words. */
export const oneOf = <const Word extends string>(...words: readonly [Word, ...Word[]]): Kind<Word> => ({
  what: words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`,
  json: { anyOf: [{ enum: words }, referenced] },
  read: value => words.find(one => one === value),
})

/** A number may stand in quotes, as one from the environment does. */
const readNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

/** A whole number from `least` to `most`. */
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> => ({
  what:
    most === Number.MAX_SAFE_INTEGER ? `a whole number of ${least} or more` : `a whole number from ${least} to ${most}`,
  json: {
    anyOf: [{ type: 'integer', minimum: least, ...(most < Number.MAX_SAFE_INTEGER && { maximum: most }) }, referenced],
  },
  read: value => {
    const found = readNumber(value)
    return Number.isInteger(found) && found !== undefined && found >= least && found <= most ? found : undefined
  },
})

/** A number of `least` or more, below a bound that only a slip of the pen would pass. */
export const amount = (what: string, most: number, least = 0): Kind<number> => ({
  what: `${what}, from ${least} to ${most}`,
  json: { anyOf: [{ type: 'number', minimum: least, maximum: most }, referenced] },
  read: value => {
    const found = readNumber(value)
    return found !== undefined && found >= least && found <= most ? found : undefined
  },
})

/** Longer times are taken for another unit: a timer cannot hold them either. */
const longestTime = 86_400_000

/** A time of at least `least` milliseconds and at most a day. */
export const time = (least: number): Kind<Millis> => ({
  what: `${duration.type}, ${least === 0 ? 'at most a day' : `from ${least}ms to a day`}`,
  json: {
    anyOf: [
      { type: 'number', minimum: least, maximum: longestTime },
      { type: 'string', pattern: '^\\s*\\d*\\.?\\d+\\s*(ms|s|m)\\s*$|\\$\\{' },
    ],
  },
  read: value => {
    const read = duration.parse(value)
    return read.ok && read.value >= least && read.value <= longestTime ? millis(read.value) : undefined
  },
})

/** A share from 0 to 1, as such or in per cent. */
export const fraction: Kind<number> = {
  what: share.type,
  json: {
    anyOf: [
      { type: 'number', minimum: 0, maximum: 1 },
      { type: 'string', pattern: '^\\s*\\d*\\.?\\d+\\s*%?\\s*$|\\$\\{' },
    ],
  },
  read: value => {
    const read = share.parse(value)
    return read.ok ? read.value : undefined
  },
}

const sizes: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6 }

/** So many tokens: 128000, 128k or 1M. */
export const tokenCount: Kind<Tokens> = {
  what: 'a number of tokens such as 128000, 128k or 1M',
  json: {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: '^\\d+(\\.\\d+)?[kKmM]?$|\\$\\{' },
    ],
  },
  read: value => {
    const parts = /^(\d{1,12}(?:\.\d{1,6})?)([km]?)$/i.exec(
      typeof value === 'number' ? String(value) : String(value ?? ''),
    )
    const count = Math.round(Number(parts?.[1]) * (sizes[(parts?.[2] ?? '').toLowerCase()] ?? 1))
    return Number.isSafeInteger(count) && count > 0 ? tokens(count) : undefined
  },
}

/** An address that can be called; a password in it would end up in logs. */
export const address: Kind<string> = {
  what: 'an http or https address without user, password, query or fragment, such as http://127.0.0.1:8000/v1',
  json: { type: 'string', pattern: '^https?://|\\$\\{' },
  read: value => {
    if (typeof value !== 'string' || !isPrintable(value) || !/^https?:\/\//i.test(value) || !URL.canParse(value))
      return undefined
    const { username, password, search, hash } = new URL(value)
    return [username, password, search, hash].every(part => part === '') ? value : undefined
  },
}

/** One value or a list of them; each once. */
export const listOf = (kind: Kind<string>, most = 1000): Kind<readonly string[]> => ({
  what: `a list, each once: ${kind.what}`,
  json: { anyOf: [{ type: 'array', items: kind.json, uniqueItems: true }, kind.json] },
  read: value => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    const found = list.map(one => kind.read(one)).filter(one => one !== undefined)
    const isWhole = found.length === list.length && found.length <= most && new Set(found).size === found.length
    return isWhole ? found : undefined
  },
})

/** A list of names, each told by itself where it is none. */
export const nameList = (about: string): z.ZodOptional<z.ZodArray<z.ZodType<string>>> =>
  z
    .array(leaf(word, 'A name.'), { error: 'a list of names such as [one, other]' })
    .max(1000, 'at most 1000 names')
    .optional()
    .meta({ description: about })

/** Anything: what it may be is checked elsewhere. */
export const anything = (what: string, json: Json): Kind<unknown> => ({
  what,
  json,
  read: value => (value === null ? undefined : value),
})

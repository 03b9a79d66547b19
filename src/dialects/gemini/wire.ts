/** What all parts of this dialect share: its name, and careful reading of JSON that others wrote. */
import type { DialectId } from '../../domain/ids.ts'
import { foreignLosses } from '../../domain/foreign.ts'
import type { Extensions } from '../../domain/message.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Checked } from '../../domain/units.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const dialect = 'gemini' as DialectId

export type Json = Readonly<Record<string, unknown>>

/** True for an object that is no list. */
export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Null stands for absent wherever a member may be left out. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

/** A string that says something. */
export const isWord = (value: unknown): value is string => typeof value === 'string' && value !== ''

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** The members by the names that Google's JSON has; it takes `inline_data` for `inlineData` as well. Deeper members stay. */
export const camelKeys = (record: Json): Json => {
  const names = Object.keys(record)
  if (!names.some(name => name.includes('_'))) return record
  return Object.fromEntries(names.map(name => [camel(name), record[name]]))
}
/** One of the members as an object with Google's names; undefined if it is none. */
export const camelRecord = (record: Json, name: string): Json | undefined => {
  const value = record[name]
  return isRecord(value) ? camelKeys(value) : undefined
}

/** What was found, in words short enough for an error message. */
export const found = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value !== 'string') return `the ${typeof value} ${String(value)}`
  if (value === '') return 'an empty string'
  return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
}

/** Collects what is wrong with a body; readers go on with a stand-in, and the first finding is the answer. */
export interface Findings {
  first?: { readonly at: string; readonly why: string }
}
/** Notes that `value` at this path is not what would be right. */
export const report = (findings: Findings, at: string, value: unknown, right: string): undefined => {
  findings.first ??= { at, why: `${at} is ${found(value)}; it must be ${right}` }
  return undefined
}
/** What was read, unless something was found wrong. */
export const checked = <T>(findings: Findings, value: T): Checked<T> =>
  findings.first === undefined ? { ok: true, value } : { ok: false, ...findings.first }

/** A string that must be there; '' stands in where there is none. */
export const readText = (record: Json, key: string, at: string, findings: Findings): string => {
  const value = record[key]
  if (typeof value === 'string') return value
  report(findings, at === '' ? key : `${at}.${key}`, value, 'a string')
  return ''
}
/** A string that may be left out. */
export const readOptionalText = (record: Json, key: string, at: string, findings: Findings): string | undefined => {
  const value = record[key]
  if (isAbsent(value) || typeof value === 'string') return value ?? undefined
  return report(findings, `${at}.${key}`, value, 'a string, or left out')
}
/** True or false, or left out. */
export const readFlag = (record: Json, key: string, at: string, findings: Findings): boolean | undefined => {
  const value = record[key]
  if (isAbsent(value) || typeof value === 'boolean') return value ?? undefined
  return report(findings, `${at}.${key}`, value, 'true or false')
}

/** The members not named in `known`, without nulls; undefined if there are none. */
export const otherMembers = (record: Json, known: ReadonlySet<string>): Json | undefined => {
  const others = Object.entries(record).filter(([key, value]) => !known.has(key) && !isAbsent(value))
  return others.length === 0 ? undefined : Object.fromEntries(others)
}
/** The members, or undefined if there are none. */
export const someMembers = (record: Json): Json | undefined => (Object.keys(record).length === 0 ? undefined : record)
/** Members as this dialect's extensions, ready to be spread into what carries them. */
export const carried = (members: Json | undefined): { readonly extensions?: Extensions } =>
  members === undefined ? {} : { extensions: { [dialect]: members } }
/** This dialect's own members among the extensions. */
export const ownMembers = (extensions: Extensions | undefined): Json => extensions?.[dialect] ?? {}
/** The own members to be written: null marks what is said elsewhere. */
export const ownToWrite = (extensions: Extensions | undefined): Json =>
  Object.fromEntries(Object.entries(ownMembers(extensions)).filter(([, value]) => !isAbsent(value)))

/** JSON text of a value; undefined if it nests so deeply that it cannot be written. */
export const jsonText = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value)
  } catch {
    // Only a stack that ran out ends here; the caller says what it makes of it.
    return undefined
  }
}
/** The value that a JSON text stands for; undefined if it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON text stands for undefined, so that this is an answer.
    return undefined
  }
}

/** Arguments of a call as JSON text; no members means no arguments. */
export const argumentsText = (args: unknown): string => {
  if (isAbsent(args) || (isRecord(args) && Object.keys(args).length === 0)) return ''
  return jsonText(args) ?? ''
}
/** The way back: an object, or undefined if the text is no JSON object. */
export const argumentsOf = (text: string): Json | undefined => {
  if (text.trim() === '') return {}
  const value = parseJson(text)
  return isRecord(value) ? value : undefined
}

/** False for a call that came without any, not even an empty object. */
export const hasArguments = (call: { readonly input: string; readonly extensions?: Extensions }): boolean =>
  call.input !== '' || ownMembers(call.extensions)['args'] !== null

/** True for two values that are written alike. */
export const isSame = (left: unknown, right: unknown): boolean => left === right || jsonText(left) === jsonText(right)

/** Gathers losses, each field once. */
export interface Losses {
  add(field: string, why: string): void
  /** Everything in these extensions that another dialect knows and this one cannot tell. */
  addForeign(extensions: Extensions | undefined, prefix: string, said?: ReadonlySet<string>): void
  list(): readonly Loss[]
}
/** No losses yet. */
export const noLosses = (): Losses => {
  const byField = new Map<string, Loss>()
  const add = (field: string, why: string): void => {
    if (!byField.has(field)) byField.set(field, { field, why })
  }
  return {
    add,
    addForeign(extensions, prefix, said) {
      for (const { field, why } of foreignLosses(extensions, dialect, said)) add(`${prefix}${field}`, why)
    },
    list: () => [...byField.values()],
  }
}

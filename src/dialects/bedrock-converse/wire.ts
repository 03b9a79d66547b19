/** What all parts of this dialect share: its name, and careful reading of JSON that others wrote. */
import type { DialectId } from '../../domain/ids.ts'
import type { CacheMark, Extensions } from '../../domain/message.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Checked } from '../../domain/units.ts'
import { foreignLosses } from '../../domain/foreign.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const dialect = 'bedrock-converse' as DialectId

export type Json = Readonly<Record<string, unknown>>

/** True for an object that is no list. */
export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Null stands for absent wherever a member may be left out. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

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
export const report = (findings: Findings, at: string, value: unknown, right: string): void => {
  findings.first ??= { at, why: `${at} is ${found(value)}; it must be ${right}` }
}
/** What was read, unless something was found wrong. */
export const checked = <T>(findings: Findings, value: T): Checked<T> =>
  findings.first === undefined ? { ok: true, value } : { ok: false, ...findings.first }

/** A string that must be there. */
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
  report(findings, `${at}.${key}`, value, 'a string, or left out')
  return undefined
}

/** The members not named in `known`, without nulls; undefined if there are none. */
export const otherMembers = (record: Json, known: ReadonlySet<string>): Json | undefined => {
  const others = Object.entries(record).filter(([key, value]) => !known.has(key) && !isAbsent(value))
  return others.length === 0 ? undefined : Object.fromEntries(others)
}
/** Members as this dialect's extensions, ready to be spread into what carries them. */
export const carried = (members: Json | undefined): { readonly extensions?: Extensions } =>
  members === undefined || Object.keys(members).length === 0 ? {} : { extensions: { [dialect]: members } }
/** This dialect's own members among the extensions. */
export const ownMembers = (extensions: Extensions | undefined): Json => extensions?.[dialect] ?? {}

/** A `cachePoint` block as a mark. */
export const readCachePoint = (point: unknown): CacheMark => {
  const ttl = isRecord(point) ? point['ttl'] : undefined
  return typeof ttl === 'string' ? { ttl } : {}
}

/** The only member of a union, and its value; undefined unless there is exactly one. Some name the kind in a `type` beside it. */
export const memberOf = (union: Json): readonly [kind: string, value: unknown] | undefined => {
  const members = Object.entries(union).filter(([name, value]) => !isAbsent(value) && name !== 'type')
  return members.length === 1 ? members[0] : undefined
}

/** JSON text of a value; undefined if it nests so deeply that it cannot be written. */
export const jsonText = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
/** The value that a JSON text stands for; undefined if it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A tool's input as JSON text; no members means no arguments. */
export const inputText = (input: unknown): string => {
  if (isAbsent(input) || (isRecord(input) && Object.keys(input).length === 0)) return ''
  return jsonText(input) ?? ''
}
/** The way back: an object, or undefined if the text is no JSON object. */
export const inputOf = (text: string): Json | undefined => {
  if (text.trim() === '') return {}
  const value = parseJson(text)
  return isRecord(value) ? value : undefined
}

/** Gathers losses, each field once. */
export interface Losses {
  add(field: string, why: string): void
  /** Everything in these extensions that another dialect knows and this one cannot tell. */
  addForeign(extensions: Extensions | undefined, prefix: string): void
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
    addForeign(extensions, prefix) {
      for (const { field, why } of foreignLosses(extensions, dialect)) add(`${prefix}${field}`, why)
    },
    list: () => [...byField.values()],
  }
}

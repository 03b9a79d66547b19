/** What all parts of this dialect share: its name, and careful reading of JSON that others wrote. */
import { foreignLosses } from '../../domain/foreign.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { Extensions } from '../../domain/message.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Checked } from '../../domain/units.ts'
import { depthOf } from '../json-text.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const dialect = 'openai-completions' as DialectId

export type Json = Readonly<Record<string, unknown>>

/** True for an object that is no list. */
export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Null stands for absent wherever a member may be left out. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

/** A string that says something. */
export const isWord = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** The string in a member, '' where there is none. */
export const textOf = (record: Json, key: string): string => {
  const value = record[key]
  return typeof value === 'string' ? value : ''
}
/** The object in a member, empty where there is none. */
export const recordOf = (record: Json, key: string): Json => {
  const value = record[key]
  return isRecord(value) ? value : noMembers
}
const noMembers: Json = {}

/** What was found, in words short enough for an error message. */
export const found = (value: unknown): string => {
  if (value === undefined) return 'missing'
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

/** A string with something in it; '' stands in where there is none. */
export const requiredWord = (findings: Findings, at: string, value: unknown): string => {
  if (!isWord(value)) report(findings, at, value, 'a string that is not empty')
  return isWord(value) ? value : ''
}
/** A string, or undefined if it is absent. */
export const optionalText = (findings: Findings, at: string, value: unknown): string | undefined => {
  if (isAbsent(value) || typeof value === 'string') return value ?? undefined
  return report(findings, at, value, 'a string, or left out')
}
/** A finite number, or undefined if it is absent. */
export const optionalNumber = (findings: Findings, at: string, value: unknown): number | undefined => {
  if (isAbsent(value)) return undefined
  return Number.isFinite(value) ? Number(value) : report(findings, at, value, 'a number, or left out')
}
/** A whole number of at least `least`, or undefined if it is absent. */
export const optionalInteger = (findings: Findings, at: string, value: unknown, least: number): number | undefined => {
  if (isAbsent(value)) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  return report(findings, at, value, `a whole number of at least ${least}, or left out`)
}
/** True or false, or undefined if it is absent. */
export const optionalFlag = (findings: Findings, at: string, value: unknown): boolean | undefined => {
  if (isAbsent(value) || typeof value === 'boolean') return value ?? undefined
  return report(findings, at, value, 'true or false, or left out')
}
/** An object, or undefined if it is absent. */
export const optionalRecord = (findings: Findings, at: string, value: unknown): Json | undefined => {
  if (isAbsent(value)) return undefined
  return isRecord(value) ? value : report(findings, at, value, 'an object, or left out')
}
/** A list; empty if it is absent. */
export const optionalList = (findings: Findings, at: string, value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  if (!isAbsent(value)) report(findings, at, value, 'a list, or left out')
  return []
}

/** The members not named in `known`, without nulls; undefined if there are none. Safe for a member called `__proto__`. */
export const otherMembers = (record: Json, known: ReadonlySet<string>): Json | undefined => {
  const others = Object.entries(record).filter(([key, value]) => !known.has(key) && !isAbsent(value))
  return others.length === 0 ? undefined : Object.fromEntries(others)
}
/** Members as this dialect's extensions, ready to be spread into what carries them. */
export const carried = (members: Json | undefined): { readonly extensions?: Extensions } =>
  members === undefined || Object.keys(members).length === 0 ? {} : { extensions: { [dialect]: members } }
/** This dialect's own members among the extensions. */
export const ownMembers = (extensions: Extensions | undefined): Json => extensions?.[dialect] ?? noMembers

/** JSON text of a value; '' if it nests so deeply that it cannot be written. */
export const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}
/** The value that a JSON text stands for, or undefined: no JSON text stands for that. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Bodies and answers that nest deeper are refused: they could exhaust the stack of whoever writes them. */
export const deepest = 256
/** True for JSON that nests too deep. `length` is that of its text, where it is known: short texts cannot. */
export const isTooDeep = (value: unknown, length = Infinity): boolean =>
  length > 2 * deepest && depthOf(value, deepest) > deepest

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

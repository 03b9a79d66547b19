/** What all parts of this dialect share: its name, its extensions, and careful reading of JSON that others wrote. */
import type { DialectId } from '../../domain/ids.ts'
import type { CacheMark, Extensions } from '../../domain/message.ts'
import type { Loss } from '../../domain/outcome.ts'
import { foreignLosses, formMember } from '../../domain/foreign.ts'
import { depthOf } from '../json-text.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const openaiResponsesId = 'openai-responses' as DialectId

export type Json = Readonly<Record<string, unknown>>

/** True for an object that is no list. */
export const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** True for null too: OpenAI takes null wherever a member may be left out. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

/** A string that says something. */
export const isWord = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** The members not named, word for word; undefined if there are none. Safe for a member called `__proto__`. */
export const without = (record: Json, known: ReadonlySet<string>): Json | undefined => {
  let rest: [string, unknown][] | undefined
  for (const key of Object.keys(record)) if (!known.has(key)) (rest ??= []).push([key, record[key]])
  return rest === undefined ? undefined : Object.fromEntries(rest)
}
/** The same, with those that are known and null: some clients write all that there is, and null is lost nowhere. */
export const withNulls = (record: Json, known: ReadonlySet<string>): Json | undefined => {
  const rest = Object.entries(record).filter(([key, value]) => value === null || !known.has(key))
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}
/** Members as this dialect's extensions, ready to be spread into what carries them. */
export const carried = (members: Json | undefined): { readonly extensions?: Extensions } =>
  members === undefined ? {} : { extensions: { [openaiResponsesId]: members } }
/** This dialect's own members among the extensions. */
export const ownMembers = (extensions: Extensions | undefined): Json => extensions?.[openaiResponsesId] ?? noMembers
const noMembers: Json = {}
/** How the dialect itself told a thing (ids, order, spelling): it means nothing to others, and so is never lost. */
export const formOf = (extensions: Extensions | undefined): Json => ownRecord(ownMembers(extensions), formMember)
/** Members, with the form in which they came where there is one, as this dialect's extensions. */
export const carriedWith = (form: Json | undefined, members?: Json): { readonly extensions?: Extensions } =>
  form === undefined ? carried(members) : carried({ ...members, [formMember]: form })
const formOnly = new Set([formMember])
/** This dialect's own members without the form in which they came. */
export const plainMembers = (extensions: Extensions | undefined): Json =>
  without(ownMembers(extensions), formOnly) ?? noMembers
/** One of the own members that is an object; empty if there is none. */
export const ownRecord = (members: Json, key: string): Json => {
  const value = members[key]
  return isRecord(value) ? value : noMembers
}

/** What was found, in words short enough for an error message. */
export const found = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value !== 'string') return `the ${typeof value} ${String(value)}`
  return value === '' ? 'an empty string' : `the string ${JSON.stringify(value.slice(0, 40))}`
}

/** Collects what is wrong with a body; readers go on with a stand-in, and the first problem is the answer. */
export interface Problems {
  first?: { readonly at: string; readonly why: string }
}
/** Notes that the value at this path is not what would be right. */
export const complain = (problems: Problems, at: string, value: unknown, right: string): undefined => {
  problems.first ??= { at, why: `${at} is ${found(value)}; ${right} would be right` }
  return undefined
}

/** A string, or undefined if it is absent. */
export const optionalText = (problems: Problems, at: string, value: unknown): string | undefined => {
  if (isAbsent(value) || typeof value === 'string') return value ?? undefined
  return complain(problems, at, value, 'a string')
}
/** A string with something in it; '' stands in where there is none. */
export const requiredWord = (problems: Problems, at: string, value: unknown): string => {
  if (!isWord(value)) complain(problems, at, value, 'a string that is not empty')
  return isWord(value) ? value : ''
}
/** A finite number, or undefined if it is absent. */
export const optionalNumber = (problems: Problems, at: string, value: unknown): number | undefined => {
  if (isAbsent(value)) return undefined
  return Number.isFinite(value) ? Number(value) : complain(problems, at, value, 'a number')
}
/** A whole number of at least `least`, or undefined if it is absent. */
export const optionalInteger = (
  problems: Problems,
  at: string,
  value: unknown,
  least = -Infinity,
): number | undefined => {
  if (isAbsent(value)) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  return complain(problems, at, value, least === -Infinity ? 'a whole number' : `a whole number of at least ${least}`)
}
/** True or false, or undefined if it is absent. */
export const optionalFlag = (problems: Problems, at: string, value: unknown): boolean | undefined => {
  if (isAbsent(value) || typeof value === 'boolean') return value ?? undefined
  return complain(problems, at, value, 'true or false')
}
/** An object, or undefined if it is absent. */
export const optionalRecord = (problems: Problems, at: string, value: unknown): Json | undefined => {
  if (isAbsent(value)) return undefined
  return isRecord(value) ? value : complain(problems, at, value, 'an object')
}

/** `prompt_cache_breakpoint` as a mark, ready to be spread. */
export const readCache = (value: unknown): { readonly cache?: CacheMark } => (isRecord(value) ? { cache: {} } : {})
/** The way back. */
export const writeCache = (cache: CacheMark | undefined): Json =>
  cache === undefined ? {} : { prompt_cache_breakpoint: { mode: 'explicit' } }

/** Losses by field, each named once. */
export type Losses = Map<string, string>
export const addLoss = (losses: Losses, field: string, why: string): void => {
  if (!losses.has(field)) losses.set(field, why)
}
/** Names every field that only another dialect knows, but for those that are said all the same. */
export const addForeign = (
  losses: Losses,
  extensions: Extensions | undefined,
  prefix: string,
  said?: ReadonlySet<string>,
): void => {
  for (const { field, why } of foreignLosses(extensions, openaiResponsesId, said))
    addLoss(losses, `${prefix}${field}`, why)
}
export const listLosses = (losses: Losses): readonly Loss[] => [...losses].map(([field, why]) => ({ field, why }))

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

/** Members of JSON that others wrote: which are there, which are left over, and the way to text and back. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { depthOf } from './json-text.ts'

/** Null stands for absent wherever a member may be left out. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

/** A string that says something. */
export const isWord = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** An object without members. */
export const noMembers: Json = {}

/** The elements of a list; none of anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
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

/** The members not named in `known`, nulls among them; undefined if there are none. Safe for a member called `__proto__`. */
export const without = (record: Json, known: ReadonlySet<string>): Json | undefined => {
  let rest: [string, unknown][] | undefined
  for (const key of Object.keys(record)) if (!known.has(key)) (rest ??= []).push([key, record[key]])
  return rest === undefined ? undefined : Object.fromEntries(rest)
}
/** The members not named in `known`, but for nulls; undefined if there are none. Safe for a member called `__proto__`. */
export const otherMembers = (record: Json, known: ReadonlySet<string>): Json | undefined => {
  const others = Object.entries(record).filter(([key, value]) => !known.has(key) && !isAbsent(value))
  return others.length === 0 ? undefined : Object.fromEntries(others)
}

/** JSON text of a value; '' where there is none: it stands for nothing, or nests so deeply that it cannot be written. */
export const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    // Only a stack that ran out ends here: what came from JSON has no circles.
    return ''
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

/** The input of a tool call as JSON text; no members means no arguments, and no text. */
export const inputText = (input: unknown): string =>
  isAbsent(input) || (isRecord(input) && Object.keys(input).length === 0) ? '' : jsonText(input)
/** The way back: an object, or undefined if the text is no JSON object. */
export const inputOf = (text: string): Json | undefined => {
  if (text.trim() === '') return {}
  const value = parseJson(text)
  return isRecord(value) ? value : undefined
}

/** Bodies and answers that nest deeper are refused: they could exhaust the stack of whoever writes them. */
export const deepest = 256
/** True for JSON that nests too deep. `length` is that of its text, where it is known: short texts cannot. */
export const isTooDeep = (value: unknown, length = Infinity): boolean =>
  length > 2 * deepest && depthOf(value, deepest) > deepest

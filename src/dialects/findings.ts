/** What is wrong with a body, and readers of single members that tell it: the first finding is the answer. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { Checked } from '../domain/units.ts'
import { isAbsent, isWord } from './fields.ts'

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

/** A string, maybe empty; '' stands in where there is none. */
export const requiredText = (findings: Findings, at: string, value: unknown): string => {
  if (typeof value === 'string') return value
  report(findings, at, value, 'a string')
  return ''
}
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
export const optionalInteger = (
  findings: Findings,
  at: string,
  value: unknown,
  least = -Infinity,
): number | undefined => {
  if (isAbsent(value)) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  const right = least === -Infinity ? 'a whole number' : `a whole number of at least ${least}`
  return report(findings, at, value, `${right}, or left out`)
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

/** Members that break a schema set right, by a table of rules; a record that keeps it comes back as it is, the very same. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'

/** A value made to fit; undefined leaves the member out. What fits comes back as it is. */
export type Fix = (value: unknown) => unknown
/** A fix for each member that the schema names. */
type Rules = readonly (readonly [member: string, fix: Fix])[]

/** A table of rules. */
export const rules = (table: Readonly<Record<string, Fix>>): Rules => Object.entries(table)

/** The record with these members made to fit; the very same if all of them did. */
export const mend = (record: Json, table: Rules): Json => {
  let mended: Record<string, unknown> | undefined
  for (const [member, fix] of table) {
    const value = record[member]
    const fixed = fix(value)
    if (fixed === value && (fixed !== undefined || !Object.hasOwn(record, member))) continue
    mended ??= { ...record }
    if (fixed === undefined) delete mended[member]
    else mended[member] = fixed
  }
  return mended ?? record
}

/** Every entry made to fit, those without sense left out; the very same list if all of them did. */
export const mendList = (
  list: readonly unknown[],
  fix: (entry: unknown, place: number) => unknown,
): readonly unknown[] => {
  let hasChanged = false
  const mended = list.map((entry, place) => {
    const fixed = fix(entry, place)
    if (fixed !== entry) hasChanged = true
    return fixed
  })
  return hasChanged ? mended.filter(entry => entry !== undefined) : list
}

/** A string, or this in place of anything else. */
export const textOr =
  (otherwise: string | null | undefined): Fix =>
  value =>
    typeof value === 'string' ? value : otherwise
/** A string or null; null where it is missing. */
export const textOrNull = textOr(null)
/** A string or nothing. */
export const textIfAny = textOr(undefined)
/** A string, null or nothing. */
export const looseText: Fix = value => (value === null || typeof value === 'string' ? value : undefined)
/** Exactly this. */
export const always =
  (right: string): Fix =>
  () =>
    right
/** A whole number, told as one or by its digits, or this in place of anything else. */
export const integerOr =
  (otherwise: number | undefined): Fix =>
  value => {
    if (Number.isInteger(value)) return value
    if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value)
    return typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : otherwise
  }
/** A whole number or nothing. */
export const integerIfAny = integerOr(undefined)
/** An object made to fit or nothing. */
export const recordIfAny =
  (table: Rules): Fix =>
  value =>
    isRecord(value) ? mend(value, table) : undefined

/** Reads what was saved of live state: by an older house or a newer one, whole or damaged, at another time. */
import { isRecord } from '../domain/json.ts'
import type { Instant } from '../domain/units.ts'
import { isMoment } from './moment.ts'

/** The elements of a list; none of what is no list. */
export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The members of an object; none of what is none. */
export const membersIn = (value: unknown): readonly (readonly [string, unknown])[] =>
  isRecord(value) ? Object.entries(value) : []

/** One member of an object, if it is its own. */
export const memberIn = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

export const textIn = (value: unknown, name: string): string | undefined => {
  const member = memberIn(value, name)
  return typeof member === 'string' ? member : undefined
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

export const numberIn = (value: unknown, name: string): number | undefined => {
  const member = memberIn(value, name)
  return isNumber(member) ? member : undefined
}

/** A count: whole, not below 0, and no larger than what can still be counted on from. */
export const countIn = (value: unknown, name: string): number | undefined => {
  const member = numberIn(value, name)
  return member !== undefined && member >= 0 && Number.isSafeInteger(member + 1) ? member : undefined
}

export const flagIn = (value: unknown, name: string): boolean => memberIn(value, name) === true

/** Lists of numbers, without those that hold anything else. */
export const numbersIn = (value: unknown): readonly (readonly number[])[] =>
  listIn(value).filter((one): one is readonly number[] => Array.isArray(one) && one.every(isNumber))

/** What is restored, and when: moments that were saved by a clock that has been set back since are moved along with it. */
export interface Restoring {
  readonly now: Instant
  /** Milliseconds to add to what was saved. */
  readonly shift: number
}

/** A moment that was saved. */
export const momentIn = (value: unknown, name: string, { shift }: Restoring): Instant | undefined => {
  const member = numberIn(value, name)
  return member === undefined || !isMoment(member + shift) ? undefined : ((member + shift) as Instant)
}

/** A moment that was saved as past: one ahead of now, by a clock that has been wrong, counts as just now. */
export const pastIn = (value: unknown, name: string, restoring: Restoring): Instant | undefined => {
  const moment = momentIn(value, name, restoring)
  return moment === undefined || moment <= restoring.now ? moment : restoring.now
}

/** Lists whose first number is a moment. */
export const timedIn = (value: unknown, { shift }: Restoring): readonly (readonly number[])[] =>
  numbersIn(value)
    .map(([at = Number.NaN, ...rest]) => [at + shift, ...rest])
    .filter(([at = Number.NaN]) => isMoment(at))

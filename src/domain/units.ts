/** Units that numbers are in: time, tokens, money, and opinions in [0, 1]. */
import type { Brand } from './ids.ts'

/** Milliseconds since the epoch, with fractions. Read it from a Clock, never from Date. */
export type Instant = Brand<number, 'Instant'>
export type Millis = Brand<number, 'Millis'>
export type Tokens = Brand<number, 'Tokens'>
/** Millionths of a US dollar, an integer, so sums are exact. */
export type MicroUsd = Brand<number, 'MicroUsd'>
/** A number in [0, 1]; 1 is best. Make one with unit(), which clamps. */
export type Unit = Brand<number, 'Unit'>

export const millis = (value: number): Millis => value as Millis
export const tokens = (value: number): Tokens => value as Tokens
/** The nearest whole millionth of a dollar. */
export const microUsd = (value: number): MicroUsd => Math.round(value) as MicroUsd
/** The value clamped to [0, 1]; NaN becomes 0. */
export const unit = (value: number): Unit => (Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, value))) as Unit

/** The answer to "is this well formed": the thing itself, or why not and where. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      /** What was found and what would be right. */
      readonly why: string
      /** Where, as a path such as `messages[2].content`. */
      readonly at?: string
    }

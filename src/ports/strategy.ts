/** Slate and facts in, slate out; pure. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { Unit } from '../domain/units.ts'

/** Takes candidates out. Runs before every order, so an excluded candidate's data never moves the others. */
export interface Constraint {
  readonly kind: 'constraint'
  readonly name: string
  readonly reads: readonly SignalKey[]
  /** In words, why this candidate may not serve; undefined to keep it. */
  exclude(candidate: Candidate, facts: Facts): string | undefined
  /**
   * Whom of those that it would take out it keeps after all, behind everybody else, and why, by id: in need somebody who
   * may fail is better than nobody. `all` are those who were left when it came to this step, `out` of which would go.
   */
  spare?(out: readonly Candidate[], all: readonly Candidate[], facts: Facts): ReadonlyMap<string, string>
}
/** One way the keys of an order could have fallen, and its exact probability. */
export type Way =
  | { readonly chance: number; readonly keys: readonly (number | undefined)[] }
  /** The place of whom it puts before all others: as much as there is to know, and one number however many there are. */
  | { readonly chance: number; readonly first: number }
/** Re-orders candidates that every step before it left tied, and says how near counts as tied. */
export interface Order {
  readonly kind: 'order'
  readonly name: string
  readonly reads: readonly SignalKey[]
  /** Smaller comes first; undefined comes last. One value for each candidate of a tier, in the tier's order. */
  keys(tied: readonly Candidate[], facts: Facts): readonly (number | undefined)[]
  /** Do these two keys, the smaller first, still count as tied. Absent: only if equal. `best` is the smallest of the tier. */
  isTied?(best: number, key: number): boolean
  /**
   * If chance enters: the exact probability with which each would have come first. Sums to 1. Undefined for facts with
   * which it draws nothing; its keys then say all.
   */
  odds?(tied: readonly Candidate[], facts: Facts): readonly number[] | undefined
  /** If chance enters without singling one out: every way the keys could have fallen. The chances sum to 1. */
  ways?(tied: readonly Candidate[], facts: Facts): readonly Way[]
  /** Probability that the first is truly better than the second. Absent: 1. */
  confidence?(first: Candidate, second: Candidate, facts: Facts): Unit
  /**
   * How good each is, from 0 to 1, where it is blended with others. Absent: from the keys, the best 1 and the worst 0;
   * an unknown key is 0.
   */
  scores?(tied: readonly Candidate[], facts: Facts): readonly number[]
  /** What the key of each is made of, by name; one for each candidate of a tier, in the tier's order. */
  parts?(tied: readonly Candidate[], facts: Facts): readonly (Readonly<Record<string, number>> | undefined)[]
  /** The key in words, e.g. `212 µ$`. */
  words(key: number): string
  /** What a candidate is that has no key, e.g. `unpriced`. Absent: `not known`. */
  readonly unknown?: string
}
/** Pure and total: no strategy may use anything but its arguments. */
export type Strategy = Constraint | Order

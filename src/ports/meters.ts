/** Meters: what is used and held of every limit, counted for all processes that share a store. */
import type { Balance, Claim, Window } from '../domain/limit.ts'
import type { Instant } from '../domain/units.ts'
import type { PartHealth } from './part-health.ts'

/** All that one attempt needs before it may start; granted whole or not at all. */
export interface Demand {
  /** Of this attempt alone. */
  readonly id: string
  /** No meter twice. */
  readonly claims: readonly Claim[]
}

export type Grant =
  | {
      readonly granted: true
      /** By the order of the claims, with this demand's own amounts held. */
      readonly balances: readonly Balance[]
    }
  | {
      readonly granted: false
      /** The claims that had no room, by their place; at least one. */
      readonly short: readonly number[]
      /** As they stand without this demand. */
      readonly balances: readonly Balance[]
    }
  /** The store cannot be asked, and its settings say that nothing is granted without it. */
  | { readonly granted: false; readonly unavailable: string }

/** What an attempt came to in the end. */
export interface Settlement {
  readonly id: string
  readonly claims: readonly Claim[]
  /** What was really used, by the order of the claims: integers, 0 or more; may be more than was held. */
  readonly used: readonly number[]
}

/**
 * Counts exactly, whatever dies. For each meter and window: used + reserved never passes the cap of a demand that is
 * granted. A process holds its reservations by a lease that it renews; when it dies they are written off, as if all of
 * them had been used (concurrent ones are given back), and a settlement that comes after all puts that right.
 */
export interface Meters {
  /** The time by which these meters count: the store's own, where several machines share it. */
  now(): Instant
  /** In one atomic step. Never rejects or throws; answers at once where nothing has to be waited for. */
  reserve(demand: Demand): Grant | Promise<Grant>
  /** Takes what was held back and adds what was used. Never waits, fails or forgets: it is written as soon as that can be done, once, whatever is settled twice. */
  settle(settlement: Settlement): void
  /** What this process last saw of a meter; undefined if it never did. */
  peek(meter: string, window: Window): Balance | undefined
  /** How meters stand now. Rejects where the store cannot be asked. */
  read(meters: readonly { readonly meter: string; readonly window: Window }[]): Promise<readonly Balance[]>
  /** Sets what is used of a meter to 0; what is held stays. */
  reset(meter: string): Promise<void>
  /** All that was settled so far is in the store. */
  flush(): Promise<void>
  health(): PartHealth
  /** Gives up its lease once all is settled. */
  close(): Promise<void>
}

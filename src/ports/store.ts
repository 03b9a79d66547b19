/** Records, counters, journal: what must outlive a request. */
import type { Millis } from '../domain/units.ts'
import type { PartHealth } from './part-health.ts'
import type { Usage } from './usage.ts'

export interface Versioned<T> {
  readonly value: T
  readonly version: number
}
/** Small named records: keys, policies, cached answers, leases. */
export interface Records {
  get<T>(key: string): Promise<Versioned<T> | undefined>
  /** Writes only if the stored version is still `expected` (0 = absent). True if it did. */
  put<T>(key: string, value: T, expected: number | 'any', ttl?: Millis): Promise<boolean>
  delete(key: string): Promise<void>
  /** Records whose key begins so, in the order of their keys (by UTF-16 code unit), after `after`. */
  list<T>(
    prefix: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly (Versioned<T> & { readonly key: string })[]>
  /** Writes all or none: each only if its stored version is still `expected` (0 = absent); `undefined` deletes. True if it did. */
  putAll(
    changes: readonly { readonly key: string; readonly value: unknown; readonly expected: number | 'any' }[],
  ): Promise<boolean>
}
/** Numbers that many writers share: budgets, rate windows. */
export interface Counters {
  /** Adds `amount`, unless the total would pass `ceiling`; atomic. */
  add(
    key: string,
    amount: number,
    options?: { readonly ceiling?: number; readonly ttl?: Millis },
  ): Promise<{ readonly total: number; readonly added: boolean }>
}
export interface JournalEntry<T> {
  readonly cursor: string
  readonly entry: T
}
/** What happened, in order: decisions, outcomes, feedback. */
export interface Journal {
  /** All or none. */
  append(topic: string, entries: readonly { readonly key?: string; readonly entry: unknown }[]): Promise<void>
  /** In order of append, after `after`. */
  read<T>(topic: string, after: string | undefined, limit: number): Promise<readonly JournalEntry<T>[]>
  /** The newest entry with this key. */
  find<T>(topic: string, key: string): Promise<T | undefined>
}
export interface Store {
  readonly records: Records
  readonly counters: Counters
  readonly journal: Journal
  readonly usage: Usage
  health(): PartHealth
  close(): Promise<void>
}

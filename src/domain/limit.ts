/** Limit: how much of one measure one subject may use within a window. Budgets and rate limits alike. */
import type { Instant, Millis } from './units.ts'

/** Whose use is counted. `tag` is named `name=value`; a run is what `x-signalbox-run` names. */
export type Level = 'organisation' | 'team' | 'user' | 'key' | 'pool' | 'provider' | 'model' | 'tag' | 'run'

/** What is counted: millionths of a dollar, tokens, requests, or requests under way at the same time. */
export type Measure = 'usd' | 'tokens' | 'input-tokens' | 'output-tokens' | 'requests' | 'concurrent'

export type Period = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'total'

/** Another amount for a while. */
export interface Override {
  /** In the unit of the limit. */
  readonly amount: number
  /** From when; absent: at once. */
  readonly from?: Instant
  readonly until: Instant
}

export interface Limit {
  /** Whose use it is and of what: `team:search usd month`. No two limits have the same, and its meter goes by it. */
  readonly id: string
  readonly level: Level
  /** The name of the subject at that level. */
  readonly of: string
  readonly measure: Measure
  /** An integer: MicroUsd, tokens or requests. */
  readonly amount: number
  readonly per: Period
  /** `calendar`: begins anew with each period in its zone; `rolling`: looks back by that length from now. Of no weight for `total` and `concurrent`. */
  readonly window: 'calendar' | 'rolling'
  /** IANA name; UTC if absent. */
  readonly zone?: string
  /** False: what goes beyond is told, not refused. */
  readonly hard: boolean
  /** Shares of the amount, in (0, 1], at which it is told. */
  readonly soft: readonly number[]
  readonly override?: Override
  /** `rate`: refused as `rate-limited` (429); `budget`: as `over-budget` (402). */
  readonly kind: 'budget' | 'rate'
}

/** The stretch of time over which a meter counts, as it stands at one moment. */
export type Window =
  | { readonly kind: 'total' }
  /** Counts from `start` until before `end`. */
  | { readonly kind: 'calendar'; readonly start: Instant; readonly end: Instant }
  /** Counts the last `length`, in so many slices: what a slice holds counts until all of the slice is past. */
  | { readonly kind: 'rolling'; readonly length: Millis; readonly slices: number }
  /** Counts only what is reserved now. */
  | { readonly kind: 'held' }

/** What a request needs of one meter. */
export interface Claim {
  /** The id of the limit. */
  readonly meter: string
  readonly window: Window
  /** Nothing is granted beyond; Infinity where it is only counted. */
  readonly cap: number
  /** Integer, 0 or more. */
  readonly amount: number
}

/** Where a meter stands in its window. */
export interface Balance {
  /** Settled, and what was written off after a process died. */
  readonly used: number
  /** Held by requests under way. */
  readonly reserved: number
  /** When the window ends, or, where it rolls, when the oldest slice of it falls out; absent where nothing comes back by time. */
  readonly resetsAt?: Instant
}

/** What is left of a rate limit, as clients are told. */
export interface RateStanding {
  readonly measure: Exclude<Measure, 'usd'>
  readonly limit: number
  readonly left: number
  readonly resetsAt?: Instant
}

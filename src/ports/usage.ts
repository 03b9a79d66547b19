/** Usage: what was used by whom of what, hour by hour, for reports. */
import type { Instant, MicroUsd } from '../domain/units.ts'

/** By what a report can be split. A name that a request does not have is ''. */
export type Dimension =
  | 'organisation'
  | 'team'
  | 'user'
  | 'key'
  | 'pool'
  | 'policy'
  | 'provider'
  | 'model'
  | 'operation'
  | 'task'
  | 'run'
  | `tag:${string}`

/** Sums over the attempts of one hour that have all names in common. */
export interface UsageRow {
  /** The beginning of the hour, UTC. */
  readonly hour: Instant
  readonly names: Readonly<Partial<Record<Dimension, string>>>
  /** Requests that were answered in the end by this provider and model, or by nobody. */
  readonly requests: number
  readonly attempts: number
  /** Requests that failed. */
  readonly failures: number
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly cost: MicroUsd
  /** Attempts whose price nobody knows. */
  readonly unpriced: number
}

export interface UsageQuery {
  readonly from: Instant
  /** Exclusive. */
  readonly to: Instant
  readonly by: readonly Dimension[]
  readonly every: 'hour' | 'day' | 'week' | 'month' | 'total'
  /** IANA name of the zone in which days begin; UTC if absent. */
  readonly zone?: string
  /** Only rows with one of these names in each dimension. */
  readonly where?: Readonly<Partial<Record<Dimension, readonly string[]>>>
}

/** One line of a report: `hour` is where its stretch of time begins, `names` has each name that it is split by. */
export type UsageLine = UsageRow

export interface Usage {
  /** Adds to what is there already; all or none. `batch` is added once, however often it is told within a week. */
  add(batch: string, rows: readonly UsageRow[]): Promise<void>
  /**
   * Of the hours that begin within it, in order of time, then of names. A report of any size is read piece by piece. An
   * hour in the midst of which a day begins in that zone belongs to the day before.
   */
  query(query: UsageQuery): AsyncIterable<UsageLine>
}

/** How a part of the house is that can fail by itself: a store, a channel. */
import type { Instant } from '../domain/units.ts'

export interface PartHealth {
  /** `redis`, `postgres`, `sqlite`, `journal`, … */
  readonly part: string
  /** `degraded`: works with less, as `means` says. */
  readonly state: 'ok' | 'degraded' | 'down'
  readonly since: Instant
  /** What was last seen to be wrong. */
  readonly why?: string
  /** What does not hold meanwhile, in plain words. */
  readonly means?: string
  /** What waits to be written. */
  readonly waiting?: number
}

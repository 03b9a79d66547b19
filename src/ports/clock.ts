/** What time it is, and being called later. */
import type { Instant, Millis } from '../domain/units.ts'

/** Time as the house sees it. A test passes a clock that it moves itself. */
export interface Clock {
  now(): Instant
  /** Calls once after `duration`. The returned function takes the call back; calling it late or twice does nothing. */
  after(duration: Millis, call: () => void): () => void
}

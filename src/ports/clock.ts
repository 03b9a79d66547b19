/** What time it is, and being called later. */
import type { Instant, Millis } from '../domain/units.ts'

/** Time as the house sees it. A test passes a clock that it moves itself. */
export interface Clock {
  /** Never earlier than it told before: what was learned is counted by when it was learned, and waits until that has passed. */
  now(): Instant
  /** Calls once after `duration`. The returned function takes the call back; calling it late or twice does nothing. */
  after(duration: Millis, call: () => void): () => void
}

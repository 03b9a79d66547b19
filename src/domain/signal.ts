/** Every signal a strategy may read, by key and type. */
import type { DeploymentId } from './ids.ts'
import type { Instant, Millis, Unit } from './units.ts'

/** Every signal a strategy may read. Add a key here, a source in signals/, and nothing else changes. */
export interface SignalTypes {
  /** What kind of work it is: chat, code, summarisation, … */
  'request.task': string
  /** How hard it is: 0 is easy, 1 is hard. */
  'request.difficulty': Unit
  /** Turns taken in this pool so far; what round-robin counts by. */
  'pool.turn': number
  /** Absent or `open: false` = may be called. */
  'candidate.circuit': { readonly open: boolean; readonly why: string }
  /** p95 over the window: time to first token when streaming, else the whole answer. */
  'candidate.latency': { readonly p95: Millis; readonly samples: number }
  /** Requests under way there. */
  'candidate.inflight': number
  /** Share of each limit that is left, and when it is whole again. */
  'candidate.headroom': {
    readonly requests: Unit
    readonly tokens: Unit
    readonly concurrent: Unit
    readonly resetAt?: Instant
  }
  /** How good it is at this task; `low` is the lower confidence bound. */
  'candidate.quality': { readonly mean: Unit; readonly low: Unit; readonly samples: number; readonly source: string }
}
export type SignalKey = keyof SignalTypes

/** The values of one key: for the request or pool, or for each candidate. */
export interface Reading<Value> {
  readonly value?: Value
  readonly by?: Readonly<Record<DeploymentId, Value>>
}
/** What was measured before the decision. Read in O(1); plain JSON. */
export type Signals = { readonly [Key in SignalKey]?: Reading<SignalTypes[Key]> }

/** Learns signals before a decision. */
import type { RequestShape } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { PoolId } from '../domain/ids.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { SignalKey, Signals } from '../domain/signal.ts'
import type { Instant, Millis } from '../domain/units.ts'

export interface Question {
  readonly request: ModelRequest
  readonly candidates: readonly Candidate[]
  readonly pool?: PoolId
  /** The kind of work, if caller or pool named it. */
  readonly task?: string
  /** Size and needs of the request, where they were measured before. */
  readonly shape?: RequestShape
  /** How far latency looks back, 30 s to 5 min; absent: a minute. */
  readonly window?: Millis
  readonly now: Instant
}
export interface SignalSource {
  readonly provides: readonly SignalKey[]
  /** Answers at once from what is known; a source that must wait keeps what it knows fresh beside the requests. */
  gather(question: Question, wanted: readonly SignalKey[]): Signals
}

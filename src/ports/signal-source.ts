/** Learns signals before a decision. */
import type { Candidate } from '../domain/deployment.ts'
import type { PoolId } from '../domain/ids.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { SignalKey, Signals } from '../domain/signal.ts'
import type { Instant } from '../domain/units.ts'

export interface Question {
  readonly request: ModelRequest
  readonly candidates: readonly Candidate[]
  readonly pool?: PoolId
  /** The kind of work, if caller or pool named it. */
  readonly task?: string
  readonly now: Instant
}
export interface SignalSource {
  readonly provides: readonly SignalKey[]
  /** Answers at once from what is known; a source that must wait keeps what it knows fresh beside the requests. */
  gather(question: Question, wanted: readonly SignalKey[]): Signals
}

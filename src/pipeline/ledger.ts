/** What this request has done so far. */
import type { DecisionTrace } from '../domain/decision.ts'
import type { Failure } from '../domain/failure.ts'
import type { PoolId, SpanId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { Instant } from '../domain/units.ts'

/** Stages write it; settling reads it, however the request ended. */
export interface Ledger {
  /** Known in full once it is clear who keeps what it refers to. */
  request: ModelRequest
  readonly serverSpan: SpanId
  readonly routeSpan: SpanId
  pool?: PoolId
  task?: string
  trace?: DecisionTrace
  decidedAt?: Instant
  /** When the first upstream was asked. */
  askedAt?: Instant
  attempts: readonly Attempt[]
  /** Those that judged an answer, with what each came to. */
  readonly judged: Attempt[]
  /** The index of the attempt whose answer the client gets. */
  served?: number
  failure?: Failure
}

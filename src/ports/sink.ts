/** Where an answer goes: pushed, never pulled. */
import type { Delivery } from '../domain/delivery.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { Failure } from '../domain/failure.ts'
import type { RateStanding } from '../domain/limit.ts'
import type { PoolId, SpanId } from '../domain/ids.ts'
import type { Cost, Loss } from '../domain/outcome.ts'
import type { Instant } from '../domain/units.ts'

/** Who serves, told before anything of the answer. */
export interface Served {
  readonly candidate: Candidate
  readonly decision: RoutingDecision
  readonly pool?: PoolId
  /** Attempts so far, this one included. */
  readonly attempts: number
  /** Why the candidate before was left, if there was one, e.g. `upstream_5xx`. */
  readonly fallback?: string
  readonly span: SpanId
  readonly lane: 'express' | 'translated'
  readonly losses: readonly Loss[]
  /** When the first upstream was asked. */
  readonly askedAt: Instant
  /** What is left of the caller's rate limits; absent where none applies. */
  readonly rates?: readonly RateStanding[]
}
/** Lets a sink that could not take more say that it can again. */
export interface Flow {
  resume(): void
}
/** How it ended, told once, last. */
export interface Ending {
  /** Set unless the answer ended cleanly. If nothing was delivered, this is the whole answer. */
  readonly failure?: Failure
  readonly decision?: RoutingDecision
  readonly attempts: number
  readonly fallback?: string
  readonly span?: SpanId
  readonly cost: Cost
  readonly rates?: readonly RateStanding[]
}
export interface Sink {
  begin(served: Served, flow: Flow): void
  /** False asks for a pause until `flow.resume()`; what was delivered has been taken all the same. */
  deliver(delivery: Delivery): boolean
  end(ending: Ending): void
  /** Conversations only: an upstream listens, though it has said nothing yet. May come again for another one. */
  opened?(): void
  /** Conversations only: the upstream can take more, after `Call.send` said that it could not. */
  drained?(): void
}

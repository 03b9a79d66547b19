/** Attempt and Outcome: what was tried, and what one request came to. */
import type { Candidate, Price } from './deployment.ts'
import type { RoutingDecision } from './decision.ts'
import type { Failure, FailureKind } from './failure.ts'
import type { CredentialId, RequestId, SpanId } from './ids.ts'
import type { FinishReason, Usage } from './stream-event.ts'
import type { Instant, MicroUsd } from './units.ts'

/** A thing the target cannot express and that was left out, e.g. `sampling.topK`. */
export interface Loss {
  readonly field: string
  readonly why: string
}

/** How an answer goes on that broke off. */
export interface Continuation {
  /** `prefill`: the model writes on behind its own words; `instruction`: it is told to go on from them. */
  readonly by: 'prefill' | 'instruction'
  /** Characters that it repeated and that were left out. */
  readonly overlap: number
}

/** `unjudged`: the judge failed or could not be understood, so that the answer passes. */
export type Judgement = 'passed' | 'rejected' | 'unjudged'

export interface Attempt {
  /** From 0, in the order of start. */
  readonly index: number
  readonly candidate: Candidate
  readonly credential?: CredentialId
  /** How many other credentials of this provider were fit for use when this one ended. */
  readonly credentialsLeft: number
  readonly kind: 'primary' | 'retry' | 'fallback' | 'hedge' | 'race' | 'cascade' | 'continue' | 'shadow' | 'judge'
  /** What made us try again. */
  readonly trigger?: FailureKind
  readonly spanId: SpanId
  /** Where it was sent, without query; absent if it was not. */
  readonly url?: string
  /** The provider's name in telemetry, e.g. `openai`, whatever it is called here. */
  readonly system?: string
  readonly lane: 'express' | 'translated'
  readonly startedAt: Instant
  /** When it began to be written to a connection, where the transport tells. */
  readonly sentAt?: Instant
  readonly headAt?: Instant
  /** When the first content came. */
  readonly firstTokenAt?: Instant
  readonly endedAt: Instant
  /** Something of this attempt reached the client. */
  readonly committed: boolean
  readonly failure?: Failure
  readonly usage?: Usage
  readonly finish?: FinishReason
  /** Characters of answer that came. */
  readonly size: number
  readonly upstreamModel?: string
  readonly upstreamId?: string
  /** The class of service in which it was served, as the provider told it: `default`, `priority`, `batch`. */
  readonly serviceTier?: string
  readonly losses: readonly Loss[]
  /** Of a continuation: how it was asked to go on, and what of its beginning was left out, having been shown before. */
  readonly goesOn?: Continuation
  /** What a judge thought of its answer, where one was asked. */
  readonly judged?: Judgement
  /** What the model costs that answered, where the candidate names none. */
  readonly price?: Price
  /** What this attempt alone came to; known once the request is settled, absent where nothing was done that is charged. */
  readonly cost?: Cost
}

/** Where a cost comes from. */
export interface Cost {
  readonly amount: MicroUsd
  /** `usage`: from the provider's own count; `estimate`: from what was delivered; `unpriced`: no price is known, amount is 0. */
  readonly source: 'usage' | 'estimate' | 'unpriced'
}

/** What one request came to. */
export interface Outcome {
  readonly request: RequestId
  readonly decision?: RoutingDecision
  readonly attempts: readonly Attempt[]
  readonly failure?: Failure
  readonly cost: Cost
}

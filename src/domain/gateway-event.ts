/** Everything that can happen, as one union. */
import type { Caller } from './caller.ts'
import type { DecisionTrace, Shadow } from './decision.ts'
import type { Candidate } from './deployment.ts'
import type { Failure } from './failure.ts'
import type {
  CredentialId,
  DecisionId,
  DeploymentId,
  DialectId,
  ModelId,
  PoolId,
  ProviderId,
  RequestId,
  SpanId,
} from './ids.ts'
import type { Balance, Limit } from './limit.ts'
import type { Operation } from './operation.ts'
import type { Attempt, Cost } from './outcome.ts'
import type { TraceContext } from './request.ts'
import type { Usage } from './stream-event.ts'
import type { Instant, Millis } from './units.ts'

/** What providers' headers tell of their limits. */
export interface RateReport {
  readonly requests?: { readonly limit?: number; readonly left?: number; readonly resetAt?: Instant }
  readonly tokens?: { readonly limit?: number; readonly left?: number; readonly resetAt?: Instant }
}

export interface RequestEvent {
  readonly at: Instant
  readonly request: RequestId
}

export type GatewayEvent =
  /** A request was read and its key is known. */
  | (RequestEvent & {
      readonly type: 'request-received'
      readonly dialect?: DialectId
      readonly target: string
      readonly caller: Caller
    })
  /** It was refused before anything was decided: a target or policy that is not there, or that this key may not use. */
  | (RequestEvent & { readonly type: 'request-blocked'; readonly failure: Failure })
  /** A limit had no room for it, or for one attempt of it. */
  | (RequestEvent & {
      readonly type: 'limit-refused'
      readonly caller: Caller
      readonly limit: Limit
      readonly balance: Balance
      readonly needed: number
      readonly candidate?: Candidate
    })
  /** What is used and held of a limit has come to one of the shares at which that is told; once for each window and process. */
  | (RequestEvent & {
      readonly type: 'limit-crossed'
      readonly limit: Limit
      readonly share: number
      readonly balance: Balance
    })
  /** It was answered from what had been answered before. */
  | (RequestEvent & { readonly type: 'cache-hit' })
  /** The order in which candidates are asked stands, with all that it was made of. */
  | (RequestEvent & { readonly type: 'decision-made'; readonly pool?: PoolId; readonly trace: DecisionTrace })
  /** A candidate is about to be asked, and for what. */
  | (RequestEvent & {
      readonly type: 'attempt-started'
      readonly candidate: Candidate
      readonly kind: Attempt['kind']
      readonly credential?: CredentialId
    })
  /** The head of its answer came, with what it tells of its limits. */
  | (RequestEvent & {
      readonly type: 'attempt-answered'
      readonly candidate: Candidate
      readonly credential?: CredentialId
      readonly rates?: RateReport
      readonly operation?: Operation
    })
  /** The first content of its answer came, while the rest is still to come. */
  | (RequestEvent & {
      readonly type: 'attempt-spoke'
      readonly candidate: Candidate
      readonly credential?: CredentialId
      readonly startedAt: Instant
      readonly operation: Operation
    })
  /** A turn of a conversation is over, with what it used; the attempt's end tells the sum of all. */
  | (RequestEvent & {
      readonly type: 'turn-ended'
      readonly candidate: Candidate
      readonly credential?: CredentialId
      readonly usage: Usage
    })
  /** Its answer is whole, has failed, or was given up. */
  | (RequestEvent & {
      readonly type: 'attempt-ended'
      readonly attempt: Attempt
      readonly streamed: boolean
      readonly operation?: Operation
    })
  /** The client has all that it gets: the whole story, once for each request. */
  | (RequestEvent & { readonly type: 'request-settled'; readonly settled: Settled })
  /** A copy of a settled request was answered too, or was tried to be, and nobody was shown it. */
  | (RequestEvent & { readonly type: 'shadow-ended'; readonly shadow: ShadowStory })
  /** A copy was to be answered and nobody was asked. */
  | (RequestEvent & { readonly type: 'shadow-skipped'; readonly shadow: Shadow; readonly why: ShadowSkip })
  /** Somebody scored an answer. */
  | (RequestEvent & {
      readonly type: 'feedback-received'
      readonly span: SpanId
      readonly metric: string
      readonly value: number
    })

/** The whole story of one request, told once, at its end. */
export interface Settled {
  readonly operation: Operation
  readonly dialect?: DialectId
  readonly target: string
  readonly pool?: PoolId
  readonly caller: Caller
  readonly trace: TraceContext
  readonly serverSpan: SpanId
  readonly routeSpan: SpanId
  readonly receivedAt: Instant
  readonly decidedAt?: Instant
  readonly endedAt: Instant
  readonly decision?: DecisionTrace
  readonly attempts: readonly Attempt[]
  /** The attempt whose answer the client got. */
  readonly served?: number
  readonly failure?: Failure
  readonly cost: Cost
  readonly tags: Readonly<Record<string, string>>
  readonly session?: string
  readonly run?: string
  readonly task?: string
  readonly streamed: boolean
  /** Our own time before the upstream was asked. */
  readonly overhead?: Millis
}

/**
 * Why nobody is asked for a shadow: it would do something twice; enough are under way; its money of the day is spent;
 * what it costs is not known or cannot be counted, though there is a limit.
 */
export type ShadowSkip = 'not-repeatable' | 'too-many' | 'spent' | 'uncounted'

/** What a copy of a request came to; no part of the request's own story or cost. */
export interface ShadowStory extends Pick<
  Settled,
  'operation' | 'pool' | 'trace' | 'routeSpan' | 'session' | 'task' | 'streamed'
> {
  readonly decision: DecisionTrace
  readonly shadow: Shadow
  readonly attempt: Attempt
  readonly cost: Cost
}

/** ShadowStory as the journal keeps it under `shadows`, by the attempt's span. */
export interface ShadowRecord extends Omit<ShadowStory, 'decision' | 'attempt'> {
  readonly request: RequestId
  readonly decision: DecisionId
  readonly attempt: AttemptRecord
}

/** An attempt as the journal keeps it: the deployment by its names, since it lies with the decision. */
export interface AttemptRecord extends Omit<Attempt, 'candidate'> {
  readonly candidate: DeploymentId
  readonly provider: ProviderId
  readonly model: ModelId
}

/** Settled as the journal keeps it under `outcomes`: the decision by its id, failures without the words of a provider or a client. */
export interface SettledRecord extends Omit<Settled, 'decision' | 'attempts'> {
  readonly request: RequestId
  /** It lies under `decisions`. */
  readonly decision?: DecisionId
  readonly attempts: readonly AttemptRecord[]
}

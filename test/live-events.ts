/** Events as the pipeline tells them, for tests of what listens to them. */
import type { DecisionTrace, Reason, RoutingDecision } from '../src/domain/decision.ts'
import type { Candidate, Limits } from '../src/domain/deployment.ts'
import type { Failure, FailureKind } from '../src/domain/failure.ts'
import type { GatewayEvent, RateReport, Settled } from '../src/domain/gateway-event.ts'
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
  TraceId,
  VirtualKeyId,
} from '../src/domain/ids.ts'
import type { Operation } from '../src/domain/operation.ts'
import type { Attempt } from '../src/domain/outcome.ts'
import type { Patience } from '../src/domain/policy.ts'
import type { Usage } from '../src/domain/stream-event.ts'
import { microUsd, millis, tokens, unit } from '../src/domain/units.ts'
import type { Instant, Millis } from '../src/domain/units.ts'

export const instant = (value: number): Instant => value as Instant

export const candidateOf = (id: string, more: Partial<Candidate> & { readonly limits?: Limits } = {}): Candidate => ({
  id: id as DeploymentId,
  provider: 'acme' as ProviderId,
  model: 'm' as ModelId,
  dialect: 'openai-chat' as DialectId,
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
  ...more,
})

export const failureOf = (kind: FailureKind, retryAfter?: number, status?: number): Failure => ({
  kind,
  message: kind,
  ...(retryAfter !== undefined && { retryAfter: retryAfter as Millis }),
  ...(status !== undefined && { upstream: { status } }),
})

export const usageOf = (input: number, output: number): Usage => ({
  input: tokens(input),
  inputCached: tokens(0),
  inputCacheWritten: tokens(0),
  output: tokens(output),
  reasoning: tokens(0),
})

export interface Ended {
  readonly request?: string
  readonly candidate: Candidate
  readonly credential?: string
  readonly startedAt: number
  readonly at: number
  readonly firstTokenAt?: number
  readonly headAt?: number
  readonly failure?: Failure
  readonly usage?: Usage
  readonly streamed?: boolean
  readonly size?: number
}

export const attemptOf = (ended: Ended): Attempt => ({
  index: 0,
  candidate: ended.candidate,
  ...(ended.credential !== undefined && { credential: ended.credential as CredentialId }),
  credentialsLeft: 0,
  kind: 'primary',
  spanId: '00f067aa0ba902b7' as SpanId,
  lane: 'express',
  startedAt: instant(ended.startedAt),
  ...(ended.headAt !== undefined && { headAt: instant(ended.headAt) }),
  ...(ended.firstTokenAt !== undefined && { firstTokenAt: instant(ended.firstTokenAt) }),
  endedAt: instant(ended.at),
  committed: ended.failure === undefined,
  ...(ended.failure !== undefined && { failure: ended.failure }),
  ...(ended.usage !== undefined && { usage: ended.usage }),
  size: ended.size ?? 0,
  losses: [],
})

export const started = (
  candidate: Candidate,
  at: number,
  request = 'r',
  ...[credential, kind = 'primary']: readonly [credential?: string | undefined, kind?: Attempt['kind']]
): GatewayEvent => ({
  type: 'attempt-started',
  at: instant(at),
  request: request as RequestId,
  candidate,
  kind,
  ...(credential !== undefined && { credential: credential as CredentialId }),
})

export const answered = (candidate: Candidate, at: number, rates: RateReport, credential?: string): GatewayEvent => ({
  type: 'attempt-answered',
  at: instant(at),
  request: 'r' as RequestId,
  candidate,
  ...(credential !== undefined && { credential: credential as CredentialId }),
  rates,
})

export const ended = (what: Ended): GatewayEvent => ({
  type: 'attempt-ended',
  at: instant(what.at),
  request: (what.request ?? 'r') as RequestId,
  attempt: attemptOf(what),
  streamed: what.streamed ?? false,
})

/** How a request was decided, as far as listeners to state read of it. */
export interface Decided {
  readonly pool?: string
  readonly operation?: Operation
  readonly stream?: boolean
  readonly tags?: Readonly<Record<string, string>>
  readonly team?: string
  readonly first?: Candidate
  readonly reasons?: readonly Reason[]
  readonly decidedBy?: string
  readonly arms?: RoutingDecision['arms']
}

const patience: Patience = {
  maxAttempts: 3,
  retriesPerCandidate: 1,
  maxWait: millis(2_000),
  connect: millis(5_000),
  firstToken: millis(30_000),
  idle: millis(30_000),
  total: millis(120_000),
}

const decisionOf = ({ first, reasons = [], decidedBy = 'tie', arms }: Decided): RoutingDecision => ({
  id: 'dec-r' as DecisionId,
  policy: { name: 'p', version: '1' },
  ranked: first === undefined ? [] : [{ candidate: first, excluded: false, tier: 0, reasons }],
  excluded: [],
  ...(arms !== undefined && { arms }),
  propensity: {},
  decidedBy,
  confidence: unit(1),
  seed: 'r',
  execution: { mode: 'fallback' },
  patience,
  fallbackOn: [],
  midStream: 'error',
})

export const traceOf = (input: number, output: number, more: Decided = {}): DecisionTrace => ({
  facts: {
    id: 'dec-r' as DecisionId,
    request: {
      target: 'm',
      operation: more.operation ?? 'chat',
      inputTokens: tokens(input),
      outputTokens: tokens(output),
      needs: [],
      tags: more.tags ?? {},
      params: more.stream === true ? { stream: true } : {},
      caller: { key: 'k', ...(more.team !== undefined && { team: more.team }) },
    },
    bounds: {},
    candidates: more.first === undefined ? [] : [more.first],
    signals: {},
    now: instant(0),
    seed: 'r',
  },
  decision: decisionOf(more),
})

export const decided = (
  request: string,
  at: number,
  input: number,
  ...[output, more = {}]: readonly [output: number, more?: Decided]
): GatewayEvent => ({
  type: 'decision-made',
  at: instant(at),
  request: request as RequestId,
  ...(more.pool !== undefined && { pool: more.pool as PoolId }),
  trace: traceOf(input, output, more),
})

export interface Story {
  readonly request?: string
  readonly at: number
  readonly pool?: string
  readonly target?: string
  readonly task?: string
  readonly attempts?: readonly Attempt[]
  readonly served?: number
  readonly key?: string
  readonly session?: string
  readonly decision?: DecisionTrace
  /** Millionths of a dollar. */
  readonly cost?: number
}

export const settled = (story: Story): GatewayEvent => {
  const at = instant(story.at)
  const span = '00f067aa0ba902b7' as SpanId
  const whole: Settled = {
    operation: 'chat',
    target: story.target ?? 'm',
    ...(story.pool !== undefined && { pool: story.pool as PoolId }),
    caller: { key: (story.key ?? 'k') as VirtualKeyId },
    trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736' as TraceId, sampled: true },
    serverSpan: span,
    routeSpan: span,
    receivedAt: at,
    endedAt: at,
    attempts: story.attempts ?? [],
    ...(story.served !== undefined && { served: story.served }),
    cost: { amount: microUsd(story.cost ?? 0), source: story.cost === undefined ? 'unpriced' : 'usage' },
    tags: {},
    ...(story.task !== undefined && { task: story.task }),
    ...(story.session !== undefined && { session: story.session }),
    ...(story.decision !== undefined && { decision: story.decision }),
    streamed: false,
  }
  return { type: 'request-settled', at, request: (story.request ?? 'r') as RequestId, settled: whole }
}

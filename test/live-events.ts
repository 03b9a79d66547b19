/** Events as the pipeline tells them, for tests of what listens to them. */
import type { Candidate, Limits } from '../src/domain/deployment.ts'
import type { Failure, FailureKind } from '../src/domain/failure.ts'
import type { GatewayEvent, RateReport, Settled } from '../src/domain/gateway-event.ts'
import type {
  CredentialId,
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
import type { Attempt } from '../src/domain/outcome.ts'
import type { Usage } from '../src/domain/stream-event.ts'
import { tokens } from '../src/domain/units.ts'
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

export const decided = (
  request: string,
  at: number,
  input: number,
  ...[output, pool]: readonly [number, string?]
): GatewayEvent => ({
  type: 'decision-made',
  ...(pool !== undefined && { pool: pool as PoolId }),
  at: instant(at),
  request: request as RequestId,
  // Only what listeners to state read of it.
  trace: { facts: { request: { inputTokens: input, outputTokens: output } } } as Extract<
    GatewayEvent,
    { type: 'decision-made' }
  >['trace'],
})

export interface Story {
  readonly request?: string
  readonly at: number
  readonly pool?: string
  readonly target?: string
  readonly task?: string
  readonly attempts?: readonly Attempt[]
  readonly served?: number
}

export const settled = (story: Story): GatewayEvent => {
  const at = instant(story.at)
  const span = '00f067aa0ba902b7' as SpanId
  const whole: Settled = {
    operation: 'chat',
    target: story.target ?? 'm',
    ...(story.pool !== undefined && { pool: story.pool as PoolId }),
    caller: { key: 'k' as VirtualKeyId },
    trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736' as TraceId, sampled: true },
    serverSpan: span,
    routeSpan: span,
    receivedAt: at,
    endedAt: at,
    attempts: story.attempts ?? [],
    ...(story.served !== undefined && { served: story.served }),
    cost: { amount: 0 as Settled['cost']['amount'], source: 'unpriced' },
    tags: {},
    ...(story.task !== undefined && { task: story.task }),
    streamed: false,
  }
  return { type: 'request-settled', at, request: (story.request ?? 'r') as RequestId, settled: whole }
}

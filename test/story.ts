/** Settled requests for tests of telemetry: a plain one, changed where a test says so. */
import type { Candidate } from '../src/domain/deployment.ts'
import type { DecisionTrace } from '../src/domain/decision.ts'
import type { GatewayEvent, Settled, ShadowStory } from '../src/domain/gateway-event.ts'
import type {
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
import { microUsd, millis, tokens } from '../src/domain/units.ts'
import type { Instant } from '../src/domain/units.ts'
import { decide } from '../src/routing/decide.ts'
import { candidate, compiled, facts } from './contract/strategy.contract.ts'

/** When the request of every story came. */
export const storyStart = Date.UTC(2026, 0, 1, 12) as Instant
/** So many milliseconds after the request came. */
export const at = (duration: number): Instant => (storyStart + duration) as Instant

export const mini = candidate('mini', { provider: 'openai' as ProviderId, model: 'gpt-4o-mini' as ModelId })
export const sonnet = candidate('sonnet', { provider: 'anthropic' as ProviderId, model: 'claude-sonnet-4' as ModelId })

/** A decision over these, the cheapest first; both cost the same unless changed. */
export const decisionOf = (
  candidates: readonly Candidate[] = [mini, sonnet],
  change: Parameters<typeof facts>[1] = {},
): DecisionTrace => {
  const known = facts(candidates, change)
  return { facts: known, decision: decide(compiled({ use: 'healthy' }, { use: 'cheap' }), known) }
}

/** An attempt that went well: 100 ms after the start asked, content after 300 ms, done after 800. */
export const attemptOf = (change: Partial<Attempt> = {}): Attempt => ({
  index: 0,
  candidate: mini,
  credentialsLeft: 0,
  kind: 'primary',
  spanId: 'a000000000000001' as SpanId,
  url: 'https://api.openai.com/v1/chat/completions',
  system: 'openai',
  lane: 'express',
  startedAt: at(100),
  headAt: at(250),
  firstTokenAt: at(300),
  endedAt: at(800),
  committed: true,
  usage: {
    input: tokens(1000),
    inputCached: tokens(400),
    inputCacheWritten: tokens(0),
    output: tokens(51),
    reasoning: tokens(0),
  },
  finish: 'stop',
  size: 200,
  upstreamModel: 'gpt-4o-mini-2024-07-18',
  upstreamId: 'chatcmpl-1',
  losses: [],
  ...change,
})

/** A streamed request to the pool `support` that went well at the first attempt. */
export const settledOf = (change: Partial<Settled> = {}): Settled => ({
  operation: 'chat',
  dialect: 'openai-chat' as DialectId,
  target: 'support',
  pool: 'support' as PoolId,
  caller: { key: 'ci' as VirtualKeyId, team: 'search' },
  trace: { traceId: '0af7651916cd43dd8448eb211c80319c' as TraceId, sampled: true },
  serverSpan: 'b7ad6b7169203331' as SpanId,
  routeSpan: 'b7ad6b7169203332' as SpanId,
  receivedAt: storyStart,
  decidedAt: at(90),
  endedAt: at(810),
  decision: decisionOf(),
  attempts: [attemptOf()],
  served: 0,
  cost: { amount: microUsd(2004), source: 'usage' },
  tags: { tenant: 'acme' },
  session: 'conversation-7',
  task: 'chat',
  streamed: true,
  overhead: millis(0.25),
  ...change,
})

let requests = 0
/** The event that tells such a story. */
export const settledEvent = (change: Partial<Settled> = {}): GatewayEvent & { readonly type: 'request-settled' } => {
  requests += 1
  const settled = settledOf(change)
  return { type: 'request-settled', at: settled.endedAt, request: `req_${requests}` as RequestId, settled }
}

/** The first provider answered 503, the second served. */
export const fallbackStory = (): Partial<Settled> => ({
  attempts: [
    attemptOf({
      committed: false,
      failure: {
        kind: 'upstream-overloaded',
        message: 'openai: the words "my secret diary" made us sad',
        upstream: { status: 503, code: 'overloaded', type: 'server_error' },
      },
      endedAt: at(200),
      size: 0,
    }),
    attemptOf({
      index: 1,
      candidate: sonnet,
      kind: 'fallback',
      trigger: 'upstream-overloaded',
      spanId: 'a000000000000002' as SpanId,
      url: 'http://127.0.0.1:8080/v1/messages',
      system: 'anthropic',
      lane: 'translated',
      startedAt: at(210),
      firstTokenAt: at(500),
      endedAt: at(800),
      upstreamModel: 'claude-sonnet-4-20250514',
    }),
  ],
  served: 1,
})

/** A copy of the plain request that another model answered for nobody to see. */
export const shadowEvent = (change: Partial<ShadowStory> = {}): GatewayEvent & { readonly type: 'shadow-ended' } => {
  const { operation, pool, trace, routeSpan, session, task, streamed } = settledOf()
  const attempt = attemptOf({
    index: 1,
    candidate: sonnet,
    kind: 'shadow',
    committed: false,
    spanId: 'a000000000000009' as SpanId,
    system: 'anthropic',
    startedAt: at(820),
    firstTokenAt: at(1000),
    endedAt: at(1500),
    cost: { amount: microUsd(300), source: 'usage' },
  })
  const shadow: ShadowStory = {
    operation,
    trace,
    routeSpan,
    streamed,
    ...(pool !== undefined && { pool }),
    ...(session !== undefined && { session }),
    ...(task !== undefined && { task }),
    decision: decisionOf(),
    shadow: { step: '0:split', arm: 'next', candidate: sonnet.id, maxSpend: microUsd(1_000_000) },
    attempt,
    cost: { amount: microUsd(300), source: 'usage' },
    ...change,
  }
  return { type: 'shadow-ended', at: shadow.attempt.endedAt, request: 'req_1' as RequestId, shadow }
}

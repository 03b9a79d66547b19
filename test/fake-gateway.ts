/** A gateway that answers as the test says, for tests of what stands in front of gateways. */
import type { Caller } from '../src/domain/caller.ts'
import type { RoutingDecision } from '../src/domain/decision.ts'
import { deliveryOf } from '../src/domain/delivery.ts'
import type { Candidate } from '../src/domain/deployment.ts'
import type { Failure } from '../src/domain/failure.ts'
import type {
  DecisionId,
  DeploymentId,
  DialectId,
  ModelId,
  ProviderId,
  RequestId,
  SpanId,
  TraceId,
  VirtualKeyId,
} from '../src/domain/ids.ts'
import type { Cost } from '../src/domain/outcome.ts'
import type { ModelBody } from '../src/domain/request.ts'
import type { StreamEvent } from '../src/domain/stream-event.ts'
import { microUsd, millis, tokens, unit } from '../src/domain/units.ts'
import type { Instant } from '../src/domain/units.ts'
import type { Call, Gateway, Incoming, Target } from '../src/ports/gateway.ts'
import type { Ending, Flow, Served, Sink } from '../src/ports/sink.ts'

export const candidate: Candidate = {
  id: 'mini' as DeploymentId,
  provider: 'openai' as ProviderId,
  model: 'gpt-4o-mini' as ModelId,
  dialect: 'openai-chat' as DialectId,
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
}
export const decision: RoutingDecision = {
  id: 'dec-1' as DecisionId,
  policy: { name: 'floor-then-cheap', version: 'abc123' },
  ranked: [{ candidate, excluded: false, tier: 0, reasons: [{ step: '1:cheap', value: 3 }] }],
  excluded: [],
  propensity: { ['mini' as DeploymentId]: 1 },
  decidedBy: '1:cheap',
  confidence: unit(0.9),
  seed: 'seed',
  execution: { mode: 'fallback' },
  patience: {
    maxAttempts: 3,
    retriesPerCandidate: 1,
    maxWait: millis(1),
    connect: millis(1),
    firstToken: millis(1),
    idle: millis(1),
    total: millis(1),
  },
  fallbackOn: [],
  midStream: 'error',
}
export const cost: Cost = { amount: microUsd(1234), source: 'usage' }
export const span = 'b7ad6b7169203331' as SpanId

/** One call as the gateway sees it. */
export interface Asked {
  readonly incoming: Incoming<ModelBody>
  readonly sink: Sink
  readonly call: Call
  /** Settles once the face has aborted the call. */
  readonly aborted: Promise<void>
  isAborted: boolean
  resumed: number
  readonly flow: Flow
  /** Who serves. */
  begin(changes?: Partial<Served>): void
  /** Ends well, or with this failure. */
  end(failure?: Failure, changes?: Partial<Ending>): void
}

export const words = (text: string): readonly StreamEvent[] => [
  { type: 'response-start', model: 'gpt-4o-mini', upstreamId: 'up-1', created: 1_700_000_000 },
  { type: 'text-start', block: 0 },
  ...text.split(/(?<= )/).map((one): StreamEvent => ({ type: 'text-delta', block: 0, text: one })),
  { type: 'text-end', block: 0 },
  {
    type: 'usage',
    usage: {
      input: tokens(5),
      inputCached: tokens(0),
      inputCacheWritten: tokens(0),
      output: tokens(2),
      reasoning: tokens(0),
    },
  },
  { type: 'choice-end', reason: 'stop' },
  { type: 'response-end' },
]

/** Answers with these words, as events. */
export const saying =
  (text: string) =>
  (asked: Asked): void => {
    asked.begin()
    for (const event of words(text)) asked.sink.deliver(deliveryOf([event]))
    asked.end()
  }
/** Fails before anything was delivered. */
export const failing =
  (failure: Failure) =>
  (asked: Asked): void =>
    asked.end(failure)

export interface FakeGateway extends Gateway {
  readonly calls: Asked[]
  /** What the next calls are answered with. */
  play: (asked: Asked) => void
  /** The next call, once it comes. */
  next(): Promise<Asked>
}

const target: Target = { id: 'support', kind: 'pool', serves: ['openai/gpt-4o-mini'], deployments: [candidate] }
const model: Target = { ...target, id: 'openai/gpt-4o-mini', kind: 'model' }

const traceOf = (caller: Caller) => ({
  facts: {
    id: decision.id,
    request: {
      target: 'support',
      operation: 'chat' as const,
      inputTokens: tokens(5),
      outputTokens: tokens(5),
      needs: [],
      tags: {},
      params: {},
      caller: { key: caller.key },
    },
    bounds: {},
    candidates: [candidate],
    signals: {},
    now: 0 as Instant,
    seed: 'seed',
  },
  decision,
})

/** A gateway whose calls are played by the test. */
export const fakeGateway = (play: (asked: Asked) => void = saying('Hello there')): FakeGateway => {
  const waiting: ((asked: Asked) => void)[] = []
  const gateway: FakeGateway = {
    calls: [],
    play,
    next: () => new Promise(resolve => waiting.push(resolve)),
    handle(incoming, sink) {
      let abort = (): void => undefined
      const aborted = new Promise<void>(resolve => (abort = resolve))
      const number = gateway.calls.length + 1
      const asked: Asked = {
        incoming,
        sink,
        aborted,
        isAborted: false,
        resumed: 0,
        flow: { resume: () => void (asked.resumed += 1) },
        call: {
          id: `req-${number}` as RequestId,
          trace: '0af7651916cd43dd8448eb211c80319c' as TraceId,
          span,
          abort: () => {
            asked.isAborted = true
            abort()
          },
        },
        begin: (changes = {}) =>
          sink.begin(
            {
              candidate,
              decision,
              attempts: 1,
              span,
              lane: 'translated',
              losses: [],
              askedAt: ((incoming.receivedAt ?? 0) + 0.25) as Instant,
              ...changes,
            },
            asked.flow,
          ),
        end: (failure, changes = {}) =>
          sink.end({ attempts: 1, cost, decision, span, ...(failure !== undefined && { failure }), ...changes }),
      }
      gateway.calls.push(asked)
      queueMicrotask(() => {
        gateway.play(asked)
        waiting.shift()?.(asked)
      })
      return asked.call
    },
    stream: () => {
      throw new Error('not asked for')
    },
    collect: () => Promise.reject(new Error('not asked for')),
    perform: () => Promise.reject(new Error('not asked for')),
    explain: ({ caller, body }) =>
      body.target === 'nobody'
        ? { ok: false, failure: { kind: 'target-unknown', message: 'no "nobody" here' } }
        : { ok: true, trace: traceOf(caller), words: 'mini, since it is cheapest' },
    decision: id =>
      id === 'broken'
        ? Promise.reject(new Error('disk'))
        : Promise.resolve(
            id === 'dec-1' || id === 'other'
              ? traceOf({ key: (id === 'other' ? 'another' : 'ci') as VirtualKeyId })
              : undefined,
          ),
    words: () => 'in plain words',
    targets: () => [target, model],
    countTokens: () => tokens(42),
    listen: () => () => undefined,
    inFlight: () => 0,
  }
  return gateway
}

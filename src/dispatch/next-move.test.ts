/** After these attempts, what next: every row of the table of failures, and the bounds around them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoutingDecision } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import { consequences } from '../domain/failure.ts'
import type { Failure, FailureKind } from '../domain/failure.ts'
import type { DecisionId, DeploymentId, DialectId, ModelId, ProviderId, SpanId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Execution, Patience } from '../domain/policy.ts'
import { millis, tokens, unit } from '../domain/units.ts'
import type { Millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { backoff, nextMove } from './next-move.ts'
import type { Move, Standing } from './next-move.ts'

const candidate = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  id: id as DeploymentId,
  provider: 'p' as ProviderId,
  model: id as ModelId,
  dialect: 'openai-chat' as DialectId,
  contextWindow: tokens(1000),
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
  ...change,
})
const [a, b, c] = [candidate('a'), candidate('b'), candidate('c', { contextWindow: tokens(9000) })]

const patience: Patience = {
  maxAttempts: 3,
  retriesPerCandidate: 1,
  maxWait: millis(2000),
  connect: millis(1000),
  firstToken: millis(8000),
  idle: millis(8000),
  total: millis(60_000),
}

const decisionOf = (ranked: readonly Candidate[], change: Partial<RoutingDecision> = {}): RoutingDecision => ({
  id: 'd' as DecisionId,
  policy: { name: 'p', version: '1' },
  ranked: ranked.map(one => ({ candidate: one, excluded: false, tier: 0, reasons: [] })),
  excluded: [],
  propensity: {},
  decidedBy: 'tie',
  confidence: unit(1),
  seed: 's',
  execution: { mode: 'fallback' },
  patience,
  fallbackOn: [],
  midStream: 'error',
  ...change,
})

const failed = (
  one: Candidate,
  failure: Partial<Failure> & { kind: FailureKind },
  change: Partial<Attempt> = {},
): Attempt => ({
  index: 0,
  candidate: one,
  credentialsLeft: 0,
  kind: 'primary',
  spanId: 's' as SpanId,
  lane: 'express',
  startedAt: 0 as Instant,
  endedAt: 1 as Instant,
  committed: false,
  size: 0,
  losses: [],
  failure: { message: 'm', ...failure },
  ...change,
})

const after = (attempts: readonly Attempt[], change: Partial<Standing> = {}): Move =>
  nextMove({
    decision: decisionOf([a, b, c]),
    patience,
    attempts,
    elapsed: millis(0),
    draw: () => 0.5,
    staysWithFirst: false,
    canGoOn: false,
    isOpen: () => false,
    mayRetry: () => true,
    mayAskSeveral: () => true,
    ...change,
  })
const asked = (move: Move): readonly string[] =>
  move.move === 'call' ? move.group.map(({ id }) => id) : [move.failure.kind]

describe('the first move', () => {
  it('calls the best', () => expect(after([])).toMatchObject({ move: 'call', group: [a], after: 0, kind: 'primary' }))

  it('is none where nobody is left', () => {
    expect(after([], { decision: decisionOf([]) })).toMatchObject({
      move: 'give-up',
      failure: { kind: 'no-candidate' },
    })
  })

  const widths: readonly (readonly [Execution<Millis>, readonly string[], number])[] = [
    [{ mode: 'race', width: 2 }, ['a', 'b'], 0],
    [{ mode: 'hedge', after: millis(300) }, ['a', 'b'], 300],
    [{ mode: 'race', width: 9 }, ['a', 'b', 'c'], 0],
  ]
  it.each(widths)('%j opens its lanes together', (execution, ids, stagger) => {
    const move = after([], { decision: decisionOf([a, b, c], { execution }) })
    expect(asked(move)).toEqual(ids)
    expect(move).toMatchObject({ stagger })
  })

  it('opens no more lanes than there may be attempts', () => {
    const decision = decisionOf([a, b, c], { execution: { mode: 'race', width: 3 } })
    expect(asked(after([], { decision, patience: { ...patience, maxAttempts: 2 } }))).toEqual(['a', 'b'])
  })
})

describe('after one failure', () => {
  const next: Record<FailureKind, string> = {
    'invalid-request': 'invalid-request',
    unauthenticated: 'unauthenticated',
    forbidden: 'forbidden',
    'over-budget': 'over-budget',
    'rate-limited': 'rate-limited',
    blocked: 'blocked',
    cancelled: 'b',
    'target-unknown': 'target-unknown',
    'no-candidate': 'no-candidate',
    'upstream-invalid': 'upstream-invalid',
    'upstream-credential': 'b',
    'upstream-quota': 'b',
    'upstream-rate-limited': 'a',
    'upstream-overloaded': 'a',
    'upstream-unreachable': 'a',
    'upstream-timeout': 'b',
    'upstream-garbled': 'b',
    'model-missing': 'b',
    unsupported: 'b',
    'context-overflow': 'c',
    'content-refused': 'content-refused',
    'answer-invalid': 'b',
    'stream-broken': 'b',
    internal: 'internal',
  }
  it.each(Object.entries(next))('%s leads to %s', (kind, to) => {
    expect(asked(after([failed(a, { kind: kind as FailureKind })]))).toEqual([to])
  })

  it('covers every kind that there is', () =>
    expect(Object.keys(next).sort()).toEqual(Object.keys(consequences).sort()))

  it('waits with jitter before the same candidate is asked again', () => {
    expect(after([failed(a, { kind: 'upstream-overloaded' })])).toMatchObject({ group: [a], after: 125, kind: 'retry' })
  })
  it('waits as long as the upstream asks, if that is not too long', () => {
    const told = (retryAfter: number): Move =>
      after([failed(a, { kind: 'upstream-rate-limited', retryAfter: millis(retryAfter) })])
    expect(told(1500)).toMatchObject({ group: [a], after: 1500 })
    expect(told(2500)).toMatchObject({ group: [b], after: 0, kind: 'fallback' })
  })
  it('does not wait past the end of all patience', () => {
    expect(
      asked(after([failed(a, { kind: 'upstream-overloaded', retryAfter: millis(1500) })], { elapsed: millis(59_000) })),
    ).toEqual(['b'])
  })
  it('asks the same candidate at once with another credential', () => {
    const move = after([failed(a, { kind: 'upstream-credential' }, { credentialsLeft: 1 })])
    expect(move).toMatchObject({ group: [a], after: 0, kind: 'retry' })
  })
  it('takes no for an answer', () => {
    expect(asked(after([failed(a, { kind: 'upstream-overloaded', retriable: false })]))).toEqual(['b'])
  })
  it('sends a refusal on only if the policy says so', () => {
    const decision = decisionOf([a, b], { fallbackOn: ['refusal'] })
    expect(asked(after([failed(a, { kind: 'content-refused' })], { decision }))).toEqual(['b'])
  })
  it('never goes on once something was shown', () => {
    expect(after([failed(a, { kind: 'stream-broken' }, { committed: true })])).toMatchObject({ move: 'give-up' })
  })
  it('goes to a larger window alone after an overflow, an undeclared one included', () => {
    const small = candidate('small', { contextWindow: tokens(10) })
    const { contextWindow: _window, ...unknown } = candidate('unknown')
    const decision = decisionOf([a, small, unknown])
    expect(asked(after([failed(a, { kind: 'context-overflow' })], { decision }))).toEqual(['unknown'])
  })
})

describe('circuits that open while a request is under way', () => {
  const openFor =
    (...ids: readonly string[]) =>
    ({ id }: Candidate): boolean =>
      ids.includes(id)
  it('take their candidates out of the rest of the chain', () => {
    const failure = [failed(a, { kind: 'upstream-timeout' })]
    expect(asked(after(failure, { isOpen: openFor('a', 'b') }))).toEqual(['c'])
  })
  it('spare the retry', () => {
    expect(asked(after([failed(a, { kind: 'upstream-overloaded' })], { isOpen: openFor('a') }))).toEqual(['b'])
  })
  it('end it where nobody is left, with what was wrong', () => {
    const last = failed(a, { kind: 'upstream-overloaded' })
    expect(after([last], { isOpen: () => true })).toEqual({ move: 'give-up', failure: last.failure })
  })
})

describe('patience', () => {
  it('ends with the last real failure, as it was', () => {
    const last = failed(c, { kind: 'upstream-garbled', message: 'the last word' })
    const move = after([failed(a, { kind: 'upstream-timeout' }), failed(b, { kind: 'upstream-timeout' }), last])
    expect(move).toEqual({ move: 'give-up', failure: last.failure })
  })
  it('does not outlast the total', () => {
    expect(after([failed(a, { kind: 'upstream-timeout' })], { elapsed: millis(60_000) })).toMatchObject({
      move: 'give-up',
    })
  })
  it('gives up where nobody is left to ask', () => {
    const decision = decisionOf([a])
    expect(after([failed(a, { kind: 'upstream-timeout' })], { decision })).toMatchObject({ move: 'give-up' })
  })
  it('is never exceeded, whatever fails', () => {
    const kinds = Object.keys(consequences) as FailureKind[]
    const any = fc.record({
      kind: fc.constantFrom(...kinds),
      left: fc.nat(2),
      retryAfter: fc.option(fc.nat(5000), { nil: undefined }),
    })
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        (fails, maxAttempts) => {
          const attempts: Attempt[] = []
          for (const { kind, left, retryAfter } of fails) {
            const move = after(attempts, { patience: { ...patience, maxAttempts } })
            if (move.move === 'give-up') break
            expect(move.after).toBeLessThanOrEqual(patience.maxWait)
            const [first] = move.group
            const told = retryAfter === undefined ? {} : { retryAfter: millis(retryAfter) }
            if (first !== undefined) attempts.push(failed(first, { kind, ...told }, { credentialsLeft: left }))
          }
          expect(attempts.length).toBeLessThanOrEqual(maxAttempts)
        },
      ),
    )
  })
})

describe('backoff', () => {
  it('doubles up to eight seconds, spread over the whole of it', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 30].map(tries => backoff(tries, 1))).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 8000, 8000,
    ])
    expect(backoff(3, 0.25)).toBe(250)
  })
})

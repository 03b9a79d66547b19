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
    'over-budget': 'b',
    'rate-limited': 'b',
    'limits-unknown': 'limits-unknown',
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

describe('whom to ask', () => {
  const chain = (...ids: readonly string[]): readonly DeploymentId[] => ids.map(id => id as DeploymentId)
  it("is the decision's own chain where it has one, and nobody of it who is excluded", () => {
    const decision = decisionOf([a, b, c], { chain: chain('c', 'left-out', 'c', 'a') })
    expect(asked(after([], { decision }))).toEqual(['c'])
    expect(asked(after([failed(c, { kind: 'upstream-timeout' })], { decision }))).toEqual(['a'])
    const both = [failed(c, { kind: 'upstream-timeout' }), failed(a, { kind: 'upstream-timeout' })]
    expect(asked(after(both, { decision }))).toEqual(['upstream-timeout'])
  })
  it('is nobody but the first where the caller wants no fallback, though the first may be asked again', () => {
    const alone = { staysWithFirst: true }
    expect(asked(after([failed(a, { kind: 'upstream-timeout' })], alone))).toEqual(['upstream-timeout'])
    expect(after([failed(a, { kind: 'upstream-overloaded' })], alone)).toMatchObject({ group: [a], kind: 'retry' })
    const decision = decisionOf([a, b, c], { execution: { mode: 'race', width: 3 } })
    expect(asked(after([], { ...alone, decision }))).toEqual(['a'])
  })
})

describe('the retries of a pool', () => {
  const only = (...ids: readonly string[]): Partial<Standing> => ({ mayRetry: ({ id }) => ids.includes(id) })
  it('have no say in the first call', () => {
    expect(asked(after([], only()))).toEqual(['a'])
  })
  it('let nobody be asked again once they are used up, and only those after it who answered well last', () => {
    const failure = [failed(a, { kind: 'upstream-overloaded' })]
    expect(after(failure, only('b', 'c'))).toMatchObject({ group: [b], kind: 'fallback' })
    expect(asked(after(failure, only('c')))).toEqual(['c'])
    expect(after(failure, only())).toEqual({ move: 'give-up', failure: failure[0]?.failure })
  })
  it('do not count another key of the same candidate', () => {
    const move = after([failed(a, { kind: 'upstream-credential' }, { credentialsLeft: 1 })], only())
    expect(move).toMatchObject({ group: [a], kind: 'retry' })
  })
})

describe('lanes', () => {
  const at = (id: string, provider: string): Candidate => candidate(id, { provider: provider as ProviderId })
  const line = [at('a', 'p'), at('b', 'p'), at('c', 'q'), at('d', 'q'), at('e', 'r')]
  const race = (width: number) => decisionOf(line, { execution: { mode: 'race', width } })
  const roomy = { ...patience, maxAttempts: 9 }

  it('are opened at other providers first, each of them once before any twice', () => {
    const lanes = (width: number) => asked(after([], { decision: race(width), patience: roomy }))
    expect(lanes(2)).toEqual(['a', 'c'])
    expect(lanes(3)).toEqual(['a', 'c', 'e'])
    expect(lanes(5)).toEqual(['a', 'c', 'e', 'b', 'd'])
    const hedge = decisionOf(line, { execution: { mode: 'hedge', after: millis(300) } })
    expect(asked(after([], { decision: hedge, patience: roomy }))).toEqual(['a', 'c'])
  })
  it('are one where the request must not be done twice or the cap is reached', () => {
    const cap = { share: unit(0.1) }
    const caps: unknown[] = []
    const decision = decisionOf(line, { execution: { mode: 'race', width: 3, cap } })
    const mayAskSeveral = (one: unknown): boolean => {
      caps.push(one)
      return false
    }
    expect(after([], { decision, mayAskSeveral })).toMatchObject({ group: [{ id: 'a' }], stagger: 0 })
    expect(caps).toEqual([cap])
  })
  it('beside the first are not opened at those who failed last once the retries are used up', () => {
    expect(asked(after([], { decision: race(3), mayRetry: ({ id }) => id === 'd' }))).toEqual(['a', 'd'])
  })
  it('take what is left of the attempts after those that failed', () => {
    const decision = race(4)
    const failure = failed(line[0] ?? a, { kind: 'upstream-timeout' })
    expect(asked(after([failure], { decision }))).toEqual(['b', 'c'])
  })
  it('go on with others at once where all have failed, rather than wait for one of them', () => {
    const decision = race(2)
    const both = [line[0], line[2]].map(one => failed(one ?? a, { kind: 'upstream-overloaded' }))
    expect(after(both, { decision, patience: roomy })).toMatchObject({ group: [{ id: 'b' }, { id: 'd' }], after: 0 })
    const last = [...line].map(one => failed(one, { kind: 'upstream-overloaded' }))
    expect(after(last, { decision, patience: roomy })).toMatchObject({ group: [{ id: 'e' }], kind: 'retry' })
  })
  it('end with the word of the one that found the request at fault, whoever failed after it', () => {
    const final = failed(line[0] ?? a, { kind: 'upstream-invalid' })
    const move = after([final, failed(line[2] ?? a, { kind: 'upstream-overloaded' })], { decision: race(2) })
    expect(move).toEqual({ move: 'give-up', failure: final.failure })
  })
})

describe('an answer that was shown in part', () => {
  const broken = failed(a, { kind: 'stream-broken' }, { committed: true })
  it('is gone on with by one other, if it can be', () => {
    const decision = decisionOf([a, b, c], { execution: { mode: 'race', width: 3 } })
    expect(after([broken], { canGoOn: true, decision })).toMatchObject({ group: [b], kind: 'continue', after: 0 })
  })
  it('is still gone on with where the next one fails before it adds anything, and ends as it broke', () => {
    const then = failed(b, { kind: 'upstream-overloaded' })
    expect(after([broken, then], { canGoOn: true })).toMatchObject({ group: [c], kind: 'continue' })
    const all = [broken, then, failed(c, { kind: 'upstream-overloaded' })]
    expect(after(all, { canGoOn: true })).toEqual({ move: 'give-up', failure: broken.failure })
  })
})

describe('a race whose winner breaks off', () => {
  const broken = failed(a, { kind: 'stream-broken' }, { committed: true })
  const beaten = failed(b, { kind: 'cancelled' })
  it('is gone on with by whoever it beat, where nobody fresh is left', () => {
    const decision = decisionOf([a, b])
    expect(after([beaten, broken], { canGoOn: true, decision })).toMatchObject({ group: [b], kind: 'continue' })
    const worse = failed(b, { kind: 'upstream-overloaded' })
    expect(
      after([beaten, broken, worse], { canGoOn: true, decision, patience: { ...patience, maxAttempts: 9 } }),
    ).toEqual({
      move: 'give-up',
      failure: broken.failure,
    })
  })
  it('is gone on with by somebody fresh first', () =>
    expect(after([beaten, broken], { canGoOn: true })).toMatchObject({ group: [c], kind: 'continue' }))
})

describe('a check that an answer does not pass', () => {
  it('is a step up in a cascade, and a fallback elsewhere', () => {
    const weak = [failed(a, { kind: 'answer-invalid' })]
    const cascade = decisionOf([a, b], { execution: { mode: 'cascade', check: { schema: true } } })
    expect(after(weak, { decision: cascade })).toMatchObject({ group: [b], kind: 'cascade' })
    expect(after(weak)).toMatchObject({ group: [b], kind: 'fallback' })
    expect(after([failed(a, { kind: 'upstream-timeout' })], { decision: cascade })).toMatchObject({ kind: 'fallback' })
  })
})

describe('a time to wait that makes no sense', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])('%d is too long to wait', retryAfter => {
    const failure = failed(a, { kind: 'upstream-rate-limited', retryAfter: millis(retryAfter) })
    expect(after([failure])).toMatchObject({ group: [b], after: 0 })
  })
  it('that is past is no time at all', () => {
    const failure = failed(a, { kind: 'upstream-rate-limited', retryAfter: millis(-5000) })
    expect(after([failure])).toMatchObject({ group: [a], after: 0, kind: 'retry' })
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
  it('is never exceeded, nobody excluded is asked, and it ends, whatever fails', () => {
    const kinds = Object.keys(consequences) as FailureKind[]
    const line = ['a', 'b', 'c', 'd', 'e'].map((id, at) => candidate(id, { provider: `p${at % 2}` as ProviderId }))
    const fails = fc.array(
      fc.record({
        kind: fc.constantFrom(...kinds),
        left: fc.nat(2),
        retryAfter: fc.option(fc.double(), { nil: undefined }),
        committed: fc.boolean(),
      }),
      { minLength: 40, maxLength: 40 },
    )
    const execution: fc.Arbitrary<Execution<Millis>> = fc.oneof(
      fc.constant({ mode: 'fallback' as const }),
      fc.record({ mode: fc.constant('race' as const), width: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ mode: fc.constant('hedge' as const), after: fc.nat(900).map(millis) }),
      fc.constant({ mode: 'cascade' as const, check: {} }),
    )
    const world = fc.record({
      fails,
      execution,
      maxAttempts: fc.integer({ min: 1, max: 8 }),
      retriesPerCandidate: fc.nat(3),
      eligible: fc.subarray(line),
      chain: fc.option(fc.shuffledSubarray([...line, candidate('ghost')]), { nil: undefined }),
      open: fc.subarray(line),
      spent: fc.subarray(line),
      mayAskSeveral: fc.boolean(),
      staysWithFirst: fc.boolean(),
      canGoOn: fc.boolean(),
    })
    fc.assert(
      fc.property(world, given => {
        const { execution, eligible, chain, open, spent, maxAttempts } = given
        const limits = { ...patience, maxAttempts, retriesPerCandidate: given.retriesPerCandidate }
        const ids = chain?.map(({ id }) => id)
        const decision = decisionOf(eligible, { execution, ...(ids !== undefined && { chain: ids }) })
        const attempts: Attempt[] = []
        const fates = given.fails.values()
        const change: Partial<Standing> = {
          decision,
          patience: limits,
          isOpen: one => open.includes(one),
          mayRetry: one => !spent.includes(one),
          mayAskSeveral: () => given.mayAskSeveral,
          staysWithFirst: given.staysWithFirst,
          canGoOn: given.canGoOn,
        }
        for (;;) {
          const move = after(attempts, change)
          if (move.move === 'give-up') break
          expect(move.after).toBeGreaterThanOrEqual(0)
          expect(move.after).toBeLessThanOrEqual(patience.maxWait)
          expect(new Set(move.group).size).toBe(move.group.length)
          if (!given.mayAskSeveral || attempts.some(one => one.committed)) expect(move.group).toHaveLength(1)
          const before = [...attempts]
          for (const one of move.group) {
            expect(eligible).toContain(one)
            if (ids !== undefined) expect(ids).toContain(one.id)
            const { kind: why, left = 0, retryAfter, committed } = fates.next().value ?? {}
            const isRotated = before.some(
              ({ candidate: tried, credentialsLeft }) => tried === one && credentialsLeft > 0,
            )
            if (!isRotated) expect(open).not.toContain(one)
            if (before.length > 0 && !isRotated) expect(spent).not.toContain(one)
            if (given.staysWithFirst && before.length > 0) expect(one).toBe(before[0]?.candidate)
            const told = retryAfter === undefined ? {} : { retryAfter: millis(retryAfter) }
            const kind = why ?? 'upstream-garbled'
            attempts.push(failed(one, { kind, ...told }, { credentialsLeft: left, committed: committed === true }))
          }
          expect(attempts.length).toBeLessThanOrEqual(maxAttempts)
        }
      }),
      { numRuns: 2000 },
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

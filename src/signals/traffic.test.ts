/** Live state as signals: what the strategies get to see. */
import { describe, expect, it } from 'vitest'
import {
  answered,
  attemptOf,
  candidateOf,
  decided,
  ended,
  failureOf,
  instant,
  settled,
  started,
  traceOf,
  usageOf,
} from '../../test/live-events.ts'
import { requestOf } from '../../test/requests.ts'
import type { Failure } from '../domain/failure.ts'
import type { CredentialId, DeploymentId, PoolId, SessionId, VirtualKeyId } from '../domain/ids.ts'
import type { SignalKey, Signals } from '../domain/signal.ts'
import { millis, tokens } from '../domain/units.ts'
import type { Question } from '../ports/signal-source.ts'
import { liveState } from '../state/live-state.ts'
import type { LiveState } from '../state/live-state.ts'
import { gather } from './gather.ts'
import { signalSources } from './registry.ts'

const one = candidateOf('one')
const two = candidateOf('two', { limits: { rpm: 4 } })
const all: readonly SignalKey[] = [
  'request.task',
  'pool.turn',
  'candidate.circuit',
  'candidate.latency',
  'candidate.errors',
  'candidate.inflight',
  'candidate.headroom',
  'candidate.warm',
  'candidate.tenantShare',
  'pool.incumbent',
  'pool.explored',
]

const asked = (more: Partial<Question> = {}): Question => ({
  request: requestOf(),
  candidates: [one, two],
  now: instant(1_000),
  ...more,
})
/** Those of which something is known. */
const signalsOf = (live: LiveState, question = asked(), keys: readonly string[] = []): Signals => {
  const sources = signalSources(live, () => keys.map(id => ({ id: id as CredentialId })))
  const gathered = Object.entries(gather(sources, question, all))
  return Object.fromEntries(gathered.filter(([, reading]) => Object.keys(reading).length > 0))
}

const fail = (live: LiveState, failure: Failure, credential: string, times = 1): void => {
  for (let time = 0; time < times; time++) {
    live.hear(started(one, 1_000, 'r', credential))
    live.hear(ended({ candidate: one, credential, startedAt: 1_000, at: 1_000, failure }))
  }
}

describe('traffic', () => {
  it('of an idle house is nothing under way and all limits whole', () => {
    expect(signalsOf(liveState(), asked({ task: 'chat' }))).toEqual({
      'request.task': { value: 'chat' },
      'candidate.inflight': { by: { one: 0, two: 0 } },
      'candidate.headroom': { by: { two: { requests: 1, tokens: 1, concurrent: 1 } } },
    })
  })

  it('tells circuits that are not closed', () => {
    const live = liveState({ breaker: { jitter: 0 } })
    fail(live, failureOf('upstream-timeout'), 'a', 5)
    const why = '5 failures in a row, the last upstream-timeout'
    expect(signalsOf(live)['candidate.circuit']).toEqual({ by: { one: { open: true, why, until: 6_000 } } })
    expect(signalsOf(live, asked({ now: instant(6_000) }))['candidate.circuit']).toEqual({
      by: { one: { open: false, why: `${why}; on probation` } },
    })
  })

  it('tells the latency of streams to streams and of whole answers to others', () => {
    const live = liveState()
    live.hear(ended({ candidate: one, startedAt: 0, firstTokenAt: 100, at: 900, streamed: true }))
    live.hear(ended({ candidate: two, startedAt: 0, at: 700 }))
    const known = (stream: boolean): readonly string[] =>
      Object.keys(signalsOf(live, asked({ request: requestOf({ stream }) }))['candidate.latency']?.by ?? {})
    expect(known(true)).toEqual(['one'])
    expect(known(false)).toEqual(['two'])
    expect(signalsOf(live)['candidate.latency']?.by?.['two' as DeploymentId]?.samples).toBe(1)
  })

  it('tells what is expected of this request where its shape is known', () => {
    const live = liveState()
    const usage = usageOf(10, 21)
    for (let time = 0; time < 20; time++)
      live.hear(ended({ candidate: one, startedAt: 0, firstTokenAt: 100, at: 900, streamed: true, usage }))
    const { request } = traceOf(10, 101).facts
    const latency = (more: Partial<Question>) =>
      signalsOf(live, asked({ request: requestOf({ stream: true }), ...more }))['candidate.latency']?.by?.[one.id]
    expect(latency({})).toMatchObject({ samples: 20 })
    expect(latency({})).not.toHaveProperty('expected')
    // 100 ms to the first of 101 tokens, then 40 ms each.
    expect((latency({ shape: request })?.expected ?? 0) / 4_100).toBeCloseTo(1, 1)
    expect((latency({ shape: request })?.throughput ?? 0) / 25).toBeCloseTo(1, 1)
    expect(latency({ now: instant(100_000) })).toBeUndefined()
    expect(latency({ now: instant(100_000), window: millis(120_000) })?.samples).toBe(20)
  })

  it('tells whoever counts how fast those are who answer', () => {
    const live = liveState()
    live.hear(ended({ candidate: one, startedAt: 0, at: 700 }))
    const counting = { ...requestOf(), operation: 'count-tokens' as const }
    expect(signalsOf(live, asked({ request: counting }))['candidate.latency']?.by?.[one.id]?.samples).toBe(1)
  })

  it('tells failures of late', () => {
    const live = liveState()
    fail(live, failureOf('upstream-timeout'), 'a', 3)
    live.hear(ended({ candidate: one, startedAt: 900, at: 1_000 }))
    fail(live, failureOf('upstream-rate-limited'), 'a')
    expect(signalsOf(live, asked({ now: instant(3_000) }))['candidate.errors']?.by).toEqual({
      one: { rate: expect.closeTo(0.594, 2), inRow: 0, samples: expect.closeTo(3.819, 2), sinceLast: 2_000 },
    })
  })

  it('tells that a rest is the provider’s own word', () => {
    const live = liveState()
    fail(live, failureOf('upstream-overloaded', 60_000), 'a', 5)
    expect(signalsOf(live)['candidate.circuit']?.by?.[one.id]).toMatchObject({ open: true, by: 'told', until: 61_000 })
  })

  it('tells who has the beginning of the session, and no more of it than the request has', () => {
    const live = liveState()
    const usage = { ...usageOf(5_000, 1), inputCached: tokens(4_000) }
    const attempts = [attemptOf({ candidate: one, startedAt: 500, at: 600, usage })]
    live.hear(settled({ at: 600, key: 'k', session: 's', attempts }))
    const request = requestOf({ wishes: { tags: {}, session: 's' as SessionId } })
    const mine = { ...request, caller: { ...request.caller, key: 'k' as VirtualKeyId } }
    const warm = (more: Partial<Question>) => signalsOf(live, asked({ request: mine, ...more }))['candidate.warm']
    expect(warm({})).toEqual({ by: { one: { tokens: 4_000, until: 300_500 } } })
    expect(warm({ shape: traceOf(1_200, 1).facts.request })?.by?.[one.id]?.tokens).toBe(1_200)
    expect(warm({ request: { ...mine, wishes: { tags: {} } } })).toBeUndefined()
    expect(warm({ request: { ...mine, caller: { key: 'other' as VirtualKeyId } } })).toBeUndefined()
  })

  it('tells how much each does for the tenant who asks, by tag or team', () => {
    const live = liveState()
    for (const [request, tags, team] of [
      ['r1', { tenant: 'acme' }, 'red'],
      ['r2', {}, 'red'],
      ['r3', {}, undefined],
    ] as const) {
      live.hear(decided(request, 900, 1, 1, { tags, ...(team !== undefined && { team }) }))
      live.hear(started(one, 900, request))
    }
    const share = (tags: Readonly<Record<string, string>>, team?: string) => {
      const request = requestOf({ wishes: { tags } })
      const caller = { ...request.caller, ...(team !== undefined && { team }) }
      return signalsOf(live, asked({ request: { ...request, caller } }))['candidate.tenantShare']?.by
    }
    expect(share({ tenant: 'acme' })).toEqual({ one: 1 / 3 })
    expect(share({}, 'red')).toEqual({ one: 1 / 3 })
    expect(share({ tenant: 'nobody' }, 'red')).toEqual({ one: 0 })
    expect(share({})).toBeUndefined()
  })

  it('tells who led in the pool and what learning has cost there', () => {
    const live = liveState()
    live.hear(
      decided('r', 900, 5, 5, {
        pool: 'support',
        first: two,
        decidedBy: '1:fast',
        reasons: [{ step: '1:fast', value: 90 }],
      }),
    )
    const decision = traceOf(5, 5, { decidedBy: '2:explore' })
    live.hear(settled({ at: 950, pool: 'support', decision, cost: 70 }))
    const question = asked({ pool: 'support' as PoolId, shape: traceOf(5, 5).facts.request })
    const signals = signalsOf(live, question)
    expect(signals['pool.incumbent']).toEqual({ value: 'two' })
    expect(signals['pool.explored']).toEqual({ value: 70 })
    expect(signalsOf(live)['pool.incumbent']).toBeUndefined()
  })

  it('tells load, headroom and turn', () => {
    const live = liveState()
    live.hear(started(two, 900))
    live.takeTurn('support')
    const signals = signalsOf(live, asked({ pool: 'support' as PoolId }))
    expect(signals['candidate.inflight']).toEqual({ by: { one: 0, two: 1 } })
    expect(signals['candidate.headroom']?.by?.['two' as DeploymentId]).toMatchObject({ requests: 0.75 })
    expect(signals['pool.turn']).toEqual({ value: 1 })
    expect(live.turn('support')).toBe(1)
  })

  it('takes a candidate for ill if every credential was refused, and only then', () => {
    const live = liveState()
    fail(live, failureOf('upstream-credential', undefined, 401), 'a')
    expect(signalsOf(live, asked(), ['a', 'b'])['candidate.circuit']).toBeUndefined()
    fail(live, failureOf('upstream-quota'), 'b')
    const ill = {
      open: true,
      why: 'no credential is fit: upstream-credential',
      by: 'credential',
      until: 31_000,
    }
    expect(signalsOf(live, asked(), ['a', 'b'])['candidate.circuit']).toEqual({ by: { one: ill, two: ill } })
    expect(signalsOf(live, asked())['candidate.circuit']).toBeUndefined()
    fail(live, failureOf('upstream-timeout'), 'c', 5)
    const why = '5 failures in a row, the last upstream-timeout'
    const circuit = (...keys: readonly string[]) =>
      signalsOf(live, asked(), keys)['candidate.circuit']?.by?.['one' as DeploymentId]
    expect(circuit('d')?.why).toBe(why)
    // Who has no key cannot be asked even in need.
    expect(circuit('a', 'b')).toEqual(ill)
  })

  it('takes a candidate for used up if every credential is rate limited there', () => {
    const live = liveState()
    fail(live, failureOf('upstream-rate-limited', 5_000), 'a')
    const left = (...keys: readonly string[]) => signalsOf(live, asked(), keys)['candidate.headroom']?.by
    expect(left('a')?.['one' as DeploymentId]).toEqual({ requests: 0, tokens: 1, concurrent: 1, resetAt: 6_000 })
    expect(left('a')?.['two' as DeploymentId]).toMatchObject({ requests: 1 })
    expect(left('a', 'b')?.['one' as DeploymentId]).toBeUndefined()
    expect(signalsOf(live, asked(), ['a'])['candidate.circuit']).toBeUndefined()
  })

  it('counts what providers told by the credentials that there are', () => {
    const live = liveState()
    live.hear(answered(one, 900, { requests: { limit: 10, left: 0, resetAt: instant(9_000) } }, 'gone'))
    const left = (...keys: readonly string[]) =>
      signalsOf(live, asked(), keys)['candidate.headroom']?.by?.['one' as DeploymentId]
    expect(left('fresh')).toBeUndefined()
    expect(left('gone')).toMatchObject({ requests: 0 })
    expect(left()).toMatchObject({ requests: 0 })
  })

  it('has a place for a candidate of any name', () => {
    const odd = candidateOf('__proto__', { limits: { rpm: 1 } })
    const signals = signalsOf(liveState(), asked({ candidates: [odd] }))
    expect(JSON.stringify(signals['candidate.inflight'])).toBe('{"by":{"__proto__":0}}')
  })

  it('is plain JSON', () => {
    const live = liveState()
    fail(live, failureOf('upstream-timeout'), 'a', 5)
    live.hear(started(two, 900))
    const signals = signalsOf(live, asked({ pool: 'p' as PoolId, task: 'chat' }))
    expect(JSON.parse(JSON.stringify(signals))).toEqual(signals)
  })
})

describe('the task', () => {
  const taskOf = (wish?: string, ofPool?: string): Signals['request.task'] =>
    signalsOf(
      liveState(),
      asked({
        request: requestOf({ wishes: { tags: {}, ...(wish !== undefined && { task: wish }) } }),
        ...(ofPool !== undefined && { task: ofPool }),
      }),
    )['request.task']
  it('is what the caller wishes, else what the pool is for, else a prediction', () => {
    expect(taskOf('code', 'chat')).toEqual({ value: 'code' })
    expect(taskOf(undefined, 'chat')).toEqual({ value: 'chat' })
    expect(signalsOf(liveState())['request.task']).toEqual({ value: 'chat' })
  })
})

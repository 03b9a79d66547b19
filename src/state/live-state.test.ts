/** Live state as those who ask it see it: events in, answers out. */
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
  usageOf,
} from '../../test/live-events.ts'
import type { Ended } from '../../test/live-events.ts'
import { consequences } from '../domain/failure.ts'
import type { Failure, FailureKind } from '../domain/failure.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { CredentialId, DeploymentId, ProviderId } from '../domain/ids.ts'
import { liveState } from './live-state.ts'
import type { LiveState } from './live-state.ts'
import type { LiveStateOptions } from './books.ts'
import type { PaceQuestion } from './paces.ts'

const one = candidateOf('one')
const { id } = one
const minute = 60_000
const streams: PaceQuestion = { operation: 'chat', streamed: true }
const wholes: PaceQuestion = { operation: 'chat', streamed: false }
const still: LiveStateOptions = { breaker: { jitter: 0 } }

/** An attempt from start to end. */
const attempt = (live: LiveState, what: Omit<Ended, 'candidate'> & { readonly candidate?: Candidate }): void => {
  const candidate = what.candidate ?? one
  live.hear(started(candidate, what.startedAt, what.request, what.credential))
  live.hear(ended({ ...what, candidate }))
}
const fail = (
  live: LiveState,
  times: number,
  at: number,
  failure: Failure = failureOf('upstream-overloaded'),
): void => {
  for (let time = 0; time < times; time++) attempt(live, { startedAt: at, at, failure })
}

describe('circuits', () => {
  it('are closed for whom nobody knows', () => {
    expect(liveState().circuit(id, instant(0))).toEqual({ state: 'closed', open: false, why: '' })
  })

  it('stay closed where only counting fails', () => {
    const live = liveState(still)
    const failure = failureOf('model-missing')
    for (let time = 0; time < 9; time++) {
      live.hear(started(one, time, `count-${time}`))
      const heard = ended({ candidate: one, request: `count-${time}`, startedAt: time, at: time, failure })
      live.hear(heard.type === 'attempt-ended' ? { ...heard, operation: 'count-tokens' } : heard)
    }
    expect(live.circuit(id, instant(10)).state).toBe('closed')
  })

  it('open after five failures, let one probe out after 5 s, and close after three good ones', () => {
    const live = liveState(still)
    fail(live, 5, 1_000)
    const why = '5 failures in a row, the last upstream-overloaded'
    expect(live.circuit(id, instant(1_000))).toEqual({ state: 'open', open: true, why, until: 6_000 })
    expect(live.circuit(id, instant(6_000))).toEqual({ state: 'half-open', open: false, why: `${why}; on probation` })
    live.hear(started(one, 6_000, 'probe'))
    expect(live.circuit(id, instant(6_001))).toEqual({
      state: 'half-open',
      open: true,
      why: `${why}; a probe is out`,
      until: 36_000,
    })
    live.hear(ended({ candidate: one, request: 'probe', startedAt: 6_000, at: 6_100 }))
    for (const at of [6_200, 6_300]) attempt(live, { startedAt: at, at })
    expect(live.circuit(id, instant(6_300)).state).toBe('closed')
  })

  it('open for every kind of failure that blames the deployment, and for no other', () => {
    for (const kind of Object.keys(consequences) as FailureKind[]) {
      const live = liveState()
      fail(live, 30, 0, failureOf(kind))
      expect(live.circuit(id, instant(0)).open, kind).toBe(consequences[kind].blames === 'deployment')
    }
  })

  it('open when more than half of twenty fail, though never five in a row', () => {
    const live = liveState()
    for (let round = 0; round < 4; round++) {
      fail(live, 3, 100)
      attempt(live, { startedAt: 100, at: 100 })
    }
    fail(live, 3, 100)
    expect(live.circuit(id, instant(100)).open).toBe(false)
    fail(live, 1, 100)
    expect(live.circuit(id, instant(100))).toMatchObject({
      open: true,
      why: '16 of 20 attempts failed, the last upstream-overloaded',
    })
  })

  it('forget, once closed again, the failures that had opened them', () => {
    const live = liveState(still)
    for (let round = 0; round < 10; round++) fail(live, 5, 0)
    for (const at of [5_000, 5_001, 5_002]) attempt(live, { startedAt: at, at })
    expect(live.circuit(id, instant(5_002)).state).toBe('closed')
    for (let time = 0; time < 20; time++) attempt(live, { startedAt: 5_003, at: 5_003 })
    fail(live, 4, 5_004)
    expect(live.circuit(id, instant(5_004)).state).toBe('closed')
  })

  it('give the probe’s place back when the client leaves, when the request is settled, and when nobody ever tells', () => {
    const leave: ((live: LiveState) => void)[] = [
      live =>
        live.hear(
          ended({ candidate: one, request: 'p', startedAt: 5_000, at: 5_100, failure: failureOf('cancelled') }),
        ),
      live => live.hear(settled({ request: 'p', at: 5_100 })),
    ]
    for (const left of leave) {
      const live = liveState(still)
      fail(live, 5, 0)
      live.hear(started(one, 5_000, 'p'))
      expect(live.circuit(id, instant(5_050)).open).toBe(true)
      left(live)
      expect(live.circuit(id, instant(5_100))).toMatchObject({ state: 'half-open', open: false })
      expect(live.inflight(id)).toBe(0)
    }
    const live = liveState(still)
    fail(live, 5, 0)
    live.hear(started(one, 5_000, 'p'))
    expect(live.circuit(id, instant(34_999)).open).toBe(true)
    expect(live.circuit(id, instant(35_000)).open).toBe(false)
  })

  it('are not moved by attempts that started before they opened', () => {
    const live = liveState(still)
    for (let late = 0; late < 8; late++) live.hear(started(one, 0, `late ${late}`))
    fail(live, 5, 100)
    const before = live.circuit(id, instant(200))
    for (let late = 0; late < 4; late++)
      live.hear(ended({ candidate: one, request: `late ${late}`, startedAt: 0, at: 200 }))
    expect(live.circuit(id, instant(200))).toEqual(before)
    live.hear(
      ended({ candidate: one, request: 'late 4', startedAt: 0, at: 6_000, failure: failureOf('stream-broken') }),
    )
    expect(live.circuit(id, instant(6_000)).state).toBe('half-open')
    for (const at of [6_000, 6_001, 6_002]) attempt(live, { startedAt: at, at })
    expect(live.circuit(id, instant(6_002)).state).toBe('closed')
  })

  it('do not count, once closed again, late failures of attempts from before', () => {
    const live = liveState(still)
    for (let late = 0; late < 30; late++) live.hear(started(one, 0, `late ${late}`))
    fail(live, 5, 0)
    for (const at of [5_000, 5_001, 5_002]) attempt(live, { startedAt: at, at })
    const failure = failureOf('stream-broken')
    for (let late = 0; late < 30; late++)
      live.hear(ended({ candidate: one, request: `late ${late}`, startedAt: 0, at: 6_000, failure }))
    fail(live, 1, 6_001)
    expect(live.circuit(id, instant(6_001)).state).toBe('closed')
  })

  it('wait as long as the provider asks', () => {
    const live = liveState()
    fail(live, 4, 0)
    fail(live, 1, 0, failureOf('upstream-overloaded', 42_000))
    expect(live.circuit(id, instant(0)).until).toBe(42_000)
  })

  it('of one deployment are not those of another', () => {
    const live = liveState()
    fail(live, 5, 0)
    expect(live.circuit('other' as DeploymentId, instant(0)).open).toBe(false)
  })
})

describe('latency', () => {
  it('is the time to the first content when streamed, else to the end', () => {
    const live = liveState()
    attempt(live, { startedAt: 0, firstTokenAt: 200, at: 2_000, streamed: true })
    attempt(live, { startedAt: 0, at: 3_000, streamed: false })
    const p95 = (streamed: boolean): number =>
      live.latency(id, { operation: 'chat', streamed }, instant(3_000))?.p95 ?? 0
    expect(p95(true) / 200).toBeCloseTo(1, 1)
    expect(p95(false) / 3_000).toBeCloseTo(1, 1)
    expect(live.latency(id, streams, instant(3_000))?.samples).toBe(1)
  })

  it('counts a deadline that passed as that long at least, and no other failure', () => {
    const live = liveState()
    const streamed = true
    for (const kind of ['upstream-overloaded', 'cancelled', 'upstream-unreachable'] as const)
      attempt(live, { startedAt: 0, at: 10, failure: failureOf(kind), streamed })
    expect(live.latency(id, streams, instant(10))).toBeUndefined()
    attempt(live, { startedAt: 0, at: 8_000, failure: failureOf('upstream-timeout'), streamed })
    expect((live.latency(id, streams, instant(8_000))?.p95 ?? 0) / 8_000).toBeCloseTo(1, 1)
    expect(live.latency(id, wholes, instant(8_000))).toBeUndefined()
  })

  it('ages out of the window', () => {
    const live = liveState()
    attempt(live, { startedAt: 0, at: 100 })
    expect(live.latency(id, wholes, instant(55_000))).toBeDefined()
    expect(live.latency(id, wholes, instant(61_000))).toBeUndefined()
  })

  it('per token is what a stream took from its first content to its end', () => {
    const live = liveState()
    attempt(live, { startedAt: 0, firstTokenAt: 200, at: 1_200, streamed: true, usage: usageOf(5, 101) })
    const [known] = live.snapshot(instant(1_200))
    expect((known?.perToken?.p50 ?? 0) / 10).toBeCloseTo(1, 1)
  })
})

describe('load', () => {
  it('is what has started and not ended, with several attempts of one request', () => {
    const live = liveState()
    const two = candidateOf('two')
    live.hear(started(one, 0))
    live.hear(started(two, 1))
    live.hear(started(one, 2))
    expect([live.inflight(id), live.inflight(two.id)]).toEqual([2, 1])
    live.hear(ended({ candidate: one, startedAt: 0, at: 3 }))
    live.hear(ended({ candidate: two, startedAt: 1, at: 3, failure: failureOf('cancelled') }))
    expect([live.inflight(id), live.inflight(two.id)]).toEqual([1, 0])
    live.hear(settled({ at: 4 }))
    expect(live.inflight(id)).toBe(0)
  })

  it('never goes below nothing, whatever ends without a start or twice', () => {
    const live = liveState()
    live.hear(ended({ candidate: one, startedAt: 0, at: 1 }))
    attempt(live, { startedAt: 2, at: 3 })
    live.hear(ended({ candidate: one, startedAt: 2, at: 4 }))
    live.hear(settled({ at: 4 }))
    live.hear(ended({ candidate: one, startedAt: 2, at: 5 }))
    expect(live.inflight(id)).toBe(0)
    live.hear(started(one, 6, 's'))
    expect(live.inflight(id)).toBe(1)
  })

  it('is given up after an hour without a word', () => {
    const limited = candidateOf('one', { limits: { concurrent: 1 } })
    const live = liveState()
    live.hear(started(limited, 0))
    expect(live.headroom(limited, instant(60 * minute - 1))?.concurrent).toBe(0)
    expect(live.headroom(limited, instant(60 * minute))?.concurrent).toBe(1)
    expect(live.inflight(id)).toBe(0)
  })
})

describe('headroom', () => {
  it('is unknown where nobody set a limit', () => {
    const live = liveState()
    attempt(live, { startedAt: 0, at: 1 })
    expect(live.headroom(one, instant(1))).toBeUndefined()
    expect(live.headroom(candidateOf('never seen'), instant(1))).toBeUndefined()
  })

  it('is whole where nothing was used', () => {
    const limited = candidateOf('new', { limits: { rpm: 5 } })
    expect(liveState().headroom(limited, instant(0))).toEqual({ requests: 1, tokens: 1, concurrent: 1 })
  })

  it('is what configured limits leave of the last minute', () => {
    const limited = candidateOf('one', { limits: { rpm: 10, tpm: 1_000, concurrent: 4 } })
    const live = liveState()
    live.hear(decided('r', 0, 100, 150))
    live.hear(started(limited, 0))
    // Counted as soon as it starts, so that a burst does not pass.
    expect(live.headroom(limited, instant(1))).toEqual({
      requests: 0.9,
      tokens: 0.75,
      concurrent: 0.75,
      resetAt: 60_000,
    })
    live.hear(ended({ candidate: limited, startedAt: 0, at: 5, usage: usageOf(100, 500) }))
    expect(live.headroom(limited, instant(5))).toEqual({ requests: 0.9, tokens: 0.4, concurrent: 1, resetAt: 60_000 })
    expect(live.headroom(limited, instant(61_000))).toEqual({ requests: 1, tokens: 1, concurrent: 1 })
  })

  it('takes tokens back if there was no answer, and keeps them if there was one of unknown size', () => {
    const limited = candidateOf('one', { limits: { tpm: 1_000 } })
    const left = (more: Partial<Ended>): number | undefined => {
      const live = liveState()
      live.hear(decided('r', 0, 300, 200))
      live.hear(started(limited, 0))
      live.hear(ended({ candidate: limited, startedAt: 0, at: 5, ...more }))
      return live.headroom(limited, instant(5))?.tokens
    }
    expect(left({ failure: failureOf('upstream-unreachable') })).toBe(1)
    expect(left({ failure: failureOf('stream-broken'), headAt: 2, size: 40 })).toBe(0.5)
    expect(left({})).toBe(0.5)
  })

  it('is not spoilt for good by counts that make no sense', () => {
    const limited = candidateOf('one', { limits: { tpm: 1_000 } })
    for (const nonsense of [Number.NaN, Infinity, -5, 1e300]) {
      const live = liveState()
      live.hear(decided('r', 0, nonsense, 0))
      attempt(live, { candidate: limited, startedAt: 0, at: 1, usage: usageOf(nonsense, nonsense) })
      attempt(live, { candidate: limited, startedAt: 61_500, at: 61_500, usage: usageOf(50, 50) })
      expect(live.headroom(limited, instant(61_500))?.tokens, `${nonsense}`).toBe(0.9)
    }
  })

  it('hears what the provider tells, if that is less', () => {
    const limited = candidateOf('one', { limits: { rpm: 10 } })
    const live = liveState()
    live.hear(started(limited, 0, 'r', 'k'))
    live.hear(answered(limited, 1, { requests: { limit: 100, left: 2, resetAt: instant(500) } }, 'k'))
    expect(live.headroom(limited, instant(2))).toEqual({ requests: 0.02, tokens: 1, concurrent: 1, resetAt: 500 })
    for (const request of ['s', 't']) live.hear(started(limited, 3, request, 'k'))
    expect(live.headroom(limited, instant(4))?.requests).toBe(0)
    expect(live.headroom(limited, instant(500))?.requests).toBe(0.7)
  })

  it('is that of the credential with most left, an unused one included', () => {
    const live = liveState()
    live.hear(answered(one, 0, { requests: { limit: 10, left: 0, resetAt: instant(900) } }, 'a'))
    live.hear(answered(one, 0, { requests: { limit: 10, left: 5, resetAt: instant(900) } }, 'b'))
    const of = (...ids: readonly string[]): number | undefined =>
      live.headroom(
        one,
        instant(1),
        ids.map(name => ({ id: name as CredentialId })),
      )?.requests
    expect(live.headroom(one, instant(1))?.requests).toBe(0.5)
    expect(of('a')).toBe(0)
    expect(of('a', 'b')).toBe(0.5)
    expect(of('a', 'c')).toBeUndefined()
  })
})

describe('credentials', () => {
  const provider = 'acme' as ProviderId
  const [a, b, c] = ['a', 'b', 'c'].map(name => ({ id: name as CredentialId, weight: 1 }))
  const all = [a!, b!, c!]
  const draws = Array.from({ length: 30 }, (_, place) => place / 30)
  const used = (live: LiveState, now: number, except: readonly string[] = [], deployment?: DeploymentId): string =>
    [
      ...new Set(
        draws.map(draw => live.credential(provider, all, instant(now), draw, except as CredentialId[], deployment)),
      ),
    ]
      .sort()
      .join('')

  it('are all used, but for those that are left out', () => {
    expect(used(liveState(), 0)).toBe('abc')
    expect(used(liveState(), 0, ['b'])).toBe('ac')
    expect(liveState().credential(provider, [], instant(0), 0.5)).toBeUndefined()
  })

  it('rest after a 429 and retire after a refusal, until none is fit', () => {
    const live = liveState()
    attempt(live, { startedAt: 0, at: 0, credential: 'a', failure: failureOf('upstream-rate-limited', 2_000) })
    attempt(live, { startedAt: 0, at: 0, credential: 'b', failure: failureOf('upstream-credential', undefined, 401) })
    expect(used(live, 1)).toBe('c')
    expect(live.credentialsFit(provider, all, instant(1))).toBe(1)
    expect(live.credentialsRest(provider, all, instant(1))).toBeUndefined()
    attempt(live, { startedAt: 1, at: 1, credential: 'c', failure: failureOf('upstream-quota') })
    expect(live.credential(provider, all, instant(1), 0.5)).toBeUndefined()
    expect(live.credentialsRest(provider, all, instant(1))).toMatchObject({
      kind: 'upstream-rate-limited',
      until: 2_000,
    })
    expect(used(live, 2_000)).toBe('a')
    expect(used(live, minute / 2)).toBe('ab')
    expect(used(live, minute / 2 + 1)).toBe('abc')
    expect(live.credentialsRest(provider, [], instant(0))).toBeUndefined()
  })

  it('that are rate limited for a time that nobody told are used in need, and only then', () => {
    const live = liveState()
    const limited = (credential: string, retryAfter?: number): void =>
      attempt(live, { startedAt: 0, at: 0, credential, failure: failureOf('upstream-rate-limited', retryAfter) })
    limited('a')
    expect(used(live, 1)).toBe('bc')
    limited('b', 5_000)
    limited('c', 6_000)
    expect(used(live, 1)).toBe('a')
    expect(used(live, 1, ['a'])).toBe('')
    expect(live.credentialsFit(provider, all, instant(1))).toBe(0)
    attempt(live, { startedAt: 0, at: 1, credential: 'a', failure: failureOf('upstream-credential', undefined, 401) })
    expect(used(live, 2)).toBe('')
    // A timer that was set for five seconds may ring a little early.
    expect(used(live, 4_979)).toBe('')
    expect(used(live, 4_981)).toBe('b')
  })

  it('that are rate limited at one deployment serve the others', () => {
    const live = liveState()
    attempt(live, { startedAt: 0, at: 0, credential: 'a', failure: failureOf('upstream-rate-limited', 2_000) })
    expect(used(live, 1, [], id)).toBe('bc')
    expect(used(live, 1, [], 'two' as DeploymentId)).toBe('abc')
    expect(live.credentialsFit(provider, all, instant(1), 'two' as DeploymentId)).toBe(3)
  })

  it('of which the provider told that nothing is left come after the others', () => {
    const live = liveState()
    live.hear(answered(one, 0, { requests: { limit: 10, left: 0, resetAt: instant(900) } }, 'a'))
    expect(used(live, 1, [], id)).toBe('bc')
    expect(used(live, 900, [], id)).toBe('abc')
    for (const name of ['b', 'c'])
      live.hear(answered(one, 0, { requests: { limit: 10, left: 0, resetAt: instant(900) } }, name))
    expect(used(live, 1, [], id)).toBe('abc')
  })

  it('of one provider are not those of another with the same name', () => {
    const live = liveState()
    attempt(live, { startedAt: 0, at: 0, credential: 'a', failure: failureOf('upstream-credential') })
    expect(live.credential('other' as ProviderId, [a!], instant(1), 0)).toBe('a')
  })
})

describe('turns and lengths', () => {
  it('a turn is only taken by taking it, per pool', () => {
    const live = liveState()
    expect([live.turn('p'), live.turn('p')]).toEqual([0, 0])
    live.takeTurn('p')
    live.takeTurn('p')
    expect([live.turn('p'), live.turn('q')]).toEqual([2, 0])
  })

  it('answers that were served whole make the history of their pool, or of their target where there is none', () => {
    const live = liveState()
    const answer = (tokens: number, failure?: Failure) =>
      attemptOf({ candidate: one, startedAt: 0, at: 1, usage: usageOf(1, tokens), ...(failure && { failure }) })
    for (let time = 0; time < 20; time++) {
      live.hear(settled({ at: 1, pool: 'p', task: 'code', attempts: [answer(50)], served: 0 }))
      live.hear(settled({ at: 1, target: 'acme/m', attempts: [answer(7)], served: 0 }))
      live.hear(settled({ at: 1, pool: 'broken', attempts: [answer(7, failureOf('stream-broken'))], served: 0 }))
      live.hear(settled({ at: 1, pool: 'unserved', attempts: [answer(7)] }))
    }
    const about = (pool: string, task?: string): number => Math.round(live.outputTokens(pool, task) ?? -1)
    expect(about('p', 'code')).toBeGreaterThanOrEqual(49)
    expect(about('p')).toBeLessThanOrEqual(51)
    expect(about('acme/m')).toBe(7)
    expect([about('broken'), about('unserved')]).toEqual([-1, -1])
  })
})

describe('a snapshot', () => {
  it('tells everything of each deployment in numbers', () => {
    const live = liveState(still)
    attempt(live, { startedAt: 0, at: 100, usage: usageOf(10, 5) })
    fail(live, 2, 100, failureOf('upstream-timeout'))
    live.hear(started(candidateOf('two'), 100))
    const [first, second] = live.snapshot(instant(200))
    expect(first).toMatchObject({
      id: 'one',
      circuit: { state: 'closed' },
      inflight: 0,
      good: 1,
      failures: { 'upstream-timeout': 2 },
      whole: { samples: 3 },
      requests: 3,
      tokens: 15,
    })
    expect(first?.firstToken).toBeUndefined()
    expect(second).toMatchObject({ id: 'two', inflight: 1, good: 0, failures: {} })
  })

  it('is plain JSON', () => {
    const live = liveState(still)
    fail(live, 5, 0)
    const snapshot = live.snapshot(instant(1))
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
  })
})

describe('a new configuration', () => {
  it('lets go of deployments that it no longer has, once nothing of theirs is under way', () => {
    const live = liveState()
    const two = candidateOf('two')
    attempt(live, { startedAt: 0, at: 1 })
    live.hear(started(two, 1, 'long'))
    live.keepOnly(new Set(['three' as DeploymentId]))
    const names = (): string[] => live.snapshot(instant(2)).map(known => known.id)
    expect(names()).toEqual(['two'])
    live.hear(ended({ candidate: two, request: 'long', startedAt: 1, at: 2 }))
    expect(names()).toEqual([])
    attempt(live, { startedAt: 3, at: 3, candidate: candidateOf('three') })
    expect(names()).toEqual(['three'])
  })

  it('gives every credential a new chance', () => {
    const live = liveState()
    attempt(live, { startedAt: 0, at: 0, credential: 'a', failure: failureOf('upstream-credential') })
    live.keepOnly(new Set([id]))
    const a = { id: 'a' as CredentialId, weight: 1 }
    expect(live.credential('acme' as ProviderId, [a], instant(1), 0)).toBe('a')
  })
})

/** How much is asked beyond one attempt for each request, and when that is too much. */
import { describe, expect, it } from 'vitest'
import { attemptOf, candidateOf, decided, ended, failureOf, instant, settled, started } from '../../test/live-events.ts'
import type { Attempt } from '../domain/outcome.ts'
import { microUsd, unit } from '../domain/units.ts'
import { liveState } from './live-state.ts'
import type { LiveState } from './live-state.ts'
import { PoolTraffics, retrySettings } from './pool-traffic.ts'

const one = candidateOf('one')
const two = candidateOf('two')
const three = candidateOf('three')

const fail = (live: LiveState, candidate = one, at = 0): void =>
  live.hear(ended({ candidate, startedAt: at, at, failure: failureOf('upstream-overloaded') }))
const requests = (live: LiveState, count: number, at: number, pool = 'p'): void => {
  for (let each = 0; each < count; each++) live.hear(decided(`${pool} ${at} ${each}`, at, 1, 1, { pool }))
}
const retry = (live: LiveState, times: number, at: number, ...kind: [Attempt['kind']?]): void => {
  for (let each = 0; each < times; each++) live.hear(started(one, at, `p ${at} ${each}`, undefined, ...kind))
}
const allowed = (live: LiveState, at: number, pool: string | undefined = 'p'): boolean =>
  live.retryAllowed(pool, one.id, instant(at))

describe('retries', () => {
  it('are three a second at least, counted over ten seconds', () => {
    const live = liveState()
    fail(live)
    requests(live, 30, 0)
    retry(live, 29, 0, 'retry')
    expect(allowed(live, 0)).toBe(true)
    retry(live, 1, 0, 'retry')
    expect(allowed(live, 0)).toBe(false)
    expect(allowed(live, 9_999)).toBe(false)
    expect(allowed(live, 10_000)).toBe(true)
  })

  it('are a fifth of the requests at most, where that is more', () => {
    const live = liveState()
    fail(live)
    requests(live, 500, 0)
    retry(live, 99, 0, 'retry')
    expect(allowed(live, 0)).toBe(true)
    retry(live, 1, 0, 'retry')
    expect(allowed(live, 0)).toBe(false)
  })

  it('are counted for each pool, and together where there is no pool', () => {
    const live = liveState({ retries: { perSecond: 0 } })
    fail(live)
    requests(live, 10, 0)
    expect(allowed(live, 0)).toBe(true)
    expect(allowed(live, 0, 'other')).toBe(false)
    expect(live.retryAllowed(undefined, one.id, instant(0))).toBe(false)
    for (let each = 0; each < 5; each++) live.hear(decided(`direct ${each}`, 0, 1, 1))
    expect(live.retryAllowed(undefined, one.id, instant(0))).toBe(true)
  })

  it('are none where the next has not failed last, whatever was spent', () => {
    const live = liveState({ retries: { perSecond: 0, share: 0 } })
    fail(live)
    expect(live.retryAllowed('p', one.id, instant(0))).toBe(false)
    expect(live.retryAllowed('p', two.id, instant(0))).toBe(true)
    fail(live, two)
    expect(live.retryAllowed('p', two.id, instant(0))).toBe(false)
    live.hear(ended({ candidate: two, startedAt: 1, at: 1, failure: failureOf('cancelled') }))
    expect(live.retryAllowed('p', two.id, instant(1))).toBe(false)
    live.hear(ended({ candidate: two, startedAt: 2, at: 2 }))
    expect(live.retryAllowed('p', two.id, instant(2))).toBe(true)
  })

  it('are attempts beside or after the first at one that failed last, and no other attempts', () => {
    const counted = (kind: Attempt['kind'], isIll: boolean): boolean => {
      const live = liveState({ retries: { perSecond: 0.1 } })
      fail(live)
      if (isIll) fail(live, two)
      live.hear(decided('r', 0, 1, 1, { pool: 'p' }))
      live.hear(started(two, 0, 'r', undefined, kind))
      return !allowed(live, 0)
    }
    // Lanes beside the first as well: what opens no circuit, as 429 does not, would be asked as widely as before.
    for (const kind of ['fallback', 'continue', 'race', 'hedge', 'cascade'] as const) {
      expect(counted(kind, true), kind).toBe(true)
      expect(counted(kind, false), kind).toBe(false)
    }
    expect(counted('retry', false)).toBe(true)
    for (const kind of ['primary', 'shadow'] as const) expect(counted(kind, true), kind).toBe(false)
  })

  it('of a full outage make 1.25 calls for each request at most, at every rate from 15 a second on', () => {
    for (const rate of [15, 20, 60, 200]) {
      const live = liveState()
      const sick = [one, two, three]
      for (const candidate of sick) fail(live, candidate)
      let calls = 0
      for (let each = 0; each < rate * 10; each++) {
        const at = (each * 1_000) / rate
        live.hear(decided(`r${each}`, at, 1, 1, { pool: 'p' }))
        for (const [place, candidate] of sick.entries()) {
          if (place > 0 && !live.retryAllowed('p', candidate.id, instant(at))) break
          live.hear(started(candidate, at, `r${each}`, undefined, place === 0 ? 'primary' : 'fallback'))
          live.hear(
            ended({ candidate, request: `r${each}`, startedAt: at, at, failure: failureOf('upstream-overloaded') }),
          )
          calls++
        }
      }
      expect(calls / (rate * 10), `${rate} a second`).toBeLessThanOrEqual(1.25)
    }
  })
})

const paid = (index: number, amount: number, kind: Attempt['kind'] = 'primary'): Attempt => ({
  ...attemptOf({ candidate: one, startedAt: 0, at: 0 }),
  index,
  kind,
  cost: { amount: microUsd(amount), source: 'usage' },
})

describe('asking several at once', () => {
  it('is free where there is no cap', () => {
    expect(liveState().extraAllowed('p', undefined, instant(0))).toBe(true)
    expect(liveState().extraAllowed('p', {}, instant(0))).toBe(true)
  })

  it('is for a share of the last minute’s requests, each counted once', () => {
    const live = liveState()
    const cap = { share: unit(0.1) }
    const may = (at: number): boolean => live.extraAllowed('p', cap, instant(at))
    requests(live, 9, 0)
    expect(may(0)).toBe(false)
    requests(live, 11, 1)
    expect(may(1)).toBe(true)
    for (const kind of ['race', 'race', 'race'] as const) live.hear(started(one, 1, 'p 1 0', undefined, kind))
    expect(may(1)).toBe(true)
    live.hear(started(one, 1, 'p 1 1', undefined, 'hedge'))
    expect(may(1)).toBe(false)
    requests(live, 10, 60_001)
    expect(may(60_001)).toBe(true)
  })

  it('stops when what nobody got costs too much beside what somebody did', () => {
    const live = liveState()
    const may = (at: number): boolean => live.extraAllowed('p', { spend: unit(0.1) }, instant(at))
    expect(may(0)).toBe(true)
    live.hear(decided('a', 0, 1, 1, { pool: 'p' }))
    live.hear(started(one, 0, 'a', undefined, 'primary'))
    live.hear(started(two, 0, 'a', undefined, 'hedge'))
    live.hear(settled({ request: 'a', pool: 'p', at: 0, attempts: [paid(0, 100), paid(1, 90, 'hedge')], served: 0 }))
    expect(may(0)).toBe(false)
    live.hear(decided('b', 1, 1, 1, { pool: 'p' }))
    // Its failed attempt is no extra: it was asked alone.
    live.hear(settled({ request: 'b', pool: 'p', at: 1, attempts: [paid(0, 700), paid(1, 800)], served: 1 }))
    expect(may(1)).toBe(true)
    live.hear(decided('c', 300_000, 1, 1, { pool: 'p' }))
    live.hear(started(two, 300_000, 'c', undefined, 'race'))
    live.hear(settled({ request: 'c', pool: 'p', at: 300_000, attempts: [paid(0, 50, 'race')], served: 1 }))
    expect(may(300_000)).toBe(false)
    expect(may(900_001)).toBe(true)
  })
})

describe('pools', () => {
  it('are no more than memory has room for', () => {
    const traffics = new PoolTraffics(retrySettings)
    for (let each = 0; each < 1_100; each++) traffics.of(`p${each}`)
    expect(traffics.size).toBe(1_024)
    expect(traffics.find('p0')).toBeUndefined()
    expect(traffics.find('p1099')).toBeDefined()
  })
})

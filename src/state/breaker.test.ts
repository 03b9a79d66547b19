/** The breaker, case by case. */
import { describe, expect, it } from 'vitest'
import { failureOf, instant } from '../../test/live-events.ts'
import { breakerAt, breakerEnded, breakerSettings, breakerStarted, newBreaker } from './breaker.ts'
import type { Breaker, BreakerRules, OpenBreaker, Result } from './breaker.ts'

const settings = { ...breakerSettings, jitter: 0 }
const rules = (calls = 0, blamed = 0): BreakerRules => ({ settings, seed: 'a', tally: () => ({ calls, blamed }) })

const result = (verdict: Result['verdict'], at: number, more: Partial<Result> = {}): Result => ({
  startedAt: instant(at),
  at: instant(at),
  isProbe: false,
  verdict,
  ...(verdict === 'bad' && { failure: failureOf('upstream-overloaded') }),
  ...more,
})
const failing = (breaker: Breaker, times: number, at: number): Breaker => {
  let now = breaker
  for (let time = 0; time < times; time++) now = breakerEnded(now, result('bad', at), rules())
  return now
}
const probed = (breaker: Breaker, verdict: Result['verdict'], at: number): Breaker =>
  breakerEnded(breakerStarted(breaker, instant(at), settings), result(verdict, at, { isProbe: true }), rules())
const opened = (breaker: Breaker): OpenBreaker => {
  if (breaker.state !== 'open') throw new Error(`it is ${breaker.state}`)
  return breaker
}

describe('a breaker', () => {
  it('opens on the fifth failure in a row and says why', () => {
    expect(failing(newBreaker, 4, 100)).toMatchObject({ state: 'closed', inRow: 4 })
    expect(failing(newBreaker, 5, 100)).toEqual({
      state: 'open',
      since: 100,
      until: 5_100,
      isTold: false,
      openings: 1,
      why: '5 failures in a row, the last upstream-overloaded',
    })
  })

  it('counts anew after a success, and goes on counting over what is nobody’s fault', () => {
    const good = breakerEnded(failing(newBreaker, 4, 1), result('good', 2), rules())
    expect(failing(good, 4, 3).state).toBe('closed')
    const neither = breakerEnded(failing(newBreaker, 4, 1), result('neither', 2), rules())
    expect(failing(neither, 1, 3).state).toBe('open')
  })

  it('opens on more than half of the window, not on half', () => {
    const bad = result('bad', 9)
    expect(breakerEnded(newBreaker, bad, rules(20, 10)).state).toBe('closed')
    expect(breakerEnded(newBreaker, bad, rules(19, 19)).state).toBe('closed')
    expect(opened(breakerEnded(newBreaker, bad, rules(20, 11))).why).toBe(
      '11 of 20 attempts failed, the last upstream-overloaded',
    )
  })

  it('lets one probe out when its time has passed, and closes after three good ones', () => {
    const open = failing(newBreaker, 5, 0)
    expect(breakerAt(open, instant(4_999), settings).state).toBe('open')
    const half = breakerAt(open, instant(5_000), settings)
    expect(half).toMatchObject({ state: 'half-open', good: 0 })
    const out = breakerStarted(half, instant(5_000), settings)
    expect(out).toMatchObject({ probe: 5_000 })
    expect(breakerStarted(out, instant(5_001), settings)).toBe(out)
    const twice = probed(probed(half, 'good', 5_000), 'good', 5_001)
    expect(twice).toMatchObject({ state: 'half-open', good: 2 })
    expect(probed(twice, 'good', 5_002)).toMatchObject({ state: 'closed', inRow: 0 })
  })

  it('rests twice as long each time a probe fails, up to two minutes', () => {
    let breaker = failing(newBreaker, 5, 0)
    const rests: number[] = []
    for (let time = 0; time < 7; time++) {
      const { until } = opened(breaker)
      breaker = probed(breaker, 'bad', until)
      rests.push(opened(breaker).until - until)
    }
    expect(rests).toEqual([10_000, 20_000, 40_000, 80_000, 120_000, 120_000, 120_000])
  })

  it('goes on doubling if it opens again soon after it closed, and starts anew later', () => {
    let breaker = failing(newBreaker, 5, 0)
    for (const at of [5_000, 5_001, 5_002]) breaker = probed(breaker, 'good', at)
    expect(opened(failing(breaker, 5, 60_000)).openings).toBe(2)
    expect(opened(failing(breaker, 5, 70_000)).openings).toBe(1)
  })

  it('waits as long as the provider asks, shorter or longer, but not for ever', () => {
    const asked = (retryAfter: number): number =>
      opened(
        breakerEnded(
          failing(newBreaker, 4, 0),
          result('bad', 0, { failure: failureOf('upstream-overloaded', retryAfter) }),
          rules(),
        ),
      ).until
    expect([1_000, 30_000, 1e9, 0, Number.NaN].map(asked)).toEqual([1_000, 30_000, 3_600_000, 5_000, 5_000])
  })

  it('lets a late failure prolong the rest if the provider asks for it, and do nothing else', () => {
    const open = failing(newBreaker, 5, 100)
    const late = (retryAfter: number): Breaker =>
      breakerEnded(
        open,
        result('bad', 200, { startedAt: instant(0), failure: failureOf('upstream-overloaded', retryAfter) }),
        rules(),
      )
    expect(late(0)).toBe(open)
    expect(late(1_000)).toBe(open)
    expect(late(60_000)).toEqual({ ...open, until: 60_200, isTold: true })
    expect(breakerEnded(open, result('good', 200, { startedAt: instant(0) }), rules())).toBe(open)
  })

  it('frees the probe’s place if the client leaves, without counting it', () => {
    const half = breakerAt(failing(newBreaker, 5, 0), instant(5_000), settings)
    expect(probed(half, 'neither', 5_000)).toEqual(half)
  })

  it('does not wait for ever for a probe that never ends', () => {
    const out = breakerStarted(failing(newBreaker, 5, 0), instant(5_000), settings)
    expect(breakerAt(out, instant(34_999), settings)).toMatchObject({ probe: 5_000 })
    const free = breakerAt(out, instant(35_000), settings)
    expect(free).not.toHaveProperty('probe')
    const second = breakerStarted(free, instant(35_000), settings)
    // The first comes back after all: it counts, and the second is still out.
    const counted = breakerEnded(second, result('good', 36_000, { startedAt: instant(5_000), isProbe: true }), rules())
    expect(counted).toMatchObject({ good: 1, probe: 35_000 })
  })

  it('does not take a result from before it opened for a probe’s, nor one from before it closed for a new one', () => {
    const half = breakerAt(failing(newBreaker, 5, 0), instant(5_000), settings)
    expect(breakerEnded(half, result('good', 6_000, { startedAt: instant(0) }), rules())).toBe(half)
    expect(breakerEnded(half, result('bad', 6_000, { startedAt: instant(0) }), rules())).toBe(half)
    let breaker: Breaker = half
    for (const at of [5_000, 5_001, 5_002]) breaker = probed(breaker, 'good', at)
    const old = result('bad', 6_000, { startedAt: instant(1) })
    for (let time = 0; time < 9; time++) breaker = breakerEnded(breaker, old, rules(30, 30))
    expect(breaker).toMatchObject({ state: 'closed', inRow: 0 })
  })

  it('takes a good answer of one that was asked while it was open for a good probe', () => {
    const open = failing(newBreaker, 5, 0)
    const asked = (breaker: Breaker, startedAt: number, at: number): Breaker =>
      breakerEnded(breaker, result('good', at, { startedAt: instant(startedAt) }), rules())
    expect(asked(open, 0, 1_000)).toBe(open)
    const half = asked(open, 1, 1_000)
    expect(half).toMatchObject({ state: 'half-open', since: 1_000, opened: 0, good: 1 })
    const out = breakerStarted(half, instant(1_100), settings)
    expect(asked(out, 2, 1_200)).toMatchObject({ good: 2, probe: 1_100 })
    expect(asked(asked(out, 2, 1_200), 900, 1_300)).toMatchObject({ state: 'closed', since: 1_300, openings: 1 })
    expect(asked(breakerAt(open, instant(5_000), settings), 4_000, 6_000)).toMatchObject({
      state: 'half-open',
      good: 1,
    })
  })

  it('rests no longer for those who fail though it is open, unless they are told to wait', () => {
    let breaker: Breaker = failing(newBreaker, 5, 0)
    for (let time = 1; time < 50; time++) breaker = breakerEnded(breaker, result('bad', time), rules(50, 50))
    expect(breaker).toMatchObject({ until: 5_000, openings: 1, isTold: false })
    const half = breakerStarted(breaker, instant(5_000), settings)
    expect(breakerEnded(half, result('bad', 5_100), rules(50, 50))).toBe(half)
    const wait = result('bad', 5_100, { failure: failureOf('upstream-overloaded', 9_000) })
    expect(breakerEnded(half, wait, rules())).toMatchObject({ state: 'open', until: 14_100, openings: 1, isTold: true })
  })

  it('shortens each rest a little, by its seed', () => {
    const rest = (seed: string): number =>
      opened(
        breakerEnded(failing(newBreaker, 4, 0), result('bad', 0), {
          settings: breakerSettings,
          seed,
          tally: () => ({ calls: 0, blamed: 0 }),
        }),
      ).until
    const rests = Array.from({ length: 200 }, (_, place) => rest(`d${place}`))
    expect(Math.min(...rests)).toBeGreaterThan(4_000)
    expect(Math.min(...rests)).toBeLessThan(4_100)
    expect(Math.max(...rests)).toBeGreaterThan(4_900)
    expect(rest('d1')).toBe(rest('d1'))
  })
})

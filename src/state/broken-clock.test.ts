/** Times that are none, and times that are years away: from a clock, a provider or a store. Nothing hangs, stops counting or is held for good. */
import { describe, expect, it } from 'vitest'
import { answered, candidateOf, decided, ended, failureOf, instant, started } from '../../test/live-events.ts'
import type { CredentialId, DeploymentId } from '../domain/ids.ts'
import { liveState } from './live-state.ts'
import type { LiveState } from './live-state.ts'

const start = 1_700_000_000_000
const day = 86_400_000
const one = candidateOf('a', { limits: { rpm: 100 } })
const id = 'a' as DeploymentId
const credential = 'k' as CredentialId
const shape = { operation: 'chat', streamed: true, inputTokens: 10 } as const

let count = 0
/** One request that takes a second, good or not. */
const play = (live: LiveState, at: number, isGood = true): void => {
  count += 1
  const request = `r${count}`
  live.hear(decided(request, at, 10, 10))
  live.hear(started(one, at, request, credential))
  const failure = isGood ? {} : { failure: failureOf('upstream-timeout') }
  live.hear(
    ended({
      candidate: one,
      request,
      credential,
      startedAt: at,
      firstTokenAt: at + 500,
      at: at + 1_000,
      streamed: true,
      ...failure,
    }),
  )
}
const playMany = (live: LiveState, from: number, isGood = true): void => {
  for (let place = 0; place < 30; place++) play(live, from + place * 100, isGood)
}

const noTimes = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300]

describe('a clock that tells no time', () => {
  it.each(noTimes)('as %s before everything else is not heard', none => {
    const live = liveState()
    play(live, none)
    playMany(live, start)
    const at = instant(start + 5_000)
    expect(live.headroom(one, at)?.requests).toBe(0.7)
    expect(live.latency(id, shape, at)?.samples).toBe(30)
    expect(live.errors(id, at)?.rate).toBe(0)
    expect(live.inflight(id)).toBe(0)
  })

  it.each(noTimes)('as %s in between counts as the moment before, and all goes on', none => {
    const live = liveState()
    playMany(live, start)
    play(live, none)
    playMany(live, start + 5_000)
    const at = instant(start + 10_000)
    expect(live.headroom(one, at)?.requests).toBeCloseTo(0.39, 9)
    expect(live.inflight(id)).toBe(0)
    expect(live.headroom(one, instant(none))).toBeDefined()
    expect(live.latency(id, shape, instant(none))).toBeDefined()
    expect(live.headroom(one, instant(start + 120_000))?.requests).toBe(1)
    expect(live.errors(id, instant(start + day))).toBeUndefined()
  })
})

describe('a limit that is whole again in years', () => {
  it.each([
    ['five years', start + 5 * 365 * day],
    ['no time that there is', 1e300],
  ])('is believed for a day, since nobody asks whoever has nothing left: %s', (_, resetAt) => {
    const live = liveState()
    live.hear(answered(one, start, { requests: { limit: 10, left: 0, resetAt: instant(resetAt) } }, credential))
    expect(live.headroom(one, instant(start + day - 1))?.requests).toBe(0)
    expect(live.headroom(one, instant(start + day))?.requests).toBe(1)
  })

  it('is believed no longer from what was saved', () => {
    const limits = { requests: { limit: 10, left: -1e9, resetAt: start + 100 * day } }
    const live = liveState()
    live.restore({ version: 1, at: start, deployments: [{ id, told: [{ credential, limits }] }] }, instant(start))
    expect(live.headroom(one, instant(start + day - 1))?.requests).toBe(0)
    expect(live.headroom(one, instant(start + day))?.requests).toBe(1)
  })
})

/** Restored from one deployment's state, as a clock that was wrong would have saved it. */
const restoredFrom = (deployment: object): LiveState => {
  const live = liveState()
  live.restore({ version: 1, at: start, deployments: [{ id, ...deployment }] }, instant(start))
  return live
}

describe('a save that is ahead of its time', () => {
  it.each(['closed', 'half-open'])(
    'holds no circuit %s for good: whoever fails is out, whoever is well is in',
    state => {
      const live = restoredFrom({ breaker: { state, since: start + 100 * day, openings: 1, why: 'it failed' } })
      playMany(live, start, false)
      expect(live.circuit(id, instant(start + 4_000)).open).toBe(true)
      playMany(live, start + 600_000)
      expect(live.circuit(id, instant(start + 610_000)).state).toBe('closed')
    },
  )

  it('holds no error against anybody for hours', () => {
    const live = restoredFrom({ errors: { at: start, good: 0, bad: 1e308, inRow: 0, last: start + 100 * day } })
    playMany(live, start + 60_000)
    expect(live.errors(id, instant(start + 70_000))?.rate).toBe(0)
  })

  it('ends no turns: a count from which there is no counting on is none', () => {
    const live = liveState()
    live.restore({ version: 1, at: start, turns: [{ pool: 'p', turn: 1e308 }] }, instant(start))
    live.takeTurn('p')
    expect(live.turn('p')).toBe(1)
  })
})

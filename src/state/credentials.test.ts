/** Credentials retire, rest and come back. */
import { describe, expect, it } from 'vitest'
import { failureOf, instant } from '../../test/live-events.ts'
import type { Failure } from '../domain/failure.ts'
import type { CredentialId, DeploymentId } from '../domain/ids.ts'
import { CredentialHealth, credentialSettings, drawCredential } from './credentials.ts'

const minute = 60_000
const here = 'here' as DeploymentId
const there = 'there' as DeploymentId

const health = () => {
  const one = new CredentialHealth(credentialSettings)
  return {
    ends: (at: number, failure?: Failure, startedAt = at, deployment = here): void =>
      one.ended({ deployment, startedAt: instant(startedAt), at: instant(at), failure }),
    until: (now: number, deployment?: DeploymentId): number | undefined => one.rest(instant(now), deployment)?.until,
  }
}

describe('a credential', () => {
  it('that is refused or has no balance retires everywhere for half a minute, then twice as long, up to ten minutes', () => {
    for (const kind of ['upstream-credential', 'upstream-quota'] as const) {
      const { ends, until } = health()
      let now = 0
      const lengths: number[] = []
      for (let time = 0; time < 7; time++) {
        ends(now, failureOf(kind))
        const end = until(now, there) ?? 0
        lengths.push((end - now) / minute)
        expect(until(end - 1, there)).toBe(end)
        expect(until(end, there)).toBeUndefined()
        now = end
      }
      expect(lengths).toEqual([0.5, 1, 2, 4, 8, 10, 10])
    }
  })

  it('that is rate limited rests as long as the provider says, at the deployment where it happened', () => {
    const { ends, until } = health()
    ends(0, failureOf('upstream-rate-limited', 7_000))
    expect(until(6_999, here)).toBe(7_000)
    expect(until(7_000, here)).toBeUndefined()
    expect(until(0, there)).toBeUndefined()
    expect(until(0)).toBe(7_000)
  })

  it('that is rate limited without a word how long rests a second, then twice as long, up to 15 s', () => {
    const { ends, until } = health()
    let now = 0
    const lengths: number[] = []
    for (let time = 0; time < 8; time++) {
      ends(now, failureOf('upstream-rate-limited'))
      const end = until(now, here) ?? 0
      lengths.push((end - now) / 1_000)
      now = end
    }
    expect(lengths).toEqual([1, 2, 4, 8, 15, 15, 15, 15])
  })

  it('that may not use one model is retired there alone', () => {
    const { ends, until } = health()
    ends(0, failureOf('upstream-credential', undefined, 403))
    expect(until(0, here)).toBe(minute / 2)
    expect(until(0, there)).toBeUndefined()
  })

  it('is not struck again by what was under way when its rest began', () => {
    const { ends, until } = health()
    for (const at of [10, 20, 30]) ends(at, failureOf('upstream-credential'), 5)
    expect(until(30, here)).toBe(minute / 2 + 10)
    ends(minute / 2 + 10, failureOf('upstream-credential'))
    expect(until(minute / 2 + 10, here)).toBe(1.5 * minute + 10)
  })

  it('rests longer if a late answer asks for it', () => {
    const { ends, until } = health()
    ends(10, failureOf('upstream-rate-limited', 1_000), 5)
    ends(20, failureOf('upstream-rate-limited', 9_000), 5)
    ends(30, failureOf('upstream-rate-limited', 2_000), 5)
    expect(until(30, here)).toBe(9_020)
  })

  it('is as good as new after a success that started since, not after one from before', () => {
    const { ends, until } = health()
    ends(10, failureOf('upstream-credential'), 5)
    ends(20, undefined, 5)
    expect(until(20, here)).toBeDefined()
    ends(30, undefined, 25)
    expect(until(30, here)).toBeUndefined()
    ends(40, failureOf('upstream-credential'))
    expect(until(40, here)).toBe(minute / 2 + 40)
  })

  it('that rests at one deployment is fit there after a success that started since, not after one from before', () => {
    const { ends, until } = health()
    ends(10, failureOf('upstream-rate-limited', 9_000), 5)
    ends(20, undefined, 5)
    expect(until(20, here)).toBe(9_010)
    ends(30, undefined, 25, there)
    expect(until(30, here)).toBe(9_010)
    ends(30, undefined, 25)
    expect(until(30, here)).toBeUndefined()
  })

  it('is not struck for what is not its fault', () => {
    const { ends, until } = health()
    for (const kind of ['upstream-overloaded', 'cancelled', 'upstream-invalid', 'content-refused'] as const)
      ends(0, failureOf(kind))
    expect(until(0)).toBeUndefined()
  })

  it('does not rest for a time that makes no sense', () => {
    for (const retryAfter of [Number.NaN, -5, 0]) {
      const { ends, until } = health()
      ends(0, failureOf('upstream-rate-limited', retryAfter))
      expect(until(0, here)).toBe(1_000)
    }
  })
})

describe('drawing a credential', () => {
  const of = (...weights: readonly number[]) =>
    weights.map((weight, place) => ({ id: `c${place}` as CredentialId, weight }))
  const shares = (credentials: ReturnType<typeof of>, draws = 1_000): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (let draw = 0; draw < draws; draw++) {
      const id = drawCredential(credentials, draw / draws) ?? 'none'
      counts[id] = (counts[id] ?? 0) + 1
    }
    return counts
  }
  it('is in proportion to weight', () => {
    expect(shares(of(3, 1))).toEqual({ c0: 750, c1: 250 })
    expect(shares(of(0, 1, -1, Number.NaN, 1))).toEqual({ c1: 500, c4: 500 })
  })
  it('is even where nobody has weight', () => {
    expect(shares(of(0, 0))).toEqual({ c0: 500, c1: 500 })
  })
  it('gives nobody where there is nobody, and somebody at the very end', () => {
    expect(drawCredential([], 0.5)).toBeUndefined()
    expect(drawCredential(of(0.1, 0.2, 0), 1)).toBe('c1')
    expect(drawCredential(of(0, 0), 1)).toBe('c1')
  })
})

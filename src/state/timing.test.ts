/** What calls tell of a deployment's speed: when they begin to speak, when they do not, and when another was faster. */
import { describe, expect, it } from 'vitest'
import { attemptOf, candidateOf, failureOf, instant, usageOf } from '../../test/live-events.ts'
import { millis } from '../domain/units.ts'
import { Timing } from './timing.ts'

const shape = { operation: 'chat', streamed: true, inputTokens: 100 } as const
const candidate = candidateOf('a')

/** Thirty answers that spoke after 100 ms each, the last of them at 30 s. */
const proven = (): Timing => {
  const timing = new Timing(millis(60_000))
  for (let call = 0; call < 30; call++) {
    const at = call * 1_000
    timing.begin(`usual ${call}`, shape, instant(at))
    timing.spoke(`usual ${call}`, shape, instant(at), instant(at + 100))
  }
  return timing
}
const p95 = (timing: Timing, now: number): number | undefined => timing.paces.read(shape, instant(now))?.p95

describe('a stream', () => {
  it('counts once, when it speaks, whether or not that was told before its end', () => {
    const timing = new Timing(millis(60_000))
    const attempt = attemptOf({ candidate, startedAt: 0, firstTokenAt: 100, at: 900, usage: usageOf(10, 9) })
    timing.begin('a', shape, instant(0))
    timing.spoke('a', shape, instant(0), instant(100))
    expect(timing.paces.read(shape, instant(200))?.samples).toBe(1)
    timing.end({ attempt, call: 'a', shape, hasSpoken: true, at: instant(900) })
    timing.end({ attempt, call: 'b', shape, hasSpoken: false, at: instant(900) })
    expect(timing.paces.read(shape, instant(1_000))).toMatchObject({ samples: 2, throughput: expect.closeTo(10, 0) })
  })
})

describe('slowness that begins', () => {
  it('moves the p95 while the calls are still silent, and lets it go once as many were quick', () => {
    const timing = proven()
    const usual = p95(timing, 30_000) ?? 0
    for (let call = 0; call < 4; call++) timing.begin(`slow ${call}`, shape, instant(30_000 + call * 10))
    expect(p95(timing, 30_050)).toBe(usual)
    // The third of the four, by length, has been silent for 520 ms.
    expect(Math.abs((p95(timing, 30_530) ?? 0) - 520)).toBeLessThan(1)
    for (let call = 0; call < 4; call++) {
      timing.begin(`quick ${call}`, shape, instant(30_600))
      timing.spoke(`quick ${call}`, shape, instant(30_600), instant(30_690))
    }
    expect(p95(timing, 30_700)).toBe(usual)
  })
})

describe('who was stopped', () => {
  const stopped = (after: number): number | undefined => {
    const timing = proven()
    for (let call = 0; call < 5; call++) {
      const attempt = attemptOf({ candidate, startedAt: 30_000, at: 30_000 + after, failure: failureOf('cancelled') })
      timing.begin(`stopped ${call}`, shape, instant(30_000))
      timing.end({ attempt, call: `stopped ${call}`, shape, hasSpoken: false, at: instant(30_000 + after) })
    }
    return p95(timing, 31_000)
  }
  it('past its p95 took that long at least, and before it tells nothing', () => {
    expect(stopped(50)).toBeLessThan(110)
    expect(stopped(700)).toBeGreaterThan(600)
  })
})

/** Scores to shares: they sum to 1, the rest is bounded, and whoever scores higher never gets less. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { trafficShares } from './shares.ts'

const score = fc.double({ min: 0, max: 1, noNaN: true })
const scores = fc.array(score, { minLength: 1, maxLength: 40 })
const sharing = fc.record({ within: score, rest: score })
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

describe('shares of traffic', () => {
  it('go in proportion to the score among the best, and in equal parts to the rest', () => {
    const shares = trafficShares([1, 0.96, 0.5, 0], { within: 0.05, rest: 0.05 })
    expect(shares[0]).toBeCloseTo((0.95 * 1) / 1.96, 12)
    expect(shares[1]).toBeCloseTo((0.95 * 0.96) / 1.96, 12)
    expect(shares.slice(2)).toEqual([expect.closeTo(0.025, 12), expect.closeTo(0.025, 12)])
  })
  it('are alike where nobody has a score', () => {
    expect(trafficShares([0, 0], { within: 0.05, rest: 0.05 })).toEqual([0.5, 0.5])
  })
  it('give the rest nothing where they are to have nothing', () => {
    expect(trafficShares([1, 0.2], { within: 0.05, rest: 0 })).toEqual([1, 0])
  })
  it('sum to 1, none below 0, and the rest together get no more than was said', () => {
    fc.assert(
      fc.property(scores, sharing, (given, how) => {
        const shares = trafficShares(given, how)
        expect(sum(shares)).toBeCloseTo(1, 9)
        expect(shares.every(one => one >= 0)).toBe(true)
        const threshold = Math.max(...given) * (1 - how.within)
        const rest = shares.filter((_, place) => (given[place] ?? 0) < threshold)
        expect(sum(rest)).toBeLessThanOrEqual(how.rest + 1e-9)
      }),
    )
  })
  it('rise with the score: whoever scores higher never gets less, and never less than one who scores lower', () => {
    fc.assert(
      fc.property(scores, sharing, fc.nat(), score, (given, how, which, better) => {
        const place = which % given.length
        const before = trafficShares(given, how)
        const raised = given.map((one, at) => (at === place ? Math.max(one, better) : one))
        expect((trafficShares(raised, how)[place] ?? 0) - (before[place] ?? 0)).toBeGreaterThan(-1e-9)
        for (const [at, one] of given.entries())
          if (one <= (given[place] ?? 0)) expect(before[at]).toBeLessThanOrEqual((before[place] ?? 0) + 1e-9)
      }),
      { numRuns: 2000 },
    )
  })
})

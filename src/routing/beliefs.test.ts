/** Beliefs about quality, who could matter by them, and how often each would be the best. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyFacts, candidate, facts, measured } from '../../test/contract/strategy.contract.ts'
import { unit } from '../domain/units.ts'
import { beliefOf, beliefOrNothing, bestOf, couldMatter } from './beliefs.ts'
import { below } from './likelihood.ts'

const share = fc.double({ min: 0, max: 1, noNaN: true })
const belief = fc.record({ mean: share, error: fc.double({ min: 0, max: 0.3, noNaN: true }) })

describe('a belief', () => {
  const scored = (mean: number, low: number, samples: number) =>
    facts([candidate('a', { quality: { '*': unit(0.5) } })], {
      signals: {
        'candidate.quality': measured({ a: { mean: unit(mean), low: unit(low), samples, source: 'scores' } }),
      },
    })
  const told = (given: ReturnType<typeof scored>) => beliefOf(given.candidates[0] ?? candidate('a'), given)
  it('has the error that makes the lower bound one at 90 %', () => {
    const { mean = 0, error = 0 } = told(scored(0.8, 0.7, 30)) ?? {}
    expect(mean).toBe(0.8)
    expect(below((mean - 0.7) / error)).toBeCloseTo(0.9, 6)
  })
  it('goes by the number of scores where no bound is told, and takes a configured score for ten', () => {
    expect(told(scored(0.8, 0.8, 99))?.error).toBeCloseTo(Math.sqrt(0.16 / 100), 12)
    expect(told(facts([candidate('a', { quality: { '*': unit(0.8) } })]))?.error).toBeCloseTo(Math.sqrt(0.16 / 11), 12)
  })
  it('may be anything where nobody said anything, and is a number in any case', () => {
    expect(beliefOf(candidate('a'), facts([candidate('a')]))).toBeUndefined()
    expect(beliefOrNothing(candidate('a'), facts([]))).toEqual({ mean: 0.5, error: Math.sqrt(1 / 12) })
    fc.assert(
      fc.property(anyFacts, given => {
        for (const one of given.candidates) {
          const { mean, error } = beliefOrNothing(one, given)
          expect(mean >= 0 && mean <= 1 && error >= 0 && error <= 0.5).toBe(true)
        }
      }),
    )
  })
})

describe('the chances to be the best', () => {
  it('are those of a normal difference between two, within what 256 draws can tell', () => {
    fc.assert(
      fc.property(belief, belief, (one, other) => {
        const error = Math.hypot(one.error, other.error)
        const [chance = -1] = bestOf()([one, other], 1)
        if (error > 1e-6) expect(Math.abs(chance - below((one.mean - other.mean) / error))).toBeLessThan(0.08)
      }),
    )
  })
  it('sum to 1, and whoever is believed to be better never wins less often', () => {
    const best = bestOf()
    fc.assert(
      fc.property(fc.array(belief, { minLength: 1, maxLength: 12 }), fc.nat(), share, (beliefs, which, more) => {
        const at = which % beliefs.length
        const before = best(beliefs, 1)
        expect(before.reduce((sum, one) => sum + one, 0)).toBe(1)
        const raised = beliefs.map((one, place) => (place === at ? { ...one, mean: one.mean + more } : one))
        expect(best(raised, 1)[at]).toBeGreaterThanOrEqual(before[at] ?? 1)
      }),
    )
  })
  it('are the same whether they were kept or are reckoned anew, for the width that is asked for', () => {
    const best = bestOf()
    const some = Array.from({ length: 40 }, (_, place) => [
      { mean: 0.5 + place / 100, error: 0.1 },
      { mean: 0.6, error: 0.05 },
    ])
    for (const beliefs of [...some, ...some])
      for (const width of [1, 0.5, 1]) expect(best(beliefs, width)).toEqual(bestOf()(beliefs, width))
  })
  it('are nothing for those who could not matter, or next to it', () => {
    const beliefs = [
      { mean: 0.9, error: 0.02 },
      { mean: 0.85, error: 0.05 },
      { mean: 0.5, error: 0.05 },
    ]
    expect(couldMatter(beliefs)).toEqual([0, 1])
    expect(bestOf()(beliefs, 1)[2]).toBe(0)
  })
})

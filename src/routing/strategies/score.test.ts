/** One's own formula: a weighted sum of measures, shown part by part. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyFacts, candidate, facts, measured, price } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { StepOptions } from '../../domain/policy.ts'
import { millis, unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { score } from './score.ts'

const made = (options: StepOptions): Order => {
  const found = score.make(options)
  if (!found.ok || found.value.kind !== 'order') throw new Error(found.ok ? 'no order' : found.why)
  return found.value
}
const scoresOf = (order: Order, given: Facts): readonly number[] =>
  order.keys(given.candidates, given).map(key => 0 - (key ?? Number.NaN))

const pool = facts(
  [
    candidate('a', { ...price(1, 1), limits: { concurrent: 4 } }),
    candidate('b', { ...price(2, 2), limits: { concurrent: 8 } }),
    candidate('c', { price: undefined, limits: { concurrent: 1 }, quality: { '*': unit(0.9) } }),
  ],
  {
    signals: {
      'candidate.latency': measured({
        a: { p95: millis(400), samples: 50, throughput: 30 },
        b: { p95: millis(100), samples: 50, throughput: 90 },
      }),
      'candidate.quality': measured({ a: { mean: unit(0.6), low: unit(0.5), samples: 40, source: 'scores' } }),
      'candidate.errors': measured({ b: { rate: unit(0.02), inRow: 1, samples: 50 } }),
      'candidate.inflight': measured({ a: 1, b: 3 }),
      'candidate.headroom': measured({ b: { requests: unit(0.5), tokens: unit(1), concurrent: unit(1) } }),
    },
  },
)

describe('score', () => {
  it('sums its measures by weight, and shows each', () => {
    const order = made({ cost: 0.5, latency: 0.3, quality: 0.2 })
    expect(order.parts?.(pool.candidates, pool)).toEqual([
      { cost: 1, latency: 0.25, quality: 0.6 },
      { cost: 0.5, latency: 1, quality: 0 },
      { cost: 0, latency: 0.4, quality: 0.9 },
    ])
    expect(scoresOf(order, pool)).toEqual([
      expect.closeTo(0.5 * 1 + 0.3 * 0.25 + 0.2 * 0.6, 12),
      expect.closeTo(0.5 * 0.5 + 0.3 * 1, 12),
      expect.closeTo(0.3 * 0.4 + 0.2 * 0.9, 12),
    ])
    expect(order.words(-0.55)).toBe('score 0.55')
  })
  it('knows reliability, slack, throughput and load as well', () => {
    const order = made({ reliability: 1, slack: 1, throughput: 1, load: 1 })
    expect(order.parts?.(pool.candidates, pool)).toEqual([
      { reliability: 1, slack: 0.75, throughput: expect.closeTo(1 / 3, 12), load: 1 },
      { reliability: expect.closeTo(0.6, 12), slack: 0.5, throughput: 1, load: 1 },
      { reliability: 1, slack: 1, throughput: expect.closeTo(0.5, 12), load: 0.5 },
    ])
  })
  it('counts weights by their sum, so that only what they are to each other matters', () => {
    expect(scoresOf(made({ cost: 0.1, latency: 0.1 }), pool)).toEqual(scoresOf(made({ cost: 1, latency: 1 }), pool))
  })
  it('reads what it weighs and nothing else', () => {
    expect(made({ cost: 1 }).reads).toEqual(['candidate.warm'])
    expect(made({ latency: 1, throughput: 1 }).reads).toEqual(['candidate.latency'])
  })
  it('ties who is within so many points of the best', () => {
    expect(made({ cost: 1, within: 0.1 }).isTied?.(-0.95, -0.86)).toBe(true)
    expect(made({ cost: 1, within: 0.1 }).isTied?.(-0.95, -0.84)).toBe(false)
  })
  it('refuses to weigh nothing, and names what it knows', () => {
    const none = score.make({ cost: 0 })
    expect(none).toEqual({
      ok: false,
      why: 'weighs nothing; give one of cost, latency, quality, reliability, slack, throughput, load a weight over 0, such as cost: 0.5',
      at: 'with',
    })
    expect(score.make({})).toEqual(none)
    expect(score.make({ latncy: 1 })).toMatchObject({ ok: false, at: 'with.latncy' })
  })
  it('is the surer the more is known of what it weighs', () => {
    const sure = (samples: number, low: number): number => {
      const given: Facts = {
        ...pool,
        signals: {
          'candidate.quality': measured({
            a: { mean: unit(0.8), low: unit(low), samples, source: 'scores' },
            b: { mean: unit(0.7), low: unit(low - 0.1), samples, source: 'scores' },
          }),
        },
      }
      const [a, b] = given.candidates
      return a && b ? (made({ quality: 1 }).confidence?.(a, b, given) ?? -1) : -1
    }
    expect(sure(1000, 0.79)).toBeGreaterThan(0.99)
    expect(sure(5, 0.4)).toBeLessThan(0.65)
  })
  it('keeps every score and part from 0 to 1, whatever is measured', () => {
    const order = made({ cost: 1, latency: 1, quality: 1, reliability: 1, slack: 1, throughput: 1, load: 1 })
    fc.assert(
      fc.property(anyFacts, given => {
        const parts = order.parts?.(given.candidates, given) ?? []
        for (const one of [...scoresOf(order, given), ...parts.flatMap(part => Object.values(part ?? {}))])
          expect(one >= 0 && one <= 1).toBe(true)
      }),
    )
  })
})

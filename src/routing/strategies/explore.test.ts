/** A bounded share for learning: who is tried, how often, and when nobody is. */
import { describe, expect, it } from 'vitest'
import { candidate, facts, measured, price } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { StepOptions } from '../../domain/policy.ts'
import { microUsd, unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { explore } from './explore.ts'

const made = (options: StepOptions = {}): Order => {
  const found = explore.make(options)
  if (!found.ok || found.value.kind !== 'order') throw new Error(found.ok ? 'no order' : found.why)
  return found.value
}
type Scored = Readonly<Record<string, readonly [mean: number, low: number]>>
const of = (scored: Scored, change: Parameters<typeof facts>[1] = {}): Facts =>
  facts(
    Object.keys(scored).map(id => candidate(id)),
    {
      ...change,
      signals: {
        'candidate.quality': measured(
          Object.fromEntries(
            Object.entries(scored).map(([id, [mean, low]]) => [
              id,
              { mean: unit(mean), low: unit(low), samples: 50, source: 'scores' },
            ]),
          ),
        ),
        ...change.signals,
      },
    },
  )
const chances = (order: Order, given: Facts): readonly number[] => {
  const found = given.candidates.map(() => 0)
  for (const way of order.ways?.(given.candidates, given) ?? []) if ('first' in way) found[way.first] = way.chance
  return found
}
const near: Scored = { a: [0.8, 0.75], b: [0.78, 0.6], c: [0.3, 0.28] }
const blind = facts([candidate('a'), candidate('b'), candidate('c')])

describe('explore', () => {
  it('tries on its share of requests whoever may turn out to be the best, and never who surely is not', () => {
    const [a = 0, b = 0, c] = chances(made(), of(near))
    expect(a + b).toBeCloseTo(0.05, 12)
    expect(a).toBeGreaterThan(b)
    expect(b).toBeGreaterThan(0.015)
    expect(c).toBe(0)
  })
  it('tries each as often as it would be the best by what is believed', () => {
    // Two alike in every way, and one that leads by one standard error of the difference.
    const alike = chances(made({ share: '100%' }), of({ a: [0.7, 0.6], b: [0.7, 0.6] }))
    expect(alike).toEqual([0.5, 0.5])
    const error = 0.1 / 1.2815515655446004
    const lead = chances(
      made({ share: '100%' }),
      of({ a: [0.7 + error * Math.SQRT2, 0.6 + error * Math.SQRT2], b: [0.7, 0.6] }),
    )
    expect(Math.abs((lead[0] ?? 0) - 0.8413)).toBeLessThan(0.06)
  })
  it('tells its odds over a hundred candidates in a few hundred numbers', () => {
    const given = facts(Array.from({ length: 100 }, (_, place) => candidate(`c${place}`)))
    const ways = made().ways?.(given.candidates, given) ?? []
    expect(ways).toHaveLength(101)
    expect(ways.reduce((sum, way) => sum + ('first' in way ? 1 : way.keys.length), 0)).toBe(200)
  })
  it('leaves all other requests as they would be without it', () => {
    const order = made()
    const given = of(near, { seed: 'request-1' })
    expect(order.keys(given.candidates, given)).toEqual([undefined, undefined, undefined])
    expect(order.parts?.(given.candidates, given)).toEqual([undefined, undefined, undefined])
    const ways = order.ways?.(given.candidates, given) ?? []
    expect(ways[0]).toEqual({ chance: expect.closeTo(0.95, 12), keys: [undefined, undefined, undefined] })
    expect(ways.reduce((sum, { chance }) => sum + chance, 0)).toBeCloseTo(1, 12)
  })
  it('tries them as often as it says, and its chances do not hang on the seed', () => {
    const order = made({ share: '20%' })
    const said = chances(order, of(near))
    const draws = 20_000
    const firsts = said.map(() => 0)
    for (let draw = 0; draw < draws; draw++) {
      const given = of(near, { seed: `request-${draw}` })
      const at = order.keys(given.candidates, given).indexOf(0)
      if (at >= 0) firsts[at] = (firsts[at] ?? 0) + 1
    }
    for (const [at, chance] of said.entries())
      expect(Math.abs((firsts[at] ?? 0) / draws - chance)).toBeLessThanOrEqual(
        5 * Math.sqrt((chance * (1 - chance)) / draws),
      )
    expect(chances(order, of(near, { seed: 'another' }))).toEqual(said)
    // Made anew, as in another process, it draws the same.
    expect(chances(made({ share: '20%' }), of(near))).toEqual(said)
  })
  it('shows what it believed of them and how likely each was to be tried', () => {
    const order = made({ share: '100%' })
    const given = of(near)
    const parts = order.parts?.(given.candidates, given) ?? []
    expect(parts[0]).toEqual({ mean: 0.8, error: expect.closeTo(0.05 / 1.28155, 4), chance: chances(order, given)[0] })
    expect(parts[2]?.['chance']).toBe(0)
  })
  it('tries all alike while nothing is known of anybody', () => {
    expect(chances(made({ share: '30%' }), blind)).toEqual([0.1, 0.1, 0.1].map(one => expect.closeTo(one, 12)))
  })
  it('takes a configured score for what ten learned ones would be, so that scores can still change it', () => {
    const given = facts([
      candidate('a', { quality: { '*': unit(0.8) } }),
      candidate('b', { quality: { '*': unit(0.75) } }),
    ])
    const [a = 0, b = 0] = chances(made({ share: '100%' }), given)
    expect(a).toBeGreaterThan(0.5)
    expect(b).toBeGreaterThan(0.25)
  })
  it('tries nobody where it is as good as sure who is the best', () => {
    expect(chances(made(), of({ a: [0.9, 0.88], b: [0.5, 0.48] }))).toEqual([0, 0])
  })
  it('tries nobody on a request that is tagged as critical, or as it is told', () => {
    const tagged = (tags: Readonly<Record<string, string>>, options: StepOptions = {}): number =>
      chances(made(options), of(near, { request: { tags } })).reduce((sum, one) => sum + one, 0)
    expect(tagged({})).toBeCloseTo(0.05, 12)
    expect(tagged({ critical: 'true' })).toBe(0)
    expect(tagged({ critical: 'false' })).toBeCloseTo(0.05, 12)
    expect(tagged({ priority: 'critical' })).toBe(0)
    expect(tagged({ critical: 'true' }, { not: 'tier=gold' })).toBeCloseTo(0.05, 12)
    expect(tagged({ tier: 'gold' }, { not: ['tier=gold', 'vip'] })).toBe(0)
    expect(tagged({ tier: 'silver' }, { not: ['tier=gold', 'vip'] })).toBeCloseTo(0.05, 12)
  })
  it('keeps to what it may spend in a day, and counts what has no price as too dear for that', () => {
    // A thousand tokens in and five hundred out cost 2,000 millionths of a dollar here.
    const spent = (sum: number, perDay: string): number =>
      chances(made({ perDay }), of(near, { signals: { 'pool.explored': { value: microUsd(sum) } } })).reduce(
        (all, one) => all + one,
        0,
      )
    expect(spent(0, '$0.01')).toBeCloseTo(0.05, 12)
    expect(spent(8000, '$0.01')).toBeCloseTo(0.05, 12)
    expect(spent(8001, '$0.01')).toBe(0)
    const given = of(near)
    const unpriced: readonly Candidate[] = given.candidates.map(one => ({ ...one, price: undefined }))
    expect(chances(made({ perDay: '$1' }), { ...given, candidates: unpriced })).toEqual([0, 0, 0])
    expect(made().reads).not.toContain('pool.explored')
    expect(made({ perDay: '$1' }).reads).toContain('pool.explored')
  })
  it('leaves the share of one who may not be tried to nobody', () => {
    const given = of(near)
    const dear = given.candidates.map(one => (one.id === 'a' ? { ...one, ...price(900, 900) } : one))
    const free = chances(made(), given)
    expect(chances(made({ perDay: '$0.01' }), { ...given, candidates: dear })).toEqual([0, free[1], 0])
  })
  it('tries nobody who is likely to be further under the floor than the margin', () => {
    const scored: Scored = { a: [0.8, 0.6], b: [0.76, 0.6], c: [0.74, 0.5] }
    const tried = (options: StepOptions) => chances(made(options), of(scored)).map(one => one > 0)
    expect(tried({})).toEqual([true, true, true])
    expect(tried({ floor: 0.8 })).toEqual([true, true, false])
    expect(tried({ floor: 0.8, margin: 0 })).toEqual([true, false, false])
    expect(chances(made({ floor: 0.8 }), blind)).toEqual([0, 0, 0])
  })
  it('tries the best known more often the less of the uncertainty is to count', () => {
    const share = (width: string): number => chances(made({ width, share: '100%' }), of(near))[0] ?? 0
    expect(share('30%')).toBeGreaterThan(share('100%') + 0.1)
  })
})

/** How much candidates differ in price and configured quality. */
import { describe, expect, it } from 'vitest'
import { candidate, price } from '../../test/contract/strategy.contract.ts'
import { microUsd, unit } from '../domain/units.ts'
import { bestScore, priceSpread, prioritiesIn, scoreSpread } from './pool-spread.ts'

const scored = (id: string, quality: Readonly<Record<string, number>>): ReturnType<typeof candidate> =>
  candidate(id, { quality: Object.fromEntries(Object.entries(quality).map(([task, score]) => [task, unit(score)])) })

describe('priceSpread', () => {
  it('weighs three tokens in for one out', () => {
    expect(priceSpread([candidate('a', price(1, 1)), candidate('b', price(1, 5))])).toBe(2)
  })
  it('is 1 where fewer than two are priced or all cost the same', () => {
    expect(priceSpread([])).toBe(1)
    expect(priceSpread([candidate('a'), candidate('b', { price: undefined })])).toBe(1)
    expect(priceSpread([candidate('a'), candidate('b')])).toBe(1)
  })
  it('has no bound where one is free, and passes over prices that make no sense', () => {
    expect(priceSpread([candidate('a', price(0, 0)), candidate('b')])).toBe(Number.POSITIVE_INFINITY)
    const odd = { inputPerMillion: microUsd(Number.NaN), outputPerMillion: microUsd(1) }
    expect(priceSpread([candidate('a', { price: odd }), candidate('b')])).toBe(1)
  })
})

describe('scores', () => {
  const pool = [
    scored('a', { chat: 0.9, '*': 0.5 }),
    scored('b', { chat: 0.8 }),
    scored('c', { '*': 0.7 }),
    scored('d', {}),
  ]
  it('are compared at one task, where `*` stands in', () => {
    expect(scoreSpread(pool)).toBeCloseTo(0.2, 12)
    expect(scoreSpread([scored('a', { chat: 0.9 }), scored('b', { code: 0.1 })])).toBe(0)
    expect(scoreSpread([])).toBe(0)
  })
  it('have a best one, if any', () => {
    expect(bestScore(pool)).toBe(0.9)
    expect(bestScore([scored('d', {})])).toBeUndefined()
  })
})

describe('prioritiesIn', () => {
  const pool = [
    candidate('a', { priority: 1 }),
    candidate('b', { priority: undefined }),
    candidate('c', { priority: 2 }),
  ]
  it('counts the priorities by which the step goes: no number is 1, or the place in the list', () => {
    expect(prioritiesIn(pool, 'number')).toBe(2)
    expect(prioritiesIn(pool, 'place')).toBe(2)
    expect(prioritiesIn(pool.toReversed(), 'place')).toBe(2)
    expect(prioritiesIn([...pool.slice(1), candidate('d', { priority: undefined })], 'place')).toBe(3)
    const provisioned = candidate('p', { priority: undefined, tags: { capacity: 'provisioned' } })
    expect(prioritiesIn([...pool, provisioned], 'number')).toBe(3)
  })
})

/** Half the price, four times the chance. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured, price } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import { decide } from '../decide.ts'

const policy = compiled({ use: 'inverse-square' })
const of = (prices: Readonly<Record<string, number | undefined>>, seed = 'seed'): Facts =>
  facts(
    Object.entries(prices).map(([id, one]) =>
      candidate(id, one === undefined ? { price: undefined } : price(one, 2 * one)),
    ),
    { seed },
  )
const odds = (given: Facts): Readonly<Record<string, number>> => decide(policy, given).propensity

describe('inverse-square', () => {
  it('draws by one over the square of the expected cost', () => {
    expect(odds(of({ a: 1, b: 2 }))).toEqual({ a: 0.8, b: 0.2 })
    const { a, b, c } = odds(of({ a: 1, b: 2, c: 3 }))
    expect(a).toBeCloseTo(36 / 49, 12)
    expect(b).toBeCloseTo(9 / 49, 12)
    expect(c).toBeCloseTo(4 / 49, 12)
  })
  it('draws as often as it says', () => {
    const firsts = Array.from({ length: 6000 }, (_, draw) => chainOf(decide(policy, of({ a: 1, b: 2 }, `r${draw}`)))[0])
    expect(Math.abs(firsts.filter(id => id === 'a').length / 6000 - 0.8)).toBeLessThan(0.02)
  })
  it('puts the unpriced last, and has no opinion where nobody has a price', () => {
    expect(odds(of({ a: 1, b: undefined }))).toEqual({ a: 1, b: 0 })
    expect(chainOf(decide(policy, of({ a: undefined, b: 5 })))).toEqual(['b', 'a'])
    expect(decide(policy, of({ a: undefined, b: undefined })).decidedBy).toBe('tie')
  })
  it('goes to the free ones alone, by equal chances', () => {
    expect(odds(of({ a: 0, b: 0, c: 1 }))).toEqual({ a: 0.5, b: 0.5, c: 0 })
  })
  it('counts what is cached at its price', () => {
    const half = candidate('a', {
      price: { ...price(2, 0).price, cachedInputPerMillion: 0 } as Facts['candidates'][number]['price'],
    })
    const warm = measured({ a: { tokens: tokens(500), until: 1_750_000_001_000 as Instant } })
    const given = facts([half, candidate('b', price(1, 0))], { signals: { 'candidate.warm': warm } })
    expect(odds(given)).toEqual({ a: 0.5, b: 0.5 })
  })
  it('never gives the dearer a better chance than the cheaper', () => {
    const dollars = fc.double({ min: 0.01, max: 1000, noNaN: true })
    fc.assert(
      fc.property(dollars, dollars, dollars, (a, b, c) => {
        const chances = odds(of({ a, b, c }))
        const byPrice = Object.entries({ a, b, c }).toSorted((one, other) => one[1] - other[1])
        const inOrder = byPrice.map(([id]) => Object.entries(chances).find(([name]) => name === id)?.[1] ?? 0)
        expect(inOrder).toEqual(inOrder.toSorted((one, other) => other - one))
        expect(inOrder.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12)
      }),
    )
  })
})

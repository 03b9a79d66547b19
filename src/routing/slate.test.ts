/** The slate: opened by id, excluded from, refined tier by tier, never left. */
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Constraint, Order } from '../ports/strategy.ts'
import { candidatesOf, exclude, excludedOf, leaders, openSlate, ranked, refine } from './slate.ts'
import type { OpenSlate, Placed } from './slate.ts'

const pool = ['d', 'b', 'a', 'c'].map(id => candidate(id))
const given = facts(pool)

const by = (keys: Readonly<Record<string, number | undefined>>, isTied?: Order['isTied']): Placed<Order> => ({
  step: '0:tried',
  strategy: {
    kind: 'order',
    name: 'tried',
    reads: [],
    keys: tied => tied.map(one => keys[one.id]),
    words: String,
    ...(isTied === undefined ? {} : { isTied }),
  },
})
const without = (...ids: readonly string[]): Placed<Constraint> => ({
  step: '1:tried',
  strategy: {
    kind: 'constraint',
    name: 'tried',
    reads: [],
    exclude: one => (ids.includes(one.id) ? `not ${one.id}` : undefined),
  },
})
const tiersOf = (slate: OpenSlate): readonly string[] =>
  slate.tiers.map(tier =>
    candidatesOf(tier)
      .map(one => one.id)
      .join(''),
  )
const refined = (...orders: readonly Placed<Order>[]): readonly string[] => {
  const slate = openSlate(pool)
  for (const order of orders) refine(slate, order, given)
  return tiersOf(slate)
}

describe('a slate', () => {
  it('opens with everyone in one tier, by id', () => {
    expect(tiersOf(openSlate(pool))).toEqual(['abcd'])
    expect(tiersOf(openSlate([]))).toEqual([])
  })
  it('keeps whom it excludes, with the reason, once', () => {
    const slate = openSlate(pool)
    exclude(slate, without('b'), given)
    exclude(slate, without('b', 'd'), given)
    expect(ranked(slate).map(one => one.candidate.id)).toEqual(['a', 'c'])
    expect(excludedOf(slate).map(one => [one.candidate.id, one.excluded, one.reasons])).toEqual([
      ['b', true, [{ step: '1:tried', says: 'not b' }]],
      ['d', true, [{ step: '1:tried', says: 'not d' }]],
    ])
  })
  it('does not ask a constraint about whom an earlier one excluded', () => {
    const asked: string[] = []
    const slate = openSlate(pool)
    exclude(slate, without('a', 'b', 'c'), given)
    const watching: Placed<Constraint> = {
      step: '2:watching',
      strategy: {
        ...without().strategy,
        exclude: one => {
          asked.push(one.id)
          return undefined
        },
      },
    }
    exclude(slate, watching, given)
    expect(asked).toEqual(['d'])
  })
})

describe('an order', () => {
  it('splits a tier by its keys, smaller first, equal ones by id', () => {
    expect(refined(by({ a: 2, b: 1, c: 2, d: 1 }))).toEqual(['bd', 'ac'])
  })
  it('never moves anyone past the tier that earlier orders put them in', () => {
    expect(refined(by({ a: 1, b: 2, c: 1, d: 2 }), by({ a: 9, b: 0, c: 8, d: 1 }))).toEqual(['c', 'a', 'b', 'd'])
  })
  it('puts whom it knows nothing of last, together', () => {
    expect(refined(by({ a: undefined, b: 3, c: Number.NaN, d: 1 }))).toEqual(['d', 'b', 'ac'])
    expect(refined(by({}))).toEqual(['abcd'])
  })
  it('opens each tier with the best that is left', () => {
    const near: Order['isTied'] = (best, key) => key - best <= 1
    expect(refined(by({ a: 0, b: 1, c: 2, d: 3 }, near))).toEqual(['ab', 'cd'])
    expect(refined(by({ a: 0, b: 1, c: 1.5, d: 9 }, near))).toEqual(['ab', 'c', 'd'])
  })
  it('sorts many as it sorts few, by key and then by id', () => {
    for (const count of [2, 16, 17, 60]) {
      const many = Array.from({ length: count }, (_, place) => candidate(`c${String(place).padStart(2, '0')}`))
      const keys = Object.fromEntries(
        many.map((one, place) => [one.id, place % 9 === 4 ? undefined : (place * 37) % 11]),
      )
      const slate = openSlate(many.toReversed())
      refine(slate, by(keys), given)
      const rank = (id: string): number => keys[id] ?? Number.POSITIVE_INFINITY
      const sorted = many
        .map(one => String(one.id))
        .sort((left, right) => (rank(left) === rank(right) ? left.localeCompare(right) : rank(left) - rank(right)))
      expect(ranked(slate).map(one => one.candidate.id)).toEqual(sorted)
    }
  })
  it('is noted with its number where it measured one, and asks nothing of who stands alone', () => {
    const slate = openSlate(pool)
    refine(slate, by({ a: 1, b: 2 }), given)
    refine(slate, { ...by({ a: 5, b: 5, c: 6, d: 7 }), step: '1:tried' }, given)
    expect(
      ranked(slate).map(one => [one.candidate.id, one.tier, one.reasons.map(({ step, value }) => [step, value])]),
    ).toEqual([
      ['a', 0, [['0:tried', 1]]],
      ['b', 1, [['0:tried', 2]]],
      ['c', 2, [['1:tried', 6]]],
      ['d', 3, [['1:tried', 7]]],
    ])
  })
})

describe('leaders', () => {
  const lead = (
    order: Placed<Order>,
    tied: readonly Candidate[] = openSlate(pool).tiers.flatMap(candidatesOf),
  ): string =>
    leaders(tied, order.strategy.keys(tied, given), order.strategy)
      .map(one => one.id)
      .join('')
  it('are the first tier that refining would give', () => {
    const near: Order['isTied'] = (best, key) => key - best <= 1
    for (const order of [
      by({ a: 2, b: 1, c: 2, d: 1 }),
      by({ a: 0, b: 1, c: 2, d: 3 }, near),
      by({ a: undefined, b: 3, c: Number.NaN, d: 4 }),
      by({}),
    ])
      expect(lead(order)).toBe(refined(order)[0])
  })
})

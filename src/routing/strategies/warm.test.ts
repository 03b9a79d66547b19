/** A cache is worth what it saves, and no more. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import { microUsd, tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import { decide } from '../decide.ts'
import { expectedCost, likelyCost } from '../measures.ts'

const now = 1_750_000_000_000
/** Dollars per million tokens: in, in from a cache, out. */
const priced = (id: string, input: number, cached: number | undefined, output: number): Candidate =>
  candidate(id, {
    price: {
      inputPerMillion: microUsd(input * 1e6),
      outputPerMillion: microUsd(output * 1e6),
      ...(cached !== undefined && { cachedInputPerMillion: microUsd(cached * 1e6) }),
    },
  })
const cachedAt = (counts: Readonly<Record<string, number>>, until = now + 1): Facts['signals'] => ({
  'candidate.warm': measured(
    Object.fromEntries(
      Object.entries(counts).map(([id, count]) => [id, { tokens: tokens(count), until: until as Instant }]),
    ),
  ),
})
const of = (candidates: readonly Candidate[], signals: Facts['signals']): Facts =>
  facts(candidates, { signals, request: { inputTokens: tokens(10_000), outputTokens: tokens(100) } })
const decided = (given: Facts): ReturnType<typeof decide> => decide(compiled({ use: 'warm' }), given)

describe('warm', () => {
  // 10,000 tokens in and 100 out: a costs 31,500 µ$ without a cache, b 26,500 µ$.
  const a = priced('a', 3, 0.3, 15)
  const b = priced('b', 2.5, 1.25, 15)
  it('stays while what the cache saves is more than what another would', () => {
    // 5,000 tokens at 2.70 dollars less save 13,500 µ$, and b would save 5,000 µ$.
    const { ranked, decidedBy } = decided(of([a, b], cachedAt({ a: 5000 })))
    expect(ranked.map(one => one.reasons[0]?.value)).toEqual([18_000, undefined])
    expect(decidedBy).toBe('0:warm')
  })
  it('has no opinion where another saves as much or more, or where nothing is cached any longer', () => {
    // 1,000 tokens save 2,700 µ$.
    for (const signals of [cachedAt({ a: 1000 }), cachedAt({ a: 0 }), cachedAt({ a: 5000 }, now), {}])
      expect(decided(of([b, a], signals)).decidedBy).toBe('tie')
    const equal = [priced('a', 3, 0.3, 15), priced('c', 3, 0.3, 15)]
    expect(decided(of(equal, cachedAt({ a: 0 }))).decidedBy).toBe('tie')
  })
  it('needs a price for what is cached, and a lower one', () => {
    expect(decided(of([priced('a', 3, undefined, 15), priced('c', 4, 1, 15)], cachedAt({ a: 9000 }))).decidedBy).toBe(
      'tie',
    )
    expect(decided(of([candidate('a', { price: undefined }), b], cachedAt({ a: 9000 }))).decidedBy).toBe('tie')
  })
  it('counts no more as cached than the request has', () => {
    expect(decided(of([a, b], cachedAt({ a: 1e9 }))).ranked[0]?.reasons[0]?.value).toBe(4500)
  })
  it('goes to the cheapest of several that are warm, and leaves all others tied', () => {
    const given = of([a, b, priced('c', 9, 1, 15), priced('d', 9, 1, 15)], cachedAt({ a: 9000, b: 9000 }))
    expect(chainOf(decided(given))).toEqual(['a', 'b', 'c', 'd'])
    expect(decided(given).ranked.map(one => one.tier)).toEqual([0, 1, 2, 2])
    // b with its cache is no cheaper than c without one, so that it is tied with c.
    const near = of([a, b, priced('c', 1, 1, 15)], cachedAt({ a: 9000, b: 5000 }))
    expect(decided(near).ranked.map(one => [one.candidate.id, one.tier])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 1],
    ])
  })
  it('never puts anybody first who is not the cheapest of all', () => {
    const dollars = fc.integer({ min: 0, max: 50 })
    const anyPriced = fc.tuple(dollars, fc.option(dollars, { nil: undefined }), dollars)
    const counts = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(20_000))
    fc.assert(
      fc.property(anyPriced, anyPriced, anyPriced, counts, (one, two, three, cached) => {
        const all = [priced('a', ...one), priced('b', ...two), priced('c', ...three)]
        const given = of(all, cachedAt(cached))
        const { ranked, decidedBy } = decided(given)
        if (decidedBy !== '0:warm') return
        const first = ranked[0]?.candidate
        const cost = first && likelyCost(first, given)
        expect(cost).toBe(Math.min(...all.map(each => likelyCost(each, given) ?? Number.POSITIVE_INFINITY)))
        expect(cost).toBeLessThan((first && expectedCost(first, given.request, given.now)) ?? 0)
      }),
    )
  })
})

describe('cheap', () => {
  it('counts what is cached at its price, and a ceiling counts it in full', () => {
    const a = priced('a', 3, 0.3, 15)
    const b = priced('b', 2.5, 1.25, 15)
    const given = of([a, b], cachedAt({ a: 5000 }))
    const cheap = { use: 'cheap', with: { withoutFloor: true } }
    expect(chainOf(decide(compiled(cheap), given))).toEqual(['a', 'b'])
    expect(chainOf(decide(compiled(cheap), { ...given, signals: {} }))).toEqual(['b', 'a'])
    const { excluded } = decide(compiled({ use: 'cost-ceiling', with: { at: '$0.03' } }), given)
    expect(excluded[0]?.reasons[0]?.says).toBe('expected cost $0.0315 is over the ceiling of $0.03')
  })
})

/** What is read of a candidate; numbers that make no sense count as unknown. */
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { candidate, facts, measured } from '../../test/contract/strategy.contract.ts'
import { microUsd, tokens } from '../domain/units.ts'
import { cachedTokens, candidateSignal, expectedCost, isKnown, likelyCost } from './measures.ts'

describe('expectedCost', () => {
  const { request } = facts([])
  it('is tokens in and out at their prices, in millionths of a dollar', () => {
    expect(expectedCost(candidate('a'), request)).toBe(2000)
    expect(expectedCost(candidate('a'), { ...request, inputTokens: tokens(1), outputTokens: tokens(0) })).toBe(1)
  })
  it('counts unknown tokens as none and an unknown price as no price', () => {
    expect(expectedCost(candidate('a'), { ...request, inputTokens: tokens(Number.NaN) })).toBe(1000)
    expect(expectedCost(candidate('a', { price: undefined }), request)).toBeUndefined()
    const half = { inputPerMillion: microUsd(1), outputPerMillion: microUsd(Number.NaN) }
    expect(expectedCost(candidate('a', { price: half }), request)).toBeUndefined()
  })

  const plain = { inputPerMillion: microUsd(1e6), outputPerMillion: microUsd(2e6) }
  const dear = { inputPerMillion: microUsd(4e6), outputPerMillion: microUsd(8e6) }
  it('goes by the length of the input and by the hour', () => {
    const tiered = candidate('a', { price: { ...plain, tiers: [{ above: tokens(500), ...dear }] } })
    expect(expectedCost(tiered, { ...request, inputTokens: tokens(500), outputTokens: tokens(0) })).toBe(500)
    expect(expectedCost(tiered, { ...request, inputTokens: tokens(501), outputTokens: tokens(0) })).toBe(2004)
    const changing = candidate('a', { price: { ...plain, changes: [{ since: instant(1_000), price: dear }] } })
    expect(expectedCost(changing, request, instant(999))).toBe(2000)
    expect(expectedCost(changing, request, instant(1_000))).toBe(8000)
  })

  it('prices what is cached as cached, where that has a price of its own, and never more than there is', () => {
    const priced = candidate('a', { price: { ...plain, cachedInputPerMillion: microUsd(100_000) } })
    // 1,000 tokens in at 1 dollar, 400 of them cached at a tenth of it; 500 out at 2 dollars.
    expect(expectedCost(priced, request, undefined, 400)).toBe(600 + 40 + 1000)
    expect(expectedCost(priced, request, undefined, 9000)).toBe(100 + 1000)
    expect(expectedCost(priced, request, undefined, -5)).toBe(2000)
    expect(expectedCost(candidate('a', { price: plain }), request, undefined, 400)).toBe(2000)
  })
  it('counts as cached what a signal tells, until it is past', () => {
    const priced = candidate('a', { price: { ...plain, cachedInputPerMillion: microUsd(0) } })
    const warm = (count: number, until: number): ReturnType<typeof facts> =>
      facts([priced], {
        now: instant(5000),
        signals: { 'candidate.warm': measured({ a: { tokens: tokens(count), until: instant(until) } }) },
      })
    expect(likelyCost(priced, warm(400, 5001))).toBe(1600)
    expect(likelyCost(priced, warm(400, 5000))).toBe(2000)
    expect(likelyCost(priced, warm(Number.NaN, 5001))).toBe(2000)
    expect(cachedTokens(priced, warm(1e9, 5001))).toBe(1000)
    expect(cachedTokens(candidate('b'), warm(400, 5001))).toBe(0)
  })

  const free = { inputPerMillion: microUsd(0), outputPerMillion: microUsd(0) }
  it('counts pieces and the request itself', () => {
    const drawing = candidate('a', { price: { ...free, imagePerMillion: microUsd(4e10) } })
    expect(expectedCost(drawing, { ...request, units: { images: 3 } })).toBe(120_000)
    const asking = candidate('a', { price: { ...plain, requestPerMillion: microUsd(5e9) } })
    expect(expectedCost(asking, request)).toBe(2000 + 5000)
  })
  it('is not known, and not nothing, where pieces have a price and nobody knows how many there will be', () => {
    const drawing = candidate('a', { price: { ...free, imagePerMillion: microUsd(4e10) } })
    expect(expectedCost(drawing, request)).toBeUndefined()
    expect(expectedCost(drawing, { ...request, units: { characters: 5 } })).toBeUndefined()
    expect(expectedCost(drawing, { ...request, units: { images: Number.NaN } })).toBeUndefined()
    expect(expectedCost(candidate('a', { price: free }), request)).toBe(0)
  })
})

describe('candidateSignal', () => {
  it('is not taken in by members that every object has, nor by null from JSON', () => {
    const given = facts([], { signals: JSON.parse('{"candidate.inflight":{"by":{"a":3,"b":null}}}') })
    const read = (id: string): unknown => candidateSignal(given, 'candidate.inflight', candidate(id))
    expect([read('a'), read('b'), read('c'), read('constructor')]).toEqual([3, undefined, undefined, undefined])
    const none = facts([], { signals: JSON.parse('{"candidate.inflight":{"by":null}}') })
    expect(candidateSignal(none, 'candidate.inflight', candidate('a'))).toBeUndefined()
  })
})

describe('isKnown', () => {
  it('is true for numbers that can be reckoned with', () => {
    expect([0, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined, null].map(isKnown)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })
})

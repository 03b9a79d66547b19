/** What is read of a candidate; numbers that make no sense count as unknown. */
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import { microUsd, tokens } from '../domain/units.ts'
import { candidateSignal, expectedCost, isKnown } from './measures.ts'

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

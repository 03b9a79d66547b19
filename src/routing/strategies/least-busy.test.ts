/** As little under way as there is, for what each can take. */
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured } from '../../../test/contract/strategy.contract.ts'
import type { Candidate } from '../../domain/deployment.ts'
import { decide } from '../decide.ts'

const decided = (all: readonly Candidate[], counts: Readonly<Record<string, number>>): ReturnType<typeof decide> =>
  decide(compiled({ use: 'least-busy' }), facts(all, { signals: { 'candidate.inflight': measured(counts) } }))
const loads = (...given: Parameters<typeof decided>): readonly (number | undefined)[] =>
  decided(...given).ranked.map(one => one.reasons[0]?.value)

describe('least-busy', () => {
  const limited = (id: string, concurrent: number, weight = 1): Candidate =>
    candidate(id, { weight, limits: { concurrent } })
  it('divides by what each takes at once, where that is known of all', () => {
    const all = [limited('big', 100), limited('small', 10)]
    expect(chainOf(decided(all, { big: 20, small: 3 }))).toEqual(['big', 'small'])
    expect(loads(all, { big: 20, small: 3 })).toEqual([0.2, 0.3])
  })
  it('divides by weight where it is not', () => {
    const all = [limited('big', 100, 4), candidate('small')]
    expect(chainOf(decided(all, { big: 8, small: 3 }))).toEqual(['big', 'small'])
    expect(loads(all, { big: 8, small: 3 })).toEqual([2, 3])
  })
  it('counts who was never counted as idle, and puts who has no capacity last', () => {
    const all = [candidate('a'), candidate('b'), candidate('none', { weight: 0 })]
    expect(chainOf(decided(all, { a: 1 }))).toEqual(['b', 'a', 'none'])
    expect(loads(all, { a: 1 })).toEqual([0, 1, undefined])
  })
})

/** Lower numbers first; without numbers, provisioned first, or the order of the list where the policy says so. */
import { describe, expect, it } from 'vitest'
import { candidate, compiled, facts } from '../../../test/contract/strategy.contract.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { StepOptions } from '../../domain/policy.ts'
import { decide } from '../decide.ts'
import { priority } from './priority.ts'

const plain = (id: string, change: Partial<Candidate> = {}): Candidate =>
  candidate(id, { priority: undefined, ...change })
const tiers = (all: readonly Candidate[], options: StepOptions = {}): readonly (readonly [string, number])[] =>
  decide(compiled({ use: 'priority', with: options }), facts(all)).ranked.map(one => [one.candidate.id, one.tier])
const provisioned = { tags: { capacity: 'provisioned' } }

describe('priority', () => {
  it('puts lower numbers first, and counts none as 1', () => {
    expect(tiers([plain('a', { priority: 2 }), plain('b'), plain('c', { priority: 0 }), plain('d')])).toEqual([
      ['c', 0],
      ['b', 1],
      ['d', 1],
      ['a', 2],
    ])
  })
  it('leaves a pool without numbers as it is, whatever its order', () => {
    expect(tiers([plain('b'), plain('a')])).toEqual([
      ['a', 0],
      ['b', 0],
    ])
  })
  it('puts provisioned capacity before the rest where no number tells, and behind lower numbers', () => {
    expect(tiers([plain('a'), plain('b', provisioned), plain('c', { priority: 0 })])).toEqual([
      ['c', 0],
      ['b', 1],
      ['a', 2],
    ])
    // Its own number counts more than its tag.
    expect(tiers([plain('a'), plain('b', { ...provisioned, priority: 7 })])).toEqual([
      ['a', 0],
      ['b', 1],
    ])
    expect(tiers([plain('a'), plain('b', { tags: { capacity: 'on-demand' } })]).map(([, tier]) => tier)).toEqual([0, 0])
  })
  it('goes by the place in the list where it is told to, among the numbers of others', () => {
    expect(tiers([plain('c'), plain('a'), plain('b')], { by: 'place' })).toEqual([
      ['c', 0],
      ['a', 1],
      ['b', 2],
    ])
    expect(tiers([plain('c'), plain('a', { priority: 9 }), plain('b')], { by: 'place' })).toEqual([
      ['c', 0],
      ['b', 1],
      ['a', 2],
    ])
    expect(tiers([plain('c'), plain('b', provisioned)], { by: 'place' })[0]).toEqual(['c', 0])
  })
  it('says what it goes by', () => {
    const made = priority.make({})
    const words = made.ok && made.value.kind === 'order' ? [1, 0.5, 12].map(made.value.words) : []
    expect(words).toEqual(['priority 1', 'priority 0.5 (provisioned)', 'priority 12'])
    expect(priority.make({ by: 'plce' })).toMatchObject({
      why: 'by is "plce"; did you mean "place"? (number or place)',
    })
  })
})

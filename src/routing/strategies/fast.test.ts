/** Low latency first, and a small share of requests for those of whom too little is known. */
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts } from '../../../test/contract/strategy.contract.ts'
import type { Facts } from '../../domain/decision.ts'
import type { StepOptions } from '../../domain/policy.ts'
import { millis } from '../../domain/units.ts'
import { decide } from '../decide.ts'

const given = (latencies: Readonly<Record<string, readonly [p95: number, samples: number]>>, seed = 'seed'): Facts =>
  facts(
    Object.keys(latencies).map(id => candidate(id)),
    {
      seed,
      signals: {
        'candidate.latency': {
          by: Object.fromEntries(
            Object.entries(latencies).map(([id, [p95, samples]]) => [id, { p95: millis(p95), samples }]),
          ),
        },
      },
    },
  )
const fast = (options: StepOptions = {}): ReturnType<typeof compiled> => compiled({ use: 'fast', with: options })
const chances = (options: StepOptions, latencies: Parameters<typeof given>[0]): Readonly<Record<string, number>> =>
  decide(fast(options), given(latencies)).propensity
const firsts = (options: StepOptions, latencies: Parameters<typeof given>[0], id: string): number => {
  let count = 0
  for (let draw = 0; draw < 5000; draw++)
    if (chainOf(decide(fast(options), given(latencies, `request-${draw}`)))[0] === id) count++
  return count / 5000
}

describe('fast', () => {
  it('goes by p95, ties within what it is told, and splits at 20 samples', () => {
    expect(chainOf(decide(fast(), given({ a: [900, 20], b: [300, 50], c: [600, 20] })))).toEqual(['b', 'c', 'a'])
    const { ranked } = decide(fast({ within: '100ms' }), given({ a: [390, 20], b: [300, 50], c: [600, 20] }))
    expect(ranked.map(one => [one.candidate.id, one.tier])).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 1],
    ])
  })
  it('gives an unproven candidate neither nothing nor everything: a tenth, whatever its few samples say', () => {
    const pool = { proven: [900, 20], unproven: [1, 19] } as const
    expect(chances({}, pool)).toEqual({ proven: 0.9, unproven: 0.1 })
    expect(Math.abs(firsts({}, pool, 'unproven') - 0.1)).toBeLessThan(0.02)
  })
  it('has each of the unproven tried alike, all of them on half of the requests at most', () => {
    const many = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map(id => [id, [1, 0] as const]))
    const odds = chances({ trial: '10%' }, { ...many, proven: [500, 100] })
    expect(odds['proven']).toBeCloseTo(0.5, 12)
    expect(odds['c']).toBeCloseTo(0.05, 12)
    expect(Math.abs(firsts({ trial: '10%' }, { ...many, proven: [500, 100] }, 'j') - 0.05)).toBeLessThan(0.012)
  })
  it('lets nobody be tried where the policy says so, and leaves all tied where nobody is proven', () => {
    expect(chances({ trial: 0 }, { a: [1, 3], b: [900, 30] })).toEqual({ a: 0, b: 1 })
    const { ranked, decidedBy } = decide(fast(), given({ b: [1, 3], a: [900, 3] }))
    expect(ranked.map(one => [one.candidate.id, one.tier])).toEqual([
      ['a', 0],
      ['b', 0],
    ])
    expect(decidedBy).toBe('tie')
  })
  it('keeps a trial in a tier of its own, however near the others are said to count', () => {
    const near = given({ a: [0, 30], b: [5, 3] }, 'request-3')
    const { ranked } = decide(fast({ within: '1m', trial: '50%' }), near)
    expect(ranked.map(one => one.candidate.id)).toEqual(['b', 'a'])
    expect(ranked.map(one => one.tier)).toEqual([0, 1])
  })
  it('counts a p95 below zero as not known', () => {
    expect(chances({ trial: 0 }, { a: [-5, 100], b: [900, 30] })).toEqual({ a: 0, b: 1 })
  })
})

/** What a request asks for goes before what the policy says, and never brings back whom it leaves out. */
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured, price } from '../../test/contract/strategy.contract.ts'
import type { Facts, RoutingDecision } from '../domain/decision.ts'
import type { DeploymentId } from '../domain/ids.ts'
import { microUsd, millis } from '../domain/units.ts'
import { decide } from './decide.ts'

const all = [
  candidate('a', { ...price(3, 9), tags: { quantization: 'fp8' } }),
  candidate('b', { ...price(1, 2), provider: 'anthropic' as never, model: 'opus' as never }),
  candidate('c', { ...price(2, 4), provider: 'mistral' as never }),
  candidate('d', { price: undefined, provider: 'mistral' as never }),
]
const pace = (p95: number, throughput: number, samples = 400) => ({ p95: millis(p95), throughput, samples })
const latency = {
  'candidate.latency': measured({ a: pace(500, 20), b: pace(900, 80), c: pace(700, 40), d: pace(1, 900, 19) }),
}
const decided = (asked: Facts['asked'], more: Parameters<typeof facts>[1] = {}, use = 'random'): RoutingDecision =>
  decide(compiled({ use }), facts(all, { signals: latency, ...(asked !== undefined && { asked }), ...more }))
const ids = (...names: readonly string[]): readonly DeploymentId[] => names as readonly DeploymentId[]

describe('what is asked for', () => {
  it.each([
    [{ order: ['mistral', 'b'] }, 'house:asked-order', ['c', 'd'], 0],
    [{ order: ['opus'] }, 'house:asked-order', ['b'], 1],
    [{ order: ['anthropic/opus', 'openai'] }, 'house:asked-order', ['b', 'a'], 2],
    [{ sort: 'cheap' }, 'house:asked-price', ['b', 'c', 'a', 'd'], 4],
    [{ sort: 'fast' }, 'house:asked-latency', ['a', 'c', 'b', 'd'], 4],
    [{ sort: 'throughput' }, 'house:asked-throughput', ['b', 'c', 'a', 'd'], 4],
    [{ models: [ids('c', 'd'), ids('a')] }, 'house:asked-models', ['c', 'd', 'a', 'b'], 0],
    [{ models: [ids('c', 'a'), ids('b')], sort: 'cheap' }, 'house:asked-price', ['c', 'a', 'b', 'd'], 4],
    [
      { models: [ids('c', 'a'), ids('b')], order: ['openai', 'anthropic'] },
      'house:asked-order',
      ['a', 'c', 'b', 'd'],
      4,
    ],
    [{ order: ['mistral'], sort: 'cheap' }, 'house:asked-price', ['c', 'd', 'b', 'a'], 4],
  ] satisfies [Facts['asked'], string, string[], number][])('%j is heeded by %s', (asked, step, expected, exact) => {
    const decision = decided(asked)
    const chain = chainOf(decision)
    expect(chain.slice(0, exact)).toEqual(expected.slice(0, exact))
    expect(chain).toHaveLength(4)
    // Where the wish leaves a tie, the policy breaks it.
    const tied = exact === 0 ? expected.slice(0, 2) : expected.slice(0, 1)
    expect(tied).toContain(chain[0])
    expect(decision.decidedBy).toBe(exact === 0 ? '0:random' : step)
  })
  it('leaves chance its exact probabilities among whom it leaves tied', () => {
    expect(decided({ order: ['mistral'] }).propensity).toEqual({ a: 0, b: 0, c: 0.5, d: 0.5 })
    expect(decided({ models: [ids('a', 'b', 'c'), ids('d')] }).propensity['a' as DeploymentId]).toBeCloseTo(1 / 3)
    expect(decided({ sort: 'cheap' }).propensity).toEqual({ a: 0, b: 1, c: 0, d: 0 })
  })
  it('is only as sure as what was measured', () => {
    expect(decided({ sort: 'cheap' }).confidence).toBe(1)
    const sure = decided({ sort: 'fast' }).confidence
    expect(sure).toBeGreaterThan(0.9)
    expect(sure).toBeLessThan(1)
    const few = { 'candidate.latency': measured({ a: pace(500, 20, 20), b: pace(510, 80, 20) }) }
    expect(decided({ sort: 'fast' }, { signals: few }).confidence).toBeLessThan(0.6)
  })
  it('and nobody else leaves out the rest', () => {
    const decision = decided({ order: ['mistral', 'a'], only: true })
    expect(chainOf(decision)).toHaveLength(3)
    expect(decision.excluded.map(one => [one.candidate.id, one.reasons])).toEqual([
      ['b', [{ step: 'house:asked-only', says: 'the request would have mistral and a, and nobody else' }]],
    ])
  })
  it('brings nobody back whom a bound or the policy leaves out', () => {
    expect(chainOf(decided({ order: ['anthropic'] }, { bounds: { ignore: ['anthropic'] } }))).not.toContain('b')
    const policy = compiled({ use: 'only', with: { providers: ['mistral'] } }, { use: 'random' })
    const decision = decide(policy, facts(all, { asked: { order: ['openai', 'd'] } }))
    expect(chainOf(decision)).toEqual(['d', 'c'])
  })
})

describe('a bound', () => {
  const left = (bounds: Facts['bounds']): readonly string[] =>
    [...chainOf(decided(undefined, { bounds }, 'priority'))].sort()
  it.each([
    [{ maxPrice: { input: microUsd(2e6) } }, ['b', 'c']],
    [{ maxPrice: { output: microUsd(3.9e6) } }, ['b']],
    [{ maxPrice: { input: microUsd(0) } }, []],
    [{ maxPrice: {} }, ['a', 'b', 'c']],
    [{ maxPrice: { request: microUsd(0), image: microUsd(0) } }, ['a', 'b', 'c']],
    [{ tags: { quantization: ['fp8', 'bf16'] } }, ['a']],
    [{ tags: { quantization: ['bf16', 'unknown'] } }, ['b', 'c', 'd']],
    [{ tags: { toString: ['x'] } }, []],
    [{ tags: {} }, ['a', 'b', 'c', 'd']],
  ] satisfies [Facts['bounds'], string[]][])('of %j leaves %j', (bounds, expected) => {
    expect(left(bounds)).toEqual(expected)
  })
  it('on the price of a request and of a picture goes by what each costs', () => {
    const own = { inputPerMillion: microUsd(0), outputPerMillion: microUsd(0) }
    const dear = candidate('a', {
      price: { ...own, requestPerMillion: microUsd(2e10), imagePerMillion: microUsd(4e10) },
    })
    const says = (maxPrice: NonNullable<Facts['bounds']['maxPrice']>): unknown =>
      decide(compiled({ use: 'random' }), facts([dear], { bounds: { maxPrice } })).excluded[0]?.reasons[0]?.says
    expect(says({ request: microUsd(20_000), image: microUsd(40_000) })).toBeUndefined()
    expect(says({ request: microUsd(19_999) })).toBe('costs $0.02 a request, and $0.019999 is the most')
    expect(says({ image: microUsd(39_999) })).toBe('costs $0.04 a picture, and $0.039999 is the most')
  })
})

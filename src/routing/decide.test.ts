/** What a decision says: who serves, who decided it, how sure it is, with which chance. */
import { describe, expect, it } from 'vitest'
import { candidate, chainOf, compiled, facts, measured, price } from '../../test/contract/strategy.contract.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { PoolId } from '../domain/ids.ts'
import type { Signals } from '../domain/signal.ts'
import { microUsd, millis, unit } from '../domain/units.ts'
import { decide } from './decide.ts'

const latency = (values: Readonly<Record<string, readonly [p95: number, samples: number]>>): Signals => ({
  'candidate.latency': measured(
    Object.fromEntries(
      Object.entries(values).map(([id, [p95, samples]]) => [id, { p95: millis(p95), samples }] as const),
    ),
  ),
})
const three = [
  candidate('dear', { ...price(10, 30), quality: { '*': unit(0.9) } }),
  candidate('fair', { ...price(1, 3), quality: { '*': unit(0.85) } }),
  candidate('weak', { ...price(0.1, 0.3), quality: { '*': unit(0.4) } }),
]

describe('composition', () => {
  it('is quality on top, cost in the middle and turns at the bottom', () => {
    const near = candidate('near', { ...price(1.02, 3.06), quality: { '*': unit(0.8) } })
    const policy = compiled(
      { use: 'quality-floor', with: { at: 0.8 } },
      { use: 'cheap', with: { within: '5%' } },
      { use: 'round-robin' },
    )
    const chains = [0, 1, 2].map(turn =>
      chainOf(decide(policy, facts([...three, near], { signals: { 'pool.turn': { value: turn } } }))),
    )
    expect(chains).toEqual([
      ['fair', 'near', 'dear'],
      ['near', 'fair', 'dear'],
      ['fair', 'near', 'dear'],
    ])
    const decision = decide(policy, facts([...three, near]))
    expect(decision.propensity).toEqual({ fair: 0.5, near: 0.5, dear: 0 })
    expect(decision.decidedBy).toBe('2:round-robin')
    expect(decision.ranked.map(one => one.tier)).toEqual([0, 1, 2])
    expect(decision.excluded[0]?.reasons).toEqual([
      { step: '0:quality-floor', says: 'quality 0.4 is under the floor of 0.8' },
    ])
  })

  it('puts each candidate that is farther than `within` from the best of its tier into a tier of its own', () => {
    const steps = [100, 104, 106, 109, 200].map((cost, place) => candidate(`c${place}`, price(cost, cost)))
    const tiers = decide(compiled({ use: 'cheap', with: { within: '5%' } }), facts(steps)).ranked.map(one => one.tier)
    expect(tiers).toEqual([0, 0, 1, 1, 2])
  })

  it('ties nothing but free with free by a percentage, and the unpriced come last, tied with each other', () => {
    const pool = [
      candidate('a-unpriced', { price: undefined }),
      candidate('b-unpriced', { price: undefined }),
      candidate('c-free', price(0, 0)),
      candidate('d-free', price(0, 0)),
      candidate('e-nearly-free', price(0.000_001, 0)),
    ]
    const { ranked } = decide(compiled({ use: 'cheap', with: { within: '50%' } }), facts(pool))
    expect(ranked.map(one => [one.candidate.id, one.tier])).toEqual([
      ['c-free', 0],
      ['d-free', 0],
      ['e-nearly-free', 1],
      ['a-unpriced', 2],
      ['b-unpriced', 2],
    ])
    expect(ranked.at(-1)?.reasons).toEqual([])
  })

  it('takes an amount as well as a share, at the very border too', () => {
    const pool = [candidate('a', price(1, 0)), candidate('b', price(3, 0)), candidate('c', price(3.1, 0))]
    // 1,000 tokens in: 1,000, 3,000 and 3,100 µ$.
    const tiers = (within: string): readonly number[] =>
      decide(compiled({ use: 'cheap', with: { within } }), facts(pool)).ranked.map(one => one.tier)
    expect(tiers('$0.002')).toEqual([0, 0, 1])
    expect(tiers('$0.0021')).toEqual([0, 0, 0])
    expect(tiers('1%')).toEqual([0, 1, 2])
  })

  it('takes the branch that the request meets', () => {
    const policy = compiled({
      when: { fields: { 'tags.tier': { eq: 'gold' } } },
      then: [{ use: 'good' }],
      otherwise: [{ use: 'cheap' }],
    })
    const gold = decide(policy, facts(three, { request: { tags: { tier: 'gold' } } }))
    expect([chainOf(gold)[0], gold.decidedBy]).toEqual(['dear', '0.then.0:good'])
    const other = decide(policy, facts(three))
    expect([chainOf(other)[0], other.decidedBy]).toEqual(['weak', '0.otherwise.0:cheap'])
  })
})

describe('bounds', () => {
  const policy = compiled({ use: 'cheap' })
  const outBy = (bounds: Parameters<typeof facts>[1]): readonly (string | undefined)[] =>
    decide(policy, facts([three[0] ?? candidate('x')], bounds)).excluded.map(one => one.reasons[0]?.step)

  it('stand in front of every policy, each under its own name', () => {
    expect(outBy({ bounds: { lock: 'anthropic' } })).toEqual(['house:lock'])
    expect(outBy({ bounds: { only: ['anthropic'] } })).toEqual(['house:only'])
    expect(outBy({ bounds: { ignore: ['openai'] } })).toEqual(['house:ignore'])
    expect(outBy({ bounds: { budgetCap: microUsd(10) } })).toEqual(['house:budget-cap'])
    expect(outBy({ bounds: { allow: { providers: [] } } })).toEqual(['house:allowed'])
    expect(outBy({ bounds: { allow: { pools: ['other'] } } })).toEqual(['house:allowed'])
    expect(outBy({ bounds: {} })).toEqual([])
  })

  it('let nobody serve through a budget cap who has no price', () => {
    const unpriced = candidate('unpriced', { price: undefined })
    const { ranked, excluded } = decide(policy, facts([unpriced], { bounds: { budgetCap: microUsd(1e9) } }))
    expect(ranked).toEqual([])
    expect(excluded[0]?.reasons[0]?.says).toBe('has no price, and this request may cost $1,000 at most')
  })

  it('keep a key that names pools alone from asking for a model directly', () => {
    const direct = (allow: object): number => {
      const { pool: _, ...asked } = facts([candidate('a')], { bounds: { allow } })
      return decide(policy, asked).ranked.length
    }
    expect(direct({ pools: ['support'] })).toBe(0)
    expect(direct({ pools: ['*'] })).toBe(1)
    expect(direct({ pools: ['support'], models: ['model-a'] })).toBe(1)
    expect(direct({ pools: ['support'], models: ['model-b'] })).toBe(0)
    expect(decide(policy, facts([candidate('a')], { pool: 'support' as PoolId })).ranked).toHaveLength(1)
  })
})

describe('who decided', () => {
  const decidedBy = (candidates: readonly Candidate[], ...uses: readonly string[]): string =>
    decide(compiled(...uses.map(use => ({ use }))), facts(candidates)).decidedBy

  it('is the order that left one candidate alone on top', () => {
    expect(decidedBy(three, 'priority', 'cheap', 'random')).toBe('1:cheap')
  })
  it('is nobody where none is left, one is left, or all are tied', () => {
    expect(decidedBy([], 'cheap')).toBe('none')
    expect(decidedBy([candidate('a')], 'cheap')).toBe('only')
    expect(decidedBy([candidate('b'), candidate('a')], 'cheap')).toBe('tie')
    expect(chainOf(decide(compiled(), facts([candidate('b'), candidate('a')])))).toEqual(['a', 'b'])
  })
})

describe('confidence', () => {
  const sure = (values: Parameters<typeof latency>[0]): number =>
    decide(compiled({ use: 'fast' }), facts([candidate('a'), candidate('b')], { signals: latency(values) })).confidence

  it('is 1 where prices decided', () => {
    expect(decide(compiled({ use: 'cheap' }), facts(three)).confidence).toBe(1)
  })
  it('grows with the lead and with the samples behind it', () => {
    const narrow = sure({ a: [500, 100], b: [510, 100] })
    const wide = sure({ a: [500, 100], b: [900, 100] })
    const wider = sure({ a: [500, 1000], b: [900, 1000] })
    expect(narrow).toBeGreaterThan(0.5)
    expect(wide).toBeGreaterThan(narrow)
    expect(wider).toBeGreaterThan(wide)
    expect(narrow).toBeLessThan(0.6)
    expect(wide).toBeGreaterThan(0.95)
  })
})

describe('chance', () => {
  const pool = [candidate('a', { weight: 3 }), candidate('b', { weight: 1 }), candidate('c', { weight: 0 })]
  const share = (uses: readonly string[], id: string, draws = 20_000): number => {
    const policy = compiled(...uses.map(use => ({ use })))
    let count = 0
    for (let draw = 0; draw < draws; draw++) {
      const given = facts(pool, { seed: `request-${draw}`, signals: { 'pool.turn': { value: draw } } })
      if (decide(policy, given).ranked[0]?.candidate.id === id) count++
    }
    return count / draws
  }

  it('follows weights of 3 to 1, and is told exactly', () => {
    expect(decide(compiled({ use: 'weighted' }), facts(pool)).propensity).toEqual({ a: 0.75, b: 0.25, c: 0 })
    expect(Math.abs(share(['weighted'], 'a') - 0.75)).toBeLessThan(0.012)
    expect(share(['weighted'], 'c')).toBe(0)
  })
  it('takes strict turns', () => {
    const firsts = [0, 1, 2, 3].map(
      turn =>
        decide(compiled({ use: 'round-robin' }), facts(pool, { signals: { 'pool.turn': { value: turn } } })).ranked[0]
          ?.candidate.id,
    )
    expect(firsts).toEqual(['a', 'b', 'c', 'a'])
  })
  it('stays put with its seed, and when another candidate goes away', () => {
    const policy = compiled({ use: 'weighted' })
    const many = ['a', 'b', 'c', 'd'].map(id => candidate(id))
    let moved = 0
    for (let session = 0; session < 500; session++) {
      const seed = `session-${session}`
      const before = chainOf(decide(policy, facts(many, { seed })))
      const after = chainOf(decide(policy, facts(many.slice(0, 3), { seed })))
      expect(after).toEqual(before.filter(id => id !== 'd'))
      if (after[0] !== before[0]) moved++
    }
    expect(moved).toBeGreaterThan(80)
    expect(moved).toBeLessThan(170)
  })
  it('is reckoned through a later step of chance too', () => {
    const signals = latency({ a: [500, 100], b: [510, 100], c: [100, 3] })
    const policy = compiled({ use: 'fast', with: { within: '10%', trial: '20%' } }, { use: 'weighted' })
    const { propensity } = decide(policy, facts(pool, { signals }))
    const chances = new Map(Object.entries(propensity))
    expect(chances.get('a')).toBeCloseTo(0.8 * 0.75, 12)
    expect(chances.get('b')).toBeCloseTo(0.8 * 0.25, 12)
    expect(chances.get('c')).toBeCloseTo(0.2, 12)
  })
})

describe('with nobody left', () => {
  it('the chain is empty and every candidate has its reason', () => {
    const open = { open: true, why: '5 failures in a row', by: 'told' as const }
    const decision = decide(
      compiled({ use: 'healthy' }, { use: 'cheap' }),
      facts(three, { signals: { 'candidate.circuit': measured({ dear: open, fair: open, weak: open }) } }),
    )
    expect(decision.ranked).toEqual([])
    expect(decision.decidedBy).toBe('none')
    expect(decision.propensity).toEqual({})
    expect(decision.excluded.map(one => one.reasons)).toEqual(
      three.map(() => [{ step: '0:healthy', says: 'circuit open: 5 failures in a row' }]),
    )
  })
})

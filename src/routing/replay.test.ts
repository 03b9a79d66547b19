/** Recorded facts decided again: the same under the same policy, counted where another policy differs. */
import { describe, expect, it } from 'vitest'
import { candidate, compiled, facts, measured, policyOf, price } from '../../test/contract/strategy.contract.ts'
import type { DecisionTrace, Facts } from '../domain/decision.ts'
import type { PolicyStep } from '../domain/policy.ts'
import { millis, unit } from '../domain/units.ts'
import { compilePolicy } from './compile-policy.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { decide } from './decide.ts'
import { compare, replay } from './replay.ts'

const pool = [
  candidate('cheap', price(1, 1)),
  candidate('dear', price(10, 10)),
  candidate('unpriced', { price: undefined }),
]
const turns = compiled({ use: 'round-robin' })
const trace = (policy: CompiledPolicy, turn: number): DecisionTrace => {
  const given = facts(pool, { signals: { 'pool.turn': { value: turn } } })
  return { facts: given, decision: decide(policy, given) }
}

describe('replay', () => {
  it('gives the decision of the trace again, byte for byte', () => {
    const stored: DecisionTrace = JSON.parse(JSON.stringify(trace(turns, 4)))
    expect(JSON.stringify(replay(turns, stored))).toBe(JSON.stringify(stored.decision))
  })
})

describe('compare', () => {
  const traces = [0, 1, 2, 3].map(turn => trace(turns, turn))
  it('counts whose first choice changes, what it costs, and who gets which share', () => {
    const found = compare(traces, compiled({ use: 'cheap' }))
    expect(found.decisions).toBe(4)
    expect(found.changed).toBe(2)
    expect(found.shares).toEqual({
      cheap: { before: 0.5, after: 1 },
      dear: { before: 0.25, after: 0 },
      unpriced: { before: 0.25, after: 0 },
    })
    // 1,500 tokens at 1 and 10 dollars a million; the unpriced turn is not counted on either side.
    expect(found.cost).toEqual({ before: 1500 + 15_000 + 1500, after: 4500, priced: 3 })
    expect(found.unserved).toEqual({ before: 0, after: 0 })
    // What is cached where was not asked for by whoever took turns.
    expect(found.missing).toEqual({ 'candidate.warm': 4 })
    expect(found.unjudged).toBe(4)
    expect(found.changes).toEqual([
      { from: 'dear', to: 'cheap', by: '0:cheap', decisions: 1 },
      { from: 'unpriced', to: 'cheap', by: '0:cheap', decisions: 1 },
    ])
  })
  it('counts whom nobody would serve, and signals that nobody gathered', () => {
    const strict = compiled({ use: 'quality-floor', with: { at: 0.5 } })
    expect(compare(traces, strict)).toMatchObject({
      changed: 4,
      unserved: { before: 0, after: 4 },
      missing: { 'candidate.quality': 4 },
    })
  })
  it('knows what configured scores tell, and the kind of work only where a score or a condition goes by it', () => {
    const given = (task: string) => {
      const scored = pool.map(one => ({ ...one, quality: { [task]: unit(0.8) } }))
      const known = facts(scored, { signals: { 'pool.turn': { value: 0 } } })
      return [{ facts: known, decision: decide(turns, known) }]
    }
    const floor: PolicyStep = { use: 'quality-floor', with: { at: 0.5 } }
    expect(compare(given('*'), compiled(floor))).toMatchObject({ missing: {}, unjudged: 0, unserved: { after: 0 } })
    expect(compare(given('code'), compiled(floor)).missing).toMatchObject({ 'request.task': 1 })
    const when: PolicyStep = { when: { fields: { 'request.task': { eq: 'code' } } }, then: [floor] }
    expect(compare(given('*'), compiled(when)).missing).toMatchObject({ 'request.task': 1 })
  })
  it('takes what was asked for and not known for known, and tells latency where both have one', () => {
    const pace = (p95: number) => ({ p95: millis(p95), samples: 50 })
    const signals = { 'pool.turn': { value: 1 }, 'candidate.latency': measured({ cheap: pace(300), dear: pace(700) }) }
    const given = (more: Facts['signals']): DecisionTrace => {
      const seen = facts(pool, { signals: { ...signals, ...more } })
      return { facts: seen, decision: decide(turns, seen) }
    }
    const quickest = compiled({ use: 'fast', with: { trial: 0 } })
    const all = [given({ 'pool.incumbent': {} }), given({}), trace(turns, 2)]
    expect(compare(all, quickest)).toMatchObject({
      missing: { 'pool.incumbent': 2, 'candidate.latency': 1 },
      unjudged: 2,
      latency: { before: 700, after: 300, measured: 2 },
    })
    expect(compare([trace(turns, 0)], turns).latency).toEqual({ before: 0, after: 0, measured: 0 })
  })
  it('lets each policy have its own reserve, and tells whose fallback is not there', () => {
    const given = facts(pool, { signals: { 'pool.turn': { value: 0 } }, reserve: ['dear', 'unpriced'] as never })
    const traces = [{ facts: given, decision: decide(turns, given) }]
    const chained = (...fallback: readonly string[]): CompiledPolicy => {
      const strict: PolicyStep = { use: 'ignore', with: { deployments: 'cheap' } }
      const made = compilePolicy({ ...policyOf(strict), fallback: fallback as never })
      if (!made.ok) throw new Error(made.why)
      return made.value
    }
    // Without a chain of its own it has nobody beyond the pool.
    expect(compare(traces, compiled({ use: 'ignore', with: { deployments: 'cheap' } }))).toMatchObject({
      unserved: { before: 0, after: 1 },
      unjudged: 0,
    })
    expect(compare(traces, chained('dear'))).toMatchObject({ shares: { dear: { after: 1 } }, absent: 0, unjudged: 0 })
    expect(compare(traces, chained('other'))).toMatchObject({ unserved: { after: 1 }, absent: 1, unjudged: 1 })
  })
  it('draws by the seed that the policy goes by, where it was recorded', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const seeded = (seed: 'request' | 'session'): CompiledPolicy => {
      const made = compilePolicy({ ...policyOf({ use: 'random' }), seed })
      if (!made.ok) throw new Error(made.why)
      return made.value
    }
    const asked = (seeds: Facts['seeds']): readonly DecisionTrace[] =>
      names.map(name => {
        const change = { id: `dec-${name}` as never, seed: name, ...(seeds && { seeds: { ...seeds, request: name } }) }
        const given = facts(
          names.map(id => candidate(id)),
          change,
        )
        return { facts: given, decision: decide(seeded('request'), given) }
      })
    const known = compare(asked({ request: '', session: 'one' }), seeded('session'))
    expect(Object.values(known.shares).filter(({ after }) => after > 0)).toEqual([
      expect.objectContaining({ after: 1 }),
    ])
    expect(known).toMatchObject({ unseeded: 0, unjudged: 0 })
    expect(compare(asked(undefined), seeded('session'))).toMatchObject({ unseeded: 6, unjudged: 6, changed: 0 })
    expect(compare(asked(undefined), seeded('request'))).toMatchObject({ unseeded: 0, unjudged: 0, changed: 0 })
    const split = compiled({ by: 'session', split: [{ name: 'all', share: unit(1), steps: [] }] })
    expect(compare(asked(undefined), split)).toMatchObject({ unseeded: 6 })
    expect(compare(asked({ request: '' }), split)).toMatchObject({ unseeded: 0 })
    expect(compare(asked(undefined), compiled({ use: 'sticky', with: { by: 'tags.tenant' } })).unseeded).toBe(0)
  })
  it('changes nothing under the same policy, and says nothing of nothing', () => {
    expect(compare(traces, turns).changed).toBe(0)
    expect(compare([], turns)).toMatchObject({ decisions: 0, changed: 0, shares: {} })
  })
})

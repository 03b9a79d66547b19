/** Recorded facts decided again: the same under the same policy, counted where another policy differs. */
import { describe, expect, it } from 'vitest'
import { candidate, compiled, facts, price } from '../../test/contract/strategy.contract.ts'
import type { DecisionTrace } from '../domain/decision.ts'
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
    expect(found.missing).toEqual({})
  })
  it('counts whom nobody would serve, and signals that nobody gathered', () => {
    const strict = compiled({ use: 'quality-floor', with: { at: 0.5 } })
    expect(compare(traces, strict)).toMatchObject({
      changed: 4,
      unserved: { before: 0, after: 4 },
      missing: { 'candidate.quality': 4, 'request.task': 4 },
    })
  })
  it('changes nothing under the same policy, and says nothing of nothing', () => {
    expect(compare(traces, turns).changed).toBe(0)
    expect(compare([], turns)).toMatchObject({ decisions: 0, changed: 0, shares: {} })
  })
})

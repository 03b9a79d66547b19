/** Laws of deciding under any policy at all, not only under one strategy alone. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyFacts, compiled } from '../../test/contract/strategy.contract.ts'
import type { Bounds, Facts, RoutingDecision } from '../domain/decision.ts'
import type { Condition, PolicyStep } from '../domain/policy.ts'
import { microUsd } from '../domain/units.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'
import { expectedCost } from './measures.ts'
import { strategies } from './registry.ts'
import { replay } from './replay.ts'

const plainStep: fc.Arbitrary<PolicyStep> = fc
  .constantFrom(...strategies)
  .map(({ name, example }) => ({ use: name, with: example }))

const condition: fc.Arbitrary<Condition> = fc.constantFrom<Condition>(
  { fields: { 'request.task': { eq: 'chat' } } },
  { fields: { 'request.inputTokens': { gt: 10_000 } } },
  { not: { fields: { 'request.difficulty': { gte: 0.5 } } } },
  { any: [{ fields: { 'request.needs': { eq: 'tools' } } }, { fields: { 'tags.none': { exists: true } } }] },
)

const anySteps: fc.Arbitrary<readonly PolicyStep[]> = fc.letrec<{ steps: readonly PolicyStep[]; step: PolicyStep }>(
  tie => ({
    steps: fc.array(tie('step'), { maxLength: 6 }),
    step: fc.oneof(
      { weight: 5, arbitrary: plainStep },
      {
        weight: 1,
        arbitrary: fc.record(
          { when: condition, then: tie('steps'), otherwise: tie('steps') },
          { noNullPrototype: true },
        ),
      },
    ),
  }),
).steps

/** Orders alone, so that somebody is usually left. */
const anyOrders: fc.Arbitrary<readonly PolicyStep[]> = fc.array(
  fc
    .constantFrom(...strategies.filter(({ kind }) => kind === 'order'))
    .map(({ name, example }): PolicyStep => ({ use: name, with: example })),
  { maxLength: 4 },
)

const providers = ['openai', 'anthropic', 'local']
const anyBounds: fc.Arbitrary<Bounds> = fc
  .record({
    lock: fc.option(fc.constantFrom(...providers), { nil: undefined }),
    only: fc.option(fc.subarray(providers), { nil: undefined }),
    ignore: fc.option(fc.subarray(providers), { nil: undefined }),
    cap: fc.option(fc.nat(200_000), { nil: undefined }),
    allowed: fc.option(fc.subarray([...providers, '*']), { nil: undefined }),
    models: fc.option(fc.subarray(['model-a', 'model-b', 'openai/model-c', '*']), { nil: undefined }),
  })
  .map(({ lock, only, ignore, cap, allowed, models }) => ({
    lock,
    only,
    ignore,
    budgetCap: cap === undefined ? undefined : microUsd(cap),
    allow: { providers: allowed, models },
  }))

const isBreach = (facts: Facts, { ranked }: RoutingDecision): boolean =>
  ranked.some(({ candidate }) => {
    const { lock, only, ignore, budgetCap, allow } = facts.bounds
    const cost = expectedCost(candidate, facts.request) ?? Number.POSITIVE_INFINITY
    const { provider, model } = candidate
    const lists: readonly boolean[] = [
      lock !== undefined && lock !== provider,
      only !== undefined && !only.includes(provider),
      ignore?.includes(provider) === true,
      budgetCap !== undefined && cost > budgetCap,
      allow?.providers !== undefined && !allow.providers.includes('*') && !allow.providers.includes(provider),
      allow?.models !== undefined && !['*', model, `${provider}/${model}`].some(name => allow.models?.includes(name)),
    ]
    return lists.includes(true)
  })

const text = (decision: RoutingDecision): string => JSON.stringify(decision)
const seen = (policy: CompiledPolicy, given: Facts, draws: number): ReadonlyMap<string, number> => {
  const firsts = new Map<string, number>()
  for (let draw = 0; draw < draws; draw++) {
    const signals = { ...given.signals, 'pool.turn': { value: draw } }
    const first = decide(policy, { ...given, signals, seed: `draw-${draw}` }).ranked[0]?.candidate.id
    if (first !== undefined) firsts.set(first, (firsts.get(first) ?? 0) + 1)
  }
  return firsts
}

describe('under any policy', () => {
  it("nothing brings back whom the key or the request's own bounds rule out", () => {
    fc.assert(
      fc.property(anySteps, anyFacts, anyBounds, (steps, given, bounds) => {
        const facts = { ...given, bounds }
        const decision = decide(compiled(...steps), facts)
        expect(isBreach(facts, decision)).toBe(false)
        expect(decision.ranked.length + decision.excluded.length).toBe(given.candidates.length)
      }),
      { numRuns: 300 },
    )
  })

  it('a trace that went through JSON replays byte for byte', () => {
    fc.assert(
      fc.property(anySteps, anyFacts, (steps, facts) => {
        const policy = compiled(...steps)
        const decision = decide(policy, facts)
        const stored: typeof facts = JSON.parse(JSON.stringify(facts))
        expect(text(replay(policy, { facts: stored, decision }))).toBe(text(decision))
        const again = compiled(...JSON.parse(JSON.stringify(steps)))
        expect(text(decide(again, stored))).toBe(text(decision))
      }),
    )
  })

  it('the order in which candidates are listed changes nothing', () => {
    fc.assert(
      fc.property(anySteps, anyFacts, (steps, facts) => {
        const policy = compiled(...steps)
        const turned = { ...facts, candidates: facts.candidates.toReversed() }
        expect(text(decide(policy, turned))).toBe(text(decide(policy, facts)))
      }),
    )
  })

  it('one more order only refines what the orders before it left tied', () => {
    fc.assert(
      fc.property(anyOrders, anyOrders, anyFacts, (before, after, facts) => {
        const tiers = new Map(decide(compiled(...before), facts).ranked.map(one => [one.candidate.id, one.tier]))
        const line = decide(compiled(...before, ...after), facts).ranked.map(one => tiers.get(one.candidate.id) ?? -1)
        expect(line).toEqual(line.toSorted((left, right) => left - right))
      }),
    )
  })

  it('whoever comes first had a chance to, and the chances sum to 1', () => {
    fc.assert(
      fc.property(anySteps, anyFacts, (steps, facts) => {
        const { ranked, propensity } = decide(compiled(...steps), facts)
        const [first] = ranked
        const total = Object.values(propensity).reduce((sum, one) => sum + one, 0)
        expect(total).toBeCloseTo(first === undefined ? 0 : 1, 9)
        expect(Object.values(propensity).every(chance => chance >= 0 && chance <= 1 + 1e-12)).toBe(true)
        if (first !== undefined) expect(propensity[first.candidate.id]).toBeGreaterThan(0)
      }),
    )
  })

  it('the chances are how often each comes first over seeds and turns', () => {
    const draws = 2520
    fc.assert(
      fc.property(anyOrders, anyFacts, (steps, facts) => {
        const policy = compiled(...steps)
        const { propensity } = decide(policy, facts)
        const firsts = seen(policy, facts, draws)
        for (const [id, chance] of Object.entries(propensity)) {
          const spread = 5 * Math.sqrt((chance * (1 - chance)) / draws)
          expect(Math.abs((firsts.get(id) ?? 0) / draws - chance), id).toBeLessThanOrEqual(spread + 2e-3)
        }
      }),
      { numRuns: 15, seed: 4 },
    )
  })

  it('every decision can be told in words', () => {
    fc.assert(
      fc.property(anySteps, anyFacts, (steps, facts) => {
        const decision = decide(compiled(...steps), facts)
        const words = explain({ facts, decision })
        expect(words).not.toMatch(/undefined|NaN|\[object/)
        for (const { candidate } of decision.excluded) expect(words).toContain(`Left out: ${candidate.id} by `)
      }),
    )
  })
})

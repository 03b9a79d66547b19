/** Splits, blends, taken-in policies, reserves and last resorts: what a policy comes to. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  candidate,
  chainOf,
  compiled,
  facts,
  measured,
  policyOf,
  price,
} from '../../test/contract/strategy.contract.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { Arm, PolicyStep } from '../domain/policy.ts'
import { microUsd, millis, unit } from '../domain/units.ts'
import { compilePolicy } from './compile-policy.ts'
import { decide } from './decide.ts'

const pool = [candidate('a', price(1, 1)), candidate('b', price(2, 2)), candidate('c', price(3, 3))]
const onlyTag = (value: string): PolicyStep => ({ use: 'where', with: { is: value } })
const tagged = pool.map(one => ({ ...one, tags: { is: one.id } }))
const arm = (name: string, share: number, ...steps: readonly PolicyStep[]): Arm => ({ name, share: unit(share), steps })
const split = (...arms: readonly Arm[]): PolicyStep => ({ split: arms })
const first = (decision: RoutingDecision): string | undefined => decision.ranked[0]?.candidate.id
const chanceOf = ({ propensity }: RoutingDecision, id: string): number | undefined => propensity[id as DeploymentId]
const seeds = Array.from({ length: 4_000 }, (_, place) => `request-${place}`)

describe('a split', () => {
  const canary = compiled(split(arm('canary', 0.1, onlyTag('c')), arm('rest', 0.9, { use: 'cheap' })))

  it('draws one arm, whose steps stand in its place, and says which', () => {
    const arms = new Set(seeds.slice(0, 100).map(seed => JSON.stringify(decide(canary, facts(tagged, { seed })).arms)))
    expect([...arms].sort()).toEqual([
      '[{"step":"0:split","arm":"canary","share":0.1}]',
      '[{"step":"0:split","arm":"rest","share":0.9}]',
    ])
    const inCanary = seeds
      .map(seed => decide(canary, facts(tagged, { seed })))
      .find(one => one.arms?.[0]?.arm === 'canary')
    expect(inCanary?.excluded[0]?.reasons).toEqual([{ step: '0.canary.0:where', says: expect.stringContaining('is') }])
  })

  it('gives each arm its share, within what chance allows', () => {
    const count = seeds.filter(seed => decide(canary, facts(tagged, { seed })).arms?.[0]?.arm === 'canary').length
    // Five standard errors of 4,000 draws at 10 %.
    expect(Math.abs(count - 400)).toBeLessThan(5 * Math.sqrt(4_000 * 0.1 * 0.9))
  })

  it('tells the exact chance of each to come first, over all arms, also of one that this arm leaves out', () => {
    for (const seed of seeds.slice(0, 50))
      expect(decide(canary, facts(tagged, { seed })).propensity).toMatchObject({ a: 0.9, c: 0.1 })
  })

  it('multiplies the chances of arms with those of what runs in them', () => {
    const policy = compiled(
      split(
        arm('one', 0.25, { use: 'random' }),
        arm('other', 0.75, split(arm('in', 0.2, onlyTag('b')), arm('out', 0.8))),
      ),
    )
    const decision = decide(policy, facts(tagged))
    expect(chanceOf(decision, 'a')).toBeCloseTo(0.25 / 3 + 0.6, 12)
    expect(chanceOf(decision, 'b')).toBeCloseTo(0.25 / 3 + 0.15, 12)
    expect(chanceOf(decision, 'c')).toBeCloseTo(0.25 / 3, 12)
  })

  it('stays with a session, a user or a tag, and never follows another step’s draw', () => {
    const by = (seed: 'session' | 'user' | 'tags.tenant') =>
      compiled({ split: [arm('x', 0.5, onlyTag('a')), arm('y', 0.5, onlyTag('b'))], by: seed })
    const of = (policy: ReturnType<typeof by>, place: number, change: Parameters<typeof facts>[1]) =>
      first(decide(policy, facts(tagged, { seed: `r${place}`, ...change })))
    const seedsOf = (place: number) => ({ request: `r${place}`, session: 's1', user: 'u1' })
    const request = { tags: { tenant: 'acme' } }
    for (let place = 1; place < 20; place++) {
      for (const seed of ['session', 'user'] as const)
        expect(of(by(seed), place, { seeds: seedsOf(place) })).toBe(of(by(seed), 0, { seeds: seedsOf(0) }))
      expect(of(by('tags.tenant'), place, { request })).toBe(of(by('tags.tenant'), 0, { request }))
    }
    const without = new Set(Array.from({ length: 40 }, (_, place) => of(by('session'), place, {})))
    expect(without.size).toBe(2)
  })

  it('moves only those to a growing arm who go there, and nobody else', () => {
    const at = (share: number) =>
      compiled(split(arm('canary', share, onlyTag('c')), arm('rest', 1 - share, onlyTag('a'))))
    const [small, large] = [at(0.05), at(0.25)]
    for (const seed of seeds.slice(0, 1_000)) {
      const before = first(decide(small, facts(tagged, { seed })))
      const after = first(decide(large, facts(tagged, { seed })))
      if (before === 'c') expect(after).toBe('c')
    }
  })

  it('has shadows that answer a copy, at their own share and by their own steps', () => {
    const shadow: Arm = { ...arm('ghost', 0.3, onlyTag('b')), shadow: true, maxSpend: microUsd(5_000_000) }
    const policy = compiled(split(arm('all', 1, onlyTag('a')), shadow))
    const found = seeds.map(seed => decide(policy, facts(tagged, { seed })))
    expect(found.every(one => first(one) === 'a' && chanceOf(one, 'a') === 1)).toBe(true)
    const shadowed = found.filter(one => one.shadows !== undefined)
    expect(shadowed[0]?.shadows).toEqual([{ step: '0:split', arm: 'ghost', candidate: 'b', maxSpend: 5_000_000 }])
    expect(Math.abs(shadowed.length - 1_200)).toBeLessThan(5 * Math.sqrt(4_000 * 0.3 * 0.7))
  })

  it('keeps what is left out around it away from shadows too, and has none that would be the answer itself', () => {
    const shadow: Arm = { ...arm('ghost', 1, { use: 'cheap' }), shadow: true }
    const around = compiled(
      { use: 'ignore', with: { providers: ['cheapest'] } },
      split(arm('all', 1, { use: 'cheap' }), shadow),
    )
    const cheapest = { ...candidate('cheapest', price(0.1, 0.1)), provider: 'cheapest' as never }
    expect(decide(around, facts([...tagged, cheapest])).shadows).toBeUndefined()
  })

  it('needs an arm that answers', () => {
    const made = compilePolicy(policyOf(split({ ...arm('ghost', 1), shadow: true })))
    expect(made).toMatchObject({ ok: false, at: 'steps[0].split' })
  })

  it('keeps chances that sum to 1, whatever arms there are', () => {
    const step = fc.constantFrom<PolicyStep>(
      { use: 'cheap' },
      { use: 'random' },
      { use: 'weighted' },
      onlyTag('a'),
      onlyTag('b'),
    )
    const arms = fc.array(
      fc.record({ share: fc.double({ min: 0.01, max: 1, noNaN: true }), steps: fc.array(step, { maxLength: 2 }) }),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(arms, arms, fc.string(), (one, other, seed) => {
        const made = (list: typeof one): PolicyStep =>
          split(...list.map(({ share, steps }, place) => arm(`arm${place}`, share, ...steps)))
        const decision = decide(compiled(made(one), made(other)), facts(tagged, { seed }))
        const sum = Object.values(decision.propensity).reduce((total, chance) => total + chance, 0)
        // Two arms may leave nobody together.
        expect(sum).toBeLessThan(1 + 1e-9)
        const best = first(decision)
        if (best !== undefined) expect(decision.propensity[best as DeploymentId]).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a blend', () => {
  const cheapAndGood: readonly PolicyStep[] = [
    { use: 'good', blend: 'value', weight: 2 },
    { use: 'cheap', blend: 'value' },
  ]
  it('is one order, in the place of its first, and the decision shows what its score is made of', () => {
    const scored = [
      candidate('best', { ...price(30, 30), quality: { '*': unit(0.9) } }),
      candidate('fair', { ...price(2, 2), quality: { '*': unit(0.85) } }),
      candidate('poor', { ...price(1, 1), quality: { '*': unit(0.1) } }),
    ]
    const decision = decide(compiled(...cheapAndGood), facts(scored))
    expect(chainOf(decision)).toEqual(['fair', 'best', 'poor'])
    expect(decision.decidedBy).toBe('0:blend value')
    expect(Object.keys(decision.ranked[0]?.reasons[0]?.parts ?? {})).toEqual(['good', 'cheap'])
  })
  it('takes no constraint and no mere chance, and a weight stands only in one', () => {
    const said = (...steps: readonly PolicyStep[]): string => {
      const made = compilePolicy(policyOf(...steps))
      return made.ok ? 'fine' : `${made.at}: ${made.why}`
    }
    expect(said({ use: 'healthy', blend: 'x' })).toMatch(/^steps\[0\]\.blend: .*healthy leaves out/)
    expect(said({ use: 'round-robin', blend: 'x' })).toMatch(/^steps\[0\]\.blend: .*round-robin goes by chance/)
    expect(said({ use: 'cheap', weight: 2 })).toMatch(/^steps\[0\]\.weight: .*only in a blend/)
  })
})

describe('the course', () => {
  it('is that of the last execution on the way, else the policy’s', () => {
    const race: PolicyStep = {
      when: { fields: { 'tags.path': { eq: 'voice' } } },
      then: [{ execution: { mode: 'race', width: 3 } }],
    }
    const policy = compiled(race, { use: 'cheap' })
    expect(decide(policy, facts(pool)).execution).toEqual({ mode: 'fallback' })
    const voice = decide(policy, facts(pool, { request: { tags: { path: 'voice' } } }))
    expect(voice.execution).toEqual({ mode: 'race', width: 3 })
  })

  it('hedges after the first’s own p95, and after two seconds while that is not proven', () => {
    const policy = compiled({ execution: { mode: 'hedge', after: 'p95' } }, { use: 'cheap' })
    expect(policy.reads).toContain('candidate.latency')
    const known = (samples: number) =>
      decide(
        policy,
        facts(pool, { signals: { 'candidate.latency': measured({ a: { p95: millis(432.1), samples } }) } }),
      )
    expect(known(50).execution).toEqual({ mode: 'hedge', after: 433 })
    expect(known(3).execution).toEqual({ mode: 'hedge', after: 2_000 })
  })

  it('takes in the steps of another policy, in its place', () => {
    const policy = compiled({
      include: 'base',
      steps: [{ use: 'cheap' }, { include: 'inner', steps: [{ use: 'random' }] }],
    })
    expect(decide(policy, facts(pool)).decidedBy).toBe('0.0:cheap')
  })

  it('goes on along the policy’s own chain, as far as it may serve, beyond the pool too', () => {
    const spare = { ...candidate('spare', price(0.01, 0.01)), tags: { is: 'spare' } }
    const shut = { ...candidate('shut', price(0.01, 0.01)), provider: 'shut' as never }
    const made = compilePolicy({
      ...policyOf({ use: 'ignore', with: { providers: ['shut'] } }, { use: 'cheap' }),
      fallback: ['shut', 'spare', 'a', 'c', 'nobody'] as readonly string[] as readonly DeploymentId[],
    })
    if (!made.ok) throw new Error(made.why)
    const reserve = ['spare', 'shut'] as readonly string[] as readonly DeploymentId[]
    const decision = decide(made.value, facts([...pool, spare, shut], { reserve }))
    expect(decision.chain).toEqual(['a', 'spare', 'c'])
    expect(chainOf(decision)).toEqual(['a', 'b', 'c', 'spare'])
    expect(decision.decidedBy).toBe('1:cheap')
  })
})

describe('a last resort', () => {
  const open = (why: string) => ({ open: true, why })
  it('stands behind everybody who is well, also behind the reserve, and says why it is there', () => {
    const circuits = {
      'candidate.circuit': measured({ a: open('5 failures in a row'), b: open('5 failures in a row') }),
    }
    const reserve = ['c'] as readonly string[] as readonly DeploymentId[]
    const decision = decide(compiled({ use: 'healthy' }, { use: 'cheap' }), facts(pool, { signals: circuits, reserve }))
    expect(chainOf(decision)[0]).toBe('c')
    const spared = decision.ranked.find(one => one.reasons.some(({ says }) => says !== undefined))
    expect(spared?.excluded).toBe(false)
    expect(decision.ranked.length + decision.excluded.length).toBe(3)
    expect(decision.decidedBy).toBe('0:healthy')
  })
})

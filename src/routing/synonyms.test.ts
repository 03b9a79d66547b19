/** Words of other gateways decide as the steps do that they stand for. */
import { describe, expect, it } from 'vitest'
import { candidate, facts, measured, policyOf, price } from '../../test/contract/strategy.contract.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { PolicyStep } from '../domain/policy.ts'
import { millis, unit } from '../domain/units.ts'
import { compilePolicy } from './compile-policy.ts'
import { decide } from './decide.ts'
import { expandSynonym } from './expand-synonym.ts'
import { parseStep } from './parse-step.ts'
import { strategyNames } from './registry.ts'
import { synonymNames, synonymOf, synonyms } from './synonyms.ts'

const candidates = [
  candidate('a', { ...price(3, 9), weight: 5, priority: undefined, provider: 'openai' as never }),
  candidate('b', { ...price(1, 2), weight: 1, priority: undefined, provider: 'anthropic' as never }),
  candidate('c', { ...price(2, 4), weight: 2, priority: undefined, provider: 'mistral' as never }),
]
const latency = (p95: number, throughput: number): unknown => ({ p95: millis(p95), samples: 100, throughput })
const room = (left: number): unknown => ({ requests: unit(left), tokens: unit(left), concurrent: unit(left) })
const worlds = ['one', 'two', 'three', 'four', 'five'].flatMap(seed =>
  [0.1, 0.4, 0.6, 0.9].map(difficulty =>
    facts(candidates, {
      seed,
      seeds: { request: seed, session: `session ${seed}`, user: 'u' },
      signals: {
        'request.difficulty': { value: unit(difficulty) },
        'candidate.inflight': measured({ a: 3, b: 5, c: 1 }),
        'candidate.latency': measured({ a: latency(900, 20), b: latency(500, 10), c: latency(700, 90) }) as never,
        'candidate.headroom': measured({ a: room(0.2), b: room(0.9), c: room(0.5) }) as never,
        'candidate.errors': measured({ a: { rate: unit(0.2), inRow: 1, samples: 50 } }),
      },
      request: { tags: { tier: seed === 'one' ? 'paid' : 'free', user: seed } },
    }),
  ),
)

const parsed = (written: readonly unknown[]): readonly PolicyStep[] =>
  written.map(step => {
    const read = parseStep(step, 'steps[0]')
    if (!read.ok) throw new Error(`${read.at ?? ''}: ${read.why}`)
    return read.value
  })
/** What the steps decide in each world, but for the policy's name and version and the places of steps. */
const decided = (written: readonly unknown[]): readonly unknown[] => {
  const made = compilePolicy(policyOf(...parsed(written)))
  if (!made.ok) throw new Error(made.why)
  return worlds.map(world => {
    const { policy: _, ...decision }: RoutingDecision = decide(made.value, world)
    return decision
  })
}
const expanded = (written: unknown): readonly unknown[] => {
  const found = expandSynonym(written, 'steps[0]')
  if (found?.ok !== true) throw new Error(found?.why ?? 'no synonym')
  return found.value
}
const refused = (written: unknown): string => {
  const found = expandSynonym(written, 'steps[0]')
  return found?.ok === false ? `${found.at ?? ''}: ${found.why}` : JSON.stringify(found)
}

describe('a word of another gateway', () => {
  it('is told once, with a sentence, and never hides a step of ours', () => {
    expect(new Set(synonyms.map(({ name }) => name)).size).toBe(synonyms.length)
    for (const { sentence, of } of synonyms) expect(`${of}: ${sentence}`).toMatch(/^[A-Z][\w, ]+: [A-Z].*\.$/)
    for (const name of synonymNames) expect(strategyNames, name).not.toContain(name)
    for (const { name, here } of synonyms.filter(word => word.here === word.name)) {
      expect(strategyNames, here).toContain(name)
      expect(expandSynonym(name, 'steps[0]'), name).toBeUndefined()
    }
  })
  it.each(synonyms.filter(({ step }) => step !== undefined).map(({ name, step }) => [name, step] as const))(
    '%s decides as its own step does',
    (name, step) => {
      const own = { use: step?.use, ...(step?.with !== undefined && { with: step.with }) }
      const without = name === 'provider-lock' ? [{ ...own, with: { provider: 'mistral' } }] : [own]
      const theirs = name === 'provider-lock' ? { use: name, with: { provider: 'mistral' } } : name
      expect(decided(expanded(theirs))).toEqual(decided(without))
      expect(synonymOf(name)).toEqual(step)
    },
  )
  it.each([
    ['race', [{ execution: { mode: 'race' } }]],
    ['fastest', [{ execution: { mode: 'race' } }]],
    [{ use: 'fastest_response', with: { width: 3 } }, [{ execution: { mode: 'race', width: 3 } }]],
    ['failover', [{ use: 'priority', with: { by: 'place' } }, { execution: { mode: 'fallback' } }]],
    [{ use: 'latency-based-routing', with: { lowest_latency_buffer: 0.5 } }, [{ use: 'fast', with: { within: 0.5 } }]],
    [{ use: 'cost-optimized', blend: 'both', weight: 2 }, [{ use: 'cheap', blend: 'both', weight: 2 }]],
    [{ strategy: { mode: 'loadbalance' } }, ['weighted']],
    [{ strategy: { mode: 'fallback' } }, [{ use: 'priority', with: { by: 'place' } }]],
    [
      { strategy: { mode: 'loadbalance', sticky: { enabled: true, hash_fields: ['metadata.user'], ttl: 300 } } },
      [{ use: 'sticky', with: { by: 'tags.user' } }, 'weighted'],
    ],
    [
      {
        strategy: {
          mode: 'conditional',
          conditions: [
            { query: { 'metadata.tier': { $eq: 'paid' } }, then: 'a' },
            { query: { $or: [{ 'metadata.user': 'two' }, { 'metadata.user': 'three' }] }, then: 'b' },
          ],
          default: 'c',
        },
      },
      [
        {
          when: { 'tags.tier': 'paid' },
          then: [{ use: 'only', with: { deployments: 'a' } }],
          otherwise: [
            {
              when: { 'tags.user': ['two', 'three'] },
              then: [{ use: 'only', with: { deployments: 'b' } }],
              otherwise: [{ use: 'only', with: { deployments: 'c' } }],
            },
          ],
        },
      ],
    ],
    [
      { use: 'complexity-based', with: { tiers: { simple: 'b', reasoning: ['weighted'] } } },
      [
        {
          when: { 'request.tier': 'simple' },
          then: [{ use: 'only', with: { deployments: 'b' } }],
          otherwise: [{ when: { 'request.tier': 'reasoning' }, then: ['weighted'], otherwise: [] }],
        },
      ],
    ],
    [
      {
        use: 'complexity-based',
        with: {
          tiers: {
            hard: { max_score: 100, model: 'model-a', provider: 'openai' },
            easy: { max_score: 45, model: 'model-b' },
          },
        },
      },
      [
        {
          when: { 'request.difficulty': { lte: 0.45 } },
          then: [{ use: 'only', with: { models: 'model-b' } }],
          otherwise: [{ use: 'only', with: { providers: 'openai', models: 'model-a' } }],
        },
      ],
    ],
    [
      { use: 'mirror', with: { target: 'c', sample_rate: 0.5 } },
      [
        {
          split: {
            arms: {
              shown: { steps: [{ use: 'ignore', with: { deployments: 'c' } }] },
              mirror: { share: 0.5, shadow: true, steps: [{ use: 'only', with: { deployments: 'c' } }] },
            },
          },
        },
      ],
    ],
  ] as const)('%j decides as %j does', (theirs, ours) => {
    const one = decided(expanded(theirs))
    expect(one).toEqual(decided(ours))
    expect(one).not.toEqual(decided([{ use: 'ignore', with: { deployments: 'nobody' } }]))
  })
  it.each([
    ['conditional', 'steps[0].with.conditions: undefined is no list of conditions; write [{ query, then }]'],
    [
      { strategy: { mode: 'conditional', conditions: [{ query: { team: 'x' }, then: 'a' }] } },
      'steps[0].strategy: conditional needs default: who serves where no condition holds',
    ],
    [
      { strategy: { mode: 'loadbalanced' } },
      'steps[0].strategy.mode: mode is "loadbalanced"; did you mean "loadbalance"? (there are',
    ],
    [
      {
        strategy: {
          mode: 'conditional',
          conditions: [{ query: { 'metadata.a': { $eqs: 1 } }, then: 'a' }],
          default: 'b',
        },
      },
      'steps[0].strategy.conditions[0].query.metadata.a.$eqs: no operator "$eqs"',
    ],
    [{ strategy: { mode: 'fallback' }, targets: [] }, 'steps[0].targets: targets is not said here: the candidates'],
    [
      { strategy: { mode: 'fallback', on_status_codes: [429] } },
      'steps[0].strategy.on_status_codes: fallback: on_status_codes is not said here',
    ],
    [
      { use: 'failover', with: { max_attempts: 3 } },
      'steps[0].with.max_attempts: failover: max_attempts is not said here',
    ],
    [{ use: 'race', with: { widht: 3 } }, 'steps[0].with.widht: race: no option "widht"; did you mean "width"?'],
    [{ use: 'race', blend: 'x' }, 'steps[0].blend: race is more than one step: it takes no blend'],
    [{ use: 'mirror' }, 'steps[0].with: mirror needs target'],
    [
      { use: 'complexity-based', with: { tiers: { simpel: 'a' } } },
      'steps[0].with.tiers.simpel: no tier "simpel"; did you mean "simple"?',
    ],
    [
      { strategy: { mode: 'loadbalance', sticky: { hash_fields: ['metadata.a', 'metadata.b'] } } },
      'steps[0].strategy.sticky.hash_fields: hash_fields is ["metadata.a","metadata.b"]; one tag is right',
    ],
  ])('%j is refused with its place', (written, start) => {
    expect(refused(written).startsWith(start), refused(written)).toBe(true)
  })
  it('leaves alone what is nobody else’s word', () => {
    for (const ours of ['weighted', 'nonsense', { use: 'cheap' }, { when: {} }, 7, undefined, { use: 4 }])
      expect(expandSynonym(ours, 'steps[0]'), JSON.stringify(ours)).toBeUndefined()
  })
})

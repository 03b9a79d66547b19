/** The demo house is sound, reaches every model of the world, and its policies do what the demo says of them. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Facts } from '../domain/decision.ts'
import type { Ability, Candidate } from '../domain/deployment.ts'
import type { DecisionId, DeploymentId, DialectId, ModelId, ProviderId } from '../domain/ids.ts'
import type { Policy } from '../domain/policy.ts'
import { microUsd, millis, tokens, unit } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { providerTypes } from '../providers/registry.ts'
import { checkPolicy } from '../routing/check-policy.ts'
import { compilePolicy } from '../routing/compile-policy.ts'
import type { CompiledPolicy } from '../routing/compile-policy.ts'
import { decide } from '../routing/decide.ts'
import { parseStep } from '../routing/parse-step.ts'
import { configuredQuality } from './configured-quality.ts'
import { demoHouse, demoPolicies, deploymentName } from './demo-house.ts'
import { askedAlone, bestModel } from './drive.ts'
import { guestModels } from './guest-models.ts'
import { recordedModels } from './models.ts'
import type { WorldModel } from './models.ts'
import { halfOf, loadRecordings } from './recordings.ts'
import type { RecordedPrompt } from './recordings.ts'

const recordings = await loadRecordings()
const quality = configuredQuality(recordings)
const world = {
  models: [...recordedModels, ...guestModels],
  base: (provider: string) => `http://127.0.0.1:4242/${provider}`,
}
const keys = { provider: '${A_PROVIDER}', admin: '${AN_ADMIN}', virtual: '${A_KEY}' }
const text = demoHouse(world, { quality, keys, server: { host: '127.0.0.1', port: 4141 }, durable: 'sqlite:./a b.db' })
interface House {
  readonly providers: Readonly<Record<string, { readonly type: string; readonly url: string; readonly key: string }>>
  readonly deployments: Readonly<Record<string, Written>>
  readonly pools: Readonly<Record<string, { readonly candidates: readonly string[]; readonly policy: string }>>
  readonly policies: Readonly<Record<string, { readonly steps: readonly unknown[] }>>
  readonly keys: unknown
  readonly server: unknown
  readonly store: unknown
}
interface Written {
  readonly provider: string
  readonly model: string
  readonly price: { readonly input: number; readonly output: number }
  readonly contextWindow: number
  readonly maxOutput: number
  readonly accepts: readonly Ability[]
  readonly quality: Readonly<Record<string, number>>
  readonly tags: Readonly<Record<string, string>>
}
// References stand unquoted, which only the house's own reader takes.
const house: House = parse(text.replaceAll(/\$\{(\w+)\}/g, '"$1"'))

const candidates: readonly Candidate[] = Object.entries(house.deployments).map(([id, one]) => ({
  id: id as DeploymentId,
  provider: one.provider as ProviderId,
  model: one.model as ModelId,
  dialect: 'openai-chat' as DialectId,
  contextWindow: tokens(one.contextWindow),
  maxOutput: tokens(one.maxOutput),
  accepts: one.accepts,
  price: { inputPerMillion: microUsd(one.price.input * 1e6), outputPerMillion: microUsd(one.price.output * 1e6) },
  weight: 1,
  priority: 1,
  limits: {},
  tags: one.tags,
  quality: Object.fromEntries(Object.entries(one.quality).map(([task, score]) => [task, unit(score)])),
}))

const policyNamed = (name: string): Policy => ({
  name,
  steps: (house.policies[name]?.steps ?? []).map(step => {
    const read = parseStep(step, 'steps')
    if (!read.ok) throw new Error(read.why)
    return read.value
  }),
  execution: { mode: 'fallback' },
  patience: {
    maxAttempts: 3,
    retriesPerCandidate: 1,
    maxWait: millis(1),
    connect: millis(1),
    firstToken: millis(1),
    idle: millis(1),
    total: millis(1),
  },
  seed: 'request',
  fallbackOn: [],
  midStream: 'error',
})

const names = Object.keys(house.policies)
const compiled = (name: string): CompiledPolicy => {
  const made = compilePolicy(policyNamed(name))
  if (!made.ok) throw new Error(made.why)
  return made.value
}

const factsOf = (prompt: RecordedPrompt, turn: number): Facts => ({
  id: `decision ${turn}` as DecisionId,
  request: {
    target: 'recorded',
    operation: 'chat',
    inputTokens: tokens(Math.ceil(prompt.prompt.length / 4)),
    outputTokens: tokens(400),
    needs: ['text'],
    tags: {},
    params: {},
    caller: { key: 'demo' },
  },
  bounds: {},
  candidates,
  signals: { 'request.task': { value: prompt.task }, 'pool.turn': { value: turn } },
  now: 0 as Instant,
  seed: prompt.id,
})

/** Right answers as a share, by task and over all, and dollars for a thousand prompts. */
const driven = (chosen: (prompt: RecordedPrompt, turn: number) => WorldModel): Readonly<Record<string, number>> => {
  const tallies = new Map<string, { right: number; count: number }>()
  let usd = 0
  for (const [turn, prompt] of measured.entries()) {
    const alone = askedAlone(recordings, prompt, chosen(prompt, turn))
    usd += alone?.usd ?? 0
    for (const name of [prompt.task, 'all']) {
      const tally = tallies.get(name) ?? { right: 0, count: 0 }
      tallies.set(name, { right: tally.right + Number(alone?.isRight), count: tally.count + 1 })
    }
  }
  const shares = [...tallies].map(([name, { right, count }]) => [name, right / count] as const)
  return { ...Object.fromEntries(shares), usdPerThousand: (1000 * usd) / measured.length }
}
const measured = recordings.prompts.filter(({ id }) => halfOf(id) === 'measured')
const byPolicy = (name: string): Readonly<Record<string, number>> => {
  const policy = compiled(name)
  return driven((prompt, turn) => {
    const first = decide(policy, factsOf(prompt, turn)).ranked[0]?.candidate
    const model = recordedModels.find(({ id }) => id === first?.model)
    if (model === undefined) throw new Error(`${name} leaves nobody for ${prompt.id}`)
    return model
  })
}

describe('the demo house', () => {
  it('reaches every model of the world at its address, by a type that exists', () => {
    expect(candidates.map(({ provider, model }) => `${provider}/${model}`)).toEqual(
      recordedModels.map(({ provider, id }) => `${provider}/${id}`),
    )
    expect(new Set(candidates.map(({ id }) => id)).size).toBe(9)
    expect(candidates.map(({ id }) => id)).toEqual(recordedModels.map(deploymentName))
    for (const [id, { type, url, key }] of Object.entries(house.providers)) {
      expect(Object.keys(providerTypes)).toContain(type)
      expect([url, key]).toEqual([world.base(id), 'A_PROVIDER'])
    }
    // Each in its own dialect, natively.
    expect(Object.entries(house.providers).map(([id, { type }]) => `${id}: ${type}`)).toEqual([
      'openai: openai',
      'anthropic: anthropic',
      'gemini: gemini',
      'mistral: mistral',
      'selfhosted: vllm',
    ])
    expect(house.pools).toEqual({
      recorded: { candidates: candidates.map(({ id }) => id), policy: 'floor-then-cheap' },
    })
  })

  it('says of each model what it takes', () => {
    const accepts = (id: string): readonly string[] => house.deployments[id]?.accepts ?? []
    expect(accepts('gpt-4o')).toEqual(['text', 'image', 'tools', 'json-schema', 'choices'])
    expect(accepts('claude-3-haiku')).toEqual(['text', 'image', 'tools', 'json-schema'])
    expect(accepts('llama-3.1-8b')).toEqual(['text', 'tools', 'json-schema', 'choices'])
    expect(candidates.map(({ tags }) => tags['tier'])).toEqual(
      'premium standard premium standard premium standard premium standard economy'.split(' '),
    )
  })

  it('holds the scores, keys by reference, and its place', () => {
    for (const { id, model } of candidates) expect(house.deployments[id]?.quality).toEqual(quality[model])
    expect(text).toContain('value: ${AN_ADMIN}, admin: true')
    expect(house.keys).toEqual({ admin: { value: 'AN_ADMIN', admin: true }, demo: { value: 'A_KEY' } })
    expect([house.server, house.store]).toEqual([{ host: '127.0.0.1', port: 4141 }, { durable: 'sqlite:./a b.db' }])
    expect(demoHouse(world, { quality, keys })).not.toMatch(/^(?:server|store):/m)
  })

  it('has policies that the check has nothing against, but for the one that is there to be beaten', () => {
    const found = names.flatMap(name =>
      checkPolicy(policyNamed(name), candidates).map(({ severity, at }) => [name, severity, at]),
    )
    expect(demoPolicies).toEqual(names)
    expect(names).toEqual([
      'floor-then-cheap',
      'quality-first',
      'round-robin',
      'canary-then-fast',
      'race-then-fast',
      'adaptive',
    ])
    expect(found).toEqual([['round-robin', 'warning', 'steps[2]']])
  })

  it('holds every floor on the half that no score comes from, far under the price of the best', () => {
    const best = bestModel(recordedModels, quality)
    const table: Readonly<Record<string, Readonly<Record<string, number>>>> = {
      'always the best': driven(() => best!),
      ...Object.fromEntries(names.map(name => [name, byPolicy(name)])),
    }
    console.table(table)
    const floor = table['floor-then-cheap']!
    const turns = table['round-robin']!
    expect(floor['code-reasoning']).toBeGreaterThanOrEqual(0.8)
    expect(floor['math-word-problem']).toBeGreaterThanOrEqual(0.92)
    expect(floor['competition-math']).toBeGreaterThanOrEqual(0.5)
    expect(floor['usdPerThousand']).toBeLessThan(0.4 * table['always the best']!['usdPerThousand']!)
    expect(floor['usdPerThousand']).toBeLessThan(turns['usdPerThousand'] ?? 0)
    for (const task of ['code-reasoning', 'competition-math', 'all'])
      expect(floor[task]).toBeGreaterThan(turns[task]! + 0.05)
  })
})

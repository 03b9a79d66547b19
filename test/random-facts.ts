/** What a decision may rest on, by a seed: candidates, signals with numbers that make no sense, bounds, wishes. */
import type { Bounds, Facts, RequestShape } from '../src/domain/decision.ts'
import type { Ability, Candidate } from '../src/domain/deployment.ts'
import type { DecisionId, DeploymentId, DialectId, ModelId, PoolId, ProviderId } from '../src/domain/ids.ts'
import type { Policy } from '../src/domain/policy.ts'
import type { SignalKey, Signals, SignalTypes } from '../src/domain/signal.ts'
import type { Instant, MicroUsd, Millis, Tokens, Unit } from '../src/domain/units.ts'
import { weird } from './chance.ts'
import type { Chance } from './chance.ts'
import { ids, providers, regions, tasks } from './random-policies.ts'

/** The brand tells the type checker what a draw cannot: NaN and infinities are meant to be among them. */
const told = <Brand extends number>(chance: Chance, usual: number): Brand => weird(chance, usual) as Brand
const share = (chance: Chance): Unit => told(chance, Math.round(chance.next() * 1e4) / 1e4)

const abilities: readonly Ability[] = ['text', 'image', 'tools']
const dialects = ['openai-chat', 'anthropic-messages', 'gemini'] as readonly string[] as readonly DialectId[]
const now = 1_750_000_000_000

const randomCandidate = (chance: Chance, id: DeploymentId): Candidate => {
  const price = chance.maybe(0.85, () => ({
    inputPerMillion: told<MicroUsd>(chance, chance.whole(30_000_000)),
    outputPerMillion: told<MicroUsd>(chance, chance.whole(60_000_000)),
    ...(chance.is(0.3) && { cachedInputPerMillion: told<MicroUsd>(chance, chance.whole(3_000_000)) }),
  }))
  const window = chance.maybe(0.7, () => told<Tokens>(chance, chance.between(100, 200_000)))
  const priority = chance.maybe(0.5, () => weird(chance, chance.whole(4)))
  const tpm = chance.maybe(0.3, () => weird(chance, chance.whole(100_000)))
  const concurrent = chance.maybe(0.3, () => weird(chance, chance.whole(20)))
  const region = chance.maybe(0.7, () => chance.pick(regions))
  return {
    id,
    provider: chance.pick(providers) as ProviderId,
    model: `model-${id}` as ModelId,
    dialect: chance.pick(dialects),
    ...(window !== undefined && { contextWindow: window }),
    accepts: chance.some(abilities, 0.9),
    ...(price !== undefined && { price }),
    weight: weird(chance, chance.whole(10)),
    ...(priority !== undefined && { priority }),
    limits: { ...(tpm !== undefined && { tpm }), ...(concurrent !== undefined && { concurrent }) },
    tags: {
      ...(region !== undefined && { region }),
      ...(chance.is(0.2) && { capacity: 'provisioned' }),
      ...(chance.is(0.2) && { quantization: chance.pick(['fp8', 'bf16']) }),
    },
    quality: Object.fromEntries(chance.some(['*', ...tasks], 0.3).map(task => [task, share(chance)])),
  }
}

type Values = { readonly [Key in SignalKey]: (chance: Chance) => SignalTypes[Key] }
const instant = (chance: Chance): Instant => told(chance, now + chance.between(-60_000, 60_000))
const values: Values = {
  'request.task': chance => chance.pick(tasks),
  'request.difficulty': share,
  'request.confidence': share,
  'request.language': chance => chance.pick(['en', 'de']),
  'pool.turn': chance => weird(chance, chance.whole(1000)),
  'pool.incumbent': chance => chance.pick(ids),
  'pool.explored': chance => told(chance, chance.whole(1_000_000)),
  'budget.left': chance => told(chance, chance.whole(100_000)),
  'budget.used': share,
  'candidate.circuit': chance => ({
    open: chance.is(0.4),
    why: '5 failures in a row',
    ...(chance.is(0.3) && { by: chance.pick(['told', 'credential'] as const) }),
    ...(chance.is(0.5) && { until: instant(chance) }),
  }),
  'candidate.latency': chance => ({
    p95: told<Millis>(chance, chance.between(1, 9000)),
    samples: weird(chance, chance.whole(60)),
    ...(chance.is(0.7) && { expected: told<Millis>(chance, chance.between(1, 90_000)) }),
    ...(chance.is(0.7) && { throughput: weird(chance, chance.whole(200)) }),
  }),
  'candidate.errors': chance => ({
    rate: share(chance),
    inRow: weird(chance, chance.whole(9)),
    samples: weird(chance, chance.whole(60)),
    ...(chance.is(0.5) && { sinceLast: told<Millis>(chance, chance.whole(90_000)) }),
  }),
  'candidate.inflight': chance => weird(chance, chance.whole(50)),
  'candidate.headroom': chance => ({
    requests: share(chance),
    tokens: share(chance),
    concurrent: share(chance),
    ...(chance.is(0.5) && { resetAt: instant(chance) }),
  }),
  'candidate.warm': chance => ({ tokens: told(chance, chance.whole(50_000)), until: instant(chance) }),
  'candidate.tenantShare': share,
  'candidate.quality': chance => {
    const mean = share(chance)
    return {
      mean,
      low: told(chance, Math.max(0, mean - chance.next() / 5)),
      samples: chance.whole(500),
      source: 'learned',
    }
  },
}

const reading = (chance: Chance, key: SignalKey, candidates: readonly Candidate[]): Signals[SignalKey] => {
  if (!key.startsWith('candidate.')) return chance.is(0.1) ? {} : ({ value: values[key](chance) } as Signals[SignalKey])
  const known = chance.some(candidates, 0.8)
  // By entries, since a candidate may be called `__proto__`.
  return { by: Object.fromEntries(known.map(({ id }) => [id, values[key](chance)])) } as Signals[SignalKey]
}

/** The signals of these keys, some of which nobody knows. */
export const randomSignals = (chance: Chance, keys: readonly SignalKey[], candidates: readonly Candidate[]): Signals =>
  Object.fromEntries(chance.some(keys, 0.85).map(key => [key, reading(chance, key, candidates)]))

const randomBounds = (chance: Chance, candidates: readonly Candidate[]): Bounds => {
  const names = [...providers, 'nobody']
  const some = <T>(make: () => T): T | undefined => chance.maybe(0.08, make)
  const kept = chance.maybe(0.05, () => ({
    refersBy: ['previous_response_id'],
    ...(chance.is(0.5) && { by: chance.pick(ids) }),
    able: chance.some(candidates).map(({ id }) => id),
  }))
  return {
    allow: some(() => ({
      providers: chance.maybe(0.5, () => chance.some([...names, '*'])),
      models: chance.maybe(0.3, () => chance.some(['model-a', 'model-b', 'openai/model-c', '*'])),
      pools: chance.maybe(0.2, () => chance.some(['support', 'other'])),
    })),
    lock: chance.maybe(0.05, () => chance.pick(providers)),
    only: some(() => chance.some(names, 0.7)),
    ignore: some(() => chance.some(names, 0.3)),
    budgetCap: some(() => told<MicroUsd>(chance, chance.whole(400_000))),
    maxPrice: some(() => ({ input: told<MicroUsd>(chance, chance.whole(30_000_000)) })),
    tags: some(() => ({ quantization: chance.some(['fp8', 'bf16', 'unknown'], 0.7) })),
    requireParameters: some(() => true),
    ...(kept !== undefined && { kept }),
  }
}

const randomAsked = (chance: Chance, candidates: readonly Candidate[]): Facts['asked'] => {
  const models = chance.maybe(0.4, () => chance.many(2, () => chance.some(candidates).map(({ id }) => id)))
  const order = chance.maybe(0.6, () => chance.shuffled([...providers, ...ids]).slice(0, 4))
  const sort = chance.maybe(0.5, () => chance.pick(['cheap', 'fast', 'throughput'] as const))
  return {
    ...(models !== undefined && { models }),
    ...(order !== undefined && { order }),
    ...(sort !== undefined && { sort }),
    ...(order !== undefined && chance.is(0.3) && { only: true }),
  }
}

const randomRequest = (chance: Chance): RequestShape => {
  const most = chance.maybe(0.4, () => told<Tokens>(chance, chance.whole(9000)))
  return {
    target: 'support',
    operation: 'chat',
    inputTokens: told(chance, chance.whole(50_000)),
    outputTokens: told(chance, chance.whole(5000)),
    ...(most !== undefined && { maxOutputTokens: most }),
    needs: chance.some(abilities, 0.2),
    tags: {
      ...(chance.is(0.5) && { tier: chance.pick(['gold', 'silver', 'critical']) }),
      ...(chance.is(0.5) && { tenant: chance.pick(['acme', 'globex']) }),
    },
    params: {
      ...(chance.is(0.5) && { temperature: chance.pick([0, 0.7, 1]) }),
      ...(chance.is(0.2) && { top_k: 5 }),
      ...(chance.is(0.2) && { logit_bias: 1 }),
    },
    caller: { key: 'key-1', ...(chance.is(0.3) && { user: `user-${chance.whole(9)}` }) },
    ...(chance.is(0.5) && { path: '/v1/chat/completions' }),
  }
}

/** Facts under which this policy may decide; `reads` are the signals that it asks for. */
export const randomFacts = (chance: Chance, { fallback = [] }: Policy, reads: readonly SignalKey[]): Facts => {
  const names = chance.shuffled(ids).slice(0, chance.is(0.03) ? 0 : chance.between(1, 8))
  const candidates = names.map(id => randomCandidate(chance, id))
  const reserve = chance.some(names.filter(id => fallback.includes(id)))
  const asked = chance.maybe(0.25, () => randomAsked(chance, candidates))
  const isTimed = asked?.sort === 'fast' || asked?.sort === 'throughput'
  const request = `req-${chance.whole(1e9)}`
  const session = chance.maybe(0.6, () => `session-${chance.whole(1e6)}`)
  const user = chance.maybe(0.6, () => `user-${chance.whole(1e6)}`)
  return {
    id: `dec-${request}` as DecisionId,
    ...(chance.is(0.8) && { pool: 'support' as PoolId }),
    request: randomRequest(chance),
    bounds: randomBounds(chance, candidates),
    candidates,
    signals: randomSignals(
      chance,
      isTimed ? [...new Set([...reads, 'candidate.latency' as const])] : reads,
      candidates,
    ),
    ...(reserve.length > 0 && { reserve }),
    ...(asked !== undefined && { asked }),
    now: told(chance, now),
    seed: request,
    ...(chance.is(0.8) && {
      seeds: { request, ...(session !== undefined && { session }), ...(user !== undefined && { user }) },
    }),
  }
}

const turnedMembers = <T extends object>(chance: Chance, of: T): T =>
  Object.fromEntries(chance.shuffled(Object.entries(of))) as T

/** The same facts, told in another sequence: of candidates, of signals, and of whom each signal tells. */
export const retold = (chance: Chance, facts: Facts): Facts => ({
  ...facts,
  candidates: chance.shuffled(facts.candidates),
  signals: Object.fromEntries(
    chance
      .shuffled(Object.entries(facts.signals))
      .map(([key, one]) => [key, one.by === undefined ? one : { ...one, by: turnedMembers(chance, one.by) }]),
  ),
})

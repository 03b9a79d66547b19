/** The laws that every strategy keeps, and facts to try them on. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Facts, RoutingDecision } from '../../src/domain/decision.ts'
import type { Ability, Candidate } from '../../src/domain/deployment.ts'
import type { DecisionId, DeploymentId, DialectId, ModelId, PoolId, ProviderId } from '../../src/domain/ids.ts'
import type { Policy, PolicyStep } from '../../src/domain/policy.ts'
import type { Signals } from '../../src/domain/signal.ts'
import { microUsd, millis, tokens } from '../../src/domain/units.ts'
import type { Instant, MicroUsd, Millis, Unit } from '../../src/domain/units.ts'
import type { Order } from '../../src/ports/strategy.ts'
import { compilePolicy } from '../../src/routing/compile-policy.ts'
import type { CompiledPolicy } from '../../src/routing/compile-policy.ts'
import { decide } from '../../src/routing/decide.ts'
import type { StrategyMaker } from '../../src/routing/options.ts'

/** A candidate that can do little and costs 1 and 2 dollars a million tokens, but for what is said. */
export const candidate = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  id: id as DeploymentId,
  provider: 'openai' as ProviderId,
  model: `model-${id}` as ModelId,
  dialect: 'openai-chat' as DialectId,
  accepts: ['text'],
  price: { inputPerMillion: microUsd(1_000_000), outputPerMillion: microUsd(2_000_000) },
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
  ...change,
})

/** Dollars per million tokens, in and out. */
export const price = (input: number, output: number): { readonly price: Candidate['price'] } => ({
  price: { inputPerMillion: microUsd(input * 1e6), outputPerMillion: microUsd(output * 1e6) },
})

/** Facts of a request with 1,000 tokens in and 500 out, but for what is said. */
export const facts = (
  candidates: readonly Candidate[],
  change: Partial<Omit<Facts, 'request'>> & { readonly request?: Partial<Facts['request']> } = {},
): Facts => ({
  id: 'decision-1' as DecisionId,
  pool: 'support' as PoolId,
  bounds: {},
  candidates,
  signals: {},
  now: 1_750_000_000_000 as Instant,
  seed: 'seed-1',
  ...change,
  request: {
    target: 'support',
    operation: 'chat',
    inputTokens: tokens(1000),
    outputTokens: tokens(500),
    needs: ['text'],
    tags: {},
    params: {},
    caller: { key: 'key-1' },
    ...change.request,
  },
})

/** What was measured of each candidate, by its id. */
export const measured = <Value>(
  values: Readonly<Record<string, Value>>,
): { readonly by: Readonly<Record<DeploymentId, Value>> } => ({ by: values })

/** A policy of these steps. */
export const policyOf = (...steps: readonly PolicyStep[]): Policy => ({
  name: 'tried',
  steps,
  execution: { mode: 'fallback' },
  patience: {
    maxAttempts: 3,
    retriesPerCandidate: 1,
    maxWait: millis(2000),
    connect: millis(3000),
    firstToken: millis(8000),
    idle: millis(20_000),
    total: millis(120_000),
  },
  seed: 'request',
  fallbackOn: [],
  midStream: 'error',
})

/** These steps ready to decide; a mistake in them fails the test with its message. */
export const compiled = (...steps: readonly PolicyStep[]): CompiledPolicy => {
  const policy = compilePolicy(policyOf(...steps))
  if (!policy.ok) throw new Error(policy.why)
  return policy.value
}

/** The ids of the fallback chain. */
export const chainOf = (decision: RoutingDecision): readonly string[] => decision.ranked.map(one => one.candidate.id)

const weird = (usual: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 8, arbitrary: usual },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, -0, 0, 1e308, 5e-324) },
  )
const share = fc.double({ min: 0, max: 1, noNaN: true })
const ids = ['a', 'b', 'c', 'd', 'e', '__proto__', 'constructor', '1', '10', 'ä', '😀']
const abilities: readonly Ability[] = ['text', 'image', 'tools']

/** The brands tell the type checker what a generator cannot: NaN and infinities are meant to be among them. */
const branded = <Brand extends number>(value: number): Brand => value as Brand

const priceLike = fc
  .record({
    input: weird(fc.integer({ min: 0, max: 30_000_000 })),
    output: weird(fc.integer({ min: 0, max: 60_000_000 })),
  })
  .map(({ input, output }) => ({
    inputPerMillion: branded<MicroUsd>(input),
    outputPerMillion: branded<MicroUsd>(output),
  }))

const candidateLike = fc
  .record({
    provider: fc.constantFrom('openai', 'anthropic', 'local'),
    accepts: fc.subarray([...abilities]),
    contextWindow: fc.option(weird(fc.integer({ min: 100, max: 200_000 })), { nil: undefined }),
    price: fc.option(priceLike, { nil: undefined }),
    weight: weird(fc.integer({ min: 0, max: 10 })),
    priority: fc.option(weird(fc.integer({ min: 0, max: 3 })), { nil: undefined }),
    tpm: fc.option(weird(fc.integer({ min: 0, max: 100_000 })), { nil: undefined }),
    region: fc.constantFrom('eu', 'us', undefined),
    quality: fc.dictionary(fc.constantFrom('*', 'chat', 'code'), weird(share)),
  })
  .map(({ provider, contextWindow, tpm, region, price: cost, quality, ...rest }) => ({
    provider: provider as ProviderId,
    ...rest,
    contextWindow: contextWindow === undefined ? undefined : tokens(contextWindow),
    price: cost,
    limits: { tpm },
    tags: Object.fromEntries(region === undefined ? [] : [['region', region]]),
    quality: Object.fromEntries(
      Object.entries(quality).map(([task, score]): [string, Unit] => [task, branded<Unit>(score)]),
    ),
  }))

const readings = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<{ by: Record<string, Value> } | undefined> =>
  fc.option(
    fc.dictionary(fc.constantFrom(...ids), value).map(by => ({ by })),
    { nil: undefined },
  )

const instantLike = weird(fc.nat()).map(one => branded<Instant>(one))
const weirdValue = <Brand extends number>(
  usual: fc.Arbitrary<number>,
): fc.Arbitrary<{ readonly value: Brand } | undefined> =>
  fc.option(
    weird(usual).map(value => ({ value: branded<Brand>(value) })),
    { nil: undefined },
  )

const signalsLike: fc.Arbitrary<Signals> = fc.record({
  'request.task': fc.option(fc.constantFrom({ value: 'chat' }, { value: 'code' }, {}), { nil: undefined }),
  'request.difficulty': fc.option(
    weird(share).map(value => ({ value: branded<Unit>(value) })),
    { nil: undefined },
  ),
  'pool.turn': fc.option(
    weird(fc.nat()).map(value => ({ value })),
    { nil: undefined },
  ),
  'pool.incumbent': fc.option(
    fc.constantFrom(...ids).map(id => ({ value: id as DeploymentId })),
    { nil: undefined },
  ),
  'pool.explored': weirdValue<MicroUsd>(fc.nat(1_000_000)),
  'budget.left': weirdValue<MicroUsd>(fc.nat(10_000)),
  'budget.used': weirdValue<Unit>(share),
  'candidate.circuit': readings(
    fc.record(
      {
        open: fc.boolean(),
        why: fc.constant('5 failures in a row'),
        by: fc.constantFrom('told', 'credential'),
        until: instantLike,
      },
      { requiredKeys: ['open', 'why'] },
    ),
  ),
  'candidate.latency': readings(
    fc.record(
      {
        p95: weird(fc.integer({ min: 1, max: 9000 })).map(millis),
        samples: weird(fc.nat(60)),
        expected: weird(fc.integer({ min: 1, max: 90_000 })).map(millis),
        throughput: weird(fc.nat(200)),
      },
      { requiredKeys: ['p95', 'samples'] },
    ),
  ),
  'candidate.errors': readings(
    fc.record(
      {
        rate: weird(share).map(one => branded<Unit>(one)),
        inRow: weird(fc.nat(9)),
        samples: weird(fc.nat(60)),
        sinceLast: weird(fc.nat(90_000)).map(one => branded<Millis>(one)),
      },
      { requiredKeys: ['rate', 'inRow', 'samples'] },
    ),
  ),
  'candidate.warm': readings(fc.record({ tokens: weird(fc.nat(50_000)).map(tokens), until: instantLike })),
  'candidate.tenantShare': readings(weird(share).map(one => branded<Unit>(one))),
  'candidate.inflight': readings(weird(fc.nat(50))),
  'candidate.headroom': readings(
    fc.record({
      requests: weird(share).map(one => branded<Unit>(one)),
      tokens: weird(share).map(one => branded<Unit>(one)),
      concurrent: weird(share).map(one => branded<Unit>(one)),
      resetAt: fc.option(
        weird(fc.nat()).map(one => branded<Instant>(one)),
        { nil: undefined },
      ),
    }),
  ),
  'candidate.quality': readings(
    fc.record({
      mean: weird(share).map(one => branded<Unit>(one)),
      low: weird(share).map(one => branded<Unit>(one)),
      samples: weird(fc.nat(500)),
      source: fc.constantFrom('learned', 'configured'),
    }),
  ),
})

/** Facts with up to eleven candidates, with missing signals and with numbers that make no sense. */
export const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    names: fc.subarray(ids),
    candidates: fc.array(candidateLike, { minLength: ids.length, maxLength: ids.length }),
    signals: signalsLike,
    inputTokens: weird(fc.nat(50_000)),
    outputTokens: weird(fc.nat(5000)),
    maxOutputTokens: fc.option(weird(fc.nat(9000)), { nil: undefined }),
    needs: fc.subarray([...abilities]),
    budgetCap: fc.option(weird(fc.nat(100_000)), { nil: undefined }),
    now: weird(fc.nat()),
    seed: fc.string(),
    seeds: fc.option(
      fc.record({ request: fc.string(), session: fc.string(), user: fc.string() }, { requiredKeys: ['request'] }),
      { nil: undefined },
    ),
  })
  .map(({ names, candidates, signals, inputTokens, outputTokens, maxOutputTokens, needs, budgetCap, now, ...drawn }) =>
    facts(
      names.map((name, place) => candidate(name, candidates[place])),
      {
        signals,
        ...drawn,
        now: branded<Instant>(now),
        bounds: budgetCap === undefined ? {} : { budgetCap: branded<MicroUsd>(budgetCap) },
        request: {
          inputTokens: tokens(inputTokens),
          outputTokens: tokens(outputTokens),
          maxOutputTokens: maxOutputTokens === undefined ? undefined : tokens(maxOutputTokens),
          needs,
        },
      },
    ),
  )

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value))
const text = (decision: RoutingDecision): string => JSON.stringify(decision)
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** Every number of a decision's own making. */
const numbersOf = (decision: RoutingDecision): readonly number[] => [
  decision.confidence,
  ...Object.values(decision.propensity),
  ...decision.ranked.flatMap(one => [one.tier, ...one.reasons.flatMap(reason => reason.value ?? [])]),
]

const expectSound = (decision: RoutingDecision): void => {
  for (const one of decision.ranked)
    for (const reason of one.reasons) {
      // Whoever is kept in need has the words for it, and everybody else a number.
      if (reason.says !== undefined) expect(reason.says).toMatch(/^kept as a last resort: \S/)
      else expect(reason.value, reason.step).toBeTypeOf('number')
    }
  for (const one of decision.excluded) expect(one.reasons.at(-1)?.says).toMatch(/\S/)
  expect(numbersOf(decision).every(Number.isFinite)).toBe(true)
  expect(decision.confidence).toBeGreaterThanOrEqual(0)
  expect(decision.confidence).toBeLessThanOrEqual(1)
}

/** The candidate as if it had been somebody else all along, but for its name and what excludes it. */
const altered = (given: Facts, id: string, other: Facts): Facts => ({
  ...given,
  candidates: given.candidates.map(one =>
    one.id === id ? { ...one, price: undefined, weight: 7, priority: -5, quality: { '*': 1 as Unit } } : one,
  ),
  signals: {
    ...given.signals,
    'candidate.latency': swapped(given.signals['candidate.latency'], other.signals['candidate.latency'], id),
    'candidate.circuit': swapped(given.signals['candidate.circuit'], other.signals['candidate.circuit'], id),
    'candidate.errors': swapped(given.signals['candidate.errors'], other.signals['candidate.errors'], id),
    'candidate.headroom': swapped(given.signals['candidate.headroom'], other.signals['candidate.headroom'], id),
    'candidate.warm': swapped(given.signals['candidate.warm'], other.signals['candidate.warm'], id),
    'candidate.tenantShare': swapped(
      given.signals['candidate.tenantShare'],
      other.signals['candidate.tenantShare'],
      id,
    ),
    'candidate.inflight': swapped(given.signals['candidate.inflight'], other.signals['candidate.inflight'], id),
    'candidate.quality': swapped(given.signals['candidate.quality'], other.signals['candidate.quality'], id),
  },
})
const swapped = <Value>(
  ours: { readonly by?: Readonly<Record<string, Value>> } | undefined,
  theirs: { readonly by?: Readonly<Record<string, Value>> } | undefined,
  id: string,
): { readonly by: Readonly<Record<string, Value>> } => ({
  by: Object.fromEntries([
    ...Object.entries(ours?.by ?? {}).filter(([name]) => name !== id),
    ...Object.entries(theirs?.by ?? {}).filter(([name]) => name === id),
  ]),
})

const lawsOfAll = (policy: CompiledPolicy): void => {
  test('nobody leaves the slate, whoever is excluded', () => {
    fc.assert(
      fc.property(anyFacts, given => {
        const decision = decide(policy, given)
        const all = [...decision.ranked, ...decision.excluded].map(one => one.candidate.id)
        expect(all.toSorted()).toEqual(given.candidates.map(one => one.id).toSorted())
        expect(decision.ranked.every(one => !one.excluded)).toBe(true)
        expect(decision.excluded.every(one => one.excluded)).toBe(true)
      }),
    )
  })

  test('every exclusion has words, every opinion a number, also where signals are missing or senseless', () => {
    fc.assert(fc.property(anyFacts, given => expectSound(decide(policy, given))))
  })

  test('the order in which candidates are listed changes nothing', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(), (given, turns) => {
        const at = given.candidates.length === 0 ? 0 : turns % given.candidates.length
        const candidates = [...given.candidates.slice(at), ...given.candidates.slice(0, at)].reverse()
        expect(text(decide(policy, { ...given, candidates }))).toBe(text(decide(policy, given)))
      }),
    )
  })

  test('facts that went through JSON give the same decision, byte for byte', () => {
    fc.assert(
      fc.property(anyFacts, given => {
        expect(text(decide(policy, throughJson(given)))).toBe(text(decide(policy, given)))
      }),
    )
  })

  test('the propensities of the eligible sum to 1', () => {
    fc.assert(
      fc.property(anyFacts, given => {
        const { propensity, ranked } = decide(policy, given)
        expect(Object.keys(propensity).toSorted()).toEqual(ranked.map(one => one.candidate.id).toSorted())
        expect(sum(Object.values(propensity))).toBeCloseTo(ranked.length === 0 ? 0 : 1, 9)
      }),
    )
  })

  test('who is excluded moves nobody else', () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, fc.nat(), (given, other, which) => {
        const out = given.candidates[which % Math.max(1, given.candidates.length)]
        if (out === undefined) return
        const away = 'nobody-wants-it' as ProviderId
        const candidates = given.candidates.map(one => (one === out ? { ...one, provider: away } : one))
        const ignoring: Facts = { ...given, candidates, bounds: { ...given.bounds, ignore: [away] } }
        const before = decide(policy, ignoring)
        const after = decide(policy, altered(ignoring, out.id, other))
        expect(JSON.stringify(after.ranked)).toBe(JSON.stringify(before.ranked))
        expect(after.propensity).toEqual(before.propensity)
        expect(after.confidence).toBe(before.confidence)
      }),
    )
  })
}

/** The same requests of others: another session and user where it has one. */
const othersOf = (seeds: Facts['seeds'], draw: number): Facts['seeds'] =>
  seeds === undefined
    ? undefined
    : {
        request: `draw-${draw}`,
        ...(seeds.session !== undefined && { session: `session-${draw}` }),
        ...(seeds.user !== undefined && { user: `user-${draw}` }),
      }

/** Facts that differ in chance alone: seeds and turn. */
const drawn = (given: Facts, draw: number): Facts => ({
  ...given,
  seed: `draw-${draw}`,
  seeds: othersOf(given.seeds, draw),
  signals: { ...given.signals, 'pool.turn': { value: draw } },
})

const lawsOfOrders = (order: Order, step: PolicyStep): void => {
  test('an order only refines: who stood before stays before', () => {
    const alone = compiled({ use: 'priority' })
    const refined = compiled({ use: 'priority' }, step)
    fc.assert(
      fc.property(anyFacts, given => {
        const tiers = new Map(decide(alone, given).ranked.map(one => [one.candidate.id, one.tier]))
        const after = decide(refined, given).ranked.map(one => tiers.get(one.candidate.id) ?? -1)
        expect(after).toEqual(after.toSorted((left, right) => left - right))
      }),
    )
  })

  test('a key counts as tied with itself, and every key has words', () => {
    fc.assert(
      fc.property(anyFacts, given => {
        for (const key of order.keys(given.candidates, given)) {
          if (key === undefined || !Number.isFinite(key)) continue
          expect(order.isTied?.(key, key) ?? true).toBe(true)
          expect(order.words(key)).toMatch(/\S/)
        }
      }),
    )
  })

  test('its odds are how often each comes first over seeds and turns', () => {
    const policy = compiled(step)
    const draws = 2520
    fc.assert(
      fc.property(anyFacts, given => {
        const { propensity } = decide(policy, given)
        const firsts = new Map<string, number>()
        for (let draw = 0; draw < draws; draw++) {
          const first = decide(policy, drawn(given, draw)).ranked[0]?.candidate.id
          if (first !== undefined) firsts.set(first, (firsts.get(first) ?? 0) + 1)
        }
        for (const [id, chance] of Object.entries(propensity)) {
          const spread = 5 * Math.sqrt((chance * (1 - chance)) / draws)
          expect(Math.abs((firsts.get(id) ?? 0) / draws - chance), id).toBeLessThanOrEqual(spread + 1e-3)
        }
      }),
      { numRuns: 6, seed: 20_260 },
    )
  })
}

/** Runs the laws of deciding over one strategy, made with its example options. */
export const keepsTheLaws = (maker: StrategyMaker): void => {
  describe(`${maker.name} keeps the laws`, () => {
    const step: PolicyStep = { use: maker.name, with: maker.example }
    const made = maker.make(maker.example)
    test('its example makes it, under its own name and kind', () => {
      expect(made.ok && made.value.name).toBe(maker.name)
      expect(made.ok && made.value.kind).toBe(maker.kind)
    })
    lawsOfAll(compiled(step))
    if (made.ok && made.value.kind === 'order') lawsOfOrders(made.value, step)
  })
}

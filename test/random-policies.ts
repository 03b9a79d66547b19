/** Policies of every step there is, with options of every kind, nested in every structure, by a seed. */
import { branchesOf } from '../src/domain/policy.ts'
import type {
  Arm,
  Condition,
  Execution,
  FieldTest,
  Policy,
  PolicyStep,
  SeedBy,
  StepOptions,
} from '../src/domain/policy.ts'
import type { DeploymentId } from '../src/domain/ids.ts'
import { microUsd, millis, unit } from '../src/domain/units.ts'
import { faultInBlend } from '../src/routing/blend-orders.ts'
import type { OptionDoc, StrategyMaker } from '../src/routing/options.ts'
import * as parsers from '../src/routing/parsers.ts'
import { strategies } from '../src/routing/registry.ts'
import type { Chance } from './chance.ts'

/** The names that candidates may have; some are those of an object's own members, or sort like numbers. */
export const ids: readonly DeploymentId[] = [
  'a',
  'b',
  'c',
  'd',
  'e',
  '__proto__',
  'constructor',
  '1',
  '10',
  'ä',
  '😀',
] as readonly string[] as readonly DeploymentId[]
export const providers: readonly string[] = ['openai', 'anthropic', 'local']
export const tasks: readonly string[] = ['chat', 'code', 'summarisation']
export const regions: readonly string[] = ['eu', 'us']
const modelsOf = (chance: Chance): readonly string[] => chance.some(ids, 0.4).map(id => `model-${id}`)

const percent = (chance: Chance): number | string => {
  const share = Math.round(chance.next() * 1000) / 1000
  return chance.is(0.5) ? share : `${share * 100}%`
}
const time = (chance: Chance): number | string =>
  chance.pick([chance.whole(9000), `${chance.whole(9000)}ms`, `${chance.whole(9)}.5s`])
const dollars = (chance: Chance): number | string =>
  chance.is(0.5) ? chance.whole(900) / 10_000 : `$${chance.whole(900) / 10_000}`
const named = (chance: Chance): readonly string[] => {
  const list = chance.pick([providers, ids, modelsOf(chance), ['critical', 'tier=gold', 'gold']])
  const some = chance.some(list)
  return some.length > 0 ? some : ['nobody']
}

type Make = (chance: Chance) => unknown
/** By the type that an option tells, one way to write it: an option of another kind than these is found by the tests. */
const byType: Readonly<Record<string, Make>> = {
  [parsers.share.type]: percent,
  'a share over 0, such as 0.05 or 5%': chance => (1 + chance.whole(999)) / 1000,
  [parsers.probability.type]: chance => (1 + chance.whole(998)) / 1000,
  [parsers.lookBack.type]: chance => `${chance.between(30, 300)}s`,
  [parsers.duration.type]: time,
  [parsers.dollarAmount.type]: dollars,
  [parsers.flag.type]: chance => chance.is(0.5),
  [parsers.text.type]: chance => chance.pick(providers),
  [parsers.staysBy.type]: chance => chance.pick(['session', 'user', 'tags.tenant']),
  [parsers.names.type]: named,
  [parsers.weights.type]: chance => {
    const some = chance.some(ids)
    const entries = (some.length > 0 ? some : ids).map(id => [id, chance.pick([0, 0.5, 1, 2, 95, 1e9])] as const)
    return Object.fromEntries(entries)
  },
  [parsers.nearInCost.type]: chance => (chance.is(0.5) ? percent(chance) : `$${chance.whole(50) / 1000}`),
  [parsers.nearInTime.type]: chance => (chance.is(0.5) ? percent(chance) : `${chance.whole(900)}ms`),
  [parsers.nearInQuality.type]: chance => chance.whole(200) / 1000,
  'a value or a list of values': chance => (chance.is(0.7) ? chance.pick(regions) : chance.some(regions, 0.9)),
}

/** One word of those that `oneOf` and its kin tell: `request, input or output`. */
const wordIn = (type: string): readonly string[] =>
  /^[\w-]+(?:, [\w-]+)* or [\w-]+$/.test(type) ? type.split(/, | or /) : []

/** How an option of this type is written; undefined for one of a kind that nobody has thought of here. */
export const writingOf = (type: string): Make | undefined => {
  const own = Object.hasOwn(byType, type) ? byType[type] : undefined
  const words = wordIn(type)
  return own ?? (words.length > 0 ? chance => chance.pick(words) : undefined)
}

const valueOf = (chance: Chance, { name, type }: OptionDoc): unknown => {
  if (name === 'deployments') return chance.some(ids, 0.7).concat(chance.pick(ids))
  if (name === 'models') return [...modelsOf(chance), 'model-a']
  if (name === 'providers') return chance.some(providers).concat(chance.pick(providers))
  return writingOf(type)?.(chance)
}

const optionsOf = (chance: Chance, maker: StrategyMaker): StepOptions => {
  if (maker.name === 'where') return { region: valueOf(chance, { ...whereTag, sentence: '' }) }
  const given = maker.options.filter(({ required }) => required || chance.is(0.35))
  return Object.fromEntries(given.map(option => [option.name, valueOf(chance, option)]))
}
const whereTag = { name: '<tag>', type: 'a value or a list of values', required: true }

/** A step of this kind with options that it takes; those of its example where what was drawn says nothing. */
export const randomUse = (chance: Chance, maker: StrategyMaker): Extract<PolicyStep, { use: string }> => {
  const given = optionsOf(chance, maker)
  return { use: maker.name, with: maker.make(given).ok ? given : maker.example }
}

const isBlendable = (step: Extract<PolicyStep, { use: string }>, maker: StrategyMaker): boolean => {
  const made = maker.make(step.with ?? {})
  return made.ok && faultInBlend(made.value) === undefined
}

const plainStep = (chance: Chance): PolicyStep => {
  // More orders than constraints, or nobody would be left most of the time.
  const kind = chance.is(0.22) ? 'constraint' : 'order'
  const maker = chance.pick(strategies.filter(one => one.kind === kind))
  const step = randomUse(chance, maker)
  if (kind === 'constraint' || !chance.is(0.3) || !isBlendable(step, maker)) return step
  const weight = chance.maybe(0.5, () => chance.pick([0.1, 1, 3]))
  return { ...step, blend: chance.pick(['one', 'other']), ...(weight !== undefined && { weight }) }
}

const test = (chance: Chance, name: string): readonly [string, FieldTest] => {
  const number = chance.pick([0.25, 0.5, 0.9])
  const tests: Readonly<Record<string, () => FieldTest>> = {
    'request.task': () => ({ [chance.pick(['eq', 'ne'])]: chance.pick(tasks) }),
    'request.inputTokens': () => ({ [chance.pick(['gt', 'gte', 'lt', 'lte'])]: chance.whole(20_000) }),
    'request.difficulty': () => ({ gte: number }),
    'request.tier': () => ({ in: ['simple', 'reasoning'] }),
    'request.language': () => ({ exists: chance.is(0.5) }),
    'request.needs': () => ({ eq: 'tools' }),
    'request.path': () => ({ startsWith: '/v1/chat' }),
    'budget.used': () => ({ gt: number }),
    'budget.left': () => ({ lt: 1 }),
    'tags.tier': () => ({ regex: '^(gold|silver)$' }),
    'params.temperature': () => ({ nin: [0, 1] }),
    'time.hour@Europe/Berlin': () => ({ lt: chance.whole(24) }),
    tenant: () => ({ contains: 'acme' }),
  }
  return [name, tests[name]?.() ?? { exists: true }]
}
const fields = [
  'request.task',
  'request.inputTokens',
  'request.difficulty',
  'request.tier',
  'request.language',
  'request.needs',
  'request.path',
  'budget.used',
  'budget.left',
  'tags.tier',
  'params.temperature',
  'time.hour@Europe/Berlin',
  'tenant',
  'key',
]

const randomCondition = (chance: Chance, depth: number): Condition => {
  const inner = (): Condition => randomCondition(chance, depth + 1)
  if (depth > 1 || chance.is(0.6)) {
    const names = chance.shuffled(fields).slice(0, chance.between(1, 2))
    return { fields: Object.fromEntries(names.map(name => test(chance, name))) }
  }
  if (chance.is(0.3)) return { not: inner() }
  const list = chance.many(chance.between(1, 3), inner)
  return chance.is(0.5) ? { all: list } : { any: list }
}

const seeds: readonly SeedBy[] = ['request', 'session', 'user', 'tags.tenant']

const randomSplit = (chance: Chance, depth: number): PolicyStep => {
  const count = chance.between(1, 3)
  const cuts = chance.many(count, () => chance.pick([0, 0.05, 1, 1, 3]))
  const sum = cuts.reduce((total, one) => total + one, 0)
  const arms = cuts.map((cut, at): Arm => {
    const share = unit(sum > 0 ? cut / sum : 1 / count)
    return { name: `arm-${at}`, share, steps: randomSteps(chance, depth + 1) }
  })
  const shadow = chance.maybe(0.4, (): Arm => {
    const spend = chance.maybe(0.5, () => microUsd(chance.whole(9e6)))
    const maxSpend = spend !== undefined && { maxSpend: spend }
    const share = unit(chance.pick([0.1, 0.5, 1]))
    return { name: 'shadow', share, shadow: true, ...maxSpend, steps: randomSteps(chance, depth + 1) }
  })
  const by = chance.maybe(0.6, () => chance.pick(seeds))
  return { split: shadow === undefined ? arms : [...arms, shadow], ...(by !== undefined && { by }) }
}

/** Every way to carry a decision out. */
export const randomExecution = (chance: Chance): Execution => {
  const cap = chance.maybe(0.3, () => ({ share: unit(chance.next()), spend: unit(chance.next()) }))
  const capped = cap !== undefined && { cap }
  return chance.pick<Execution>([
    { mode: 'fallback' },
    { mode: 'fallback' },
    { mode: 'hedge', after: chance.is(0.5) ? 'p95' : millis(chance.between(1, 900)), ...capped },
    { mode: 'race', width: chance.between(2, 10), ...capped },
    { mode: 'cascade', check: { schema: true } },
  ])
}

const deepest = 3

const randomStep = (chance: Chance, depth: number): PolicyStep => {
  const drawn = depth >= deepest ? 1 : chance.next()
  if (drawn < 0.1) {
    const otherwise = chance.maybe(0.6, () => randomSteps(chance, depth + 1))
    const when = randomCondition(chance, 0)
    return { when, then: randomSteps(chance, depth + 1), ...(otherwise !== undefined && { otherwise }) }
  }
  if (drawn < 0.2) return randomSplit(chance, depth)
  if (drawn < 0.23) return { include: 'another', steps: randomSteps(chance, depth + 1) }
  return drawn < 0.26 ? { execution: randomExecution(chance) } : plainStep(chance)
}

/** Up to five steps, fewer inside of others. */
export const randomSteps = (chance: Chance, depth = 0): readonly PolicyStep[] =>
  chance.many(depth === 0 ? chance.between(1, 5) : chance.whole(3), () => randomStep(chance, depth))

/** A whole policy. Its patience is short, so that its ends are met. */
export const randomPolicy = (chance: Chance): Policy => {
  const fallback = chance.maybe(0.25, () =>
    chance.shuffled([...ids, 'ghost' as DeploymentId]).slice(0, chance.whole(6)),
  )
  return {
    name: 'random',
    steps: randomSteps(chance),
    execution: randomExecution(chance),
    patience: {
      maxAttempts: chance.between(1, 7),
      retriesPerCandidate: chance.whole(4),
      maxWait: millis(chance.pick([0, 200, 2000])),
      connect: millis(1000),
      firstToken: millis(3000),
      idle: millis(3000),
      total: millis(chance.pick([1000, 10_000, 60_000])),
    },
    seed: chance.pick(['request', 'session', 'user']),
    fallbackOn: chance.some(['refusal', 'guardrail', 'schema', 'tool-call'], 0.3),
    midStream: chance.pick(['error', 'continue', 'restart']),
    ...(fallback !== undefined && { fallback }),
  }
}

/** Every step of the policy, those inside of others as well. */
export const everyStep = (steps: readonly PolicyStep[]): readonly PolicyStep[] =>
  steps.flatMap(step => [step, ...branchesOf(step).flatMap(everyStep)])

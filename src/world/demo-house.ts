/** The demo house as a configuration text: the nine recorded models behind one pool, and the policies to compare. */
import type { ConfiguredQuality } from './configured-quality.ts'
import type { WorldModel } from './models.ts'
import type { World } from './serve-world.ts'

export interface DemoOptions {
  /** Scores by model and task, from the half of the recordings that is not driven. */
  readonly quality: ConfiguredQuality
  /** References as a configuration takes them, such as `${SIGNALBOX_KEY}` or `file:…`; the text holds no secret itself. */
  readonly keys: {
    /** What the house shows to the world's providers. */
    readonly provider: string
    /** May use the admin API. */
    readonly admin: string
    /** The newcomer's virtual key. */
    readonly virtual: string
  }
  readonly server?: { readonly host?: string; readonly port?: number }
  /** Such as `memory` or `sqlite:PATH`; absent: the house's usual. */
  readonly durable?: string
}

/** The type that each provider is of: its own dialect, natively. */
const types: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'gemini',
  mistral: 'mistral',
  selfhosted: 'vllm',
}
const typeOf = (provider: string): string => types[provider] ?? 'openai-compatible'

/** Who takes images; who gives several choices. */
const seeing = new Set(['openai', 'anthropic', 'gemini'])
const abilitiesOf = ({ provider }: WorldModel): readonly string[] => [
  'text',
  ...(seeing.has(provider) ? ['image'] : []),
  'tools',
  'json-schema',
  ...(provider === 'anthropic' ? [] : ['choices']),
]

/** By the price of output. */
const tierOf = ({ price }: WorldModel): string => {
  if (price.output >= 5) return 'premium'
  return price.output >= 0.3 ? 'standard' : 'economy'
}

/** A deployment's name: the model's without date and manner. */
export const deploymentName = ({ id }: WorldModel): string =>
  id.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2}|2407)$/, '').replace(/-instruct$/, '')

const name = (text: string): string => (/^[a-z][\w-]*$/i.test(text) ? text : JSON.stringify(text))
const mapping = (members: Readonly<Record<string, string | number>>): string =>
  `{ ${Object.entries(members)
    .map(([key, value]) => `${name(key)}: ${value}`)
    .join(', ')} }`

const providerLines = (models: readonly WorldModel[], base: World['base'], key: string): readonly string[] =>
  [...new Set(models.map(({ provider }) => provider))].map(
    provider => `  ${provider}: ${mapping({ type: typeOf(provider), url: base(provider), key })}`,
  )

const deploymentLines = (model: WorldModel, quality: ConfiguredQuality): readonly string[] => [
  `  ${deploymentName(model)}:`,
  `    provider: ${model.provider}`,
  `    model: ${model.id}`,
  `    price: ${mapping(model.price)}`,
  `    contextWindow: ${model.contextWindow}`,
  `    maxOutput: ${model.maxOutput}`,
  `    accepts: [${abilitiesOf(model).join(', ')}]`,
  `    quality: ${mapping(quality[model.id] ?? {})}`,
  `    tags: ${mapping({ tier: tierOf(model) })}`,
]

/** Whom the canary tries. */
const newcomer = 'mistral-large'

/**
 * One floor for all tasks would be too high for competition math, where the best reaches 0.56, or too low for the rest.
 * Where the task is not known, the floor is on the score over all of them.
 */
const policies = `policies:
  # Quality on top, cost in the middle, turns at the bottom.
  floor-then-cheap:
    steps:
      - use: capable
      - use: healthy
      - use: within-limits
      - when: { request.task: competition-math }
        then:
          - { use: quality-floor, with: { at: 0.5 } }
        otherwise:
          - when: { request.task: math-word-problem }
            then:
              - { use: quality-floor, with: { at: 0.92 } }
            otherwise:
              - { use: quality-floor, with: { at: 0.8 } }
      - { use: cheap, with: { within: 5% } }
      - use: round-robin
    execution: { mode: fallback }
    patience: { maxAttempts: 3, firstToken: 8s, idle: 20s, total: 120s }
  # The best, whatever it costs; the cheaper one where two are as good.
  quality-first:
    steps:
      - use: capable
      - use: healthy
      - use: within-limits
      - { use: good, with: { within: 0.01 } }
      - use: cheap
    patience: { maxAttempts: 3, firstToken: 8s, idle: 20s, total: 120s }
  # What the others are held against: everyone in turn, however good and dear.
  round-robin:
    steps:
      - use: capable
      - use: healthy
      - use: round-robin
    patience: { maxAttempts: 3, firstToken: 8s, idle: 20s, total: 120s }
  # One in twenty sessions tries the newcomer, the others standing behind it; the rest goes where the answer comes soonest.
  canary-then-fast:
    steps:
      - use: capable
      - use: healthy
      - use: within-limits
      - split:
          by: session
          arms:
            canary: { share: 5%, steps: [{ use: weighted, with: { weights: { ${newcomer}: 1 } } }] }
            rest: { steps: [{ use: ignore, with: { deployments: [${newcomer}] } }] }
      - { use: good, with: { within: 0.15 } }
      - { use: fast, with: { window: 60s } }
      - { use: cheap, with: { withoutFloor: true } } # as long as nobody is measured
    patience: { maxAttempts: 3, firstToken: 8s, idle: 20s, total: 120s }
  # Where every moment counts (tag path=voice) two are asked at once, and the first who speaks serves.
  race-then-fast:
    steps:
      - use: capable
      - use: healthy
      - use: within-limits
      - { use: good, with: { within: 0.15 } }
      - when: { tags.path: voice }
        then:
          - { use: fast, with: { by: first-token, window: 60s } }
          - execution: { mode: race, width: 2, cap: { share: 40%, spend: 100% } }
        otherwise:
          - { use: fast, with: { window: 60s } }
      - { use: cheap, with: { withoutFloor: true } } # as long as nobody is measured
    patience: { maxAttempts: 3, firstToken: 8s, idle: 20s, total: 120s }
  # Among those who are about as good: errors, speed, load and price in one score; near its top, traffic is shared by it.
  adaptive:
    steps:
      - use: capable
      - use: healthy
      - use: within-limits
      - { use: good, with: { within: 0.15 } }
      - use: adaptive
    patience: { maxAttempts: 3, firstToken: 8s, idle: 20s, total: 120s }`

/** The policies of the demo house by name, the pool's own first. */
export const demoPolicies: readonly string[] = [...policies.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name = '']) => name)

const placeLines = ({ server, durable }: DemoOptions): readonly string[] => [
  ...(server === undefined ? [] : [`server: ${mapping({ ...server })}`]),
  ...(durable === undefined ? [] : [`store: ${mapping({ durable: JSON.stringify(durable) })}`]),
]

/** The text of the demo house's `signalbox.yaml` in front of this world: its models that there is a score for. */
export const demoHouse = (world: Pick<World, 'base' | 'models'>, options: DemoOptions): string => {
  const models = world.models.filter(({ id }) => options.quality[id] !== undefined)
  const lines = [
    '# yaml-language-server: $schema=./signalbox.schema.json',
    '# Nine real models behind one pool; their answers are recordings, replayed on this machine.',
    'providers:',
    ...providerLines(models, world.base, options.keys.provider),
    'deployments:',
    ...models.flatMap(model => deploymentLines(model, options.quality)),
    'pools:',
    '  recorded:',
    `    candidates: [${models.map(deploymentName).join(', ')}]`,
    '    policy: floor-then-cheap',
    policies,
    'keys:',
    `  admin: { value: ${options.keys.admin}, admin: true }`,
    `  demo: { value: ${options.keys.virtual} }`,
    ...placeLines(options),
  ]
  return `${lines.join('\n')}\n`
}

/** A gateway without a file: providers whose keys are in the environment, one pool of their well-known models. */
import type { Instant } from '../domain/units.ts'
import { pathText, warningAt } from './finding.ts'
import type { Doubt, Finding } from './finding.ts'
import type { Loaded, LoadOptions } from './load.ts'
import { variable } from './references.ts'
import { settle } from './settle.ts'

/** A model, and how good it is by kind of work: on a par within a class, for want of scores of one's own. */
interface WellKnown {
  readonly name: string
  readonly model: string
  readonly quality: Readonly<Record<string, number>>
}

interface EnvironmentProvider {
  readonly type: string
  readonly key: string
  /** Where the provider's official client takes its base address from. */
  readonly url: string
  readonly models: readonly WellKnown[]
}

/** Strong at everything. */
const large = { '*': 0.88, code: 0.88, 'function-calling': 0.88 }
/** Good enough for plain work, where the floor lets them in; not for what is hard. */
const small = { '*': 0.76, chat: 0.82, summarisation: 0.84, classification: 0.84, code: 0.72 }

const providers: readonly EnvironmentProvider[] = [
  {
    type: 'openai',
    key: 'OPENAI_API_KEY',
    url: 'OPENAI_BASE_URL',
    models: [
      { name: 'gpt-4.1', model: 'gpt-4.1', quality: large },
      { name: 'gpt-4.1-mini', model: 'gpt-4.1-mini', quality: small },
    ],
  },
  {
    type: 'anthropic',
    key: 'ANTHROPIC_API_KEY',
    url: 'ANTHROPIC_BASE_URL',
    models: [
      { name: 'claude-sonnet', model: 'claude-sonnet-4-5', quality: large },
      { name: 'claude-haiku', model: 'claude-haiku-4-5', quality: small },
    ],
  },
  {
    type: 'mistral',
    key: 'MISTRAL_API_KEY',
    url: 'MISTRAL_BASE_URL',
    models: [
      { name: 'mistral-large', model: 'mistral-large-latest', quality: { ...large, '*': 0.84, code: 0.84 } },
      { name: 'mistral-small', model: 'mistral-small-latest', quality: small },
    ],
  },
]

/** Keys of providers that cannot be called yet. */
const notYet = ['GEMINI_API_KEY', 'COHERE_API_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AZURE_OPENAI_API_KEY']

/** Quality on top, cost in the middle, round-robin at the bottom. */
const floorThenCheap = {
  steps: [
    'capable',
    'healthy',
    'within-limits',
    { use: 'quality-floor', with: { at: 0.8 } },
    { use: 'cheap', with: { within: '5%' } },
    'round-robin',
  ],
}

/** The configuration that the variables stand for, as a file would say it. */
const valueFor = (found: readonly EnvironmentProvider[], env: LoadOptions['env']): unknown => {
  const models = found.flatMap(({ type, models: all }) => all.map(one => ({ ...one, provider: type })))
  return {
    providers: Object.fromEntries(
      found.map(({ type, key, url }) => {
        const address = variable(env, url)
        return [type, { type, key: `\${${key}}`, ...(address !== undefined && { url: address }) }]
      }),
    ),
    deployments: Object.fromEntries(
      models.map(({ name, model, quality, provider }) => [name, { provider, model, quality }]),
    ),
    pools: { auto: { candidates: models.map(one => one.name), policy: 'floor-then-cheap' } },
    policies: { 'floor-then-cheap': floorThenCheap },
    defaultPolicy: 'default',
  }
}

const file = '(environment)'
const findingOf = ({ severity, path, message }: Doubt): Finding => ({
  severity,
  file,
  line: 1,
  column: 1,
  path: pathText(path),
  message,
})

const unusable = (env: LoadOptions['env']): readonly Doubt[] =>
  notYet
    .filter(name => variable(env, name) !== undefined)
    .map(name => warningAt([], `${name} is set, but its provider cannot be called yet; it is left out`))

/** Settings from the keys in the environment, or what to set where there are none. */
export const fromEnvironment = (options: Omit<LoadOptions, 'file'>): Loaded => {
  const { env, providerTypes, now = Date.now() as Instant, besideState = false } = options
  const found = providers.filter(one => providerTypes.includes(one.type) && variable(env, one.key) !== undefined)
  const left = unusable(env)
  if (found.length === 0) {
    const keys = providers.map(one => one.key)
    const message = `no provider's key is set: set ${keys.slice(0, -1).join(', ')} or ${keys.at(-1) ?? ''}, or write a signalbox.yaml and pass it with --config`
    return { ok: false, findings: [...left.map(findingOf), findingOf({ severity: 'error', path: [], message })] }
  }
  const value = valueFor(found, env)
  const { settings, doubts } = settle(
    { value, raw: value, doubts: [] },
    { env, providerTypes, now, besideState },
    step => step,
  )
  const findings = [...left, ...doubts].map(findingOf)
  return findings.some(one => one.severity === 'error') ? { ok: false, findings } : { ok: true, settings, findings }
}

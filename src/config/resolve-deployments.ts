/** Deployments of a file, completed from the catalogue. */
import type { Deployment, Price } from '../domain/deployment.ts'
import type { DeploymentId, DialectId, ModelId, ProviderId } from '../domain/ids.ts'
import { unit } from '../domain/units.ts'
import type { Unit } from '../domain/units.ts'
import { knownModel } from './catalog.ts'
import type { KnownModel } from './catalog.ts'
import { deploymentDefaults } from './defaults.ts'
import { errorAt } from './finding.ts'
import { leads } from './ground.ts'
import type { Ground } from './ground.ts'
import { readPrice } from './read-price.ts'
import type { DeploymentEntry } from './schema.ts'
import type { ProviderConfig } from './settings.ts'

/** Types that do not speak as OpenAI does. */
const dialects: ReadonlyMap<string, string> = new Map([
  ['anthropic', 'anthropic-messages'],
  ['gemini', 'gemini'],
  ['vertex', 'gemini'],
  ['bedrock', 'bedrock-converse'],
  ['cohere', 'cohere-chat'],
])
/** The wire format that follows from a provider's type, and in a cloud from who made the model. */
const dialectOf = (type: string, model: string): DialectId => {
  const isHosted = type === 'vertex' || type === 'azure'
  if (isHosted && /(?:^|\/)claude/.test(model)) return 'anthropic-messages' as DialectId
  if (type === 'vertex' && /^(?!google\/|publishers\/google\/|projects\/|endpoints\/|gemini)/.test(model)) {
    return 'openai-chat' as DialectId
  }
  return (dialects.get(type) ?? 'openai-chat') as DialectId
}

type PriceEntry = NonNullable<DeploymentEntry['price']>

const priceOf = (ground: Ground, id: string, given: PriceEntry | undefined, known: KnownModel): Price | undefined => {
  if (given === undefined) return known.price
  const read = readPrice(given, {
    answers: known.accepts.includes('text'),
    ...(known.price !== undefined && { known: known.price }),
  })
  if ('price' in read) return read.price
  const message = `needs ${read.missing.join(' and ')}: the catalogue does not know what this model costs`
  ground.doubts.push(errorAt(['deployments', id, 'price'], message))
  return undefined
}

const qualityOf = ({ quality }: DeploymentEntry): Readonly<Record<string, Unit>> => {
  if (quality === undefined) return {}
  const byTask = typeof quality === 'number' ? { '*': quality } : quality
  return Object.fromEntries(Object.entries(byTask).map(([task, score]) => [task, unit(score)]))
}

const sizesOf = (entry: DeploymentEntry, known: KnownModel): Pick<Deployment, 'contextWindow' | 'maxOutput'> => {
  const contextWindow = entry.contextWindow ?? known.contextWindow
  const maxOutput = entry.maxOutput ?? known.maxOutput
  return { ...(contextWindow !== undefined && { contextWindow }), ...(maxOutput !== undefined && { maxOutput }) }
}

const complete = (ground: Ground, id: string, entry: DeploymentEntry, provider: ProviderConfig): Deployment => {
  const model = entry.knownAs ?? entry.model
  const known = knownModel({ ...provider, model }, ground.now, ground.catalogue)
  const price = priceOf(ground, id, entry.price, known)
  return {
    id: id as DeploymentId,
    provider: entry.provider as ProviderId,
    model: entry.model as ModelId,
    dialect: dialectOf(provider.type, entry.model),
    ...sizesOf(entry, known),
    accepts: entry.accepts === undefined ? known.accepts : [...new Set(entry.accepts)],
    ...(price !== undefined && { price }),
    weight: entry.weight ?? deploymentDefaults.weight,
    ...(entry.priority !== undefined && { priority: entry.priority }),
    limits: entry.limits ?? {},
    tags: entry.tags ?? {},
    quality: qualityOf(entry),
  }
}

/** Every deployment whose provider is sound. */
export const resolveDeployments = (ground: Ground, providers: readonly ProviderConfig[]): readonly Deployment[] =>
  Object.entries(ground.file.deployments ?? {}).flatMap(([id, entry]) => {
    const names = { what: 'provider', names: ground.names.providers }
    if (!leads(ground, ['deployments', id, 'provider'], entry.provider, names)) return []
    const provider = providers.find(one => one.id === entry.provider)
    // A provider that is there but wrong was told already.
    return provider === undefined ? [] : [complete(ground, id, entry, provider)]
  })

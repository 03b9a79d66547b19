/** The models that the world serves: whose they are, what they cost, how much they take, how fast they speak. */
import { isRecord } from '../domain/json.ts'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { worldData } from './recordings.ts'

export interface WorldModel {
  readonly id: string
  /** One word, as it stands in the provider's address. */
  readonly provider: string
  /** Other names by which its provider serves it. */
  readonly aliases: readonly string[]
  /** USD per million tokens. */
  readonly price: { readonly input: number; readonly output: number }
  /** Tokens of input and output together. */
  readonly contextWindow: number
  readonly maxOutput: number
  /** Median milliseconds until the first token. */
  readonly firstToken: number
  /** Median tokens per second after it. */
  readonly perSecond: number
  /** Whose recorded answers it gives, if not its own. */
  readonly answersAs?: string
  /** What it is for; chats unless told. */
  readonly does?: Craft
  /** Numbers in each of its vectors, where it makes any. */
  readonly dimensions?: number
}

/** What a model can be for. */
export type Craft = 'chat' | 'embed' | 'rerank' | 'moderate' | 'draw' | 'speak' | 'hear' | 'talk'

type Manner = Omit<WorldModel, 'id' | 'provider' | 'price' | 'does' | 'dimensions'>

/**
 * Speeds are plausible medians of late 2024 and only set the pace of the demo; windows and limits are the models' published ones.
 * A self-hosted model is served under the name that its host gave it.
 */
const manners: Readonly<Record<string, Manner>> = {
  'gpt-4o-2024-08-06': {
    aliases: ['gpt-4o'],
    contextWindow: 128_000,
    maxOutput: 16_384,
    firstToken: 480,
    perSecond: 85,
  },
  'gpt-4o-mini-2024-07-18': {
    aliases: ['gpt-4o-mini'],
    contextWindow: 128_000,
    maxOutput: 16_384,
    firstToken: 420,
    perSecond: 95,
  },
  'claude-3-5-sonnet-20241022': {
    aliases: ['claude-3-5-sonnet-latest'],
    contextWindow: 200_000,
    maxOutput: 8_192,
    firstToken: 850,
    perSecond: 70,
  },
  'claude-3-haiku-20240307': { aliases: [], contextWindow: 200_000, maxOutput: 4_096, firstToken: 520, perSecond: 125 },
  'gemini-1.5-pro': {
    aliases: ['gemini-1.5-pro-002', 'gemini-1.5-pro-latest'],
    contextWindow: 2_097_152,
    maxOutput: 8_192,
    firstToken: 780,
    perSecond: 60,
  },
  'gemini-1.5-flash': {
    aliases: ['gemini-1.5-flash-002', 'gemini-1.5-flash-latest'],
    contextWindow: 1_048_576,
    maxOutput: 8_192,
    firstToken: 360,
    perSecond: 170,
  },
  'mistral-large-2407': { aliases: [], contextWindow: 131_072, maxOutput: 131_072, firstToken: 560, perSecond: 45 },
  'llama-3.1-70b-instruct': { aliases: [], contextWindow: 131_072, maxOutput: 131_072, firstToken: 330, perSecond: 55 },
  'llama-3.1-8b-instruct': { aliases: [], contextWindow: 131_072, maxOutput: 131_072, firstToken: 140, perSecond: 115 },
}

const modelOf = (id: string, row: unknown): WorldModel => {
  const manner = manners[id]
  const { provider, input_per_million_usd: input, output_per_million_usd: output } = isRecord(row) ? row : {}
  if (manner === undefined || typeof provider !== 'string' || typeof input !== 'number' || typeof output !== 'number') {
    throw new Error(`models.json: "${id}" needs a provider, both prices, and a pace in the world's table`)
  }
  return { id, provider: provider.replaceAll('-', ''), price: { input, output }, ...manner }
}

const readModels = (): readonly WorldModel[] => {
  const rows: unknown = JSON.parse(readFileSync(resolve(worldData, 'models.json'), 'utf8'))
  return Object.entries(isRecord(rows) ? rows : {}).map(([id, row]) => modelOf(id, row))
}

/** The nine recorded models, in the order of the shipped list. */
export const recordedModels: readonly WorldModel[] = readModels()

/** The model of this provider with this id or alias, whatever it is for. */
export const modelNamed = (models: readonly WorldModel[], provider: string, name: string): WorldModel | undefined =>
  models.find(model => model.provider === provider && (model.id === name || model.aliases.includes(name)))

/** The model of this provider with this id or alias, if this is what it is for. */
export const modelFor = (
  craft: Craft,
  models: readonly WorldModel[],
  { provider, name }: { readonly provider: string; readonly name: string },
): WorldModel | undefined => {
  const model = modelNamed(models, provider, name)
  return (model?.does ?? 'chat') === craft ? model : undefined
}

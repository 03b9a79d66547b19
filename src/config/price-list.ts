/** Prices and windows from the price list that is shipped as a library; nothing is fetched. */
import { calcPrice, findProvider, REMOTE_DATA_JSON_URL } from '@pydantic/genai-prices'
import type { ConditionalPrice, ModelInfo, ModelPrice } from '@pydantic/genai-prices'
import type { PlainPrice, Price, PriceChange, Rates, Tier } from '../domain/deployment.ts'
import type { RateName } from '../domain/rates.ts'
import { microUsd, millis, tokens } from '../domain/units.ts'
import type { Instant, MicroUsd } from '../domain/units.ts'
import type { Served } from './served.ts'
import { selfHosted } from './served.ts'

/** What the list tells of one model. */
export interface Listed {
  readonly contextWindow?: number
  readonly price?: Price
  /** The list's names of provider and model, e.g. `aws/regional.anthropic.claude-opus-5`. */
  readonly name: string
}

/** Types of which the price list has another name. */
const listNames: ReadonlyMap<string, string> = new Map([
  ['xai', 'x-ai'],
  ['moonshot', 'moonshotai'],
  ['gemini', 'google'],
  ['vertex', 'google'],
  ['bedrock', 'aws'],
  ['voyage', 'voyageai'],
])

/** The provider's name in the price list: by its address where the type is only a way to speak. */
export const listedProvider = ({ type, url }: Served): string | undefined => {
  if (selfHosted.includes(type)) return undefined
  if (type === 'openai-compatible') return url === undefined ? undefined : findProvider({ providerApiUrl: url })?.id
  const name = listNames.get(type) ?? type
  const found = findProvider({ providerId: name })
  // The list also finds providers by likeness; only the very same may set a price.
  return found?.id === name ? name : undefined
}

const modelInfo = (provider: string, model: string): ModelInfo | undefined => {
  try {
    return calcPrice({}, model, { providerId: provider })?.model
  } catch {
    // The list refuses to compute with a price that lacks a part: to us, a model without a known price.
    return undefined
  }
}

const million = 1e6
const perHour = (million * million) / 3600

/** Which rate each of the list's prices is, and how many millionths of a dollar a million cost where it says 1. */
const meanings: Readonly<Record<string, readonly [rate: RateName, factor: number]>> = {
  input_mtok: ['inputPerMillion', million],
  output_mtok: ['outputPerMillion', million],
  cache_read_mtok: ['cachedInputPerMillion', million],
  cache_write_mtok: ['cacheWritePerMillion', million],
  cache_write_1h_mtok: ['longCacheWritePerMillion', million],
  output_reasoning_mtok: ['reasoningPerMillion', million],
  input_audio_mtok: ['inputAudioPerMillion', million],
  cache_audio_read_mtok: ['cachedInputAudioPerMillion', million],
  output_audio_mtok: ['outputAudioPerMillion', million],
  input_image_mtok: ['inputImagePerMillion', million],
  output_image_mtok: ['outputImagePerMillion', million],
  audio_hours: ['secondPerMillion', perHour],
  input_audio_hours: ['secondPerMillion', perHour],
  web_searches_kcount: ['searchPerMillion', million * 1000],
  rerank_searches_kcount: ['searchPerMillion', million * 1000],
  requests_kcount: ['requestPerMillion', million * 1000],
}

type Growing = Partial<Record<RateName, MicroUsd>>

/** The rates for inputs of more tokens than `above`. */
const ratesAbove = (prices: ModelPrice, above: number): Growing => {
  const made: Growing = {}
  for (const [name, given] of Object.entries(prices)) {
    const meaning = meanings[name]
    if (meaning === undefined || given === undefined) continue
    const [rate, factor] = meaning
    const tier = typeof given === 'object' ? given.tiers.findLast(({ start }) => start <= above) : undefined
    const dollars = typeof given === 'object' ? (tier?.price ?? given.base) : given
    made[rate] = microUsd(dollars * factor)
  }
  return made
}

const isTiered = (given: ModelPrice[string]): given is Exclude<ModelPrice[string], number | undefined> =>
  typeof given === 'object'

/** Only what differs from the rates below it. */
const tiersOf = (prices: ModelPrice): readonly Tier[] => {
  const tiered = Object.entries(prices).filter(([name, given]) => Object.hasOwn(meanings, name) && isTiered(given))
  const starts = new Set(tiered.flatMap(([, given]) => (isTiered(given) ? given.tiers.map(({ start }) => start) : [])))
  const only = Object.fromEntries(tiered)
  return [...starts]
    .toSorted((one, other) => one - other)
    .map(above => ({ above: tokens(above), ...ratesAbove(only, above) }))
}

/** Undefined where the list has no price that we can compute with. */
const plainPrice = (prices: ModelPrice): PlainPrice | undefined => {
  const rates = ratesAbove(prices, -1)
  const { inputPerMillion: input, outputPerMillion: output, secondPerMillion: second } = rates
  // Models of embeddings give no tokens out; sound by the hour has no tokens at all.
  if (input === undefined && second === undefined) return undefined
  if (input === undefined && output !== undefined) return undefined
  const tiers = tiersOf(prices)
  const whole: Rates = { ...rates, inputPerMillion: input ?? microUsd(0), outputPerMillion: output ?? microUsd(0) }
  return { ...whole, ...(tiers.length > 0 && { tiers }) }
}

/** `16:30:00Z` as milliseconds of the day. */
const timeOfDay = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace('Z', '').split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}

const sinceOf = ({ constraint }: ConditionalPrice): number => {
  if (constraint === undefined) return Number.NEGATIVE_INFINITY
  return constraint.type === 'start_date' ? Date.parse(constraint.start_date) : Number.POSITIVE_INFINITY
}

const changeOf = ({ constraint, prices }: ConditionalPrice): readonly PriceChange[] => {
  const price = plainPrice(prices)
  if (price === undefined || constraint === undefined) return []
  if (constraint.type === 'start_date') return [{ since: Date.parse(constraint.start_date) as Instant, price }]
  return [{ from: millis(timeOfDay(constraint.start_time)), to: millis(timeOfDay(constraint.end_time)), price }]
}

/** The price of this day, with what changes at its hours or later. */
const priceOf = ({ prices }: ModelInfo, now: Instant): Price | undefined => {
  if (!Array.isArray(prices)) return plainPrice(prices)
  const at = prices.findLastIndex(one => sinceOf(one) <= now)
  // A day's price replaces all those before it; those that stand behind it come in their hours and days.
  const base = plainPrice(prices[at]?.prices ?? {})
  if (base === undefined) return undefined
  const changes = prices.slice(at + 1).flatMap(changeOf)
  return { ...base, ...(changes.length > 0 && { changes }) }
}

/** A cloud's full name of a model, `arn:…/NAME` or `publishers/google/models/NAME`, is that of the model; a version may stand behind `@`. */
const plainName = (provider: string, model: string): string => {
  if (provider !== 'aws' && provider !== 'google') return model
  return model.slice(model.lastIndexOf('/') + 1).replace('@', '-')
}

/** What the list tells of this model where it is served; `now` decides which of its prices is in force. */
export const listedModel = (served: Served, now: Instant): Listed | undefined => {
  const provider = listedProvider(served)
  if (provider === undefined) return undefined
  const info = modelInfo(provider, plainName(provider, served.model))
  if (info === undefined) return undefined
  const price = priceOf(info, now)
  return {
    name: `${provider}/${info.id}`,
    ...(info.context_window !== undefined && { contextWindow: info.context_window }),
    ...(price !== undefined && { price }),
  }
}

/** Every model that the list has of this type of provider, by its own name for it. */
export const listedNames = (type: string): readonly string[] => {
  const provider = listedProvider({ type, model: '' })
  return provider === undefined ? [] : (findProvider({ providerId: provider })?.models ?? []).map(({ id }) => id)
}

/** Where the list's makers publish it, newer than it is shipped; asked only by who wants it. */
export const publishedList: string = REMOTE_DATA_JSON_URL

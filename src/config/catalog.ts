/** Known models: prices, windows, longest answers and abilities, from data that is shipped; nothing is fetched. */
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import type { ConditionalPrice, ModelInfo, ModelPrice } from '@pydantic/genai-prices'
import { abilities } from '../domain/deployment.ts'
import type { Ability, Price } from '../domain/deployment.ts'
import { microUsd, tokens } from '../domain/units.ts'
import type { Instant, MicroUsd, Tokens } from '../domain/units.ts'
import { familyOf, notInMessages } from './known-models.ts'

/** What is known of one model at one provider. */
export interface KnownModel {
  readonly contextWindow?: Tokens
  readonly maxOutput?: Tokens
  /** Everything where nobody knows better: a request is refused only for what a model surely cannot do. */
  readonly accepts: readonly Ability[]
  /** Undefined where no price is known, which is not free. */
  readonly price?: Price
}

/** Who serves a model, as a configuration names it. */
export interface Served {
  readonly type: string
  readonly url?: string
  readonly model: string
}

/** Types of which the price list has another name. */
const listNames: ReadonlyMap<string, string> = new Map([
  ['xai', 'x-ai'],
  ['moonshot', 'moonshotai'],
])

/** Servers of one's own: what they cost is not known to any list, whatever their models are called. */
export const selfHosted: readonly string[] = ['ollama', 'lmstudio', 'vllm', 'sglang', 'llamacpp']

/** The provider's name in the price list: by its address where the type is only a way to speak. */
const listedProvider = ({ type, url }: Served): string | undefined => {
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

const isInForce = ({ constraint }: ConditionalPrice, now: Instant): boolean => {
  if (constraint === undefined) return true
  // A price for some hours of the day would be wrong in the others: the one for the rest of the day counts.
  return constraint.type === 'start_date' && Date.parse(constraint.start_date) <= now
}

/** The prices of this day; a later entry replaces those before it. */
const pricesOn = (prices: ModelInfo['prices'], now: Instant): ModelPrice | undefined =>
  Array.isArray(prices) ? prices.findLast(one => isInForce(one, now))?.prices : prices

const dollarsPerMillion = 1_000_000
/** Where a longer input costs more, the price of the first tier: most requests are in it. */
const rateOf = (prices: ModelPrice, name: string): MicroUsd | undefined => {
  const given = prices[name]
  const dollars = typeof given === 'object' ? given.base : given
  return dollars === undefined ? undefined : microUsd(dollars * dollarsPerMillion)
}

const priceOf = (info: ModelInfo, now: Instant): Price | undefined => {
  const prices = pricesOn(info.prices, now)
  if (prices === undefined) return undefined
  const input = rateOf(prices, 'input_mtok')
  const output = rateOf(prices, 'output_mtok')
  if (input === undefined || output === undefined) return undefined
  const cached = rateOf(prices, 'cache_read_mtok')
  const written = rateOf(prices, 'cache_write_mtok')
  return {
    inputPerMillion: input,
    outputPerMillion: output,
    ...(cached !== undefined && { cachedInputPerMillion: cached }),
    ...(written !== undefined && { cacheWritePerMillion: written }),
  }
}

const abilitiesOf = ({ type, model }: Served): readonly Ability[] => {
  // Of a model that nobody knows, the provider itself says what it does not take.
  const known = familyOf(model)?.accepts ?? abilities
  return type === 'anthropic' ? known.filter(ability => !notInMessages.includes(ability)) : known
}

/** What is known of the model where it is served; `now` decides which of its prices is in force. */
export const knownModel = (served: Served, now: Instant): KnownModel => {
  const provider = listedProvider(served)
  const info = provider === undefined ? undefined : modelInfo(provider, served.model)
  // A server of one's own may give its models a smaller window than they were made with.
  const family = provider === undefined ? undefined : familyOf(served.model)
  const window = family?.contextWindow ?? info?.context_window
  const price = info === undefined ? undefined : priceOf(info, now)
  return {
    accepts: abilitiesOf(served),
    ...(window !== undefined && { contextWindow: tokens(window) }),
    ...(family?.maxOutput !== undefined && { maxOutput: tokens(family.maxOutput) }),
    ...(price !== undefined && { price }),
  }
}

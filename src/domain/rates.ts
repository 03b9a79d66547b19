/** Which rates of a price are in force for one request: by day and hour, by length, by class of service. */
import type { PlainPrice, Price, PriceChange, Rates, ServiceRates } from './deployment.ts'
import { microUsd } from './units.ts'
import type { Instant, MicroUsd, Tokens } from './units.ts'

/** What a price may depend on. */
export interface Occasion {
  /** When the request is served; absent: no change of the price is in force. */
  readonly at?: Instant
  readonly inputTokens: Tokens
  /** The provider's word for the class of service; absent or unknown: the usual one. */
  readonly serviceTier?: string
}

const dayLength = 86_400_000

const isInForce = ({ since, from, to }: PriceChange, at: Instant): boolean => {
  if (since !== undefined && at < since) return false
  if (from === undefined || to === undefined) return true
  const time = at % dayLength
  return from <= to ? time >= from && time < to : time >= from || time < to
}

const priceAt = (price: Price, at: Instant | undefined): PlainPrice =>
  at === undefined ? price : (price.changes?.findLast(change => isInForce(change, at))?.price ?? price)

/** The names of all rates. */
export const rateNames = [
  'inputPerMillion',
  'outputPerMillion',
  'cachedInputPerMillion',
  'cacheWritePerMillion',
  'longCacheWritePerMillion',
  'reasoningPerMillion',
  'inputAudioPerMillion',
  'cachedInputAudioPerMillion',
  'outputAudioPerMillion',
  'inputImagePerMillion',
  'outputImagePerMillion',
  'imagePerMillion',
  'secondPerMillion',
  'characterPerMillion',
  'searchPerMillion',
  'requestPerMillion',
] as const satisfies readonly (keyof Rates)[]
export type RateName = (typeof rateNames)[number]

type Growing = { -readonly [Name in keyof Rates]: Rates[Name] }

const inService = (rates: Rates, { share, ...own }: ServiceRates): Rates => {
  if (share === undefined) return { ...rates, ...own }
  const part = (rate: MicroUsd): MicroUsd => microUsd((rate * share) / 1000)
  const made: Growing = { inputPerMillion: part(rates.inputPerMillion), outputPerMillion: part(rates.outputPerMillion) }
  for (const name of rateNames) {
    const rate = rates[name]
    if (rate !== undefined) made[name] = part(rate)
  }
  return { ...made, ...own }
}

/** The rates for this request; the price itself where it has only one set of them. */
export const ratesFor = (price: Price, { at, inputTokens, serviceTier }: Occasion): Rates => {
  if (price.tiers === undefined && price.services === undefined && price.changes === undefined) return price
  const plain = priceAt(price, at)
  const tier = plain.tiers?.findLast(({ above }) => inputTokens > above)
  const rates = tier === undefined ? plain : { ...plain, ...tier }
  const { services } = plain
  // A provider's word may be the name of a member of every object.
  const isKnown = serviceTier !== undefined && services !== undefined && Object.hasOwn(services, serviceTier)
  const service = isKnown ? services[serviceTier] : undefined
  return service === undefined ? rates : inService(rates, service)
}

const pieces = ['imagePerMillion', 'secondPerMillion', 'characterPerMillion', 'searchPerMillion'] as const

/** True where nothing but pieces has a price: without their number nobody knows the cost, which is then not 0. */
export const isByPiece = (rates: Rates): boolean =>
  rates.inputPerMillion === 0 &&
  rates.outputPerMillion === 0 &&
  rates.requestPerMillion === undefined &&
  pieces.some(name => rates[name] !== undefined)

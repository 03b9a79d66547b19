/** A price as people write it, in dollars, to the price that costs are computed with. */
import type { Price, PriceChange, Rates, ServiceRates, Tier } from '../domain/deployment.ts'
import type { RateName } from '../domain/rates.ts'
import { microUsd, millis } from '../domain/units.ts'
import type { MicroUsd } from '../domain/units.ts'
import type { PriceEntry, RatesEntry } from './schema-price.ts'

const million = 1e6

/** Which rate a member stands for, and how many millionths of a dollar a million cost where the member says 1. */
const meanings: Readonly<Record<keyof RatesEntry, readonly [rate: RateName, factor: number]>> = {
  input: ['inputPerMillion', million],
  output: ['outputPerMillion', million],
  cachedInput: ['cachedInputPerMillion', million],
  cacheWrite: ['cacheWritePerMillion', million],
  longCacheWrite: ['longCacheWritePerMillion', million],
  reasoning: ['reasoningPerMillion', million],
  inputAudio: ['inputAudioPerMillion', million],
  cachedInputAudio: ['cachedInputAudioPerMillion', million],
  outputAudio: ['outputAudioPerMillion', million],
  inputImage: ['inputImagePerMillion', million],
  outputImage: ['outputImagePerMillion', million],
  image: ['imagePerMillion', million * million],
  second: ['secondPerMillion', million * million],
  minute: ['secondPerMillion', (million * million) / 60],
  hour: ['secondPerMillion', (million * million) / 3600],
  character: ['characterPerMillion', million],
  search: ['searchPerMillion', million * 1000],
  request: ['requestPerMillion', million * million],
}
const members = Object.entries(meanings)

type Growing = Partial<Record<RateName, MicroUsd>>

/** The rates among the members; others are left alone. */
const ratesIn = (entry: Readonly<Record<string, unknown>>): Partial<Rates> => {
  const made: Growing = {}
  for (const [member, [rate, factor]] of members) {
    const dollars = entry[member]
    if (typeof dollars === 'number') made[rate] = microUsd(dollars * factor)
  }
  return made
}

const thousandths = 1000

const serviceOf = (entry: number | RatesEntry): ServiceRates =>
  typeof entry === 'number' ? { share: Math.round(entry * thousandths) } : ratesIn(entry)

type PlainEntry = Omit<PriceEntry, 'changes'>

const servicesOf = ({ batch, flex, priority }: PlainEntry): Pick<Price, 'services'> => {
  const given = Object.entries({ batch, flex, priority }).flatMap(([name, entry]) =>
    entry === undefined ? [] : [[name, serviceOf(entry)] as const],
  )
  return given.length === 0 ? {} : { services: Object.fromEntries(given) }
}

const tiersOf = ({ tiers }: PlainEntry): Pick<Price, 'tiers'> => {
  if (tiers === undefined || tiers.length === 0) return {}
  const made = tiers.map((tier): Tier => ({ above: tier.above, ...ratesIn(tier) }))
  return { tiers: made.toSorted((one, other) => one.above - other.above) }
}

/** What is written, and no more. */
type Written = Partial<Rates> & Omit<Price, keyof Rates>

const plainOf = (entry: PlainEntry): Written => ({ ...ratesIn(entry), ...tiersOf(entry), ...servicesOf(entry) })

/** True where something beside tokens has a price, so that a price without a rate of tokens makes sense. */
const hasPieces = (rates: Partial<Rates>): boolean =>
  [rates.imagePerMillion, rates.secondPerMillion, rates.characterPerMillion, rates.searchPerMillion].some(
    one => one !== undefined,
  )

const free = microUsd(0)

/** Whole where it has rates of tokens or of pieces; else what is missing. `answers`: whether the model gives tokens out. */
const whole = (written: Written, answers: boolean): Price | readonly ('input' | 'output')[] => {
  const isByPiece = hasPieces(written)
  const input = written.inputPerMillion ?? (isByPiece ? free : undefined)
  const output = written.outputPerMillion ?? (isByPiece || !answers ? free : undefined)
  if (input === undefined) return output === undefined ? ['input', 'output'] : ['input']
  return output === undefined ? ['output'] : { ...written, inputPerMillion: input, outputPerMillion: output }
}

/** What of a known price stays true beside these members: rates of a kind go with the first rate of their kind. */
const kept = (known: Price, { input, output }: PriceEntry): Written => {
  if (input === undefined && output === undefined) return known
  const { inputPerMillion, outputPerMillion } = known
  if (input !== undefined) return { outputPerMillion }
  const { cachedInputPerMillion, cacheWritePerMillion, longCacheWritePerMillion } = known
  return {
    inputPerMillion,
    ...(cachedInputPerMillion !== undefined && { cachedInputPerMillion }),
    ...(cacheWritePerMillion !== undefined && { cacheWritePerMillion }),
    ...(longCacheWritePerMillion !== undefined && { longCacheWritePerMillion }),
  }
}

/** A time that is left out is the day's first or last. */
const dayLength = 86_400_000

const changesOf = ({ changes }: PriceEntry, base: Price): Pick<Price, 'changes'> => {
  if (changes === undefined || changes.length === 0) return {}
  const made = changes.map(({ price, since, from, to }): PriceChange => {
    const { inputPerMillion, outputPerMillion } = base
    return {
      ...(since !== undefined && { since }),
      ...((from ?? to) !== undefined && { from: from ?? millis(0), to: to ?? millis(dayLength) }),
      price: { inputPerMillion, outputPerMillion, ...plainOf(price) },
    }
  })
  return { changes: made }
}

/** What a price is completed from. */
export interface Beside {
  /** What is known of the model's price anyway. */
  readonly known?: Price
  /** False for a model that gives no tokens out, such as one of embeddings. */
  readonly answers?: boolean
}

/** Changes that were known stay, with what is written over them as well. */
const changedAlike = (before: Written, written: Written, services: Price['services']): Pick<Price, 'changes'> => {
  const { changes } = before
  if (changes === undefined) return {}
  const over = { ...written, ...(services !== undefined && { services }) }
  return { changes: changes.map(one => ({ ...one, price: { ...one.price, ...over } })) }
}

/** The price, over what is known of it anyway; or which of its members are missing. */
export const readPrice = (
  entry: PriceEntry,
  { known, answers = true }: Beside = {},
): { readonly price: Price } | { readonly missing: readonly ('input' | 'output')[] } => {
  const before = known === undefined ? {} : kept(known, entry)
  const written = plainOf(entry)
  const named = { ...before.services, ...written.services }
  const services = Object.keys(named).length > 0 ? named : undefined
  const made = whole({ ...before, ...written, ...(services !== undefined && { services }) }, answers)
  if (!('inputPerMillion' in made)) return { missing: made }
  return { price: { ...made, ...changedAlike(before, written, services), ...changesOf(entry, made) } }
}

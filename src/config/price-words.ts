/** A price in words, as people read it. */
import type { PlainPrice, Price, PriceChange, Rates, ServiceRates } from '../domain/deployment.ts'
import type { RateName } from '../domain/rates.ts'

const million = 1e6

/** Dollars without noise: `$0.15`, `$0.0027`, `$11.111111`. */
const dollars = (value: number): string => `$${Number(value.toPrecision(8))}`

/** How each rate is told, and how many millionths of a dollar a million are one of what is told. */
const words: Readonly<Record<RateName, readonly [label: string, divisor: number]>> = {
  inputPerMillion: ['in', million],
  cachedInputPerMillion: ['in from the cache', million],
  cacheWritePerMillion: ['into the cache', million],
  longCacheWritePerMillion: ['into the cache for an hour', million],
  outputPerMillion: ['out', million],
  reasoningPerMillion: ['out as thinking', million],
  inputAudioPerMillion: ['in as audio', million],
  cachedInputAudioPerMillion: ['in as audio from the cache', million],
  outputAudioPerMillion: ['out as audio', million],
  inputImagePerMillion: ['in as images', million],
  outputImagePerMillion: ['out as images', million],
  imagePerMillion: ['an image', million * million],
  secondPerMillion: ['a minute of audio', (million * million) / 60],
  characterPerMillion: ['a million characters', million],
  searchPerMillion: ['a thousand searches', million * 1000],
  requestPerMillion: ['a request', million * million],
}

const isOfTokens = (name: string): boolean => !/^(?:image|second|character|search|request)Per/.test(name)

const told = (rates: Partial<Rates>, isWanted: (name: string) => boolean): readonly string[] =>
  Object.entries(words).flatMap(([name, [label, divisor]]) => {
    const rate = rates[name as RateName]
    return rate === undefined || !isWanted(name) ? [] : [`${dollars(rate / divisor)} ${label}`]
  })

/** Rates on one line: those of tokens, then those of pieces. */
export const ratesInWords = (rates: Partial<Rates>): string => {
  const pieces = told(rates, name => !isOfTokens(name))
  const isFree = rates.inputPerMillion === 0 && rates.outputPerMillion === 0
  const tokens = isFree && pieces.length > 0 ? [] : told(rates, isOfTokens)
  if (isFree && pieces.length === 0) return 'free'
  const perMillion = tokens.length === 0 ? '' : `${tokens.join(', ')}, per million tokens`
  return [perMillion, pieces.join(', ')].filter(part => part !== '').join('; ')
}

const serviceInWords = ([name, { share, ...own }]: readonly [string, ServiceRates]): string => {
  const rates = ratesInWords(own)
  if (share === undefined) return `${name}: ${rates}`
  return `${name}: ${share / 10} % of the price${rates === '' ? '' : `, but ${rates}`}`
}

const plainLines = (price: PlainPrice): readonly string[] => [
  ratesInWords(price),
  ...(price.tiers ?? []).map(
    ({ above, ...rates }) => `inputs of more than ${above.toLocaleString('en')} tokens: ${ratesInWords(rates)}`,
  ),
  ...Object.entries(price.services ?? {}).map(serviceInWords),
]

const clockTime = (time: number): string => new Date(time % 86_400_000).toISOString().slice(11, 16)

const when = ({ since, from, to }: PriceChange): string =>
  [
    ...(since === undefined ? [] : [`from ${new Date(since).toISOString().slice(0, 10)} on`]),
    ...(from === undefined || to === undefined ? [] : [`from ${clockTime(from)} to ${clockTime(to)} UTC`]),
  ].join(', ')

/** Every part of a price, a line each; what holds at other times comes last. */
export const priceInWords = (price: Price): readonly string[] => [
  ...plainLines(price),
  ...(price.changes ?? []).map(change => `${when(change)}: ${plainLines(change.price).join('; ')}`),
]

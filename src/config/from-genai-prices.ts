/** The published data of genai-prices as our catalogue. */
import type { Members, Oddity } from './foreign-members.ts'
import { isMembers, Reading, told, typesOf } from './foreign-members.ts'

/** A list of providers, each with a list of models that are found by rules. */
export const isGenaiPrices = (value: unknown): value is readonly Members[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(one => isMembers(one) && typeof one['id'] === 'string' && Array.isArray(one['models']))

/** Our name and the factor of each of its prices. */
const meanings: Readonly<Record<string, readonly [ours: string, factor: number]>> = {
  input_mtok: ['input', 1],
  output_mtok: ['output', 1],
  cache_read_mtok: ['cachedInput', 1],
  cache_write_mtok: ['cacheWrite', 1],
  cache_write_1h_mtok: ['longCacheWrite', 1],
  output_reasoning_mtok: ['reasoning', 1],
  input_audio_mtok: ['inputAudio', 1],
  cache_audio_read_mtok: ['cachedInputAudio', 1],
  output_audio_mtok: ['outputAudio', 1],
  input_image_mtok: ['inputImage', 1],
  output_image_mtok: ['outputImage', 1],
  audio_hours: ['hour', 1],
  input_audio_hours: ['hour', 1],
  web_searches_kcount: ['search', 1],
  rerank_searches_kcount: ['search', 1],
  requests_kcount: ['request', 0.001],
}

type Place = readonly (string | number)[]

interface Tier {
  readonly start: number
  readonly price: unknown
}

const isTier = (value: unknown): value is Tier => isMembers(value) && typeof value['start'] === 'number'

const tiersIn = (given: unknown): readonly Tier[] =>
  isMembers(given) && Array.isArray(given['tiers']) ? given['tiers'].filter(isTier) : []

/** The price for inputs of more than so many tokens; the first where none is told for them. */
const priceAbove = (given: unknown, above: number): unknown => {
  if (!isMembers(given)) return given
  return tiersIn(given).findLast(({ start }) => start <= above)?.price ?? given['base']
}

const ratesAbove = (reading: Reading, prices: Members, above: number, path: Place): Members =>
  told(
    Object.fromEntries(
      Object.entries(prices).flatMap(([name, given]) => {
        const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined
        if (meaning === undefined) return []
        return [[meaning[0], reading.dollars(priceAbove(given, above), [...path, name], meaning[1])]]
      }),
    ),
  )

/** Undefined where it has no price that we can compute with. */
const priceOf = (reading: Reading, prices: unknown, path: Place): Members | undefined => {
  if (!isMembers(prices)) return undefined
  const rates = ratesAbove(reading, prices, -1, path)
  if (rates['input'] === undefined && (rates['hour'] === undefined || rates['output'] !== undefined)) return undefined
  const tiered = Object.fromEntries(Object.entries(prices).filter(([, given]) => tiersIn(given).length > 0))
  const starts = [...new Set(Object.values(tiered).flatMap(given => tiersIn(given).map(({ start }) => start)))]
  const tiers = starts
    .toSorted((one, other) => one - other)
    .map(above => ({ above, ...ratesAbove(reading, tiered, above, path) }))
  // Models of embeddings give no tokens out.
  return { ...rates, ...(rates['output'] === undefined && { output: 0 }), ...(tiers.length > 0 && { tiers }) }
}

const clockTime = (text: unknown): string | undefined => (typeof text === 'string' ? text.slice(0, 5) : undefined)

const changeOf = (reading: Reading, entry: unknown, path: Place): readonly Members[] => {
  if (!isMembers(entry) || !isMembers(entry['constraint'])) return []
  const price = priceOf(reading, entry['prices'], [...path, 'prices'])
  const { start_date: since, start_time: from, end_time: to } = entry['constraint']
  if (price === undefined || (since === undefined && from === undefined)) return []
  return [told({ since, from: clockTime(from), to: clockTime(to), price })]
}

const wholePrice = (reading: Reading, prices: unknown, path: Place): Members | undefined => {
  if (!Array.isArray(prices)) return priceOf(reading, prices, path)
  const [first, ...others]: readonly unknown[] = prices
  const base = isMembers(first) ? priceOf(reading, first['prices'], [...path, 0, 'prices']) : undefined
  if (base === undefined) return undefined
  const changes = others.flatMap((one, index) => changeOf(reading, one, [...path, index + 1]))
  return { ...base, ...(changes.length > 0 && { changes }) }
}

/** The names that a rule finds, with `*` for any letters; nothing for rules that cannot be said so. */
const namesOf = (match: unknown): readonly string[] => {
  if (!isMembers(match)) return []
  const { or: any, equals, starts_with: start, ends_with: end, contains } = match
  if (Array.isArray(any)) return any.flatMap(namesOf)
  if (typeof equals === 'string') return [equals]
  if (typeof start === 'string') return [`${start}*`]
  if (typeof end === 'string') return [`*${end}`]
  return typeof contains === 'string' ? [`*${contains}*`] : []
}

/** Every model of every provider, in the order in which they are to be tried. */
export const fromGenaiPrices = (
  value: readonly Members[],
): { readonly models: readonly Members[]; readonly oddities: readonly Oddity[] } => {
  const reading = new Reading()
  const models = value.flatMap((provider, place) => {
    const listed: readonly unknown[] = Array.isArray(provider['models']) ? provider['models'] : []
    return listed.flatMap((model, index): readonly Members[] => {
      if (!isMembers(model) || typeof model['id'] !== 'string') return []
      const names = [...new Set([...namesOf(model['match']), model['id']])]
      const price = wholePrice(reading, model['prices'], [place, 'models', index, 'prices'])
      const contextWindow = reading.size(model['context_window'])
      return [told({ providers: typesOf(String(provider['id'])), names, price, contextWindow })]
    })
  })
  return { models, oddities: reading.oddities }
}

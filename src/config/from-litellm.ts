/** LiteLLM's model_prices_and_context_window.json, from the user's own copy, as our catalogue. */
import type { Members, Oddity } from './foreign-members.ts'
import { isMembers, isPrice, Reading, told, typesOf } from './foreign-members.ts'

/** Models by name, each with its provider. */
export const isLiteLlm = (value: unknown): value is Members => {
  if (!isMembers(value)) return false
  const entries = Object.values(value)
  const models = entries.filter(one => isMembers(one) && typeof one['litellm_provider'] === 'string')
  // Beside the models there are a sample and rules, and there may be more of the kind.
  return models.length * 2 > entries.length
}

const million = 1e6
const thousand = 1e3

/** Our name and the factor of each of its costs. Rates of tokens may have an ending that says for whom or from where they count. */
const ofTokens: readonly (readonly [theirs: string, ours: string])[] = [
  ['input_cost_per_token', 'input'],
  ['output_cost_per_token', 'output'],
  ['cache_read_input_token_cost', 'cachedInput'],
  ['cache_creation_input_token_cost', 'cacheWrite'],
]
const others: readonly (readonly [theirs: string, ours: string, factor: number])[] = [
  ['cache_creation_input_token_cost_above_1hr', 'longCacheWrite', million],
  ['output_cost_per_reasoning_token', 'reasoning', million],
  ['input_cost_per_audio_token', 'inputAudio', million],
  ['cache_read_input_audio_token_cost', 'cachedInputAudio', million],
  ['output_cost_per_audio_token', 'outputAudio', million],
  ['input_cost_per_image_token', 'inputImage', million],
  ['output_cost_per_image_token', 'outputImage', million],
  ['input_cost_per_character', 'character', million],
  ['input_cost_per_request', 'request', 1],
]

/** Costs that mean something else for another kind of model. */
const byMode: Readonly<Record<string, readonly (readonly [theirs: string, ours: string, factor: number])[]>> = {
  image_generation: [['output_cost_per_image', 'image', 1]],
  image_edit: [['output_cost_per_image', 'image', 1]],
  audio_transcription: [['input_cost_per_second', 'second', 1]],
  rerank: [['input_cost_per_query', 'search', thousand]],
}

const abilitiesByMode: Readonly<Record<string, readonly string[]>> = {
  embedding: ['embeddings'],
  rerank: ['rerank'],
  moderation: ['moderations'],
  audio_speech: ['speech'],
  completion: ['completions'],
}

interface Source {
  readonly name: string
  readonly model: Members
}

const ending = (reading: Reading, { name, model }: Source, end: string): Members =>
  told(
    Object.fromEntries(
      ofTokens.map(([theirs, ours]) => {
        const member = `${theirs}${end}`
        return [ours, reading.dollars(model[member], [name, member], million)]
      }),
    ),
  )

const tierName = /^(?:input|output)_cost_per_token_above_(\d+)k_tokens$/

const tiersOf = (reading: Reading, source: Source): readonly Members[] => {
  const lengths = new Set(Object.keys(source.model).flatMap(name => tierName.exec(name)?.[1] ?? []))
  return [...lengths]
    .map(Number)
    .toSorted((one, other) => one - other)
    .map(length => {
      const member = `cache_creation_input_token_cost_above_1hr_above_${length}k_tokens`
      const longCacheWrite = reading.dollars(source.model[member], [source.name, member], million)
      const rates = ending(reading, source, `_above_${length}k_tokens`)
      return { above: length * thousand, ...rates, ...told({ longCacheWrite }) }
    })
}

const searchOf = (reading: Reading, { name, model }: Source): Members => {
  const costs = model['search_context_cost_per_query']
  if (!isMembers(costs)) return {}
  const path = [name, 'search_context_cost_per_query']
  // Perplexity takes its fee for each request, by a low context unless more is asked for.
  if (model['litellm_provider'] === 'perplexity')
    return told({ request: reading.dollars(costs['search_context_size_low'], path) })
  return told({ search: reading.dollars(costs['search_context_size_medium'], path, thousand) })
}

const ratesOf = (reading: Reading, source: Source): Members => {
  const { name, model } = source
  const more = [...others, ...(byMode[String(model['mode'])] ?? [])]
  return {
    ...ending(reading, source, ''),
    ...told(
      Object.fromEntries(
        more.map(([theirs, ours, factor]) => [ours, reading.dollars(model[theirs], [name, theirs], factor)]),
      ),
    ),
    ...searchOf(reading, source),
  }
}

const isAnswering = ({ model }: Source): boolean => !Object.hasOwn(abilitiesByMode, String(model['mode']))

const priceOf = (reading: Reading, source: Source): Members | undefined => {
  const rates = ratesOf(reading, source)
  if (!isPrice(rates)) return undefined
  const tiers = tiersOf(reading, source)
  const services = { batch: '_batches', flex: '_flex', priority: '_priority' }
  const classes = Object.entries(services).map(([name, end]) => [name, ending(reading, source, end)] as const)
  return {
    ...rates,
    ...(rates['output'] === undefined && !isAnswering(source) && { output: 0 }),
    ...(tiers.length > 0 && { tiers }),
    ...Object.fromEntries(classes.filter(([, own]) => Object.keys(own).length > 0)),
  }
}

/** `azure/gpt-4o` is Azure's gpt-4o; a size in front of the name is one way to order an image. */
const nameOf = (key: string, provider: string): string | undefined => {
  if (/^\d+-x-\d+\/|^(?:standard|hd|low|medium|high)\//.test(key) || key.includes('steps/')) return undefined
  const prefixes = [`${provider}/`, `${provider.replace(/_converse$|_chat$/, '')}/`, 'vertex_ai/', 'gemini/']
  const prefix = prefixes.find(one => key.startsWith(one))
  return prefix === undefined ? key : key.slice(prefix.length)
}

/** Every model. */
export const fromLiteLlm = (
  value: Members,
): { readonly models: readonly Members[]; readonly oddities: readonly Oddity[] } => {
  const reading = new Reading()
  const models = Object.entries(value).flatMap(([key, model]): readonly Members[] => {
    if (key === 'sample_spec' || !isMembers(model) || typeof model['litellm_provider'] !== 'string') return []
    const provider = model['litellm_provider']
    const name = nameOf(key, provider)
    if (name === undefined) return []
    const source = { name: key, model }
    return [
      told({
        providers: typesOf(provider),
        names: [name],
        price: priceOf(reading, source),
        contextWindow: reading.size(model['max_input_tokens']),
        maxOutput: isAnswering(source) ? reading.size(model['max_output_tokens']) : undefined,
        accepts: abilitiesByMode[String(model['mode'])],
        source:
          typeof model['source'] === 'string' && model['source'].trim() !== '' ? model['source'].trim() : undefined,
      }),
    ]
  })
  return { models, oddities: reading.oddities }
}

/** The catalogue of models.dev (api.json) as ours. */
import type { Members, Oddity } from './foreign-members.ts'
import { isMembers, isPrice, Reading, told, typesOf } from './foreign-members.ts'

/** Providers by name, each with its models by name. */
export const isModelsDev = (value: unknown): value is Members => {
  if (!isMembers(value)) return false
  const providers = Object.values(value)
  return providers.length > 0 && providers.every(one => isMembers(one) && isMembers(one['models']))
}

const rateNames: Readonly<Record<string, string>> = {
  input: 'input',
  output: 'output',
  cache_read: 'cachedInput',
  cache_write: 'cacheWrite',
  reasoning: 'reasoning',
  input_audio: 'inputAudio',
  output_audio: 'outputAudio',
}

type Place = readonly (string | number)[]

const ratesOf = (reading: Reading, cost: Members, path: Place): Members =>
  told(
    Object.fromEntries(
      Object.entries(rateNames).map(([theirs, ours]) => [ours, reading.dollars(cost[theirs], [...path, theirs])]),
    ),
  )

/** The length beyond which other rates count has been told in two ways. */
const tiersOf = (reading: Reading, cost: Members, path: Place): readonly Members[] => {
  const over = cost['context_over_200k']
  const first = isMembers(over) ? [{ above: 200_000, ...ratesOf(reading, over, [...path, 'context_over_200k']) }] : []
  const listed: readonly unknown[] = Array.isArray(cost['tiers']) ? cost['tiers'] : []
  const others = listed.flatMap((tier, index): readonly Members[] => {
    const kind = isMembers(tier) ? tier['tier'] : undefined
    const above = isMembers(kind) ? reading.size(kind['size']) : undefined
    return isMembers(tier) && above !== undefined
      ? [{ above, ...ratesOf(reading, tier, [...path, 'tiers', index]) }]
      : []
  })
  // A newer file tells the same in both.
  return others.length > 0 ? others : first
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const inputs: readonly (readonly [theirs: string, ours: string])[] = [
  ['image', 'image'],
  ['audio', 'audio'],
  ['pdf', 'file'],
]

/** What it says that a model takes; log probabilities and several choices it does not tell of. */
const acceptsOf = (model: Members): readonly string[] | undefined => {
  const { modalities } = model
  if (!isMembers(modalities)) return undefined
  const [taken, given] = [listOf(modalities['input']), listOf(modalities['output'])]
  // Embeddings and speech are told as text as well: their names tell what they do.
  if (!given.includes('text') || model['tool_call'] !== true) return undefined
  return [
    'text',
    'tools',
    ...inputs.filter(([theirs]) => taken.includes(theirs)).map(([, ours]) => ours),
    ...(model['structured_output'] === false ? [] : ['json-schema']),
    ...(model['reasoning'] === true ? ['reasoning'] : []),
    'logprobs',
    'choices',
    ...(given.includes('image') ? ['image-output'] : []),
    ...(given.includes('audio') ? ['audio-output'] : []),
  ]
}

const modelOf = (reading: Reading, provider: string, name: string, model: Members): Members => {
  const path = [provider, 'models', name, 'cost']
  const cost = isMembers(model['cost']) ? model['cost'] : {}
  const rates = ratesOf(reading, cost, path)
  const tiers = tiersOf(reading, cost, path)
  const limit = isMembers(model['limit']) ? model['limit'] : {}
  return told({
    providers: typesOf(provider),
    names: [name],
    price: isPrice(rates) ? { ...rates, ...(tiers.length > 0 && { tiers }) } : undefined,
    contextWindow: reading.size(limit['context']),
    maxOutput: reading.size(limit['output']),
    accepts: acceptsOf(model),
  })
}

/** Every model of every provider. */
export const fromModelsDev = (
  value: Members,
): { readonly models: readonly Members[]; readonly oddities: readonly Oddity[] } => {
  const reading = new Reading()
  const models = Object.entries(value).flatMap(([provider, told]) => {
    const named = isMembers(told) && isMembers(told['models']) ? told['models'] : {}
    return Object.entries(named).flatMap(([name, model]) =>
      isMembers(model) ? [modelOf(reading, provider, name, model)] : [],
    )
  })
  return { models, oddities: reading.oddities }
}

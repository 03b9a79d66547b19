/** Members of an OpenAI body that say how to route: `metadata`, and OpenRouter's `provider` and `models`, which no upstream gets to see. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { editMembers } from '../../dialects/json-text.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Wishes } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import type { Body } from './parse-body.ts'

/** A body without what was meant for us, and what was meant. */
export interface Steered {
  readonly body: Body
  readonly wishes: Partial<Wishes>
  /** Wishes that nothing here can fulfil yet. */
  readonly losses: readonly Loss[]
}

type Growing = { -readonly [Key in keyof Wishes]?: Wishes[Key] }
const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(one => typeof one === 'string' && one !== '')

/** Promises that would be broken in silence: what they would keep out could still be asked. */
const promises: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['data_collection', value => value === 'deny'],
  ['zdr', value => value === true],
  ['enforce_distillable_text', value => value === true],
  ['max_price', value => isRecord(value) && Object.keys(value).length > 0],
  ['quantizations', value => Array.isArray(value) && value.length > 0],
])
const insteadOf: ReadonlyMap<string, string> = new Map([
  ['max_price', 'the header x-signalbox-budget-cap limits what this request may cost'],
])

/** `require_parameters` is what always happens: what a candidate cannot take it is not asked. */
const heeded = new Set(['only', 'ignore', 'order', 'allow_fallbacks', 'require_parameters'])

const why = 'the policy orders the candidates'

const isAbsent = (value: unknown): boolean => value === undefined || value === null

const readNames = (provider: Json, key: string): Checked<readonly string[] | undefined> => {
  const value = provider[key]
  if (isAbsent(value)) return { ok: true, value: undefined }
  if (isNames(value)) return { ok: true, value }
  return {
    ok: false,
    at: `provider.${key}`,
    why: `provider.${key} is no list of names of providers; one would be right`,
  }
}

/** Without fallbacks, an order names all who may serve; and without an order, one attempt is all there is. */
const readFallbacks = (provider: Json, order: readonly string[] | undefined, wishes: Growing, losses: Loss[]): void => {
  if (provider['allow_fallbacks'] !== false) {
    if (order !== undefined) losses.push({ field: 'provider.order', why })
  } else if (order === undefined) wishes.maxAttempts = 1
  else {
    const allowed = wishes.only
    wishes.only = allowed === undefined ? order : order.filter(name => allowed.includes(name))
  }
}

/** The first promise that was asked for and cannot be kept. */
const brokenPromise = (provider: Json): Checked<never> | undefined => {
  for (const [key, isMeant] of promises) {
    if (!isMeant(provider[key])) continue
    const instead = insteadOf.get(key) ?? 'leave it out and name the providers that keep to it in provider.only'
    return { ok: false, at: `provider.${key}`, why: `provider.${key} cannot be kept here; ${instead}` }
  }
  return undefined
}

const readProvider = (provider: unknown, wishes: Growing, losses: Loss[]): Checked<true> => {
  if (!isRecord(provider)) {
    return { ok: false, at: 'provider', why: 'provider is no object; {"only": ["openai"]} would be right' }
  }
  const broken = brokenPromise(provider)
  if (broken !== undefined) return broken
  const only = readNames(provider, 'only')
  const ignore = readNames(provider, 'ignore')
  const order = readNames(provider, 'order')
  if (!only.ok) return only
  if (!ignore.ok) return ignore
  if (!order.ok) return order
  if (only.value !== undefined) wishes.only = only.value
  if (ignore.value !== undefined) wishes.ignore = ignore.value
  readFallbacks(provider, order.value, wishes, losses)
  for (const [key, value] of Object.entries(provider)) {
    if (!heeded.has(key) && !promises.has(key) && !isAbsent(value)) losses.push({ field: `provider.${key}`, why })
  }
  return { ok: true, value: true }
}

/** Tags are kept with every decision, so they must stay small; OpenAI takes no more itself. */
const longestTag = 512
const mostTags = 16

/** Strings among the metadata are tags; what else stands there is the dialect's to complain of. */
const readMetadata = (metadata: unknown): Readonly<Record<string, string>> | undefined => {
  if (!isRecord(metadata)) return undefined
  const tags = Object.entries(metadata).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1].length <= longestTag,
  )
  return tags.length === 0 ? undefined : Object.fromEntries(tags.slice(0, mostTags))
}

/** The first of `models` stands in for a missing `model`. */
const readModels = (json: Json, losses: Loss[]): Checked<string | undefined> => {
  const models = json['models']
  if (isAbsent(models)) return { ok: true, value: undefined }
  if (!isNames(models)) return { ok: false, at: 'models', why: 'models is no list of names; one would be right' }
  const [first] = models
  const model = isAbsent(json['model']) ? first : undefined
  if (models.some(name => name !== (model ?? json['model']))) {
    losses.push({ field: 'models', why: 'the pool says who comes next' })
  }
  return { ok: true, value: model }
}

/** Takes out of the body what was meant for us. A body without such members comes back as it is. */
export const steer = (body: Body): Checked<Steered> => {
  const { json } = body
  const wishes: Growing = {}
  const losses: Loss[] = []
  const tags = readMetadata(json['metadata'])
  if (tags !== undefined) wishes.tags = tags
  if (!Object.hasOwn(json, 'provider') && !Object.hasOwn(json, 'models')) {
    return { ok: true, value: { body, wishes, losses } }
  }
  const provider = isAbsent(json['provider']) ? undefined : readProvider(json['provider'], wishes, losses)
  if (provider?.ok === false) return provider
  const models = readModels(json, losses)
  if (!models.ok) return models
  const model = models.value === undefined ? {} : { model: JSON.stringify(models.value) }
  const bytes = editMembers(body.bytes, { provider: undefined, models: undefined, ...model })
  const kept = Object.entries(json).filter(([key]) => key !== 'provider' && key !== 'models' && !(key in model))
  const named: readonly [string, unknown][] = models.value === undefined ? [] : [['model', models.value]]
  return { ok: true, value: { body: { json: Object.fromEntries([...kept, ...named]), bytes }, wishes, losses } }
}

/** Wishes of a body under those of the headers: of two that say the same, the header counts; lists of who may serve narrow each other. */
export const joinWishes = (body: Partial<Wishes>, headers: Wishes): Wishes => {
  const { only, ignore } = body
  const narrowed =
    only !== undefined && headers.only !== undefined ? only.filter(one => headers.only?.includes(one)) : only
  return {
    ...body,
    ...headers,
    tags: body.tags === undefined ? headers.tags : { ...body.tags, ...headers.tags },
    ...(narrowed !== undefined && { only: narrowed }),
    ...(ignore !== undefined && { ignore: [...ignore, ...(headers.ignore ?? [])] }),
  }
}

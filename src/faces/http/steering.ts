/** Members of an OpenAI body that say how to route: `metadata`, and OpenRouter's `provider`, `models` and `route`, which no upstream gets to see. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { editMembers } from '../../dialects/json-text.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Wishes } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import type { Body } from './parse-body.ts'
import { namesIn, readProvider } from './provider-wishes.ts'
import type { Growing } from './provider-wishes.ts'

/** A body without what was meant for us, and what was meant. */
export interface Steered {
  readonly body: Body
  readonly wishes: Partial<Wishes>
  /** Wishes that nothing here can fulfil yet. */
  readonly losses: readonly Loss[]
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null

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

/** The first of `models` stands in for a missing `model`; the others are asked where it cannot answer. */
const readModels = ({ model, models }: Json, wishes: Growing): Checked<string | undefined> => {
  if (isAbsent(models)) return { ok: true, value: undefined }
  const names = namesIn(models)
  if (names === undefined) {
    return { ok: false, at: 'models', why: 'models is no list of names of models; one would be right' }
  }
  const first = isAbsent(model) ? names[0] : undefined
  const further = new Set(names.filter(name => name !== (first ?? model)))
  if (further.size > 0) wishes.models = [...further]
  return { ok: true, value: first }
}

/** Members that are ours to read. `route` has one value, which says what happens anyway; another is somebody else's. */
const ours = (json: Json): readonly string[] =>
  ['provider', 'models', 'route'].filter(
    name => Object.hasOwn(json, name) && (name !== 'route' || isAbsent(json[name]) || json[name] === 'fallback'),
  )

/** Takes out of the body what was meant for us. A body without such members comes back as it is. */
export const steer = (body: Body): Checked<Steered> => {
  const { json } = body
  const wishes: Growing = {}
  const losses: Loss[] = []
  const tags = readMetadata(json['metadata'])
  if (tags !== undefined) wishes.tags = tags
  const members = ours(json)
  if (members.length === 0) return { ok: true, value: { body, wishes, losses } }
  const fault = isAbsent(json['provider']) ? undefined : readProvider(json['provider'], { wishes, losses })
  if (fault !== undefined) return fault
  const models = readModels(json, wishes)
  if (!models.ok) return models
  const model = models.value === undefined ? {} : { model: JSON.stringify(models.value) }
  const without = Object.fromEntries(members.map(name => [name, undefined]))
  const bytes = editMembers(body.bytes, { ...without, ...model })
  const kept = Object.entries(json).filter(([key]) => !members.includes(key) && !(key in model))
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

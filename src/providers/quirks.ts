/** What a look-alike wants otherwise than its dialect says, and the edits of a body that follow from it. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import type { Loss } from '../domain/outcome.ts'
import { mendMessages } from './mend-messages.ts'
import type { MessageQuirks } from './mend-messages.ts'
import { mendReasoning } from './mend-reasoning.ts'
import type { ReasoningForm } from './mend-reasoning.ts'
import { mendTools } from './mend-tools.ts'
import type { ToolQuirks } from './mend-tools.ts'

/** How a provider differs from the dialect that it speaks. */
export interface Quirks extends MessageQuirks, ToolQuirks {
  /** Members of a request that it refuses, left out and told as a loss. */
  readonly drop?: readonly string[]
  /** Members that are called otherwise here: the dialect's name to this provider's. */
  readonly rename?: Readonly<Record<string, string>>
  /** Numbers that it takes only from the first to the second: others are moved to the nearer of the two. Names as after `rename`. */
  readonly clamp?: Readonly<Record<string, readonly [least: number, most: number]>>
  /** Members that it takes in these words only: others are left out and told as a loss. */
  readonly words?: Readonly<Record<string, readonly string[]>>
  /** It takes no more stop sequences than these. */
  readonly mostStops?: number
  /** Members of which it takes one only, the first that is there, in this order. */
  readonly oneOf?: readonly (readonly string[])[]
  /** Forms of an answer: `json-only` takes JSON without a schema, `schema-only` no JSON without one, `none` neither. */
  readonly schemas?: 'json-only' | 'schema-only' | 'none'
  /** How a wish to think is told; absent: as the dialect does, in any word. */
  readonly reasoning?: ReasoningForm
  /** It refuses `stream_options`; it tells usage on streams unasked, if at all. */
  readonly noStreamOptions?: boolean
  /** It takes the number of alternatives as `logprobs` itself. */
  readonly countedLogprobs?: boolean
  /** False where even an untouched request must be built anew. */
  readonly express?: boolean
  /** What some of its models want beside or instead of the above: the first whose names fit. */
  readonly models?: readonly { readonly names: RegExp; readonly quirks: Quirks }[]
}

/** Members to write; undefined takes one out. */
export type Edits = Readonly<Record<string, unknown>>
/** What one kind of quirk changes in a body, and what is lost by it. */
export interface Change {
  readonly edits: Edits
  readonly losses?: readonly Loss[]
}
/** One kind of quirk; undefined where this body needs no change. */
type Mend = (who: string, quirks: Quirks, body: Json) => Change | undefined

/** `null` asks for nothing, so nothing is lost with it. */
const asks = (value: unknown): boolean => value !== undefined && value !== null

const dropped: Mend = (who, { drop = [] }, body) => {
  const there = drop.filter(member => body[member] !== undefined)
  if (there.length === 0) return undefined
  return {
    edits: Object.fromEntries(there.map(member => [member, undefined])),
    losses: there.filter(member => asks(body[member])).map(field => ({ field, why: `${who} does not take ${field}` })),
  }
}

const renamed: Mend = (_, { rename }, body) => {
  const edits: Record<string, unknown> = {}
  for (const [from, to] of Object.entries(rename ?? {})) {
    if (body[from] === undefined) continue
    edits[from] = undefined
    if (body[to] === undefined) edits[to] = body[from]
  }
  return { edits }
}

const clamped: Mend = (who, { clamp }, body) => {
  const edits: Record<string, unknown> = {}
  const losses: Loss[] = []
  for (const [field, [least, most]] of Object.entries(clamp ?? {})) {
    const value = body[field]
    if (typeof value !== 'number' || (value >= least && value <= most)) continue
    edits[field] = Math.min(Math.max(value, least), most)
    losses.push({ field, why: `${who} takes ${field} from ${least} to ${most}; ${value} was moved there` })
  }
  return { edits, losses }
}

const inWords: Mend = (who, { words }, body) => {
  const edits: Record<string, unknown> = {}
  const losses: Loss[] = []
  for (const [field, takes] of Object.entries(words ?? {})) {
    const value = body[field]
    if (!asks(value) || takes.some(word => word === value)) continue
    edits[field] = undefined
    losses.push({ field, why: `${who} takes ${field} as ${takes.join(', ')} only` })
  }
  return { edits, losses }
}

const counted: Mend = (_, { countedLogprobs }, { logprobs, top_logprobs: count }) =>
  countedLogprobs !== true || typeof logprobs !== 'boolean'
    ? undefined
    : { edits: { logprobs: logprobs ? (count ?? 1) : undefined, top_logprobs: undefined } }

const fewerStops: Mend = (who, { mostStops = Number.POSITIVE_INFINITY }, { stop }) => {
  if (!Array.isArray(stop) || stop.length <= mostStops) return undefined
  const why = `${who} takes ${mostStops} stop sequences; the first of ${stop.length} were sent`
  return { edits: { stop: stop.slice(0, mostStops) }, losses: [{ field: 'stop', why }] }
}

const onlyOne: Mend = (who, { oneOf = [] }, body) => {
  const edits: Record<string, unknown> = {}
  const losses: Loss[] = []
  for (const members of oneOf) {
    const [kept, ...rest] = members.filter(member => asks(body[member]))
    for (const field of rest) {
      edits[field] = undefined
      losses.push({ field, why: `${who} does not take ${field} beside ${kept ?? ''}` })
    }
  }
  return { edits, losses }
}

const plainerFormat: Mend = (who, { schemas }, { response_format: format }) => {
  const type = isRecord(format) ? format['type'] : undefined
  if (type !== 'json_schema' && type !== 'json_object') return undefined
  if (schemas === 'json-only' && type === 'json_schema') {
    const why = `${who} takes no schema: it was asked for JSON, whose form is not held to anything`
    return {
      edits: { response_format: { type: 'json_object' } },
      losses: [{ field: 'response_format.json_schema', why }],
    }
  }
  if (schemas !== 'none' && (schemas !== 'schema-only' || type === 'json_schema')) return undefined
  const why = `${who} takes no response_format of this type: the answer's form is up to the model`
  return { edits: { response_format: undefined }, losses: [{ field: 'response_format', why }] }
}

const withoutOptions: Mend = (_, { noStreamOptions }, body) =>
  noStreamOptions === true && body['stream_options'] !== undefined
    ? { edits: { stream_options: undefined } }
    : undefined

/** In the order in which they are done: each sees what those before it left. */
const mends: readonly Mend[] = [
  (who, { reasoning }, body) => (reasoning === undefined ? undefined : mendReasoning(who, reasoning, body)),
  dropped,
  renamed,
  clamped,
  inWords,
  counted,
  fewerStops,
  onlyOne,
  plainerFormat,
  withoutOptions,
  mendTools,
  mendMessages,
]

/** The quirks towards this model. */
const quirksOf = (quirks: Quirks, model: unknown): Quirks => {
  const { models, ...all } = quirks
  const found = typeof model === 'string' ? models?.find(({ names }) => names.test(model))?.quirks : undefined
  if (found === undefined) return quirks
  return { ...all, ...found, drop: [...(all.drop ?? []), ...(found.drop ?? [])] }
}

/**
 * What these quirks change in a body of the dialect, and what is lost by it. Without need of a change, both are empty.
 * The model is the provider's own name for it; the body's own where none is given.
 */
export const editsFor = (
  who: string,
  given: Quirks,
  body: Json,
  model: unknown = body['model'],
): { readonly edits: Edits; readonly losses: readonly Loss[] } => {
  const quirks = given.models === undefined ? given : quirksOf(given, model)
  let edits: Edits = {}
  let left = body
  const losses: Loss[] = []
  for (const mend of mends) {
    const change = mend(who, quirks, left)
    if (change?.losses !== undefined) losses.push(...change.losses)
    if (change === undefined || Object.keys(change.edits).length === 0) continue
    edits = { ...edits, ...change.edits }
    left = edited(left, change.edits)
  }
  return { edits, losses }
}

/** A copy of the body with the edits made. */
export const edited = (body: Json, edits: Edits): Json => {
  const copy: Record<string, unknown> = { ...body }
  for (const [member, value] of Object.entries(edits)) {
    if (value === undefined) delete copy[member]
    else copy[member] = value
  }
  return copy
}

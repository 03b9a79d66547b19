/** What stands around the output of a response, both ways: most of it repeats what was asked. */
import type { Extensions } from '../../domain/message.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { echoOf } from './echo.ts'
import { giveId } from './proof.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText, recordOf, without } from '../fields.ts'
import { carriedWith, formOf, plainMembers } from './wire.ts'

/** Told as events, or derived from them. */
const told = new Set(
  'id object created_at model status output output_text usage error incomplete_details completed_at'.split(' '),
)
/** What repeats the request, or says what every response says: its form. */
const echoed = new Set(
  (
    'background conversation frequency_penalty instructions max_output_tokens max_tool_calls metadata ' +
    'parallel_tool_calls presence_penalty previous_response_id prompt prompt_cache_key prompt_cache_options ' +
    'prompt_cache_retention reasoning safety_identifier service_tier store temperature text tool_choice tools ' +
    'top_logprobs top_p truncation user'
  ).split(' '),
)

/** What a response says around its output. */
interface Head {
  readonly form: Json
  readonly members: Json
}
export const readHead = (response: Json): Head => {
  const form: [string, unknown][] = []
  const members: [string, unknown][] = []
  for (const [key, value] of Object.entries(without(response, told) ?? {}))
    (echoed.has(key) ? form : members).push([key, value])
  const { completed_at: completed } = response
  if (typeof completed === 'number') form.push(['completed_at', completed])
  return { form: Object.fromEntries(form), members: Object.fromEntries(members) }
}

const usual = new Set<unknown>(['standard', 'on_demand', 'ondemand'])
/** `auto` is what was asked for, and does not tell how the request was served. */
const readTier = (tier: unknown): { readonly serviceTier?: string } => {
  if (!isWord(tier) || tier === 'auto') return {}
  return { serviceTier: usual.has(tier) ? 'default' : tier }
}

/** The event that begins the answer. */
export const startOf = (response: Json): StreamEvent => {
  const { id, model, created_at: created } = response
  const { form, members } = readHead(response)
  return {
    type: 'response-start',
    model: typeof model === 'string' ? model : '',
    ...(isWord(id) && { upstreamId: id }),
    ...(typeof created === 'number' && Number.isFinite(created) && created > 0 && { created: Math.floor(created) }),
    ...readTier(response['service_tier']),
    ...carriedWith(form, members),
  }
}

const isFull = (value: unknown): boolean => Array.isArray(value) && value.length > 0
/** The members that the end tells otherwise than the start; lists of both would be joined, so that those of the end stand apart. */
const changed = (before: Json, after: Json): { readonly plain: Json; readonly late: Json } => {
  const plain: [string, unknown][] = []
  const late: [string, unknown][] = []
  for (const [key, value] of Object.entries(after)) {
    if (jsonText(value) === jsonText(before[key])) continue
    const clash = isFull(before[key]) || (isRecord(before[key]) && !isRecord(value))
    ;(clash ? late : plain).push([key, value])
  }
  return { plain: Object.fromEntries(plain), late: Object.fromEntries(late) }
}
/** The event that ends the answer, with what it tells otherwise than its start. */
export const endOf = (first: Json | undefined, last: Json | undefined): StreamEvent => {
  if (last === undefined || first === last) return { type: 'response-end' }
  const [before, after] = [first === undefined ? { form: {}, members: {} } : readHead(first), readHead(last)]
  const form = changed(before.form, after.form)
  const members = changed(before.members, after.members)
  const late = { ...form.late, ...members.late }
  const own = { ...form.plain, ...(Object.keys(late).length > 0 && { late }) }
  const extensions = carriedWith(
    Object.keys(own).length > 0 ? own : undefined,
    Object.keys(members.plain).length > 0 ? members.plain : undefined,
  )
  return { type: 'response-end', ...extensions }
}

const wireTiers = new Set<unknown>(['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'])
/** Our word for how the request was served, ready to be spread; nothing for what OpenAI has no word for. */
export const writeTier = (tier: string | undefined): Json => (wireTiers.has(tier) ? { service_tier: tier } : {})

/** What a response says where nobody told what was asked. */
const unasked: Json = {
  background: false,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
}

const lateOnly = new Set(['late'])
const toldMembers = (extensions: Extensions | undefined): Json => {
  const form = formOf(extensions)
  return { ...plainMembers(extensions), ...without(form, lateOnly), ...recordOf(form, 'late') }
}
type Told = Pick<Answer, 'model' | 'upstreamId' | 'created' | 'serviceTier' | 'extensions'>
/** A response of this status around nothing yet. */
export const writeHead = (start: Told, context: AnswerContext): Json => {
  return {
    ...unasked,
    ...(context.asked !== undefined && echoOf(context.asked)),
    ...writeTier(start.serviceTier),
    ...toldMembers(start.extensions),
    id: start.upstreamId === undefined || start.upstreamId === '' ? giveId('resp', context.id) : start.upstreamId,
    object: 'response',
    created_at: start.created ?? Math.floor(context.now / 1000),
    model: start.model === '' ? context.model : start.model,
  }
}
/** The same response with what the end of the answer tells. */
export const finishHead = (head: Json, extensions: Extensions | undefined): Json => {
  const { id, object, created_at, model } = head
  return { ...head, ...toldMembers(extensions), id, object, created_at, model }
}

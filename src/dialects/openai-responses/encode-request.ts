/** A request in nobody's dialect to a body for a provider, and by name whatever cannot be said. */
import { asksFor } from '../../domain/request.ts'
import type { ChatBody, ChatRequest, OutputFormat, ReasoningWish } from '../../domain/request.ts'
import type { Encoded } from '../../ports/dialect.ts'
import { fitName, withFitNames } from '../../domain/tool-name.ts'
import { abilitiesOf } from '../openai-models.ts'
import { fitModel } from './fit-model.ts'
import { kinMembers, saidOfBody } from './kin.ts'
import { isStrictSchema } from '../strict-schema.ts'
import { writeTools } from './tools.ts'
import type { Writing } from './write-content.ts'
import { writeInput } from './write-input.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { formOf, noLosses, openaiResponsesId, ownMembers, plainMembers } from './wire.ts'

/** Who speaks another dialect is used to an answer that is held to its schema. */
const strictOf = (schema: unknown, { losses }: Writing): boolean | undefined => {
  if (isStrictSchema(schema)) return true
  losses.add('output.strict', 'OpenAI holds no answer to a schema whose objects are open or leave members out')
  return undefined
}
const formatOf = (output: OutputFormat, form: Json, writing: Writing): Json | undefined => {
  if (output.type === 'text') return undefined
  if (!('schema' in output)) return { type: 'json_object' }
  const { schema, name, description } = output
  const strict = output.strict ?? (writing.isOwn ? undefined : strictOf(schema, writing))
  return {
    type: 'json_schema',
    ...((name !== undefined || !writing.isOwn) && { name: name ?? 'response' }),
    ...(description !== undefined && { description }),
    schema: schema ?? {},
    ...(strict !== undefined && form['strict'] !== true && { strict }),
  }
}
const writeText = ({ output, extensions }: ChatBody, writing: Writing): Json => {
  const form = formOf(extensions)
  const { verbosity } = kinMembers(extensions)
  const own = { ...(verbosity !== undefined && { verbosity }), ...recordOf(ownMembers(extensions), 'text') }
  const format = formatOf(output, form, writing) ?? (form['format'] === true ? { type: 'text' } : undefined)
  const whole = format === undefined ? own : { ...own, format: { ...recordOf(own, 'format'), ...format } }
  return Object.keys(whole).length === 0 && form['text'] !== true ? {} : { text: whole }
}

/** OpenAI takes no shorter limit. */
const leastTokens = 16
const writeLimits = ({ limits }: ChatBody, { losses, isOwn }: Writing): Json => {
  const { maxOutputTokens: most, stop } = limits
  if (stop.length > 0) losses.add('limits.stop', 'a response of OpenAI knows no stop sequences')
  if (most === undefined) return {}
  if (isOwn || most >= leastTokens) return { max_output_tokens: most }
  losses.add('limits.maxOutputTokens', `raised from ${most} to ${leastTokens}, the least that OpenAI takes`)
  return { max_output_tokens: leastTokens }
}

const unknownSampling = ['topK', 'seed', 'frequencyPenalty', 'presencePenalty', 'logitBias'] as const
const writeSampling = ({ sampling }: ChatBody, { losses }: Writing): Json => {
  const { temperature, topP } = sampling
  for (const name of unknownSampling)
    if (sampling[name] !== undefined) losses.add(`sampling.${name}`, 'a response of OpenAI cannot be told')
  return { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { top_p: topP }) }
}

/** The nearest effort to a budget in tokens, for a dialect that knows no budgets. */
const effortFor = (budget: number): string => {
  if (budget <= 0) return 'none'
  if (budget <= 2048) return 'low'
  return budget <= 8192 ? 'medium' : 'high'
}
/** A wish to think, as much as the model likes: OpenAI's older models do so unasked, its newer ones do not. */
const asUsual = (model: string, losses: Losses): string | undefined => {
  const { efforts, usual } = abilitiesOf(model)
  if (usual === 'none') return 'medium'
  if (efforts === undefined || efforts.length === 0)
    losses.add('reasoning', 'whether this model reasons at all is its own affair')
  return undefined
}
const effortOf = ({ effort, budget }: ReasoningWish, model: string, losses: Losses): string | undefined => {
  if (effort === undefined && budget === undefined) return asUsual(model, losses)
  if (budget !== undefined) losses.add('reasoning.budget', 'OpenAI takes an effort, not a budget of tokens')
  return effort ?? effortFor(budget ?? 0)
}
/** Who speaks another dialect sees what a model thought where it asked for it; here that must be said. */
const writeReasoning = ({ reasoning, extensions }: ChatBody, model: string, { losses, isOwn }: Writing): Json => {
  if (reasoning === undefined) return {}
  const effort = effortOf(reasoning, model, losses)
  const isThinking = effort !== 'none' && reasons(model)
  const wish = {
    ...(!isOwn && isThinking && { summary: 'auto' }),
    ...recordOf(ownMembers(extensions), 'reasoning'),
    ...(effort !== undefined && { effort }),
  }
  return Object.keys(wish).length === 0 ? {} : { reasoning: wish }
}

const tiers = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'])
const writeTier = ({ serviceTier }: ChatBody, { losses, isOwn }: Writing): Json => {
  if (serviceTier === undefined) return {}
  if (isOwn || tiers.has(serviceTier)) return { service_tier: serviceTier }
  if (serviceTier === 'standard_only' || serviceTier === 'standard') return { service_tier: 'default' }
  losses.add('serviceTier', `OpenAI has no service tier "${serviceTier}"`)
  return {}
}

const [logprobs, encrypted] = ['message.output_text.logprobs', 'reasoning.encrypted_content']
const reasons = (model: string): boolean => (abilitiesOf(model).efforts?.length ?? 0) > 0
/** What a client of this dialect wrote, word for word; others give reasoning back to its provider without being asked to. */
const includeOf = (body: ChatBody, model: string, { isOwn }: Writing): readonly unknown[] | undefined => {
  const { include } = formOf(body.extensions)
  if (Array.isArray(include)) return include
  const wanted = [...(body.logprobs === undefined ? [] : [logprobs]), ...(!isOwn && reasons(model) ? [encrypted] : [])]
  return wanted.length > 0 ? wanted : undefined
}
/** Others want nothing kept. */
const writeInclude = (body: ChatBody, model: string, writing: Writing): Json => {
  const include = includeOf(body, model, writing)
  const alternatives = body.logprobs ?? 0
  const isTold = alternatives > 0 || formOf(body.extensions)['top_logprobs'] === 0
  return {
    ...(!writing.isOwn && { store: false }),
    ...(include !== undefined && { include }),
    ...(isTold && { top_logprobs: alternatives }),
  }
}

const writePlain = (body: ChatBody, { losses, isOwn }: Writing): Json => {
  if (body.choices > 1) losses.add('choices', 'OpenAI gives one response; the first of several was asked for')
  // OpenAI's older word for the end user is on its way out.
  const isOld = isOwn && formOf(body.extensions)['safety'] !== true
  return {
    ...(body.endUser !== undefined && { [isOld ? 'user' : 'safety_identifier']: body.endUser }),
    ...(body.metadata !== undefined && { metadata: body.metadata }),
    ...(body.stream ? { stream: true } : formOf(body.extensions)['stream'] === false && { stream: false }),
  }
}

/** Members that are told elsewhere, in part or as a mark of the form that was used. */
const apart = new Set(['include', 'tool_choice', 'text', 'reasoning'])
const kept = new Set(['store', 'background', 'truncation', 'stream_options'])
const writeOthers = (body: ChatBody): Json => {
  const own = plainMembers(body.extensions)
  const isTold = (key: string): boolean =>
    !apart.has(key) ||
    (key === 'tool_choice' && body.toolChoice === undefined) ||
    (key === 'reasoning' && body.reasoning === undefined)
  return {
    ...Object.fromEntries(Object.entries(formOf(body.extensions)).filter(([key]) => kept.has(key))),
    ...Object.fromEntries(Object.entries(own).filter(([key]) => isTold(key))),
  }
}

/** The body as the model takes it. */
const fitted = (body: Json, model: string, losses: Losses): Record<string, unknown> => {
  const { edits, losses: lost } = fitModel(body, model)
  for (const { field, why } of lost) losses.add(field, why)
  return Object.fromEntries(Object.entries({ ...body, ...edits }).filter(([, value]) => value !== undefined))
}

/** A tool's name as OpenAI takes it: at most 64 letters, digits, `_` and `-`. */
export const toolName = (name: string): string => fitName(name, 64)

/** All of a body but its model and its input. */
export const writeAround = (request: ChatBody, model: string, writing: Writing): Json => ({
  ...writeTools(request, writing, formOf(request.extensions)),
  ...writeText(request, writing),
  ...writeLimits(request, writing),
  ...writeSampling(request, writing),
  ...writeInclude(request, model, writing),
  ...kinMembers(request.extensions).members,
  ...writePlain(request, writing),
  ...writeOthers(request),
  ...writeReasoning(request, model, writing),
  ...writeTier(request, writing),
})

/** A body that a provider of this dialect takes for this model. */
export const encodeRequest = (asked: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const writing: Writing = { losses, isOwn: asked.extensions[openaiResponsesId] !== undefined }
  const request = writing.isOwn ? asked : withFitNames(asked, toolName)
  losses.addForeign(request.extensions, '', saidOfBody)
  const body = {
    model,
    ...writeInput(request.messages, writing, formOf(request.extensions)),
    ...writeAround(request, model, writing),
  }
  const value = writing.isOwn && asksFor(request.target, model) ? body : fitted(body, model, losses)
  return { value, losses: losses.list() }
}

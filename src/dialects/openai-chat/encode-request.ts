/** A request in nobody's dialect to a body for a provider, and by name whatever cannot be said. */
import { asksFor } from '../../domain/request.ts'
import type { ChatBody, ChatRequest, OutputFormat, ReasoningWish } from '../../domain/request.ts'
import type { Encoded } from '../../ports/dialect.ts'
import { fitName, withFitNames } from '../../domain/tool-name.ts'
import { abilitiesOf } from '../openai-models.ts'
import { fitModel } from './fit-model.ts'
import { kinMembers } from './kin.ts'
import { isStrictSchema } from '../strict-schema.ts'
import { writeTools } from './tools.ts'
import { writeMessages } from './write-messages.ts'
import type { Writing } from './write-parts.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import { noLosses, openaiChatId, ownMembers } from './wire.ts'

/** Who speaks another dialect is used to an answer that is held to its schema. */
const strictOf = (schema: unknown, { losses }: Writing): boolean | undefined => {
  if (isStrictSchema(schema)) return true
  losses.add('output.strict', 'OpenAI holds no answer to a schema whose objects are open or leave members out')
  return undefined
}
const writeFormat = (output: OutputFormat, writing: Writing): Json => {
  if (output.type === 'text') return {}
  if (!('schema' in output)) return { response_format: { type: 'json_object' } }
  const { schema, name, description } = output
  const strict = output.strict ?? (writing.isOwn ? undefined : strictOf(schema, writing))
  const inner = {
    name: name ?? 'response',
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { schema }),
    ...(strict !== undefined && { strict }),
  }
  return { response_format: { type: 'json_schema', json_schema: inner } }
}

/** OpenAI takes no more stop sequences. */
const mostStops = 4
const writeStop = ({ limits }: ChatBody, { losses, isOwn }: Writing): Json => {
  const { stop } = limits
  if (stop.length === 0) return {}
  if (isOwn || stop.length <= mostStops) return { stop }
  losses.add('limits.stop', `OpenAI takes ${mostStops} stop sequences; the first of ${stop.length} were sent`)
  return { stop: stop.slice(0, mostStops) }
}
/** Many look-alikes do not know the newer word of the two, so that it is only written where it was read. */
const writeLimits = ({ limits, extensions }: ChatBody): Json => {
  const isNew = ownMembers(extensions)['max_completion_tokens'] === null
  return limits.maxOutputTokens === undefined
    ? {}
    : { [isNew ? 'max_completion_tokens' : 'max_tokens']: limits.maxOutputTokens }
}

const writeSampling = ({ sampling }: ChatBody, { losses, isOwn }: Writing): Json => {
  const { temperature, topP, topK, seed, frequencyPenalty, presencePenalty, logitBias } = sampling
  if (topK !== undefined && !isOwn) losses.add('sampling.topK', 'OpenAI has no top_k')
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && isOwn && { top_k: topK }),
    ...(seed !== undefined && { seed }),
    ...(frequencyPenalty !== undefined && { frequency_penalty: frequencyPenalty }),
    ...(presencePenalty !== undefined && { presence_penalty: presencePenalty }),
    ...(logitBias !== undefined && { logit_bias: logitBias }),
  }
}

/** The nearest effort to a budget in tokens, for a dialect that knows no budgets. */
const effortFor = (budget: number): string => {
  if (budget <= 0) return 'none'
  if (budget <= 2048) return 'low'
  return budget <= 8192 ? 'medium' : 'high'
}
/** A wish to think, as much as the model likes: OpenAI's older models do so unasked, its newer ones do not. */
const asUsual = (model: string, losses: Writing['losses']): Json => {
  const { efforts, usual } = abilitiesOf(model)
  if (usual === 'none') return { reasoning_effort: 'medium' }
  if (efforts === undefined || efforts.length === 0) {
    losses.add('reasoning', 'whether this model reasons at all is its own affair')
  }
  return {}
}
const effortOf = ({ effort, budget }: ReasoningWish): string => effort ?? effortFor(budget ?? 0)

const writeReasoning = ({ reasoning, extensions }: ChatBody, model: string, { losses, isOwn }: Writing): Json => {
  if (reasoning === undefined) return {}
  const { effort, budget } = reasoning
  const own = ownMembers(extensions)
  const rest = recordOf(own, 'reasoning')
  if (isOwn && (budget !== undefined || Object.hasOwn(own, 'reasoning'))) {
    return {
      reasoning: {
        ...rest,
        ...(effort !== undefined && { effort }),
        ...(budget !== undefined && { max_tokens: budget }),
      },
    }
  }
  if (effort === undefined && budget === undefined) return asUsual(model, losses)
  if (budget !== undefined) losses.add('reasoning.budget', 'OpenAI takes an effort, not a budget of tokens')
  return { reasoning_effort: effortOf(reasoning) }
}

const tiers = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])
const writeTier = ({ serviceTier }: ChatBody, { losses, isOwn }: Writing): Json => {
  if (serviceTier === undefined) return {}
  if (isOwn || tiers.has(serviceTier)) return { service_tier: serviceTier }
  if (serviceTier === 'standard_only' || serviceTier === 'standard') return { service_tier: 'default' }
  losses.add('serviceTier', `OpenAI has no service tier "${serviceTier}"`)
  return {}
}

const writeStreaming = ({ stream, extensions }: ChatBody): Json => {
  const rest = recordOf(ownMembers(extensions), 'stream_options')
  // Usage is asked for whatever the client wants: the house needs it, and the encoder keeps it back.
  if (stream) return { stream: true, stream_options: { ...rest, include_usage: true } }
  return Object.keys(rest).length > 0 ? { stream_options: rest } : {}
}

const isSafetyId = ({ extensions }: ChatBody): boolean => ownMembers(extensions)['safety_identifier'] === null
const writePlain = (body: ChatBody): Json => ({
  ...(body.choices > 1 && { n: body.choices }),
  ...(body.logprobs !== undefined && { logprobs: true }),
  ...(body.logprobs !== undefined && body.logprobs > 0 && { top_logprobs: body.logprobs }),
  ...(body.endUser !== undefined && { [isSafetyId(body) ? 'safety_identifier' : 'user']: body.endUser }),
  ...(body.metadata !== undefined && { metadata: body.metadata }),
})

/** Members that are null where they only mark the form that was used. */
const marks = new Set(['reasoning', 'function_call', 'max_completion_tokens', 'safety_identifier'])
const withoutMarks = (own: Json): Json =>
  Object.fromEntries(Object.entries(own).filter(([key, value]) => value !== null || !marks.has(key)))

/** The body as the model takes it. */
const fitted = (body: Json, model: string, losses: Writing['losses']): Record<string, unknown> => {
  const { edits, losses: lost } = fitModel(body, model)
  for (const { field, why } of lost) losses.add(field, why)
  return Object.fromEntries(Object.entries({ ...body, ...edits }).filter(([, value]) => value !== undefined))
}

/** A tool's name as OpenAI takes it: at most 64 letters, digits, `_` and `-`. */
export const toolName = (name: string): string => fitName(name, 64)

/** A body that a provider of this dialect takes for this model. */
export const encodeRequest = (asked: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const writing: Writing = { losses, isOwn: asked.extensions[openaiChatId] !== undefined }
  const request = writing.isOwn ? asked : withFitNames(asked, toolName)
  const kin = kinMembers(request.extensions, model)
  losses.addForeign(request.extensions, '', kin.said)
  const body = {
    model,
    messages: writeMessages(request.messages, writing),
    ...writeTools(request, writing),
    ...writeFormat(request.output, writing),
    ...writeLimits(request),
    ...writeStop(request, writing),
    ...writeSampling(request, writing),
    ...writePlain(request),
    ...kin.members,
    ...withoutMarks(ownMembers(request.extensions)),
    ...writeReasoning(request, model, writing),
    ...writeTier(request, writing),
    ...writeStreaming(request),
  }
  const value = writing.isOwn && asksFor(request.target, model) ? body : fitted(body, model, losses)
  return { value, losses: losses.list() }
}

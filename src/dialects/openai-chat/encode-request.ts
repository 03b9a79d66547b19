/** A request in nobody's dialect to a body for a provider, and by name whatever cannot be said. */
import type { ChatBody, ChatRequest, OutputFormat } from '../../domain/request.ts'
import type { Encoded } from '../../ports/dialect.ts'
import { writeTools } from './tools.ts'
import { writeMessages } from './write-messages.ts'
import type { Writing } from './write-parts.ts'
import { addForeign, addLoss, listLosses, openaiChatId, ownMembers, ownRecord } from './wire.ts'
import type { Json } from './wire.ts'

const writeFormat = (output: OutputFormat): Json => {
  if (output.type === 'text') return {}
  if (!('schema' in output)) return { response_format: { type: 'json_object' } }
  const { schema, name, description, strict } = output
  const inner = {
    name: name ?? 'response',
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { schema }),
    ...(strict !== undefined && { strict }),
  }
  return { response_format: { type: 'json_schema', json_schema: inner } }
}

/** Reasoning models refuse the older word, and many look-alikes do not know the newer one. */
const wantsNewLimit = (model: string): boolean =>
  /^(?:o[134](?:$|[^a-z0-9])|gpt-5)/.test(model.slice(model.lastIndexOf('/') + 1))

const writeLimits = ({ limits }: ChatBody, model: string): Json => ({
  ...(limits.maxOutputTokens !== undefined && {
    [wantsNewLimit(model) ? 'max_completion_tokens' : 'max_tokens']: limits.maxOutputTokens,
  }),
  ...(limits.stop.length > 0 && { stop: limits.stop }),
})

const writeSampling = ({ sampling }: ChatBody, { losses, isOwn }: Writing): Json => {
  const { temperature, topP, topK, seed, frequencyPenalty, presencePenalty, logitBias } = sampling
  if (topK !== undefined && !isOwn) addLoss(losses, 'sampling.topK', 'OpenAI has no top_k')
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
const writeReasoning = ({ reasoning, extensions }: ChatBody, { losses, isOwn }: Writing): Json => {
  if (reasoning === undefined) return {}
  const { effort, budget } = reasoning
  const own = ownMembers(extensions)
  const rest = ownRecord(own, 'reasoning')
  if (isOwn && (budget !== undefined || Object.hasOwn(own, 'reasoning'))) {
    return {
      reasoning: {
        ...rest,
        ...(effort !== undefined && { effort }),
        ...(budget !== undefined && { max_tokens: budget }),
      },
    }
  }
  if (budget !== undefined) addLoss(losses, 'reasoning.budget', 'OpenAI takes an effort, not a budget of tokens')
  return { reasoning_effort: effort ?? effortFor(budget ?? 0) }
}

const tiers = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])
const writeTier = ({ serviceTier }: ChatBody, { losses, isOwn }: Writing): Json => {
  if (serviceTier === undefined) return {}
  if (isOwn || tiers.has(serviceTier)) return { service_tier: serviceTier }
  if (serviceTier === 'standard_only' || serviceTier === 'standard') return { service_tier: 'default' }
  addLoss(losses, 'serviceTier', `OpenAI has no service tier "${serviceTier}"`)
  return {}
}

const writeStreaming = ({ stream, extensions }: ChatBody): Json => {
  const rest = ownRecord(ownMembers(extensions), 'stream_options')
  // Usage is asked for whatever the client wants: the house needs it, and the encoder keeps it back.
  if (stream) return { stream: true, stream_options: { ...rest, include_usage: true } }
  return Object.keys(rest).length > 0 ? { stream_options: rest } : {}
}

const writePlain = (body: ChatBody): Json => ({
  ...(body.choices > 1 && { n: body.choices }),
  ...(body.logprobs !== undefined && { logprobs: true }),
  ...(body.logprobs !== undefined && body.logprobs > 0 && { top_logprobs: body.logprobs }),
  ...(body.endUser !== undefined && { user: body.endUser }),
  ...(body.metadata !== undefined && { metadata: body.metadata }),
})

/** What of the own members is no mark of a form that was used. */
const withoutMarks = (own: Json): Json =>
  Object.fromEntries(
    Object.entries(own).filter(([key, value]) => value !== null || (key !== 'reasoning' && key !== 'function_call')),
  )

/** A body that a provider of this dialect takes for this model. */
export const encodeRequest = (request: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = new Map<string, string>()
  const writing: Writing = { losses, isOwn: request.extensions[openaiChatId] !== undefined }
  addForeign(losses, request.extensions, '')
  const value = {
    model,
    messages: writeMessages(request.messages, writing),
    ...writeTools(request, writing),
    ...writeFormat(request.output),
    ...writeLimits(request, model),
    ...writeSampling(request, writing),
    ...writePlain(request),
    ...withoutMarks(ownMembers(request.extensions)),
    ...writeReasoning(request, writing),
    ...writeTier(request, writing),
    ...writeStreaming(request),
  }
  return { value, losses: listLosses(losses) }
}

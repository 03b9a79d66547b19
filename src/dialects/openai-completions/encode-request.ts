/** A request of any dialect, written as a body for a model that only completes text, and by name whatever cannot be said. */
import type { ChatBody, ChatRequest } from '../../domain/request.ts'
import type { Encoded } from '../../ports/dialect.ts'
import { promptsIn, writePrompt } from './prompt.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { dialect, noLosses, ownMembers } from './wire.ts'

const [mostStops, mostAlternatives, length] = [4, 5, 1024]

const writeStop = (wished: readonly string[], isOwn: boolean, losses: Losses): Json => {
  if (wished.length === 0) return {}
  if (isOwn || wished.length <= mostStops) return { stop: wished }
  losses.add('limits.stop', `completions take ${mostStops} stop sequences; the first of ${wished.length} were sent`)
  return { stop: wished.slice(0, mostStops) }
}

const writeLength = ({ limits, extensions }: ChatBody, isOwn: boolean, losses: Losses): Json => {
  if (isOwn && ownMembers(extensions)['max_tokens'] === null) return {}
  if (limits.maxOutputTokens !== undefined) return { max_tokens: limits.maxOutputTokens }
  losses.add('limits.maxOutputTokens', `a completion ends after 16 tokens unless told; ${length} were asked for`)
  return { max_tokens: length }
}

const writeSampling = ({ sampling }: ChatBody, isOwn: boolean, losses: Losses): Json => {
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

const writeLogprobs = ({ logprobs }: ChatBody, isOwn: boolean, losses: Losses): Json => {
  if (logprobs === undefined) return {}
  if (isOwn || logprobs <= mostAlternatives) return { logprobs }
  losses.add('logprobs', `completions tell ${mostAlternatives} alternatives at most; ${logprobs} were asked for`)
  return { logprobs: mostAlternatives }
}

/** What a completion has no word for at all. */
const nameTools = ({ tools, opaqueTools = [], toolChoice, parallelToolCalls }: ChatBody, losses: Losses): void => {
  if (tools.length + opaqueTools.length === 0) return
  losses.add('tools', 'a model that completes text calls no tools')
  if (toolChoice !== undefined && toolChoice !== 'auto' && toolChoice !== 'none') {
    losses.add('toolChoice', 'a model that completes text calls no tools')
  }
  if (parallelToolCalls === false) losses.add('parallelToolCalls', 'a model that completes text calls no tools')
}
const usualTiers = new Set(['auto', 'default', 'standard', 'standard_only'])
const nameAbsent = (body: ChatBody, losses: Losses): void => {
  const { output, reasoning, metadata, serviceTier } = body
  nameTools(body, losses)
  if (output.type !== 'text') losses.add('output', 'a completion cannot be held to a format')
  if (reasoning !== undefined && reasoning.effort !== 'none')
    losses.add('reasoning', 'a completion is not thought over')
  if (metadata !== undefined && Object.keys(metadata).length > 0) losses.add('metadata', 'completions take no metadata')
  if (serviceTier !== undefined && !usualTiers.has(serviceTier)) {
    losses.add('serviceTier', `completions have no service tier ${JSON.stringify(serviceTier)}`)
  }
  losses.addForeign(body.extensions, '')
}

const writeStreaming = ({ stream, extensions }: ChatBody): Json => {
  const rest = recordOf(ownMembers(extensions), 'stream_options')
  // Usage is asked for whatever the client wants: the house needs it, and the encoder keeps it back.
  if (stream) return { stream: true, stream_options: { ...rest, include_usage: true } }
  return Object.keys(rest).length > 0 ? { stream_options: rest } : {}
}

const writtenAnew = new Set(['max_tokens', 'stream_options'])
const kept = ({ extensions }: ChatBody): Json =>
  Object.fromEntries(Object.entries(ownMembers(extensions)).filter(([key]) => !writtenAnew.has(key)))

/** A body for this model. */
export const encodeRequest = (request: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const isOwn = request.extensions[dialect] !== undefined
  nameAbsent(request, losses)
  const { prompt, stop } = writePrompt(request.messages, losses)
  const copies = Math.max(1, Math.round(request.choices / promptsIn(request.messages)))
  const value = {
    ...kept(request),
    model,
    prompt,
    ...writeLength(request, isOwn, losses),
    ...writeStop([...request.limits.stop, ...(stop === undefined ? [] : [stop])], isOwn, losses),
    ...writeSampling(request, isOwn, losses),
    ...(copies > 1 && { n: copies }),
    ...writeLogprobs(request, isOwn, losses),
    ...(request.endUser !== undefined && { user: request.endUser }),
    ...writeStreaming(request),
  }
  return { value, losses: losses.list() }
}

/** A request of any dialect, written as a body for Anthropic's Messages API. */
import type { ChatBody, ChatRequest } from '../../domain/request.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { WrittenReasoning } from './reasoning.ts'
import { writeReasoning } from './reasoning.ts'
import { writeTools } from './tools.ts'
import { writeMessages } from './turns.ts'
import type { Json, Losses } from './wire.ts'
import { isAbsent, isRecord, noLosses, ownMembers } from './wire.ts'

const writeTemperature = (temperature: number, isThinking: boolean, losses: Losses): Json => {
  const clamped = Math.min(1, Math.max(0, temperature))
  if (isThinking && clamped !== 1) {
    losses.add('sampling.temperature', 'Anthropic takes no temperature while thinking is on')
    return {}
  }
  if (clamped !== temperature) {
    losses.add('sampling.temperature', `clamped from ${temperature} to ${clamped}; Anthropic takes 0 to 1`)
  }
  return { temperature: clamped }
}

const isNeutral = (value: unknown): boolean =>
  isAbsent(value) || value === 0 || (isRecord(value) && Object.keys(value).length === 0)

const writeSampling = ({ sampling }: ChatBody, isThinking: boolean, losses: Losses): Json => {
  const { temperature, topP, topK, seed, ...biases } = sampling
  if (seed !== undefined) losses.add('sampling.seed', 'Anthropic takes no seed')
  for (const [name, value] of Object.entries(biases)) {
    if (!isNeutral(value)) losses.add(`sampling.${name}`, 'Anthropic has no such parameter')
  }
  if (isThinking && topK !== undefined) losses.add('sampling.topK', 'Anthropic takes none while thinking is on')
  return {
    ...(temperature !== undefined && writeTemperature(temperature, isThinking, losses)),
    ...(topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && !isThinking && { top_k: topK }),
  }
}

const writeStop = ({ limits }: ChatBody, losses: Losses): Json => {
  const stop = limits.stop.filter(one => one.trim() !== '')
  if (stop.length < limits.stop.length) {
    losses.add('limits.stop', 'Anthropic takes no stop sequence that is only white space')
  }
  return stop.length === 0 ? {} : { stop_sequences: stop }
}

const writeOutput = (body: ChatBody, effort: string | undefined, losses: Losses): Json => {
  const own = ownMembers(body.extensions)
  const config = own['output_config']
  const { effort: _effort, ...others }: Json = isRecord(config) ? config : {}
  const { output } = body
  const schema = output.type === 'json' && 'schema' in output ? output.schema : undefined
  if (output.type === 'json' && schema === undefined) {
    losses.add('output', 'Anthropic takes a JSON schema, but cannot be asked for just any JSON')
  }
  const isOldForm = isRecord(own['output_format']) && schema !== undefined
  const written = {
    ...others,
    ...(effort !== undefined && { effort }),
    ...(schema !== undefined && !isOldForm && { format: { type: 'json_schema', schema } }),
  }
  return Object.keys(written).length === 0 ? {} : { output_config: written }
}

const writeTier = ({ serviceTier }: ChatBody, losses: Losses): Json => {
  if (serviceTier === undefined) return {}
  if (serviceTier === 'auto') return { service_tier: 'auto' }
  if (serviceTier === 'default' || serviceTier === 'standard_only') return { service_tier: 'standard_only' }
  losses.add('serviceTier', `Anthropic knows "auto" and "standard_only", not ${JSON.stringify(serviceTier)}`)
  return {}
}

const writeMetadata = (body: ChatBody, losses: Losses): Json => {
  if (body.metadata !== undefined && Object.keys(body.metadata).length > 0) {
    losses.add('metadata', "Anthropic takes no metadata but the end user's id")
  }
  const others = ownMembers(body.extensions)['metadata']
  const metadata = {
    ...(isRecord(others) ? others : {}),
    ...(body.endUser !== undefined && { user_id: body.endUser }),
  }
  return Object.keys(metadata).length === 0 ? {} : { metadata }
}

/** What Anthropic has no word for at all. */
const nameAbsent = (body: ChatBody, losses: Losses): void => {
  if (body.choices > 1) losses.add('choices', 'Anthropic gives one answer')
  if (body.logprobs !== undefined) losses.add('logprobs', 'Anthropic tells no log probabilities')
  losses.addForeign(body.extensions, '')
}

const writtenAnew = new Set(['thinking', 'output_config', 'metadata', 'tool_choice'])
const kept = (body: ChatBody): Json =>
  Object.fromEntries(Object.entries(ownMembers(body.extensions)).filter(([key]) => !writtenAnew.has(key)))

const writeBody = (body: ChatBody, model: string, reasoning: WrittenReasoning, losses: Losses): Json => ({
  ...kept(body),
  model,
  max_tokens: reasoning.maxTokens,
  ...writeMessages(body.messages, losses),
  ...writeTools(body, reasoning.isThinking, losses),
  ...(reasoning.thinking !== undefined && { thinking: reasoning.thinking }),
  ...writeOutput(body, reasoning.effort, losses),
  ...writeSampling(body, reasoning.isThinking, losses),
  ...writeStop(body, losses),
  ...writeTier(body, losses),
  ...writeMetadata(body, losses),
  ...(body.stream && { stream: true }),
})

/** A body that Anthropic takes for this model, and by name whatever of the request it cannot tell. */
export const encodeRequest = (request: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const reasoning = writeReasoning(request, model, losses)
  nameAbsent(request, losses)
  return { value: { ...writeBody(request, model, reasoning, losses) }, losses: losses.list() }
}

/** A request of any dialect, written as a body for Cohere's chat, and by name whatever cannot be said. */
import { asksFor } from '../../domain/request.ts'
import type { ChatBody, ChatRequest } from '../../domain/request.ts'
import { withFitNames } from '../../domain/tool-name.ts'
import type { Encoded } from '../../ports/dialect.ts'
import { documentsIn } from './documents.ts'
import { fitBody } from './fit-model.ts'
import { instruction, writeFormat } from './output.ts'
import { writeThinking } from './reasoning.ts'
import { writeSampling } from './sampling.ts'
import { toolName } from './tool-name.ts'
import { writeTools } from './tools.ts'
import { writeMessages } from './write-messages.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { dialect, noLosses, ownMembers } from './wire.ts'

/** Cohere takes no more stop sequences. */
const mostStops = 5
const writeStop = ({ limits }: ChatBody, isOwn: boolean, losses: Losses): Json => {
  const { stop } = limits
  if (stop.length === 0) return {}
  if (isOwn || stop.length <= mostStops) return { stop_sequences: stop }
  losses.add('limits.stop', `Cohere takes ${mostStops} stop sequences; the first of ${stop.length} were sent`)
  return { stop_sequences: stop.slice(0, mostStops) }
}

const usualTiers = new Set(['auto', 'default', 'standard', 'standard_only'])
/** What Cohere has no word for at all. */
const nameAbsent = (body: ChatBody, losses: Losses): void => {
  const { choices, logprobs, metadata, endUser, serviceTier } = body
  if (choices > 1) losses.add('choices', 'Cohere gives one answer')
  if (logprobs !== undefined && logprobs > 0) {
    losses.add('logprobs', 'Cohere tells the log probability of the token that was taken, not of others')
  }
  if (metadata !== undefined && Object.keys(metadata).length > 0) losses.add('metadata', 'Cohere takes no metadata')
  if (endUser !== undefined) losses.add('endUser', "Cohere takes no end user's id")
  if (serviceTier !== undefined && !usualTiers.has(serviceTier)) {
    losses.add('serviceTier', `Cohere has no service tier ${JSON.stringify(serviceTier)}`)
  }
  losses.addForeign(body.extensions, '')
}

const writtenAnew = new Set(['thinking', 'response_format'])
const kept = (body: ChatBody): Json =>
  Object.fromEntries(Object.entries(ownMembers(body.extensions)).filter(([key]) => !writtenAnew.has(key)))

/** The body as the model takes it. */
const fitted = (body: Json, model: string, losses: Losses): Record<string, unknown> => {
  const { edits, losses: lost } = fitBody(body, model)
  for (const { field, why } of lost) losses.add(field, why)
  return Object.fromEntries(Object.entries({ ...body, ...edits }).filter(([, value]) => value !== undefined))
}

/** A body that Cohere takes for this model. */
export const encodeRequest = (asked: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const isOwn = asked.extensions[dialect] !== undefined
  const request = isOwn ? asked : withFitNames(asked, toolName)
  nameAbsent(request, losses)
  const documents = documentsIn(request.messages)
  const tools = writeTools(request, isOwn, losses)
  const isBusy = tools['tools'] !== undefined || documents.length > 0
  const format = writeFormat(request, { isOwn, isBusy }, losses)
  const { maxOutputTokens } = request.limits
  const body = {
    ...kept(request),
    model,
    messages: [...instruction(format.words), ...writeMessages(request.messages, losses)],
    ...tools,
    ...(documents.length > 0 && { documents }),
    ...format.members,
    ...(maxOutputTokens !== undefined && { max_tokens: maxOutputTokens }),
    ...writeStop(request, isOwn, losses),
    ...writeSampling(request, isOwn, losses),
    ...(request.logprobs !== undefined && { logprobs: true }),
    ...writeThinking(request, losses),
    // The official client always says which of the two it wants, and so does this.
    stream: request.stream,
  }
  const value = isOwn && asksFor(request.target, model) ? body : fitted(body, model, losses)
  return { value, losses: losses.list() }
}

/** A request of any dialect, written as a body for Anthropic's Messages API. */
import { asksFor } from '../../domain/request.ts'
import type { ChatBody, ChatRequest } from '../../domain/request.ts'
import type { Encoded } from '../../ports/dialect.ts'
import { fitName, withFitNames } from '../../domain/tool-name.ts'
import { abilitiesOf } from './abilities.ts'
import { writeOutput } from './output.ts'
import type { WrittenOutput } from './output.ts'
import { writeReasoning } from './reasoning.ts'
import { writeSampling } from './sampling.ts'
import { writeTools } from './tools.ts'
import { resumesUnsigned, withInstruction, writeMessages } from './turns.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { dialect, noLosses, ownMembers } from './wire.ts'

const writeStop = ({ limits }: ChatBody, losses: Losses): Json => {
  const stop = limits.stop.filter(one => one.trim() !== '')
  if (stop.length < limits.stop.length) {
    losses.add('limits.stop', 'Anthropic takes no stop sequence that is only white space')
  }
  return stop.length === 0 ? {} : { stop_sequences: stop }
}

const outputConfig = (body: ChatBody, effort: string | undefined, { format }: WrittenOutput): Json => {
  const own = ownMembers(body.extensions)
  const config = own['output_config']
  const { effort: _effort, ...others }: Json = isRecord(config) ? config : {}
  // Who wrote the older member has it among the extensions already.
  const isOldForm = isRecord(own['output_format'])
  const written = {
    ...others,
    ...(effort !== undefined && { effort }),
    ...(format !== undefined && !isOldForm && { format }),
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

/** A tool's name as Anthropic takes it: at most 128 letters, digits, `_` and `-`. */
export const toolName = (name: string): string => fitName(name, 128)

/** A body that Anthropic takes for this model, and by name whatever of the request it cannot tell. */
export const encodeRequest = (asked: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const abilities = abilitiesOf(model)
  const isOwn = asked.raw?.dialect === dialect
  const request = isOwn ? asked : withFitNames(asked, toolName)
  nameAbsent(request, losses)
  const conversation = writeMessages(request.messages, isOwn, losses)
  const isUnsigned = resumesUnsigned(conversation)
  const isChosen = asksFor(asked.target, model)
  const told = writeReasoning(request, { abilities, isUnsigned, isChosen }, losses)
  const { thinking, effort, maxTokens, isThinking } = told
  const isBudgeted = thinking?.['type'] === 'enabled'
  // Not every client chose the model: one that asked a pool may get a model that is held to no schema.
  const isFit = isOwn && (isChosen || abilities.maxOutput === undefined)
  const output = writeOutput(request, { abilities, isBudgeted, isOwn: isFit }, losses)
  const value = {
    ...kept(request),
    model,
    max_tokens: maxTokens,
    ...withInstruction(conversation, output.words),
    ...writeTools(request, { abilities, isBudgeted, isOwn, ...(output.tool && { answer: output.tool }) }, losses),
    ...(thinking !== undefined && { thinking }),
    ...outputConfig(request, effort, output),
    ...writeSampling(request, { abilities, isThinking }, losses),
    ...writeStop(request, losses),
    ...writeTier(request, losses),
    ...writeMetadata(request, losses),
    ...(request.stream && { stream: true }),
  }
  return { value, losses: losses.list() }
}

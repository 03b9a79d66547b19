/** A request of any dialect, written as a body for Bedrock's Converse API; the model goes into the path. */
import { asksFor } from '../../domain/request.ts'
import type { ChatRequest } from '../../domain/request.ts'
import { fitName, withFitNames } from '../../domain/tool-name.ts'
import type { Encoded } from '../../ports/dialect.ts'
import { familyOf } from './family.ts'
import type { Family } from './family.ts'
import { documentNames } from './media.ts'
import { joinFields } from './model-fields.ts'
import { writeOutput } from './output.ts'
import type { WrittenOutput } from './output.ts'
import { isUnchanged, writeReasoning } from './reasoning.ts'
import type { WrittenReasoning } from './reasoning.ts'
import { writeSampling } from './sampling.ts'
import { writeTier } from './tier.ts'
import { writeTools } from './tools.ts'
import { holdsCalls, resumesUnsigned, withInstructions, writeMessages } from './turns.ts'
import type { WrittenMessages } from './turns.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { dialect, noLosses, ownMembers } from './wire.ts'

/** What all parts of a body are written with. */
interface Page {
  readonly request: ChatRequest
  readonly family: Family
  /** A client of this dialect asked for this very model, and so knows what it takes. */
  readonly isOwn: boolean
  readonly losses: Losses
}

const notEmpty = (name: string, members: Json): Json => (Object.keys(members).length === 0 ? {} : { [name]: members })
const ownRecord = ({ request }: Page, name: string): Json => {
  const value = ownMembers(request.extensions)[name]
  return isRecord(value) ? value : {}
}

const stopOf = ({ request, family, isOwn, losses }: Page): Json => {
  const given = request.limits.stop
  // Claude refuses those that are only white space.
  const stop = isOwn || family.maker !== 'anthropic' ? given : given.filter(one => one.trim() !== '')
  if (stop.length < given.length)
    losses.add('limits.stop', 'this model takes no stop sequence that is only white space')
  return stop.length === 0 ? {} : { stopSequences: stop }
}

const lengthOf = ({ request, losses }: Page, { isBare }: WrittenReasoning): Json => {
  const most = request.limits.maxOutputTokens
  if (most === undefined) return {}
  if (most < 1) losses.add('limits.maxOutputTokens', `raised from ${most} to 1, the least that Bedrock takes`)
  return isBare ? {} : { maxTokens: Math.max(1, most) }
}

const tierOf = (page: Page): Json => {
  const { request, losses } = page
  const { serviceTier } = request
  // Left out it means as much.
  if (serviceTier === undefined || serviceTier === 'auto') return {}
  const written = writeTier(serviceTier)
  if (written === undefined) losses.add('serviceTier', `Bedrock has no service tier ${JSON.stringify(serviceTier)}`)
  return written === undefined ? {} : { serviceTier: { ...ownRecord(page, 'serviceTier'), ...written } }
}

const [mostMetadata, longestMetadata] = [16, 256]
const metadataText = /^[a-zA-Z0-9\s:_@$#=/+,\-.]*$/
const metadataOf = ({ request, isOwn, losses }: Page): Json => {
  const given = Object.entries(request.metadata ?? {})
  const fits = (text: string): boolean => text.length <= longestMetadata && metadataText.test(text)
  const kept = isOwn
    ? given
    : given.filter(([name, value]) => name !== '' && fits(name) && fits(value)).slice(0, mostMetadata)
  if (kept.length < given.length) {
    losses.add('metadata', 'Bedrock takes 16 pairs of at most 256 letters, digits and a few signs each')
  }
  return notEmpty('requestMetadata', Object.fromEntries(kept))
}

const outputConfig = (page: Page, effort: string | undefined, { format }: WrittenOutput): Json =>
  notEmpty('outputConfig', {
    ...ownRecord(page, 'outputConfig'),
    ...(effort !== undefined && { effort }),
    ...(format !== undefined && { textFormat: format }),
  })

/** What Bedrock has no word for at all. */
const nameAbsent = ({ request, losses }: Page): void => {
  if (request.choices > 1) losses.add('choices', 'Bedrock gives one answer')
  if (request.logprobs !== undefined) losses.add('logprobs', 'Bedrock tells no log probabilities')
  if (request.endUser !== undefined) losses.add('endUser', "Bedrock takes no end user's id")
  losses.addForeign(request.extensions, '')
}

const writtenAnew = new Set([
  'inferenceConfig',
  'additionalModelRequestFields',
  'outputConfig',
  'toolConfig',
  'serviceTier',
])
const kept = ({ request }: Page): Json =>
  Object.fromEntries(Object.entries(ownMembers(request.extensions)).filter(([key]) => !writtenAnew.has(key)))

/** What a client of this dialect wrote for the very model that it asked for stays as it is, as far as no wish was changed since. */
const asWritten = ({ request, isOwn }: Page): WrittenReasoning | undefined => {
  if (!isOwn || request.raw === undefined || !isUnchanged(request)) return undefined
  const { additionalModelRequestFields: fields, outputConfig: config } = request.raw.json
  const effort = isRecord(config) && typeof config['effort'] === 'string' ? config['effort'] : undefined
  const none = { isThinking: false, isBudgeted: false, isBare: false }
  return { fields: isRecord(fields) ? fields : {}, ...none, ...(effort !== undefined && { effort }) }
}

const bodyOf = (page: Page, conversation: WrittenMessages): Record<string, unknown> => {
  const { request, family, isOwn, losses } = page
  const written = asWritten(page)
  const reasoning = written ?? writeReasoning(request, family, resumesUnsigned(conversation), losses)
  const { isBudgeted } = reasoning
  const output = writeOutput(request, { family, isBudgeted, isOwn }, losses)
  const telling = {
    family,
    isBudgeted,
    isOwn,
    hasCalls: holdsCalls(conversation),
    ...(output.tool && { answer: output.tool }),
  }
  const tools = writeTools(request, telling, losses)
  const { temperature, topP } = request.sampling
  const sampling =
    written === undefined
      ? writeSampling(request.sampling, family, reasoning, losses)
      : {
          inference: { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) },
          fields: {},
        }
  const fields = [ownRecord(page, 'additionalModelRequestFields'), reasoning.fields, sampling.fields, tools.fields]
  return {
    ...kept(page),
    ...withInstructions(conversation, [output.words, tools.words]),
    ...notEmpty('inferenceConfig', {
      ...ownRecord(page, 'inferenceConfig'),
      ...lengthOf(page, reasoning),
      ...sampling.inference,
      ...stopOf(page),
    }),
    ...(tools.toolConfig !== undefined && { toolConfig: tools.toolConfig }),
    ...notEmpty('additionalModelRequestFields', fields.reduce(joinFields)),
    ...outputConfig(page, reasoning.effort, output),
    ...tierOf(page),
    ...metadataOf(page),
  }
}

/** A tool's name as Bedrock takes it: at most 64 letters, digits, `_` and `-`. */
export const toolName = (name: string): string => fitName(name, 64)

/** A body that Bedrock takes for this model, and by name whatever of the request it cannot tell. */
export const encodeRequest = (asked: ChatRequest, model: string): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const isOwn = asked.raw?.dialect === dialect && asksFor(asked.target, model)
  const request = isOwn ? asked : withFitNames(asked, toolName)
  const family = familyOf(model)
  const page: Page = { request, family, isOwn, losses }
  nameAbsent(page)
  const conversation = writeMessages(request.messages, { family, isOwn, names: documentNames(isOwn), losses })
  return { value: bodyOf(page, conversation), losses: losses.list() }
}

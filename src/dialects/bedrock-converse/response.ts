/** A whole answer, both ways. */
import type { Failure } from '../../domain/failure.ts'
import type { Part, ReasoningPart, RefusalPart, TextPart, ToolCallPart } from '../../domain/message.ts'
import type { Answer } from '../../domain/response.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Encoded } from '../../ports/dialect.ts'
import { wholeBlock } from './answer-blocks.ts'
import { nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { idFitter } from './call-id.ts'
import { writeOpaque } from './encode-blocks.ts'
import { garbled } from '../garbled.ts'
import { encodeFailure, failureOf } from './failure.ts'
import { answerTool } from './output.ts'
import { writeRedacted } from './redacted.ts'
import { writeStopReason } from './stop-reason.ts'
import { endOf, modelOf, otherFields, stopOf } from './stream.ts'
import { readTier, writeTier } from './tier.ts'
import { readUsage, writeUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputOf, otherMembers } from '../fields.ts'
import { found } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { measuredAgain, noLosses, ownMembers } from './wire.ts'

const failed = (failure: Failure): readonly StreamEvent[] => [{ type: 'response-failed', failure }]

const known = new Set(['output', 'stopReason', 'usage', 'additionalModelResponseFields', 'serviceTier'])

const usesOf = (content: readonly unknown[]): readonly Json[] =>
  content.flatMap(block => {
    const use = isRecord(block) ? block['toolUse'] : undefined
    return isRecord(use) && use['type'] !== 'server_tool_use' ? [use] : []
  })
/** True unless calls came and all of them were of the tool that is the answer. */
const callsClient = (content: readonly unknown[]): boolean => {
  const uses = usesOf(content)
  return uses.length === 0 || uses.some(use => use['name'] !== answerTool)
}

/** The events that would have told this answer. */
export const decodeAnswer = (body: unknown): readonly StreamEvent[] => {
  if (!isRecord(body)) return failed(garbled(`the answer is ${found(body)}; it must be a JSON object with an output`))
  const { output } = body
  if (output === undefined && (typeof body['message'] === 'string' || typeof body['Message'] === 'string')) {
    return failed(failureOf(body))
  }
  const message = isRecord(output) ? output['message'] : undefined
  const content = isRecord(message) ? message['content'] : undefined
  if (!Array.isArray(content)) {
    return failed(garbled(`output.message.content of the answer is ${found(content)}; it must be a list of blocks`))
  }
  const others = { ...otherFields(body['additionalModelResponseFields']), ...otherMembers(body, known) }
  return [
    { type: 'response-start', model: modelOf(body), ...readTier(body['serviceTier']) },
    ...content.flatMap((block: unknown, place) => wholeBlock(block, place)),
    ...endOf(stopOf(body, callsClient(content)), readUsage(body['usage']), others),
  ]
}

/** Fits the ids of an answer's calls; one that came without gets the answer's own. */
export const callIds = (context: AnswerContext): ((id: string) => string) =>
  idFitter(`tooluse_${context.id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 48)}`, 'wide')

const writeText = (part: TextPart | RefusalPart): Json | undefined => {
  const own = ownMembers(part.extensions)
  if (Object.keys(own).length === 0) return part.text === '' ? undefined : { text: part.text }
  return { citationsContent: { ...(part.text !== '' && { content: [{ text: part.text }] }), ...own } }
}
const writeReasoning = (part: ReasoningPart): Json | undefined => {
  const { text, signature, redacted } = part
  if (redacted !== undefined) return { reasoningContent: { redactedContent: writeRedacted(redacted) } }
  if (text === '' && signature === undefined) return undefined
  const told = { ...ownMembers(part.extensions), text, ...(signature !== undefined && { signature }) }
  return { reasoningContent: { reasoningText: told } }
}
const writeToolUse = (part: ToolCallPart, toolUseId: string, losses: Losses): Json => {
  const input = inputOf(part.input)
  if (input === undefined) losses.add('content.tool-call.input', 'the arguments are no JSON object')
  return { toolUse: { ...ownMembers(part.extensions), toolUseId, name: part.name, input: input ?? {} } }
}
const writePart = (part: Part, fit: (id: string) => string, losses: Losses): Json | undefined => {
  losses.addForeign(part.extensions, 'content.')
  switch (part.type) {
    case 'text':
    case 'refusal':
      return writeText(part)
    case 'reasoning':
      return writeReasoning(part)
    case 'tool-call':
      return writeToolUse(part, fit(part.callId), losses)
    case 'opaque':
      return writeOpaque(part, 'content', losses)
    default:
      losses.add(`content.${part.type}`, 'an answer of Bedrock cannot hold it')
      return undefined
  }
}

/** The fields of the model's own, with the stop sequence, which has no other place. */
export const fieldsOf = (own: Json, stopSequence: string | undefined): Json => {
  const given = own['additionalModelResponseFields']
  const fields = {
    ...(isRecord(given) ? given : {}),
    ...(stopSequence !== undefined && { stop_sequence: stopSequence }),
  }
  return Object.keys(fields).length === 0 ? {} : { additionalModelResponseFields: fields }
}
/** The tier as Bedrock tells it, ready to be spread. */
export const tierOf = (tier: string | undefined): Json => {
  const written = tier === undefined ? undefined : writeTier(tier)
  return written === undefined ? {} : { serviceTier: written }
}

const writeAnswer = (answer: Answer, context: AnswerContext, losses: Losses): Record<string, unknown> => {
  const [choice] = answer.choices
  if (answer.choices.length > 1) losses.add('choices', 'Bedrock gives one answer')
  nameHead(answer, losses)
  nameUsage(answer.usage, losses)
  nameEnd({ reason: 'stop', ...choice }, losses)
  const parts = choice?.parts ?? []
  const fit = callIds(context)
  const content = parts.map(part => writePart(part, fit, losses)).filter(part => part !== undefined)
  const said = {
    calls: parts.some(({ type }) => type === 'tool-call'),
    refusal: parts.some(({ type }) => type === 'refusal'),
  }
  const { reason = 'stop', raw, stopSequence } = choice ?? {}
  const end = { reason, ...(raw !== undefined && { raw }), ...(stopSequence !== undefined && { stopSequence }) }
  const own = measuredAgain(ownMembers(answer.extensions))
  return {
    // How long the model took, only it can tell; clients read the member unasked.
    metrics: { latencyMs: 0 },
    ...own,
    ...fieldsOf(own, stopSequence),
    ...tierOf(answer.serviceTier),
    output: { message: { role: 'assistant', content } },
    stopReason: writeStopReason(end, said),
    usage: writeUsage(answer.usage),
  }
}

/** The answer that these events tell; an error body if they tell of a failure. */
export const encodeAnswer = (
  events: readonly StreamEvent[],
  context: AnswerContext,
): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const answer = collect(events)
  if (answer.failure !== undefined) return { value: encodeFailure(answer.failure).body, losses: [] }
  return { value: writeAnswer(answer, context, losses), losses: losses.list() }
}

/** A whole answer, both ways. */
import type { Failure } from '../../domain/failure.ts'
import type { Part, ReasoningPart, ToolCallPart } from '../../domain/message.ts'
import type { Answer } from '../../domain/response.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Encoded } from '../../ports/dialect.ts'
import { wholeBlock } from './answer-blocks.ts'
import { nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { idFitter } from './call-id.ts'
import { writeCaller } from './caller.ts'
import { writeOpaque } from './encode-blocks.ts'
import { garbled } from '../garbled.ts'
import { encodeFailure, failureOf } from './failure.ts'
import { writeStopReason } from './stop-reason.ts'
import { callsClient, endOf, startOf, stopOf } from './stream.ts'
import { mergeUsage, writeUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputOf } from '../fields.ts'
import { found } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { noLosses, ownMembers } from './wire.ts'

const failed = (failure: Failure): readonly StreamEvent[] => [{ type: 'response-failed', failure }]

/** The events that would have told this answer. */
export const decodeAnswer = (body: unknown): readonly StreamEvent[] => {
  if (!isRecord(body)) return failed(garbled(`the answer is ${found(body)}; it must be a message, a JSON object`))
  if (body['type'] === 'error' || isRecord(body['error'])) return failed(failureOf(body))
  const { content } = body
  if (!Array.isArray(content)) {
    return failed(garbled(`content of the answer is ${found(content)}; it must be a list of blocks`))
  }
  return [
    startOf(body),
    ...content.flatMap((block: unknown, place) => wholeBlock(block, place)),
    ...endOf(stopOf(body, callsClient(content)), mergeUsage(undefined, body['usage']), undefined),
  ]
}

/** `msg_…`: the upstream's own id if it has that form. */
const messageId = (upstreamId: string | undefined, context: AnswerContext): string => {
  const id = upstreamId === undefined || upstreamId === '' ? context.id : upstreamId
  return id.startsWith('msg_') ? id : `msg_${id.replace(/[^a-zA-Z0-9_-]/g, '_')}`
}
/** Fits the ids of an answer's calls; one that came without gets the answer's own. */
export const callIds = (context: AnswerContext): ((id: string) => string) =>
  idFitter(`toolu_${context.id.replace(/[^a-zA-Z0-9_-]/g, '_')}`)

/** The message around the content, `usage` and the end still open. */
export const writeHead = (
  start: { readonly model: string; readonly upstreamId?: string },
  context: AnswerContext,
): Json => ({
  id: messageId(start.upstreamId, context),
  type: 'message',
  role: 'assistant',
  model: start.model === '' ? context.model : start.model,
})

const writeThinking = (part: ReasoningPart): Json | undefined => {
  const own = ownMembers(part.extensions)
  if (part.redacted !== undefined) return { ...own, type: 'redacted_thinking', data: part.redacted }
  if (part.text === '' && part.signature === undefined) return undefined
  return { ...own, type: 'thinking', thinking: part.text, signature: part.signature ?? '' }
}
const writeToolUse = (part: ToolCallPart, id: string, losses: Losses): Json => {
  const input = inputOf(part.input)
  if (input === undefined) losses.add('content.tool-call.input', 'the arguments are no JSON object')
  return { ...writeCaller(ownMembers(part.extensions)), type: 'tool_use', id, name: part.name, input: input ?? {} }
}
const writePart = (part: Part, fit: (id: string) => string, losses: Losses): Json | undefined => {
  losses.addForeign(part.extensions, 'content.')
  switch (part.type) {
    case 'text':
    case 'refusal': {
      const own = ownMembers(part.extensions)
      return part.text === '' && Object.keys(own).length === 0 ? undefined : { ...own, type: 'text', text: part.text }
    }
    case 'reasoning':
      return writeThinking(part)
    case 'tool-call':
      return writeToolUse(part, fit(part.callId), losses)
    case 'opaque':
      return writeOpaque(part, 'content', losses)
    default:
      losses.add(`content.${part.type}`, 'an answer of Anthropic cannot hold it')
      return undefined
  }
}

const writeAnswer = (answer: Answer, context: AnswerContext, losses: Losses): Record<string, unknown> => {
  const [choice] = answer.choices
  if (answer.choices.length > 1) losses.add('choices', 'Anthropic gives one answer')
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
  return {
    ...ownMembers(answer.extensions),
    ...writeHead(answer, context),
    content,
    stop_reason: writeStopReason(end, said),
    stop_sequence: stopSequence ?? null,
    usage: writeUsage(answer.usage, answer.serviceTier),
  }
}

/** The message that these events tell; an error body if they tell of a failure. */
export const encodeAnswer = (
  events: readonly StreamEvent[],
  context: AnswerContext,
): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const answer = collect(events)
  if (answer.failure !== undefined) return { value: encodeFailure(answer.failure, context.id).body, losses: [] }
  return { value: writeAnswer(answer, context, losses), losses: losses.list() }
}

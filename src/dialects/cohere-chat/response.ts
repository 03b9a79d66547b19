/** A whole answer, both ways. */
import type { Failure } from '../../domain/failure.ts'
import type { Part } from '../../domain/message.ts'
import { collect } from '../../domain/response.ts'
import type { Answer, Choice } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Encoded } from '../../ports/dialect.ts'
import {
  beginCall,
  beginContent,
  endCall,
  endContent,
  fail,
  finish,
  keep,
  newReading,
  readCitation,
  readPlan,
  start,
} from './answer.ts'
import type { Reading } from './answer.ts'
import { nameEnd, nameHead, nameRefusal, nameThought, nameUsage } from './answer-losses.ts'
import { garbled } from '../garbled.ts'
import { encodeFailure, failedAnswer, failureOf } from './failure.ts'
import { isFailed, writeReason } from './finish.ts'
import { isPlan } from './messages.ts'
import { readUsage, writeUsage } from './usage.ts'
import { writeCall } from './write-messages.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isTooDeep, isWord, listOf, recordOf, textOf } from '../fields.ts'
import { found } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { dialect, noLosses, ownMembers } from './wire.ts'

const known = {
  answer: new Set(['id', 'message', 'finish_reason', 'usage', 'logprobs']),
  message: new Set(['role', 'content', 'tool_plan', 'tool_calls', 'citations']),
}

const contentsOf = (content: unknown): readonly Json[] => {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return listOf(content).filter(isRecord)
}

const readMessage = (reading: Reading, message: Json): readonly StreamEvent[] => {
  const contents = contentsOf(message['content'])
  const calls = listOf(message['tool_calls']).filter(isRecord)
  const events = [
    ...readPlan(reading, textOf(message, 'tool_plan')),
    ...contents.flatMap((content, at) => [...beginContent(reading, at, content), ...endContent(reading, at)]),
    ...calls.flatMap((call, at) => [...beginCall(reading, at, call), ...endCall(reading, at)]),
  ]
  for (const citation of listOf(message['citations'])) readCitation(reading, citation)
  keep(reading, 'message', message, known.message)
  return events
}

const failed = (failure: Failure): readonly StreamEvent[] => [{ type: 'response-failed', failure }]

/** The events that would have told this answer. */
export const decodeAnswer = (body: unknown): readonly StreamEvent[] => {
  if (!isRecord(body)) return failed(garbled(`the answer is ${found(body)}; it must be a JSON object with a message`))
  if (isTooDeep(body)) return failed(garbled('the answer nests too deep; it must nest less'))
  const { message, finish_reason: reason, logprobs } = body
  if (isWord(message) || (message === undefined && isWord(body['error']))) return failed(failureOf(body))
  if (!isRecord(message)) return failed(garbled(`message of the answer is ${found(message)}; it must be an object`))
  const reading = newReading()
  reading.usage = readUsage(body['usage'])
  if (isWord(reason) && isFailed(reason)) return fail(reading, failedAnswer(reason, body['error'], body))
  reading.finish = isWord(reason) ? reason : undefined
  reading.logprobs.push(...listOf(logprobs))
  keep(reading, 'others', body, known.answer)
  return [...start(reading, body['id'], undefined), ...readMessage(reading, message), ...finish(reading)]
}

/** The id of an answer: the upstream's own if it gave one. */
export const answerId = (upstreamId: string | undefined, { id }: AnswerContext): string =>
  upstreamId === undefined || upstreamId === '' ? id : upstreamId
/** The id of a call: the `place`th, where it came without one. */
export const callId = (id: string, name: string, place: number, { id: request }: AnswerContext): string =>
  id === '' ? `${name}_${request}_${place}` : id

/** A message while its parts are written. */
interface Draft {
  readonly context: AnswerContext
  readonly losses: Losses
  readonly content: Json[]
  readonly calls: Json[]
  readonly citations: unknown[]
  readonly logprobs: unknown[]
  plan: string
  isRefusal: boolean
}

const draftText = (draft: Draft, text: string, own: Json): void => {
  const { citations, logprobs, ...others } = own
  draft.citations.push(...listOf(citations))
  draft.logprobs.push(...listOf(logprobs))
  draft.content.push({ ...others, type: 'text', text })
}
const draftPart = (draft: Draft, part: Part): void => {
  const { losses } = draft
  losses.addForeign(part.extensions, 'content.')
  const own = ownMembers(part.extensions)
  switch (part.type) {
    case 'text':
      return draftText(draft, part.text, own)
    case 'refusal':
      draft.isRefusal = true
      nameRefusal(losses)
      return draftText(draft, part.text, own)
    case 'reasoning':
      nameThought(part, losses)
      if (isPlan(own)) draft.plan += part.text
      else if (part.text !== '') draft.content.push({ ...own, type: 'thinking', thinking: part.text })
      return
    case 'tool-call': {
      const id = callId(part.callId, part.name, draft.calls.length, draft.context)
      draft.calls.push(writeCall(part, id))
      return
    }
    case 'opaque':
      if (part.dialect === dialect && isRecord(part.value)) draft.content.push(part.value)
      else losses.add(`content.${part.kind}`, `only ${part.dialect} knows this kind of content`)
      return
    default:
      losses.add(`content.${part.type}`, 'an answer of Cohere cannot hold it')
  }
}

const writeMessage = ({ content, calls, plan, citations }: Draft, others: Json): Json => {
  const isSilent = content.length === 0 && calls.length > 0
  return {
    ...others,
    role: 'assistant',
    ...(plan !== '' && { tool_plan: plan }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(!isSilent && { content: content.length === 0 ? [{ type: 'text', text: '' }] : content }),
    ...(citations.length > 0 && { citations }),
  }
}

const writeAnswer = (answer: Answer, context: AnswerContext, losses: Losses): Record<string, unknown> => {
  const choice: Choice = answer.choices[0] ?? { parts: [] }
  if (answer.choices.length > 1) losses.add('choices', 'Cohere gives one answer')
  nameHead(answer, losses)
  nameUsage(answer.usage, losses)
  const own = ownMembers(choice.extensions)
  const draft: Draft = {
    context,
    losses,
    content: [],
    calls: [],
    citations: [],
    logprobs: [],
    plan: '',
    isRefusal: false,
  }
  for (const part of choice.parts) draftPart(draft, part)
  const end = { ...choice, reason: choice.reason ?? 'stop' }
  nameEnd(end, losses)
  const message = recordOf(own, 'message')
  const logprobs = [...draft.logprobs, ...listOf(own['logprobs'])]
  draft.citations.push(...listOf(own['citations']))
  const { message: first, ...others } = ownMembers(answer.extensions)
  return {
    ...others,
    id: answerId(answer.upstreamId, context),
    message: writeMessage(draft, { ...recordOf({ first }, 'first'), ...message }),
    finish_reason: writeReason(end, draft.isRefusal),
    ...(answer.usage !== undefined && { usage: writeUsage(answer.usage) }),
    ...(logprobs.length > 0 && { logprobs }),
  }
}

/** The body that these events tell; an error body if they tell of a failure. */
export const encodeAnswer = (
  events: readonly StreamEvent[],
  context: AnswerContext,
): Encoded<Record<string, unknown>> => {
  const losses = noLosses()
  const answer = collect(events)
  if (answer.failure !== undefined) return { value: encodeFailure(answer.failure, context.id).body, losses: [] }
  return { value: writeAnswer(answer, context, losses), losses: losses.list() }
}

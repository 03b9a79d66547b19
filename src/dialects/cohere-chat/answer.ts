/** An answer while it is read, whole or in events of its stream. */
import type { Failure } from '../../domain/failure.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import { closeCall, feedCall, openCall } from './answer-calls.ts'
import type { OpenCall } from './answer-calls.ts'
import { closeContent, feedContent, openContent, settle } from './answer-contents.ts'
import type { OpenContent } from './answer-contents.ts'
import { readReason } from './finish.ts'
import { planMark } from './messages.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { carried } from './wire.ts'

/** What has been read of an answer. */
export interface Reading {
  hasStarted: boolean
  hasEnded: boolean
  blocks: number
  /** How many parts of content have begun. */
  places: number
  /** Block of the plan that is being told. */
  plan: number | undefined
  hasCalls: boolean
  /** By the index in the stream. */
  readonly contents: Map<unknown, OpenContent>
  readonly calls: Map<unknown, OpenCall>
  /** Texts whose ends wait for their citations, in order. */
  readonly texts: OpenContent[]
  /** Citations of what is no text. */
  readonly citations: unknown[]
  /** Log probabilities that no words have taken along yet. */
  readonly logprobs: unknown[]
  finish: string | undefined
  isFinished: boolean
  usage: Usage | undefined
  /** Members of the message, and of the answer, that have no other place. */
  message: Json | undefined
  others: Json | undefined
}

/** Nothing read yet. */
export const newReading = (): Reading => ({
  hasStarted: false,
  hasEnded: false,
  blocks: 0,
  places: 0,
  plan: undefined,
  hasCalls: false,
  contents: new Map(),
  calls: new Map(),
  texts: [],
  citations: [],
  logprobs: [],
  finish: undefined,
  isFinished: false,
  usage: undefined,
  message: undefined,
  others: undefined,
})

const none: readonly StreamEvent[] = []

/** Ends the reading with this failure; what the answer cost so far is told. */
export const fail = (reading: Reading, failure: Failure): readonly StreamEvent[] => {
  reading.hasEnded = true
  const failed: StreamEvent = { type: 'response-failed', failure }
  return reading.usage === undefined ? [failed] : [{ type: 'usage', usage: reading.usage }, failed]
}

/** The first event; Cohere's answers do not name their model. */
export const start = (reading: Reading, id: unknown, own: Json | undefined): readonly StreamEvent[] => {
  if (reading.hasStarted) return none
  reading.hasStarted = true
  return [{ type: 'response-start', model: '', ...(typeof id === 'string' && { upstreamId: id }), ...carried(own) }]
}

const closePlan = (reading: Reading): readonly StreamEvent[] => {
  const { plan } = reading
  reading.plan = undefined
  return plan === undefined ? none : [{ type: 'reasoning-end', block: plan, ...carried(planMark) }]
}
/** Reads a piece of the plan for tool calls: reasoning, under a name of its own. */
export const readPlan = (reading: Reading, text: string): readonly StreamEvent[] => {
  if (text === '') return none
  const isOpen = reading.plan !== undefined
  const block = (reading.plan ??= reading.blocks++)
  const told: StreamEvent = { type: 'reasoning-delta', block, text }
  return isOpen ? [told] : [{ type: 'reasoning-start', block, ...carried(planMark) }, told]
}

/** Opens a part of the content. */
export const beginContent = (reading: Reading, index: unknown, content: Json): readonly StreamEvent[] => {
  const before = reading.contents.get(index)
  const ended = before === undefined ? none : closeContent(before)
  const opened = openContent(content, { block: reading.blocks++, place: reading.places++ })
  reading.contents.set(index, opened.open)
  if (opened.open.kind === 'text') reading.texts.push(opened.open)
  // What a part begins with is its first piece.
  const first = feedContent(opened.open, content, reading.logprobs)
  return [...closePlan(reading), ...ended, ...opened.events, ...first]
}
/** Reads a piece of a part, which opens itself if its start never came. */
export const growContent = (
  reading: Reading,
  index: unknown,
  piece: { readonly delta: Json; readonly logprobs: unknown },
): readonly StreamEvent[] => {
  const { delta, logprobs } = piece
  if (!isAbsent(logprobs)) reading.logprobs.push(...(Array.isArray(logprobs) ? logprobs : [logprobs]))
  const open = reading.contents.get(index)
  if (open !== undefined) return feedContent(open, delta, reading.logprobs)
  const implied = typeof delta['thinking'] === 'string' ? { type: 'thinking' } : { type: 'text' }
  const begun = beginContent(reading, index, implied)
  return [...begun, ...feedContent(reading.contents.get(index)!, delta, reading.logprobs)]
}
/** Ends a part. The end of a text waits, for citations may follow. */
export const endContent = (reading: Reading, index: unknown): readonly StreamEvent[] => {
  const open = reading.contents.get(index)
  reading.contents.delete(index)
  return open === undefined ? none : closeContent(open)
}

/** Opens a call. */
export const beginCall = (reading: Reading, index: unknown, call: Json): readonly StreamEvent[] => {
  const before = reading.calls.get(index)
  const ended = before === undefined ? none : closeCall(before)
  const opened = openCall(call, reading.blocks++)
  reading.calls.set(index, opened.open)
  reading.hasCalls = true
  return [...closePlan(reading), ...ended, ...opened.events]
}
/** Reads a piece of a call's arguments. */
export const growCall = (reading: Reading, index: unknown, input: string): readonly StreamEvent[] => {
  const call = reading.calls.get(index)
  return call === undefined ? none : feedCall(call, input)
}
/** Ends a call. */
export const endCall = (reading: Reading, index: unknown): readonly StreamEvent[] => {
  const call = reading.calls.get(index)
  reading.calls.delete(index)
  return call === undefined ? none : closeCall(call)
}

/** Citations go with the text that they speak of: the part they name, else the last. */
export const readCitation = (reading: Reading, citation: unknown): void => {
  const { type, content_index: index }: Json = isRecord(citation) ? citation : {}
  const isOfText = type !== 'THINKING_CONTENT' && type !== 'PLAN'
  const named = reading.texts.find(({ place }) => place === index)
  const text = isOfText ? (named ?? reading.texts.at(-1)) : undefined
  ;(text?.citations ?? reading.citations).push(citation)
}

/** What has no other place, joined to what was there. */
export const keep = (reading: Reading, into: 'message' | 'others', record: Json, known: ReadonlySet<string>): void => {
  const members = otherMembers(record, known)
  if (members !== undefined) reading[into] = { ...reading[into], ...members }
}

const endOf = (reading: Reading): StreamEvent => {
  const { finish, citations, logprobs, message } = reading
  return {
    type: 'choice-end',
    reason: readReason(finish, reading.hasCalls),
    ...(finish !== undefined && { raw: finish }),
    ...carried({
      ...(citations.length > 0 && { citations }),
      ...(logprobs.length > 0 && { logprobs }),
      ...(message !== undefined && { message }),
    }),
  }
}

/** The last events of an answer that came to its end. */
export const finish = (reading: Reading): readonly StreamEvent[] => {
  reading.hasEnded = true
  const events: StreamEvent[] = [...start(reading, undefined, undefined), ...closePlan(reading)]
  for (const open of reading.contents.values()) events.push(...closeContent(open))
  for (const call of reading.calls.values()) events.push(...closeCall(call))
  for (const text of reading.texts) events.push(...settle(text))
  events.push(endOf(reading))
  if (reading.usage !== undefined) events.push({ type: 'usage', usage: reading.usage })
  events.push({ type: 'response-end', ...carried(reading.others) })
  return events
}

/** A response of the events that tell it: each event is written on the page, which then holds the whole. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { nameEnd, nameHead, nameUsage } from './answer-losses.ts'
import { finishHead, writeHead } from './head.ts'
import { errorEvent } from './error-event.ts'
import { tell } from './page.ts'
import type { Page } from './page.ts'
import { writeUsage } from './usage.ts'
import { endCall, endCalls, endOthers, feedCall, startCall, writeOpaque } from './write-calls.ts'
import { endThought, endThoughts, leaveThought, startThought, think } from './write-thoughts.ts'
import { endMessages, endText, leaveMessage, refuse, say, startText } from './write-words.ts'
import type { Json } from '../../domain/json.ts'

/** The response around nothing, or around what it holds so far. */
const responseOf = (page: Page, members: Json): Json => ({ ...page.head, ...members })
const begun = { status: 'in_progress', completed_at: null, error: null, incomplete_details: null, output: [] }

const begin = (page: Page, start: Extract<StreamEvent, { type: 'response-start' }>): void => {
  nameHead(start, page.losses)
  page.serviceTier = start.serviceTier
  if (page.head !== undefined) return
  page.head = writeHead(start, page.context)
  const response = responseOf(page, begun)
  tell(page, 'response.created', { response })
  tell(page, 'response.in_progress', { response })
}

/** Why an answer is incomplete, in OpenAI's words; undefined for one that is complete. */
const cutReason = (end: Page['end']): string | undefined => {
  if (end?.reason === 'refused') return 'content_filter'
  const isCut = end?.reason === 'length' || (end?.reason === 'other' && isBroken(end.raw))
  return isCut ? 'max_output_tokens' : undefined
}
/** How the answer ended. */
const ending = ({ end, context, head }: Page): Json => {
  const reason = cutReason(end)
  if (reason !== undefined) return { status: 'incomplete', completed_at: null, incomplete_details: { reason } }
  if (end?.raw === 'queued' || end?.raw === 'in_progress') return { status: end.raw, completed_at: null }
  const told = head?.['completed_at']
  return { status: 'completed', completed_at: typeof told === 'number' ? told : Math.floor(context.now / 1000) }
}
/** Words for an answer that did not get to its end: to say `completed` of it would be a lie. */
const cutShort = new Set(
  'incomplete error abort aborted cancelled canceled timeout insufficient_system_resource malformed_function_call'.split(
    ' ',
  ),
)
const isBroken = (raw: string | undefined): boolean => raw !== undefined && cutShort.has(raw.toLowerCase())

const endAll = (page: Page): void => {
  leaveMessage(page, true)
  endMessages(page)
  endThoughts(page)
  endCalls(page)
  endOthers(page)
}

const finish = (page: Page, end: Extract<StreamEvent, { type: 'response-end' }>): void => {
  nameHead(end, page.losses)
  if (page.head === undefined) begin(page, { type: 'response-start', model: '' })
  endAll(page)
  page.hasEnded = true
  page.head = finishHead(page.head ?? {}, end.extensions)
  const told = ending(page)
  const response = responseOf(page, {
    error: null,
    incomplete_details: null,
    ...told,
    output: page.output.map(({ item }) => item),
    ...(page.usage !== undefined && { usage: writeUsage(page.usage) }),
  })
  const type = told['status'] === 'incomplete' ? 'response.incomplete' : 'response.completed'
  tell(page, type, { response })
}

/** Whatever may go on is left where something else begins. */
const leaveOthers = (page: Page, type: StreamEvent['type']): void => {
  if (type === 'text-start' || type === 'refusal-delta') leaveThought(page)
  else if (type === 'reasoning-start') leaveMessage(page)
  else if (type === 'tool-call-start' || type === 'opaque') {
    leaveThought(page)
    leaveMessage(page)
  }
}

const writeContent = (page: Page, event: StreamEvent): void => {
  leaveOthers(page, event.type)
  switch (event.type) {
    case 'text-start':
      return startText(page, event)
    case 'text-delta':
      return say(page, event)
    case 'text-end':
      return endText(page, event)
    case 'refusal-delta':
      return refuse(page, event)
    case 'reasoning-start':
      return startThought(page, event)
    case 'reasoning-delta':
      return think(page, event)
    case 'reasoning-end':
      return endThought(page, event)
    case 'tool-call-start':
      return startCall(page, event)
    case 'tool-call-delta':
      return feedCall(page, event.block, event.input)
    case 'tool-call-end':
      return endCall(page, event.block)
    case 'opaque':
      return writeOpaque(page, event)
    default:
  }
}
const nameLosses = (page: Page, event: StreamEvent): void => {
  if (event.type === 'choice-end') nameEnd(event, page.losses)
  else if ('extensions' in event) page.losses.addForeign(event.extensions, 'content.')
}

/** Writes an event. */
export const write = (page: Page, event: StreamEvent): void => {
  switch (event.type) {
    case 'response-start':
      return begin(page, event)
    case 'usage':
      page.usage = event.usage
      return nameUsage(event.usage, page.serviceTier, page.losses)
    case 'response-end':
      return finish(page, event)
    case 'response-failed':
      page.hasEnded = true
      page.told.push(errorEvent(event.failure, page.sequence++))
      return
    default:
  }
  if ((event.choice ?? 0) > 0) return page.losses.add('choices', 'a response of OpenAI holds one answer')
  if (page.head === undefined) begin(page, { type: 'response-start', model: '' })
  nameLosses(page, event)
  if (event.type === 'choice-end') page.end = event
  else writeContent(page, event)
}

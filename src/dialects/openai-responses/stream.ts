/** A streamed answer, read: one reader for each type of event. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Frame, FrameDecoder } from '../../ports/dialect.ts'
import { begin, endEarly, fail, finish, newReading } from './answer.ts'
import type { Reading } from './answer.ts'
import { beginCall, doneItem, growCall } from './answer-items.ts'
import { doneThought, growThought } from './answer-thoughts.ts'
import { annotate, growWords } from './answer-words.ts'
import { garbled, tooDeep } from '../garbled.ts'
import { errorIn, failureOf } from './in-band-error.ts'
import { addItem, missing } from './open-item.ts'
import type { OpenItem } from './open-item.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isTooDeep, isWord, parseJson, recordOf } from '../fields.ts'
import { openaiResponsesId } from './wire.ts'

const none: readonly StreamEvent[] = []
type Read = (reading: Reading, event: Json) => readonly StreamEvent[]

const textIn = (event: Json, member: string): string => (typeof event[member] === 'string' ? event[member] : '')
const placeOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0
const indexOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined

/** The item that an event is about; one that was never announced is of this type. */
const itemOf = ({ items }: Reading, event: Json, type: string): OpenItem => {
  const { item_id: id, output_index: index } = event
  const byId = isWord(id) ? items.all.findLast(item => item.id === id) : undefined
  const byIndex = items.all.findLast(item => item.index === index && (item.head['type'] === type || !isWord(id)))
  const last = !isWord(id) && indexOf(index) === undefined ? items.all.at(-1) : undefined
  return byId ?? byIndex ?? last ?? addItem(items, { type, ...(isWord(id) && { id }) }, indexOf(index))
}

const told: Read = (reading, event) => begin(reading, recordOf(event, 'response'))
const ended: Read = (reading, event) => {
  const { response, type } = event
  if (!isRecord(response)) return fail(reading, garbled(`${String(type)} holds no response`))
  const status = String(type).slice('response.'.length)
  return finish(reading, isWord(response['status']) ? response : { ...response, status })
}
const failed: Read = (reading, event) => {
  const { response } = event
  if (isRecord(response)) return finish(reading, { ...response, status: 'failed' })
  return fail(reading, failureOf(isRecord(event['error']) ? event['error'] : event, event))
}

const added: Read = (reading, event) => {
  const { item, output_index: index } = event
  if (!isRecord(item)) return none
  const open = addItem(reading.items, item, indexOf(index))
  return item['type'] === 'function_call' ? beginCall(reading.items, open, item) : none
}
const done: Read = (reading, event) => {
  const { item } = event
  if (!isRecord(item)) return none
  const type = isWord(item['type']) ? item['type'] : ''
  return doneItem(reading.items, itemOf(reading, { ...event, item_id: item['id'] }, type), item)
}

const part: Read = (reading, event) => {
  const { part: piece, content_index: place } = event
  if (!isRecord(piece)) return none
  const { type } = piece
  const { items } = reading
  if (type === 'reasoning_text') {
    const at = { kind: 'content', place: placeOf(place) } as const
    return doneThought(items, itemOf(reading, event, 'reasoning'), at, piece['text'])
  }
  if (type !== 'output_text') return none
  return growWords(items, itemOf(reading, event, 'message'), placeOf(place), { kind: 'text', text: '' })
}
const words =
  (kind: 'text' | 'refusal'): Read =>
  (reading, event) =>
    growWords(reading.items, itemOf(reading, event, 'message'), placeOf(event['content_index']), {
      kind,
      text: textIn(event, 'delta'),
      logprobs: event['logprobs'],
    })
const wordsDone =
  (kind: 'text' | 'refusal'): Read =>
  (reading, event) => {
    const open = itemOf(reading, event, 'message')
    const place = placeOf(event['content_index'])
    const said = open.parts.get(place)?.said ?? ''
    const text = missing(said, event[kind])
    return growWords(reading.items, open, place, { kind, text, logprobs: said === '' ? event['logprobs'] : undefined })
  }
const annotation: Read = (reading, event) =>
  annotate(reading.items, itemOf(reading, event, 'message'), placeOf(event['content_index']), event['annotation'])

const input: Read = (reading, event) => growCall(itemOf(reading, event, 'function_call'), textIn(event, 'delta'))
const inputDone: Read = (reading, event) => {
  const open = itemOf(reading, event, 'function_call')
  return growCall(open, missing(open.call.said, event['arguments']))
}

const thought =
  (kind: 'summary' | 'content'): Read =>
  (reading, event) =>
    growThought(
      reading.items,
      itemOf(reading, event, 'reasoning'),
      { kind, place: placeOf(event[`${kind}_index`]) },
      textIn(event, 'delta'),
    )
const thoughtDone =
  (kind: 'summary' | 'content'): Read =>
  (reading, event) => {
    const whole = isRecord(event['part']) ? event['part']['text'] : event['text']
    const at = { kind, place: placeOf(event[`${kind}_index`]) }
    return doneThought(reading.items, itemOf(reading, event, 'reasoning'), at, whole)
  }

const readers: ReadonlyMap<unknown, Read> = new Map<unknown, Read>([
  ['response.created', told],
  ['response.queued', told],
  ['response.in_progress', told],
  ['response.completed', ended],
  ['response.incomplete', ended],
  ['response.cancelled', ended],
  ['response.failed', failed],
  ['error', failed],
  ['response.output_item.added', added],
  ['response.output_item.done', done],
  ['response.content_part.added', part],
  ['response.content_part.done', part],
  ['response.output_text.delta', words('text')],
  ['response.output_text.done', wordsDone('text')],
  ['response.output_text.annotation.added', annotation],
  ['response.refusal.delta', words('refusal')],
  ['response.refusal.done', wordsDone('refusal')],
  ['response.function_call_arguments.delta', input],
  ['response.function_call_arguments.done', inputDone],
  ['response.reasoning_summary_part.added', thoughtDone('summary')],
  ['response.reasoning_summary_text.delta', thought('summary')],
  ['response.reasoning_summary_text.done', thoughtDone('summary')],
  ['response.reasoning_summary_part.done', thoughtDone('summary')],
  ['response.reasoning_part.added', thoughtDone('content')],
  ['response.reasoning_part.done', thoughtDone('content')],
  ['response.reasoning_text.delta', thought('content')],
  ['response.reasoning_text.done', thoughtDone('content')],
])
/** Signs of life of a tool that runs at the provider, and pieces of what its item tells whole at its end. */
const progress =
  /_call\.(?:in_progress|searching|completed|interpreting|generating|failed)$|^response\.(?:mcp|custom|code|shell|apply)_[a-z_]+\.(?:delta|done|added|in_progress|completed|failed)$|^response\.mcp_list_tools\./
/** No sign of anything. */
const isIdle = (type: unknown): boolean => !isWord(type) || type === 'ping' || type === 'keepalive'

const kept = ({ items }: Reading, kind: string, value: Json): StreamEvent => ({
  type: 'opaque',
  block: items.blocks++,
  dialect: openaiResponsesId,
  kind,
  value,
})
const toldElsewhere = new Set<unknown>(['message', 'reasoning', 'function_call'])
/** The item that the event is about, if nothing has told of it yet. */
const announce = (reading: Reading, { item_id: id }: Json): readonly StreamEvent[] => {
  const open = reading.items.all.find(item => item.id !== undefined && item.id === id)
  if (open === undefined || open.isAnnounced || toldElsewhere.has(open.head['type'])) return none
  open.isAnnounced = true
  return [kept(reading, 'response.output_item.added', { item: open.head })]
}

/** An event of a type that nobody here knows: within this dialect it goes along as it is. */
const unknown = (reading: Reading, event: Json): readonly StreamEvent[] => {
  const { type } = event
  if (isIdle(type) || progress.test(String(type))) return none
  return [...announce(reading, event), kept(reading, String(type), event)]
}

/** True for an event of the answer itself, whatever stands in it. */
const isOfAnswer = ({ type }: Json): boolean => typeof type === 'string' && type.startsWith('response.')
const readEvent = (reading: Reading, event: Json): readonly StreamEvent[] => {
  const failure = isOfAnswer(event) ? undefined : errorIn(event)
  if (failure !== undefined) return fail(reading, failure)
  const read = readers.get(event['type']) ?? unknown
  const isAround = read === told || read === ended || read === failed
  const first = isAround ? none : begin(reading, {})
  const events = read(reading, event)
  return first.length === 0 ? events : [...first, ...events]
}

/** Reads the JSON of one frame. */
export const readFrame = (reading: Reading, { event, data }: Frame, json: unknown): readonly StreamEvent[] => {
  if (!isRecord(json)) {
    return fail(reading, garbled(`a frame of the answer holds no JSON object: ${data.slice(0, 80)}`))
  }
  if (isTooDeep(json, data.length)) return fail(reading, tooDeep)
  return readEvent(reading, json['type'] === undefined ? { ...json, type: event } : json)
}

/**
 * True for an event that comes again word for word, with the number that is its own alone. Servers that number nothing, or
 * everything with 0, may well say the same twice.
 */
export const isTwin = (reading: Reading, data: string, json: unknown): boolean => {
  if (!isRecord(json) || typeof json['sequence_number'] !== 'number') return false
  const isNumbered = json['sequence_number'] > 0 || !String(json['type']).endsWith('.delta')
  const isAgain = isNumbered && data === reading.latest
  reading.latest = data
  return isAgain
}

/** What some servers send after the end. */
export const endMark = '[DONE]'

/** A decoder for one stream. */
export const decodeStream = (): FrameDecoder => {
  const reading = newReading()
  return {
    push(frame) {
      if (reading.hasEnded || frame.data === '') return none
      if (frame.data.startsWith(endMark)) return endEarly(reading)
      const json = parseJson(frame.data)
      return isTwin(reading, frame.data, json) ? none : readFrame(reading, frame, json)
    },
    end: () => (reading.hasEnded ? none : endEarly(reading)),
  }
}

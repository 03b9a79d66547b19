/** An answer while it is read, whole or event by event: what of it has been told so far. */
import type { Failure } from '../../domain/failure.ts'
import type { FinishReason, StreamEvent, Usage } from '../../domain/stream-event.ts'
import { doneItem, isCall } from './answer-items.ts'
import { endOf, startOf } from './head.ts'
import { garbled } from '../garbled.ts'
import { errorIn, failureOf } from './in-band-error.ts'
import { addItem } from './open-item.ts'
import type { Items, OpenItem } from './open-item.ts'
import { readUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

/** What has been read of an answer. */
export interface Reading {
  readonly items: Items
  /** The response as it was told first. */
  first: Json | undefined
  hasStarted: boolean
  hasEnded: boolean
  usage: Usage | undefined
  /** The data of the latest event. */
  latest: string
}

/** Nothing read yet. */
export const newReading = (): Reading => ({
  items: { all: [], blocks: 0 },
  first: undefined,
  hasStarted: false,
  hasEnded: false,
  usage: undefined,
  latest: '',
})

const none: readonly StreamEvent[] = []

/** Ends the reading with this failure; what the answer cost so far is told. */
export const fail = (reading: Reading, failure: Failure): readonly StreamEvent[] => {
  reading.hasEnded = true
  const failed: StreamEvent = { type: 'response-failed', failure }
  return reading.usage === undefined ? [failed] : [{ type: 'usage', usage: reading.usage }, failed]
}

/** Begins the answer, if it has not begun. */
export const begin = (reading: Reading, response: Json): readonly StreamEvent[] => {
  if (reading.hasStarted) return none
  reading.hasStarted = true
  reading.first = response
  return [startOf(response)]
}

/** The failure that a response tells of by its status. */
const failureIn = (response: Json): Failure | undefined => {
  const { status, error } = response
  if (status === 'cancelled' || status === 'canceled')
    return { kind: 'stream-broken', message: 'the answer broke off: the provider says that it was cancelled' }
  if (status !== 'failed' && !(isRecord(error) && isWord(error['message']))) return undefined
  return failureOf(isRecord(error) ? error : { message: 'the response failed' }, {})
}

/** Why an answer stopped short. */
const shortReasons: ReadonlyMap<string, FinishReason> = new Map([
  ['max_output_tokens', 'length'],
  ['max_tokens', 'length'],
  ['content_filter', 'refused'],
])
const reasonOf = (response: Json, items: readonly OpenItem[]): StreamEvent => {
  const { status, incomplete_details: details } = response
  const raw = isRecord(details) && isWord(details['reason']) ? details['reason'] : undefined
  if (status === 'incomplete' || (raw !== undefined && status !== 'completed')) {
    return { type: 'choice-end', reason: shortReasons.get(raw ?? '') ?? 'other', raw: raw ?? 'incomplete' }
  }
  if (status === 'queued' || status === 'in_progress') return { type: 'choice-end', reason: 'other', raw: status }
  return { type: 'choice-end', reason: items.some(isCall) ? 'tool-calls' : 'stop' }
}

/** The item of the stream that this one of the finished output is. */
const itemFor = ({ all }: Items, item: Json, place: number): OpenItem | undefined =>
  all.find(({ id }) => id !== undefined && id === item['id']) ??
  all.find(({ index, head }) => index === place && head['type'] === item['type'])

/** Whatever of the finished output was not told yet. */
const settle = (reading: Reading, output: unknown): readonly StreamEvent[] => {
  const events: StreamEvent[] = []
  const list: readonly unknown[] = Array.isArray(output) ? output : []
  for (const [place, item] of list.entries()) {
    if (!isRecord(item)) continue
    const open = itemFor(reading.items, item, place) ?? addItem(reading.items, item, place)
    for (const event of doneItem(reading.items, open, item)) events.push(event)
  }
  for (const open of reading.items.all) for (const event of doneItem(reading.items, open, undefined)) events.push(event)
  return events
}

/** The last events of an answer that came to its end, or the failure that it tells of. */
export const finish = (reading: Reading, response: Json): readonly StreamEvent[] => {
  reading.usage = readUsage(response['usage']) ?? reading.usage
  const failure = failureIn(response) ?? errorIn(response)
  const first = begin(reading, response)
  if (failure !== undefined) return fail(reading, failure)
  const events: StreamEvent[] = [...first, ...settle(reading, response['output'])]
  events.push(reasonOf(response, reading.items.all))
  if (reading.usage !== undefined) events.push({ type: 'usage', usage: reading.usage })
  events.push(endOf(reading.first, response))
  reading.hasEnded = true
  return events
}

/** What the end of the bytes means where no end was told. */
export const endEarly = (reading: Reading): readonly StreamEvent[] => {
  const what = reading.hasStarted ? 'before response.completed' : 'before it began'
  return fail(reading, { kind: 'stream-broken', message: `the answer broke off: the stream ended ${what}` })
}

/** A whole answer at once. */
export const readWhole = (reading: Reading, body: Json): readonly StreamEvent[] => {
  const failure = errorIn(body)
  if (failure !== undefined) return fail(reading, failure)
  if (!Array.isArray(body['output']) && body['status'] !== 'failed')
    return fail(reading, garbled('the answer holds no output; it must be a response with a list of items'))
  return finish(reading, body)
}

/** An answer while it is read, whole or in chunks: from JSON to events. */
import type { Failure } from '../../domain/failure.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import { closeChoice, growChoice, holdsBack, openChoice } from './answer-choice.ts'
import type { OpenChoice } from './answer-choice.ts'
import { readTier } from './answer-losses.ts'
import { garbled } from '../garbled.ts'
import { errorIn } from './in-band-error.ts'
import { usageIn } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, without } from '../fields.ts'
import { carried } from './wire.ts'

/** What has been read of an answer. */
export interface Reading {
  readonly choices: Map<number, OpenChoice>
  hasStarted: boolean
  hasEnded: boolean
  usage: Usage | undefined
  /** Members that only this dialect knows and that were not told at the start. */
  readonly others: Map<string, unknown>
}

/** Nothing read yet. */
export const newReading = (): Reading => ({
  choices: new Map(),
  hasStarted: false,
  hasEnded: false,
  usage: undefined,
  others: new Map(),
})

const known = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'obfuscation'])
/** OpenAI gives at most 128 choices; a number beyond all measure must not make us count up to it. */
const mostChoices = 1024

/** Ends the reading with this failure; what the answer cost so far is told. */
export const fail = (reading: Reading, failure: Failure): readonly StreamEvent[] => {
  reading.hasEnded = true
  const failed: StreamEvent = { type: 'response-failed', failure }
  return reading.usage === undefined ? [failed] : [{ type: 'usage', usage: reading.usage }, failed]
}

/** Members of the first chunk; lists and objects wait for the end, since later chunks tell them again or add to them. */
const startOf = (json: Json, reading: Reading): StreamEvent => {
  const { id, model, created } = json
  const scalars = Object.entries(without(json, known) ?? {}).filter(([, value]) => !isAbsent(value) && !isNested(value))
  reading.hasStarted = true
  return {
    type: 'response-start',
    model: typeof model === 'string' ? model : '',
    ...(typeof id === 'string' && id !== '' && { upstreamId: id }),
    ...(typeof created === 'number' && Number.isFinite(created) && created > 0 && { created: Math.floor(created) }),
    ...readTier(json['service_tier']),
    ...carried(scalars.length === 0 ? undefined : Object.fromEntries(scalars)),
  }
}
const isNested = (value: unknown): boolean => value !== null && typeof value === 'object'

/** A chunk before the answer: Azure's findings about the prompt, or a sign of life, come without id, model and choices. */
const isForeword = ({ id, model }: Json, entries: readonly unknown[]): boolean =>
  entries.length === 0 && (!isWord(id) || !isWord(model))

const gather = (reading: Reading, json: Json, isFirst: boolean): void => {
  for (const key of Object.keys(json)) {
    if (known.has(key)) continue
    const value = json[key]
    if (!isAbsent(value) && (!isFirst || isNested(value))) reading.others.set(key, value)
  }
}

const failureOfChoice = (entry: Json): Failure | undefined => {
  if (isRecord(entry['error'])) return errorIn({ error: entry['error'] })
  if (entry['finish_reason'] !== 'error') return undefined
  return { kind: 'stream-broken', message: 'the answer broke off: the provider ended it with finish_reason "error"' }
}

const indexOf = ({ index }: Json, place: number): number =>
  typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < mostChoices ? index : place

const readChoice = (reading: Reading, entry: Json, place: number, isWhole: boolean): readonly StreamEvent[] => {
  const index = indexOf(entry, place)
  let choice = reading.choices.get(index)
  if (choice === undefined) reading.choices.set(index, (choice = openChoice(index)))
  return growChoice(choice, entry, isWhole)
}

const failureIn = (json: Json, entries: readonly unknown[]): Failure | undefined => {
  const failure = errorIn(json)
  if (failure !== undefined) return failure
  for (const entry of entries) {
    const found = isRecord(entry) ? failureOfChoice(entry) : undefined
    if (found !== undefined) return found
  }
  return undefined
}
const noEntries: readonly unknown[] = []

/** Reads one chunk, or a whole answer at once. */
export const readJson = (reading: Reading, json: Json, isWhole: boolean): readonly StreamEvent[] => {
  const entries = Array.isArray(json['choices']) ? json['choices'] : noEntries
  const failure = failureIn(json, entries)
  reading.usage = usageIn(json) ?? reading.usage
  if (failure !== undefined) return fail(reading, failure)
  const isFirst = !reading.hasStarted && !isForeword(json, entries)
  gather(reading, json, isFirst)
  const events: StreamEvent[] = isFirst ? [startOf(json, reading)] : []
  for (const [place, entry] of entries.entries()) {
    if (!isRecord(entry)) continue
    for (const event of readChoice(reading, entry, place, isWhole)) events.push(event)
  }
  return events
}

/** The last events of an answer that came to its end. */
export const finish = (reading: Reading): readonly StreamEvent[] => {
  if (reading.choices.size === 0) return fail(reading, garbled('the answer ended and held no choices'))
  reading.hasEnded = true
  const events: StreamEvent[] = []
  if (!reading.hasStarted) events.push({ type: 'response-start', model: '' })
  const choices = [...reading.choices].sort(([left], [right]) => left - right)
  for (const [, choice] of choices) for (const event of closeChoice(choice)) events.push(event)
  if (reading.usage !== undefined) events.push({ type: 'usage', usage: reading.usage })
  const own = reading.others.size === 0 ? undefined : Object.fromEntries(reading.others)
  events.push({ type: 'response-end', ...carried(own) })
  return events
}

/** What the end of the bytes means where no end was told: fine if every choice gave its reason to stop. */
export const endEarly = (reading: Reading): readonly StreamEvent[] => {
  const choices = [...reading.choices.values()]
  if (choices.length > 0 && choices.every(choice => choice.finish !== undefined)) return finish(reading)
  const what = choices.length === 0 ? 'before it began' : 'before finish_reason and [DONE]'
  return fail(reading, { kind: 'stream-broken', message: `the answer broke off: the stream ended ${what}` })
}

/** True if something of the answer was read that no event has told yet. */
export const isHolding = (reading: Reading): boolean => [...reading.choices.values()].some(holdsBack)

/** An answer while it is read, whole or in chunks: from JSON to events. */
import type { Failure } from '../../domain/failure.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import { garbled } from '../garbled.ts'
import { errorIn } from './in-band-error.ts'
import { readReason } from './finish.ts'
import { readUsage } from './usage.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, otherMembers } from '../fields.ts'
import { carried, dialect } from './wire.ts'

interface OpenChoice {
  readonly at: { readonly choice?: number }
  hasText: boolean
  finish: string | undefined
  /** Log probabilities that no words have taken along yet. */
  logprobs: Json | undefined
  others: Json | undefined
}
/** What has been read of an answer. */
export interface Reading {
  readonly choices: Map<number, OpenChoice>
  hasStarted: boolean
  hasEnded: boolean
  usage: Usage | undefined
  /** Members that only this dialect knows and that were not told at the start. */
  others: Json | undefined
}

/** Nothing read yet. */
export const newReading = (): Reading => ({
  choices: new Map(),
  hasStarted: false,
  hasEnded: false,
  usage: undefined,
  others: undefined,
})

const known = {
  answer: new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'obfuscation']),
  choice: new Set(['index', 'text', 'logprobs', 'finish_reason']),
}
const none: readonly StreamEvent[] = []
/** OpenAI gives at most 128 for each prompt; a number beyond all measure must not make us count up to it. */
const mostChoices = 4096

/** Ends the reading with this failure; what the answer cost so far is told. */
export const fail = (reading: Reading, failure: Failure): readonly StreamEvent[] => {
  reading.hasEnded = true
  const failed: StreamEvent = { type: 'response-failed', failure }
  return reading.usage === undefined ? [failed] : [{ type: 'usage', usage: reading.usage }, failed]
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
/** The members not named that say something, over those before. */
const gathered = (before: Json | undefined, record: Json, names: ReadonlySet<string>): Json | undefined => {
  const members = Object.entries(otherMembers(record, names) ?? {}).filter(([, value]) => !isEmpty(value))
  return members.length === 0 ? before : { ...before, ...Object.fromEntries(members) }
}

const startOf = (json: Json): StreamEvent => {
  const { id, model, created } = json
  return {
    type: 'response-start',
    model: typeof model === 'string' ? model : '',
    ...(isWord(id) && { upstreamId: id }),
    ...(typeof created === 'number' && Number.isFinite(created) && created > 0 && { created: Math.floor(created) }),
  }
}
const start = (reading: Reading, json: Json): readonly StreamEvent[] => {
  if (reading.hasStarted) return none
  reading.hasStarted = true
  return [startOf(json)]
}

const joined = (before: unknown, more: unknown): unknown => {
  if (Array.isArray(before) && Array.isArray(more)) return [...before, ...more]
  return isAbsent(more) ? before : more
}
/** The lists in log probabilities go on from chunk to chunk. */
const joinLogprobs = (before: Json | undefined, more: unknown): Json | undefined => {
  if (!isRecord(more)) return before
  if (before === undefined) return more
  const both = Object.entries(more).map(([key, value]) => [key, joined(before[key], value)] as const)
  return { ...before, ...Object.fromEntries(both) }
}

const growText = (choice: OpenChoice, text: string): readonly StreamEvent[] => {
  const { at, logprobs } = choice
  choice.logprobs = undefined
  const own = logprobs === undefined ? {} : { extensions: { [dialect]: { logprobs } } }
  const told: StreamEvent = { type: 'text-delta', block: 0, ...at, text, ...own }
  if (choice.hasText) return [told]
  choice.hasText = true
  return [{ type: 'text-start', block: 0, ...at }, told]
}

const choiceAt = (reading: Reading, { index }: Json, place: number): OpenChoice => {
  const isIndex = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < mostChoices
  const key = isIndex ? index : place
  const before = reading.choices.get(key)
  if (before !== undefined) return before
  const at = key === 0 ? {} : { choice: key }
  const choice: OpenChoice = { at, hasText: false, finish: undefined, logprobs: undefined, others: undefined }
  reading.choices.set(key, choice)
  return choice
}
const readChoice = (reading: Reading, entry: Json, place: number): readonly StreamEvent[] => {
  const choice = choiceAt(reading, entry, place)
  const { text, logprobs, finish_reason: finish } = entry
  choice.logprobs = joinLogprobs(choice.logprobs, logprobs)
  choice.others = gathered(choice.others, entry, known.choice)
  const events = isWord(text) ? growText(choice, text) : none
  if (isWord(finish)) choice.finish = finish
  return events
}

const noEntries: readonly unknown[] = []
/** Reads one chunk, or a whole answer at once. */
export const readJson = (reading: Reading, json: Json): readonly StreamEvent[] => {
  const failure = errorIn(json)
  reading.usage = readUsage(json['usage']) ?? reading.usage
  if (failure !== undefined) return fail(reading, failure)
  const entries = Array.isArray(json['choices']) ? json['choices'] : noEntries
  reading.others = gathered(reading.others, json, known.answer)
  const events = [...start(reading, json)]
  for (const [place, entry] of entries.entries()) {
    if (isRecord(entry)) events.push(...readChoice(reading, entry, place))
  }
  return events
}

const closeChoice = ({ at, hasText, finish, logprobs, others }: OpenChoice): readonly StreamEvent[] => {
  const own = { ...others, ...(logprobs !== undefined && { logprobs }) }
  const end: StreamEvent = {
    type: 'choice-end',
    ...at,
    reason: readReason(finish),
    ...(finish !== undefined && { raw: finish }),
    ...carried(own),
  }
  return hasText ? [{ type: 'text-end', block: 0, ...at }, end] : [end]
}

/** The last events of an answer that came to its end. */
export const finish = (reading: Reading): readonly StreamEvent[] => {
  if (reading.choices.size === 0) return fail(reading, garbled('the answer ended and held no choices'))
  reading.hasEnded = true
  const choices = [...reading.choices].sort(([left], [right]) => left - right)
  const events: StreamEvent[] = choices.flatMap(([, choice]) => closeChoice(choice))
  if (reading.usage !== undefined) events.push({ type: 'usage', usage: reading.usage })
  events.push({ type: 'response-end', ...carried(reading.others) })
  return events
}

/** What the end of the bytes means where no end was told: fine if every choice gave its reason to stop. */
export const endEarly = (reading: Reading): readonly StreamEvent[] => {
  const choices = [...reading.choices.values()]
  if (choices.length > 0 && choices.every(choice => choice.finish !== undefined)) return finish(reading)
  const what = choices.length === 0 ? 'before it began' : 'before finish_reason and [DONE]'
  return fail(reading, { kind: 'stream-broken', message: `the answer broke off: the stream ended ${what}` })
}

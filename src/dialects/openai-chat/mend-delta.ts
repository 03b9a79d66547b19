/** Deltas set right where they break the published schema, or lack what the official client needs to put them together. */
import { goesOn, isCustomCall } from './answer-calls.ts'
import type { CallMarks } from './answer-calls.ts'
import { argumentsText, flatContent } from './mend-answer.ts'
import { looseText, mend, mendList, recordIfAny, rules, textIfAny } from '../mend.ts'
import type { Fix } from '../mend.ts'
import { mendAnnotations } from './mend-members.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord } from '../fields.ts'

/** A call that was told, and the number by which clients know it. */
interface ToldCall extends CallMarks {
  readonly number: number
}
/** What was told of a choice so far. */
export interface ToldChoice {
  /** For calls that come without an id. */
  readonly id: string
  readonly calls: ToldCall[]
  hasRole: boolean
}

const roles = new Set<unknown>(['developer', 'system', 'user', 'assistant', 'tool'])
const role = ({ hasRole }: ToldChoice, value: unknown): unknown => {
  if (roles.has(value)) return value
  return isWord(value) || !hasRole ? 'assistant' : undefined
}
const called = rules({ name: textIfAny, arguments: argumentsText })
const words = rules({ content: looseText, refusal: looseText, function_call: recordIfAny(called) })

/** The published schema knows only functions here, but the service and its client know custom tools too, by this word alone. */
const callType = (call: Json, isNew: boolean): string | undefined => {
  if (isCustomCall(call)) return isNew || call['type'] === 'custom' ? 'custom' : undefined
  return isNew || call['type'] === 'function' ? 'function' : undefined
}
const wordIn = (value: unknown): string | undefined => (isWord(value) ? value : undefined)
const marksOf = (call: Json): CallMarks => {
  const inner = call[isCustomCall(call) ? 'custom' : 'function']
  const index = call['index']
  return {
    index: Number.isInteger(index) ? Number(index) : undefined,
    id: wordIn(call['id']),
    name: isRecord(inner) ? wordIn(inner['name']) : undefined,
  }
}
/** The number that the sender gave, unless another call has it or it gave none. */
const numberFor = (calls: readonly ToldCall[], index: number | undefined): number =>
  index !== undefined && calls.every(({ number }) => number !== index)
    ? index
    : calls.reduce((most, { number }) => Math.max(most, number), -1) + 1

const mendCall = (told: ToldChoice, call: unknown): unknown => {
  if (!isRecord(call)) return undefined
  const { calls } = told
  const marks = marksOf(call)
  const known = goesOn(calls, marks)
  const number = known?.number ?? numberFor(calls, marks.index)
  const isNew = known === undefined
  if (isNew) calls.push({ ...marks, number })
  return mend(call, [
    ['index', () => number],
    ['id', id => (isNew ? (wordIn(id) ?? `call_${told.id}_${number}`) : textIfAny(id))],
    ['type', () => callType(call, isNew)],
    ['function', recordIfAny(called)],
  ])
}

/** The next delta of a choice; the very same if it was right already. */
export const mendDelta = (told: ToldChoice, value: unknown): Json => {
  const delta = mend(mendAnnotations(flatContent(isRecord(value) ? value : {})), words)
  const calls: Fix = list => (Array.isArray(list) ? mendList(list, call => mendCall(told, call)) : undefined)
  const mended = mend(delta, [
    ['role', one => role(told, one)],
    ['tool_calls', calls],
  ])
  told.hasRole ||= !isAbsent(mended['role'])
  return mended
}

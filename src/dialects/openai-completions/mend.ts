/** An answer, or a chunk of one, set right where it breaks the published schema; unknown members stay. */
import { isWireReason, readReason, writeReason } from './finish.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

/** What a member must be, and what stands in for it where it is not; undefined takes it out. */
type Rule = readonly [member: string, isRight: (value: unknown) => boolean, right: (value: unknown) => unknown]

const fixed = (record: Json, rules: readonly Rule[]): Json => {
  const wrong = rules.filter(([member, isRight]) => !isRight(record[member]))
  const edits = wrong.map(([member, , right]) => [member, right(record[member])] as const)
  const changed = edits.filter(([member, value]) => value !== undefined || Object.hasOwn(record, member))
  if (changed.length === 0) return record
  const mended = { ...record, ...Object.fromEntries(changed) }
  return Object.fromEntries(Object.entries(mended).filter(([, value]) => value !== undefined))
}

const isText = (value: unknown): boolean => typeof value === 'string'
const finished = (raw: unknown): string => writeReason(readReason(raw), isWord(raw) ? raw : undefined)
const counts = ['prompt_tokens', 'completion_tokens', 'total_tokens']
const isUsage = (value: unknown): boolean => isRecord(value) && counts.every(name => Number.isInteger(value[name]))

const mendChoice = (entry: unknown, place: number, isWhole: boolean): unknown => {
  if (!isRecord(entry)) return entry
  const goesOn = (raw: unknown): boolean => !isWhole && raw === null
  return fixed(entry, [
    ['text', isText, () => ''],
    ['index', Number.isInteger, () => place],
    ['logprobs', value => value === null || isRecord(value), () => null],
    ['finish_reason', raw => isWireReason(raw) || goesOn(raw), raw => (isWhole || isWord(raw) ? finished(raw) : null)],
  ])
}
const mendChoices = (list: unknown, isWhole: boolean): unknown => {
  if (!Array.isArray(list)) return []
  const mended = list.map((entry: unknown, place) => mendChoice(entry, place, isWhole))
  return mended.every((entry, place) => entry === list[place]) ? list : mended
}

/** What is known of an answer from chunks before. */
export interface Before {
  readonly id?: unknown
  readonly created?: unknown
  readonly model?: unknown
}
const head = (before: Before): readonly Rule[] => [
  ['id', isText, () => (isText(before.id) ? before.id : '')],
  ['object', value => value === 'text_completion', () => 'text_completion'],
  ['created', Number.isInteger, () => (Number.isInteger(before.created) ? before.created : 0)],
  ['model', isText, () => (isText(before.model) ? before.model : '')],
  ['system_fingerprint', value => value === undefined || isText(value), () => undefined],
]

const withUsage = (isWhole: boolean): Rule => [
  'usage',
  value => value === undefined || isUsage(value) || (!isWhole && value === null),
  value => (isRecord(value) ? asUsage(value) : undefined),
]
const whole = (value: unknown): number => {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? Math.round(number) : 0
}
const asUsage = (usage: Json): Json => {
  const [input, output] = [whole(usage['prompt_tokens']), whole(usage['completion_tokens'])]
  const total = whole(usage['total_tokens'])
  return { ...usage, prompt_tokens: input, completion_tokens: output, total_tokens: total || input + output }
}

/** The JSON as the published schema has it; the very same if it was so already. */
export const mend = (json: Json, isWhole: boolean, before: Before = {}): Json => {
  const choices = mendChoices(json['choices'], isWhole)
  const isRight = choices === json['choices']
  return fixed(isRight ? json : { ...json, choices }, [...head(before), withUsage(isWhole)])
}

/** Conditions of a policy: which fields there are, and whether a condition holds for the facts. */
import { RE2JS } from 're2js'
import type { Facts } from '../domain/decision.ts'
import type { Condition, FieldTest, Scalar } from '../domain/policy.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { Checked } from '../domain/units.ts'
import { isKnown, signalOf } from './measures.ts'
import { didYouMean } from '../domain/nearest.ts'
import { fine, wrong } from './options.ts'

/** What a field can hold: one value, several at once (`request.needs`), or nothing. */
export type FieldValue = Scalar | readonly string[] | undefined

/** One field that a condition can ask for. */
export interface Field {
  readonly holds: 'text' | 'number' | 'any' | 'list'
  readonly sentence: string
  /** Where a number can only lie between these. */
  readonly range?: readonly [least: number, most: number]
  readonly signal?: SignalKey
  read(facts: Facts): FieldValue
}

const hourLength = 3_600_000
const dayLength = 24 * hourLength
const remainder = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor

const hourOf = ({ now }: Facts): FieldValue =>
  isKnown(now) ? Math.floor(remainder(now, dayLength) / hourLength) : undefined
/** Day 0 of the epoch was a Thursday, the fourth day. */
const weekdayOf = ({ now }: Facts): FieldValue =>
  isKnown(now) ? remainder(Math.floor(now / dayLength) + 3, 7) + 1 : undefined

const member = (from: Readonly<Record<string, Scalar>>, name: string): FieldValue =>
  Object.hasOwn(from, name) ? from[name] : undefined

const countless = [0, Number.MAX_SAFE_INTEGER] as const

const fields: Readonly<Record<string, Field>> = {
  'request.inputTokens': {
    holds: 'number',
    sentence: 'Tokens of input, estimated.',
    range: countless,
    read: facts => facts.request.inputTokens,
  },
  'request.outputTokens': {
    holds: 'number',
    sentence: 'Tokens of output that are expected.',
    range: countless,
    read: facts => facts.request.outputTokens,
  },
  'request.operation': {
    holds: 'text',
    sentence:
      'What is asked for: chat, embeddings, rerank, moderations, images, image-edits, speech, transcriptions, translations, count-tokens, realtime or passthrough.',
    read: facts => facts.request.operation,
  },
  'request.task': {
    holds: 'text',
    sentence: 'The kind of work: chat, code, summarisation.',
    signal: 'request.task',
    read: facts => signalOf(facts, 'request.task'),
  },
  'request.difficulty': {
    holds: 'number',
    sentence: 'How hard it is, from 0 to 1.',
    range: [0, 1],
    signal: 'request.difficulty',
    read: facts => signalOf(facts, 'request.difficulty'),
  },
  'request.needs': {
    holds: 'list',
    sentence: 'The abilities that it needs: image, tools, json-schema.',
    read: facts => facts.request.needs,
  },
  key: { holds: 'text', sentence: 'The virtual key.', read: facts => facts.request.caller.key },
  team: { holds: 'text', sentence: "The key's team.", read: facts => facts.request.caller.team },
  user: { holds: 'text', sentence: 'The user.', read: facts => facts.request.caller.user },
  tenant: { holds: 'text', sentence: 'The tag `tenant`.', read: facts => member(facts.request.tags, 'tenant') },
  'pool.id': { holds: 'text', sentence: 'The pool.', read: facts => facts.pool },
  'time.hour': { holds: 'number', sentence: 'The hour of the day, 0 to 23, UTC.', range: [0, 23], read: hourOf },
  'time.weekday': {
    holds: 'number',
    sentence: 'The day of the week, UTC: monday to sunday, or 1 to 7.',
    range: [1, 7],
    read: weekdayOf,
  },
}

/** All names of fields, for messages and the reference page; `*` stands for any name. */
export const fieldNames: readonly string[] = [...Object.keys(fields), 'tags.*', 'params.*']

/** The field of this name; tags and parameters have the names that callers give them. */
export const fieldOf = (name: string): Field | undefined => {
  if (name.startsWith('tags.') && name.length > 5) {
    const tag = name.slice(5)
    return { holds: 'text', sentence: `The tag ${tag}.`, read: facts => member(facts.request.tags, tag) }
  }
  if (name.startsWith('params.') && name.length > 7) {
    const param = name.slice(7)
    return { holds: 'any', sentence: `The parameter ${param}.`, read: facts => member(facts.request.params, param) }
  }
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** The field of this name, or the nearest right name. */
export const knownField = (name: string): Checked<Field> => {
  const field = fieldOf(name)
  if (field !== undefined) return fine(field)
  const bare = name.replace(/\.$/, '')
  if (bare === 'tags' || bare === 'params') return wrong(`field "${name}" needs a name behind the dot: ${bare}.<name>`)
  return wrong(`no field "${name}"${didYouMean(name, fieldNames)} (there are ${fieldNames.join(', ')})`)
}

/** Text and numbers are compared as written: a tag `10` equals 10, a parameter true equals "true". */
const same = (left: Scalar, right: Scalar): boolean => left === right || String(left) === String(right)

const numberOf = (value: Scalar): number => {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

/** Compiled once: a policy has few patterns, and is asked for each request. */
const patterns = new Map<string, RE2JS>()
const mostPatterns = 1_024

/** The pattern, compiled; what is wrong with it was told when the policy was read. */
const patternOf = (text: string): RE2JS => {
  let pattern = patterns.get(text)
  if (pattern === undefined) {
    if (patterns.size >= mostPatterns) patterns.clear()
    patterns.set(text, (pattern = RE2JS.compile(text)))
  }
  return pattern
}
const matches = (values: readonly Scalar[], wanted: string): boolean => {
  const pattern = patternOf(wanted)
  return values.some(value => pattern.matcher(String(value)).find())
}

type Check<Wanted> = (values: readonly Scalar[], wanted: Wanted) => boolean
type Tests = Required<FieldTest>
type Checks = { readonly [Name in keyof Tests]: Check<Tests[Name]> }

/** Each operator over the values that a field has: none, one, or those of a list. */
const checks: Checks = {
  eq: (values, wanted) => values.some(value => same(value, wanted)),
  ne: (values, wanted) => !values.some(value => same(value, wanted)),
  gt: (values, wanted) => values.some(value => numberOf(value) > wanted),
  gte: (values, wanted) => values.some(value => numberOf(value) >= wanted),
  lt: (values, wanted) => values.some(value => numberOf(value) < wanted),
  lte: (values, wanted) => values.some(value => numberOf(value) <= wanted),
  in: (values, wanted) => values.some(value => wanted.some(one => same(value, one))),
  nin: (values, wanted) => !values.some(value => wanted.some(one => same(value, one))),
  regex: (values, wanted) => matches(values, wanted),
  contains: (values, wanted) => values.some(value => String(value).includes(wanted)),
  startsWith: (values, wanted) => values.some(value => String(value).startsWith(wanted)),
  exists: (values, wanted) => values.length > 0 === wanted,
}

/** All operators, by the name in a policy. */
export const operators: readonly (keyof FieldTest)[] = [
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'nin',
  'regex',
  'contains',
  'startsWith',
  'exists',
]

const passesOne = <Name extends keyof Tests>(name: Name, test: Partial<Tests>, values: readonly Scalar[]): boolean => {
  const wanted: Tests[Name] | undefined = test[name]
  return wanted === undefined || wanted === null || checks[name](values, wanted)
}

const isList = (value: FieldValue): value is readonly string[] => Array.isArray(value)

/** A field without a value, or with one that is no number at all, has none. */
const valuesOf = (value: FieldValue): readonly Scalar[] => {
  if (isList(value)) return value
  if (value === undefined || value === null) return []
  return typeof value === 'number' && !isKnown(value) ? [] : [value]
}

/** Does the value pass every operator of the test. Nothing passes only `ne`, `nin` and `exists: false`. */
export const passes = (test: FieldTest, value: FieldValue): boolean => {
  const values = valuesOf(value)
  return operators.every(name => passesOne(name, test, values))
}

const passesField = (name: string, test: FieldTest, facts: Facts): boolean => passes(test, fieldOf(name)?.read(facts))

/** Does the condition hold. An unknown field has no value. */
export const holds = (condition: Condition, facts: Facts): boolean => {
  if ('all' in condition) return condition.all.every(one => holds(one, facts))
  if ('any' in condition) return condition.any.some(one => holds(one, facts))
  if ('not' in condition) return !holds(condition.not, facts)
  return Object.entries(condition.fields).every(([name, test]) => passesField(name, test, facts))
}

/** The names of all fields that the condition asks for, as often as it does. */
export const fieldsIn = (condition: Condition): readonly string[] => {
  if ('all' in condition) return condition.all.flatMap(fieldsIn)
  if ('any' in condition) return condition.any.flatMap(fieldsIn)
  if ('not' in condition) return fieldsIn(condition.not)
  return Object.keys(condition.fields)
}

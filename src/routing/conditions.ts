/** Conditions of a policy: which fields there are, and whether a condition holds for the facts. */
import { RE2JS } from 're2js'
import type { Facts } from '../domain/decision.ts'
import { didYouMean } from '../domain/nearest.ts'
import type { Condition, FieldTest, Scalar } from '../domain/policy.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { Checked } from '../domain/units.ts'
import { member, plainFields } from './fields.ts'
import type { Field, FieldValue } from './fields.ts'
import { isKnown } from './measures.ts'
import { fine, wrong } from './options.ts'
import { timeField, timeFieldNames } from './time-fields.ts'
import { utc, zoneNamed } from './zones.ts'

/** All names of fields, for messages and the reference page; `*` stands for any name. */
export const fieldNames: readonly string[] = [...Object.keys(plainFields), ...timeFieldNames, 'tags.*', 'params.*']

const tagField = (tag: string): Field => ({
  holds: 'text',
  sentence: `The tag ${tag}.`,
  read: facts => member(facts.request.tags, tag),
})
const paramField = (param: string): Field => ({
  holds: 'any',
  sentence: `The parameter ${param}.`,
  read: facts => member(facts.request.params, param),
})

/** A name and what stands behind its `@`, if anything does. */
const cut = (name: string): readonly [name: string, zone?: string] => {
  const at = name.indexOf('@')
  return at < 0 ? [name] : [name.slice(0, at), name.slice(at + 1)]
}

const timed = (name: string): Field | undefined => {
  const [field, place] = cut(name)
  const zone = place === undefined ? fine(utc) : zoneNamed(place)
  return zone.ok ? timeField(field, zone.value) : undefined
}

/** The field of this name; tags and parameters have the names that callers give them. */
export const fieldOf = (name: string): Field | undefined => {
  if (name.startsWith('tags.') && name.length > 5) return tagField(name.slice(5))
  if (name.startsWith('params.') && name.length > 7) return paramField(name.slice(7))
  return Object.hasOwn(plainFields, name) ? plainFields[name] : timed(name)
}

/** All names, those with any name behind the dot ending as this one does. */
const namesLike = (name: string): readonly string[] => {
  const behind = name.slice(name.indexOf('.') + 1)
  return fieldNames.map(one => (one.endsWith('.*') && behind !== name ? one.slice(0, -1) + behind : one))
}

/** The field of this name, or the nearest right name. */
export const knownField = (name: string): Checked<Field> => {
  const field = fieldOf(name)
  if (field !== undefined) return fine(field)
  const bare = name.replace(/\.$/, '')
  if (bare === 'tags' || bare === 'params') return wrong(`field "${name}" needs a name behind the dot: ${bare}.<name>`)
  const [before, place] = cut(name)
  const zone = place === undefined || !timeFieldNames.includes(before) ? undefined : zoneNamed(place)
  if (zone?.ok === false) return zone
  return wrong(`no field "${name}"${didYouMean(before, namesLike(before))} (there are ${fieldNames.join(', ')})`)
}

/** Text and numbers are compared as written: a tag `10` equals 10, a parameter true equals "true". */
const textOf = (value: Scalar): string => String(value)

const numberOf = (value: Scalar): number => {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

/** Longer patterns are nobody's, and each costs memory as long as its policy lives. */
const longestPattern = 1_000

/** The pattern in RE2's syntax, which takes time in proportion to the text, or what is wrong with it. */
export const patternOf = (text: string): Checked<RE2JS> => {
  if (text.length > longestPattern)
    return wrong(`too long for a pattern, which has ${longestPattern} characters at most`)
  try {
    return fine(RE2JS.compile(text))
  } catch (error) {
    const [, said = 'it cannot be read'] = /^error parsing regexp: (.*)$/s.exec(String(Object(error).message)) ?? []
    return wrong(`no pattern in RE2's syntax (which knows no backreferences and no looking around): ${said}`)
  }
}

/** What one operator asks of one value, and whether no value at all may pass it instead of one that must. */
interface Probe {
  readonly isNegative: boolean
  fits(value: Scalar): boolean
}
const some = (fits: Probe['fits']): Probe => ({ isNegative: false, fits })
const none = (fits: Probe['fits']): Probe => ({ isNegative: true, fits })

const equals = (wanted: Scalar): Probe['fits'] => {
  const text = textOf(wanted)
  return value => value === wanted || textOf(value) === text
}
const among = (wanted: readonly Scalar[]): Probe['fits'] => {
  const texts = new Set(wanted.map(textOf))
  return value => texts.has(textOf(value))
}
const matches = (wanted: string): Probe['fits'] => {
  const pattern = patternOf(wanted)
  // What is wrong with a pattern was told when the policy was read.
  return value => pattern.ok && pattern.value.matcher(textOf(value)).find()
}
const always: Probe['fits'] = () => true

type Tests = Required<FieldTest>
const probes: { readonly [Name in keyof Tests]: (wanted: Tests[Name]) => Probe } = {
  eq: wanted => some(equals(wanted)),
  ne: wanted => none(equals(wanted)),
  gt: wanted => some(value => numberOf(value) > wanted),
  gte: wanted => some(value => numberOf(value) >= wanted),
  lt: wanted => some(value => numberOf(value) < wanted),
  lte: wanted => some(value => numberOf(value) <= wanted),
  in: wanted => some(among(wanted)),
  nin: wanted => none(among(wanted)),
  regex: wanted => some(matches(wanted)),
  contains: wanted => some(value => textOf(value).includes(wanted)),
  startsWith: wanted => some(value => textOf(value).startsWith(wanted)),
  exists: wanted => (wanted ? some(always) : none(always)),
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

const probeOf = <Name extends keyof Tests>(name: Name, test: Partial<Tests>): Probe | undefined => {
  const wanted: Tests[Name] | undefined = test[name]
  return wanted === undefined || wanted === null ? undefined : probes[name](wanted)
}

const isList = (value: FieldValue): value is readonly string[] => Array.isArray(value)

const meets = ({ isNegative, fits }: Probe, value: FieldValue): boolean => {
  if (isList(value)) return value.some(fits) !== isNegative
  // A number that is none at all is no value.
  if (value === undefined || value === null || (typeof value === 'number' && !isKnown(value))) return isNegative
  return fits(value) !== isNegative
}

const compileTest = (test: FieldTest): ((value: FieldValue) => boolean) => {
  const all = operators.map(name => probeOf(name, test)).filter(probe => probe !== undefined)
  const [only] = all
  if (only !== undefined && all.length === 1) return value => meets(only, value)
  return value => all.every(probe => meets(probe, value))
}

/** Does the value pass every operator of the test. Nothing passes only `ne`, `nin` and `exists: false`. */
export const passes = (test: FieldTest, value: FieldValue): boolean => compileTest(test)(value)

/** Whether a condition holds for the facts. */
export type Holds = (facts: Facts) => boolean

const nothing = (): undefined => undefined

const compileField = ([name, test]: [string, FieldTest]): Holds => {
  const read = fieldOf(name)?.read ?? nothing
  const isMet = compileTest(test)
  return facts => isMet(read(facts))
}

const every = (all: readonly Holds[]): Holds => {
  const [only] = all
  return only !== undefined && all.length === 1 ? only : facts => all.every(one => one(facts))
}

/** The condition, ready to be asked many times: fields are found and patterns are read once. An unknown field has no value. */
export const compileCondition = (condition: Condition): Holds => {
  if ('all' in condition) return every(condition.all.map(compileCondition))
  if ('not' in condition) {
    const inner = compileCondition(condition.not)
    return facts => !inner(facts)
  }
  if ('fields' in condition) return every(Object.entries(condition.fields).map(compileField))
  const any = condition.any.map(compileCondition)
  return facts => any.some(one => one(facts))
}

/** Does the condition hold, this once. */
export const holds = (condition: Condition, facts: Facts): boolean => compileCondition(condition)(facts)

/** The names of all fields that the condition asks for, as often as it does. */
export const fieldsIn = (condition: Condition): readonly string[] => {
  if ('all' in condition) return condition.all.flatMap(fieldsIn)
  if ('any' in condition) return condition.any.flatMap(fieldsIn)
  if ('not' in condition) return fieldsIn(condition.not)
  return Object.keys(condition.fields)
}

/** The signals that the condition asks for, each once. */
export const signalsIn = (condition: Condition): readonly SignalKey[] => [
  ...new Set(fieldsIn(condition).flatMap(name => fieldOf(name)?.signal ?? [])),
]

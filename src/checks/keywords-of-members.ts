/** Keywords that ask something of the members of an object. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { Unjudged } from './meter.ts'
import type { Meter } from './meter.ts'
import type { Fault, Held, Judge, Keyword } from './schema-judge.ts'

/** A keyword that objects alone know. */
const ofObjects =
  (asks: (option: unknown, members: Json, held: Held, judge: Judge) => Fault): Keyword =>
  (option, held, judge) =>
    isRecord(held.value) ? asks(option, held.value, held, judge) : undefined

/** The member is held to the schema. */
const member = (name: string, schema: unknown, held: Held, judge: Judge): Fault => {
  held.spoken?.members.add(name)
  const value = isRecord(held.value) ? held.value[name] : undefined
  return judge.holds(value, schema, { within: held.at, name })
}

/** The names of what is there, each counted. */
const namesOf = (members: Json, meter: Meter): readonly string[] => {
  const names = Object.keys(members)
  meter.spend(names.length)
  return names
}

const firstOf = <One>(all: readonly One[], judge: (one: One) => Fault): Fault => {
  for (const one of all) {
    const fault = judge(one)
    if (fault !== undefined) return fault
  }
  return undefined
}

const properties: Keyword = ofObjects((option, members, held, judge) => {
  if (!isRecord(option)) throw new Unjudged()
  return firstOf(namesOf(option, judge.meter), name =>
    Object.hasOwn(members, name) ? member(name, option[name], held, judge) : undefined,
  )
})

const byPattern: Keyword = ofObjects((option, members, held, judge) => {
  if (!isRecord(option)) throw new Unjudged()
  const names = namesOf(members, judge.meter)
  return firstOf(Object.entries(option), ([pattern, schema]) =>
    firstOf(names, name => (matches(pattern, name, judge) ? member(name, schema, held, judge) : undefined)),
  )
})

/** What a pattern means that cannot be read, nobody knows: neither who it speaks for, nor who is beside it. */
const matches = (pattern: string, name: string, { meter }: Judge): boolean => {
  const found = meter.matches(pattern, name)
  if (found === undefined) throw new Unjudged()
  return found
}

/** Members that neither a name nor a pattern of the same schema speaks for. */
const isOther = (name: string, { schema }: Held, judge: Judge): boolean => {
  const { properties: named, patternProperties: patterns } = schema
  if (isRecord(named) && Object.hasOwn(named, name)) return false
  return !isRecord(patterns) || Object.keys(patterns).every(pattern => !matches(pattern, name, judge))
}

const additional: Keyword = ofObjects((option, members, held, judge) =>
  firstOf(namesOf(members, judge.meter), name => {
    if (!isOther(name, held, judge)) return undefined
    if (option === false) return { at: held.at, why: 'must NOT have additional properties' }
    return member(name, option, held, judge)
  }),
)

const lacking = (names: unknown, members: Json, { at }: Held, { meter }: Judge): Fault => {
  if (!Array.isArray(names)) return undefined
  meter.spend(names.length)
  const missing = names.find(name => typeof name === 'string' && !Object.hasOwn(members, name))
  return missing === undefined ? undefined : { at, why: `must have required property '${String(missing)}'` }
}

const required: Keyword = ofObjects(lacking)

/** Of those beside which something is asked, the ones that are there. */
const present = (option: unknown, members: Json, { meter }: Judge): readonly (readonly [string, unknown])[] => {
  if (!isRecord(option)) throw new Unjudged()
  return namesOf(option, meter)
    .filter(name => Object.hasOwn(members, name))
    .map(name => [name, option[name]])
}

/** Names that a member brings along, or a schema that then holds for the whole. */
const dependent: Keyword = ofObjects((option, members, held, judge) =>
  firstOf(present(option, members, judge), ([, asked]) =>
    Array.isArray(asked) ? lacking(asked, members, held, judge) : judge.also(held, asked),
  ),
)

const names: Keyword = ofObjects((option, members, { at }, judge) =>
  firstOf(namesOf(members, judge.meter), name => {
    const fault = judge.holds(name, option, at)
    return fault === undefined ? undefined : { at, why: `must NOT have a property called ${JSON.stringify(name)}` }
  }),
)

const least: Keyword = ofObjects((option, members, { at }, { meter }) =>
  typeof option === 'number' && namesOf(members, meter).length < option
    ? { at, why: `must NOT have fewer than ${option} properties` }
    : undefined,
)
const most: Keyword = ofObjects((option, members, { at }, { meter }) =>
  typeof option === 'number' && namesOf(members, meter).length > option
    ? { at, why: `must NOT have more than ${option} properties` }
    : undefined,
)

const unspoken: Keyword = ofObjects((option, members, held, judge) =>
  firstOf(namesOf(members, judge.meter), name => {
    if (held.spoken?.members.has(name) === true) return undefined
    if (member(name, option, held, judge) === undefined) return undefined
    return { at: held.at, why: 'must NOT have unevaluated properties' }
  }),
)

export const keywordsOfMembers: readonly (readonly [name: string, keyword: Keyword])[] = [
  ['properties', properties],
  ['patternProperties', byPattern],
  ['additionalProperties', additional],
  ['required', required],
  ['dependentRequired', dependent],
  ['dependentSchemas', dependent],
  ['dependencies', dependent],
  ['propertyNames', names],
  ['minProperties', least],
  ['maxProperties', most],
  ['unevaluatedProperties', unspoken],
]

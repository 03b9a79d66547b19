/** JSON Schemas as Bedrock's models take them: of tools an object at the root, of held answers closed objects and few keywords. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { jsonText } from '../fields.ts'

/** A schema that fits, and the keywords that had to be told in words. */
export interface FittedSchema {
  readonly schema: unknown
  readonly told: readonly string[]
}

/** Deeper than any real schema. */
const deepest = 200
const kept = new Set(
  'type description title enum const default $ref required properties additionalProperties items anyOf allOf $defs definitions'.split(
    ' ',
  ),
)
/** They name the schema and constrain nothing. */
const silent = new Set(['$schema', '$id', '$comment', 'nullable'])
const formats = new Set<unknown>('date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '))
const isKept = (key: string, value: unknown): boolean => {
  if (key === 'format') return formats.has(value)
  return key === 'minItems' ? value === 0 || value === 1 : kept.has(key)
}

const withWords = (schema: Json, words: readonly (readonly [string, unknown])[]): Json => {
  if (words.length === 0) return schema
  const said = `{${words.map(([key, value]) => `${key}: ${jsonText(value) || '…'}`).join(', ')}}`
  const before = schema['description']
  return { ...schema, description: typeof before === 'string' && before !== '' ? `${before}\n\n${said}` : said }
}

const isObjectSchema = ({ type, properties }: Json): boolean =>
  type === 'object' || isRecord(properties) || (Array.isArray(type) && type.includes('object'))

const each = (value: unknown, fit: (schema: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map(fit)
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fit(one)])) : value
}
const lists = new Set(['properties', '$defs', 'definitions', 'anyOf', 'allOf'])

const closed = (schema: unknown, told: Set<string>, depth: number): unknown => {
  if (!isRecord(schema) || depth > deepest) return schema
  const below = (one: unknown): unknown => closed(one, told, depth + 1)
  const { oneOf, ...rest } = schema
  const either: Json = oneOf === undefined || rest['anyOf'] !== undefined ? {} : { anyOf: oneOf }
  if (oneOf !== undefined && rest['anyOf'] !== undefined) told.add('oneOf')
  const members = Object.entries({ ...rest, ...either })
  const words = members.filter(([key, value]) => !isKept(key, value) && !silent.has(key))
  for (const [key] of words) told.add(key)
  const left = members
    .filter(([key, value]) => isKept(key, value))
    .map(([key, value]): [string, unknown] => {
      if (key === 'items') return [key, below(value)]
      return [key, lists.has(key) ? each(value, below) : value]
    })
  const fitted = withWords(Object.fromEntries(left), words)
  if (!isObjectSchema(schema)) return fitted
  // One that was open on purpose is told so, which is all that can be done.
  if (![undefined, false].includes(schema['additionalProperties'] as undefined)) told.add('additionalProperties')
  return { ...fitted, additionalProperties: false }
}

/** The schema as a model that is held to it takes it. */
export const closedSchema = (schema: unknown): FittedSchema => {
  const told = new Set<string>()
  return { schema: closed(schema, told, 0), told: [...told] }
}

const choices = ['anyOf', 'oneOf', 'allOf'] as const

const variantsOf = (schema: Json, key: string): readonly Json[] => {
  const variants = schema[key]
  return Array.isArray(variants) ? variants.filter(isRecord) : []
}
const requiredBy = ({ required }: Json): readonly unknown[] => (Array.isArray(required) ? required : [])

/** Every property that one of the schemas has; one that they have differently takes what any of them takes. */
const propertiesOf = (schemas: readonly Json[]): Json => {
  const found = new Map<string, Map<string, unknown>>()
  for (const { properties } of schemas) {
    for (const [name, property] of Object.entries(isRecord(properties) ? properties : {})) {
      const forms = found.get(name) ?? new Map<string, unknown>()
      found.set(name, forms.set(jsonText(property), property))
    }
  }
  const one = (forms: ReadonlyMap<string, unknown>): unknown =>
    forms.size === 1 ? [...forms.values()][0] : { anyOf: [...forms.values()] }
  return Object.fromEntries([...found].map(([name, forms]) => [name, one(forms)]))
}
/** What all variants require where one of them must fit, and what any of them does where all must. */
const requiredOf = (schema: Json): readonly unknown[] => {
  const required = new Set(requiredBy(schema))
  for (const key of choices) {
    const variants = variantsOf(schema, key).map(requiredBy)
    for (const name of variants.flat()) {
      if (key === 'allOf' || variants.every(names => names.includes(name))) required.add(name)
    }
  }
  return [...required]
}

/** The schema of a tool's input: an object; a choice at its root becomes one object, and its description tells what was one. */
export const inputSchema = (schema: unknown): FittedSchema => {
  if (!isRecord(schema)) return { schema: { type: 'object', properties: {} }, told: [] }
  const told = choices.filter(key => Array.isArray(schema[key]))
  if (told.length === 0) return { schema: { ...schema, type: 'object' }, told }
  const { anyOf: _any, oneOf: _one, allOf: _all, ...rest } = schema
  const required = requiredOf(schema)
  const said = told.map(key => [key, schema[key]] as const)
  const whole = {
    ...withWords(rest, said),
    type: 'object',
    properties: propertiesOf([schema, ...told.flatMap(key => variantsOf(schema, key))]),
    ...(required.length > 0 && { required }),
  }
  return { schema: whole, told }
}

const bare = new Set(['type', 'properties', 'required'])
/** Without the members at the root that some models refuse; definitions stay, since the schema would mean nothing without. */
export const bareSchema = (schema: unknown): unknown =>
  isRecord(schema)
    ? Object.fromEntries(
        Object.entries(schema).filter(([key]) => bare.has(key) || key === '$defs' || key === 'definitions'),
      )
    : schema

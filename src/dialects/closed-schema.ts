/** A JSON Schema cut to what Claude, and what else Bedrock holds to one, is held to: closed objects and few keywords; what it does not know is told in words. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { withWords } from './schema-words.ts'
import type { FittedSchema } from './schema-words.ts'

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

/** The schema as a model takes it that holds an answer, or the input of a strict tool, to it. */
export const closedSchema = (schema: unknown): FittedSchema => {
  const told = new Set<string>()
  return { schema: closed(schema, told, 0), told: [...told] }
}

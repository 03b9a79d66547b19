/** A JSON Schema, cut to what Anthropic takes; whatever it does not know is told in the description. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { jsonText } from '../fields.ts'

/** A schema that fits, and the keywords that had to be told in words. */
export interface FittedSchema {
  readonly schema: unknown
  readonly told: readonly string[]
}

const kept = new Set([
  'type',
  'description',
  'title',
  'enum',
  'const',
  'default',
  '$ref',
  'required',
  'properties',
  'additionalProperties',
  'items',
  'anyOf',
  'oneOf',
  'allOf',
  '$defs',
  'definitions',
])
/** They name the schema and constrain nothing. */
const silent = new Set(['$schema', '$id', '$comment', 'nullable'])
const formats = new Set<unknown>('date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '))
/** Deeper than any real schema. */
const deepest = 200

const isKept = (key: string, value: unknown): boolean => {
  if (key === 'format') return formats.has(value)
  return key === 'minItems' ? value === 0 || value === 1 : kept.has(key)
}

interface Fitting {
  readonly told: Set<string>
  readonly depth: number
}

const each = (schemas: unknown, fitting: Fitting): unknown =>
  isRecord(schemas)
    ? Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, fit(schema, fitting)]))
    : schemas
const list = (schemas: unknown, fitting: Fitting): unknown =>
  Array.isArray(schemas) ? schemas.map(schema => fit(schema, fitting)) : schemas

const isObjectSchema = ({ type, properties }: Json): boolean =>
  type === 'object' || isRecord(properties) || (Array.isArray(type) && type.includes('object'))

/** Objects must be closed. One that was open on purpose is told so, which is all that can be done. */
const closed = (schema: Json, fitting: Fitting): Json => {
  if (!isObjectSchema(schema)) return {}
  const open = schema['additionalProperties']
  if (open !== undefined && open !== false) fitting.told.add('additionalProperties')
  return { additionalProperties: false }
}

const words = (schema: Json, fitting: Fitting): Json => {
  const others = Object.entries(schema).filter(([key, value]) => !isKept(key, value) && !silent.has(key))
  if (others.length === 0) return {}
  for (const [key] of others) fitting.told.add(key)
  const said = others.map(([key, value]) => `${key}: ${jsonText(value) || '…'}`).join(', ')
  const before = schema['description']
  return { description: typeof before === 'string' && before !== '' ? `${before}\n\n{${said}}` : `{${said}}` }
}

const fit = (schema: unknown, { told, depth }: Fitting): unknown => {
  if (!isRecord(schema) || depth > deepest) return schema
  const below: Fitting = { told, depth: depth + 1 }
  const { oneOf, anyOf, ...rest } = Object.fromEntries(
    Object.entries(schema).filter(([key, value]) => isKept(key, value)),
  )
  const either = anyOf ?? oneOf
  if (anyOf !== undefined && oneOf !== undefined) told.add('oneOf')
  return {
    ...rest,
    ...words(schema, below),
    ...(rest['properties'] !== undefined && { properties: each(rest['properties'], below) }),
    ...(rest['$defs'] !== undefined && { $defs: each(rest['$defs'], below) }),
    ...(rest['definitions'] !== undefined && { definitions: each(rest['definitions'], below) }),
    ...(rest['items'] !== undefined && { items: fit(rest['items'], below) }),
    ...(rest['allOf'] !== undefined && { allOf: list(rest['allOf'], below) }),
    ...(either !== undefined && { anyOf: list(either, below) }),
    ...closed(schema, below),
  }
}

/** The schema as Anthropic takes it for an answer or a strict tool. */
export const fitSchema = (schema: unknown): FittedSchema => {
  const told = new Set<string>()
  return { schema: fit(schema, { told, depth: 0 }), told: [...told] }
}

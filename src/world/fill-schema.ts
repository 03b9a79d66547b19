/** The least value that fits a JSON schema: what the world answers where a structure is asked for and nothing is recorded. */
import { isJson, listOf } from './speech.ts'
import type { Json } from './speech.ts'

/** Deeper than this, a schema that refers to itself is given up with null. */
const deepest = 12

/** A value for the schema; its free texts say `says`. */
export const fillSchema = (schema: unknown, says: string): unknown => fill(schema, { root: schema, says }, 0)

interface Filling {
  readonly root: unknown
  readonly says: string
}

const fill = (schema: unknown, filling: Filling, depth: number): unknown => {
  if (!isJson(schema) || depth > deepest) return null
  const { $ref: reference, const: constant, enum: values, default: usual } = schema
  if (typeof reference === 'string') return fill(referred(reference, filling.root), filling, depth + 1)
  if (constant !== undefined) return constant
  if (Array.isArray(values) && values.length > 0) return values[0]
  if (usual !== undefined) return usual
  const choice = [schema['anyOf'], schema['oneOf'], schema['allOf']].map(listOf).find(list => list.length > 0)
  return choice === undefined ? typed(schema, filling, depth) : fill(choice[0], filling, depth + 1)
}

const referred = (reference: string, root: unknown): unknown => {
  let found = root
  for (const name of reference.replace(/^#\/?/, '').split('/')) {
    if (name !== '') found = isJson(found) && Object.hasOwn(found, name) ? found[name] : undefined
  }
  return found
}

const typed = (schema: Json, filling: Filling, depth: number): unknown => {
  const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type']]
  // Google writes types in capitals.
  const names = types.map(type => (typeof type === 'string' ? type.toLowerCase() : type))
  switch (names.find(type => type !== 'null') ?? 'null') {
    case 'string':
      return text(schema, filling.says)
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0
    case 'boolean':
      return true
    case 'array':
      return [fill(schema['items'], filling, depth + 1)]
    case 'null':
      return isJson(schema['properties']) ? members(schema, filling, depth) : null
    default:
      return members(schema, filling, depth)
  }
}

const members = ({ properties, required }: Json, filling: Filling, depth: number): Json => {
  const all = isJson(properties) ? properties : {}
  const wanted = Array.isArray(required) ? required.filter(name => typeof name === 'string') : Object.keys(all)
  return Object.fromEntries(
    wanted.map(name => [name, fill(Object.hasOwn(all, name) ? all[name] : {}, filling, depth + 1)]),
  )
}

const formats: Readonly<Record<string, string>> = {
  date: '2024-10-22',
  'date-time': '2024-10-22T12:00:00Z',
  time: '12:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

const text = ({ format, maxLength }: Json, says: string): string => {
  const formed = typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined
  return formed ?? (typeof maxLength === 'number' ? says.slice(0, maxLength) : says)
}

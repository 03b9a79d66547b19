/** Whether OpenAI can hold an answer to a schema, as other providers always do: in strict mode it takes only some schemas. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'

const taken = new Set(
  'type properties required additionalProperties items enum const anyOf $ref $defs description'.split(' '),
)
/** Deeper than any real schema; OpenAI takes five levels of objects. */
const deepest = 12

const areStrict = (schemas: unknown, depth: number): boolean =>
  schemas === undefined || (isRecord(schemas) && Object.values(schemas).every(one => isStrictAt(one, depth)))
const isClosed = ({ properties, required, additionalProperties }: Json): boolean => {
  const names = isRecord(properties) ? Object.keys(properties) : []
  return additionalProperties === false && Array.isArray(required) && names.every(name => required.includes(name))
}

const areAll = (schemas: unknown, depth: number): boolean =>
  schemas === undefined || (Array.isArray(schemas) && schemas.every(one => isStrictAt(one, depth)))
const isTaken = (schema: Json): boolean =>
  Object.keys(schema).every(key => taken.has(key)) &&
  (isClosed(schema) || (schema['type'] !== 'object' && schema['properties'] === undefined))

const isStrictAt = (schema: unknown, depth: number): boolean => {
  if (!isRecord(schema) || depth > deepest || !isTaken(schema)) return false
  const { properties, items, anyOf, $defs } = schema
  const isWhole = items === undefined || isStrictAt(items, depth + 1)
  return isWhole && areAll(anyOf, depth + 1) && areStrict(properties, depth + 1) && areStrict($defs, depth + 1)
}

/** True for a schema that strict mode takes as it is: an object at its root, every object closed and all its members required. */
export const isStrictSchema = (schema: unknown): boolean =>
  isRecord(schema) && schema['type'] === 'object' && schema['anyOf'] === undefined && isStrictAt(schema, 0)

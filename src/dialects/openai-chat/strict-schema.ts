/** Whether OpenAI can hold an answer to a schema, as other providers always do: in strict mode it takes only some schemas. */
import { isRecord } from './wire.ts'
import type { Json } from './wire.ts'

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

const isStrictAt = (schema: unknown, depth: number): boolean => {
  if (!isRecord(schema) || depth > deepest || Object.keys(schema).some(key => !taken.has(key))) return false
  const { type, properties, items, anyOf } = schema
  const isObject = type === 'object' || properties !== undefined
  if (isObject && !isClosed(schema)) return false
  if (anyOf !== undefined && !(Array.isArray(anyOf) && anyOf.every(one => isStrictAt(one, depth + 1)))) return false
  const isWhole = items === undefined || isStrictAt(items, depth + 1)
  return isWhole && areStrict(properties, depth + 1) && areStrict(schema['$defs'], depth + 1)
}

/** True for a schema that strict mode takes as it is: an object at its root, every object closed and all its members required. */
export const isStrictSchema = (schema: unknown): boolean =>
  isRecord(schema) && schema['type'] === 'object' && schema['anyOf'] === undefined && isStrictAt(schema, 0)

/** The schema of a tool's input: Anthropic and Bedrock take an object at its root, and no choice between several. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { jsonText } from './fields.ts'
import { withWords } from './schema-words.ts'
import type { FittedSchema } from './schema-words.ts'

const choices = ['anyOf', 'oneOf', 'allOf'] as const

const variantsOf = (schema: Json, key: string): readonly Json[] => {
  const variants = schema[key]
  return Array.isArray(variants) ? variants.filter(isRecord) : []
}

/** Every property that one of the schemas has; one that they have differently takes what any of them takes. */
const propertiesOf = (schemas: readonly Json[]): Json => {
  const found = new Map<string, Map<string, unknown>>()
  for (const { properties } of schemas) {
    for (const [name, property] of Object.entries(isRecord(properties) ? properties : {})) {
      const forms = found.get(name) ?? new Map<string, unknown>()
      found.set(name, forms.set(jsonText(property), property))
    }
  }
  return Object.fromEntries(
    [...found].map(([name, forms]) => [
      name,
      forms.size === 1 ? [...forms.values()][0] : { anyOf: [...forms.values()] },
    ]),
  )
}

const requiredBy = ({ required }: Json): ReadonlySet<unknown> => new Set(Array.isArray(required) ? required : [])

/** What all variants require where one of them must fit, and what any of them does where all must. */
const requiredOf = (schema: Json): readonly unknown[] => {
  const required = new Set(requiredBy(schema))
  for (const key of choices) {
    const sets = variantsOf(schema, key).map(requiredBy)
    for (const name of sets.flatMap(names => [...names])) {
      if (key === 'allOf' || sets.every(names => names.has(name))) required.add(name)
    }
  }
  return [...required]
}

/** The schema with an object at its root; a choice there becomes one object, and its description tells what was one. */
export const objectSchema = (schema: unknown): FittedSchema => {
  if (!isRecord(schema)) return { schema: { type: 'object', properties: {} }, told: [] }
  const told = choices.filter(key => Array.isArray(schema[key]))
  if (told.length === 0) return { schema: { ...schema, type: 'object' }, told }
  const { anyOf: _any, oneOf: _one, allOf: _all, ...rest } = schema
  const required = requiredOf(schema)
  const whole = {
    ...withWords(
      rest,
      told.map(key => [key, schema[key]]),
    ),
    type: 'object',
    properties: propertiesOf([schema, ...told.flatMap(key => variantsOf(schema, key))]),
    ...(required.length > 0 && { required }),
  }
  return { schema: whole, told }
}

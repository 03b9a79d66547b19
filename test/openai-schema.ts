/** OpenAI's published schema as a strict check of what we emit: whole answers, chunks, errors. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { shared } from './shared.ts'

type Json = Record<string, unknown>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/**
 * Repairs what keeps the published file from being JSON Schema 2020-12: `nullable` of OpenAPI 3.0, `$recursiveRef`, and
 * `discriminator`, which only repeats what `oneOf` says.
 */
const repaired = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(repaired)
  if (!isRecord(value)) return value
  const {
    nullable,
    discriminator: _discriminator,
    $recursiveAnchor: _anchor,
    $recursiveRef: reference,
    ...rest
  } = value
  const schema: Json = Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, repaired(one)]))
  if (reference !== undefined) schema['$ref'] = '#/components/schemas/CompoundFilter'
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema
}

/** The names of the schemas that this dialect emits. */
export type SchemaName = 'CreateChatCompletionResponse' | 'CreateChatCompletionStreamResponse' | 'ErrorResponse'

const load = (): ((name: SchemaName) => ValidateFunction) => {
  const text = readFileSync(`${shared}/data/specs/openai-subset.openapi.json`, 'utf8')
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addFormat('unixtime', true)
  const document = repaired(JSON.parse(text))
  if (!isRecord(document)) throw new Error('the published schema is no object')
  ajv.addSchema({ ...document, $id: 'openai' })
  const made = new Map<SchemaName, ValidateFunction>()
  return name => {
    const known = made.get(name) ?? ajv.compile({ $ref: `openai#/components/schemas/${name}` })
    made.set(name, known)
    return known
  }
}
let validator: ReturnType<typeof load> | undefined

/** What of this value breaks the schema of this name, one line each; empty if it validates. */
export const breaches = (name: SchemaName, value: unknown): readonly string[] => {
  validator ??= load()
  const validate = validator(name)
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

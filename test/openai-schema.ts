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

/** The names of the schemas that are emitted. */
export type SchemaName =
  | 'CreateChatCompletionResponse'
  | 'CreateChatCompletionStreamResponse'
  | 'CreateCompletionResponse'
  | 'CreateEmbeddingResponse'
  | 'CreateModerationResponse'
  | 'ErrorResponse'
  | 'Response'
  | 'ResponseStreamEvent'
  | 'TokenCountsResource'

/** The published file, repaired. */
export const openaiDocument = (): Json => {
  const document = repaired(JSON.parse(readFileSync(`${shared}/data/specs/openai-subset.openapi.json`, 'utf8')))
  if (!isRecord(document)) throw new Error('the published schema is no object')
  return document
}
/** The published schema takes members that it does not know; this one refuses them. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed)
  if (!isRecord(value)) return value
  const schema = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]))
  const isOpen = !isRecord(schema['properties']) || schema['additionalProperties'] !== undefined
  return isOpen ? schema : { ...schema, additionalProperties: false }
}
const within = (value: unknown, ...path: readonly string[]): Json =>
  path.reduce<Json>((at, step) => (isRecord(at[step]) ? at[step] : {}), isRecord(value) ? value : {})
/** The request, which the published file tells in three pieces, as one. */
const requestIn = (document: Json): Json => {
  const schemas = within(document, 'components', 'schemas')
  const pieces = ['CreateChatCompletionRequest', 'CreateModelResponseProperties'].flatMap(name => {
    const all = within(schemas, name)['allOf']
    return Array.isArray(all) ? all.filter(isRecord) : []
  })
  const all = [within(schemas, 'ModelResponseProperties'), ...pieces.filter(piece => !('$ref' in piece))]
  const required = all.flatMap(piece => (Array.isArray(piece['required']) ? piece['required'] : []))
  const properties = Object.assign({}, ...all.map(piece => within(piece, 'properties'))) as Json
  return { type: 'object', properties, required, additionalProperties: false }
}
const loadStrict = (): ValidateFunction => {
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  ajv.addFormat('unixtime', true)
  const document = closed(openaiDocument())
  return ajv.compile({ ...requestIn(within(document)), components: within(document, 'components') })
}
let strict: ValidateFunction | undefined
/** What of this body for a chat completion OpenAI does not know or take, one line each; empty if it takes it all. */
export const refusals = (body: unknown): readonly string[] => {
  strict ??= loadStrict()
  if (strict(body)) return []
  return (strict.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

const load = (): ((name: SchemaName) => ValidateFunction) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addFormat('unixtime', true)
  ajv.addSchema({ ...openaiDocument(), $id: 'openai' })
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

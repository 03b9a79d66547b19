/** The OpenAPI document of the admin API, made from the same schemas as its checks. */
import * as z from 'zod'
import type { Operation } from '../../admin/operation.ts'
import { version } from '../../domain/version.ts'
import { statuses } from './answer.ts'
import { apiRoot, routes } from './routes.ts'
import type { Route } from './routes.ts'

type Json = Readonly<Record<string, unknown>>

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' })
  return rest
}

const named = (path: string): readonly string[] => [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name = '']) => name)

const isJson = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

const queryParameters = ({ query }: Operation): readonly Json[] => {
  if (query === undefined) return []
  const { properties, required } = schemaOf(query, 'input')
  if (!isJson(properties)) return []
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = isJson(schema) ? schema : {}
    return {
      name,
      in: 'query',
      required: needed.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

const bodyOf = ({ body }: Operation): Json =>
  body === undefined
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }

const isList = ({ name }: Operation): boolean => /\.(?:list|versions)$/.test(name)

const answerOf = (operation: Operation): Json => {
  if (operation.answer === undefined) return { '204': { description: 'Done.' } }
  const one = schemaOf(operation.answer, 'output')
  const list = {
    type: 'object',
    properties: { data: { type: 'array', items: one }, next: { type: 'string' } },
    required: ['data'],
  }
  const content: Record<string, Json> = { 'application/json': { schema: isList(operation) ? list : one } }
  if (operation.name === 'usage.get') {
    content['application/json'] = { schema: list }
    content['text/csv'] = { schema: { type: 'string' } }
    content['application/x-ndjson'] = { schema: { type: 'string' } }
  }
  const done = { description: 'Done.', content }
  return operation.changes ? { '200': done, '201': { ...done, description: 'Made.' } } : { '200': done }
}

const refusals: Json = Object.fromEntries(
  [...new Set([...Object.values(statuses), 413, 415])]
    .sort((left, right) => left - right)
    .map(status => [String(status), { $ref: '#/components/responses/Refused' }]),
)

const ifMatch: Json = {
  name: 'if-match',
  in: 'header',
  required: false,
  description: 'The etag of what you read: nothing is changed if somebody else was before you.',
  schema: { type: 'string' },
}
const csrf: Json = {
  name: 'x-signalbox-csrf',
  in: 'header',
  required: false,
  description: 'What /me tells as csrf; needed where you signed in and sent no key.',
  schema: { type: 'string' },
}

const operationOf = ({ path, operation }: Route): Json => {
  const { name, summary, least, changes } = operation
  const ids = named(path).map(id => ({ name: id, in: 'path', required: true, schema: { type: 'string' } }))
  return {
    operationId: name,
    summary,
    description: `Takes the role ${least}.`,
    tags: [path.split('/')[1]],
    parameters: [...ids, ...queryParameters(operation), ...(changes ? [ifMatch, csrf] : [])],
    ...bodyOf(operation),
    responses: { ...answerOf(operation), ...refusals },
  }
}

const errorSchema: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, param: { type: 'string' } },
    },
  },
}

const pathsOf = (): Json => {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const { method, path } = route
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(route) }
  }
  return paths
}

/** The document: OpenAPI 3.1. */
export const openApi = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Signalbox admin API',
    version,
    description: 'Keys, hierarchy, limits, policies, usage, decisions and the audit log of one gateway.',
  },
  servers: [{ url: apiRoot }],
  security: [{ adminKey: [] }, { session: [] }],
  paths: pathsOf(),
  components: {
    securitySchemes: {
      adminKey: { type: 'http', scheme: 'bearer', description: 'An admin key, sk-sb-admin-…' },
      session: {
        type: 'apiKey',
        in: 'cookie',
        name: 'signalbox-session',
        description: 'Of people who signed in at /admin/login.',
      },
    },
    schemas: { Error: errorSchema },
    responses: {
      Refused: {
        description: 'It was not done, and why.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  },
})

/** Paths to endpoints. */
import { anthropicMessages, decodeCountTokens } from '../../dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../dialects/openai-chat/index.ts'
import type { Dialect } from '../../ports/dialect.ts'
import { converse, whenUnderstood } from './converse.ts'
import type { Tongue } from './converse.ts'
import { readDecision, route } from './decisions.ts'
import type { Front } from './front.ts'
import { alive, metrics, ready } from './health.ts'
import { listModels, readModel } from './models.ts'
import { sendJson } from './reply.ts'
import type { Visit } from './visit.ts'

/** What answers at a path. `rest` is what follows the path of an endpoint that takes more. */
export interface Endpoint {
  readonly path: string
  readonly method: 'GET' | 'POST'
  /** Whose words errors are told in, unless the request shows otherwise. */
  readonly dialect: Dialect
  /** Needs no key; or asks for one itself. */
  readonly isPublic?: boolean
  /** Stays open while the house is closing. */
  readonly isLast?: boolean
  readonly answer: (front: Front, visit: Visit, rest: string) => void
}

const openai: Tongue = { dialect: openaiChat, passes: ['openai-beta'], isSteered: true }
const anthropicHeaders = ['anthropic-version', 'anthropic-beta']
const anthropic: Tongue = { dialect: anthropicMessages, passes: anthropicHeaders, isSteered: false }
/** The same without the limit on output tokens, which is not asked for where nothing is put out. */
const counting: Tongue = { ...anthropic, dialect: { ...anthropicMessages, decodeRequest: decodeCountTokens } }

const countTokens = (front: Front, visit: Visit): void =>
  whenUnderstood(front, visit, counting, ({ incoming }) =>
    sendJson(front, visit, 200, { input_tokens: front.gateway.countTokens(incoming.body) }),
  )

const exact: readonly Endpoint[] = [
  { path: '/v1/chat/completions', method: 'POST', dialect: openaiChat, answer: converse(openai) },
  { path: '/v1/messages', method: 'POST', dialect: anthropicMessages, answer: converse(anthropic) },
  { path: '/v1/messages/count_tokens', method: 'POST', dialect: anthropicMessages, answer: countTokens },
  { path: '/v1/route', method: 'POST', dialect: openaiChat, answer: route(openai, counting) },
  { path: '/v1/models', method: 'GET', dialect: openaiChat, answer: listModels },
  { path: '/healthz', method: 'GET', dialect: openaiChat, isPublic: true, isLast: true, answer: alive },
  { path: '/readyz', method: 'GET', dialect: openaiChat, isPublic: true, isLast: true, answer: ready },
  { path: '/metrics', method: 'GET', dialect: openaiChat, isPublic: true, isLast: true, answer: metrics },
]
/** Endpoints whose path goes on: with an id. */
const open: readonly Endpoint[] = [
  { path: '/v1/models/', method: 'GET', dialect: openaiChat, answer: readModel },
  { path: '/v1/decisions/', method: 'GET', dialect: openaiChat, answer: readDecision },
]

const byPath: ReadonlyMap<string, Endpoint> = new Map(exact.map(endpoint => [endpoint.path, endpoint]))

/** Every path, for those who look for one. */
export const paths: readonly string[] = [...exact.map(({ path }) => path), ...open.map(({ path }) => `${path}{id}`)]

/** What answers at this path, and what follows its own. */
export const endpointAt = (path: string): { readonly endpoint: Endpoint; readonly rest: string } | undefined => {
  const endpoint = byPath.get(path)
  if (endpoint !== undefined) return { endpoint, rest: '' }
  const longer = open.find(one => path.startsWith(one.path) && path.length > one.path.length)
  return longer === undefined ? undefined : { endpoint: longer, rest: path.slice(longer.path.length) }
}

/** Whose words an error is told in at this path, whether it leads anywhere or not. */
export const dialectAt = (path: string, isAnthropic: boolean): Dialect =>
  isAnthropic || path === '/v1/messages' || path.startsWith('/v1/messages/') ? anthropicMessages : openaiChat

/** What the admin API answers: JSON, exports, and refusals with their status. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Done, Export } from '../../admin/operation.ts'
import type { AdminRefusal, RefusalCode } from '../../admin/refusal.ts'

/** A request with the response to it. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The name of this request, told with the answer and in the audit log. */
  readonly id: string
}

export const statuses: Readonly<Record<RefusalCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'read-only': 409,
  stale: 412,
  unavailable: 503,
}

/** Nothing of this is kept by whoever stands between, or taken for a page. */
const standing = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

type Headers = Readonly<Record<string, string | readonly string[]>>

const begin = ({ response, id }: Exchange, status: number, headers: Headers): void => {
  const all: Record<string, string | string[]> = { ...standing, 'x-request-id': id }
  for (const [name, value] of Object.entries(headers)) all[name] = typeof value === 'string' ? value : [...value]
  response.writeHead(status, all)
}

/** Sends JSON, unless something was sent or the client has left. */
export const sendJson = (exchange: Exchange, status: number, value: unknown, headers: Headers = {}): void => {
  const { response } = exchange
  if (response.headersSent || response.destroyed) return
  const body = JSON.stringify(value)
  const length = String(Buffer.byteLength(body))
  begin(exchange, status, { 'content-type': 'application/json', 'content-length': length, ...headers })
  response.end(body)
}

/** Sends a head alone. */
export const sendNothing = (exchange: Exchange, status: number, headers: Headers = {}): void => {
  if (exchange.response.headersSent || exchange.response.destroyed) return
  begin(exchange, status, headers)
  exchange.response.end()
}

/** A failure in the form of the admin API. */
interface Told {
  readonly code: string
  readonly message: string
  readonly param?: string | undefined
}

/** Sends a failure that no operation knows of: 404, 405, 413, 415. What is still to come of the body is not read. */
export const sendError = (exchange: Exchange, status: number, told: Told, headers: Headers = {}): void => {
  const { code, message, param } = told
  const rest: Headers = exchange.request.complete ? {} : { connection: 'close' }
  const error = { code, message, ...(param !== undefined && { param }) }
  sendJson(exchange, status, { error }, { ...rest, ...headers })
}

/** Sends why an operation was not carried out. */
export const sendRefusal = (exchange: Exchange, { code, message, param }: AdminRefusal): void =>
  sendError(
    exchange,
    statuses[code],
    { code: code.replaceAll('-', '_'), message, param },
    code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="signalbox admin"' } : {},
  )

/** Sends an export piece by piece, no faster than it is read. */
const sendExport = async (exchange: Exchange, { type, file, chunks }: Export): Promise<void> => {
  const { response } = exchange
  const iterator = chunks[Symbol.asyncIterator]()
  // The first piece comes before the head: what fails at once is told as a failure.
  const first = await iterator.next()
  begin(exchange, 200, { 'content-type': type, 'content-disposition': `attachment; filename="${file}"` })
  const gone = once(response, 'close')
  for (let piece = first; piece.done !== true; piece = await iterator.next()) {
    if (response.destroyed) break
    if (!response.write(piece.value)) await Promise.race([once(response, 'drain'), gone])
  }
  await iterator.return?.()
  response.end()
}

/** Sends what came of an operation. */
export const sendDone = async (exchange: Exchange, done: Done): Promise<void> => {
  if (done.export !== undefined) return sendExport(exchange, done.export)
  const etag: Headers = done.version === undefined ? {} : { etag: `"${done.version}"` }
  if (done.value === undefined) return sendNothing(exchange, 204, etag)
  sendJson(exchange, done.made === true ? 201 : 200, done.value, etag)
}

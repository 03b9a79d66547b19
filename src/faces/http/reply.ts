/** Whole responses: JSON, text, and failures in the client's own dialect. */
import type { ServerResponse } from 'node:http'
import type { Failure } from '../../domain/failure.ts'
import type { Front } from './front.ts'
import type { Visit } from './visit.ts'

/** A response with all of its body. */
export interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
  /** Flat: name, value, … */
  readonly headers?: readonly string[]
}

const none: readonly string[] = []
/** So much more is read and thrown away before the next request; a client with more to come loses its connection. */
const fewBytes = 64 * 1024
/** Where even a lingering client is left: it reads nothing. */
const manyBytes = 64 * 1024 * 1024

/** Is the rest of the body more than is worth reading for the connection's sake. Who still waits for leave to send it sends none. */
const hasMoreToSend = ({ request, isBroken, awaitsContinue }: Visit): boolean => {
  if (request.complete || isBroken || awaitsContinue) return false
  if (request.headers['transfer-encoding'] !== undefined) return true
  return Number(request.headers['content-length'] ?? 0) > fewBytes
}

/**
 * Ends the response once the client has stopped sending, or had time to read it. Closing at once would make the kernel
 * reset the connection, and the client would never learn why.
 */
const linger = (front: Front, { request, response }: Visit): void => {
  let size = 0
  const stop = (): void => {
    cancel()
    request.off('data', count)
    response.end()
  }
  const count = (chunk: Uint8Array): void => {
    size += chunk.length
    if (size > manyBytes) stop()
  }
  const cancel = front.clock.after(front.limits.linger, stop)
  request.on('data', count).once('end', stop).once('close', stop)
}

/** Longer bodies are not worth copying. */
const copied = 16 * 1024

/** A string goes out in one piece with its head, bytes would be a piece of their own; Latin-1 has a character for each byte. */
const endWith = (response: ServerResponse, body: string | Uint8Array): void => {
  if (typeof body === 'string' || body.length > copied) return void response.end(body)
  const { buffer, byteOffset, length } = body
  response.end(Buffer.from(buffer, byteOffset, length).toString('latin1'), 'latin1')
}

/** Sends it, unless something was sent or the client has left. */
export const send = (front: Front, visit: Visit, { status, type, body, headers = none }: Reply): void => {
  const { response } = visit
  if (response.headersSent || response.destroyed) return
  visit.isAnswered = true
  const lingers = hasMoreToSend(visit)
  const closing = visit.closes || lingers || front.isDraining ? ['connection', 'close'] : none
  const size = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  response.writeHead(status, [
    'content-type',
    type,
    'content-length',
    String(size),
    ...visit.naming,
    ...visit.standing,
    ...headers,
    ...closing,
  ])
  if (!lingers) {
    endWith(response, body)
    // Node destroys a socket on which nothing moves for so long; an idle one gets its own time.
    if (response.writableLength > 0) visit.request.socket.setTimeout(front.limits.stall)
  } else {
    response.write(body)
    linger(front, visit)
  }
}

/** Sends JSON. */
export const sendJson = (front: Front, visit: Visit, status: number, value: unknown): void =>
  send(front, visit, { status, type: 'application/json', body: JSON.stringify(value) })

/** A response without a body: to OPTIONS. */
export const sendNothing = (front: Front, visit: Visit, headers: readonly string[]): void => {
  const closing = visit.closes || front.isDraining ? ['connection', 'close'] : none
  visit.response.writeHead(204, [...visit.standing, ...headers, ...closing])
  visit.response.end()
}

/** What a client's retry logic reads; both official clients obey. */
export const failureHeaders = (failure: Failure): readonly string[] => {
  const { retryAfter, retriable, kind } = failure
  return [
    ...(kind === 'unauthenticated' ? ['www-authenticate', 'Bearer realm="signalbox"'] : none),
    ...(retryAfter === undefined
      ? none
      : ['retry-after', String(Math.ceil(retryAfter / 1000)), 'retry-after-ms', String(Math.ceil(retryAfter))]),
    ...(retriable === false ? ['x-should-retry', 'false'] : none),
  ]
}

/** Refuses the request in the client's dialect, with the failure's kind as code. */
export const refuse = (front: Front, visit: Visit, failure: Failure, headers: readonly string[] = none): void => {
  const { status, body, headers: own = none } = visit.dialect.encodeFailure(failure, visit.id)
  send(front, visit, {
    status,
    type: 'application/json',
    body: JSON.stringify(body),
    headers: [...failureHeaders(failure), ...own, ...headers],
  })
}

/** The failure of a request that makes no sense, with the place where it goes wrong. */
export const invalid = (message: string, more: Pick<Failure, 'param' | 'status'> = {}): Failure => ({
  kind: 'invalid-request',
  message,
  ...more,
})

const unforeseen: Failure = {
  kind: 'internal',
  message: 'something went wrong in the gateway that nobody foresaw; its log knows more under this request id',
}

/** Ends the visit over what nobody foresaw: told to the alarm, and to the client as `internal`, or by breaking the answer off. */
export const breakOff = (front: Front, visit: Visit, error: unknown): void => {
  front.alarm(`request ${visit.id} failed`, error)
  if (visit.response.headersSent) visit.response.destroy()
  else refuse(front, visit, unforeseen)
}

/** Does the work; whatever it throws ends this visit alone. */
export const guard = (front: Front, visit: Visit, work: () => void): void => {
  try {
    work()
  } catch (error) {
    breakOff(front, visit, error)
  }
}

/** Bytes that are no HTTP request, or come too slowly: answered in form, then the connection ends. */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { randomUUID } from 'node:crypto'
import type { Failure } from '../../domain/failure.ts'
import type { Dialect } from '../../ports/dialect.ts'
import type { Front } from './front.ts'
import { invalid } from './reply.ts'
import { dialectAt } from './tongues.ts'

interface Complaint {
  readonly status?: number
  readonly why: string
}

/** What node's parser complains of, in words. */
const complaints: ReadonlyMap<string, Complaint> = new Map<string, Complaint>([
  ['HPE_HEADER_OVERFLOW', { status: 431, why: 'the headers are larger than 32 KiB; they must be smaller' }],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', { status: 413, why: 'the extensions of a chunk are too large; none are needed' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, why: 'the request came too slowly; all of it must come in time' }],
  [
    'HPE_INVALID_METHOD',
    { why: 'this is no HTTP method (or no HTTP: TLS is not spoken here, and HTTP/2 only by prior knowledge)' },
  ],
  [
    'HPE_INVALID_VERSION',
    { why: 'the first line does not end in a version of HTTP that is spoken here; HTTP/1.1 would be right' },
  ],
  ['HPE_INVALID_URL', { why: 'the request target holds characters that must be escaped' }],
  ['HPE_INVALID_HEADER_TOKEN', { why: 'a header has a name or value with characters that may not stand there' }],
  ['HPE_INVALID_CONTENT_LENGTH', { why: 'content-length is no number, or stands beside transfer-encoding' }],
  ['HPE_UNEXPECTED_CONTENT_LENGTH', { why: 'content-length stands twice, or beside transfer-encoding' }],
  ['HPE_INVALID_TRANSFER_ENCODING', { why: 'transfer-encoding must be "chunked", once, and without content-length' }],
  ['HPE_INVALID_CHUNK_SIZE', { why: 'the size of a chunk is no hexadecimal number' }],
  ['HPE_LF_EXPECTED', { why: 'lines must end in CR LF' }],
  ['HPE_CR_EXPECTED', { why: 'lines must end in CR LF' }],
  ['HPE_INVALID_EOF_STATE', { why: 'the connection was closed in the middle of the request' }],
])

/** The failure behind an error of the parser; undefined if the client is simply gone. */
export const failureOf = (code: string | undefined): Failure | undefined => {
  if (code === undefined || code === 'ECONNRESET' || code === 'EPIPE') return undefined
  const { status, why } = complaints.get(code) ?? { why: 'this is no well-formed HTTP request' }
  return invalid(why, status === undefined ? {} : { status })
}

/** Whose words to use: the first line may still tell the path. */
const dialectOf = (packet: unknown): Dialect => {
  const head = packet instanceof Uint8Array ? Buffer.from(packet.subarray(0, 300)).toString('latin1') : ''
  const path = /^[A-Za-z]+ ([^\s?]+)/.exec(head)?.[1] ?? ''
  return dialectAt(path, /^anthropic-version:/im.test(head))
}

/** A failure for a socket that has no response of its own. */
export interface Parting {
  readonly failure: Failure
  /** The bytes that were at fault, if they are known. */
  readonly packet?: unknown
  readonly headers?: readonly string[]
  /** In whose words; absent: the bytes at fault may tell. */
  readonly dialect?: Dialect
  /** The request's name, where it has one. */
  readonly id?: string
}

/** Writes the failure to the socket and ends it. */
export const answerSocket = (front: Front, socket: Duplex, parting: Parting): void => {
  const { failure, packet, headers = [], dialect = dialectOf(packet) } = parting
  const id = parting.id ?? `req_${randomUUID().replaceAll('-', '')}`
  const { status, body } = dialect.encodeFailure(failure, id)
  const text = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    `x-request-id: ${id}`,
    `request-id: ${id}`,
    ...headers,
    'connection: close',
  ]
  // What else the client sends is read and dropped for a while, so that the answer is not lost to a reset.
  const cancel = front.clock.after(front.limits.linger, () => socket.destroy())
  socket
    .on('error', () => socket.destroy())
    .on('close', cancel)
    .resume()
    .end(`${head.join('\r\n')}\r\n\r\n${text}`)
}

/** HTTP/2 without TLS by prior knowledge, as AWS's clients speak it: each of its streams becomes a request of HTTP/1.1 to the same server. */
import { request as send } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, Server } from 'node:http'
import { constants, createServer } from 'node:http2'
import type {
  IncomingHttpHeaders as StreamHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import type { Duplex } from 'node:stream'

/** The first bytes of a client that knows that it will be understood (RFC 9113, 3.4). */
const preface = Buffer.from('PRI * HTTP/2.0\r\n')

/** What is between two neighbours of HTTP/1.1 and means nothing in HTTP/2, or, as `trailer`, nothing without chunks. */
const ofConnections = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'te',
  'trailer',
])

const plain = (headers: StreamHeaders): OutgoingHttpHeaders => {
  const kept: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(':') && !ofConnections.has(name)) kept[name] = value
  }
  const host = headers[':authority']
  if (host !== undefined) kept['host'] ??= host
  return kept
}

const answered = (status: number, headers: IncomingHttpHeaders): OutgoingHttpHeaders => {
  const kept: OutgoingHttpHeaders = { ':status': status }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !ofConnections.has(name)) kept[name] = value
  }
  return kept
}

const pass = (stream: ServerHttp2Stream, answer: IncomingMessage): void => {
  if (stream.destroyed || stream.closed) return void answer.destroy()
  stream.respond(answered(answer.statusCode ?? 502, answer.headers))
  answer.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
  // An answer that breaks off must not look whole.
  answer.on('aborted', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
  answer.pipe(stream)
  // Who was answered before all was said need not say the rest.
  stream.once('finish', () => {
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
  })
}

/** The request of HTTP/1.1 that says the same; undefined where none can. */
const requestOf = (headers: StreamHeaders, hasBody: boolean, near: Duplex): ClientRequest | undefined => {
  const method = headers[':method'] ?? 'GET'
  // A tunnel would be no stream of requests any more.
  if (method === 'CONNECT') return undefined
  const path = headers[':path'] ?? '/'
  try {
    const request = send({ method, path, headers: plain(headers), setHost: false, createConnection: () => near })
    // The body of a GET would else stand there as if it were the next request.
    request.useChunkedEncodingByDefault = hasBody
    return request
  } catch {
    // Node refuses what breaks the rules of HTTP/1.1; whoever sent it is refused the same way.
    return undefined
  }
}

/** One stream as a request of its own, over a connection in memory that the server takes for one of its own. */
const bridge = (stream: ServerHttp2Stream, headers: StreamHeaders, enter: (socket: Duplex) => void): void => {
  const [near, far] = duplexPair()
  const request = requestOf(headers, !stream.endAfterHeaders, near)
  stream.on('error', () => request?.destroy())
  if (request === undefined) return stream.close(constants.NGHTTP2_PROTOCOL_ERROR)
  const { remoteAddress, remotePort } = stream.session?.socket ?? {}
  // What may stand still for so long is the client's stream: here all moves at once.
  const leave = (): void => stream.close(constants.NGHTTP2_CANCEL)
  // Once: a client that reads slowly has its time set again and again.
  stream.on('timeout', leave)
  const setTimeout = (within: number): Duplex => {
    stream.setTimeout(within)
    return far
  }
  enter(Object.assign(far, { remoteAddress, remotePort, setTimeout }))
  request.on('response', answer => pass(stream, answer))
  request.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
  // Whoever leaves closes both ends of the connection in memory, on which the server sees it.
  stream.on('close', () => {
    near.destroy()
    far.destroy()
  })
  stream.pipe(request)
}

/** What speaks HTTP/2 at this moment. */
export interface Http2Door {
  /** Closes who has said nothing, and says goodbye to the others: streams under way may end, new ones may not begin. */
  close(): void
  /** Closes at once. */
  destroy(): void
}

const speaksHttp2 = (first: Buffer): boolean =>
  first.length >= 3 && first.subarray(0, preface.length).equals(preface.subarray(0, first.length))

/** A connection without a stream is idle, and is kept for so many milliseconds. */
const closeWhenIdle = (session: ServerHttp2Session, within: number): void => {
  let streams = 0
  session.on('stream', stream => {
    streams++
    stream.once('close', () => {
      streams--
      if (!session.destroyed) session.setTimeout(within)
    })
  })
  session.on('timeout', () => {
    if (streams === 0) session.close()
  })
  session.setTimeout(within)
}

/** Where a connection goes once it has said something. */
interface Ways {
  readonly first: (socket: Socket) => void
  readonly second: (socket: Socket) => void
}

/** Waits for the first bytes of a connection; who says nothing is not waited for longer than for a head. */
const listen = (socket: Socket, silent: Set<Socket>, within: number, ways: Ways): void => {
  const broken = (): void => void socket.destroy()
  const gone = (): void => void silent.delete(socket)
  silent.add(socket)
  socket.on('error', broken).on('close', gone)
  socket.setTimeout(within, broken)
  socket.once('data', (first: Buffer) => {
    socket.pause()
    gone()
    socket.off('error', broken).off('timeout', broken).off('close', gone).setTimeout(0)
    socket.unshift(first)
    if (speaksHttp2(first)) {
      // Connections of HTTP/1.1 may be closed on one side; here who has closed has left.
      socket.allowHalfOpen = false
      return ways.second(socket)
    }
    ways.first(socket)
    socket.resume()
  })
}

/** Opens the server's port for HTTP/2 as well. What listens for connections hears of those of HTTP/1.1 once they have said something. */
export const alsoHttp2 = (server: Server): Http2Door => {
  /** Connections that have said nothing yet. */
  const silent = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  const listeners = server.listeners('connection')
  const enter = (socket: Duplex): void => {
    for (const listener of listeners) Reflect.apply(listener, server, [socket])
  }
  const second = createServer({ settings: { maxConcurrentStreams: 250 } })
  second.on('session', session => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
    closeWhenIdle(session, server.keepAliveTimeout)
  })
  second.on('stream', (stream: ServerHttp2Stream, headers) => bridge(stream, headers, enter))
  second.on('sessionError', () => undefined)
  const ways: Ways = { first: enter, second: socket => void second.emit('connection', socket) }
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => listen(socket, silent, server.headersTimeout, ways))
  return {
    close: () => {
      for (const socket of silent) socket.destroy()
      for (const session of sessions) session.close()
    },
    destroy: () => {
      for (const socket of silent) socket.destroy()
      for (const session of sessions) session.destroy()
    },
  }
}

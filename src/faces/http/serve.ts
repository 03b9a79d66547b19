/** The HTTP face: a node server in front of a gateway, with limits, hot reload and an orderly end. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ServerConfig } from '../../config/settings.ts'
import type { Millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Gateway } from '../../ports/gateway.ts'
import type { Keyring } from './authenticate.ts'
import { answerSocket, failureOf } from './broken-request.ts'
import { close, drain } from './drain.ts'
import { Roll, standardLimits } from './front.ts'
import type { Alarm, Front, Limits, Readiness } from './front.ts'
import { alsoHttp2 } from './http2.ts'
import { KeptItems } from './kept-items.ts'
import { receive } from './receive.ts'
import { invalid } from './reply.ts'
import { asksForSocket, upgrade } from './upgrade.ts'

/** What the face needs. */
export interface HttpOptions {
  readonly gateway: Gateway
  readonly settings: ServerConfig
  readonly keyring: Keyring
  readonly clock: Clock
  /** The text that GET /metrics answers with. */
  readonly metrics?: () => string
  readonly isReady?: () => Readiness
  /** Told of errors that nobody foresaw. */
  readonly alarm?: Alarm
  readonly limits?: Partial<Limits>
}

/** A face that is open to the world. */
export interface HttpFace {
  readonly port: number
  readonly url: string
  /** Other settings and keys for requests from now on; host and port stay. */
  update(changes: { readonly settings?: ServerConfig; readonly keyring?: Keyring }): void
  /**
   * Takes no new work, says so at /readyz, lets answers under way end within this time, ends the rest with a typed
   * error, and closes. Resolves when the last connection is closed.
   */
  drain(within: Millis): Promise<void>
  /** Closes at once: answers under way break off. */
  close(): Promise<void>
}

const largestHead = 32 * 1024
const frontOf = (options: HttpOptions): Front => ({
  gateway: options.gateway,
  clock: options.clock,
  limits: { ...standardLimits, ...options.limits },
  settings: options.settings,
  keyring: options.keyring,
  isDraining: false,
  buffered: 0,
  items: new KeptItems(),
  ongoing: new Roll(),
  sockets: new Set(),
  lines: new Set(),
  visits: new WeakMap(),
  ...(options.metrics && { metrics: options.metrics }),
  ...(options.isReady && { isReady: options.isReady }),
  alarm: options.alarm ?? (() => undefined),
})

const serverOf = (front: Front): Server => {
  const { limits } = front
  const server = createServer({
    maxHeaderSize: largestHead,
    headersTimeout: limits.head,
    // Bodies have clocks of their own; this one is behind them.
    requestTimeout: limits.head + limits.body + limits.window,
    connectionsCheckingInterval: limits.checkEvery,
    keepAliveTimeout: limits.keepAlive,
    insecureHTTPParser: false,
    // Node would refuse without a body; we refuse with one.
    requireHostHeader: false,
    // Whoever would like another protocol gets an answer in this one.
    shouldUpgradeCallback: asksForSocket,
  })
  // Otherwise headers past the two thousandth would be dropped in silence; their bytes are limited as it is.
  server.maxHeadersCount = 0
  server.on('connection', socket => {
    front.sockets.add(socket)
    socket.once('close', () => front.sockets.delete(socket))
  })
  server.on('request', (request, response) => receive(front, request, response, false))
  server.on('checkContinue', (request, response) => receive(front, request, response, true))
  server.on('checkExpectation', (request, response) => {
    // Nobody expects anything else today, and what is not understood may be left out.
    receive(front, request, response, false)
  })
  server.on('upgrade', (request, socket, head) => upgrade(front, request, socket, head))
  server.on('connect', (_request, socket: Duplex) => {
    const why = 'CONNECT is not answered here; POST or GET to a path would be right'
    answerSocket(front, socket, {
      failure: invalid(why, { status: 405 }),
      headers: ['allow: GET, HEAD, POST, OPTIONS'],
    })
  })
  const answered = new WeakSet<Duplex>()
  server.on('clientError', (error, socket) => onBroken(front, answered, error, socket))
  front.second = alsoHttp2(server)
  return server
}

type ParseError = Error & { readonly code?: string; readonly rawPacket?: unknown }

/** Answers once; where an answer is under way already, nothing can be said any more and the connection ends. */
const onBroken = (front: Front, answered: WeakSet<Duplex>, error: ParseError, socket: Duplex): void => {
  if (answered.has(socket)) return
  answered.add(socket)
  const failure = failureOf(error.code)
  if (failure === undefined || !socket.writable) return void socket.destroy()
  const visit = front.visits.get(socket)
  if (visit === undefined || visit.response.writableFinished) {
    return answerSocket(front, socket, { failure, packet: error.rawPacket })
  }
  if (visit.onBroken !== undefined) visit.onBroken(failure)
  else if (visit.isAnswered) socket.end()
  else socket.destroy()
}

const listening = async (server: Server, { host, port }: ServerConfig): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: Error & { code?: string }) => {
      const why =
        error.code === 'EADDRINUSE' ? 'another process listens there; choose another with --port' : error.message
      reject(new Error(`the gateway cannot listen on ${host}:${port}: ${why}`, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : port
}

const urlOf = (host: string, port: number): string => {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

/** Opens the face; rejects if the port cannot be had. */
export const serveHttp = async (options: HttpOptions): Promise<HttpFace> => {
  const front = frontOf(options)
  const server = serverOf(front)
  const port = await listening(server, options.settings)
  return {
    port,
    url: urlOf(options.settings.host, port),
    update({ settings, keyring }) {
      if (settings !== undefined) front.settings = settings
      if (keyring !== undefined) front.keyring = keyring
    },
    drain: within => drain(front, server, within),
    close: () => close(front, server),
  }
}

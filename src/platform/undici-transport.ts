/** The door to the network: HTTP/1.1 over undici's dispatch, with one pool of connections for each origin. */
import { Socket } from 'node:net'
import { Client, Pool, buildConnector, errors } from 'undici'
import type { Dispatcher } from 'undici'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { BodyPiece, Exchange, Transport, WireError, WireListener, WireRequest } from '../ports/transport.ts'
import { lengthOf, streamOf } from './body-pieces.ts'
import { brokenBy, neverConnected } from './wire-failures.ts'

export interface UndiciTransportOptions {
  readonly clock: Clock
  /** How long an idle connection is kept, in milliseconds, where the server does not say; 30 s if not told. */
  readonly keepAlive?: number
  /** The most bytes that an answer's headers may have; 256 KiB if not told. */
  readonly maxHeaderBytes?: number
  /** Certificates, in PEM, to trust instead of the system's own. */
  readonly ca?: string
}

/** A transport that can be closed: exchanges under way end as aborted. */
export interface UndiciTransport extends Transport {
  close(): Promise<void>
}

/** Undici wants an error to abort with; a shared one costs no stack trace for each stop. */
const stopped = new Error('stopped')

/** That a server had closed an idle connection shows as soon as it is used; what breaks later broke at work. */
const staleWithin = millis(1_000)

/** Connections to one origin. */
interface Origin {
  readonly pool: Pool
  /** Opens a connection that nobody used before, for one exchange. */
  readonly fresh: () => Dispatcher
  /** As people know it, e.g. `api.openai.com` or `127.0.0.1:8080`. */
  readonly host: string
  /** The exchange that is being sent at this moment: a connection that undici opens now is for it. */
  sending: Sending | undefined
  /** What the last request allowed for connecting, for a connection that undici opens again by itself. */
  connectWithin: Millis
}

/** One exchange: what undici tells on one side, what the listener hears on the other. One object, as it is made for each attempt. */
class Sending implements Dispatcher.DispatchHandler, Exchange {
  readonly #origin: Origin
  readonly #listener: WireListener
  readonly #clock: Clock
  /** Until the answer begins: then nothing is sent twice. */
  #request: Dispatcher.DispatchOptions | undefined
  readonly #connectWithin: Millis
  #pieces: readonly BodyPiece[] | undefined
  #startedAt: Instant | undefined
  #isFresh = false
  #controller: Dispatcher.DispatchController | undefined
  #connecting: Socket | undefined
  #paused = false
  #begun = false
  #done = false

  constructor(origin: Origin, listener: WireListener, clock: Clock, connectWithin: Millis) {
    this.#origin = origin
    this.#listener = listener
    this.#clock = clock
    this.#connectWithin = connectWithin
  }

  /** Sends the request, over any connection that is free, or over one of its own. */
  send(request: Dispatcher.DispatchOptions, pieces: readonly BodyPiece[] | undefined, once = false): void {
    this.#request = request
    this.#pieces = pieces
    this.#isFresh = once
    this.#sendOver(once ? this.#origin.fresh() : this.#origin.pool, request)
  }

  #sendOver(way: Dispatcher, request: Dispatcher.DispatchOptions): void {
    const origin = this.#origin
    const before = origin.sending
    origin.sending = this
    origin.connectWithin = this.#connectWithin
    // Pieces are read anew each time: a stream can be read only once.
    way.dispatch(this.#pieces === undefined ? request : { ...request, body: streamOf(this.#pieces) }, this)
    origin.sending = before
  }

  /** The socket that is being opened for this exchange, so that stopping can close it. */
  connectsWith(socket: Socket): void {
    this.#connecting = socket
    this.#isFresh = true
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#connecting = undefined
    // Nothing was written yet: undici takes a throw as a refusal and keeps the connection for the next request.
    if (this.#done) throw stopped
    this.#controller = controller
    this.#startedAt = this.#clock.now()
    this.#listener.sent?.()
    if (this.#paused) controller.pause()
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (this.#done) return
    this.#request = undefined
    if (status < 200) return
    this.#begun = true
    this.#listener.head({ status, headers })
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (!this.#done) this.#listener.data(chunk)
  }

  onResponseEnd(): void {
    if (this.#done) return
    this.#done = true
    this.#listener.end()
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#done) return
    const { host } = this.#origin
    const told = this.#controller === undefined ? neverConnected(host, error) : brokenBy(host, error, this.#begun)
    if (told.kind === 'closed' && this.#wasStale()) return this.#sendAfresh()
    // While `send` has not returned, the listener must not hear of it.
    if (this.#origin.sending === this) queueMicrotask(() => this.fail(told))
    else this.fail(told)
  }

  /** Did the server close this connection while it was idle, so that it never read the request. */
  #wasStale(): boolean {
    if (this.#request === undefined || this.#isFresh || this.#startedAt === undefined) return false
    return this.#clock.now() - this.#startedAt <= staleWithin
  }

  /** Other idle connections may be as dead as this one was, so none of them is tried. */
  #sendAfresh(): void {
    const request = this.#request
    if (request === undefined) return
    this.#request = undefined
    this.#controller = undefined
    this.#sendOver(this.#origin.fresh(), request)
  }

  fail(error: WireError): void {
    if (this.#done) return
    this.#done = true
    this.#listener.error(error)
  }

  pause(): void {
    this.#paused = true
    this.#controller?.pause()
  }

  resume(): void {
    this.#paused = false
    // Undici's parser is one for all connections and may be at work further up the stack: let it finish first.
    queueMicrotask(() => {
      if (!this.#paused && !this.#done) this.#controller?.resume()
    })
  }

  stop(): void {
    if (this.#done) return
    this.#done = true
    this.#request = undefined
    this.#connecting?.destroy(stopped)
    this.#controller?.abort(stopped)
  }
}

/** An exchange that ended before it began. */
const failed = (listener: WireListener, error: WireError): Exchange => {
  let done = false
  queueMicrotask(() => {
    if (!done) listener.error(error)
  })
  return {
    pause() {},
    resume() {},
    stop() {
      done = true
    },
  }
}

/** Opens connections, each within the time that its request allows; undici's own timer is only good to a second. */
const connectorOf = (options: UndiciTransportOptions) => {
  const open = buildConnector({ allowH2: false, timeout: 0, ...(options.ca === undefined ? {} : { ca: options.ca }) })
  return (origin: Origin, to: buildConnector.Options, callback: buildConnector.Callback): void => {
    const within = origin.connectWithin
    let keepTrying = (): void => {}
    // Its type does not say so, but undici's connector returns the socket, which is not connected yet.
    const socket: unknown = open(to, (...outcome) => {
      keepTrying()
      callback(...outcome)
    })
    if (!(socket instanceof Socket)) return
    keepTrying = options.clock.after(within, () => {
      socket.destroy(new errors.ConnectTimeoutError(`it took more than ${within} ms`))
    })
    origin.sending?.connectsWith(socket)
  }
}

/** How many different addresses are remembered taken apart. A configuration has far fewer. */
const mostAddresses = 1000

/** Addresses taken apart, with the pool of each one's origin. */
const addressBook = (options: UndiciTransportOptions) => {
  const connect = connectorOf(options)
  const origins = new Map<string, Origin>()
  const alone = new Set<Client>()
  const known = new Map<string, { readonly origin: Origin; readonly path: string }>()
  const openOrigin = (url: URL): Origin => {
    const settings: Client.Options = {
      pipelining: 1,
      allowH2: false,
      // Deadlines belong to whoever sends. Undici's own would end an answer behind their back.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAlive ?? 30_000,
      maxHeaderSize: options.maxHeaderBytes ?? 256 * 1024,
      connect: (to, callback) => connect(origin, to, callback),
    }
    const pool = new Pool(url.origin, settings)
    const fresh = (): Dispatcher => {
      // Without pipelining undici closes the connection after its one exchange.
      const client = new Client(url.origin, { ...settings, pipelining: 0 })
      const forget = (): void => void alone.delete(client)
      alone.add(client)
      return client.once('disconnect', forget).once('connectionError', forget)
    }
    const origin: Origin = { pool, fresh, host: url.host, sending: undefined, connectWithin: millis(0) }
    return origin
  }
  return {
    find(address: string) {
      const found = known.get(address)
      if (found !== undefined) return found
      const url = URL.parse(address)
      if (url === null || !/^https?:$/.test(url.protocol)) return undefined
      const origin = origins.get(url.origin) ?? openOrigin(url)
      origins.set(url.origin, origin)
      if (known.size >= mostAddresses) known.clear()
      const entry = { origin, path: url.pathname + url.search }
      known.set(address, entry)
      return entry
    },
    all: (): readonly Dispatcher[] => [...[...origins.values()].map(origin => origin.pool), ...alone],
  }
}

/** A transport over undici's `dispatch`: HTTP/1.1, connections kept alive, no timeouts but the one for connecting. */
export const undiciTransport = (options: UndiciTransportOptions): UndiciTransport => {
  const addresses = addressBook(options)
  let closed = false
  return {
    send(request: WireRequest, listener: WireListener, connectWithin: Millis): Exchange {
      if (closed) return failed(listener, { kind: 'aborted', message: 'the transport is closed' })
      const address = addresses.find(request.url)
      if (address === undefined) {
        return failed(listener, {
          kind: 'connect',
          message: 'the upstream has no address of the form http(s)://host/path',
        })
      }
      const { origin, path } = address
      const { method, body, once } = request
      const headers = request.headers.slice()
      const sending = new Sending(origin, listener, options.clock, connectWithin)
      if (typeof body === 'string' || body instanceof Uint8Array) {
        sending.send({ path, method, headers, body }, undefined, once)
        return sending
      }
      const length = lengthOf(body)
      if (length !== undefined) headers.push('content-length', String(length))
      sending.send({ path, method, headers }, body, once)
      return sending
    },
    async close() {
      closed = true
      await Promise.all(addresses.all().map(one => one.destroy()))
    },
  }
}

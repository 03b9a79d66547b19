/** The door to the network for conversations: WebSocket over `ws`, and everything else by the transport behind it. */
import { WebSocket } from 'ws'
import type { ClientOptions, RawData } from 'ws'
import type { IncomingMessage } from 'node:http'
import { isSendable, reasonText } from '../domain/conversation.ts'
import type { Closing, SocketMessage } from '../domain/conversation.ts'
import { millis } from '../domain/units.ts'
import type { Millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Exchange, Transport, WireError, WireListener, WireRequest } from '../ports/transport.ts'
import { neverConnected } from './wire-failures.ts'

export interface SocketOptions {
  readonly clock: Clock
  /** The most bytes that one message may have; 32 MiB if not told. */
  readonly maxMessage?: number
  /** How often it is looked whether the other side is still there; every 30 s if not told. */
  readonly every?: Millis
  /** Certificates, in PEM, to trust instead of the system's own. */
  readonly ca?: string
}

/** A transport whose conversations can be closed: those under way end as aborted. */
export interface SocketTransport extends Transport {
  close(): void
}

/** So much may wait to be sent before whoever writes is asked to pause. */
const mostWaiting = 256 * 1024
/** So long may a side that was told goodbye take to answer. */
const farewell = millis(1_000)

/** Headers as `ws` takes them; what is said twice is joined. */
const headersOf = (flat: readonly string[]): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [name = '', value = ''] = [flat[at], flat[at + 1]]
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return headers
}

const bytesOf = (data: RawData): Uint8Array => {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

/** One conversation, from its request to its close. */
class Conversation implements Exchange {
  readonly #socket: WebSocket
  readonly #host: string
  readonly #listener: WireListener
  readonly #clock: Clock
  readonly #every: Millis
  readonly #gone: (one: Conversation) => void
  #unsent: SocketMessage[] = []
  #error: Error | undefined
  #cancelConnect = (): void => {}
  #cancelLook = (): void => {}
  #isHeard = true
  #isPaused = false
  #isFull = false
  #isRefused = false
  #isDone = false

  constructor(
    request: WireRequest,
    listener: WireListener,
    connectWithin: Millis,
    options: SocketOptions & { readonly gone: (one: Conversation) => void },
  ) {
    this.#host = new URL(request.url).host
    this.#listener = listener
    this.#clock = options.clock
    this.#every = options.every ?? millis(30_000)
    this.#gone = options.gone
    if (request.opening !== undefined) this.#unsent.push(request.opening)
    const settings: ClientOptions = {
      headers: headersOf(request.headers),
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: options.maxMessage ?? 32 * 1024 * 1024,
      ...(options.ca !== undefined && { ca: options.ca }),
      finishRequest: asked => {
        // Only connecting has a time of its own; how long an answer may take is for whoever waits for it to say.
        asked.once('socket', socket => {
          if (socket.connecting) socket.once('connect', () => this.#cancelConnect())
          else this.#cancelConnect()
        })
        asked.end()
      },
    }
    this.#socket = new WebSocket(request.url, settings)
    this.#cancelConnect = options.clock.after(connectWithin, () => {
      this.#fail({ kind: 'connect-timeout', message: `no connection to ${this.#host} within ${connectWithin} ms` })
    })
    this.#listen()
  }

  #listen(): void {
    let headers: IncomingMessage['headers'] = {}
    this.#socket
      .on('upgrade', answer => (headers = answer.headers))
      .on('open', () => this.#open(headers))
      .on('unexpected-response', (_, answer) => this.#refused(answer))
      .on('message', (data, isBinary) => this.#hear(bytesOf(data), isBinary))
      .on('ping', () => (this.#isHeard = true))
      .on('pong', () => (this.#isHeard = true))
      .on('error', error => (this.#error ??= error))
      .on('close', (code, reason) => this.#closed({ code, reason: reason.toString() }))
  }

  #open(headers: IncomingMessage['headers']): void {
    this.#cancelConnect()
    if (this.#isDone) return
    if (this.#isPaused) this.#socket.pause()
    this.#look()
    this.#listener.head({ status: 101, headers })
    for (const message of this.#unsent) this.#send(message)
    this.#unsent = []
  }

  /** Now and then: a side that answers nothing has gone without a word. */
  #look(): void {
    this.#cancelLook = this.#clock.after(this.#every, () => {
      // While nothing is read, nothing can be heard.
      if (!this.#isHeard && !this.#isPaused) {
        return this.#fail({ kind: 'closed', message: `${this.#host} does not answer any more` })
      }
      this.#isHeard = this.#isPaused
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
      this.#look()
    })
  }

  #hear(data: Uint8Array, isBinary: boolean): void {
    this.#isHeard = true
    if (!this.#isDone) this.#listener.data(data, isBinary ? 'binary' : 'text')
  }

  /** It answers, but not with a line. */
  #refused(answer: IncomingMessage): void {
    this.#cancelConnect()
    this.#isRefused = true
    if (this.#isDone) return void answer.destroy()
    this.#listener.head({ status: answer.statusCode ?? 502, headers: answer.headers })
    answer
      .on('data', (chunk: Buffer) => {
        if (!this.#isDone) this.#listener.data(chunk)
      })
      .on('end', () => this.#finish(() => this.#listener.end()))
      .on('error', () => this.#fail({ kind: 'closed', message: `${this.#host} broke off its answer` }))
  }

  #closed(closing: Closing): void {
    if (this.#isRefused) return
    const error = this.#error
    if (error !== undefined) return this.#finish(() => this.#listener.error(this.#told(error)))
    const isWordless = closing.code === 1006
    const message = `${this.#host} closed the connection without a word`
    this.#finish(() => (isWordless ? this.#listener.error({ kind: 'closed', message }) : this.#listener.end(closing)))
  }

  #told(error: Error): WireError {
    const isUnruly = 'code' in error && typeof error.code === 'string' && error.code.startsWith('WS_ERR_')
    if (isUnruly) return { kind: 'protocol', message: `${this.#host} does not keep to WebSocket: ${error.message}` }
    return neverConnected(this.#host, error)
  }

  #fail(error: WireError): void {
    this.#finish(() => this.#listener.error(error))
    this.#socket.terminate()
  }

  #finish(tell: () => void): void {
    if (this.#isDone) return
    this.#over()
    tell()
  }

  #over(): void {
    this.#isDone = true
    this.#unsent = []
    this.#cancelConnect()
    this.#cancelLook()
    this.#gone(this)
  }

  write(message: SocketMessage): boolean {
    if (this.#isDone) return true
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#unsent.push(message)
    else this.#send(message)
    if (this.#socket.bufferedAmount > mostWaiting) this.#isFull = true
    return !this.#isFull
  }

  #send({ data, form }: SocketMessage): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    this.#socket.send(data, { binary: form === 'binary' }, () => this.#sent())
  }

  readonly #sent = (): void => {
    if (!this.#isFull || this.#isDone || this.#socket.bufferedAmount > mostWaiting) return
    this.#isFull = false
    this.#listener.drained?.()
  }

  close({ code, reason }: Closing): void {
    if (this.#isDone) return
    if (isSendable(code)) this.#socket.close(code, reasonText(reason))
    else this.#socket.close()
  }

  pause(): void {
    this.#isPaused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#isHeard = true
    this.#socket.resume()
  }

  stop(): void {
    if (this.#isDone) return
    this.#over()
    const socket = this.#socket
    if (socket.readyState !== WebSocket.OPEN) return socket.terminate()
    socket.resume()
    socket.close(1001)
    const cancel = this.#clock.after(farewell, () => socket.terminate())
    socket.once('close', cancel)
  }

  /** As if the network had gone. */
  abort(): void {
    this.#fail({ kind: 'aborted', message: `the conversation with ${this.#host} was ended by this side` })
  }
}

/** An exchange that ended before it began. */
const failed = (listener: WireListener, error: WireError): Exchange => {
  let isDone = false
  queueMicrotask(() => {
    if (!isDone) listener.error(error)
  })
  return {
    pause() {},
    resume() {},
    stop() {
      isDone = true
    },
  }
}

/** Holds conversations with `ws:` and `wss:` addresses; other requests go to `inner`. */
export const socketTransport = (inner: Transport, options: SocketOptions): SocketTransport => {
  const underWay = new Set<Conversation>()
  let isClosed = false
  const gone = (one: Conversation): void => void underWay.delete(one)
  const converse = (request: WireRequest, listener: WireListener, connectWithin: Millis): Exchange => {
    if (isClosed) return failed(listener, { kind: 'aborted', message: 'the transport is closed' })
    try {
      const conversation = new Conversation(request, listener, connectWithin, { ...options, gone })
      underWay.add(conversation)
      return conversation
    } catch (error) {
      // An address or a header that cannot be written; neither is repeated, since they may hold a key.
      const kind = error instanceof TypeError ? 'protocol' : 'connect'
      return failed(listener, { kind, message: 'the request for a conversation cannot be written' })
    }
  }
  return {
    send: (request, listener, connectWithin) =>
      /^wss?:/.test(request.url)
        ? converse(request, listener, connectWithin)
        : inner.send(request, listener, connectWithin),
    close() {
      isClosed = true
      for (const one of underWay) one.abort()
    },
  }
}

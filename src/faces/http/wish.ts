/** A client's wish for a WebSocket, until it is granted or refused. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { localCaller } from './authenticate.ts'
import type { Caller } from '../../domain/caller.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Instant } from '../../domain/units.ts'
import type { Dialect } from '../../ports/dialect.ts'
import { answerSocket } from './broken-request.ts'
import type { Front } from './front.ts'
import { failureHeaders } from './reply.ts'

/** Browsers can send no headers, so OpenAI's clients send the key as the name of a protocol. */
const keyPrefix = 'openai-insecure-api-key.'
/** Larger messages end the line. */
const largest = 32 * 1024 * 1024
/** A client that is not let in yet has nothing to say; a little may have come early. */
const mostEarly = 64 * 1024

/** Protocols that the client offers, in its order. */
export const protocolsIn = ({ headers }: IncomingMessage): readonly string[] =>
  (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')

/** The key that stands among the protocols. */
export const keyAmong = (protocols: readonly string[]): string | undefined =>
  protocols.find(name => name.startsWith(keyPrefix))?.slice(keyPrefix.length)

/** The first that holds nothing of the client's own: a browser wants one of those that it offered. */
const chosen = (offered: Iterable<string>): string | false => {
  const names = [...offered].filter(name => !/^openai-(?:insecure-api-key|organization|project)\./.test(name))
  return names.find(name => name === 'realtime') ?? names[0] ?? false
}

/** Headers for the answer to each wish, until it is written. */
const standing = new WeakMap<IncomingMessage, readonly string[]>()
const door = new WebSocketServer({
  noServer: true,
  maxPayload: largest,
  perMessageDeflate: false,
  clientTracking: false,
  handleProtocols: chosen,
})
door.on('headers', (lines: string[], request) => {
  const headers = standing.get(request) ?? []
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`)
})

export class Wish {
  readonly request: IncomingMessage
  readonly receivedAt: Instant
  isSampled = true
  caller: Caller = localCaller
  /** Told if the client goes before it was answered. */
  onLeft: (() => void) | undefined
  readonly #front: Front
  readonly #socket: Duplex
  readonly #dialect: Dialect
  #early: Buffer[]
  #isAnswered = false

  constructor(front: Front, came: { request: IncomingMessage; socket: Duplex; head: Buffer }, dialect: Dialect) {
    this.#front = front
    this.request = came.request
    this.#socket = came.socket
    this.#dialect = dialect
    this.#early = [came.head]
    this.receivedAt = front.clock.now()
    // Reading on is the only way to hear that the client has gone.
    this.#socket.on('data', this.#keep).on('end', this.#gone).on('close', this.#gone).on('error', this.#gone)
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#early.push(chunk)
    if (this.#early.reduce((sum, { length }) => sum + length, 0) > mostEarly) this.#socket.destroy()
  }

  readonly #gone = (): void => {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#let()
    this.#socket.destroy()
    this.onLeft?.()
  }

  /** What waits on the socket is another's from here on. */
  #let(): void {
    this.#socket.off('data', this.#keep).off('end', this.#gone).off('close', this.#gone).off('error', this.#gone)
  }

  /** Opens the line, with these headers beside the answer; undefined if the client has gone or asked wrongly. */
  accept(headers: readonly string[]): WebSocket | undefined {
    if (this.#isAnswered) return undefined
    this.#isAnswered = true
    this.#let()
    const { lines } = this.#front
    lines.add(this.#socket)
    this.#socket.once('close', () => lines.delete(this.#socket))
    standing.set(this.request, headers)
    let opened: WebSocket | undefined
    door.handleUpgrade(this.request, this.#socket, Buffer.concat(this.#early), socket => (opened = socket))
    standing.delete(this.request)
    this.#early = []
    return opened
  }

  /** Answers with an error in the client's dialect, and ends the connection. */
  refuse(failure: Failure, headers: readonly string[] = [], id?: string): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#let()
    this.#early = []
    const all = [...failureHeaders(failure), ...headers]
    const lines = all.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${all[at + 1] ?? ''}`] : []))
    answerSocket(this.#front, this.#socket, {
      failure,
      dialect: this.#dialect,
      headers: lines,
      ...(id !== undefined && { id }),
    })
  }
}

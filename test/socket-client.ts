/** A WebSocket client for tests: what it heard, in order, and how the line ended; and an upstream that does as it is told. */
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'

export interface Heard {
  readonly isBinary: boolean
  readonly text: string
}
export interface Closed {
  readonly code: number
  readonly reason: string
}

/** One client, from its request on. */
export class SocketClient {
  readonly socket: WebSocket
  readonly heard: Heard[] = []
  readonly headers: IncomingMessage['headers'] = {}
  closed: Closed | undefined
  /** Status and body of the answer, where the line was refused. */
  refused: { readonly status: number; readonly body: string; readonly headers: IncomingMessage['headers'] } | undefined
  #wake: (() => void)[] = []

  constructor(url: string, headers: Readonly<Record<string, string>> = {}, protocols: readonly string[] = []) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), [...protocols], { headers })
    this.socket.on('upgrade', answer => Object.assign(this.headers, answer.headers))
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.heard.push({ isBinary, text: data.toString('utf8') })
      this.#rouse()
    })
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#rouse()
    })
    this.socket.on('error', () => this.#rouse())
    this.socket.on('unexpected-response', (_, answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
      answer.on('end', () => {
        this.refused = { status: answer.statusCode ?? 0, body, headers: answer.headers }
        this.#rouse()
      })
    })
  }

  #rouse(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  say(message: object | string | Uint8Array): void {
    this.socket.send(typeof message === 'string' || message instanceof Uint8Array ? message : JSON.stringify(message))
  }

  /** Resolves once the claim is true; rejects where the line ended before. */
  async until(claim: () => boolean): Promise<void> {
    while (!claim()) {
      if (this.closed !== undefined || this.refused !== undefined)
        throw new Error(JSON.stringify(this.closed ?? this.refused))
      await new Promise<void>(resolve => this.#wake.push(resolve))
    }
  }

  /** The first event of this type. */
  async type(name: string): Promise<Readonly<Record<string, unknown>>> {
    const find = (): Heard | undefined => this.heard.find(({ text }) => text.includes(`"type":"${name}"`))
    await this.until(() => find() !== undefined)
    const found: Readonly<Record<string, unknown>> = JSON.parse(find()?.text ?? '{}')
    return found
  }

  async end(): Promise<Closed> {
    while (this.closed === undefined) await new Promise<void>(resolve => this.#wake.push(resolve))
    return this.closed
  }

  async answer(): Promise<NonNullable<SocketClient['refused']>> {
    while (this.refused === undefined) {
      if (this.closed !== undefined) throw new Error(`the line was opened and closed with ${this.closed.code}`)
      await new Promise<void>(resolve => this.#wake.push(resolve))
    }
    return this.refused
  }
}

/** What an upstream does with a wish: takes the line, or answers otherwise. */
export type Manner = (line: WebSocket, request: IncomingMessage) => void

export interface SocketUpstream {
  readonly url: string
  readonly requests: IncomingMessage[]
  readonly lines: WebSocket[]
  /** How each line ended. */
  readonly closed: Closed[]
  manner: Manner
  /** Answers with this status in place of a line, where it is set. */
  status: { readonly status: number; readonly body: string } | undefined
  close(): void
}

/** An upstream on a port of its own. */
export const openSocketUpstream = async (): Promise<SocketUpstream> => {
  const door = new WebSocketServer({ noServer: true, handleProtocols: () => false })
  const server = createServer((_, response) => response.writeHead(404).end('{}'))
  const upstream: SocketUpstream = {
    url: '',
    requests: [],
    lines: [],
    closed: [],
    manner: () => undefined,
    status: undefined,
    close: () => {
      for (const line of upstream.lines) line.terminate()
      server.close()
      server.closeAllConnections()
    },
  }
  server.on('upgrade', (request, socket: Duplex, head) => {
    upstream.requests.push(request)
    const { status } = upstream
    if (status !== undefined) {
      const { length } = Buffer.from(status.body)
      return void socket.end(
        `HTTP/1.1 ${status.status} No\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${status.body}`,
      )
    }
    door.handleUpgrade(request, socket, head, line => {
      upstream.lines.push(line)
      line.on('close', (code, reason) => upstream.closed.push({ code, reason: reason.toString() }))
      line.on('error', () => undefined)
      upstream.manner(line, request)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return Object.assign(upstream, { url: `http://127.0.0.1:${port}` })
}

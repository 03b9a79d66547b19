/** One request and its answer on a socket: waits, writes, and notices at once when the client has left. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Entry, Sighting, SightingChange } from './sighting.ts'

/** Why a body could not be read: it is larger than allowed, or the client left while sending it. */
export type BodyFault = 'too-large' | 'gone'

export class Exchange {
  readonly method: string
  /** As it came, with escapes and the query. */
  readonly url: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #entry: Entry
  #isWhole = false
  #isOver = false
  /** We ended it, so a connection that closes is not the client's doing. */
  #isOurs = false
  #timer: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined

  constructor(request: IncomingMessage, response: ServerResponse, entry: Entry) {
    const [path = '/', query] = (request.url ?? '/').split('?', 2)
    this.method = request.method ?? 'GET'
    this.url = request.url ?? '/'
    this.path = path
    this.query = new URLSearchParams(query)
    this.headers = request.headers
    this.#request = request
    this.#response = response
    this.#entry = entry
    response.on('finish', () => this.#entry.note({ complete: this.#isWhole, endedAt: Date.now() }))
    response.on('close', () => this.#close())
    // A reset by the other side is told here first; `close` follows and is what counts.
    response.on('error', () => this.#close())
  }

  get seen(): Sighting {
    return this.#entry.seen
  }

  get isOver(): boolean {
    return this.#isOver
  }

  note(change: SightingChange): void {
    this.#entry.note(change)
  }

  #close(): void {
    if (this.#isOver) return
    this.#isOver = true
    const now = Date.now()
    const hasLeft = !this.#response.writableFinished && !this.#isOurs
    this.#entry.note({
      endedAt: this.#entry.seen.endedAt ?? now,
      ...(hasLeft && { closedAt: now }),
    })
    this.#rouse()
  }

  #rouse(): void {
    clearTimeout(this.#timer)
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  /** Waits so many milliseconds; false, and at once, if the exchange is over before. One waits at a time. */
  async wait(ms: number): Promise<boolean> {
    if (ms > 0 && !this.#isOver) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
        this.#timer = setTimeout(() => this.#rouse(), ms)
      })
    }
    return !this.#isOver
  }

  /** The whole body, or why there is none. */
  async body(limit: number): Promise<Buffer | BodyFault> {
    const chunks: Buffer[] = []
    let size = 0
    try {
      for await (const chunk of this.#request.iterator({ destroyOnReturn: false })) {
        if (!Buffer.isBuffer(chunk)) continue
        size += chunk.length
        if (size > limit) return 'too-large'
        chunks.push(chunk)
      }
    } catch {
      // The only way for reading to fail is a connection that broke; `close` has noted when.
      return 'gone'
    }
    this.#entry.note({ received: size })
    return Buffer.concat(chunks, size)
  }

  /** The body as it comes, counted; for whoever reads it piece by piece. */
  source(): Readable {
    let received = 0
    this.#request.on('data', (chunk: Buffer) => {
      received += chunk.length
      this.#entry.note({ received })
    })
    return this.#request
  }

  begin(status: number, headers: OutgoingHttpHeaders): void {
    this.#entry.note({ status })
    this.#response.writeHead(status, headers)
  }

  /** True if more may follow at once; else `drained` says when. */
  write(data: string | Uint8Array): boolean {
    if (this.#isOver) return false
    if (this.#entry.seen.bytes === 0) this.#entry.note({ firstByteAt: Date.now() })
    this.#entry.count(typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength)
    return this.#response.write(data)
  }

  /** When the client has read enough for more; false if the exchange is over. */
  async drained(): Promise<boolean> {
    if (!this.#isOver && this.#response.writableNeedDrain) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
        this.#response.once('drain', () => this.#rouse())
      })
    }
    return !this.#isOver
  }

  /** Ends the HTTP answer cleanly; `isWhole` says whether everything was said. */
  finish(isWhole: boolean): void {
    if (this.#isOver) return
    this.#isWhole = isWhole
    this.#response.end()
  }

  /** A whole answer at once. */
  answer(status: number, headers: OutgoingHttpHeaders, data: string | Uint8Array): void {
    if (this.#isOver) return
    this.begin(status, { ...headers, 'content-length': Buffer.byteLength(data) })
    if (data.length > 0) this.write(data)
    this.finish(true)
  }

  /** Resets the connection, after what was written has left. */
  reset(): void {
    const { socket } = this.#response
    if (socket === null || !this.#response.headersSent) return this.drop()
    this.#isOurs = true
    socket.uncork()
    socket.write('', () => socket.resetAndDestroy())
  }

  /** Resets the connection at once; what was written and has not left is lost. */
  drop(): void {
    this.#isOurs = true
    this.#request.socket.resetAndDestroy()
    this.#close()
  }

  get hasBegun(): boolean {
    return this.#response.headersSent
  }
}

/** The body of a request as it comes, for whoever sends it on: read as fast as it is taken, its beginning kept for another try. */
import type { IncomingMessage } from 'node:http'
import type { ByteSource } from '../../domain/operation.ts'
import type { Front } from './front.ts'
import type { Visit } from './visit.ts'

/** So much is kept, so that a connection that could not be made costs no answer. */
const longestKept = 256 * 1024

/** Has the request a body at all: only then is one of these headers there (RFC 9112, 6.3). */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** A body that is read once; while all of it that came is still there, it can be opened again. */
class RequestSource implements ByteSource {
  readonly length?: number
  readonly #visit: Visit
  readonly #stall: number
  readonly #kept: Buffer[] = []
  #size = 0
  #isWhole = false
  #isForgotten = false
  #reading = false

  constructor(front: Front, visit: Visit) {
    this.#visit = visit
    this.#stall = front.limits.stall
    const length = visit.request.headers['content-length']
    if (length !== undefined) this.length = Number(length)
  }

  isSpent(): boolean {
    return this.#isForgotten
  }

  async *open(): AsyncGenerator<Uint8Array> {
    if (this.#isForgotten || this.#reading) throw new Error('its beginning has been sent already and is not kept')
    yield* this.#kept
    if (!this.#isWhole) yield* this.#rest()
  }

  async *#rest(): AsyncGenerator<Uint8Array> {
    const { request } = this.#visit
    this.#reading = true
    try {
      // Node destroys a socket on which nothing moves for so long, which ends this.
      request.socket.setTimeout(this.#stall)
      const chunks: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
      for await (const chunk of chunks) {
        this.#keep(chunk)
        yield chunk
      }
      this.#isWhole = true
    } finally {
      this.#reading = false
      request.socket.setTimeout(0)
    }
  }

  #keep(chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > longestKept) {
      this.#isForgotten = true
      this.#kept.length = 0
    } else this.#kept.push(chunk)
  }
}

/** The body of this visit, or undefined where it has none. The client is told to send it where it waits for leave. */
export const requestSource = (front: Front, visit: Visit): ByteSource | undefined => {
  if (!hasBody(visit.request)) return undefined
  if (visit.awaitsContinue) {
    visit.awaitsContinue = false
    visit.response.writeContinue()
  }
  return new RequestSource(front, visit)
}

/** What the world remembers of a request: who was asked, what went out, and who left first. */
import type { IncomingMessage } from 'node:http'

/** Tokens of the request from when it was taken up, and of the answer as they are made, whether or not anybody waits for them. */
export interface Billed {
  readonly input: number
  readonly output: number
}

/** One request as it was seen. Times are milliseconds since the epoch. */
export interface Sighting {
  /** Counts from 1 over all requests of this world. */
  readonly nth: number
  readonly method: string
  readonly path: string
  readonly provider?: string
  /** The model's own id, once the request was understood. */
  readonly model?: string
  readonly stream?: boolean
  /** What was wanted: `chat`, `count-tokens`, `embeddings` and so on. */
  readonly operation?: string
  /** Bytes of the request's body, where one was read; for a WebSocket, of the client's messages so far. */
  readonly received?: number
  /** The recorded prompt that it asked. */
  readonly prompt?: string
  /** What of a chat is charged for, so far. */
  readonly billed?: Billed
  readonly startedAt: number
  readonly status?: number
  /** Of the answer's body, so far. */
  readonly bytes: number
  readonly firstByteAt?: number
  readonly endedAt?: number
  /** When the client left before the answer was over. */
  readonly closedAt?: number
  /** Everything that was to be said went out: an answer, or an error in its place; never one that was cut. */
  readonly complete: boolean
}

type Row = { -readonly [Member in keyof Sighting]: Sighting[Member] }

/** What becomes known of a request while it runs. */
export type SightingChange = Partial<Omit<Sighting, 'nth' | 'method' | 'path' | 'startedAt' | 'bytes'>>

/** One request's place in the log. */
export interface Entry {
  readonly seen: Sighting
  note(change: SightingChange): void
  /** So many more bytes of body went out. */
  count(bytes: number): void
}

/** The latest requests, so that a world that runs for days does not grow. */
const mostKept = 10_000

/** The requests of a world, oldest first. */
export class SightingLog {
  readonly #rows: Row[] = []
  #count = 0

  /** Opens the place of a new request. */
  open({ method = 'GET', url = '/' }: Pick<IncomingMessage, 'method' | 'url'>, startedAt: number): Entry {
    const path = url.split('?', 1)[0] ?? '/'
    const row: Row = { nth: ++this.#count, method, path, startedAt, bytes: 0, complete: false }
    this.#rows.push(row)
    if (this.#rows.length > mostKept) this.#rows.shift()
    return {
      seen: row,
      note: change => {
        Object.assign(row, change)
      },
      count: bytes => {
        row.bytes += bytes
      },
    }
  }

  /** As it is now: what is given does not change any more. */
  rows(): readonly Sighting[] {
    return this.#rows.map(row => ({ ...row }))
  }

  /** Forgets all; requests that are running are no longer listed. */
  clear(): void {
    this.#rows.length = 0
  }
}

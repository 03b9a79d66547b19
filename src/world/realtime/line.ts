/** One WebSocket of the world: says, waits, hangs up, and notices at once when the client has left. */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Entry, Sighting } from '../sighting.ts'

export class Line {
  readonly #web: WebSocket
  readonly #socket: Socket
  readonly #entry: Entry
  #isOver = false
  /** We hung up, so that an end in the middle of an answer is not the client's doing. */
  #isOurs = false
  #isSpeaking = false
  #received = 0
  #wake: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(web: WebSocket, socket: Socket, entry: Entry) {
    this.#web = web
    this.#socket = socket
    this.#entry = entry
    web.on('close', () => this.#close())
    // A line that breaks is told here first; `close` follows and is what counts.
    web.on('error', () => this.#close())
  }

  get seen(): Sighting {
    return this.#entry.seen
  }

  get isOver(): boolean {
    return this.#isOver
  }

  note(change: Parameters<Entry['note']>[0]): void {
    this.#entry.note(change)
  }

  /** Counts what the client said. */
  heard(bytes: number): void {
    this.#received += bytes
    this.#entry.note({ received: this.#received })
  }

  /** Says one message: a text as text, bytes as bytes. */
  say(data: string | Uint8Array): void {
    if (this.#isOver) return
    if (this.#entry.seen.bytes === 0) this.#entry.note({ firstByteAt: Date.now() })
    this.#entry.count(Buffer.byteLength(data))
    this.#web.send(data)
  }

  /** Between these two an answer is under way: whoever leaves then has not heard all. */
  begin(): void {
    this.#isSpeaking = true
  }
  finish(): void {
    this.#isSpeaking = false
  }

  /** Waits so many milliseconds; false, and at once, if the line is over before. One waits at a time. */
  async wait(ms: number): Promise<boolean> {
    if (ms > 0 && !this.#isOver) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
        this.#timer = setTimeout(() => this.rouse(), ms)
      })
    }
    return !this.#isOver
  }

  /** Ends a wait before its time. */
  rouse(): void {
    clearTimeout(this.#timer)
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  /** Hangs up with a code and a reason, after what was said. */
  hangUp(code: number, reason: string): void {
    this.#isOurs = true
    // A reason has at most 123 bytes.
    this.#web.close(code, Buffer.from(reason).subarray(0, 123).toString())
  }

  /** Resets the connection at once. */
  drop(): void {
    this.#isOurs = true
    this.#socket.resetAndDestroy()
    this.#close()
  }

  #close(): void {
    if (this.#isOver) return
    this.#isOver = true
    const now = Date.now()
    const hasLeft = this.#isSpeaking && !this.#isOurs
    this.#entry.note({ endedAt: now, complete: !this.#isSpeaking, ...(hasLeft && { closedAt: now }) })
    this.rouse()
  }
}

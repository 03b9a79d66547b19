/** One response that may go out in pieces: its head once, its pieces as fast as the client reads, and who has to know if it leaves. */
import type { Failure } from '../../domain/failure.ts'
import type { Flow } from '../../ports/sink.ts'
import { leave } from './front.ts'
import type { Front, Ongoing } from './front.ts'
import type { Visit } from './visit.ts'

/** What the response asks of whoever makes it. */
export interface Maker {
  /** The client has gone before the end. */
  left(): void
  /** The house closes: end it with this. */
  cut(failure: Failure): void
}

/** Told when the head is written. */
export interface Head {
  readonly status: number
  /** Flat: name, value, … */
  readonly headers: readonly string[]
  /** The headers name the request already. */
  readonly isNamed?: boolean
  /** Bytes that may be written in long silence. */
  readonly keepAlive?: string | Uint8Array
}

/** A response under way. */
export class Outgoing implements Ongoing {
  place = -1
  isHeadOut = false
  isOver = false
  flow: Flow | undefined
  readonly #front: Front
  readonly #visit: Visit
  readonly #maker: Maker
  #isPaused = false
  #isQuiet = false
  #stopKeepAlive: (() => void) | undefined

  constructor(front: Front, visit: Visit, maker: Maker) {
    this.#front = front
    this.#visit = visit
    this.#maker = maker
    front.ongoing.add(this)
    visit.response.on('close', this.#left).on('drain', this.#resume)
  }

  cut(failure: Failure): void {
    if (!this.isOver) this.#maker.cut(failure)
  }

  /** The response may stay for as long as its connection does: what it was made of must not stay with it. */
  letGo(): void {
    this.#visit.response.off('close', this.#left)
    this.flow = undefined
  }

  readonly #left = (): void => {
    if (this.isOver) return
    this.close()
    this.#maker.left()
  }

  readonly #resume = (): void => {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#visit.request.socket.setTimeout(0)
    if (!this.isOver) this.flow?.resume()
  }

  /** Nothing more is written but what ends it. */
  close(): void {
    this.isOver = true
    this.#stopKeepAlive?.()
    leave(this.#front, this)
  }

  writeHead({ status, headers, isNamed = false, keepAlive }: Head): void {
    this.isHeadOut = true
    const { response, standing, closes, naming } = this.#visit
    const closing = closes || this.#front.isDraining ? ['connection', 'close'] : []
    response.writeHead(status, [...headers, ...(isNamed ? [] : naming), ...standing, ...closing])
    if (keepAlive !== undefined) this.#listenForQuiet(keepAlive)
  }

  /** False once the client reads more slowly than the answer comes. */
  write(piece: string | Uint8Array): boolean {
    this.#isQuiet = false
    if (this.#visit.response.write(piece)) return true
    this.#isPaused = true
    // Node destroys a socket on which nothing moves for so long; then we hear that the client has left.
    this.#visit.request.socket.setTimeout(this.#front.limits.stall)
    return false
  }

  #listenForQuiet(keepAlive: string | Uint8Array): void {
    const { clock, limits } = this.#front
    this.#stopKeepAlive = clock.after(limits.quiet, () => {
      if (this.#isQuiet && !this.#isPaused) this.#visit.response.write(keepAlive)
      this.#isQuiet = true
      this.#listenForQuiet(keepAlive)
    })
  }
}

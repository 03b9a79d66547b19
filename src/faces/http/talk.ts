/** A conversation over a socket with one client: its line is opened once somebody listens, and what either side says passes. */
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { isSendable, reasonText } from '../../domain/conversation.ts'
import type { Closing } from '../../domain/conversation.ts'
import type { Delivery } from '../../domain/delivery.ts'
import { consequences } from '../../domain/failure.ts'
import type { Failure } from '../../domain/failure.ts'
import { millis } from '../../domain/units.ts'
import type { Call } from '../../ports/gateway.ts'
import type { Ending, Flow, Served, Sink } from '../../ports/sink.ts'
import { answerHeaders } from './answer-headers.ts'
import { leave } from './front.ts'
import type { Front, Ongoing } from './front.ts'
import type { Wish } from './wish.ts'

/** So long an upstream that listens may be silent before the client is let in: some wait to be spoken to. */
const grace = millis(1_000)
/** So often it is looked whether the client is still there. */
const every = millis(30_000)
/** So much may wait to be sent before whoever speaks is asked to pause. */
const mostWaiting = 256 * 1024

/** How a client is told on an open line what went wrong. */
export type Complaint = (failure: Failure, id: string) => string | undefined

const bytesOf = (data: RawData): Uint8Array => {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

const tryAgainLater = 1013
/** The code that says whose fault it was (RFC 6455, 7.4.1, and IANA's register). */
const codeFor = ({ kind }: Failure): number => {
  if (consequences[kind].whose === 'caller') return 1008
  const isPassing = kind === 'upstream-overloaded' || kind === 'upstream-rate-limited' || kind === 'no-candidate'
  return isPassing ? tryAgainLater : 1011
}

export class Talk implements Sink, Ongoing {
  place = -1
  readonly #front: Front
  readonly #wish: Wish
  readonly #complain: Complaint
  #socket: WebSocket | undefined
  #call: Call | undefined
  #served: Served | undefined
  #flow: Flow | undefined
  #closing: Closing | undefined
  #cancelGrace: (() => void) | undefined
  #cancelLook: (() => void) | undefined
  #cancelStall: (() => void) | undefined
  #isHeard = true
  #isOver = false

  constructor(front: Front, wish: Wish, complain: Complaint) {
    this.#front = front
    this.#wish = wish
    this.#complain = complain
    front.ongoing.add(this)
    wish.onLeft = () => this.#left()
  }

  /** The call that this is; told before anybody answers. */
  bind(call: Call): void {
    this.#call = call
  }

  opened(): void {
    if (this.#socket !== undefined || this.#isOver) return
    this.#cancelGrace ??= this.#front.clock.after(grace, () => this.open())
  }

  begin(served: Served, flow: Flow): void {
    this.#served = served
    this.#flow = flow
    this.open()
  }

  /** Lets the client in; does nothing if it is. */
  open(): void {
    this.#cancelGrace?.()
    if (this.#socket !== undefined || this.#isOver) return
    const socket = this.#wish.accept(this.#headers({}))
    if (socket === undefined) return this.#left()
    this.attach(socket)
  }

  /** The client's open line. */
  attach(socket: WebSocket): void {
    this.#socket = socket
    socket
      .on('message', (data, isBinary) => this.#hear(bytesOf(data), isBinary))
      .on('pong', () => (this.#isHeard = true))
      .on('ping', () => (this.#isHeard = true))
      // What is wrong with a client's messages closes its line by itself.
      .on('error', () => undefined)
      .on('close', (code, reason) => this.#closed({ code, reason: reason.toString() }))
    this.#look()
  }

  #hear(data: Uint8Array, isBinary: boolean): void {
    this.#isHeard = true
    if (this.#isOver) return
    const goesOn = this.#call?.send?.({ form: isBinary ? 'binary' : 'text', data }) ?? true
    if (!goesOn) this.#socket?.pause()
  }

  drained(): void {
    this.#isHeard = true
    this.#socket?.resume()
  }

  deliver({ bytes, form, closing }: Delivery): boolean {
    if (closing !== undefined) this.#closing = closing
    const socket = this.#socket
    if (bytes === undefined || this.#isOver || socket?.readyState !== WebSocket.OPEN) return true
    socket.send(bytes, { binary: form === 'binary' }, this.#sent)
    if (socket.bufferedAmount <= mostWaiting) return true
    this.#cancelStall ??= this.#front.clock.after(this.#front.limits.stall, () => this.#stalled())
    return false
  }

  readonly #sent = (): void => {
    if (this.#cancelStall === undefined || (this.#socket?.bufferedAmount ?? 0) > mostWaiting) return
    this.#cancelStall()
    this.#cancelStall = undefined
    if (!this.#isOver) this.#flow?.resume()
  }

  /** The client takes nothing for so long that it is not worth waiting. */
  #stalled(): void {
    this.#hangUp({ code: tryAgainLater, reason: 'what was said is not being read' })
    this.#call?.abort()
  }

  /** Now and then: a client that answers nothing has gone without a word. */
  #look(): void {
    this.#cancelLook = this.#front.clock.after(every, () => {
      const socket = this.#socket
      if (socket === undefined || this.#isOver) return
      // Nothing is heard of a client that was asked to wait, or that has not read so far: that has a time of its own.
      const isWaiting = socket.isPaused || this.#cancelStall !== undefined
      if (!this.#isHeard && !isWaiting) return socket.terminate()
      this.#isHeard = false
      socket.ping()
      this.#look()
    })
  }

  #closed(closing: Closing): void {
    if (this.#isOver) return
    this.#over()
    if (closing.code === 1006) this.#call?.abort()
    else this.#call?.close?.(closing)
  }

  #left(): void {
    if (this.#isOver) return
    this.#over()
    this.#call?.abort()
  }

  end(ending: Ending): void {
    if (!this.#isOver) this.#finish(ending)
    this.#call = undefined
    this.#flow = undefined
  }

  #finish(ending: Ending): void {
    const { failure } = ending
    const closing = this.#closing
    if (this.#socket === undefined) {
      const ended: Failure = failure ?? { kind: 'internal', message: 'the conversation ended before it began' }
      this.#over()
      return this.#wish.refuse(ended, this.#headers(ending), this.#call?.id)
    }
    // What the upstream itself said passes as it is, unless nobody ever spoke to the client.
    if (closing !== undefined && this.#served !== undefined) return this.#hangUp(closing)
    if (failure === undefined) return this.#hangUp({ code: 1000, reason: '' })
    this.#break(failure, codeFor(failure))
  }

  #break(failure: Failure, code: number): void {
    const text = this.#complain(failure, this.#call?.id ?? '')
    if (text !== undefined && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text)
    this.#hangUp({ code, reason: failure.message })
  }

  #hangUp({ code, reason }: Closing): void {
    const socket = this.#socket
    this.#over()
    socket?.resume()
    if (code === 1005) socket?.close()
    else socket?.close(isSendable(code) ? code : 1011, reasonText(reason))
  }

  cut(failure: Failure): void {
    if (this.#isOver) return
    const call = this.#call
    if (this.#socket === undefined) {
      this.#over()
      this.#wish.refuse(failure, [], call?.id)
    } else this.#break(failure, 1012)
    call?.abort()
  }

  #over(): void {
    this.#isOver = true
    this.#cancelGrace?.()
    this.#cancelLook?.()
    this.#cancelStall?.()
    leave(this.#front, this)
  }

  #headers(ending: Partial<Ending>): string[] {
    const { receivedAt, isSampled } = this.#wish
    const [call, served] = [this.#call, this.#served]
    return answerHeaders({ call, served, ending, losses: [], receivedAt, isSampled })
  }
}

/** Writes one answer to one client: nothing before it is sure, then as it comes, and a failure never as a clean end. */
import { frameText } from '../../dialects/framing.ts'
import { editMembers } from '../../dialects/json-text.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, FrameEncoder } from '../../ports/dialect.ts'
import type { Call } from '../../ports/gateway.ts'
import type { Ending, Flow, Served, Sink } from '../../ports/sink.ts'
import { answerHeaders, headerText, lossNames } from './answer-headers.ts'
import { inBrief } from './brief.ts'
import { leave } from './front.ts'
import type { Front, Ongoing } from './front.ts'
import { pricing } from './priced.ts'
import type { Pricing } from './priced.ts'
import { breakOff, refuse, send } from './reply.ts'
import type { Visit } from './visit.ts'

/** What the client asked for, as far as writing the answer depends on it. */
export interface Wanted {
  readonly model: string
  readonly stream: boolean
  readonly streamUsage: boolean
  /** Put the decision into a whole body. */
  readonly explain: boolean
  /** Losses that the face itself caused. */
  readonly losses: readonly Loss[]
  readonly sampled: boolean
}

const keepAlive = ': keep-alive\n\n'
const endedWithout: Failure = { kind: 'internal', message: 'the answer ended without anything in it' }

export class ResponseSink implements Sink, Ongoing {
  place = -1
  readonly #front: Front
  readonly #visit: Visit
  readonly #wanted: Wanted
  #call: Call | undefined
  #served: Served | undefined
  #flow: Flow | undefined
  readonly #pricing: Pricing
  #encoder: FrameEncoder | undefined
  #events: StreamEvent[] = []
  #pieces: Uint8Array[] = []
  #lossesTold = 0
  #hasFailed = false
  #isHeadOut = false
  #isOver = false
  #isPaused = false
  #isQuiet = false
  #stopKeepAlive: (() => void) | undefined

  constructor(front: Front, visit: Visit, wanted: Wanted) {
    this.#front = front
    this.#visit = visit
    this.#wanted = wanted
    this.#pricing = pricing(visit.dialect.id)
    front.ongoing.add(this)
    visit.response.on('close', this.#left).on('drain', this.#resume)
  }

  /** The call whose answer this is; told before any of it comes. */
  bind(call: Call): void {
    this.#call = call
    this.#visit.id = call.id
  }

  begin(served: Served, flow: Flow): void {
    this.#served = served
    this.#flow = flow
  }

  deliver(delivery: Delivery): boolean {
    if (this.#isOver) return true
    try {
      return this.#take(delivery)
    } catch (error) {
      this.#break(error)
      return true
    }
  }

  end(ending: Ending): void {
    if (this.#isOver) return
    try {
      this.#finish(ending)
    } catch (error) {
      this.#break(error)
    }
  }

  cut(failure: Failure): void {
    if (this.#isOver) return
    if (this.#isHeadOut) this.#endStream(failure)
    else {
      this.#close()
      refuse(this.#front, this.#visit, failure)
    }
    this.#call?.abort()
  }

  #take(delivery: Delivery): boolean {
    if (delivery.failure !== undefined && delivery.events !== undefined) this.#hasFailed = true
    if (!this.#wanted.stream) {
      if (delivery.bytes !== undefined) this.#pieces.push(delivery.bytes)
      for (const event of delivery.events ?? []) this.#events.push(event)
      return true
    }
    const { bytes, events } = this.#pricing.take(delivery)
    const piece = bytes ?? this.#encoded(events)
    return piece === undefined || piece.length === 0 || this.#write(piece)
  }

  #finish(ending: Ending): void {
    const isEmpty = !this.#isHeadOut && this.#pieces.length === 0 && this.#events.length === 0
    const failure = ending.failure ?? (isEmpty ? endedWithout : undefined)
    if (this.#isHeadOut) this.#endStream(failure)
    else {
      this.#close()
      if (failure === undefined) this.#sendWhole(ending)
      else refuse(this.#front, this.#visit, failure, this.#headers(ending, []))
    }
    this.#letGo()
  }

  /** The response may stay for as long as its connection does: what it was made of must not stay with it. */
  #letGo(): void {
    this.#visit.response.off('close', this.#left)
    this.#events = []
    this.#pieces = []
    this.#call = undefined
    this.#served = undefined
    this.#flow = undefined
    this.#encoder = undefined
  }

  /** Whoever delivers must not suffer from what an encoder cannot bear. */
  #break(error: unknown): void {
    if (!this.#isOver) this.#close()
    breakOff(this.#front, this.#visit, error)
    this.#call?.abort()
  }

  /** The client has gone before the end. */
  readonly #left = (): void => {
    if (this.#isOver) return
    this.#close()
    this.#call?.abort()
  }

  readonly #resume = (): void => {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#visit.request.socket.setTimeout(0)
    if (!this.#isOver) this.#flow?.resume()
  }

  #close(): void {
    this.#isOver = true
    this.#stopKeepAlive?.()
    leave(this.#front, this)
  }

  #context(): AnswerContext {
    const { model, streamUsage } = this.#wanted
    return { id: this.#visit.id, model, now: this.#front.clock.now(), streamUsage }
  }

  #encoded(events: readonly StreamEvent[] | undefined): string | undefined {
    if (events === undefined) return undefined
    this.#encoder ??= this.#visit.dialect.encodeStream(this.#context())
    let text = ''
    for (const event of events) for (const frame of this.#encoder.push(event)) text += frameText(frame)
    return text
  }

  /** False once the client reads more slowly than the answer comes. */
  #write(piece: string | Uint8Array): boolean {
    const { response } = this.#visit
    if (!this.#isHeadOut) this.#writeHead()
    this.#isQuiet = false
    if (response.write(piece)) return true
    this.#isPaused = true
    // Node destroys a socket on which nothing moves for so long; then we hear that the client has left.
    this.#visit.request.socket.setTimeout(this.#front.limits.stall)
    return false
  }

  #writeHead(): void {
    this.#isHeadOut = true
    const { response, standing, closes, naming } = this.#visit
    const losses = this.#encoder?.losses() ?? []
    this.#lossesTold = losses.length
    const closing = closes || this.#front.isDraining ? ['connection', 'close'] : []
    response.writeHead(200, [
      'content-type',
      'text/event-stream; charset=utf-8',
      'cache-control',
      'no-cache',
      // Proxies of nginx's kind would hold a stream back.
      'x-accel-buffering',
      'no',
      ...naming,
      ...standing,
      ...this.#headers({}, losses),
      ...closing,
    ])
    this.#listenForQuiet()
  }

  #listenForQuiet(): void {
    const { clock, limits } = this.#front
    this.#stopKeepAlive = clock.after(limits.quiet, () => {
      if (this.#isQuiet && !this.#isPaused) this.#visit.response.write(keepAlive)
      this.#isQuiet = true
      this.#listenForQuiet()
    })
  }

  #endStream(failure: Failure | undefined): void {
    this.#close()
    const { response } = this.#visit
    const rest = this.#pricing.rest()
    if (rest !== undefined) response.write(rest)
    if (failure === undefined || this.#hasFailed) response.end(this.#lateLosses())
    else response.end(this.#encoded([{ type: 'response-failed', failure }]) ?? '')
  }

  /** Losses that were found after the head had left, as a comment, which clients skip. */
  #lateLosses(): string {
    const late = this.#encoder?.losses().slice(this.#lossesTold) ?? []
    return late.length === 0 ? '' : `: x-signalbox-losses: ${headerText(lossNames(late))}\n\n`
  }

  #headers(ending: Partial<Ending>, losses: readonly Loss[]): string[] {
    const { losses: ours, sampled } = this.#wanted
    return answerHeaders({
      call: this.#call,
      served: this.#served,
      ending,
      losses: [...ours, ...losses],
      receivedAt: this.#visit.receivedAt,
      isSampled: sampled,
    })
  }

  #sendWhole(ending: Ending): void {
    const { body, losses } = this.#whole()
    const told = this.#wanted.explain ? this.#explained(body, ending) : body
    send(this.#front, this.#visit, {
      status: 200,
      type: 'application/json',
      body: told,
      headers: this.#headers(ending, losses),
    })
  }

  #whole(): { readonly body: string | Uint8Array; readonly losses: readonly Loss[] } {
    const [first] = this.#pieces
    if (first !== undefined) {
      return { body: this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces), losses: [] }
    }
    const { value, losses } = this.#visit.dialect.encodeAnswer(this.#events, this.#context())
    return { body: JSON.stringify(value), losses }
  }

  #explained(body: string | Uint8Array, ending: Ending): Uint8Array {
    const decision = ending.decision ?? this.#served?.decision
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    if (decision === undefined) return bytes
    return editMembers(bytes, { signalbox: JSON.stringify(inBrief(decision, ending, this.#served)) })
  }
}

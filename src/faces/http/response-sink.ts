/** Writes one answer to one client: nothing before it is sure, then as it comes, and a failure never as a clean end. */
import { serverSentEvents } from '../../dialects/framing.ts'
import { editMembers } from '../../dialects/json-text.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Cost, Loss } from '../../domain/outcome.ts'
import type { ChatBody } from '../../domain/request.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame, FrameEncoder, Framing } from '../../ports/dialect.ts'
import type { Call } from '../../ports/gateway.ts'
import type { Ending, Flow, Served, Sink } from '../../ports/sink.ts'
import { answerHeaders, headerText, lossNames, seamComment } from './answer-headers.ts'
import { inBrief } from './brief.ts'
import type { Front } from './front.ts'
import { Outgoing } from './outgoing.ts'
import type { Maker } from './outgoing.ts'
import { pricing } from './priced.ts'
import type { Pricing } from './priced.ts'
import { breakOff, refuse, send } from './reply.ts'
import type { Visit } from './visit.ts'
import { wrapping } from './wrapping.ts'
import type { Wrapping } from './wrapping.ts'

/** What the client asked for, as far as writing the answer depends on it. */
export interface Wanted {
  /** The request itself, which some dialects repeat in their answers. */
  readonly asked?: ChatBody
  readonly model: string
  readonly stream: boolean
  readonly streamUsage: boolean
  /** How the client takes a stream. */
  readonly framing: Framing
  /** Put the decision into a whole body. */
  readonly explain: boolean
  /** Losses that the face itself caused. */
  readonly losses: readonly Loss[]
  readonly sampled: boolean
  /** Told of a translated answer, whole or by the frame that ends it. */
  readonly keep?: (told: unknown) => void
}

const lossesHeader = 'x-signalbox-losses'
const endedWithout: Failure = { kind: 'internal', message: 'the answer ended without anything in it' }

export class ResponseSink implements Sink, Maker {
  readonly #front: Front
  readonly #visit: Visit
  readonly #wanted: Wanted
  readonly #outgoing: Outgoing
  readonly #wrapping: Wrapping
  readonly #pricing: Pricing
  #call: Call | undefined
  #served: Served | undefined
  #encoder: FrameEncoder | undefined
  #events: StreamEvent[] = []
  #pieces: Uint8Array[] = []
  #lossesTold = 0
  #nextEvent: number | undefined
  #hasFailed = false

  constructor(front: Front, visit: Visit, wanted: Wanted) {
    this.#front = front
    this.#visit = visit
    this.#wanted = wanted
    this.#pricing = pricing(visit.dialect.id)
    this.#wrapping = wrapping(visit.dialect.framing ?? serverSentEvents, wanted.framing)
    this.#outgoing = new Outgoing(front, visit, this)
  }

  /** The call whose answer this is; told before any of it comes. */
  bind(call: Call): void {
    this.#call = call
    this.#visit.id = call.id
  }

  begin(served: Served, flow: Flow): void {
    this.#served = served
    this.#outgoing.flow = flow
  }

  deliver(delivery: Delivery): boolean {
    if (this.#outgoing.isOver) return true
    try {
      return this.#take(delivery)
    } catch (error) {
      this.#break(error)
      return true
    }
  }

  end(ending: Ending): void {
    if (this.#outgoing.isOver) return
    try {
      this.#finish(ending)
    } catch (error) {
      this.#break(error)
    }
  }

  cut(failure: Failure): void {
    this.#writeOwed()
    if (this.#outgoing.isHeadOut) this.#endStream(failure)
    else {
      this.#outgoing.close()
      refuse(this.#front, this.#visit, failure)
    }
    this.#call?.abort()
  }

  left(): void {
    this.#call?.abort()
  }

  #take(delivery: Delivery): boolean {
    if (delivery.failure !== undefined && delivery.events !== undefined) this.#hasFailed = true
    this.#nextEvent = delivery.nextEvent ?? this.#nextEvent
    if (!this.#wanted.stream) {
      if (delivery.bytes !== undefined) this.#pieces.push(delivery.bytes)
      for (const event of delivery.events ?? []) this.#events.push(event)
      return true
    }
    this.#markSeam(delivery)
    const { bytes, events } = this.#pricing.take(delivery)
    const piece = bytes === undefined ? this.#encoded(events) : this.#wrapping.bytes(bytes)
    return piece === undefined || piece.length === 0 || this.#write(piece)
  }

  /** Only server-sent events have comments. */
  #markSeam({ seam }: Delivery): void {
    if (seam !== undefined && this.#wanted.framing === serverSentEvents) this.#write(seamComment(seam))
  }

  #finish(ending: Ending): void {
    this.#writeOwed(ending.cost)
    const isEmpty = !this.#outgoing.isHeadOut && this.#pieces.length === 0 && this.#events.length === 0
    const failure = ending.failure ?? (isEmpty ? endedWithout : undefined)
    if (this.#outgoing.isHeadOut) this.#endStream(failure)
    else {
      this.#outgoing.close()
      if (failure === undefined) this.#sendWhole(ending)
      else refuse(this.#front, this.#visit, failure, this.#headers(ending, []))
    }
    this.#letGo()
  }

  #letGo(): void {
    this.#outgoing.letGo()
    this.#events = []
    this.#pieces = []
    this.#call = undefined
    this.#served = undefined
    this.#encoder = undefined
  }

  /** Whoever delivers must not suffer from what an encoder cannot bear. */
  #break(error: unknown): void {
    if (!this.#outgoing.isOver) this.#outgoing.close()
    breakOff(this.#front, this.#visit, error)
    this.#call?.abort()
  }

  #context(): AnswerContext {
    const { model, streamUsage, asked } = this.#wanted
    const now = this.#front.clock.now()
    const numbered = this.#nextEvent === undefined ? {} : { nextEvent: this.#nextEvent }
    return { id: this.#visit.id, model, now, streamUsage, ...numbered, ...(asked !== undefined && { asked }) }
  }

  #encoded(events: readonly StreamEvent[] | undefined): string | Uint8Array | undefined {
    if (events === undefined) return undefined
    this.#encoder ??= this.#visit.dialect.encodeStream(this.#context())
    const frames: Frame[] = []
    for (const event of events) for (const frame of this.#encoder.push(event)) frames.push(frame)
    if (this.#wanted.keep !== undefined) this.#keepEnd(frames, this.#wanted.keep)
    return frames.length === 0 ? undefined : this.#wrapping.frames(frames)
  }

  #keepEnd(frames: readonly Frame[], keep: (told: unknown) => void): void {
    const end = frames.find(({ event }) => event === 'response.completed' || event === 'response.incomplete')
    if (end !== undefined) keep(JSON.parse(end.data))
  }

  #write(piece: string | Uint8Array): boolean {
    if (!this.#outgoing.isHeadOut) this.#writeHead()
    return this.#outgoing.write(piece)
  }

  #writeHead(): void {
    const losses = this.#encoder?.losses() ?? []
    this.#lossesTold = losses.length
    const { mediaType, keepAlive } = this.#wanted.framing
    const isText = mediaType === serverSentEvents.mediaType
    this.#outgoing.writeHead({
      status: 200,
      headers: [
        'content-type',
        isText ? `${mediaType}; charset=utf-8` : mediaType,
        'cache-control',
        'no-cache',
        // Proxies of nginx's kind would hold a stream back.
        'x-accel-buffering',
        'no',
        ...this.#headers({}, losses),
        ...(this.#tellsInTrailer ? ['trailer', lossesHeader] : []),
      ],
      ...(keepAlive !== undefined && { keepAlive }),
    })
  }

  /** What was kept back for its cost, which may be all of a short answer. */
  #writeOwed(cost?: Cost): void {
    const rest = this.#pricing.rest(cost)
    if (rest !== undefined) this.#write(this.#wrapping.bytes(rest))
  }

  #endStream(failure: Failure | undefined): void {
    this.#outgoing.close()
    const { response } = this.#visit
    const isTold = failure === undefined || this.#hasFailed
    const last = isTold ? this.#lateLosses() : (this.#encoded([{ type: 'response-failed', failure }]) ?? '')
    if (last.length > 0) response.write(last)
    response.end(this.#wrapping.end())
  }

  /** Only server-sent events have comments; other forms tell what was lost late behind the body. */
  get #tellsInTrailer(): boolean {
    return this.#encoder !== undefined && this.#wanted.framing !== serverSentEvents
  }

  /** Losses that were found after the head had left, as a comment, which clients skip, or behind the body. */
  #lateLosses(): string {
    const late = this.#encoder?.losses().slice(this.#lossesTold) ?? []
    if (late.length === 0) return ''
    const told = headerText(lossNames(late))
    if (!this.#tellsInTrailer) return `: ${lossesHeader}: ${told}\n\n`
    this.#visit.response.addTrailers([[lossesHeader, told]])
    return ''
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
    this.#wanted.keep?.(value)
    return { body: JSON.stringify(value), losses }
  }

  #explained(body: string | Uint8Array, ending: Ending): Uint8Array {
    const decision = ending.decision ?? this.#served?.decision
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    if (decision === undefined) return bytes
    return editMembers(bytes, { signalbox: JSON.stringify(inBrief(decision, ending, this.#served)) })
  }
}

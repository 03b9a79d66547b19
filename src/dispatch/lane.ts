/** One call to one candidate. Whatever goes wrong is its attempt's failure; nothing is thrown. */
import type { Closing, MessageForm, SocketMessage } from '../domain/conversation.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Failure, FailureKind } from '../domain/failure.ts'
import type { Attempt } from '../domain/outcome.ts'
import { millis } from '../domain/units.ts'
import type { AnswerReader, Credential, ProviderAdapter } from '../ports/provider.ts'
import type { Exchange, WireError, WireHead, WireListener } from '../ports/transport.ts'
import { deadlines } from './deadlines.ts'
import type { Deadlines } from './deadlines.ts'
import { ErrorBody } from './error-body.ts'
import type { Errand, Hands } from './hands.ts'
import { countKeysLeft, note, startRecord, told, turnOf } from './record.ts'
import type { Growing } from './record.ts'
import { traced } from './traced.ts'
import { answerForm, emptyAnswer, failureOf, isError, isGood, passedFailure, passedOn, unsent } from './reading.ts'
import type { Unsent } from './reading.ts'

/** Told of a lane. Nothing is told after `ended`. */
export interface LaneListener {
  /** A piece of the answer. False asks for a pause. */
  piece(lane: Lane, delivery: Delivery): boolean
  ended(lane: Lane, attempt: Attempt): void
  /** Conversations only: the upstream listens. */
  opened(lane: Lane): void
  /** Conversations only: the upstream can take more. */
  drained(lane: Lane): void
}

/** After the end of the answer the upstream may still close its stream properly, so that the connection can be used again. */
const farewell = millis(1_000)

/** One attempt, from its credential to its record. */
export class Lane implements WireListener {
  readonly candidate: Candidate
  readonly #hands: Hands
  readonly #errand: Errand
  readonly #listener: LaneListener
  readonly #made: Growing
  readonly #deadlines: Deadlines
  #adapter: ProviderAdapter | undefined
  #exchange: Exchange | undefined
  #asked: Unsent | undefined
  #reader: AnswerReader | undefined
  #head: WireHead | undefined
  readonly #errorBody = new ErrorBody()
  #unsaid: SocketMessage[] = []
  #cancelFarewell: (() => void) | undefined
  #hasContent = false
  #isOver = false

  constructor(errand: Errand & Pick<Attempt, 'kind' | 'trigger'>, hands: Hands, listener: LaneListener) {
    this.candidate = errand.candidate
    this.#errand = errand
    this.#hands = hands
    this.#listener = listener
    this.#made = startRecord(errand, hands)
    this.#deadlines = deadlines(hands.clock, hands.patience, answerForm(hands.request), why => this.#late(why))
  }

  /** What is known of it so far; whole once `ended` was told. */
  get attempt(): Attempt {
    return this.#made
  }

  /** Asks the upstream. */
  start(): void {
    const { request, tell, clock } = this.#hands
    this.#adapter = this.#hands.adapter(this.candidate.provider)
    const credential = this.#adapter && this.#hands.credential(this.#adapter, this.candidate, this.#errand.except)
    if (this.#adapter !== undefined) this.#made.system = this.#adapter.system
    if (credential !== undefined) this.#made.credential = credential.id
    tell({ ...told(this.#made, request, clock.now()), type: 'attempt-started', kind: this.#made.kind })
    if (this.#adapter === undefined) {
      return this.#over({ kind: 'internal', message: `there is no provider ${this.candidate.provider}` })
    }
    if (credential === undefined) return this.#over(this.#hands.resting(this.#adapter, this.candidate))
    this.#deadlines.start()
    void this.#ask(this.#adapter, credential)
  }

  async #ask(adapter: ProviderAdapter, credential: Credential): Promise<void> {
    const { request, secrets, transport, patience, clock } = this.#hands
    try {
      const secret = await secrets.read(credential.reference)
      if (this.#isOver) return
      const answered = adapter.ask(request, this.candidate)
      if (!answered.ok) return this.#over(answered.failure)
      const { asked } = answered
      this.#asked = unsent(asked, secret)
      this.#made.losses = asked.losses
      this.#made.url = asked.wire.url.split('?', 1)[0]
      this.#made.lane = asked.lane
      const wire = adapter.authorize(asked.wire, secret, clock.now())
      this.#exchange = transport.send(traced(wire, request.trace, this.#made.spanId), this, patience.connect)
      for (const message of this.#unsaid) this.#exchange.write?.(message)
      this.#unsaid = []
    } catch (error) {
      if (this.#isOver) return
      // The secret could not be read, or one of our own codecs broke: either way this candidate cannot be asked.
      const message = error instanceof Error ? error.message : String(error)
      const kind: FailureKind = this.#made.url === undefined ? 'upstream-credential' : 'internal'
      this.#over({ kind, message: `${this.candidate.provider} could not be asked: ${message}` })
    }
  }

  sent(): void {
    if (!this.#isOver) this.#made.sentAt ??= this.#hands.clock.now()
  }

  head(head: WireHead): void {
    if (this.#isOver) return
    const { clock, request, tell } = this.#hands
    const now = clock.now()
    this.#made.headAt = now
    this.#head = head
    const rates = this.#adapter?.rates(head.headers, now)
    const { operation } = request
    tell({
      ...told(this.#made, request, now),
      type: 'attempt-answered',
      operation,
      ...(rates !== undefined && { rates }),
    })
    if (!isGood(head) && this.#asked?.readsAll !== true) return
    this.#guarded(() => {
      this.#reader = this.#asked?.read(head)
      const first = this.#reader?.begin?.()
      if (first !== undefined) this.#take(first)
    })
    if (head.status === 101) this.#listener.opened(this)
  }

  data(chunk: Uint8Array, form?: MessageForm): void {
    if (this.#isOver) return
    this.#deadlines.heard()
    const reader = this.#reader
    if (reader === undefined || isError(this.#head)) this.#errorBody.push(chunk)
    if (reader !== undefined) this.#guarded(() => this.#take(reader.push(chunk, form)))
  }

  end(closing?: Closing): void {
    this.#exchange = undefined
    this.#cancelFarewell?.()
    if (this.#isOver) return
    const reader = this.#reader
    if (reader !== undefined) {
      this.#guarded(() => this.#take(reader.end(closing)))
      if (!this.#isOver) this.#over({ kind: 'stream-broken', message: this.#says('ended its answer too early') })
      return
    }
    this.#over(this.#toldFailure())
  }

  /** What the provider's error means. */
  #toldFailure(): Failure {
    const { status, headers } = this.#head ?? { status: 502, headers: {} }
    const body = this.#errorBody.text
    const told = this.#adapter?.classify({ status, headers, body, now: this.#hands.clock.now() })
    return told ?? { kind: 'upstream-garbled', message: this.#says(`answered ${status}`) }
  }

  error(error: WireError): void {
    this.#exchange = undefined
    this.#cancelFarewell?.()
    if (this.#isOver) return
    // What the upstream said of itself in an error body tells more than how its connection ended.
    if (this.#reader === undefined && this.#errorBody.text !== '') return this.end()
    const failure = failureOf(error, this.candidate.provider, this.#hasContent)
    this.#over(this.#asked?.mayRepeat?.(error.kind) === false ? { ...failure, retriable: false } : failure)
  }

  /** A codec that breaks on what an upstream sent ends this attempt, not the process. */
  #guarded(read: () => void): void {
    try {
      read()
    } catch (error) {
      const message = this.#says(
        `sent what could not be read: ${error instanceof Error ? error.message : String(error)}`,
      )
      if (!this.#isOver) this.#over({ kind: 'internal', message })
    }
  }

  #take(delivery: Delivery): void {
    this.#note(delivery)
    const refused = this.#refused(delivery)
    if (refused !== undefined) return this.#over(refused)
    if (delivery.content && !this.#hasContent) this.#firstContent()
    const empty = this.#hasContent ? undefined : emptyAnswer(delivery, this.#made, this.candidate.provider)
    if (empty !== undefined) return this.#over(empty)
    const piece = passedOn(delivery)
    if (piece !== undefined && !this.#listener.piece(this, piece)) this.pause()
    if (this.#isOver) return
    if (delivery.failure !== undefined) this.#over(delivery.failure)
    else if (delivery.ended === true) this.#over(isError(this.#head) ? passedFailure(this.#toldFailure()) : undefined)
  }

  #note(delivery: Delivery): void {
    note(this.#made, delivery, this.#hands)
    if (delivery.turn !== undefined) this.#hands.tell(turnOf(this.#made, delivery.turn, this.#hands))
  }

  #firstContent(): void {
    const made = this.#made
    this.#hasContent = true
    made.firstTokenAt = this.#hands.clock.now()
    made.lane = this.#reader?.lane ?? made.lane
    this.#deadlines.content()
  }

  /** A refusal that the policy sends on, seen before anything was shown. */
  #refused(delivery: Delivery): Failure | undefined {
    if (delivery.finish !== 'refused' || !this.#hands.refusalFails || this.#made.committed) return undefined
    return { kind: 'content-refused', message: this.#says('refused to answer') }
  }

  #late(why: string): void {
    if (!this.#isOver) this.#over({ kind: 'upstream-timeout', message: this.#says(why) })
  }

  #says(what: string): string {
    return `${this.candidate.provider} (${this.candidate.model}) ${what}`
  }

  /** Something of this lane reaches the client from here on. */
  commit(): void {
    this.#made.committed = true
  }

  pause(): void {
    this.#deadlines.pause()
    this.#exchange?.pause()
  }

  resume(): void {
    this.#deadlines.resume()
    this.#exchange?.resume()
  }

  drained(): void {
    this.#listener.drained(this)
  }

  /** Conversations only: says it as soon as the upstream can be spoken to. False asks for a pause until `drained`. */
  write(message: SocketMessage): boolean {
    if (this.#isOver) return true
    if (this.#exchange !== undefined) return this.#exchange.write?.(message) ?? true
    this.#unsaid.push(message)
    return true
  }

  /** Conversations only: the client is done, and the upstream is told so in form. */
  hangUp(closing: Closing): void {
    if (this.#isOver) return
    this.#exchange?.close?.(closing)
    const reader = this.#reader
    if (reader !== undefined) this.#guarded(() => this.#note(reader.end(closing)))
    if (!this.#isOver) this.#over(undefined)
  }

  /** Ends it for a reason that is not its own: the socket is closed at once. */
  stop(failure: Failure): void {
    if (!this.#isOver) this.#over(failure)
  }

  #over(failure: Failure | undefined): void {
    this.#isOver = true
    this.#deadlines.stop()
    this.#reader = undefined
    this.#asked = undefined
    const exchange = this.#exchange
    if (exchange !== undefined) {
      if (failure !== undefined) exchange.stop()
      else {
        exchange.resume()
        this.#cancelFarewell = this.#hands.clock.after(farewell, () => exchange.stop())
      }
    }
    const made = this.#made
    made.endedAt = this.#hands.clock.now()
    if (failure !== undefined) made.failure = failure
    if (this.#adapter !== undefined) countKeysLeft(made, this.#adapter, this.#errand.except, this.#hands)
    this.#hands.tell({
      type: 'attempt-ended',
      at: made.endedAt,
      request: this.#hands.request.id,
      attempt: made,
      streamed: this.#hands.request.stream,
      operation: this.#hands.request.operation,
    })
    this.#listener.ended(this, made)
  }
}

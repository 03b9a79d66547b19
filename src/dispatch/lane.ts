/** One call to one candidate. Whatever goes wrong is its attempt's failure; nothing is thrown. */
import type { Closing, MessageForm, SocketMessage } from '../domain/conversation.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { AnswerReader, Asked, Credential, ProviderAdapter } from '../ports/provider.ts'
import type { Exchange, WireError, WireHead, WireListener } from '../ports/transport.ts'
import { deadlines } from './deadlines.ts'
import type { Deadlines } from './deadlines.ts'
import { ErrorBody } from './error-body.ts'
import type { Errand, Hands } from './hands.ts'
import { part } from './part.ts'
import { prepare } from './prepare.ts'
import { countKeysLeft, headOf, note, noteToldUsage, noteTurn, startRecord, tellEnd, told, whyOver } from './record.ts'
import type { Growing } from './record.ts'
import { noteFirstContent } from './first-content.ts'
import { answerForm, emptyAnswer, failureOf, isError, isGood, passedFailure, passedOn, refusalIn } from './reading.ts'
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
  #stopJudging: (() => void) | undefined
  #isJudged = false
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

  /** How it was asked to go on with an answer; known once it was asked. */
  get goesOn(): Asked['goesOn'] {
    return this.#asked?.goesOn
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
    const { transport, patience } = this.#hands
    const prepared = await prepare({ adapter, credential, isOver: () => this.#isOver }, this.#made, this.#hands)
    if (prepared === undefined) return
    if (!prepared.ok) return this.#over(prepared.failure)
    this.#asked = prepared.asked
    this.#exchange = transport.send(prepared.wire, this, patience.connect)
    for (const message of this.#unsaid) this.#exchange.write?.(message)
    this.#unsaid = []
  }

  sent(): void {
    if (!this.#isOver) this.#made.sentAt ??= this.#hands.clock.now()
  }

  head(head: WireHead): void {
    if (this.#isOver) return
    const now = this.#hands.clock.now()
    this.#made.headAt = now
    this.#head = head
    const rates = this.#adapter?.rates(head.headers, now)
    this.#hands.tell(headOf(this.#made, rates, now, this.#hands))
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
    if (this.#isOver) return
    // Seen before anything was shown, it may be the policy's to send on.
    const refusal = refusalIn(delivery, this.#hands, this.#made.committed)
    if (refusal !== undefined) return this.#over({ ...refusal, message: this.#says(refusal.message) })
    if (delivery.content && !this.#hasContent) this.#firstContent()
    const empty = this.#hasContent ? undefined : emptyAnswer(delivery, this.#made, this.candidate.provider)
    if (empty !== undefined) return this.#over(empty)
    const piece = passedOn(delivery)
    if (piece !== undefined && !this.#listener.piece(this, piece)) this.pause()
    if (this.#isOver) return
    if (delivery.failure !== undefined) this.#over(delivery.failure)
    else if (delivery.ended === true) this.#whole()
  }

  /** The answer is complete: it is over, unless it is judged first. */
  #whole(): void {
    const { examine } = this.#errand
    if (isError(this.#head)) return this.#over(passedFailure(this.#toldFailure()))
    if (examine === undefined || this.#made.committed) return this.#over(undefined)
    this.#letGo(undefined)
    this.#isJudged = true
    this.#stopJudging = examine(({ why, judged }) => {
      if (!this.#isJudged) return
      if (judged !== undefined) this.#made.judged = judged
      this.#end(why === undefined ? undefined : { kind: 'answer-invalid', message: this.#says(why) })
    })
  }

  /** A whole answer that still waits for its judge passes without. False if there is none. */
  pass(): boolean {
    if (!this.#isJudged) return false
    this.#stopJudging?.()
    this.#made.judged = 'unjudged'
    this.#end(undefined)
    return true
  }

  #note(delivery: Delivery): void {
    note(this.#made, delivery, this.#hands)
    noteTurn(this.#made, delivery, this.#hands, why => this.stop(why))
  }

  #firstContent(): void {
    this.#hasContent = true
    noteFirstContent(this.#made, this.#reader?.lane, this.#hands)
    this.#deadlines.content()
  }

  #late(why: string): void {
    if (!this.#isOver) this.#over({ kind: 'upstream-timeout', message: this.#says(why) })
  }

  #says(what: string): string {
    return `${this.candidate.provider} (${this.candidate.model}) ${what}`
  }

  /** Something of this lane reaches the client from here on; so many of its first characters had reached it before. */
  commit(overlap: number | undefined): void {
    const made = this.#made
    made.committed = true
    if (made.goesOn !== undefined && overlap !== undefined) made.goesOn = { ...made.goesOn, overlap }
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
    if (!this.#isOver) return this.#over(failure)
    if (!this.#isJudged) return
    this.#stopJudging?.()
    this.#end(failure)
  }

  #over(failure: Failure | undefined): void {
    const why = failure && whyOver(this.#made, failure)
    this.#letGo(why)
    this.#end(why)
  }

  /** Nothing more is read of it. */
  #letGo(failure: Failure | undefined): void {
    const { clock } = this.#hands
    this.#isOver = true
    this.#deadlines.stop()
    if (failure !== undefined) noteToldUsage(this.#made, this.#reader)
    this.#reader = undefined
    this.#asked = undefined
    if (this.#exchange !== undefined) this.#cancelFarewell = part(this.#exchange, failure !== undefined, clock)
    this.#made.endedAt = clock.now()
  }

  #end(failure: Failure | undefined): void {
    const made = this.#made
    this.#isJudged = false
    if (failure !== undefined) made.failure = failure
    if (this.#adapter !== undefined) countKeysLeft(made, this.#adapter, this.#errand.except, this.#hands)
    tellEnd(made, this.#hands)
    this.#listener.ended(this, made)
  }
}

/** The one loop that does things: asks for the next move and makes it, until someone has answered or nothing is left. */
import type { Closing, SocketMessage } from '../domain/conversation.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { Failure } from '../domain/failure.ts'
import type { Attempt } from '../domain/outcome.ts'
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { Carrying } from './carrying.ts'
import { errandOf } from './errand.ts'
import type { Call, LaneErrand } from './errand.ts'
import type { Hands } from './hands.ts'
import { hold, mostOfWhole } from './hold.ts'
import type { Held } from './hold.ts'
import { Lane } from './lane.ts'
import type { LaneListener } from './lane.ts'
import { nextMove } from './next-move.ts'
import type { Standing } from './next-move.ts'
import { said } from './said.ts'
import type { Seam } from './seam.ts'

/** Where the answer of a dispatch goes. */
export interface Outlet {
  /** This lane serves; told once, before anything of it. */
  begin(lane: Lane): void
  /** What served broke off, and this lane goes on with it; told before anything of it. */
  goOn(lane: Lane): void
  /** False asks for a pause until `resume`. */
  deliver(delivery: Delivery): boolean
  /** Told once, last, after every lane has ended. */
  end(failure: Failure | undefined): void
  /** Conversations only: an upstream listens, though none has said anything yet. */
  opened(): void
  /** Conversations only: the upstream can take more. */
  drained(): void
}

const tooLong = ({ candidate: { provider } }: Lane): Failure => ({
  kind: 'upstream-garbled',
  message: `${provider} answered with more than ${mostOfWhole / 1024 / 1024} MiB`,
})

/** Carries out one decision. */
export class Dispatch implements LaneListener {
  readonly #decision: RoutingDecision
  readonly #hands: Hands
  readonly #outlet: Outlet
  readonly #attempts: Attempt[] = []
  readonly #running = new Map<Lane, Held>()
  readonly #carrying: Carrying
  /** The last whole answer that did not pass. */
  #rejected: { readonly lane: Lane; readonly held: Held } | undefined
  /** Where the lane that goes on is joined to what was shown. */
  #seam: Seam | undefined
  #hasBegun = false
  readonly #said = said()
  #opened = 0
  #isOpening = false
  #winner: Lane | undefined
  #startedAt: Instant | undefined
  #isOver = false
  #cancelWait: (() => void) | undefined
  #cancelTotal: (() => void) | undefined

  constructor(decision: RoutingDecision, hands: Hands, outlet: Outlet) {
    this.#decision = decision
    this.#hands = hands
    this.#outlet = outlet
    this.#carrying = new Carrying(decision, hands)
  }

  /** Every attempt that has ended, in the order of ending. */
  get attempts(): readonly Attempt[] {
    return this.#attempts
  }

  /** How many attempts have begun. */
  get begun(): number {
    return this.#opened
  }

  start(): void {
    const { clock, patience } = this.#hands
    this.#startedAt = clock.now()
    this.#cancelTotal = clock.after(patience.total, () => {
      // What is whole and only waits for its judge is better than nothing.
      for (const lane of this.#running.keys()) if (!this.#isOver) lane.pass()
      this.#finish({ kind: 'upstream-timeout', message: `no whole answer within ${patience.total / 1000} s` })
    })
    this.#next()
  }

  /** The client can take more. */
  resume(): void {
    this.#winner?.resume()
  }

  /** The client has gone: stops every lane at its socket. */
  abort(): void {
    this.#finish({ kind: 'cancelled', message: 'the client went away' })
  }

  /** Conversations only: what the client says. Kept until somebody has answered, since another may have to hear it. */
  send(message: SocketMessage): boolean {
    if (this.#isOver) return true
    if (this.#winner !== undefined) return this.#winner.write(message)
    for (const lane of this.#running.keys()) lane.write(message)
    return this.#said.keep(message)
  }

  /** Conversations only: the client is done. */
  close(closing: Closing): void {
    if (this.#winner === undefined) this.abort()
    else this.#winner.hangUp(closing)
  }

  #next(): void {
    if (this.#isOver) return
    const { clock } = this.#hands
    const move = nextMove(this.#standing())
    if (move.move === 'give-up') return this.#finish(move.failure)
    if (move.after > 0) this.#cancelWait = clock.after(move.after, () => this.#call(move, 0))
    else this.#call(move, 0)
  }

  #standing(): Standing {
    const hands = this.#hands
    const now = hands.clock.now()
    return {
      decision: this.#decision,
      patience: hands.patience,
      attempts: this.#attempts,
      elapsed: millis(now - (this.#startedAt ?? now)),
      staysWithFirst: hands.staysWithFirst,
      canGoOn: this.#carrying.splice?.isBroken === true,
      draw: attempt => hands.draw(`backoff ${attempt}`),
      isOpen: candidate => hands.isOpen(candidate),
      mayRetry: candidate => hands.mayRetry(candidate),
      mayAskSeveral: cap => hands.mayAskSeveral(cap),
    }
  }

  /** Opens the group's lane of this place and the ones behind it, each when its time has come. */
  #call(move: Call, place: number): void {
    this.#isOpening = true
    let at = place
    do this.#open(move, at++)
    while (move.stagger === 0 && at < move.group.length && !this.#isOver && this.#winner === undefined)
    this.#isOpening = false
    if (at < move.group.length && !this.#isOver && this.#winner === undefined) {
      this.#cancelWait = this.#hands.clock.after(move.stagger, () => this.#callLater(move, at))
    }
    this.#goOn()
  }

  /** What was allowed when the first was asked may not be by now: others have asked several meanwhile, or this one has failed. */
  #callLater(move: Call, place: number): void {
    const { execution } = this.#decision
    const candidate = move.group[place]
    if (candidate === undefined || !this.#hands.mayAskSeveral('cap' in execution ? execution.cap : undefined)) return
    if (!this.#hands.isOpen(candidate) && this.#hands.mayRetry(candidate)) this.#call(move, place)
  }

  /** If nobody is at work any more, asks what next. */
  #goOn(): void {
    if (this.#isOpening || this.#isOver || this.#winner !== undefined || this.#running.size > 0) return
    this.#cancelWait?.()
    this.#next()
  }

  #open(move: Call, place: number): void {
    const errand = errandOf(move, place, this.#attempts, this.#opened)
    if (errand === undefined) return
    this.#opened += 1
    const lane = errand.kind === 'continue' ? this.#continuing(errand) : this.#beginning(errand)
    lane.start()
    for (const message of this.#said.all) lane.write(message)
  }

  #beginning(errand: LaneErrand): Lane {
    const held = hold(this.#carrying.holdsUntil)
    const request = this.#carrying.requestFor(errand.candidate)
    const hands = request === this.#hands.request ? this.#hands : { ...this.#hands, request }
    const lane = new Lane({ ...errand, examine: this.#carrying.examine(held) }, hands, this)
    this.#running.set(lane, held)
    return lane
  }

  #continuing(errand: LaneErrand): Lane {
    this.#seam = undefined
    const request = this.#carrying.splice?.request() ?? this.#hands.request
    // Whoever would rather say nothing cannot say so in the middle of another's answer.
    const lane = new Lane(errand, { ...this.#hands, request, refusalFails: true }, this)
    this.#running.set(lane, hold())
    return lane
  }

  opened(): void {
    if (this.#winner === undefined && !this.#isOver) this.#outlet.opened()
  }

  drained(lane: Lane): void {
    if (this.#winner === lane && !this.#isOver) this.#outlet.drained()
  }

  piece(lane: Lane, given: Delivery): boolean {
    const delivery = this.#joined(lane, given)
    if (delivery === undefined) return true
    if (this.#winner === lane) return this.#deliver(delivery)
    const held = this.#running.get(lane)
    if (held === undefined || this.#winner !== undefined) return true
    held.add(delivery)
    if (held.isTooLong) lane.stop(tooLong(lane))
    if (!held.isReady) return true
    return this.#commit(lane, held)
  }

  /** What the client is told of this piece; undefined if nothing. */
  #joined(lane: Lane, delivery: Delivery): Delivery | undefined {
    const { splice } = this.#carrying
    const { goesOn } = lane
    if (splice === undefined || (goesOn === undefined && this.#seam === undefined)) return delivery
    if (goesOn !== undefined) this.#seam ??= splice.seam(lane.candidate, goesOn)
    const told = this.#seam?.join(delivery)
    if (this.#seam?.refuses !== true) return told
    lane.stop({ kind: 'content-refused', message: `${lane.candidate.provider} refused to go on with the answer` })
    return undefined
  }

  #deliver(delivery: Delivery): boolean {
    this.#carrying.splice?.hear(delivery)
    return this.#outlet.deliver(this.#carrying.shown(delivery))
  }

  #commit(lane: Lane, held: Held): boolean {
    this.#winner = lane
    this.#cancelWait?.()
    for (const other of this.#running.keys()) {
      if (other !== lane) other.stop({ kind: 'cancelled', message: 'another candidate answered first' })
    }
    lane.commit(this.#seam?.overlap)
    // A conversation lasts for as long as both sides want.
    if (this.#hands.request.operation === 'realtime') this.#cancelTotal?.()
    const waited = this.#said.forget()
    if (this.#hasBegun) this.#outlet.goOn(lane)
    else this.#outlet.begin(lane)
    this.#hasBegun = true
    if (waited) this.#outlet.drained()
    let goesOn = true
    for (const delivery of held.all) goesOn = this.#deliver(delivery) && goesOn
    return goesOn
  }

  ended(lane: Lane, attempt: Attempt): void {
    const held = this.#running.get(lane)
    this.#running.delete(lane)
    this.#attempts.push(attempt)
    if (this.#isOver) return
    // An answer that ended well without content, cut by its limit say, is an answer.
    if (attempt.failure === undefined && this.#winner === undefined && held !== undefined) this.#commit(lane, held)
    const isShown = this.#winner === lane
    if (isShown && !this.#breaksOff(attempt)) return this.#finish(attempt.failure)
    if (attempt.failure?.kind === 'answer-invalid' && held !== undefined) this.#rejected = { lane, held }
    this.#goOn()
  }

  /** It broke off, and another can go on with it. */
  #breaksOff(attempt: Attempt): boolean {
    const { splice } = this.#carrying
    if (attempt.failure === undefined || splice?.breaks(attempt.failure) !== true) return false
    splice.pay(this.#hands.usageOf?.(attempt))
    this.#winner = undefined
    return true
  }

  #finish(failure: Failure | undefined): void {
    if (this.#isOver) return
    // An answer that did not pass is better than none.
    if (failure !== undefined && failure.kind !== 'cancelled' && this.#rejected !== undefined && !this.#hasBegun) {
      this.#commit(this.#rejected.lane, this.#rejected.held)
      return this.#finish(undefined)
    }
    this.#isOver = true
    this.#cancelWait?.()
    this.#cancelTotal?.()
    for (const lane of this.#running.keys()) {
      lane.stop(failure ?? { kind: 'cancelled', message: 'another candidate answered first' })
    }
    this.#outlet.end(failure)
  }
}

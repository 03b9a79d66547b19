/** A request's whole way through the house: admit, route, dispatch, settle. */
import { Dispatch } from '../dispatch/dispatch.ts'
import type { Outlet } from '../dispatch/dispatch.ts'
import type { Lane } from '../dispatch/lane.ts'
import { said } from '../dispatch/said.ts'
import type { Closing, SocketMessage } from '../domain/conversation.ts'
import type { Delivery } from '../domain/delivery.ts'
import { reasonOf } from '../domain/failure.ts'
import type { Failure } from '../domain/failure.ts'
import type { SpanId } from '../domain/ids.ts'
import type { Attempt, Cost } from '../domain/outcome.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { Ending, Flow, Sink } from '../ports/sink.ts'
import { admit } from './admit.ts'
import { costOfAll, sumOf } from './attempt-cost.ts'
import { castShadows } from './cast-shadows.ts'
import { contentHands } from './content-checks.ts'
import { equip } from './equip.ts'
import type { Errand } from './errand.ts'
import { holdingsFor } from './holdings.ts'
import type { Holdings } from './holdings.ts'
import type { House } from './house.ts'
import type { Ledger } from './ledger.ts'
import { ThoughtListener, withThoughts } from './recall-thoughts.ts'
import { forgetKept, keptIdOf, rememberKept } from './recalled.ts'
import { decideFor } from './route.ts'
import { askedOf, settle } from './settle.ts'
import { unserved } from './unserved.ts'

/** What only counts, or asks for what was answered before, takes no turn from what is answered. */
const takesTurn = ({ operation }: ModelRequest): boolean => operation !== 'count-tokens' && operation !== 'passthrough'

/** In the order of their start. */
const inOrder = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.length < 2 ? attempts : [...attempts].sort((left, right) => left.index - right.index)

/** One request under way. */
export class Handling implements Outlet, Flow {
  readonly #house: House
  readonly #sink: Sink
  readonly #ledger: Ledger
  #dispatch: Dispatch | undefined
  #errand: Errand | undefined
  #holdings: Holdings | undefined
  #lane: Lane | undefined
  readonly #listener = new ThoughtListener()
  readonly #early = said()
  #isOver = false

  constructor(request: ModelRequest, house: House, sink: Sink, serverSpan: SpanId) {
    this.#house = house
    this.#sink = sink
    this.#ledger = {
      request: withThoughts(request, house.thoughts),
      serverSpan,
      routeSpan: house.ids.span(),
      attempts: [],
      judged: [],
    }
  }

  /** Takes it through the house. Never throws: what goes wrong is how it ends. */
  run(): void {
    if (this.#isOver) return
    const kept = keptIdOf(this.#ledger.request)
    if (kept !== undefined) return void this.#recall(kept)
    try {
      this.#route()
    } catch (error) {
      this.#broke(error)
    }
  }

  /** Who keeps what is meant has to be known first. */
  async #recall(id: string): Promise<void> {
    try {
      const keeper = await this.#house.kept.find(id)
      if (this.#isOver) return
      if (keeper !== undefined) this.#ledger.request = { ...this.#ledger.request, keeper }
      this.#route()
    } catch (error) {
      this.#broke(error)
    }
  }

  #broke(error: unknown): void {
    this.end({ kind: 'internal', message: error instanceof Error ? error.message : String(error) })
  }

  /** The client has gone. */
  abort(): void {
    if (this.#isOver) return
    if (this.#dispatch !== undefined) this.#dispatch.abort()
    else this.end({ kind: 'cancelled', message: 'the client went away' })
  }

  /** What the client says in a conversation. */
  send(message: SocketMessage): boolean {
    if (this.#isOver) return true
    return this.#dispatch === undefined ? this.#early.keep(message) : this.#dispatch.send(message)
  }

  /** The client is done with its conversation. */
  close(closing: Closing): void {
    if (this.#dispatch === undefined) this.abort()
    else this.#dispatch.close(closing)
  }

  opened(): void {
    this.#sink.opened?.()
  }

  drained(): void {
    this.#sink.drained?.()
  }

  /** The client can take more. */
  resume(): void {
    this.#dispatch?.resume()
  }

  #route(): void {
    const house = this.#house
    const ledger = this.#ledger
    const { request } = ledger
    const { clock, telemetry } = house
    telemetry({
      type: 'request-received',
      at: request.receivedAt,
      request: request.id,
      target: request.target,
      caller: request.caller,
      ...(request.raw !== undefined && { dialect: request.raw.dialect }),
    })
    const admitted = admit(request, house)
    if (!admitted.ok) {
      telemetry({ type: 'request-blocked', at: clock.now(), request: request.id, failure: admitted.failure })
      return this.end(admitted.failure)
    }
    const { route } = admitted
    if (route.pool !== undefined) ledger.pool = route.pool
    const trace = decideFor(request, route, house)
    // Where nobody named the kind of work it may have been predicted, if the policy asks for it.
    const task = request.wishes.task ?? route.task ?? trace.facts.signals['request.task']?.value
    if (task !== undefined) ledger.task = task
    if (route.pool !== undefined && takesTurn(request)) house.live.takeTurn(route.pool)
    ledger.trace = trace
    ledger.decidedAt = clock.now()
    telemetry({
      type: 'decision-made',
      at: ledger.decidedAt,
      request: request.id,
      trace,
      ...(route.pool !== undefined && { pool: route.pool }),
    })
    if (trace.decision.ranked.length === 0) {
      return this.end(unserved(trace, house.live, clock.now()))
    }
    this.#carryOut({ request, route, trace })
  }

  #carryOut(errand: Errand): void {
    const house = this.#house
    const ledger = this.#ledger
    const { decision } = errand.trace
    const judging = contentHands(decision, errand.request, { judged: ledger.judged, asked: askedOf(ledger) }, house)
    this.#errand = errand
    this.#holdings = holdingsFor(errand, house)
    this.#dispatch = new Dispatch(decision, { ...equip(errand, house, this.#holdings), ...judging }, this)
    ledger.askedAt = house.clock.now()
    for (const message of this.#early.all) this.#dispatch.send(message)
    this.#early.forget()
    this.#dispatch.start()
  }

  begin(lane: Lane): void {
    const { trace, pool, askedAt } = this.#ledger
    const { attempt } = lane
    this.#ledger.served = attempt.index
    this.#lane = lane
    if (trace === undefined) return
    const fallback = this.#stepDown()
    this.#sink.begin(
      {
        candidate: lane.candidate,
        decision: trace.decision,
        ...(pool !== undefined && { pool }),
        attempts: this.#dispatch?.begun ?? attempt.index + 1,
        ...(fallback !== undefined && { fallback }),
        span: attempt.spanId,
        lane: attempt.lane,
        losses: attempt.losses,
        askedAt: askedAt ?? attempt.startedAt,
        ...this.#rates(),
      },
      this,
    )
  }

  goOn(lane: Lane): void {
    this.#lane = lane
  }

  deliver(delivery: Delivery): boolean {
    if (delivery.upstreamId !== undefined && this.#lane !== undefined) {
      rememberKept(this.#ledger, this.#lane.attempt, delivery.upstreamId, this.#house)
    }
    if (delivery.events !== undefined) this.#listener.hear(delivery.events)
    // Usage is told last, with the end or right before it, so that the cost can go along.
    const isLast = delivery.usage !== undefined && this.#lane?.attempt.finish !== undefined
    const { request } = this.#ledger
    return this.#sink.deliver(isLast && request.stream ? { ...delivery, cost: this.#costSoFar() } : delivery)
  }

  #costSoFar(): Cost {
    const serving = this.#lane === undefined ? [] : [this.#lane.attempt]
    const attempts = [...(this.#dispatch?.attempts ?? []), ...serving]
    const judged = this.#ledger.judged.map(({ cost }) => cost).filter(cost => cost !== undefined)
    return sumOf([costOfAll([...new Set(attempts)], askedOf(this.#ledger)), ...judged])
  }

  /** Why the last candidate that failed was left for another. */
  #stepDown(): string | undefined {
    // Nobody was left to give one that passes.
    if (this.#lane?.attempt.failure?.kind === 'answer-invalid') return 'answer_invalid_shown'
    const attempts = this.#dispatch?.attempts ?? []
    const { served } = this.#ledger
    const left = attempts.findLast(
      ({ failure, index, candidate }) =>
        failure !== undefined &&
        failure.kind !== 'cancelled' &&
        index !== served &&
        candidate.id !== this.#lane?.candidate.id,
    )
    return left?.failure === undefined ? undefined : reasonOf(left.failure)
  }

  /** What an answer that ended well leaves behind for later requests, or takes away. */
  #remember(): void {
    forgetKept(this.#ledger.request, this.#house)
    this.#listener.keep(this.#ledger.request, this.#house.thoughts)
  }

  #ending(cost: Cost): Ending {
    const { attempts, served, failure, trace } = this.#ledger
    const fallback = this.#stepDown()
    const span = attempts.find(one => one.index === served)?.spanId ?? attempts.at(-1)?.spanId
    return {
      attempts: attempts.length,
      cost,
      ...(failure !== undefined && { failure }),
      ...(trace !== undefined && { decision: trace.decision }),
      ...(fallback !== undefined && { fallback }),
      ...(span !== undefined && { span }),
      ...this.#rates(),
    }
  }

  #rates(): Pick<Ending, 'rates'> {
    const rates = this.#holdings?.rates
    return rates === undefined || rates.length === 0 ? {} : { rates }
  }

  end(failure: Failure | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    const ledger = this.#ledger
    const attempts = inOrder(this.#dispatch?.attempts ?? [])
    ledger.attempts = [...attempts, ...ledger.judged.map((one, at) => ({ ...one, index: attempts.length + at }))]
    if (failure === undefined) this.#remember()
    else ledger.failure = failure
    const house = this.#house
    this.#holdings?.end()
    const cost = settle(ledger, house)
    this.#sink.end(this.#ending(cost))
    // Only once the client has all that it gets, and nobody is asked beside an answer that is none.
    if (failure === undefined && this.#errand !== undefined) castShadows(this.#errand, ledger, house)
  }
}

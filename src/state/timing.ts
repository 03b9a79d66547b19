/** What the calls to one deployment tell of its speed: as a whole, by shape, and whether slowness has just begun. */
import type { Failure } from '../domain/failure.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { QuantileWindow } from './latency.ts'
import { enoughSamples, Paces } from './paces.ts'
import type { Shape } from './paces.ts'
import { flagIn, listIn, memberIn, timedIn } from './saved.ts'
import type { Restoring } from './saved.ts'

/** A call that ended. */
export interface Timed {
  readonly attempt: Attempt
  /** Names it among the calls under way. */
  readonly call: string
  /** What was asked. */
  readonly shape: Shape
  /** Its first content was told when it came. */
  readonly hasSpoken: boolean
  readonly at: Instant
}

export class Timing {
  /** Time to the first content of streamed answers, in milliseconds. */
  readonly firstToken: QuantileWindow
  /** Time to the end of unstreamed answers, in milliseconds. */
  readonly whole: QuantileWindow
  /** Milliseconds from one token of a streamed answer to the next. */
  readonly perToken: QuantileWindow
  /** The same by what was asked. */
  readonly paces = new Paces()

  constructor(window: Millis) {
    this.firstToken = new QuantileWindow(window)
    this.whole = new QuantileWindow(window)
    this.perToken = new QuantileWindow(window)
  }

  /** The p95 for this shape, in milliseconds; undefined while it is not proven. */
  #usual(shape: Shape, at: Instant): number | undefined {
    const usual = this.paces.usual(shape, at)
    return usual !== undefined && usual.samples >= enoughSamples ? usual.p95 : undefined
  }

  #addFirst(first: number, shape: Shape, at: Instant): void {
    ;(shape.streamed ? this.firstToken : this.whole).add(first, at)
    this.paces.add(shape, { first }, at)
  }

  /** A call begins. */
  begin(call: string, shape: Shape, at: Instant): void {
    this.paces.onset.start(call, at, this.#usual(shape, at))
  }

  /** The first content of a stream came. */
  spoke(call: string, shape: Shape, startedAt: Instant, at: Instant): void {
    this.paces.onset.spoke(call, at - startedAt)
    this.#addFirst(at - startedAt, shape, at)
  }

  end(timed: Timed): void {
    const { attempt, call, shape, hasSpoken, at } = timed
    const { failure, startedAt, firstTokenAt, endedAt } = attempt
    if (shape.streamed && firstTokenAt !== undefined) {
      if (!hasSpoken) this.spoke(call, shape, startedAt, firstTokenAt)
      return this.#pace(attempt, shape, at)
    }
    const took = endedAt - startedAt
    if (failure === undefined || failure.kind === 'upstream-timeout') this.paces.onset.spoke(call, took)
    else this.paces.onset.gone(call)
    if (this.#tells(failure, took, shape, at)) this.#addFirst(took, shape, at)
  }

  #pace({ failure, firstTokenAt, endedAt, usage }: Attempt, shape: Shape, at: Instant): void {
    if (failure !== undefined || usage === undefined || usage.output <= 1 || firstTokenAt === undefined) return
    const perToken = (endedAt - firstTokenAt) / (usage.output - 1)
    this.perToken.add(perToken, at)
    this.paces.add(shape, { perToken }, at)
  }

  /**
   * Whoever ran into a deadline took that long at least; leaving it out would make the slowest look fast. So would
   * leaving out who was stopped because another had answered by the time that it usually has.
   */
  #tells(failure: Failure | undefined, took: number, shape: Shape, at: Instant): boolean {
    if (failure === undefined || failure.kind === 'upstream-timeout') return true
    if (failure.kind !== 'cancelled') return false
    const usual = this.#usual(shape, at)
    return usual !== undefined && took > usual
  }

  /** All shapes together make what is told of the deployment as a whole. */
  restore(saved: unknown, restoring: Restoring): void {
    this.paces.restore(saved, restoring)
    for (const one of listIn(saved)) {
      const first = flagIn(one, 'streamed') ? this.firstToken : this.whole
      first.restore(timedIn(memberIn(one, 'first'), restoring), restoring.now)
      this.perToken.restore(timedIn(memberIn(one, 'perToken'), restoring), restoring.now)
    }
  }
}

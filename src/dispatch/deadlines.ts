/** The deadlines of one attempt: first token, whole answer, silence between two pieces. */
import type { Patience } from '../domain/policy.ts'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'

/** At once, in pieces, or as long as both sides want. */
export type AnswerForm = 'whole' | 'stream' | 'conversation'

export interface Deadlines {
  start(): void
  /** Bytes came. */
  heard(): void
  /** The first content came. */
  content(): void
  /** The client cannot take more for now: silence is not the upstream's. */
  pause(): void
  resume(): void
  stop(): void
}

const seconds = (duration: Millis): string => `${duration / 1000} s`

/** One object for each attempt, since it is made for each. */
class AttemptDeadlines implements Deadlines {
  readonly #clock: Clock
  readonly #patience: Patience
  readonly #form: AnswerForm
  readonly #late: (why: string) => void
  #heardAt: Instant | undefined
  #isPaused = false
  #cancel: (() => void) | undefined

  constructor(clock: Clock, patience: Patience, form: AnswerForm, late: (why: string) => void) {
    this.#clock = clock
    this.#patience = patience
    this.#form = form
    this.#late = late
  }

  start(): void {
    const { firstToken, whole } = this.#patience
    const isWhole = this.#form === 'whole'
    const limit = isWhole ? whole : firstToken
    if (limit === undefined) return
    const what = isWhole ? 'did not answer' : 'gave no content'
    this.#cancel = this.#clock.after(limit, () => this.#late(`${what} within ${seconds(limit)}`))
  }

  heard(): void {
    // Only a stream is measured by its silences.
    if (this.#form === 'stream') this.#heardAt = this.#clock.now()
  }

  content(): void {
    if (this.#form === 'whole') return
    this.stop()
    // In a conversation both sides may be silent for as long as they like.
    if (this.#form === 'conversation') return
    this.#heardAt = this.#clock.now()
    this.#watch(this.#patience.idle)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#heardAt = this.#clock.now()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** One timer that looks at the clock when it rings, so that a piece costs no timer. */
  #watch(within: Millis): void {
    this.#cancel = this.#clock.after(within, () => {
      const { idle } = this.#patience
      const now = this.#clock.now()
      const silent = now - (this.#heardAt ?? now)
      if (this.#isPaused) this.#watch(idle)
      else if (silent < idle) this.#watch(millis(idle - silent))
      else this.#late(`sent nothing for ${seconds(idle)} in the middle of its answer`)
    })
  }
}

/** Calls `late` at most once, with what did not come in time. */
export const deadlines = (clock: Clock, patience: Patience, form: AnswerForm, late: (why: string) => void): Deadlines =>
  new AttemptDeadlines(clock, patience, form, late)

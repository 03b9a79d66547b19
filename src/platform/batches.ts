/** Things to be written elsewhere, gathered and passed on in batches, never in the way of whoever brings them. */
import { millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'

export interface BatchOptions<T> {
  readonly clock: Clock
  /** How many may wait; what comes beyond is dropped and counted. */
  readonly room: number
  /** The most that are passed on at a time. So many waiting are passed on without waiting longer. */
  readonly most: number
  /** How long the first of a batch waits, in milliseconds. */
  readonly every: number
  /** Passes one batch on. Gives how many of it were lost; if it rejects, all of them. */
  pass(batch: readonly T[]): Promise<number>
}

/** Somewhere to put things that will be passed on. */
export interface Batches<T> {
  /** Takes it, or drops and counts it. Never throws, never waits. */
  put(item: T): void
  /** Resolves when all that is waiting now has been passed on or lost. */
  flush(): Promise<void>
  /** Takes nothing more, and flushes. */
  close(): Promise<void>
  /** How many never arrived. */
  dropped(): number
  /** How many are waiting. */
  waiting(): number
}

class Gathered<T> implements Batches<T> {
  readonly #options: BatchOptions<T>
  #items: T[] = []
  #dropped = 0
  #isClosed = false
  /** The batch being passed on; one at a time, so that order is kept. */
  #passing: Promise<void> | undefined
  #takeBack: (() => void) | undefined
  #isUrgent = false

  constructor(options: BatchOptions<T>) {
    this.#options = options
  }

  put(item: T): void {
    if (this.#isClosed || this.#items.length >= this.#options.room) {
      this.#dropped += 1
      return
    }
    this.#items.push(item)
    this.#schedule()
  }

  #schedule(): void {
    const { clock, most, every } = this.#options
    if (this.#passing !== undefined || this.#items.length === 0) return
    const isUrgent = this.#items.length >= most
    if (this.#takeBack !== undefined && this.#isUrgent === isUrgent) return
    this.#takeBack?.()
    this.#isUrgent = isUrgent
    // Even what is urgent waits for the timers' turn: whoever brought it goes on first.
    this.#takeBack = clock.after(millis(isUrgent ? 0 : every), () => {
      void this.#passOne().then(() => this.#schedule())
    })
  }

  #passOne(): Promise<void> {
    this.#takeBack?.()
    this.#takeBack = undefined
    const batch = this.#items.splice(0, this.#options.most)
    const passed = (lost: number): void => {
      this.#dropped += lost
      this.#passing = undefined
    }
    this.#passing = this.#options.pass(batch).then(passed, () => passed(batch.length))
    return this.#passing
  }

  async flush(): Promise<void> {
    let left = this.#items.length
    while (this.#passing !== undefined) await this.#passing
    while (left > 0 && this.#items.length > 0) {
      left -= this.#options.most
      await (this.#passing ?? this.#passOne())
    }
    this.#schedule()
  }

  close(): Promise<void> {
    this.#isClosed = true
    return this.flush()
  }

  dropped(): number {
    return this.#dropped
  }

  waiting(): number {
    return this.#items.length
  }
}

/** An empty collection with these limits. */
export const batches = <T>(options: BatchOptions<T>): Batches<T> => new Gathered(options)

/** A sliding window as a ring of time slices: which slice a moment belongs to, and which have passed. */
import type { Instant, Millis } from '../domain/units.ts'
import { isMoment } from './moment.ts'

export interface SliceOptions<Slice> {
  readonly count: number
  readonly length: Millis
  make(): Slice
  /** Empties a slice whose time has passed; it is used again for a later one. */
  pass(slice: Slice): void
}

/** Holds the slice under way and the `count - 1` before it. */
export class Slices<Slice> {
  readonly #options: SliceOptions<Slice>
  readonly #ring: readonly Slice[]
  /** Number of the slice under way, counted from the epoch. */
  #head: number | undefined

  constructor(options: SliceOptions<Slice>) {
    this.#options = options
    this.#ring = Array.from({ length: options.count }, () => options.make())
  }

  #place(number: number): Slice | undefined {
    const { count } = this.#options
    return this.#ring[((number % count) + count) % count]
  }

  /** Lets the slices go that have passed by now. A clock that steps back, or tells no time at all, changes nothing. */
  advance(now: Instant): void {
    if (!isMoment(now)) return
    const number = Math.floor(now / this.#options.length)
    this.#head ??= number
    if (number <= this.#head) return
    const first = Math.max(this.#head + 1, number - this.#options.count + 1)
    this.#head = number
    for (let one = first; one <= number; one++) {
      const slice = this.#place(one)
      if (slice !== undefined) this.#options.pass(slice)
    }
  }

  /** Tells every slice of the window with the moment at which it begins, oldest first. */
  each(call: (from: Instant, slice: Slice) => void): void {
    if (this.#head === undefined) return
    const { count, length } = this.#options
    for (let number = this.#head - count + 1; number <= this.#head; number++) {
      const slice = this.#place(number)
      if (slice !== undefined) call((number * length) as Instant, slice)
    }
  }

  /** The slice of this moment; undefined if it has passed. A moment ahead of the last advance counts as under way. */
  at(moment: Instant): Slice | undefined {
    if (this.#head === undefined) return undefined
    const number = Math.min(Math.floor(moment / this.#options.length), this.#head)
    return number > this.#head - this.#options.count ? this.#place(number) : undefined
  }
}

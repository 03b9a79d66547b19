/** A clock that jumps from one appointed moment to the next, so that ten minutes pass as fast as their work is done. */
import type { Clock } from '../../src/ports/clock.ts'
import type { Instant } from '../../src/domain/units.ts'

interface Appointment {
  readonly due: number
  /** The order of asking, so that what falls due at once is called in that order. */
  readonly place: number
  call: (() => void) | undefined
}

/** Where every run begins, in milliseconds since the epoch. */
export const start = Date.UTC(2026, 0, 5, 12)

const isBefore = (one: Appointment, other: Appointment): boolean =>
  one.due < other.due || (one.due === other.due && one.place < other.place)

/** The soonest first: a binary heap. */
class Agenda {
  readonly #heap: Appointment[] = []

  add(one: Appointment): void {
    const heap = this.#heap
    let at = heap.push(one) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || !isBefore(one, parent)) break
      heap[at] = parent
      at = up
    }
    heap[at] = one
  }

  take(): Appointment | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) this.#sink(last)
    return first
  }

  #sink(one: Appointment): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      const [a, b] = [heap[left], heap[right]]
      if (a === undefined) break
      const isRight = b !== undefined && isBefore(b, a)
      const child = isRight ? b : a
      if (!isBefore(child, one)) break
      heap[at] = child
      at = isRight ? right : left
    }
    heap[at] = one
  }
}

/** Everything that is ready to run has run after this: promises, one after another. */
const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Time of a simulation. Nothing waits: `run` calls what is appointed, in order of time. */
export class VirtualClock implements Clock {
  readonly #agenda = new Agenda()
  #now = start
  #asked = 0

  now(): Instant {
    return this.#now as Instant
  }

  /** Milliseconds since the beginning of the run. */
  elapsed(): number {
    return this.#now - start
  }

  after(duration: number, call: () => void): () => void {
    const one: Appointment = { due: this.#now + Math.max(0, duration), place: this.#asked++, call }
    this.#agenda.add(one)
    return () => (one.call = undefined)
  }

  /** Calls what is appointed until nothing is left, or until `until` milliseconds from the beginning have passed. */
  async run(until: number, isPromising: boolean): Promise<void> {
    if (isPromising) await settled()
    for (let next = this.#agenda.take(); next !== undefined; next = this.#agenda.take()) {
      const { call, due } = next
      if (call === undefined) continue
      if (due - start > until) return
      this.#now = Math.max(this.#now, due)
      next.call = undefined
      call()
      if (isPromising) await settled()
    }
  }
}

/** How many attempts of late were good, and how many failed of what kind. */
import { consequences } from '../domain/failure.ts'
import type { FailureKind } from '../domain/failure.ts'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { Slices } from './slices.ts'

const kinds = Object.keys(consequences) as readonly FailureKind[]
const places = new Map(kinds.map((kind, place) => [kind, place + 1]))
const isBlamed = [false, ...kinds.map(kind => consequences[kind].blames === 'deployment')]

const slicesInWindow = 12

/** What the window holds. */
export interface Tally {
  /** Attempts that say something about the deployment: the good ones and those it is to blame for. */
  readonly calls: number
  readonly blamed: number
}

export class OutcomeWindow {
  readonly #slices: Slices<Uint32Array>
  readonly #sum = new Uint32Array(kinds.length + 1)
  #calls = 0
  #blamed = 0

  constructor(window: Millis) {
    this.#slices = new Slices({
      count: slicesInWindow,
      length: millis(window / slicesInWindow),
      make: () => new Uint32Array(kinds.length + 1),
      pass: slice => this.#forget(slice),
    })
  }

  #forget(slice: Uint32Array): void {
    for (const [place, count] of slice.entries()) this.#count(place, -count)
    slice.fill(0)
  }

  #count(place: number, change: number): void {
    if (change === 0) return
    this.#sum[place] = (this.#sum[place] ?? 0) + change
    if (place === 0 || isBlamed[place] === true) this.#calls += change
    if (isBlamed[place] === true) this.#blamed += change
  }

  /** Without a kind, a good one. */
  add(kind: FailureKind | undefined, at: Instant): void {
    this.#slices.advance(at)
    const place = kind === undefined ? 0 : places.get(kind)
    const slice = this.#slices.at(at)
    if (place === undefined || slice === undefined) return
    slice[place] = (slice[place] ?? 0) + 1
    this.#count(place, 1)
  }

  tally(now: Instant): Tally {
    this.#slices.advance(now)
    return { calls: this.#calls, blamed: this.#blamed }
  }

  good(now: Instant): number {
    this.#slices.advance(now)
    return this.#sum[0] ?? 0
  }

  /** Failures by kind, without those that did not occur. */
  failures(now: Instant): Readonly<Partial<Record<FailureKind, number>>> {
    this.#slices.advance(now)
    return Object.fromEntries(
      kinds.flatMap((kind, place) => {
        const count = this.#sum[place + 1] ?? 0
        return count > 0 ? [[kind, count]] : []
      }),
    )
  }
}

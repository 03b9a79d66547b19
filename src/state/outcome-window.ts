/** How many attempts of late were good, and how many failed of what kind. */
import { consequences } from '../domain/failure.ts'
import type { FailureKind } from '../domain/failure.ts'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { countIn, listIn, memberIn, membersIn, momentIn } from './saved.ts'
import type { Restoring } from './saved.ts'
import { Slices } from './slices.ts'

const kinds = Object.keys(consequences) as readonly FailureKind[]
const places = new Map(kinds.map((kind, place) => [kind, place + 1]))
const isBlamed = [false, ...kinds.map(kind => consequences[kind].blames === 'deployment')]

const isKind = (name: string): name is FailureKind => Object.hasOwn(consequences, name)
/** How attempts without a failure are called where they are saved. */
const good = 'good'
/** A slice never holds more of one kind; damage must not spoil the sums. */
const mostRestored = 1e6

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

  /** Counts by kind for each slice that holds any, with when it began; `good` are those without a failure. */
  save(now: Instant): readonly unknown[] {
    this.#slices.advance(now)
    const saved: unknown[] = []
    this.#slices.each((at, slice) => {
      const counts = [...slice].flatMap((count, place) =>
        count > 0 ? [[place === 0 ? good : kinds[place - 1], count]] : [],
      )
      if (counts.length > 0) saved.push({ at, counts: Object.fromEntries(counts) })
    })
    return saved
  }

  /** Adds what was saved, as far as it has not passed; kinds that are no more are left out. */
  restore(saved: unknown, restoring: Restoring): void {
    this.#slices.advance(restoring.now)
    for (const one of listIn(saved)) {
      const at = momentIn(one, 'at', restoring)
      const slice = at === undefined ? undefined : this.#slices.at(at)
      if (slice !== undefined) this.#restoreSlice(slice, memberIn(one, 'counts'))
    }
  }

  #restoreSlice(slice: Uint32Array, counts: unknown): void {
    for (const [name] of membersIn(counts)) {
      const place = name === good ? 0 : isKind(name) ? places.get(name) : undefined
      const count = countIn(counts, name)
      if (place === undefined || count === undefined || count > mostRestored) continue
      slice[place] = (slice[place] ?? 0) + count
      this.#count(place, count)
    }
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

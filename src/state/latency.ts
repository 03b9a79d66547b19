/** Quantiles over sliding windows: how long things took of late. */
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { isMoment } from './moment.ts'
import { Pile } from './pile.ts'
import { bucketCount, bucketOf, Sketch } from './sketch.ts'

/** The usual figures of a window, in the unit of what was added. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly samples: number
}

/** A slice never holds more of one size; damage must not spoil the sums. */
const mostRestored = 1e6

const isWithin = (value: number | undefined, least: number, most: number): value is number =>
  value !== undefined && Number.isInteger(value) && value >= least && value <= most

/** What one length of window holds, kept up to date while somebody asks for it. */
interface View {
  readonly sum: Sketch
  /** Slices that it looks back over, the one under way included. */
  readonly slices: number
  /** The slice that was under way when it was last asked for. */
  askedIn: number
  /** Until something comes or goes: decisions are made more often than slices pass. */
  figures: Quantiles | undefined
}

const slicesInWindow = 12

/** When values came, and how many in which bucket: `[milliseconds, bucket, count, bucket, count, …]`, oldest first. */
export type SavedQuantiles = readonly (readonly number[])[]

/** The sum of some piles, taken out again as a list: faster than a map, and all that it costs is two kilobytes for a moment. */
class Tally {
  readonly #counts = new Uint32Array(bucketCount)
  #low = bucketCount
  #high = -1

  add(pile: Pile): void {
    pile.each((bucket, count) => {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
      if (bucket < this.#low) this.#low = bucket
      if (bucket > this.#high) this.#high = bucket
    })
  }

  /** What it holds, as of this moment; it is empty then. */
  take(at: number): number[] {
    const taken = [at]
    for (let bucket = this.#low; bucket <= this.#high; bucket++) {
      const count = this.#counts[bucket] ?? 0
      if (count > 0) taken.push(bucket, count)
      this.#counts[bucket] = 0
    }
    this.#low = bucketCount
    this.#high = -1
    return taken
  }
}

/**
 * Remembers what was added within `longest` and reads any shorter window of it, in whole slices; the last slice of a
 * window may be cut short. A window that is read costs an addition for each value, one that is not read nothing.
 */
export class QuantileWindow {
  readonly #length: Millis
  readonly #count: number
  readonly #ring: (Pile | undefined)[]
  #views: readonly View[] = []
  /** Number of the slice under way, counted from the epoch. */
  #head: number | undefined

  constructor(longest: Millis, slices = slicesInWindow) {
    this.#length = millis(longest / slices)
    this.#count = slices
    this.#ring = Array.from({ length: slices })
  }

  #place(number: number): number {
    return ((number % this.#count) + this.#count) % this.#count
  }

  #pile(number: number): Pile | undefined {
    return this.#ring[this.#place(number)]
  }

  /** Lets the slices go that have passed by now. A clock that steps back, or tells no time at all, changes nothing. */
  #advance(now: Instant): number {
    if (!isMoment(now)) return this.#head ?? 0
    const number = Math.floor(now / this.#length)
    const head = (this.#head ??= number)
    if (number <= head) return head
    this.#views = this.#views.filter(view => number - view.askedIn < this.#count)
    for (const view of this.#views) {
      const first = head - view.slices + 1
      for (let one = first; one <= Math.min(head, number - view.slices); one++) this.#apply(view, one, -1)
    }
    for (let one = Math.max(head + 1, number - this.#count + 1); one <= number; one++) this.#pile(one)?.clear()
    return (this.#head = number)
  }

  #apply(view: View, number: number, sign: 1 | -1): void {
    const pile = this.#pile(number)
    if (pile === undefined || pile.total === 0) return
    pile.each((bucket, count) => view.sum.change(bucket, sign * count))
    view.figures = undefined
  }

  #view(now: Instant, window: Millis | undefined): View {
    const head = this.#advance(now)
    const wanted = window === undefined ? this.#count : Math.round(window / this.#length)
    const slices = Math.min(this.#count, Math.max(1, wanted))
    let view = this.#views.find(one => one.slices === slices)
    if (view === undefined) {
      view = { sum: new Sketch(), slices, askedIn: head, figures: undefined }
      for (let one = head - slices + 1; one <= head; one++) this.#apply(view, one, 1)
      this.#views = [...this.#views, view]
    }
    view.askedIn = head
    return view
  }

  #put(bucket: number, count: number, number: number): void {
    const place = this.#place(number)
    const pile = (this.#ring[place] ??= new Pile())
    pile.add(bucket, count)
    for (const view of this.#views) {
      if (number <= (this.#head ?? number) - view.slices) continue
      view.sum.change(bucket, count)
      view.figures = undefined
    }
  }

  /** The slice of this moment; undefined if it has passed. A moment ahead of the slice under way counts as in it. */
  #numberOf(moment: number): number | undefined {
    if (this.#head === undefined) return undefined
    const number = Math.min(Math.floor(moment / this.#length), this.#head)
    return number > this.#head - this.#count ? number : undefined
  }

  /** Values that are negative or no number are not counted. */
  add(value: number, at: Instant): void {
    if (!(value >= 0)) return
    this.#advance(at)
    const number = this.#numberOf(at)
    if (number !== undefined) this.#put(bucketOf(value), 1, number)
  }

  samples(now: Instant, window?: Millis): number {
    return this.#view(now, window).sum.total
  }

  /** Undefined if the window is empty. */
  p95(now: Instant, window?: Millis): number | undefined {
    return this.figures(now, window)?.p95
  }

  quantile(share: number, now: Instant, window?: Millis): number | undefined {
    return this.#view(now, window).sum.quantile(share)
  }

  /** Undefined if the window is empty. */
  figures(now: Instant, window?: Millis): Quantiles | undefined {
    const view = this.#view(now, window)
    if (view.figures !== undefined) return view.figures
    const { sum } = view
    const p95 = sum.quantile(0.95)
    if (p95 === undefined) return undefined
    view.figures = { p50: sum.quantile(0.5) ?? p95, p95, p99: sum.quantile(0.99) ?? p95, samples: sum.total }
    return view.figures
  }

  /** All that it holds. The newest `exact` slices each by itself, older ones in steps of `step`, as of the newest of each step. */
  save(now: Instant, exact = this.#count, step = 1): SavedQuantiles {
    const head = this.#advance(now)
    const saved: number[][] = []
    const counts = new Tally()
    const groupOf = (number: number): number => (number > head - exact ? number : Math.floor(number / step))
    let newest = Number.NaN
    for (let number = head - this.#count + 1; number <= head; number++) {
      const pile = this.#pile(number)
      if (pile === undefined || pile.total === 0) continue
      if (!Number.isNaN(newest) && groupOf(newest) !== groupOf(number)) saved.push(counts.take(newest * this.#length))
      counts.add(pile)
      newest = number
    }
    if (!Number.isNaN(newest)) saved.push(counts.take(newest * this.#length))
    return saved
  }

  /** Adds what was saved of another, as far as it has not passed by now. */
  restore(saved: SavedQuantiles, now: Instant): void {
    this.#advance(now)
    for (const [at = Number.NaN, ...pairs] of saved) {
      const number = this.#numberOf(at)
      if (number === undefined || Number.isNaN(number)) continue
      for (let place = 0; place + 1 < pairs.length; place += 2) {
        const [bucket, count] = pairs.slice(place, place + 2)
        if (isWithin(bucket, 0, bucketCount - 1) && isWithin(count, 1, mostRestored)) this.#put(bucket, count, number)
      }
    }
  }
}

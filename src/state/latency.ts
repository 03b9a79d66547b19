/** Quantiles over a sliding window: how long things took of late. */
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { Sketch } from './sketch.ts'
import { Slices } from './slices.ts'

/** The usual figures of a window, in the unit of what was added. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly samples: number
}

const slicesInWindow = 12

/** Remembers what was added within the window; the last slice of it may be cut short by a twelfth. */
export class QuantileWindow {
  readonly #slices: Slices<Sketch>
  readonly #sum = new Sketch()
  /** The last p95, until something comes or goes: decisions are made more often than slices pass. */
  #p95: number | undefined

  constructor(window: Millis) {
    this.#slices = new Slices({
      count: slicesInWindow,
      length: millis(window / slicesInWindow),
      make: () => new Sketch(),
      pass: slice => {
        if (slice.total === 0) return
        this.#sum.subtract(slice)
        slice.clear()
        this.#p95 = undefined
      },
    })
  }

  /** Values that are negative or no number are not counted. */
  add(value: number, at: Instant): void {
    if (!(value >= 0)) return
    this.#slices.advance(at)
    const slice = this.#slices.at(at)
    if (slice === undefined) return
    slice.add(value)
    this.#sum.add(value)
    this.#p95 = undefined
  }

  samples(now: Instant): number {
    this.#slices.advance(now)
    return this.#sum.total
  }

  /** Undefined if the window is empty. */
  p95(now: Instant): number | undefined {
    this.#slices.advance(now)
    return (this.#p95 ??= this.#sum.quantile(0.95))
  }

  quantile(share: number, now: Instant): number | undefined {
    this.#slices.advance(now)
    return this.#sum.quantile(share)
  }

  /** Undefined if the window is empty. */
  figures(now: Instant): Quantiles | undefined {
    const p95 = this.p95(now)
    if (p95 === undefined) return undefined
    return {
      p50: this.#sum.quantile(0.5) ?? p95,
      p95,
      p99: this.#sum.quantile(0.99) ?? p95,
      samples: this.#sum.total,
    }
  }
}

/** What a pool's requests ask for beyond one attempt each, and what of that is allowed: retries, races and hedges. */
import type { Attempt } from '../domain/outcome.ts'
import type { ExtraCap } from '../domain/policy.ts'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { Slices } from './slices.ts'

export interface RetrySettings {
  /** Retries are allowed up to this share of the requests of the window, ... */
  readonly share: number
  /** ... and up to so many a second where that is more: of few requests a share is nothing. */
  readonly perSecond: number
  readonly window: Millis
}

/**
 * Both at once would let a pool of twenty requests a second ask a dead provider 1.35 times for each of them; the greater
 * of the two keeps it at 1.2 from 15 requests a second on, and below that what is added is 3 a second at most.
 */
export const retrySettings: RetrySettings = { share: 0.2, perSecond: 3, window: millis(10_000) }

interface Counts {
  requests: number
  retries: number
  /** Requests that were asked of several at once. */
  extras: number
  /** Millionths of a dollar for answers that somebody got, and for those of races and hedges that nobody did. */
  served: number
  lost: number
}
type Measure = keyof Counts
const measures: readonly Measure[] = ['requests', 'retries', 'extras', 'served', 'lost']

const nothing = (): Counts => ({ requests: 0, retries: 0, extras: 0, served: 0, lost: 0 })

/** Sums of all counts over a window of time slices. */
class Sums {
  readonly #sum = nothing()
  readonly #slices: Slices<Counts>

  constructor(window: Millis, count: number) {
    this.#slices = new Slices<Counts>({
      count,
      length: millis(window / count),
      make: nothing,
      pass: slice => {
        for (const measure of measures) {
          this.#sum[measure] -= slice[measure]
          slice[measure] = 0
        }
      },
    })
  }

  add(measure: Measure, amount: number, at: Instant): void {
    this.#slices.advance(at)
    const slice = this.#slices.at(at)
    if (slice === undefined) return
    slice[measure] += amount
    this.#sum[measure] += amount
  }

  at(now: Instant): Readonly<Counts> {
    this.#slices.advance(now)
    return this.#sum
  }
}

const minute = millis(60_000)
const tenMinutes = millis(600_000)

/** What was paid for one request. */
export interface Paid {
  readonly attempts: readonly Attempt[]
  /** Index of the attempt that somebody got. */
  readonly served: number | undefined
}

/** One pool. */
export class PoolTraffic {
  readonly #settings: RetrySettings
  readonly #brief: Sums
  readonly #minute = new Sums(minute, 12)
  readonly #long = new Sums(tenMinutes, 20)

  constructor(settings: RetrySettings) {
    this.#settings = settings
    this.#brief = new Sums(settings.window, 10)
  }

  request(at: Instant): void {
    this.#brief.add('requests', 1, at)
    this.#minute.add('requests', 1, at)
  }

  retry(at: Instant): void {
    this.#brief.add('retries', 1, at)
  }

  /** A request is asked of a second candidate beside the first. */
  extra(at: Instant): void {
    this.#minute.add('extras', 1, at)
  }

  /** A request is over; `isExtra`: several were asked at once. */
  paid({ attempts, served }: Paid, isExtra: boolean, at: Instant): void {
    for (const { index, cost, kind } of attempts) {
      if (cost === undefined || !(cost.amount > 0) || kind === 'shadow') continue
      if (index === served) this.#long.add('served', cost.amount, at)
      else if (isExtra) this.#long.add('lost', cost.amount, at)
    }
  }

  retryAllowed(now: Instant): boolean {
    const { share, perSecond, window } = this.#settings
    const { requests, retries } = this.#brief.at(now)
    return retries + 1 <= Math.max(requests * share, (perSecond * window) / 1_000)
  }

  /** The request that asks is one of the pool's already. */
  extraAllowed({ share, spend }: ExtraCap, now: Instant): boolean {
    const { requests, extras } = this.#minute.at(now)
    if (share !== undefined && extras + 1 > requests * share) return false
    const { served, lost } = this.#long.at(now)
    return spend === undefined || lost <= served * spend
  }
}

/** Configurations come and go, and their pools with them: so many at most, the one that has been there for longest goes. */
const mostPools = 1_024

/** All pools; requests without a pool count as of one pool together. */
export class PoolTraffics {
  readonly #settings: RetrySettings
  readonly #pools = new Map<string, PoolTraffic>()

  constructor(settings: RetrySettings) {
    this.#settings = settings
  }

  get size(): number {
    return this.#pools.size
  }

  find(pool: string | undefined): PoolTraffic | undefined {
    return this.#pools.get(pool ?? '')
  }

  of(pool: string | undefined): PoolTraffic {
    const name = pool ?? ''
    let traffic = this.#pools.get(name)
    if (traffic !== undefined) return traffic
    this.#pools.set(name, (traffic = new PoolTraffic(this.#settings)))
    const [oldest] = this.#pools.keys()
    if (this.#pools.size > mostPools && oldest !== undefined) this.#pools.delete(oldest)
    return traffic
  }
}

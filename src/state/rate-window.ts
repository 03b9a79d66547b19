/** Requests and tokens of the last minute, and what a provider told of its limits: together, what is left. */
import type { RateReport } from '../domain/gateway-event.ts'
import { millis, unit } from '../domain/units.ts'
import type { Instant, Unit } from '../domain/units.ts'
import { memberIn, momentIn, numberIn, pastIn, timedIn } from './saved.ts'
import type { Restoring } from './saved.ts'
import { Slices } from './slices.ts'

const second = millis(1_000)
const minute = 60_000

/** More than any request takes; what is larger, or no number, must not spoil the sums for good. */
const mostTokens = 1e9

/** A count from outside as one that can be added up and taken back. */
export const countable = (tokens: number): number => (tokens > 0 ? Math.min(tokens, mostTokens) : 0)

const isCount = (value: number): boolean => value >= 0 && value <= mostTokens

interface Spent {
  requests: number
  tokens: number
}

/** Sums over a sliding minute in slices of a second, the second that ends it counted whole: never too little. */
export class RateWindow {
  readonly #slices: Slices<Spent>
  readonly #sum: Spent = { requests: 0, tokens: 0 }
  #last: Instant | undefined

  constructor() {
    this.#slices = new Slices<Spent>({
      count: minute / second + 1,
      length: second,
      make: () => ({ requests: 0, tokens: 0 }),
      pass: slice => {
        this.#sum.requests -= slice.requests
        this.#sum.tokens -= slice.tokens
        slice.requests = 0
        slice.tokens = 0
      },
    })
  }

  /** A request starts and is expected to take so many tokens. */
  start(tokens: number, at: Instant): void {
    this.#slices.advance(at)
    const slice = this.#slices.at(at)
    if (slice === undefined) return
    slice.requests++
    slice.tokens += tokens
    this.#sum.requests++
    this.#sum.tokens += tokens
    this.#last = at
  }

  /** It took so many tokens more, or fewer, than was expected; counted where it started, if that is still in the window. */
  correct(tokens: number, startedAt: Instant, now: Instant): void {
    this.#slices.advance(now)
    const slice = this.#slices.at(startedAt)
    if (slice === undefined) return
    slice.tokens += tokens
    this.#sum.tokens += tokens
  }

  spent(now: Instant): Readonly<Spent> {
    this.#slices.advance(now)
    return this.#sum
  }

  /** `[when, requests, tokens]` for each second that has any, and when the last request started. */
  save(now: Instant): unknown {
    this.#slices.advance(now)
    const seconds: number[][] = []
    this.#slices.each((at, { requests, tokens }) => {
      if (requests > 0 || tokens > 0) seconds.push([at, requests, tokens])
    })
    return { seconds, last: this.#last }
  }

  restore(saved: unknown, restoring: Restoring): void {
    this.#slices.advance(restoring.now)
    this.#last = pastIn(saved, 'last', restoring)
    for (const [at = Number.NaN, requests = 0, tokens = 0] of timedIn(memberIn(saved, 'seconds'), restoring)) {
      const slice = this.#slices.at(at as Instant)
      if (slice === undefined || !isCount(requests) || !isCount(tokens)) continue
      slice.requests += requests
      slice.tokens += tokens
      this.#sum.requests += requests
      this.#sum.tokens += tokens
    }
  }

  /** When all of it has left the window. */
  wholeAt(): Instant | undefined {
    return this.#last === undefined ? undefined : ((this.#last + minute) as Instant)
  }
}

/** What is left of one limit, and when it is whole again. */
export interface Left {
  readonly share: Unit
  readonly resetAt?: Instant
}

interface ToldLimit {
  readonly limit: number | undefined
  readonly resetAt: Instant
  /** Goes down as we use it; the provider's next word corrects it. */
  left: number
}

/** Whoever has nothing left is not asked until its reset, so a reset in years would be for good: once a day it may say so again. */
const longestTold = 86_400_000
const resetWithin = (resetAt: number, now: Instant): Instant => Math.min(resetAt, now + longestTold) as Instant

const toldLimit = (measure: RateReport['requests'], at: Instant): ToldLimit | undefined => {
  if (measure?.left === undefined || !Number.isFinite(measure.left)) return undefined
  // Some providers tell what is left but not until when; nearly all count by the minute.
  return { limit: measure.limit, left: measure.left, resetAt: resetWithin(measure.resetAt ?? at + minute, at) }
}

const leftOf = (told: ToldLimit | undefined, now: Instant): Left | undefined => {
  if (told === undefined || now >= told.resetAt) return undefined
  const { limit, left, resetAt } = told
  if (limit === undefined || !(limit > 0)) return { share: unit(left > 0 ? 1 : 0), resetAt }
  return { share: unit(left / limit), resetAt }
}

const savedLimit = (told: ToldLimit | undefined, now: Instant): unknown =>
  told === undefined || now >= told.resetAt ? undefined : told

const limitIn = (saved: unknown, restoring: Restoring): ToldLimit | undefined => {
  const [resetAt, left] = [momentIn(saved, 'resetAt', restoring), numberIn(saved, 'left')]
  if (resetAt === undefined || left === undefined || resetAt <= restoring.now) return undefined
  return { limit: numberIn(saved, 'limit'), left, resetAt: resetWithin(resetAt, restoring.now) }
}

/** What a provider's headers told of the limits of one credential at one deployment. */
export class ToldLimits {
  #requests: ToldLimit | undefined
  #tokens: ToldLimit | undefined

  hear(report: RateReport, at: Instant): void {
    this.#requests = toldLimit(report.requests, at) ?? this.#requests
    this.#tokens = toldLimit(report.tokens, at) ?? this.#tokens
  }

  /** A request has started of which the provider has told nothing yet. */
  spend(tokens: number): void {
    if (this.#requests !== undefined) this.#requests.left -= 1
    if (this.#tokens !== undefined) this.#tokens.left -= tokens
  }

  /** Undefined once the reset has passed: then nothing is known against it. */
  requests(now: Instant): Left | undefined {
    return leftOf(this.#requests, now)
  }

  tokens(now: Instant): Left | undefined {
    return leftOf(this.#tokens, now)
  }

  /** What was told and still holds. */
  save(now: Instant): unknown {
    const [requests, tokens] = [this.#requests, this.#tokens].map(told => savedLimit(told, now))
    return requests === undefined && tokens === undefined ? undefined : { requests, tokens }
  }

  restore(saved: unknown, restoring: Restoring): void {
    this.#requests = limitIn(memberIn(saved, 'requests'), restoring)
    this.#tokens = limitIn(memberIn(saved, 'tokens'), restoring)
  }

  /** Nothing that was told says that a request would be refused. */
  hasRoom(now: Instant): boolean {
    const isLeft = (left: Left | undefined): boolean => left === undefined || left.share > 0
    return isLeft(this.requests(now)) && isLeft(this.tokens(now))
  }
}

/** What our own count leaves of a configured limit; undefined if there is none. */
export const leftOfLimit = (
  limit: number | undefined,
  spent: number,
  resetAt: Instant | undefined,
): Left | undefined => {
  if (limit === undefined || !Number.isFinite(limit)) return undefined
  const share = limit > 0 ? unit((limit - spent) / limit) : unit(0)
  return resetAt === undefined || share === 1 ? { share } : { share, resetAt }
}

/** Of two views of one limit, the one that leaves less. */
export const tighter = (one: Left | undefined, other: Left | undefined): Left | undefined => {
  if (one === undefined || other === undefined) return one ?? other
  return other.share < one.share ? other : one
}

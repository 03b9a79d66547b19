/** What share of attempts fails of late: the older one is, the less it counts. */
import type { SignalTypes } from '../domain/signal.ts'
import { millis, unit } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import { isMoment } from './moment.ts'
import { countIn, numberIn, pastIn } from './saved.ts'
import type { Restoring } from './saved.ts'

/** After so long an attempt counts half. */
export const halfLife: Millis = millis(30_000)

/**
 * Nobody fails who was never asked, and to have failed once is no proof: so many good attempts are taken for granted,
 * which is little beside any traffic, and lets an old failure be forgotten where there is none.
 */
const granted = 1

/** Less is as good as nothing: one attempt after ten minutes. */
const negligible = 1e-6

/** More than half a minute can hold; what is larger would take hours to be forgotten. */
const mostSum = 1e6
const isSum = (value: number): boolean => value >= 0 && value <= mostSum

/** Two decaying sums: kept and read in constant time and room. */
export class ErrorRate {
  #good = 0
  #bad = 0
  /** As of when the sums stand. */
  #at = -Infinity as Instant
  #inRow = 0
  #last: Instant | undefined

  #decay(now: Instant): void {
    if (!isMoment(now) || now <= this.#at) return
    const kept = this.#at === -Infinity ? 0 : 0.5 ** ((now - this.#at) / halfLife)
    this.#good *= kept
    this.#bad *= kept
    this.#at = now
  }

  add(isGood: boolean, at: Instant): void {
    this.#decay(at)
    if (isGood) {
      this.#good += 1
      this.#inRow = 0
      return
    }
    this.#bad += 1
    this.#inRow += 1
    this.#last = at
  }

  /** `samples` is what the attempts of late weigh together. Undefined if nothing of late tells anything. */
  read(now: Instant): SignalTypes['candidate.errors'] | undefined {
    this.#decay(now)
    const samples = this.#good + this.#bad
    if (samples < negligible && this.#inRow === 0) return undefined
    const known = { rate: unit(this.#bad / (samples + granted)), inRow: this.#inRow, samples }
    return this.#last === undefined ? known : { ...known, sinceLast: millis(Math.max(0, now - this.#last)) }
  }

  save(now: Instant): unknown {
    this.#decay(now)
    if (this.#good + this.#bad < negligible && this.#inRow === 0) return undefined
    const last = this.#last === undefined ? {} : { last: this.#last }
    return { at: this.#at, good: this.#good, bad: this.#bad, inRow: this.#inRow, ...last }
  }

  restore(saved: unknown, restoring: Restoring): void {
    const at = pastIn(saved, 'at', restoring)
    const [good, bad] = [numberIn(saved, 'good') ?? -1, numberIn(saved, 'bad') ?? -1]
    if (at === undefined || !isSum(good) || !isSum(bad)) return
    this.#at = at
    this.#good = good
    this.#bad = bad
    this.#inRow = countIn(saved, 'inRow') ?? 0
    this.#last = pastIn(saved, 'last', restoring)
    this.#decay(restoring.now)
  }
}

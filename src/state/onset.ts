/** Slowness that has only begun: what the last few calls took, measured by what is usual, those still under way included. */
import type { Instant } from '../domain/units.ts'

/** So many calls in a row beyond the p95 are no chance: it happens once in 160,000 by itself. */
const enough = 4
/** Of more than these the middle says nothing new. */
const most = 8
/** Slowness of longer ago is in the window by now. */
const longest = 60_000
/** A p95 is off by nearly two in a hundred; what is as near to it is no slower. */
const clearly = 1.05
/** So long it is remembered, unless as many quick calls in a row say that it is over: who flaps would be run after. */
const remembered = 20_000
/** More calls than these are not followed: a deployment with so many under way at once is measured all the time. */
const mostFollowed = 256

/** A call under way, or one that was slow. */
interface Begun {
  readonly startedAt: Instant
  /** The p95 for its shape when it began, in milliseconds. */
  readonly usual: number
}
interface Slow extends Begun {
  /** How many times the usual it took until its first content. */
  readonly times: number
}

/**
 * A p95 over a minute needs three seconds of slow answers at twenty a second before it moves, and many more where
 * answers are rare. Until then a run of calls that took longer than the p95 tells of it, broken by any that did not. What
 * was seen is remembered until as many in a row were quick again, or for twenty seconds.
 */
export class Onset {
  /** In the order of their start. */
  readonly #underWay = new Map<string, Begun>()
  #slow: Slow[] = []
  /** The latest start of a call that was as quick as usual. */
  #quickAt = Number.NEGATIVE_INFINITY
  /** Quick calls since the last slow one. */
  #quick = 0
  /** What was last seen of slowness, and when. */
  #seen: { readonly times: number; readonly at: Instant } | undefined

  /** A call begins; without a p95 to go by it tells nothing. */
  start(call: string, startedAt: Instant, usual: number | undefined): void {
    if (usual === undefined || !(usual > 0) || this.#underWay.size >= mostFollowed) return
    this.#underWay.set(call, { startedAt, usual })
  }

  /** Its first content came, or the whole of it where it comes at once, after so many milliseconds. */
  spoke(call: string, first: number): void {
    const begun = this.#underWay.get(call)
    if (begun === undefined) return
    this.#underWay.delete(call)
    if (first <= begun.usual * clearly) {
      this.#quickAt = Math.max(this.#quickAt, begun.startedAt)
      this.#quick += 1
      if (this.#quick >= enough) this.#seen = undefined
      this.#slow = this.#slow.filter(({ startedAt }) => startedAt > this.#quickAt)
    } else if (begun.startedAt > this.#quickAt) {
      this.#quick = 0
      if (this.#slow.length >= most) this.#slow.shift()
      this.#slow.push({ ...begun, times: first / begun.usual })
    }
  }

  /** It ended for a reason that says nothing of its speed. */
  gone(call: string): void {
    this.#underWay.delete(call)
  }

  /** How many times the usual the last calls took, at least `enough` in a row; undefined while nothing is slow, or was of late. */
  times(now: Instant): number | undefined {
    const times = this.#now(now)
    if (times !== undefined) {
      this.#seen = { times, at: now }
      this.#quick = 0
    }
    return this.#seen !== undefined && now - this.#seen.at <= remembered ? this.#seen.times : undefined
  }

  #now(now: Instant): number | undefined {
    if (this.#slow.length === 0 && this.#underWay.size === 0) return undefined
    const found = this.#slow.filter(({ startedAt }) => now - startedAt <= longest).map(({ times }) => times)
    for (const [call, { startedAt, usual }] of this.#underWay) {
      if (found.length >= most) break
      if (startedAt <= this.#quickAt || now - startedAt > longest) {
        // One that began before a quick one, or hangs, is a case of its own.
        this.#underWay.delete(call)
        continue
      }
      const times = (now - startedAt) / usual
      // Those behind it began later.
      if (times <= clearly) break
      found.push(times)
    }
    if (found.length < enough) return undefined
    return found.sort((one, other) => one - other)[found.length >> 1]
  }
}

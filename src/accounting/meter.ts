/** One meter: what is used and what is held of a limit in its window. */
import type { Balance, Window } from '../domain/limit.ts'
import type { Instant } from '../domain/units.ts'

/** A meter as it is kept. */
export interface KeptMeter {
  readonly used: number
  readonly reserved: number
  /** Of a window that rolls: what was used, by slice, oldest first. */
  readonly slices?: readonly (readonly [slice: number, used: number])[]
  /** How often it was reset; absent: never. */
  readonly resets?: number
}

/** Sums stay exact below it. */
const most = Number.MAX_SAFE_INTEGER

/** A count from outside as one that can be summed: a whole number from 0, no larger than sums can be. */
export const wholeCount = (value: number): number => {
  if (Number.isNaN(value) || value <= 0) return 0
  return Math.min(Math.ceil(value), most)
}

/** Under which name a meter counts in this window: each period that begins anew has a meter of its own. */
export const meterKey = (meter: string, window: Window): string =>
  window.kind === 'calendar' ? `${meter} @${window.start}` : meter

/** Counts; whoever asks tells the time. */
export class Meter {
  #used: number
  #reserved: number
  #resets: number
  readonly #slices: Map<number, number>

  constructor({ used, reserved, slices, resets = 0 }: KeptMeter = { used: 0, reserved: 0 }) {
    this.#resets = resets
    this.#used = used
    this.#reserved = reserved
    this.#slices = new Map(slices)
  }

  /** As it is kept. */
  get kept(): KeptMeter {
    const slices = [...this.#slices].sort(([left], [right]) => left - right)
    return {
      used: this.#used,
      reserved: this.#reserved,
      ...(slices.length > 0 && { slices }),
      ...(this.#resets > 0 && { resets: this.#resets }),
    }
  }

  /** Nothing is used or held: there is no need to keep it. */
  get isEmpty(): boolean {
    return this.#used === 0 && this.#reserved === 0 && this.#resets === 0
  }

  get resets(): number {
    return this.#resets
  }

  balance(window: Window, now: Instant): Balance {
    if (window.kind === 'calendar') return { used: this.#used, reserved: this.#reserved, resetsAt: window.end }
    if (window.kind !== 'rolling') return { used: this.#used, reserved: this.#reserved }
    this.#drop(window, now)
    let oldest = Infinity
    for (const slice of this.#slices.keys()) oldest = Math.min(oldest, slice)
    const length = window.length / window.slices
    const resetsAt = ((oldest === Infinity ? Math.floor(now / length) : oldest) + 1) * length + window.length
    return { used: this.#used, reserved: this.#reserved, resetsAt: resetsAt as Instant }
  }

  hold(amount: number): void {
    this.#reserved = Math.min(most, this.#reserved + amount)
  }

  release(amount: number): void {
    this.#reserved = Math.max(0, this.#reserved - amount)
  }

  /** Adds what was used at this time. */
  use(amount: number, window: Window, at: Instant): void {
    if (amount === 0 || window.kind === 'held') return
    this.#used = Math.min(most, this.#used + amount)
    if (window.kind !== 'rolling') return
    const slice = sliceOf(window, at)
    this.#slices.set(slice, (this.#slices.get(slice) ?? 0) + amount)
  }

  /** Takes back what was counted as used at that time, as far as it still counts. */
  unuse(amount: number, window: Window, at: Instant): void {
    if (window.kind === 'held') return
    if (window.kind !== 'rolling') {
      this.#used = Math.max(0, this.#used - amount)
      return
    }
    const slice = sliceOf(window, at)
    const counted = Math.min(amount, this.#slices.get(slice) ?? 0)
    this.#used -= counted
    const left = (this.#slices.get(slice) ?? 0) - counted
    if (left === 0) this.#slices.delete(slice)
    else this.#slices.set(slice, left)
  }

  /** Nothing counts as used from now on; what is held stays. */
  reset(): void {
    this.#resets += 1
    this.#used = 0
    this.#slices.clear()
  }

  /** A slice counts until all of it is past. */
  #drop(window: Extract<Window, { kind: 'rolling' }>, now: Instant): void {
    const first = sliceOf(window, (now - window.length) as Instant)
    for (const [slice, used] of this.#slices) {
      if (slice >= first) continue
      this.#slices.delete(slice)
      this.#used -= used
    }
  }
}

const sliceOf = ({ length, slices }: Extract<Window, { kind: 'rolling' }>, at: Instant): number =>
  Math.floor(at / (length / slices))

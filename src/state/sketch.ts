/** Quantiles of positive numbers in bounded memory: counts in buckets whose borders grow by a constant factor. */

/** A quantile is off by this share at most; the factor between two borders follows from it. */
export const relativeError = 0.018
const factor = (1 + relativeError) / (1 - relativeError)
const logFactor = Math.log(factor)
/** What is smaller counts as this, what is larger as `largest`: a tenth of a millisecond to nearly three hours. */
const smallest = 0.1
const largest = 1e7
/** No bucket has this number or a higher one. */
export const bucketCount = Math.ceil(Math.log(largest / smallest) / logFactor) + 1
/** The value within a bucket that is no further than `relativeError` from either border, per unit of the upper one. */
const middle = 2 / (1 + factor)

/** The bucket that counts this value. */
export const bucketOf = (value: number): number =>
  value > smallest ? Math.min(bucketCount - 1, Math.ceil(Math.log(value / smallest) / logFactor)) : 0
const valueOf = (bucket: number): number => (bucket === 0 ? smallest : smallest * factor ** bucket * middle)

/** Counts values by size. Two sketches can be added and subtracted, so a window is the sum of its slices. */
export class Sketch {
  /** Made when the first value comes: most windows of most deployments stay empty. */
  #counts: Uint32Array | undefined
  #total = 0
  /** No bucket above this one holds anything. */
  #top = 0

  get total(): number {
    return this.#total
  }

  /** NaN is not counted. */
  add(value: number): void {
    if (!Number.isNaN(value)) this.change(bucketOf(value), 1)
  }

  /** So many more in a bucket; a negative number takes back what was counted before. */
  change(bucket: number, count: number): void {
    this.#counts ??= new Uint32Array(bucketCount)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
    this.#total += count
    if (bucket > this.#top) this.#top = bucket
  }

  /** Adds all that the other counted. */
  merge(other: Sketch): void {
    this.#combine(other, 1)
  }

  /** Takes back what the other counted and this one counted too. */
  subtract(other: Sketch): void {
    this.#combine(other, -1)
  }

  #combine(other: Sketch, sign: 1 | -1): void {
    const theirs = other.#counts
    if (theirs === undefined || other.#total === 0) return
    this.#counts ??= new Uint32Array(bucketCount)
    for (let bucket = 0; bucket <= other.#top; bucket++) {
      const count = theirs[bucket] ?? 0
      if (count > 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + sign * count
    }
    this.#total += sign * other.#total
    if (sign > 0) this.#top = Math.max(this.#top, other.#top)
  }

  clear(): void {
    if (this.#total > 0) this.#counts?.fill(0)
    this.#total = 0
    this.#top = 0
  }

  /** The smallest counted value that at least this share of all does not exceed, give or take `relativeError`; undefined if empty. */
  quantile(share: number): number | undefined {
    const counts = this.#counts
    if (counts === undefined || this.#total === 0) return undefined
    // The small amount keeps 0.95 * 20 at 19 where the product is rounded up.
    const rank = Math.min(this.#total, Math.max(1, Math.ceil(share * this.#total - 1e-9)))
    while (this.#top > 0 && counts[this.#top] === 0) this.#top--
    let above = this.#total - rank
    for (let bucket = this.#top; bucket > 0; bucket--) {
      above -= counts[bucket] ?? 0
      if (above < 0) return valueOf(bucket)
    }
    return valueOf(0)
  }
}

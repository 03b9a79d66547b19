/** The values of one time slice by bucket: a list while they are few, counts once they are many. */
import { bucketCount } from './sketch.ts'

/** Two bytes each: as many as take the room of the counts. */
const mostListed = bucketCount * 2
const leastRoom = 8

export class Pile {
  #listed: Uint16Array | undefined
  #counts: Uint32Array | undefined
  #total = 0

  get total(): number {
    return this.#total
  }

  add(bucket: number, count = 1): void {
    if (this.#counts === undefined && this.#total + count > mostListed) this.#count()
    if (this.#counts !== undefined) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
    else for (let one = 0; one < count; one++) this.#list(this.#total + one, bucket)
    this.#total += count
  }

  #list(place: number, bucket: number): void {
    const listed = (this.#listed ??= new Uint16Array(leastRoom))
    if (place >= listed.length) {
      this.#listed = new Uint16Array(Math.min(mostListed, listed.length * 2))
      this.#listed.set(listed)
    }
    if (this.#listed !== undefined) this.#listed[place] = bucket
  }

  #count(): void {
    const counts = new Uint32Array(bucketCount)
    this.each((bucket, count) => (counts[bucket] = (counts[bucket] ?? 0) + count))
    this.#counts = counts
    this.#listed = undefined
  }

  /** Tells every bucket that holds anything; one that is listed may be told several times. */
  each(call: (bucket: number, count: number) => void): void {
    if (this.#counts === undefined) {
      for (let place = 0; place < this.#total; place++) call(this.#listed?.[place] ?? 0, 1)
      return
    }
    for (const [bucket, count] of this.#counts.entries()) if (count > 0) call(bucket, count)
  }

  /** Room for many is given back: the next slice may hold few. */
  clear(): void {
    this.#total = 0
    this.#counts = undefined
    if (this.#listed !== undefined && this.#listed.length > leastRoom) this.#listed = undefined
  }
}

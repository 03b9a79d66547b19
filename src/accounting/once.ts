/** Tells what was told before from what is new, for the last so many. */

/** Two halves, of which the older is dropped: a Set that is taken from all the time gets slow. */
export class Once {
  readonly #half: number
  #newer = new Set<string>()
  #older: ReadonlySet<string> = new Set()

  constructor(most: number) {
    this.#half = Math.ceil(most / 2)
  }

  /** True the first time that it is told of this one. */
  first(one: string): boolean {
    if (this.#newer.has(one) || this.#older.has(one)) return false
    this.#newer.add(one)
    if (this.#newer.size >= this.#half) {
      this.#older = this.#newer
      this.#newer = new Set()
    }
    return true
  }
}

/** Keeps what came before the first content, or all of an answer that is judged first, so that a failure until then can go on to the next candidate unseen. */
import type { Delivery } from '../domain/delivery.ts'

/**
 * No answer needs more before it says something; past either bound it is passed on as it is. Providers that let a
 * request wait send a comment or a ping every few moments, for minutes: that must not cost it its fallback.
 */
const mostBytes = 64 * 1024
const mostPieces = 4096

/** An answer that is kept whole may be as large as this; a larger one is shown unjudged. */
const mostOfWhole = 4 * 1024 * 1024
/** What an event takes beside its words. */
const perEvent = 64

export interface Held {
  add(delivery: Delivery): void
  /** True once it is to be shown: there is content, or too much without. What is kept whole is shown at its end. */
  readonly isReady: boolean
  readonly all: readonly Delivery[]
}

const weightOf = ({ bytes, size, events }: Delivery): number => bytes?.length ?? size + perEvent * (events?.length ?? 0)

class Holding implements Held {
  readonly #all: Delivery[] = []
  readonly #isWhole: boolean
  #bytes = 0
  #isReady = false

  constructor(isWhole: boolean) {
    this.#isWhole = isWhole
  }

  add(delivery: Delivery): void {
    this.#all.push(delivery)
    this.#bytes += this.#isWhole ? weightOf(delivery) : (delivery.bytes?.length ?? delivery.size)
    this.#isReady ||= this.#isWhole ? this.#bytes > mostOfWhole : this.#isEnough(delivery)
  }

  #isEnough({ content }: Delivery): boolean {
    return content || this.#bytes > mostBytes || this.#all.length > mostPieces
  }

  get isReady(): boolean {
    return this.#isReady
  }

  get all(): readonly Delivery[] {
    return this.#all
  }
}

/** Nothing held yet; until the first content, or the whole of it. */
export const hold = (until: 'content' | 'end' = 'content'): Held => new Holding(until === 'end')

/** Keeps what came before the first content, so that a failure until then can go on to the next candidate unseen. */
import type { Delivery } from '../domain/delivery.ts'

/**
 * No answer needs more before it says something; past either bound it is passed on as it is. Providers that let a
 * request wait send a comment or a ping every few moments, for minutes: that must not cost it its fallback.
 */
const mostBytes = 64 * 1024
const mostPieces = 4096

export interface Held {
  add(delivery: Delivery): void
  /** True once there is content, or too much without. */
  readonly isReady: boolean
  readonly all: readonly Delivery[]
}

class Holding implements Held {
  readonly #all: Delivery[] = []
  #bytes = 0
  #isReady = false

  add(delivery: Delivery): void {
    this.#all.push(delivery)
    this.#bytes += delivery.bytes?.length ?? delivery.size
    this.#isReady ||= delivery.content || this.#bytes > mostBytes || this.#all.length > mostPieces
  }

  get isReady(): boolean {
    return this.#isReady
  }

  get all(): readonly Delivery[] {
    return this.#all
  }
}

/** Nothing held yet. */
export const hold = (): Held => new Holding()

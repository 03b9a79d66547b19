/** Keeps what came before the first content, or all of an answer that is judged first, so that a failure until then can go on to the next candidate unseen. */
import type { Delivery } from '../domain/delivery.ts'

/**
 * No answer needs more before it says something; past either bound it is passed on as it is. Providers that let a
 * request wait send a comment or a ping every few moments, for minutes: that must not cost it its fallback.
 */
const mostBytes = 64 * 1024
const mostPieces = 4096

/** An answer that is judged may be as large as this; a larger one is shown unjudged. */
const mostJudged = 4 * 1024 * 1024
/** Nobody who waits for the whole is given more: without a bound one upstream that never ends could take all memory. */
export const mostOfWhole = 64 * 1024 * 1024
/** What an event takes beside its words. */
const perEvent = 64

/** Until the first content; until its end, to be judged; until its end, since the client takes nothing but the whole. */
export type HeldUntil = 'content' | 'end' | 'whole'

export interface Held {
  add(delivery: Delivery): void
  /** True once it is to be shown: there is content, or too much without, or more than is judged. A whole is shown at its end. */
  readonly isReady: boolean
  /** More than is judged. */
  readonly isLong: boolean
  /** More than anybody is given as a whole. */
  readonly isTooLong: boolean
  readonly all: readonly Delivery[]
}

const weightOf = ({ bytes, size, events }: Delivery): number => bytes?.length ?? size + perEvent * (events?.length ?? 0)

class Holding implements Held {
  readonly #all: Delivery[] = []
  readonly #until: HeldUntil
  #weight = 0
  #hasEnough = false

  constructor(until: HeldUntil) {
    this.#until = until
  }

  add(delivery: Delivery): void {
    this.#all.push(delivery)
    const isBrief = this.#until === 'content'
    this.#weight += isBrief ? (delivery.bytes?.length ?? delivery.size) : weightOf(delivery)
    this.#hasEnough ||= delivery.content || this.#weight > mostBytes || this.#all.length > mostPieces
  }

  get isReady(): boolean {
    return this.#until === 'content' ? this.#hasEnough : this.#until === 'end' && this.isLong
  }

  get isLong(): boolean {
    return this.#weight > mostJudged
  }

  get isTooLong(): boolean {
    return this.#weight > mostOfWhole
  }

  get all(): readonly Delivery[] {
    return this.#all
  }
}

/** Nothing held yet. */
export const hold = (until: HeldUntil = 'content'): Held => new Holding(until)

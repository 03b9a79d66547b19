/** Keeps what came before the first content, so that a failure until then can go on to the next candidate unseen. */
import type { Delivery } from '../domain/delivery.ts'

/** No answer needs more before it says something; past either bound it is passed on as it is. */
const mostBytes = 64 * 1024
const mostPieces = 64

export interface Held {
  add(delivery: Delivery): void
  /** True once there is content, or too much without. */
  readonly isReady: boolean
  readonly all: readonly Delivery[]
}

export const hold = (): Held => {
  const all: Delivery[] = []
  let bytes = 0
  let isReady = false
  return {
    add: delivery => {
      all.push(delivery)
      bytes += delivery.bytes?.length ?? delivery.size
      isReady ||= delivery.content || bytes > mostBytes || all.length > mostPieces
    },
    get isReady() {
      return isReady
    },
    all,
  }
}

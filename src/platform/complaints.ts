/** What goes wrong again and again, told now and then. */
import type { Clock } from '../ports/clock.ts'

/** Takes a complaint and what it is about. */
export type Complain = (message: string) => void

const minute = 60_000

/** Passes on one complaint a minute at most, with how many were kept back since the last. */
export const onceAMinute = (clock: Clock, complain: Complain): Complain => {
  let quietUntil = -Infinity
  let keptBack = 0
  return message => {
    const now = clock.now()
    if (now < quietUntil) {
      keptBack += 1
      return
    }
    quietUntil = now + minute
    complain(keptBack === 0 ? message : `${message} (and ${keptBack} more like it since the last complaint)`)
    keptBack = 0
  }
}

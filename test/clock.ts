/** A clock that tests move by hand: no test waits for time to pass. */
import { millis } from '../src/domain/units.ts'
import type { Instant } from '../src/domain/units.ts'
import type { Clock } from '../src/ports/clock.ts'

export interface TestClock extends Clock {
  /** Moves time on. What falls due is called at its own moment, in order of time, then in order of asking; also what is asked for meanwhile. */
  advance(duration: number): void
  /** As `advance`, and lets promises and sockets get on before each call and at the end. */
  pass(duration: number): Promise<void>
  /** How many calls are still to come. */
  waiting(): number
}

interface Timer {
  readonly due: number
  readonly place: number
  readonly call: () => void
}

/** Lets everything run that is ready to run: promises, and whatever the event loop holds. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(() => setImmediate(resolve)))

/** A clock that stands at `start`, in milliseconds since the epoch, until it is moved. */
export const testClock = (start = Date.UTC(2026, 0, 1)): TestClock => {
  let now = start
  let asked = 0
  const timers = new Set<Timer>()
  const next = (until: number): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers) {
      if (timer.due > until) continue
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.place < first.place)) {
        first = timer
      }
    }
    return first
  }
  const fire = (timer: Timer): void => {
    timers.delete(timer)
    now = Math.max(now, timer.due)
    timer.call()
  }
  return {
    now: () => now as Instant,
    after(duration, call) {
      asked += 1
      const timer = { due: now + Math.max(0, millis(duration)), place: asked, call }
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    advance(duration) {
      const until = now + duration
      for (let timer = next(until); timer !== undefined; timer = next(until)) fire(timer)
      now = until
    },
    async pass(duration) {
      const until = now + duration
      await settle()
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        fire(timer)
        await settle()
      }
      now = until
    },
    waiting: () => timers.size,
  }
}

/** The deadlines of one attempt: first token, whole answer, silence between two pieces. */
import type { Patience } from '../domain/policy.ts'
import { millis } from '../domain/units.ts'
import type { Instant, Millis } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'

export interface Deadlines {
  start(): void
  /** Bytes came. */
  heard(): void
  /** The first content came. */
  content(): void
  /** The client cannot take more for now: silence is not the upstream's. */
  pause(): void
  resume(): void
  stop(): void
}

const seconds = (duration: Millis): string => `${duration / 1000} s`

/** Calls `late` at most once, with what did not come in time. */
export const deadlines = (
  clock: Clock,
  patience: Patience,
  streamed: boolean,
  late: (why: string) => void,
): Deadlines => {
  let heardAt: Instant | undefined
  let isPaused = false
  let cancel: (() => void) | undefined
  const stop = (): void => {
    cancel?.()
    cancel = undefined
  }
  // One timer that looks at the clock when it rings, so that a piece costs no timer.
  const watch = (within: Millis): void => {
    cancel = clock.after(within, () => {
      const silent = clock.now() - (heardAt ?? clock.now())
      if (isPaused) watch(patience.idle)
      else if (silent < patience.idle) watch(millis(patience.idle - silent))
      else late(`sent nothing for ${seconds(patience.idle)} in the middle of its answer`)
    })
  }
  return {
    start: () => {
      const limit = streamed ? patience.firstToken : patience.whole
      if (limit === undefined) return
      const what = streamed ? 'gave no content' : 'did not answer'
      cancel = clock.after(limit, () => late(`${what} within ${seconds(limit)}`))
    },
    heard: () => {
      heardAt = clock.now()
    },
    content: () => {
      if (!streamed) return
      stop()
      heardAt = clock.now()
      watch(patience.idle)
    },
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
      heardAt = clock.now()
    },
    stop,
  }
}

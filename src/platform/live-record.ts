/** Keeps what is known right now in the store, so that a restart does not begin with nothing. */
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { Clock } from '../ports/clock.ts'
import type { Records } from '../ports/store.ts'

/** What can be saved and restored. */
export interface Live {
  /** Grows with all that happens. */
  events(): number
  /** All that is to be saved, made in small steps. */
  saving(now: Instant): Iterator<unknown, unknown>
  restore(saved: unknown, now: Instant): void
}

export interface LiveRecordOptions {
  readonly live: Live
  readonly records: Records
  readonly clock: Clock
  /** Told when it cannot be read or written, once until it can again. */
  readonly alarm: (message: string, error: unknown) => void
}

export interface LiveRecord {
  /** Restores what was written last; from now on it is written anew as long as anything happens. Never rejects. */
  open(): Promise<void>
  /** Writes the last of it. Never rejects. */
  close(): Promise<void>
}

const key = 'live-state'
const every = millis(10_000)
/** Of what is older nothing is of use any more: rests that were told last a day at most. */
const lifetime = millis(86_400_000)

/** Writes beside the requests, one write at a time; what fails is tried again with the next. */
export const liveRecord = ({ live, records, clock, alarm }: LiveRecordOptions): LiveRecord => {
  let written = live.events()
  let isIll = false
  let isClosed = false
  let cancel = (): void => {}
  let writing = Promise.resolve()

  const complain = (message: string, error: unknown): void => {
    if (!isIll) alarm(message, error)
    isIll = true
  }
  /** Between two steps of it requests have their turn, unless the house is closing. */
  const saved = async (): Promise<unknown> => {
    const saving = live.saving(clock.now())
    for (;;) {
      const { done, value } = saving.next()
      if (done === true) return value
      if (!isClosed) await new Promise<void>(resolve => clock.after(millis(0), resolve))
    }
  }
  const write = async (): Promise<void> => {
    const events = live.events()
    if (events === written) return
    try {
      await records.put(key, await saved(), 'any', lifetime)
      written = events
      isIll = false
    } catch (error) {
      complain('what is known of the deployments cannot be written, and a restart would begin without it', error)
    }
  }
  const again = (): void => {
    cancel = clock.after(every, () => {
      writing = write().then(() => {
        if (!isClosed) again()
      })
    })
  }
  return {
    async open() {
      try {
        const saved = await records.get<unknown>(key)
        if (saved !== undefined) live.restore(saved.value, clock.now())
      } catch (error) {
        complain('what was known of the deployments before the restart cannot be read', error)
      }
      again()
    },
    async close() {
      isClosed = true
      cancel()
      await writing
      await write()
    },
  }
}

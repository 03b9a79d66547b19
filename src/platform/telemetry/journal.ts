/** Writes decisions, outcomes and shadows into the journal, in batches, beside the requests. */
import type { DecisionTrace } from '../../domain/decision.ts'
import type {
  AttemptRecord,
  GatewayEvent,
  Settled,
  SettledRecord,
  ShadowRecord,
  ShadowStory,
} from '../../domain/gateway-event.ts'
import type { RequestId } from '../../domain/ids.ts'
import type { Attempt } from '../../domain/outcome.ts'
import { millis } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Journal } from '../../ports/store.ts'
import { batches } from '../batches.ts'
import { onceAMinute } from '../complaints.ts'
import type { Complain } from '../complaints.ts'
import type { Listener } from '../listener.ts'
import { plainFailure } from '../plain-failure.ts'
import { feedbackSpanOf } from '../story.ts'

export interface JournalOptions {
  readonly journal: Journal
  readonly clock: Clock
  /** Told once a minute at most that something could not be written. */
  readonly complain: Complain
  /** How many entries may wait to be written; 10,000 if not told. */
  readonly room?: number
  /** How many entries are written at a time, each topic's in one transaction; 128 if not told, so that none holds the requests up for long. */
  readonly most?: number
  /** How long an entry waits at most before it is written, in milliseconds; 100 if not told. */
  readonly every?: number
}

const topics = ['decisions', 'outcomes', 'shadows'] as const
interface Entry {
  readonly topic: (typeof topics)[number]
  readonly key: string
  readonly entry: DecisionTrace | SettledRecord | ShadowRecord
}

const attemptOf = ({ candidate, failure, ...attempt }: Attempt): AttemptRecord => ({
  ...attempt,
  candidate: candidate.id,
  provider: candidate.provider,
  model: candidate.model,
  ...(failure !== undefined && { failure: plainFailure(failure) }),
})

const recordOf = (request: RequestId, settled: Settled): SettledRecord => {
  const { decision, attempts, failure, caller, ...story } = settled
  // What the key may use is the configuration's to know.
  const { allow: _allow, ...asker } = caller
  return {
    request,
    ...story,
    caller: asker,
    ...(decision !== undefined && { decision: decision.decision.id }),
    ...(failure !== undefined && { failure: plainFailure(failure) }),
    attempts: attempts.map(attemptOf),
  }
}

const shadowOf = (request: RequestId, { decision, attempt, ...story }: ShadowStory): ShadowRecord => ({
  request,
  ...story,
  decision: decision.decision.id,
  attempt: attemptOf(attempt),
})

const entryOf = (event: GatewayEvent): Entry | undefined => {
  switch (event.type) {
    case 'decision-made':
      return { topic: 'decisions', key: event.trace.decision.id, entry: event.trace }
    case 'request-settled':
      return { topic: 'outcomes', key: feedbackSpanOf(event.settled), entry: recordOf(event.request, event.settled) }
    case 'shadow-ended':
      return { topic: 'shadows', key: event.shadow.attempt.spanId, entry: shadowOf(event.request, event.shadow) }
  }
  return undefined
}

/** The waits before a batch is tried again, in milliseconds. Another process may hold the lock; a full disk does not get well by haste. */
const waits = [250, 1000]

/**
 * Listens for decisions, outcomes and shadows: DecisionTrace under `decisions` by decision id, SettledRecord under
 * `outcomes` and ShadowRecord under `shadows` by span id.
 */
export const journalListener = (options: JournalOptions): Listener => {
  const { journal, clock } = options
  const complain = onceAMinute(clock, options.complain)
  const pause = (duration: number): Promise<void> => new Promise(resolve => clock.after(millis(duration), resolve))
  let isClosing = false
  /** Patience for each batch that waits would keep a house from closing for minutes: one is enough to see that nothing gets well. */
  let hasGivenUp = false
  const appended = async (topic: Entry['topic'], entries: readonly Entry[]): Promise<boolean> => {
    for (const wait of [...waits, undefined]) {
      if (hasGivenUp) return false
      try {
        await journal.append(topic, entries)
        return true
      } catch (error) {
        complain(`${entries.length} ${topic} could not be written to the journal: ${String(error)}`)
        if (wait !== undefined) await pause(wait)
      }
    }
    hasGivenUp = isClosing
    return false
  }
  const gathered = batches<Entry>({
    clock,
    room: options.room ?? 10_000,
    most: options.most ?? 128,
    every: options.every ?? 100,
    async pass(batch) {
      let lost = 0
      for (const topic of topics) {
        const entries = batch.filter(one => one.topic === topic)
        if (entries.length > 0 && !(await appended(topic, entries))) lost += entries.length
      }
      return lost
    },
  })
  return {
    hear(event) {
      const entry = entryOf(event)
      if (entry !== undefined) gathered.put(entry)
    },
    flush: () => gathered.flush(),
    close() {
      isClosing = true
      return gathered.close()
    },
    dropped: () => gathered.dropped(),
  }
}

/** The newest decisions, for dry runs: those of this process, and those that the journal still has. */
import type { DecisionTrace } from '../domain/decision.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { Journal } from '../ports/store.ts'

export interface RecentDecisions {
  hear(event: GatewayEvent): void
  /** At most so many, in the order in which they were made. */
  last(count: number): Promise<readonly DecisionTrace[]>
}

interface Ring {
  add(trace: DecisionTrace): void
  newest(count: number): readonly DecisionTrace[]
}

const ringOf = (most: number): Ring => {
  const kept: DecisionTrace[] = []
  let next = 0
  return {
    add: trace => {
      kept[next] = trace
      next = (next + 1) % most
    },
    newest: count => {
      const ordered = kept.length < most ? kept : [...kept.slice(next), ...kept.slice(0, next)]
      return count <= 0 ? [] : ordered.slice(-count)
    },
  }
}

const readAtOnce = 500

/** The journal is read from its oldest entry: it has no other way to its newest. */
const fromJournal = async (journal: Journal, count: number): Promise<readonly DecisionTrace[]> => {
  const ring = ringOf(count)
  let after: string | undefined
  for (;;) {
    const entries = await journal.read<DecisionTrace>('decisions', after, readAtOnce)
    for (const { entry } of entries) ring.add(entry)
    after = entries.at(-1)?.cursor
    if (entries.length < readAtOnce) return ring.newest(count)
  }
}

/** Remembers so many of this process; for more the journal is read. */
export const recentDecisions = (journal: Journal, most = 5000): RecentDecisions => {
  const own = ringOf(most)
  return {
    hear: event => {
      if (event.type === 'decision-made') own.add(event.trace)
    },
    last: async count => {
      const newest = own.newest(count)
      if (newest.length >= count) return newest
      const recorded = await fromJournal(journal, count)
      // What was decided just now may not be written yet; without a journal there is nothing but that.
      return recorded.length >= newest.length ? recorded : newest
    },
  }
}

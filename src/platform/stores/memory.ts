/** A store in this process's memory: for tests, and where nothing needs to outlive the process. */
import type { Instant } from '../../domain/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { jsonTextOf } from '../json-text.ts'
import { memoryUsage } from '../memory-usage.ts'
import type { Counters, Journal, JournalEntry, Records, Store, Versioned } from '../../ports/store.ts'

interface Kept {
  readonly text: string
  readonly version: number
  /** Infinity: never. */
  readonly expiresAt: number
}

interface Count {
  readonly total: number
  readonly expiresAt: number
}

interface Entry {
  readonly ordinal: number
  readonly key: string | undefined
  readonly text: string
}

interface Topic {
  last: number
  readonly entries: Entry[]
  readonly newest: Map<string, { readonly ordinal: number; readonly text: string }>
}

export interface MemoryStoreOptions {
  /** How many entries of each topic of the journal are kept, the newest; 10,000 if not told. */
  readonly keepEntries?: number
}

/** After how many writes what has expired is thrown out. */
const sweepEvery = 1024

/** A map that forgets what has expired, and does not grow by it. */
const expiring = <T extends { readonly expiresAt: number }>(clock: Clock) => {
  const map = new Map<string, T>()
  let writes = 0
  const sweep = (): void => {
    const now = clock.now()
    for (const [key, kept] of map) if (kept.expiresAt <= now) map.delete(key)
  }
  return {
    get(key: string): T | undefined {
      const kept = map.get(key)
      return kept !== undefined && kept.expiresAt > clock.now() ? kept : undefined
    },
    set(key: string, value: T): void {
      map.set(key, value)
      writes += 1
      if (writes % sweepEvery === 0) sweep()
    },
    delete: (key: string): boolean => map.delete(key),
    /** Keys that begin so and have not expired, in order. */
    keys(prefix: string): readonly string[] {
      const now = clock.now()
      const found = [...map].filter(([key, kept]) => key.startsWith(prefix) && kept.expiresAt > now)
      return found.map(([key]) => key).sort((left, right) => (left < right ? -1 : 1))
    },
  }
}

const memoryRecords = (clock: Clock): Records => {
  const kept = expiring<Kept>(clock)
  // One count for all keys, so that a record deleted and made anew never has a version that it had before.
  let versions = 0
  return {
    async get<T>(key: string): Promise<Versioned<T> | undefined> {
      const found = kept.get(key)
      return found && { value: JSON.parse(found.text) as T, version: found.version }
    },
    async put(key, value, expected, ttl) {
      if (expected !== 'any' && (kept.get(key)?.version ?? 0) !== expected) return false
      versions += 1
      kept.set(key, { text: jsonTextOf(value), version: versions, expiresAt: clock.now() + (ttl ?? Infinity) })
      return true
    },
    async delete(key) {
      kept.delete(key)
    },
    async list<T>(prefix: string, { after, limit }: { readonly after?: string; readonly limit: number }) {
      const keys = kept.keys(prefix).filter(key => after === undefined || key > after)
      return keys.slice(0, limit).flatMap(key => {
        const found = kept.get(key)
        return found === undefined ? [] : [{ key, value: JSON.parse(found.text) as T, version: found.version }]
      })
    },
    async putAll(changes) {
      const texts = changes.map(({ value }) => (value === undefined ? undefined : jsonTextOf(value)))
      const isStale = changes.some(
        ({ key, expected }) => expected !== 'any' && (kept.get(key)?.version ?? 0) !== expected,
      )
      if (isStale) return false
      for (const [place, { key }] of changes.entries()) {
        const text = texts[place]
        versions += 1
        if (text === undefined) kept.delete(key)
        else kept.set(key, { text, version: versions, expiresAt: Infinity })
      }
      return true
    },
  }
}

const memoryCounters = (clock: Clock): Counters => {
  const counts = expiring<Count>(clock)
  return {
    async add(key, amount, options = {}) {
      if (!Number.isFinite(amount)) throw new RangeError(`counter ${key}: cannot add ${amount}; give a finite number`)
      const { ceiling = Infinity, ttl = Infinity } = options
      const before = counts.get(key) ?? { total: 0, expiresAt: clock.now() + ttl }
      const total = before.total + amount
      if (amount > 0 && total > ceiling) return { total: before.total, added: false }
      counts.set(key, { total, expiresAt: before.expiresAt })
      return { total, added: true }
    },
  }
}

/** Where in a topic to go on after this cursor. */
const placeAfter = (topic: Topic, cursor: string | undefined): number => {
  if (cursor === undefined) return 0
  if (!/^\d+$/.test(cursor)) throw new RangeError(`"${cursor}" is no cursor of this journal; give one that read() gave`)
  const first = topic.entries[0]?.ordinal ?? 0
  return Math.max(0, Number(cursor) + 1 - first)
}

const memoryJournal = (keep: number): Journal => {
  const topics = new Map<string, Topic>()
  const forgetOldest = (topic: Topic): void => {
    // Half as many again before cutting, so that cutting costs little for each entry.
    if (topic.entries.length < keep * 1.5) return
    for (const gone of topic.entries.splice(0, topic.entries.length - keep)) {
      if (gone.key !== undefined && topic.newest.get(gone.key)?.ordinal === gone.ordinal) topic.newest.delete(gone.key)
    }
  }
  return {
    async append(name, entries) {
      const texts = entries.map(({ key, entry }) => ({ key, text: jsonTextOf(entry) }))
      const topic: Topic = topics.get(name) ?? { last: 0, entries: [], newest: new Map() }
      topics.set(name, topic)
      for (const { key, text } of texts) {
        topic.last += 1
        topic.entries.push({ ordinal: topic.last, key, text })
        if (key !== undefined) topic.newest.set(key, { ordinal: topic.last, text })
      }
      forgetOldest(topic)
    },
    async read<T>(name: string, after: string | undefined, limit: number): Promise<readonly JournalEntry<T>[]> {
      const topic = topics.get(name)
      if (topic === undefined) return []
      const from = placeAfter(topic, after)
      return topic.entries
        .slice(from, from + limit)
        .map(({ ordinal, text }) => ({ cursor: String(ordinal), entry: JSON.parse(text) as T }))
    },
    async find<T>(name: string, key: string): Promise<T | undefined> {
      const found = topics.get(name)?.newest.get(key)
      return found && (JSON.parse(found.text) as T)
    },
  }
}

/** A store that lives and dies with this object. Values are kept as JSON text, as in every other store. */
export const memoryStore = (clock: Clock, options: MemoryStoreOptions = {}): Store => ({
  records: memoryRecords(clock),
  counters: memoryCounters(clock),
  journal: memoryJournal(Math.max(1, options.keepEntries ?? 10_000)),
  usage: memoryUsage(clock),
  health: () => ({ part: 'memory', state: 'ok', since: 0 as Instant }),
  async close() {},
})

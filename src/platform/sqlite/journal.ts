/** The journal in SQLite: each topic numbers its entries, and forgets the oldest. */
import type { Database } from 'better-sqlite3'
import type { Clock } from '../../ports/clock.ts'
import type { Journal, JournalEntry } from '../../ports/store.ts'
import { jsonTextOf } from '../json-text.ts'
import type { Asked } from './failures.ts'

export interface Retention {
  /** How many entries of each topic are kept, the newest. */
  readonly keepEntries: number
  /** How long entries are kept, in milliseconds. */
  readonly keepFor: number
}

interface Row {
  readonly ordinal: number
  readonly entry: string
}

type Text = readonly [key: string | null, text: string]

/** At most so many are forgotten at a time, so that no single write takes long. */
const forgetAtOnce = 2000

const statementsOf = (database: Database) => ({
  number: database.prepare<[string, number], { id: number; last: number }>(
    `INSERT INTO topics (name, last) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET last = last + excluded.last RETURNING id, last`,
  ),
  insert: database.prepare<[number, number, string | null, number, string]>(
    'INSERT INTO journal (topic, ordinal, key, at, entry) VALUES (?, ?, ?, ?, ?)',
  ),
  topic: database.prepare<[string], { id: number }>('SELECT id FROM topics WHERE name = ?'),
  after: database.prepare<[number, number, number], Row>(
    'SELECT ordinal, entry FROM journal WHERE topic = ? AND ordinal > ? ORDER BY ordinal LIMIT ?',
  ),
  newest: database.prepare<[number, string], Row>(
    'SELECT ordinal, entry FROM journal WHERE topic = ? AND key = ? ORDER BY ordinal DESC LIMIT 1',
  ),
  // Only the oldest are looked at, so that this costs the same however large the journal is.
  forget: database.prepare<[number, number, number, number]>(
    `DELETE FROM journal WHERE id IN (
       SELECT id FROM (SELECT id, ordinal, at FROM journal WHERE topic = ? ORDER BY ordinal LIMIT ?)
       WHERE ordinal <= ? OR at <= ?)`,
  ),
})

const ordinalOf = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0
  if (!/^\d+$/.test(cursor)) throw new RangeError(`"${cursor}" is no cursor of this journal; give one that read() gave`)
  return Number(cursor)
}

/** Besides its own bytes, what an entry and its indexes take. */
const besides = 200

export interface JournalParts {
  readonly database: Database
  readonly clock: Clock
  readonly retention: Retention
  readonly asked: Asked
  /** Told how many bytes were written, about. */
  wrote(bytes: number): void
  /** Resolves when more may be written; undefined if it may be now. */
  room(): Promise<void> | undefined
}

export const sqliteJournal = ({ database, clock, retention, asked, wrote, room }: JournalParts): Journal => {
  const statements = statementsOf(database)
  /** By topic, how many were appended since it last forgot. */
  const appended = new Map<number, number>()
  const forgetEvery = Math.max(1, Math.min(1000, Math.floor(retention.keepEntries / 10)))
  const forgetOldest = (topic: number, last: number, added: number): void => {
    const since = (appended.get(topic) ?? forgetEvery) + added
    appended.set(topic, since < forgetEvery ? since : 0)
    if (since < forgetEvery) return
    statements.forget.run(topic, forgetAtOnce, last - retention.keepEntries, clock.now() - retention.keepFor)
  }
  const append = database.transaction((name: string, texts: readonly Text[]): void => {
    const topic = statements.number.get(name, texts.length)
    if (topic === undefined) return
    const now = clock.now()
    let ordinal = topic.last - texts.length
    for (const [key, text] of texts) {
      ordinal += 1
      statements.insert.run(topic.id, ordinal, key, now, text)
    }
    forgetOldest(topic.id, topic.last, texts.length)
  })
  return {
    async append(name, entries) {
      await room()
      return asked(() => {
        // Written before the transaction begins: a value that JSON cannot hold must not hold the lock.
        const texts = entries.map(({ key, entry }): Text => [key ?? null, jsonTextOf(entry)])
        if (texts.length === 0) return
        append.immediate(name, texts)
        wrote(texts.reduce((sum, [, text]) => sum + text.length + besides, 0))
      })
    },
    read: <T>(name: string, after: string | undefined, limit: number) =>
      asked((): readonly JournalEntry<T>[] => {
        const from = ordinalOf(after)
        const topic = statements.topic.get(name)
        if (topic === undefined) return []
        return statements.after
          .all(topic.id, from, limit)
          .map(row => ({ cursor: String(row.ordinal), entry: JSON.parse(row.entry) as T }))
      }),
    find: <T>(name: string, key: string) =>
      asked((): T | undefined => {
        const topic = statements.topic.get(name)
        const row = topic && statements.newest.get(topic.id, key)
        return row && (JSON.parse(row.entry) as T)
      }),
  }
}

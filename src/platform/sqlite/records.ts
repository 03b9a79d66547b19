/** Records in SQLite: a version is the row's number, and grows with every write. */
import type { Database } from 'better-sqlite3'
import type { Clock } from '../../ports/clock.ts'
import type { Records, Versioned } from '../../ports/store.ts'
import { jsonTextOf } from '../json-text.ts'
import type { Asked } from './failures.ts'

interface Row {
  readonly version: number
  readonly value: string
}

export const sqliteRecords = (database: Database, clock: Clock, asked: Asked): Records => {
  const select = database.prepare<[string, number], Row>(
    'SELECT version, value FROM records WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)',
  )
  const replace = database.prepare('INSERT OR REPLACE INTO records (key, value, expires_at) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM records WHERE key = ?')
  const replaceIf = database.transaction(
    (row: readonly [string, string, number | null], expected: number, now: number): boolean => {
      if ((select.get(row[0], now)?.version ?? 0) !== expected) return false
      replace.run(...row)
      return true
    },
  )
  return {
    get: <T>(key: string) =>
      asked((): Versioned<T> | undefined => {
        const row = select.get(key, clock.now())
        return row && { value: JSON.parse(row.value) as T, version: row.version }
      }),
    put: (key, value, expected, ttl) =>
      asked(() => {
        const now = clock.now()
        const row = [key, jsonTextOf(value), ttl === undefined ? null : now + ttl] as const
        if (expected !== 'any') return replaceIf.immediate(row, expected, now)
        replace.run(...row)
        return true
      }),
    delete: key => asked(() => void remove.run(key)),
  }
}

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
  const selectFrom = database.prepare<[string, string, string, number, number], Row & { readonly key: string }>(
    `SELECT key, version, value FROM records WHERE key >= ? AND key > ? AND key < ?
     AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ?`,
  )
  const replaceAll = database.transaction((changes: Parameters<Records['putAll']>[0], now: number): boolean => {
    const isStale = changes.some(
      ({ key, expected }) => expected !== 'any' && (select.get(key, now)?.version ?? 0) !== expected,
    )
    if (isStale) return false
    for (const { key, value } of changes) {
      if (value === undefined) remove.run(key)
      else replace.run(key, jsonTextOf(value), null)
    }
    return true
  })
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
    list: <T>(prefix: string, { after, limit }: { readonly after?: string; readonly limit: number }) =>
      asked(() => {
        const from = after === undefined || after < prefix ? prefix : after
        const rows = selectFrom.all(from, after ?? '', `${prefix}\u{10ffff}`, clock.now(), limit)
        return rows.map(({ key, value, version }) => ({ key, value: JSON.parse(value) as T, version }))
      }),
    putAll: changes => asked(() => replaceAll.immediate(changes, clock.now())),
  }
}

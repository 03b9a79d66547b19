/** Counters in SQLite: read, compared and written in one transaction, so that a ceiling holds for all processes. */
import type { Database } from 'better-sqlite3'
import type { Clock } from '../../ports/clock.ts'
import type { Counters } from '../../ports/store.ts'
import type { Asked } from './failures.ts'

interface Row {
  readonly total: number
  readonly expires_at: number | null
}

export const sqliteCounters = (database: Database, clock: Clock, asked: Asked): Counters => {
  const select = database.prepare<[string, number], Row>(
    'SELECT total, expires_at FROM counters WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)',
  )
  const write = database.prepare('INSERT OR REPLACE INTO counters (key, total, expires_at) VALUES (?, ?, ?)')
  const add = database.transaction((key: string, amount: number, options: { ceiling?: number; ttl?: number }) => {
    const now = clock.now()
    const fresh: Row = { total: 0, expires_at: options.ttl === undefined ? null : now + options.ttl }
    const before = select.get(key, now) ?? fresh
    const total = before.total + amount
    if (amount > 0 && total > (options.ceiling ?? Infinity)) return { total: before.total, added: false }
    write.run(key, total, before.expires_at)
    return { total, added: true }
  })
  return {
    add: (key, amount, options = {}) =>
      asked(() => {
        if (!Number.isFinite(amount)) throw new RangeError(`counter ${key}: cannot add ${amount}; give a finite number`)
        return add.immediate(key, amount, options)
      }),
  }
}

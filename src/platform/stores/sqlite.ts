/** A store in one SQLite file, which several processes may share. */
import { statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import type { Clock } from '../../ports/clock.ts'
import type { Store } from '../../ports/store.ts'
import { checkpointer } from '../sqlite/checkpointer.ts'
import { sqliteCounters } from '../sqlite/counters.ts'
import { openDatabase } from '../sqlite/database.ts'
import type { OpenOptions } from '../sqlite/database.ts'
import { askedOf } from '../sqlite/failures.ts'
import { sqliteJournal } from '../sqlite/journal.ts'
import type { Retention } from '../sqlite/journal.ts'
import { sqliteRecords } from '../sqlite/records.ts'
import { sqliteUsage } from '../sqlite/usage.ts'

export interface SqliteStoreOptions extends OpenOptions, Partial<Retention> {
  /** Bytes, about, that the log beside the file may have before writers wait until it was moved; 64 MiB if not told. */
  readonly longestLog?: number
}

/** About what a record or a counter takes in the log: a page or two. */
const smallWrite = 6000

/** After how many writes what has expired is thrown out. */
const sweepEvery = 1000

/** How often it is looked whether the file is still there, in milliseconds. */
const lookEvery = 5_000

/** Throws where the file is no longer what stands at its path: what is written to it would be lost with the process, unheard. */
const inPlace = (path: string, clock: Clock) => {
  const inodeOf = () => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
  const opened = inodeOf()
  let next = clock.now() + lookEvery
  return (): void => {
    if (clock.now() < next) return
    if (inodeOf() !== opened) {
      throw new Error(`the store ${path} is gone from its place: put the file back, or start anew with another`)
    }
    next = clock.now() + lookEvery
  }
}

/** Throws out what has expired, now and then, after a write that went well. */
const sweeping = (database: Database, clock: Clock) => {
  const sweeps = ['records', 'counters'].map(table =>
    database.prepare<[number]>(`DELETE FROM ${table} WHERE expires_at <= ?`),
  )
  let writes = 0
  return <T>(written: T): T => {
    writes += 1
    if (writes % sweepEvery !== 1) return written
    try {
      for (const sweep of sweeps) sweep.run(clock.now())
    } catch {
      // The write is done and must not count as failed. What has expired is never read, and the next sweep takes it too.
    }
    return written
  }
}

/** Opens or makes the store in the file at `path`, or in memory for `:memory:`. Rejects with the path and what to do. */
export const sqliteStore = async (path: string, clock: Clock, options: SqliteStoreOptions = {}): Promise<Store> => {
  const database = await openDatabase(path, options)
  const asked = askedOf(path)
  const opened = clock.now()
  // A log in memory needs no moving. Without threads, SQLite moves it now and then within a write.
  const giveUp = (): void => void database.pragma('wal_autocheckpoint = 1000')
  const longest = options.longestLog === undefined ? {} : { longest: options.longestLog }
  const log = path === ':memory:' ? undefined : checkpointer(path, giveUp, longest)
  if (log !== undefined) database.pragma('wal_autocheckpoint = 0')
  const wrote = (bytes: number): void => log?.wrote(bytes)
  const sweep = sweeping(database, clock)
  const written = <T>(result: T): T => {
    wrote(smallWrite)
    return sweep(result)
  }
  const look = path === ':memory:' ? undefined : inPlace(path, clock)
  const room = (): Promise<void> | undefined => {
    look?.()
    return log?.room()
  }
  const retention = { keepEntries: options.keepEntries ?? 100_000, keepFor: options.keepFor ?? Infinity }
  const records = sqliteRecords(database, clock, asked)
  const counters = sqliteCounters(database, clock, asked)
  return {
    records: {
      ...records,
      put: (...record) => records.put(...record).then(written),
      putAll: changes => records.putAll(changes).then(written),
    },
    counters: { add: (...addition) => counters.add(...addition).then(written) },
    journal: sqliteJournal({ database, clock, retention, asked, wrote, room }),
    usage: sqliteUsage({ database, clock, asked, wrote, room }),
    health: () => ({ part: 'sqlite', state: 'ok', since: opened }),
    async close() {
      await log?.close()
      await asked(() => {
        if (!database.open) return
        try {
          // Leaves one file behind instead of three, for whoever copies it.
          database.pragma('wal_checkpoint(TRUNCATE)')
        } catch {
          // A full disk, say. What was written stays in the log beside the file, and whoever opens it next reads it there.
        }
        database.close()
      })
    },
  }
}

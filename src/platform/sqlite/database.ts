/** Opening the file: the native part is loaded only when a store is asked for. */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type BetterSqlite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { explained } from './failures.ts'
import { migrate } from './schema.ts'

export interface OpenOptions {
  /** How long to wait for another process that is writing, in milliseconds; 2,000 if not told. The process stands still meanwhile. */
  readonly lockWait?: number
  /** The size that the file may grow to, in bytes; what would go beyond is refused. Without it, the disk is the limit. */
  readonly maxBytes?: number
  /** Of its schema; those of a store if not told. */
  readonly steps?: readonly string[]
}

export type LoadSqlite = () => Promise<typeof BetterSqlite>

const loadSqlite: LoadSqlite = async () => (await import('better-sqlite3')).default

const loaded = async (path: string, load: LoadSqlite): Promise<typeof BetterSqlite> => {
  try {
    return await load()
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new Error(
      `the store ${path} needs better-sqlite3, which does not load on Node ${process.versions.node}: ` +
        `use Node 22.22 or newer, install its optional parts again, or choose the store "memory" (${words})`,
      { cause: error },
    )
  }
}

const prepare = (database: Database, path: string, options: OpenOptions): void => {
  // WAL lets readers go on while one writes. NORMAL may lose the last moments in a power cut, never the file.
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.pragma('journal_size_limit = 67108864')
  migrate(database, path, options.steps)
  if (options.maxBytes !== undefined) {
    const pageSize = Number(database.pragma('page_size', { simple: true }))
    database.pragma(`max_page_count = ${Math.max(1, Math.floor(options.maxBytes / pageSize))}`)
  }
}

/** Two that make one file at the same moment shut each other out, and no waiting of SQLite's own helps: tried again, so often and after so many milliseconds. */
const mostTries = 60
const again = 50

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')

const prepared = async (database: Database, path: string, options: OpenOptions): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      return prepare(database, path, options)
    } catch (error) {
      if (!isBusy(error) || tries >= mostTries) throw error
      await setTimeout(again)
    }
  }
}

/** The database at this path, with its schema; made if it is not there. Rejects with the path and what to do. */
export const openDatabase = async (
  path: string,
  options: OpenOptions = {},
  load: LoadSqlite = loadSqlite,
): Promise<Database> => {
  const Sqlite = await loaded(path, load)
  let database: Database | undefined
  try {
    if (path !== ':memory:') {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      // SQLite gives the files beside it the same rights: who asked what is nobody else's to read.
      closeSync(openSync(path, 'a', 0o600))
    }
    database = new Sqlite(path, { timeout: options.lockWait ?? 2000 })
    await prepared(database, path, options)
    return database
  } catch (error) {
    database?.close()
    throw explained(path, error)
  }
}

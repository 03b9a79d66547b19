/** The log is moved by a thread, and by the writer where threads do not work. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { settle, testClock } from '../../../test/clock.ts'
import { sqliteStore } from '../stores/sqlite.ts'
import { checkpointer } from './checkpointer.ts'

const folder = mkdtempSync(join(tmpdir(), 'log-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const open = (name: string) => {
  const path = join(folder, name)
  const database = new Sqlite(path)
  database.pragma('journal_mode = WAL')
  database.pragma('wal_autocheckpoint = 0')
  database.exec('CREATE TABLE t (v TEXT)')
  const fill = () => database.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(100_000))
  return { path, database, fill }
}

describe('the checkpointer', () => {
  it('moves the log into the file once enough was written, and not before', async () => {
    const { path, database, fill } = open('moved.db')
    fill()
    const log = checkpointer(path, () => expect.unreachable())
    log.wrote(4 * 1024 * 1024 - 1)
    await log.idle()
    expect(statSync(path).size).toBeLessThan(100_000)
    log.wrote(1)
    await log.idle()
    expect(statSync(path).size).toBeGreaterThan(100_000)
    fill()
    log.wrote(5 * 1024 * 1024)
    await log.idle()
    expect(statSync(path).size).toBeGreaterThan(200_000)
    await log.close()
    database.close()
  })
  it('gives up where its thread does not work, once, and harms nobody', async () => {
    const { path, database } = open('broken.db')
    let givenUp = 0
    const log = checkpointer(path, () => (givenUp += 1), {
      file: new URL('./there-is-no-such-file.js', import.meta.url),
    })
    log.wrote(5 * 1024 * 1024)
    await log.idle()
    expect(givenUp).toBe(1)
    log.wrote(5 * 1024 * 1024)
    await log.idle()
    expect(givenUp).toBe(1)
    log.wrote(100 * 1024 * 1024)
    expect(log.room()).toBeUndefined()
    await log.close()
    database.close()
  })
  it('makes writers wait where the log has grown too long, until it was moved', async () => {
    const { path, database, fill } = open('long.db')
    const log = checkpointer(path, () => expect.unreachable(), { longest: 1000 })
    fill()
    log.wrote(999)
    expect(log.room()).toBeUndefined()
    log.wrote(1)
    await log.room()
    expect(statSync(path).size).toBeGreaterThan(100_000)
    expect(log.room()).toBeUndefined()
    // Who reads on holds the log back; then it is as long as before, and writers go on all the same.
    fill()
    const reader = new Sqlite(path)
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM t').get()
    fill()
    log.wrote(1000)
    await log.room()
    expect(log.room()).toBeDefined()
    reader.exec('COMMIT')
    await log.room()
    await log.room()
    expect(log.room()).toBeUndefined()
    reader.close()
    await log.close()
    database.close()
  })
  it('keeps the log of a store short that is written to without a pause', async () => {
    const path = join(folder, 'busy.db')
    const store = await sqliteStore(path, testClock(), { longestLog: 8_000_000 })
    const entries = Array.from({ length: 100 }, () => ({ entry: 'x'.repeat(10_000) }))
    for (let turn = 0; turn < 40; turn += 1) {
      await store.journal.append('a', entries)
      expect(statSync(`${path}-wal`).size).toBeLessThan(16_000_000)
    }
    await store.close()
  })
  it('moves the log of a store that is written to, unasked', async () => {
    const path = join(folder, 'store.db')
    const store = await sqliteStore(path, testClock())
    const entries = Array.from({ length: 100 }, () => ({ entry: 'x'.repeat(10_000) }))
    for (let turn = 0; turn < 60; turn += 1) await store.journal.append('a', entries)
    // The thread moves it in its own time; nobody asks for it.
    while (statSync(path).size < 4_000_000) await settle()
    await store.close()
    expect(statSync(path).size).toBeGreaterThan(60_000_000)
  })
})

/** The store in a file: the laws, and what a file adds: other processes, other days, a full disk. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { testClock } from '../../../test/clock.ts'
import { storeContract } from '../../../test/contract/store.contract.ts'
import { openDatabase } from '../sqlite/database.ts'
import { storeSteps } from '../sqlite/schema.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newPath = (): string => join(folder, `${(files += 1)}`, 'state.db')

storeContract('sqliteStore', { make: (clock, options) => sqliteStore(newPath(), clock, options) })
storeContract('sqliteStore in memory', { make: (clock, options) => sqliteStore(':memory:', clock, options) })

/** Runs this script, which has a `store` on the file, in a process of its own; gives what it printed. */
const inAnotherProcess = (path: string, script: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const code = `
      import { sqliteStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite.ts'))}
      import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../process.ts'))}
      const store = await sqliteStore(${JSON.stringify(path)}, systemClock())
      ${script}
      await store.close()`
    const child = spawn(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', code])
    let told = ''
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
    child.on('close', status => (status === 0 ? resolve(told) : reject(new Error(complaint))))
  })

describe('two handles on one file', () => {
  it('see each other, and hold one ceiling and one version together', async () => {
    const path = newPath()
    const clock = testClock()
    const [one, two] = [await sqliteStore(path, clock), await sqliteStore(path, clock)]
    const added = await Promise.all(
      Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? one : two).counters.add('n', 1, { ceiling: 20 })),
    )
    expect(added.filter(each => each.added)).toHaveLength(20)
    await one.records.put('key', 'one', 0)
    expect(await two.records.put('key', 'two', 0)).toBe(false)
    expect((await two.records.get('key'))?.value).toBe('one')
    await one.journal.append('a', [{ entry: 1 }])
    await two.journal.append('a', [{ entry: 2 }])
    await one.journal.append('a', [{ entry: 3 }])
    expect((await two.journal.read('a', undefined, 10)).map(each => each.entry)).toEqual([1, 2, 3])
    await Promise.all([one.close(), two.close()])
  })
  it('in two processes hold one ceiling, lose no entry, and migrate a new file once', async () => {
    const path = newPath()
    const script = `
      let added = 0
      for (let at = 0; at < 200; at += 1) {
        if ((await store.counters.add('n', 1, { ceiling: 250 })).added) added += 1
        await store.journal.append('a', [{ entry: at }])
      }
      console.log(added)`
    const counts = await Promise.all([inAnotherProcess(path, script), inAnotherProcess(path, script)])
    expect(counts.reduce((sum, each) => sum + Number(each), 0)).toBe(250)
    const store = await sqliteStore(path, testClock())
    expect(await store.journal.read('a', undefined, 1000)).toHaveLength(400)
    await store.close()
  })
})

describe('the file', () => {
  it('is missed within seconds where somebody took it away, and written to again when it is back', async () => {
    const path = newPath()
    const clock = testClock()
    const store = await sqliteStore(path, clock)
    const append = () => store.journal.append('a', [{ entry: 'said' }])
    renameSync(path, `${path}.away`)
    clock.advance(4_999)
    await append()
    clock.advance(1)
    await expect(append()).rejects.toThrow(`the store ${path} is gone from its place`)
    writeFileSync(path, 'another')
    await expect(append()).rejects.toThrow('gone from its place')
    renameSync(`${path}.away`, path)
    await append()
    expect(await store.journal.read('a', undefined, 9)).toHaveLength(2)
    await store.close()
  })
  it('is closed also where the disk takes no more', async () => {
    const path = newPath()
    const store = await sqliteStore(path, testClock())
    await store.journal.append('a', [{ entry: 'said' }])
    // Without its log the file cannot be brought up to date, as on a disk without room.
    truncateSync(`${path}-wal`, 0)
    await store.close()
    await expect(store.journal.append('a', [{ entry: 'more' }])).rejects.toThrow('is closed')
  })
  it('keeps everything until another day, and is one file when closed', async () => {
    const path = newPath()
    const clock = testClock()
    const before = await sqliteStore(path, clock)
    await before.records.put('key', { a: 1 }, 0)
    await before.counters.add('n', 4)
    await before.journal.append('a', [{ key: 'k', entry: 'said' }])
    await before.close()
    await before.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
    const after = await sqliteStore(path, clock)
    expect((await after.records.get('key'))?.value).toEqual({ a: 1 })
    expect((await after.counters.add('n', 1)).total).toBe(5)
    expect(await after.journal.find('a', 'k')).toBe('said')
    await after.close()
  })
  it('lies in a folder that only its owner may enter, made if it is missing', async () => {
    const path = newPath()
    await (await sqliteStore(path, testClock())).close()
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
  })
  it('can be read by its owner alone, with the files beside it', async () => {
    const path = newPath()
    const store = await sqliteStore(path, testClock())
    await store.journal.append('a', [{ entry: 1 }])
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    await store.close()
  })

  it('forgets entries by age too', async () => {
    const clock = testClock()
    const store = await sqliteStore(newPath(), clock, { keepEntries: 10, keepFor: 1000 })
    await store.journal.append('a', [{ entry: 'old' }])
    clock.advance(1000)
    await store.journal.append('a', [{ entry: 'new' }])
    expect((await store.journal.read('a', undefined, 10)).map(each => each.entry)).toEqual(['new'])
    await store.close()
  })
  it('that is full refuses the whole append, says so with its path, and still gives what it has', async () => {
    const path = newPath()
    const store = await sqliteStore(path, testClock(), { maxBytes: 200_000 })
    await store.journal.append('a', [{ key: 'k', entry: 'small' }])
    const large = Array.from({ length: 50 }, () => ({ entry: 'x'.repeat(10_000) }))
    await expect(store.journal.append('a', large)).rejects.toThrow(`the store ${path} is full`)
    expect((await store.journal.read('a', undefined, 100)).map(each => each.entry)).toEqual(['small'])
    await store.journal.append('a', [{ entry: 'more' }])
    expect(await store.journal.read('a', undefined, 100)).toHaveLength(2)
    await store.close()
  })
  it('that another process holds is told of, with its path, and works again afterwards', async () => {
    const path = newPath()
    const store = await sqliteStore(path, testClock(), { lockWait: 1 })
    const holder = new Sqlite(path)
    holder.exec('BEGIN IMMEDIATE')
    await expect(store.records.put('key', 1, 0)).rejects.toThrow(`the store ${path} is locked`)
    await expect(store.counters.add('n', 1)).rejects.toThrow('SQLITE_BUSY')
    // Not even a refusal is decided by what another is about to change.
    await expect(store.counters.add('n', 2, { ceiling: 1 })).rejects.toThrow('SQLITE_BUSY')
    holder.exec('COMMIT')
    holder.close()
    expect(await store.records.put('key', 1, 0)).toBe(true)
    await store.close()
  })
  it('that is no database, or cannot be made, is told of with its path', async () => {
    const path = join(folder, 'letter.txt')
    writeFileSync(path, 'this is a letter and no database'.repeat(100))
    await expect(sqliteStore(path, testClock())).rejects.toThrow(`the store ${path} is not an SQLite database`)
    await expect(sqliteStore(join(path, 'state.db'), testClock())).rejects.toThrow(path)
    await expect(sqliteStore(folder, testClock())).rejects.toThrow(`the store ${folder} cannot be opened`)
  })
  it.each(storeSteps.map((_, at) => at + 1))(
    'of schema %i is brought up to date with all that is in it',
    async version => {
      const path = newPath()
      const raw = await openDatabase(path, { steps: storeSteps.slice(0, version) })
      raw.exec(`INSERT INTO records (key, value) VALUES ('key', '"kept"')`)
      raw.exec(`INSERT INTO topics (id, name, last) VALUES (1, 'a', 1)`)
      raw.exec(`INSERT INTO journal (topic, ordinal, at, entry) VALUES (1, 1, 0, '"said"')`)
      raw.close()
      const store = await sqliteStore(path, testClock())
      expect((await store.records.get('key'))?.value).toBe('kept')
      expect(await store.journal.read('a', undefined, 9)).toMatchObject([{ entry: 'said' }])
      await store.usage.add('one', [])
      await store.close()
    },
  )
  it('of a newer version is left as it is', async () => {
    const path = newPath()
    await (await sqliteStore(path, testClock())).close()
    const raw = new Sqlite(path)
    raw.exec('UPDATE schema_version SET version = 999')
    await expect(sqliteStore(path, testClock())).rejects.toThrow(`the store ${path} has schema 999`)
    expect(raw.prepare('SELECT version FROM schema_version').get()).toEqual({ version: 999 })
    raw.close()
  })
  it('is closed for good: what is asked later is refused with its path', async () => {
    const path = newPath()
    const store = await sqliteStore(path, testClock())
    await store.close()
    await expect(store.records.get('key')).rejects.toThrow(`the store ${path} is closed`)
    await expect(store.journal.append('a', [{ entry: 1 }])).rejects.toThrow(`the store ${path} is closed`)
  })
  it('finds by key and forgets by index, never by reading the whole journal', async () => {
    const path = newPath()
    await (await sqliteStore(path, testClock())).close()
    const raw = new Sqlite(path)
    const steps = (sql: string): string =>
      raw
        .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(row => row.detail)
        .join('\n')
    expect(steps(`SELECT entry FROM journal WHERE topic = 1 AND key = 'k' ORDER BY ordinal DESC LIMIT 1`)).toBe(
      'SEARCH journal USING INDEX journal_by_key (topic=? AND key=?)',
    )
    expect(steps('SELECT entry FROM journal WHERE topic = 1 AND ordinal > 5 ORDER BY ordinal LIMIT 9')).toBe(
      'SEARCH journal USING INDEX journal_in_order (topic=? AND ordinal>?)',
    )
    raw.close()
  })
})

describe('a Node without the native part', () => {
  it('is told what it needs', async () => {
    const missing = () => Promise.reject(new Error('Could not find native binding'))
    await expect(openDatabase('state.db', {}, missing)).rejects.toThrow(
      /^the store state\.db needs better-sqlite3, which does not load on Node .*: use Node 22\.22 or newer/,
    )
  })
})

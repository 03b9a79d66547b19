/** The audit log: whatever is changed in it is found, whoever writes to it at once, and no secret ever lies in it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { testClock } from '../../test/clock.ts'
import type { Instant } from '../domain/units.ts'
import { memoryStore } from '../platform/stores/memory.ts'
import { sqliteStore } from '../platform/stores/sqlite.ts'
import type { Store } from '../ports/store.ts'
import { auditLog } from './audit.ts'
import { digestOf, entryKey } from './chained.ts'
import type { AuditEntry } from './house.ts'

const folder = mkdtempSync(join(tmpdir(), 'audit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newPath = (): string => join(folder, `${(files += 1)}.db`)

const entry = (number: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  at: (1_767_225_600_000 + number) as Instant,
  who: { key: 'root', role: 'owner', address: '127.0.0.1' },
  action: 'limit.change',
  object: `limit:team:search usd month ${number}`,
  before: { amount: number, name: 'ü "quoted" \\ \u0007 \ud800' },
  after: { amount: number + 0.1, hard: true },
  request: `req_${number}`,
  ...change,
})

const withEntries = async (store: Store, count: number) => {
  const log = auditLog(store)
  await Promise.all(Array.from({ length: count }, (_, at) => log.append(entry(at + 1))))
  return log
}

/** Does this to a file with so many entries, and tells what is found. */
const tampered = async (count: number, harm: (database: Sqlite.Database) => void, anchored = false) => {
  const path = newPath()
  const store = await sqliteStore(path, testClock())
  const log = await withEntries(store, count)
  const anchor = anchored ? await log.head() : undefined
  await store.close()
  const raw = new Sqlite(path)
  harm(raw)
  raw.close()
  const reopened = await sqliteStore(path, testClock())
  const found = await auditLog(reopened).verify(anchor)
  await reopened.close()
  return found
}

const valueOf = (raw: Sqlite.Database, key: string): string =>
  raw.prepare<[string], { value: string }>('SELECT value FROM records WHERE key = ?').get(key)?.value ?? ''
const write = (raw: Sqlite.Database, key: string, value: string): void =>
  void raw.prepare('INSERT OR REPLACE INTO records (key, value) VALUES (?, ?)').run(key, value)
const remove = (raw: Sqlite.Database, key: string): void =>
  void raw.prepare('DELETE FROM records WHERE key = ?').run(key)

/** What somebody writes who knows how digests are made. */
const forged = (raw: Sqlite.Database, sequence: number, change: object): string => {
  const kept = JSON.parse(valueOf(raw, entryKey(sequence))) as { text: string }
  const members = { ...(JSON.parse(kept.text) as object), ...change }
  const text = JSON.stringify(Object.fromEntries(Object.entries(members).sort(([one], [two]) => (one < two ? -1 : 1))))
  return JSON.stringify({ text, hash: digestOf(text) })
}

describe('the audit log', () => {
  it('is read in order, page by page, each entry with its number and the digest of the one before', async () => {
    const log = await withEntries(memoryStore(testClock()), 250)
    const pages = []
    let after: string | undefined
    for (;;) {
      const page = await log.read(after, 100)
      pages.push(...page)
      after = page.at(-1)?.cursor
      if (page.length < 100) break
    }
    expect(pages.map(one => one.entry.sequence)).toEqual(Array.from({ length: 250 }, (_, at) => at + 1))
    expect(pages[1]?.entry.previous).toBe(pages[0]?.entry.hash)
    expect(pages[41]?.entry).toMatchObject({ object: 'limit:team:search usd month 42', after: { amount: 42.1 } })
    expect(await log.verify()).toEqual({ whole: true, entries: 250, head: await log.head() })
    await expect(log.read('nonsense', 1)).rejects.toThrow(RangeError)
  })
  it('is whole when it is empty, and goes on where another process left it', async () => {
    const path = newPath()
    const first = await sqliteStore(path, testClock())
    expect(await auditLog(first).verify()).toMatchObject({ whole: true, entries: 0 })
    await withEntries(first, 3)
    await first.close()
    const second = await sqliteStore(path, testClock())
    await withEntries(second, 2)
    expect(await auditLog(second).verify()).toMatchObject({ whole: true, entries: 5 })
    await second.close()
  })
  it('rejects what could not be written, keeps its order, and goes on with what comes later', async () => {
    const store = memoryStore(testClock())
    const log = await withEntries(store, 1)
    const { putAll } = store.records
    store.records.putAll = () => Promise.reject(new Error('the store is full'))
    await expect(log.append(entry(2))).rejects.toThrow('full')
    store.records.putAll = putAll
    const circle: { self?: unknown } = {}
    circle.self = circle
    await expect(log.append(entry(3, { after: circle }))).rejects.toThrow(TypeError)
    await log.append(entry(4))
    expect((await log.read(undefined, 9)).map(one => one.entry.request)).toEqual(['req_1', 'req_4'])
    expect(await log.verify()).toMatchObject({ whole: true, entries: 2 })
  })
  it('takes four processes at once that write without a pause', async () => {
    const path = newPath()
    await (await sqliteStore(path, testClock())).close()
    const script = (name: string) => `
      import { sqliteStore } from ${JSON.stringify(join(import.meta.dirname, '../platform/stores/sqlite.ts'))}
      import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../platform/process.ts'))}
      import { auditLog } from ${JSON.stringify(join(import.meta.dirname, 'audit.ts'))}
      const store = await sqliteStore(${JSON.stringify(path)}, systemClock(), { lockWait: 20_000 })
      const log = auditLog(store)
      for (let at = 0; at < 20; at += 1) {
        const entries = Array.from({ length: 5 }, (_, one) => log.append({
          at: Date.now(), who: { key: ${JSON.stringify(name)} }, action: 'a', object: String(at * 5 + one),
        }))
        await Promise.all(entries)
      }
      await store.close()`
    const run = (name: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [
          '--input-type=module',
          '--disable-warning=ExperimentalWarning',
          '-e',
          script(name),
        ])
        let complaint = ''
        child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
        child.on('close', status => (status === 0 ? resolve() : reject(new Error(complaint))))
      })
    const writers = ['a', 'b', 'c', 'd']
    await Promise.all(writers.map(run))
    const store = await sqliteStore(path, testClock())
    const log = auditLog(store)
    expect(await log.verify()).toMatchObject({ whole: true, entries: 400 })
    const all = (await log.read(undefined, 1000)).map(one => one.entry)
    for (const writer of writers) {
      const own = all.filter(one => one.who.key === writer).map(one => Number(one.object))
      expect(own).toEqual(Array.from({ length: 100 }, (_, at) => at))
    }
    await store.close()
  }, 60_000)
})

describe('a process that is killed while it writes', () => {
  it('leaves a whole chain, to which others go on', async () => {
    const path = newPath()
    const script = `
      import { sqliteStore } from ${JSON.stringify(join(import.meta.dirname, '../platform/stores/sqlite.ts'))}
      import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../platform/process.ts'))}
      import { auditLog } from ${JSON.stringify(join(import.meta.dirname, 'audit.ts'))}
      const log = auditLog(await sqliteStore(${JSON.stringify(path)}, systemClock()))
      for (let at = 1; ; at += 1) {
        await log.append({ at: Date.now(), who: {}, action: 'a', object: String(at) })
        process.stdout.write(at + ' ')
      }`
    for (const after of [1, 40, 200]) {
      const child = spawn(process.execPath, [
        '--input-type=module',
        '--disable-warning=ExperimentalWarning',
        '-e',
        script,
      ])
      let told = ''
      child.stdout.on('data', (chunk: Buffer) => {
        told += chunk.toString()
        if (told.split(' ').length > after) child.kill('SIGKILL')
      })
      await new Promise(resolve => child.on('close', resolve))
      const acknowledged = told.split(' ').length - 1
      expect(acknowledged).toBeGreaterThanOrEqual(after)
      const store = await sqliteStore(path, testClock())
      const log = auditLog(store)
      const before = await log.head()
      expect(before.sequence).toBeGreaterThanOrEqual(acknowledged)
      await log.append(entry(1))
      expect(await log.verify()).toMatchObject({ whole: true, entries: before.sequence + 1 })
      await store.close()
    }
  }, 60_000)
})

describe('a break', () => {
  it('is found where any single byte of any entry, or of the head, was changed', async () => {
    const path = newPath()
    const store = await sqliteStore(path, testClock())
    await withEntries(store, 4)
    const raw = new Sqlite(path)
    const keys = [1, 2, 3, 4].map(entryKey)
    const log = auditLog(store)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...keys, 'audit/head'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (key, place, mask) => {
          const value = valueOf(raw, key)
          const bytes = Buffer.from(value)
          const at = place % bytes.length
          bytes[at] = (bytes[at] ?? 0) ^ mask
          raw.prepare('UPDATE records SET value = CAST(? AS TEXT) WHERE key = ?').run(bytes, key)
          const found = await log.verify()
          raw.prepare('UPDATE records SET value = ? WHERE key = ?').run(value, key)
          expect(found.whole).toBe(false)
          if (!found.whole && key !== 'audit/head') expect(found.break.sequence).toBe(keys.indexOf(key) + 1)
          if (!found.whole && key !== 'audit/head') expect(found.entries).toBe(keys.indexOf(key))
        },
      ),
      { numRuns: 600 },
    )
    expect(await log.verify()).toMatchObject({ whole: true, entries: 4 })
    raw.close()
    await store.close()
  })
  it.each<[string, number, string, (raw: Sqlite.Database) => void]>([
    ['removed', 3, 'removed', raw => remove(raw, entryKey(3))],
    ['removed, being the first', 1, 'removed', raw => remove(raw, entryKey(1))],
    [
      'removed by letting it expire',
      3,
      'removed',
      raw => raw.prepare('UPDATE records SET expires_at = 1 WHERE key = ?').run(entryKey(3)),
    ],
    ['the last one, cut off', 5, 'cut', raw => remove(raw, entryKey(5))],
    ['cut off, with all behind it', 3, 'cut', raw => [3, 4, 5].forEach(one => remove(raw, entryKey(one)))],
    ['cut off to nothing', 1, 'cut', raw => [1, 2, 3, 4, 5].forEach(one => remove(raw, entryKey(one)))],
    ['left without its head', 6, 'cut', raw => remove(raw, 'audit/head')],
    ['inserted between two', 4, 'inserted', raw => write(raw, `${entryKey(3)}a`, valueOf(raw, entryKey(3)))],
    ['inserted before all', 1, 'inserted', raw => write(raw, entryKey(0), valueOf(raw, entryKey(1)))],
    [
      'inserted before all under no number',
      1,
      'inserted',
      raw => write(raw, 'audit/entry/!', valueOf(raw, entryKey(1))),
    ],
    [
      'inserted at the end',
      6,
      'inserted',
      raw =>
        write(
          raw,
          entryKey(6),
          forged(raw, 5, { sequence: 6, previous: (JSON.parse(valueOf(raw, entryKey(5))) as { hash: string }).hash }),
        ),
    ],
    [
      'exchanged with another',
      2,
      'moved',
      raw => {
        const [two, three] = [valueOf(raw, entryKey(2)), valueOf(raw, entryKey(3))]
        write(raw, entryKey(2), three)
        write(raw, entryKey(3), two)
      },
    ],
    [
      'exchanged, and numbered anew',
      2,
      'changed',
      raw => {
        const [two, three] = [forged(raw, 2, { sequence: 3 }), forged(raw, 3, { sequence: 2 })]
        write(raw, entryKey(2), three)
        write(raw, entryKey(3), two)
      },
    ],
    ['copied over another', 4, 'moved', raw => write(raw, entryKey(4), valueOf(raw, entryKey(2)))],
    [
      'written anew with its own digest',
      4,
      'changed',
      raw => write(raw, entryKey(3), forged(raw, 3, { action: 'nothing' })),
    ],
    [
      'the last one, written anew with its own digest',
      5,
      'changed',
      raw => write(raw, entryKey(5), forged(raw, 5, { who: {} })),
    ],
    ['no entry', 2, 'changed', raw => write(raw, entryKey(2), '"text"')],
    ['left with a head that is none', 5, 'changed', raw => write(raw, 'audit/head', '7')],
    ['no JSON', 2, 'unreadable', raw => write(raw, entryKey(2), '{"text":')],
  ])('is told of an entry that was %s: at %i, %s', async (_, sequence, kind, harm) => {
    expect(await tampered(5, harm)).toMatchObject({ whole: false, break: { kind, sequence } })
  })
  it('is told by what was noted elsewhere, where the whole log was written anew, or is gone', async () => {
    const anew = (raw: Sqlite.Database): void => {
      let previous = '0'.repeat(64)
      for (const sequence of [1, 2, 3]) {
        const value = forged(raw, sequence, { previous, ...(sequence === 2 && { action: 'nothing' }) })
        write(raw, entryKey(sequence), value)
        previous = (JSON.parse(value) as { hash: string }).hash
      }
      write(raw, 'audit/head', JSON.stringify({ sequence: 3, hash: previous }))
    }
    expect(await tampered(3, anew)).toMatchObject({ whole: true })
    expect(await tampered(3, anew, true)).toMatchObject({ whole: false, break: { kind: 'rewritten', sequence: 3 } })
    const all = (raw: Sqlite.Database): void => void raw.exec('DELETE FROM records')
    expect(await tampered(3, all, true)).toMatchObject({ whole: false, break: { kind: 'cut', sequence: 1 } })
    expect(await tampered(3, () => undefined, true)).toMatchObject({ whole: true })
  })
  it('is found in pages behind the first, and such a log is not written on', async () => {
    expect(await tampered(450, raw => write(raw, entryKey(431), '{'))).toMatchObject({
      entries: 430,
      break: { sequence: 431 },
    })
    const store = memoryStore(testClock())
    await withEntries(store, 3)
    await store.records.delete('audit/head')
    await expect(auditLog(store).append(entry(9))).rejects.toThrow('goes on behind its head')
  })
  it('is no store that cannot be asked', async () => {
    const store = memoryStore(testClock())
    await withEntries(store, 1)
    const down = () => Promise.reject(new Error('the store is down'))
    const records = { ...store.records, list: down, get: down }
    await expect(auditLog({ records }).verify()).rejects.toThrow('down')
  })
  it('is not what is appended while it is looked for', async () => {
    const store = memoryStore(testClock())
    const log = await withEntries(store, 300)
    const { list } = store.records
    let more = 0
    const records: Store['records'] = {
      ...store.records,
      list: async (prefix, page) => {
        const found = await list<never>(prefix, page)
        if ((more += 1) < 6) await log.append(entry(1000 + more))
        return found
      },
    }
    expect(await auditLog({ records }).verify()).toMatchObject({ whole: true, entries: 305 })
  })
})

describe('secrets', () => {
  it('are in no entry, wherever they came from', async () => {
    const path = newPath()
    const store = await sqliteStore(path, testClock())
    const key = `sk-sb-${'aB3_'.repeat(11)}`
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'
    const parts = [key, jwt, 'hunter2-hunter2', 'ab12'.repeat(8), 'AKIAABCDEFGHIJKLMNOP', 'pass:word']
    await auditLog(store).append(
      entry(1, {
        who: { user: `ann ${key}` },
        object: `key:${key}`,
        refused: `Authorization: Bearer ${jwt} is not known; ${key}`,
        before: { digests: [{ digest: 'ab12'.repeat(8) }], clientSecret: 'hunter2-hunter2', name: 'ops', tokens: 5000 },
        after: {
          [key]: 1,
          deep: [{ api_key: 'hunter2-hunter2', url: 'postgres://pass:word@db/x', aws: 'AKIAABCDEFGHIJKLMNOP' }],
        },
      }),
    )
    const [read] = await auditLog(store).read(undefined, 1)
    expect(read?.entry).toMatchObject({
      object: 'key:(secret)',
      before: { digests: '(secret)', name: 'ops', tokens: 5000 },
    })
    await store.close()
    const file = readFileSync(path).toString('latin1')
    for (const part of parts) expect(file).not.toContain(part)
    expect(file).toContain('ops')
  })
  it('are not what only looks a little like them: the first characters of a key, ids, names', async () => {
    const store = memoryStore(testClock())
    const after = { prefix: 'sk-sb-aB3_xY', id: 'key_0123456789', maxTokens: 5, key: 'root', 'token limit': null }
    await auditLog(store).append(entry(1, { after }))
    expect((await auditLog(store).read(undefined, 1))[0]?.entry.after).toEqual(after)
  })
  it('and what is very large or deep is not kept, but its size is', async () => {
    const store = memoryStore(testClock())
    const log = auditLog(store)
    let deep: unknown = 'end'
    for (let at = 0; at < 100; at += 1) deep = [deep]
    const after = Array.from({ length: 100 }, () => 'x y '.repeat(1000))
    await log.append(entry(1, { before: deep, after, refused: 'z '.repeat(4000) }))
    const found = (await log.read(undefined, 1))[0]?.entry
    expect(found?.after).toMatchObject({ tooLarge: expect.any(Number) as number })
    expect(JSON.stringify(found?.before)).toContain('(too deep)')
    expect(JSON.stringify(found).length).toBeLessThan(10_000)
    expect(await log.verify()).toMatchObject({ whole: true })
  })
})

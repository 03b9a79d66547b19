/** Usage and the audit log from the command line, over a real store. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder } from '../../../test/command-line.ts'
import type { Folder } from '../../../test/command-line.ts'
import { testClock } from '../../../test/clock.ts'
import { auditLog } from '../../admin/audit.ts'
import { entryKey } from '../../admin/chained.ts'
import type { Instant, MicroUsd } from '../../domain/units.ts'
import { zoneIn } from '../../domain/zone.ts'
import { sqliteStore } from '../../platform/stores/sqlite.ts'
import type { UsageRow } from '../../ports/usage.ts'
import { listAudit, verifyAudit } from './audit.ts'
import type { OpenStore } from './kept-store.ts'
import { readTime } from './read-time.ts'
import { CommandError } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { usage } from './usage.ts'
import type { UsageOptions } from './usage.ts'

const at = (text: string): Instant => Date.parse(text) as Instant
const row = (hour: string, names: UsageRow['names'], cost: number): UsageRow => ({
  hour: at(hour),
  names,
  requests: 2,
  attempts: 3,
  failures: 1,
  inputTokens: 12_000,
  cachedTokens: 0,
  outputTokens: 50,
  cost: cost as MicroUsd,
  unpriced: 0,
})

let place: Folder
let config: string
let path: string
beforeAll(async () => {
  place = await folder()
  path = join(place.path, 'state.db')
  config = await place.write('signalbox.yaml', configOf(`sqlite:${path}`))
  const store = await sqliteStore(path, testClock())
  await store.usage.add('one', [
    row('2026-03-01T10:00:00Z', { team: 'search', model: 'mini', 'tag:app': '\u001b[2Jx' }, 1_500_000),
    row('2026-03-01T23:00:00Z', { team: 'ads', model: 'mini' }, 500_000),
    row('2026-03-02T10:00:00Z', { team: 'search', model: 'large' }, 3_000_001),
  ])
  const log = auditLog(store)
  for (const name of ['one', 'two\u202e\u001b[31m', 'three']) {
    await log.append({
      at: at('2026-03-01T10:00:00Z'),
      who: { user: 'ann', role: 'owner' },
      action: 'team.put',
      object: `team:${name}`,
    })
  }
  await store.close()
})
afterAll(() => place[Symbol.asyncDispose]())

const configOf = (durable: string): string => `
providers: { local: { type: openai-compatible, url: 'http://127.0.0.1:9/v1' } }
deployments: { mini: { provider: local, model: mini, price: { input: 1, output: 1 } } }
pools: { all: { candidates: [mini] } }
store: { durable: '${durable}' }
`

const open: OpenStore = async ({ store: { durable } }) =>
  durable.kind === 'sqlite'
    ? { ok: true, value: await sqliteStore(durable.path, testClock()) }
    : { ok: false, why: `no ${durable.kind} here` }

const spoken = () => {
  const said: string[] = []
  const terminal: Terminal = {
    env: {},
    out: text => void said.push(`${text}\n`),
    err: () => undefined,
    isLive: false,
    columns: 100,
    stopped: () => new Promise(() => undefined),
  }
  return { terminal, said: () => said.join('') }
}

const march = { from: '2026-03', to: '2026-04' }
const report = async (options: UsageOptions): Promise<string> => {
  const { terminal, said } = spoken()
  expect(await usage({ config, ...march, ...options }, terminal, open)).toBe(0)
  return said()
}

describe('signalbox usage', () => {
  it('draws a table with a bar for each line and the sums below', async () => {
    const told = await report({ by: 'team,model', every: 'day' })
    const lines = told.split('\n').map(line => line.replaceAll(/[│ ]+/g, ' ').trim())
    expect(lines).toContain('2026-03-01 search mini 2 1 12,000 50 $1.500000 ██████████')
    expect(lines).toContain('2026-03-02 search large 2 1 12,000 50 $3.000001 ████████████████████')
    expect(lines).toContain('total 6 3 36,000 150 $5.000001')
  })
  it('never moves the cursor of whoever looks, whatever names clients made up', async () => {
    const told = await report({ by: 'tag:app' })
    expect(told).not.toContain('\u001b')
    expect(told).toContain('\\u001b[2Jx')
  })
  it('writes CSV, JSON and JSON lines, with sums if asked to', async () => {
    const csv = (await report({ by: 'team', format: 'csv', total: true })).split('\r\n')
    expect(csv).toHaveLength(5)
    expect(csv[1]).toBe('"2026-03-01T00:00:00Z","ads","2","3","1","12000","0","50","0","0.500000"')
    expect(csv[3]).toContain('"total","","6"')
    expect(JSON.parse(await report({ json: true, total: true }))).toMatchObject({ total: { usd: '5.000001' } })
    const lines = (await report({ by: 'model', format: 'jsonl' })).trimEnd().split('\n')
    expect(lines.map(line => (JSON.parse(line) as { model: string }).model)).toEqual(['large', 'mini'])
  })
  it('knows days by the clocks of a zone, and tells of wanted names alone', async () => {
    const tokyo = await report({ every: 'day', zone: 'Asia/Tokyo', format: 'csv' })
    expect(
      tokyo
        .split('\r\n')
        .slice(1, -1)
        .map(line => line.slice(0, 12)),
    ).toEqual(['"2026-03-01T', '"2026-03-02T'])
    const ads = await report({ where: ['team=ads', 'team=nobody'], format: 'csv', by: 'team' })
    expect(ads.split('\r\n')).toHaveLength(3)
    expect(await report({ where: ['team=nobody'] })).toBe('nothing was used in this time\n')
  })
  it.each<[UsageOptions, string]>([
    [{ by: 'taem' }, 'did you mean "team"'],
    [{ every: 'dya' }, 'there is hour, day, week, month, total'],
    [{ format: 'xml' }, 'there is table, csv, json, jsonl'],
    [{ zone: 'Europe/Berln' }, 'did you mean "Europe/Berlin"'],
    [{ from: '2026-02-30' }, 'a day such as 2027-01-31'],
    [{ from: '2026-04', to: '2026-03' }, 'after --from'],
    [{ where: ['team'] }, 'name=value'],
    [{ where: ['tag:=x'] }, 'tag:NAME'],
  ])('says what would be right instead of %j', async (options, words) => {
    await expect(usage({ config, ...march, ...options }, spoken().terminal, open)).rejects.toThrow(words)
  })
  it('makes no store where there is none, and asks for the gateway where it is in memory', async () => {
    const missing = await place.write('missing.yaml', configOf(`sqlite:${join(place.path, 'none.db')}`))
    await expect(usage({ config: missing }, spoken().terminal, open)).rejects.toThrow('none.db yet')
    expect(readdirSync(place.path)).not.toContain('none.db')
    const memory = await place.write('memory.yaml', configOf('memory'))
    await expect(usage({ config: memory }, spoken().terminal, open)).rejects.toThrow('ask the running gateway')
  })
})

describe('times', () => {
  const now = at('2026-03-10T08:30:00Z')
  const berlin = zoneIn('Europe/Berlin')
  it.each([
    ['2026-03-29', '2026-03-29T00:00:00+01:00'],
    ['2026-03-30', '2026-03-30T00:00:00+02:00'],
    ['2026-04', '2026-04-01T00:00:00+02:00'],
    ['2026-03-01T08:00:00Z', '2026-03-01T08:00:00Z'],
    ['2026-03-01T08:00+05:30', '2026-03-01T02:30:00Z'],
    ['24h', '2026-03-09T08:00:00Z'],
    ['7d', '2026-03-03T08:00:00Z'],
    ['now', '2026-03-10T08:30:00Z'],
  ])('%s in Berlin is %s', (text, instant) => {
    expect(readTime(text, berlin, now)).toBe(at(instant))
  })
  it.each(['yesterday', '2026-13', '2026-02-29', '7', '2026-03-01T25:00:00Z', '2026-03-01T08:00:00', ''])(
    '%j is none',
    text => {
      expect(readTime(text, berlin, now)).toBeUndefined()
    },
  )
})

describe('signalbox audit', () => {
  it('lists entries, each on one line, with what would move the cursor as it is written in code', async () => {
    const { terminal, said } = spoken()
    expect(await listAudit({ config }, terminal, open)).toBe(0)
    const lines = said().trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe('1 2026-03-01T10:00:00Z team.put team:one | by ann, owner')
    expect(lines[1]).toContain('team:two\\u202e\\u001b[31m')
    expect(said()).not.toMatch(/[\u202e]|\p{Cc}\[/u)
    const last = spoken()
    await listAudit({ config, last: 2, json: true }, last.terminal, open)
    expect(
      last
        .said()
        .trimEnd()
        .split('\n')
        .map(line => (JSON.parse(line) as { sequence: number }).sequence),
    ).toEqual([2, 3])
    await expect(listAudit({ config, after: 'x' }, last.terminal, open)).rejects.toThrow(CommandError)
  })
  it('verifies, tells what to note, and ends with 1 where the log was changed', async () => {
    const good = spoken()
    expect(await verifyAudit({ config }, good.terminal, open)).toBe(0)
    expect(good.said()).toContain('the audit log is whole: 3 entries')
    const noted = /(3:[0-9a-f]{64})$/m.exec(good.said())?.[1] ?? ''
    expect(await verifyAudit({ config, noted }, spoken().terminal, open)).toBe(0)
    const other = spoken()
    expect(await verifyAudit({ config, noted: `2:${noted.slice(2)}` }, other.terminal, open)).toBe(1)
    expect(other.said()).toContain('broken at entry 2 (rewritten)')
    await expect(verifyAudit({ config, noted: '3' }, other.terminal, open)).rejects.toThrow('--noted')
    const raw = new Sqlite(path)
    raw.prepare("UPDATE records SET value = replace(value, 'ann', 'bob') WHERE key = ?").run(entryKey(2))
    raw.close()
    const bad = spoken()
    expect(await verifyAudit({ config }, bad.terminal, open)).toBe(1)
    expect(bad.said()).toBe(
      'the audit log is broken at entry 2 (changed): its text is not that of its digest\n1 entry before it: whole\n',
    )
    const list = spoken()
    expect(await listAudit({ config }, list.terminal, open)).toBe(0)
    expect(list.said()).toContain('by bob')
  })
})

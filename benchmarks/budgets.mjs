/** One budget over several processes, asked a thousand times at once, of which one is killed in the middle of each round. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Sqlite from 'better-sqlite3'
import { sqliteMeters } from '../src/platform/meters/sqlite.ts'
import { systemClock } from '../src/platform/process.ts'
import { countingUpstream } from '../test/walk/counting-upstream.ts'
import { KilledHouses } from '../test/walk/killed-houses.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    requests: { type: 'string', default: '1000' },
    processes: { type: 'string', default: '4' },
    cap: { type: 'string', default: '10' },
  },
})
const [rounds, requests, processes, cap] = ['rounds', 'requests', 'processes', 'cap'].map(name => Number(values[name]))

const clock = systemClock()
const later = { ...clock, now: () => clock.now() + 60_000 }
const folder = mkdtempSync(join(tmpdir(), 'signalbox-budgets-'))
const upstream = await countingUpstream()
const houses = await KilledHouses.open({
  folder,
  upstream,
  store: 'store: { durable: sqlite:./state.db }',
  processes,
  cap,
})
const tally = { answered: 0, refused: 0, other: 0, gone: 0, wrong: 0, over: 0 }
for (let round = 1; round <= rounds; round++) {
  for (const one of await houses.round(requests, true)) {
    if ('gone' in one) tally.gone += 1
    else if (one.status === 402) tally.refused += 1
    else if (one.status !== 200) tally.other += 1
    else tally.answered += 1
    if (one.status === 200 && one.cost !== upstream.billed.get(one.trace)) tally.wrong += 1
  }
  if (upstream.total() > cap * 1e6) tally.over += 1
  process.stderr.write(`round ${round}: $${(upstream.total() / 1e6).toFixed(6)} of $${cap} at the upstream\n`)
}
await houses.stop()
const file = join(folder, 'state.meters.db')
const meters = await sqliteMeters(file, later)
await meters.reserve({ id: 'look', claims: [] })
const [balance] = await meters.read([{ meter: 'key:test usd total', window: { kind: 'total' } }])
await meters.close()
const rows = new Sqlite(file).prepare('SELECT claims FROM reservations WHERE written_off_at IS NOT NULL').all()
const writtenOff = rows.reduce((sum, { claims }) => sum + JSON.parse(claims)[0][1], 0)
const billed = upstream.total()
console.log(
  `${rounds} rounds of ${requests} requests at once, ${processes} processes, ${rounds} killed; cap ${cap * 1e6}`,
)
console.table({
  ...tally,
  'upstream counts': billed,
  'meter: used': balance.used,
  'meter: held': balance.reserved,
  'of it written off': writtenOff,
  'settled by those who lived': balance.used - writtenOff,
  'answered, then killed before it was settled': billed - (balance.used - writtenOff),
})
await houses[Symbol.asyncDispose]()
await upstream[Symbol.asyncDispose]()
rmSync(folder, { recursive: true, force: true })

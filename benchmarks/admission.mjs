/** What it costs to hold and settle one request at ten limits: in memory and in SQLite, alone and with others at the same time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryMeters } from '../src/platform/meters/memory.ts'
import { sqliteMeters } from '../src/platform/meters/sqlite.ts'
import { systemClock } from '../src/platform/process.ts'

const clock = systemClock()
const rolling = { kind: 'rolling', length: 60_000, slices: 60 }
const total = { kind: 'total' }
const claims = [
  ...['organisation:acme', 'team:search', 'user:ann', 'key:ci', 'provider:openai'].map(name => ({
    meter: `${name} usd total`,
    window: total,
    cap: 1e15,
    amount: 9000,
  })),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(name => ({
    meter: `key:ci ${name} minute rate`,
    window: rolling,
    cap: 1e15,
    amount: 900,
  })),
  { meter: 'key:ci concurrent', window: { kind: 'held' }, cap: 1e6, amount: 1 },
]
const used = claims.map(({ amount }) => Math.floor(amount / 3))

let count = 0
const one = async meters => {
  const id = `req_${++count}/0.0`
  const grant = meters.reserve({ id, claims })
  const { granted } = grant instanceof Promise ? await grant : grant
  if (!granted) throw new Error('it was not granted')
  meters.settle({ id, claims, used })
}

/** Microseconds of processor and of time for one request. */
const measure = async (meters, width, requests) => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  let left = requests
  const worker = async () => {
    while (left-- > 0) await one(meters)
  }
  await Promise.all(Array.from({ length: width }, worker))
  await meters.flush()
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / requests, time: ((performance.now() - start) * 1000) / requests }
}

const median = list => [...list].sort((left, right) => left - right)[Math.floor(list.length / 2)]
const folder = mkdtempSync(join(tmpdir(), 'signalbox-admission-'))
const stores = {
  memory: memoryMeters(clock),
  SQLite: await sqliteMeters(join(folder, 'meters.db'), clock),
}
console.log('hold and settle at ten limits; medians of 7 rounds, the stores in turn')
console.log('| store | at the same time | us of processor | us of time |\n|---|---|---|---|')
const round = async (width, found) => {
  for (const [name, meters] of Object.entries(stores)) {
    const took = await measure(meters, width, name === 'memory' || width > 1 ? 20_000 : 4_000)
    found?.[name].push(took)
  }
}
for (const width of [1, 8, 32, 128]) {
  const found = Object.fromEntries(Object.keys(stores).map(name => [name, []]))
  // The first is to get warm.
  for (let count = 0; count < 8; count++) await round(width, count > 0 ? found : undefined)
  for (const [name, list] of Object.entries(found)) {
    const [cpu, time] = ['cpu', 'time'].map(which => median(list.map(one => one[which])).toFixed(1))
    console.log(`| ${name} | ${width} | ${cpu} | ${time} |`)
  }
}
for (const meters of Object.values(stores)) await meters.close()
rmSync(folder, { recursive: true, force: true })

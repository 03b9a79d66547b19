/** A budget that several processes share, some of which are killed while they spend it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sqliteMeters } from '../../src/platform/meters/sqlite.ts'
import { systemClock } from '../../src/platform/process.ts'
import type { Instant } from '../../src/domain/units.ts'
import { countingUpstream } from './counting-upstream.ts'
import { KilledHouses } from './killed-houses.ts'

/** As it will be once every lease is over. */
const later = () => {
  const clock = systemClock()
  return { ...clock, now: () => (clock.now() + 60_000) as Instant }
}

const meter = 'key:test usd total'

it('is never passed, is free of those that died once their lease is over, and equals what the upstream counts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-killed-'))
  const cap = 0.2
  await using upstream = await countingUpstream()
  await using houses = await KilledHouses.open({
    folder,
    upstream,
    store: 'store: { durable: sqlite:./state.db }',
    processes: 3,
    cap,
  })
  const statuses = new Set<number>()
  let answered = 0
  for (let round = 0; round < 6; round++) {
    for (const one of await houses.round(150, round > 0)) {
      if ('gone' in one) continue
      statuses.add(one.status)
      if (one.status !== 200) continue
      answered += 1
      expect([one.trace, one.cost]).toEqual([one.trace, upstream.billed.get(one.trace)])
    }
    expect(upstream.total()).toBeLessThanOrEqual(cap * 1e6)
  }
  expect([...statuses].sort()).toEqual([200, 402])
  // In the first round nobody is killed, and some sixty fit at once; how many more depends on when the others die.
  expect(answered).toBeGreaterThan(60)
  await houses.stop()
  const meters = await sqliteMeters(join(folder, 'state.meters.db'), later())
  await meters.reserve({ id: 'look', claims: [] })
  const [balance] = await meters.read([{ meter, window: { kind: 'total' } }])
  await meters.close()
  rmSync(folder, { recursive: true, force: true })
  // What was under way in a process that was killed is written off at its worst; all else is exact.
  expect(balance?.reserved).toBe(0)
  expect(balance?.used).toBeLessThanOrEqual(cap * 1e6)
  expect(balance?.used).toBeGreaterThanOrEqual(upstream.total())
}, 120_000)

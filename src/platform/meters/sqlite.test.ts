/** Meters in an SQLite file keep the laws, and nothing is lost of them by whatever kills a process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { settle, testClock } from '../../../test/clock.ts'
import { claim, metersContract } from '../../../test/contract/meters.contract.ts'
import { sqliteMeters } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'signalbox-meters-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
let path = ''
const newPath = (): string => {
  path = join(folder, `${++count}.db`)
  return path
}

metersContract('an SQLite file', {
  make: clock => sqliteMeters(newPath(), clock),
  makeOther: clock => sqliteMeters(path, clock),
})

describe('a file of meters', () => {
  it('is found again as it was left', async () => {
    const at = newPath()
    const clock = testClock()
    const before = await sqliteMeters(at, clock)
    const claims = [claim('a', 10, 100)]
    await before.reserve({ id: '1', claims })
    before.settle({ id: '1', claims, used: [7] })
    await before.close()
    const after = await sqliteMeters(at, clock)
    expect(after.peek('a', { kind: 'total' })).toEqual({ used: 7, reserved: 0 })
    await after.close()
  })
  it('that is full refuses what has to be held, keeps what was used, and is well again by itself', async () => {
    const clock = testClock()
    const meters = await sqliteMeters(newPath(), clock, { maxBytes: 80_000 })
    const held = []
    for (let place = 0; ; place++) {
      const id = `${place} ${'x'.repeat(500)}`
      const claims = [claim(id, 1, 10)]
      const grant = await meters.reserve({ id, claims })
      if (!grant.granted) {
        expect(grant).toMatchObject({ unavailable: expect.stringContaining('is full') })
        break
      }
      held.push({ id, claims })
    }
    expect(held.length).toBeGreaterThan(5)
    for (const { id, claims } of held) meters.settle({ id, claims: claims.slice(0, 0), used: [] })
    expect(meters.health()).toMatchObject({ state: 'down', waiting: held.length })
    clock.advance(1_000)
    await settle()
    // Settling frees the room that was held.
    expect(meters.health()).toMatchObject({ state: 'ok' })
    expect((await meters.reserve({ id: 'more', claims: [claim('a', 1, 10)] })).granted).toBe(true)
    await meters.close()
  })
  it('answers nobody any more once it is closed', async () => {
    const meters = await sqliteMeters(newPath(), testClock())
    await meters.close()
    expect(await meters.reserve({ id: '1', claims: [] })).toMatchObject({ granted: false })
  })
})

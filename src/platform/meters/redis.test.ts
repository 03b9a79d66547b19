/** Meters in a real Redis keep the laws, and do what is stated while it is gone. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { testClock } from '../../../test/clock.ts'
import { claim, metersContract } from '../../../test/contract/meters.contract.ts'
import { realRedis } from '../../../test/services/redis.ts'
import type { RealRedis } from '../../../test/services/redis.ts'
import type { Window } from '../../domain/limit.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Meters } from '../../ports/meters.ts'
import { systemClock } from '../process.ts'
import { connectRedis } from '../redis/connection.ts'
import { memoryMeters } from './memory.ts'
import { redisMeters } from './redis.ts'
import type { Mirror, OnLoss, RedisMetersOptions } from './redis.ts'

const redis: RealRedis | undefined = await realRedis()
afterAll(() => redis?.stop())
const url = redis?.url ?? ''
const real = systemClock()
const total: Window = { kind: 'total' }

let place = 0
beforeEach(() => void (place += 1))

/** The scripts by this clock instead of Redis' own, so that no test waits. */
const scriptsBy = async (clock: Clock): Promise<RedisMetersOptions['scripts']> => {
  const connection = await connectRedis({ url, clock: real, timeout: 2_000 })
  return {
    run: (script, words) => {
      const now = clock.now()
      const time = `{ '${Math.floor(now / 1000)}', '${Math.floor((now % 1000) * 1000)}' }`
      return connection.command(['EVAL', script.replace("redis.call('TIME')", time), '0', ...words])
    },
    health: () => connection.health(),
    close: () => connection.close(),
  }
}

const make = async (clock: Clock): Promise<Meters> =>
  redisMeters({ scripts: await scriptsBy(clock), clock, prefix: `{test${place}}:`, alone: memoryMeters(clock) })

describe.skipIf(redis === undefined)('with a real Redis', () => {
  metersContract('Redis', { make, makeOther: make, start: Math.floor(Date.now() / 1000) * 1000 })
})

/** Sums that outlive any Redis. */
const mirrorOf = (sums: Map<string, number>): Mirror => ({
  add: (key, amount) => void sums.set(key, (sums.get(key) ?? 0) + amount),
  load: async key => sums.get(key) ?? 0,
  flush: async () => undefined,
})

const until = async (what: string, claimed: () => Promise<boolean> | boolean): Promise<void> => {
  const end = performance.now() + 8_000
  while (!(await claimed())) {
    if (performance.now() > end) throw new Error(`it never came to this: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

describe.skipIf(redis === undefined)('a Redis that is lost', () => {
  const opened: Meters[] = []
  const sums = new Map<string, number>()
  const open = async (onLoss: OnLoss, prefix: string): Promise<Meters> => {
    const connection = await connectRedis({ url, clock: real, timeout: 150 })
    const [mirror, alone] = [mirrorOf(sums), memoryMeters(real)]
    const meters = redisMeters({ scripts: connection, clock: real, onLoss, mirror, alone, prefix })
    opened.push(meters)
    return meters
  }
  afterAll(async () => {
    for (const meters of opened) await meters.close()
  })
  const use = async (meters: Meters, id: string, amount: number, cap = 100) => {
    const claims = [claim('a', amount, cap)]
    const grant = await meters.reserve({ id, claims })
    if (grant.granted) meters.settle({ id, claims, used: [amount] })
    return grant
  }
  it('and comes back empty: nothing is granted meanwhile, and nothing of what was used is forgotten', async () => {
    const meters = await open({ budgets: 'refuse' }, '{refuse}:')
    expect(await use(meters, '1', 30)).toMatchObject({ granted: true })
    await meters.flush()
    const claims = [claim('a', 20, 100)]
    await meters.reserve({ id: 'under way', claims })
    await redis?.kill()
    const started = performance.now()
    expect(await use(meters, '2', 10)).toMatchObject({
      granted: false,
      unavailable: expect.stringContaining('redis at'),
    })
    // Nobody is held up for long, and the next not at all.
    expect(performance.now() - started).toBeLessThan(2_000)
    meters.settle({ id: 'under way', claims, used: [15] })
    expect(meters.health()).toMatchObject({ state: 'down', waiting: 1, means: expect.stringContaining('refused') })
    await redis?.start()
    await until('it is asked again', async () => (await use(meters, `again ${Math.random()}`, 0)).granted)
    await until('what was used is written', () => meters.health().waiting === undefined)
    expect(meters.health().state).toBe('ok')
    expect(await meters.read([{ meter: 'a', window: total }])).toEqual([{ used: 45, reserved: 0 }])
  })
  it('leaves each process a share of what was left, if that is wanted', async () => {
    const meters = await open({ budgets: 'allow', share: 0.25 }, '{allow}:')
    sums.clear()
    expect(await use(meters, 'b1', 20)).toMatchObject({ granted: true })
    await meters.flush()
    await meters.read([{ meter: 'a', window: total }])
    await redis?.kill()
    // A quarter of 80.
    expect(await use(meters, 'b2', 15)).toMatchObject({ granted: true })
    expect(await use(meters, 'b3', 6)).toMatchObject({ granted: false, short: [0] })
    expect(await use(meters, 'b4', 5)).toMatchObject({ granted: true })
    expect(meters.health()).toMatchObject({ state: 'degraded', means: expect.stringContaining('25 %') })
    await redis?.start()
    await until(
      'what was used is written',
      () => meters.health().waiting === undefined && meters.health().state === 'ok',
    )
    await use(meters, 'b5', 0)
    expect(await meters.read([{ meter: 'a', window: total }])).toEqual([{ used: 40, reserved: 0 }])
  })
  it('that only stands still is not waited for', async () => {
    const meters = await open({ budgets: 'refuse' }, '{still}:')
    await use(meters, 'c1', 5)
    redis?.pause()
    const started = performance.now()
    const grants = await Promise.all(Array.from({ length: 50 }, async (_, at) => use(meters, `c2 ${at}`, 1)))
    expect(grants.every(({ granted }) => !granted)).toBe(true)
    expect(performance.now() - started).toBeLessThan(2_000)
    redis?.resume()
    await until('it is asked again', async () => (await use(meters, `c3 ${Math.random()}`, 0)).granted)
  })
})

it('tells nobody the password of its address', async () => {
  const clock = testClock()
  const connection = await connectRedis({ url: 'redis://user:hidden@127.0.0.1:1', clock: real, timeout: 50 })
  await expect(connection.command(['PING'])).rejects.toThrow(/^redis at 127\.0\.0\.1:1 cannot be asked/)
  expect(JSON.stringify(connection.health())).not.toContain('hidden')
  expect(clock.waiting()).toBe(0)
  await connection.close()
})

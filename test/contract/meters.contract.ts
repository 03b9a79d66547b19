/** The laws of every store of meters. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Claim, Window } from '../../src/domain/limit.ts'
import { millis } from '../../src/domain/units.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Grant, Meters } from '../../src/ports/meters.ts'
import { testClock } from '../clock.ts'
import type { TestClock } from '../clock.ts'

/** What a contract suite is given. */
export interface MetersCase {
  /** New meters over a store that is empty. */
  readonly make: (clock: Clock) => Meters | Promise<Meters>
  /** Another process's meters over the same store; absent where nobody shares it. */
  readonly makeOther?: (clock: Clock) => Meters | Promise<Meters>
  /** Where the clocks begin. */
  readonly start?: number
  /** How long a lease lasts, by the clocks that are given. */
  readonly lease?: number
}

const total: Window = { kind: 'total' }
const minute: Window = { kind: 'rolling', length: millis(60_000), slices: 60 }

export const claim = (meter: string, amount: number, cap: number, window: Window = total): Claim => ({
  meter,
  window,
  cap,
  amount,
})

const isGranted = (grant: Grant): boolean => grant.granted

/** The laws, for one implementation. */
export const metersContract = (name: string, { make, makeOther, start, lease = 15_000 }: MetersCase): void => {
  describe(`${name} keep the laws of meters`, () => {
    let clock: TestClock
    let meters: Meters
    const opened: Meters[] = []
    beforeEach(async () => {
      clock = testClock(start)
      meters = await make(clock)
    })
    afterEach(async () => {
      await meters.close()
      for (const other of opened.splice(0)) await other.close()
    })
    const balance = async (meter: string, window: Window = total) => {
      await meters.flush()
      const [found] = await meters.read([{ meter, window }])
      return found
    }

    it('hold what is granted, and settle it by what was used', async () => {
      const claims = [claim('a', 40, 100), claim('b', 7, Infinity)]
      const grant = await meters.reserve({ id: '1', claims })
      expect(grant).toMatchObject({
        granted: true,
        balances: [
          { used: 0, reserved: 40 },
          { used: 0, reserved: 7 },
        ],
      })
      expect(await balance('a')).toMatchObject({ used: 0, reserved: 40 })
      meters.settle({ id: '1', claims, used: [25, 3] })
      expect(await balance('a')).toMatchObject({ used: 25, reserved: 0 })
      expect(await balance('b')).toMatchObject({ used: 3, reserved: 0 })
    })
    it('grant all or nothing, and tell which had no room', async () => {
      await meters.reserve({ id: '1', claims: [claim('b', 90, 100)] })
      const claims = [claim('a', 10, 100), claim('b', 11, 100), claim('c', 1, 0)]
      expect(await meters.reserve({ id: '2', claims })).toMatchObject({
        granted: false,
        short: [1, 2],
        balances: [
          { used: 0, reserved: 0 },
          { used: 0, reserved: 90 },
          { used: 0, reserved: 0 },
        ],
      })
      expect(await balance('a')).toMatchObject({ used: 0, reserved: 0 })
    })
    it('grant up to the cap, to the last millionth', async () => {
      expect(isGranted(await meters.reserve({ id: '1', claims: [claim('a', 99, 100)] }))).toBe(true)
      expect(isGranted(await meters.reserve({ id: '2', claims: [claim('a', 2, 100)] }))).toBe(false)
      expect(isGranted(await meters.reserve({ id: '3', claims: [claim('a', 1, 100)] }))).toBe(true)
      expect(isGranted(await meters.reserve({ id: '4', claims: [claim('a', 0, 100)] }))).toBe(true)
      expect(isGranted(await meters.reserve({ id: '5', claims: [claim('a', 0, 99)] }))).toBe(false)
    })
    it('never grant beyond the cap, however many ask at once', async () => {
      const grants = await Promise.all(
        Array.from({ length: 200 }, async (_, place) =>
          meters.reserve({ id: `n${place}`, claims: [claim('a', 3, 100)] }),
        ),
      )
      expect(grants.filter(isGranted)).toHaveLength(33)
      expect(await balance('a')).toMatchObject({ used: 0, reserved: 99 })
    })
    it('count a settlement once, however often it is told, and more than was held if that was used', async () => {
      const claims = [claim('a', 10, 100)]
      await meters.reserve({ id: '1', claims })
      for (let count = 0; count < 3; count++) meters.settle({ id: '1', claims, used: [30] })
      expect(await balance('a')).toMatchObject({ used: 30, reserved: 0 })
      meters.settle({ id: '1', claims, used: [30] })
      expect(await balance('a')).toMatchObject({ used: 30, reserved: 0 })
    })
    it('count what was never held, since it was used all the same', async () => {
      meters.settle({ id: 'x', claims: [claim('a', 10, 100)], used: [4] })
      expect(await balance('a')).toMatchObject({ used: 4, reserved: 0 })
    })
    it('hold under one id once', async () => {
      const claims = [claim('a', 10, 15)]
      await meters.reserve({ id: '1', claims })
      expect(isGranted(await meters.reserve({ id: '1', claims }))).toBe(true)
      expect(await balance('a')).toMatchObject({ used: 0, reserved: 10 })
    })
    it('take what is no count for none', async () => {
      const claims = [claim('a', -5, 100), claim('b', Number.NaN, 100), claim('c', 1.5, 100)]
      await meters.reserve({ id: '1', claims })
      expect(await balance('c')).toMatchObject({ used: 0, reserved: 2 })
      meters.settle({ id: '1', claims, used: [-3, Number.NaN, 0.5] })
      expect(await balance('a')).toMatchObject({ used: 0, reserved: 0 })
      expect(await balance('b')).toMatchObject({ used: 0, reserved: 0 })
      expect(await balance('c')).toMatchObject({ used: 1, reserved: 0 })
    })
    it('count each period by itself, also what is settled after it is over', async () => {
      const start = clock.now()
      const period = (place: number): Window => ({
        kind: 'calendar',
        start: (start + place * 60_000) as Instant,
        end: (start + (place + 1) * 60_000) as Instant,
      })
      const before = [claim('a', 10, 10, period(0))]
      await meters.reserve({ id: '1', claims: before })
      clock.advance(60_000)
      const after = [claim('a', 10, 10, period(1))]
      expect(await meters.reserve({ id: '2', claims: after })).toMatchObject({
        granted: true,
        balances: [{ used: 0, reserved: 10, resetsAt: start + 120_000 }],
      })
      meters.settle({ id: '1', claims: before, used: [8] })
      expect(await balance('a', period(0))).toMatchObject({ used: 8, reserved: 0 })
      expect(await balance('a', period(1))).toMatchObject({ used: 0, reserved: 10 })
    })
    it('forget what a rolling window has left behind, slice by slice', async () => {
      const use = async (id: string, used: number): Promise<void> => {
        const claims = [claim('a', used, 100, minute)]
        await meters.reserve({ id, claims })
        meters.settle({ id, claims, used: [used] })
        await meters.flush()
      }
      await use('1', 60)
      clock.advance(30_000)
      await use('2', 40)
      expect(isGranted(await meters.reserve({ id: '3', claims: [claim('a', 1, 100, minute)] }))).toBe(false)
      clock.advance(29_000)
      expect(await balance('a', minute)).toMatchObject({ used: 100 })
      clock.advance(2_500)
      expect(await balance('a', minute)).toMatchObject({ used: 40 })
      expect(isGranted(await meters.reserve({ id: '4', claims: [claim('a', 60, 100, minute)] }))).toBe(true)
    })
    it('count what goes on at the same time only while it does', async () => {
      const claims = [claim('a', 1, 1, { kind: 'held' })]
      await meters.reserve({ id: '1', claims })
      expect(isGranted(await meters.reserve({ id: '2', claims }))).toBe(false)
      meters.settle({ id: '1', claims, used: [0] })
      await meters.flush()
      expect(isGranted(await meters.reserve({ id: '3', claims }))).toBe(true)
      expect(await balance('a', { kind: 'held' })).toMatchObject({ used: 0, reserved: 1 })
    })
    it('begin anew where they are reset, but for what is held', async () => {
      const claims = [claim('a', 10, 100)]
      await meters.reserve({ id: '1', claims })
      meters.settle({ id: '1', claims, used: [10] })
      await meters.reserve({ id: '2', claims })
      await meters.flush()
      await meters.reset('a')
      expect(await balance('a')).toMatchObject({ used: 0, reserved: 10 })
      meters.settle({ id: '2', claims, used: [6] })
      expect(await balance('a')).toMatchObject({ used: 6, reserved: 0 })
    })
    it('take any name', async () => {
      for (const meter of ['__proto__', 'tag:job=ü 😀', "'; DROP TABLE meters; --", 'a @1', 'x'.repeat(300)]) {
        const claims = [claim(meter, 5, 10)]
        await meters.reserve({ id: meter, claims })
        meters.settle({ id: meter, claims, used: [5] })
        expect(await balance(meter)).toMatchObject({ used: 5, reserved: 0 })
      }
    })

    /** Only where somebody shares them. */
    const shared = (law: string, holds: () => Promise<void>): void => {
      if (makeOther !== undefined) it(law, holds)
    }
    const another = async (its: Clock = clock): Promise<Meters> => {
      if (makeOther === undefined) throw new Error('nobody shares it')
      const other = await makeOther(its)
      opened.push(other)
      return other
    }
    shared('are one for all who share them', async () => {
      const other = await another()
      const claims = [claim('a', 60, 100)]
      await meters.reserve({ id: '1', claims })
      expect(isGranted(await other.reserve({ id: '2', claims }))).toBe(false)
      meters.settle({ id: '1', claims, used: [10] })
      await meters.flush()
      expect(isGranted(await other.reserve({ id: '2', claims }))).toBe(true)
      other.settle({ id: '2', claims, used: [60] })
      await other.flush()
      expect(await balance('a')).toMatchObject({ used: 70, reserved: 0 })
    })
    /** A process of which the clock does not go on any more has been killed, or stopped. */
    const stopped = (): Promise<Meters> => another(testClock(clock.now()))
    shared('write off what a killed process held, once its lease is over, and not before', async () => {
      const other = await stopped()
      const claims = [claim('a', 30, 100), claim('b', 1, 5, { kind: 'held' })]
      await other.reserve({ id: '1', claims })
      clock.advance(lease / 2)
      await meters.reserve({ id: 'any', claims: [claim('z', 0, 1)] })
      expect(await balance('a')).toMatchObject({ used: 0, reserved: 30 })
      clock.advance(lease)
      await meters.reserve({ id: 'another', claims: [claim('z', 0, 1)] })
      expect(await balance('a')).toMatchObject({ used: 30, reserved: 0 })
      expect(await balance('b', { kind: 'held' })).toMatchObject({ used: 0, reserved: 0 })
    })
    shared('put right what was written off of a process that only stood still', async () => {
      const other = await stopped()
      const claims = [claim('a', 30, 100), claim('m', 30, 100, minute)]
      await other.reserve({ id: '1', claims })
      clock.advance(lease + 1_000)
      await meters.reserve({ id: 'any', claims: [claim('z', 0, 1)] })
      expect(await balance('a')).toMatchObject({ used: 30, reserved: 0 })
      other.settle({ id: '1', claims, used: [12, 12] })
      await other.flush()
      expect(await balance('a')).toMatchObject({ used: 12, reserved: 0 })
      expect(await balance('m', minute)).toMatchObject({ used: 12, reserved: 0 })
    })
  })
}

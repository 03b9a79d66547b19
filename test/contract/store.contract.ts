/** The laws of every store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { millis } from '../../src/domain/units.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Store } from '../../src/ports/store.ts'
import { testClock } from '../clock.ts'
import type { TestClock } from '../clock.ts'
import { usageLaws } from './usage-laws.ts'

/** What a contract suite is given. */
export interface StoreCase {
  /** A new, empty store that keeps the newest `keepEntries` of each topic's journal. */
  readonly make: (clock: Clock, options: { readonly keepEntries: number }) => Store | Promise<Store>
}

const keepEntries = 100

/** The laws, for one implementation. */
export const storeContract = (name: string, { make }: StoreCase): void => {
  describe(`${name} keeps the laws of a store`, () => {
    let clock: TestClock
    let store: Store
    beforeEach(async () => {
      clock = testClock()
      store = await make(clock, { keepEntries })
    })
    afterEach(() => store.close())

    usageLaws(() => ({ store, clock }))

    describe('records', () => {
      it('give back what was put, as a value of its own, and nothing for what was not', async () => {
        const value = { a: [1, 'ü', null, true], b: { c: 0.1 } }
        await store.records.put('key', value, 'any')
        value.b.c = 2
        const got = await store.records.get<typeof value>('key')
        expect(got?.value).toEqual({ a: [1, 'ü', null, true], b: { c: 0.1 } })
        if (got) got.value.b.c = 3
        expect((await store.records.get<typeof value>('key'))?.value.b.c).toBe(0.1)
        expect(await store.records.get('other')).toBeUndefined()
      })
      it('are written only over the version that was expected', async () => {
        expect(await store.records.put('key', 'one', 1)).toBe(false)
        expect(await store.records.get('key')).toBeUndefined()
        expect(await store.records.put('key', 'one', 0)).toBe(true)
        expect(await store.records.put('key', 'two', 0)).toBe(false)
        const first = await store.records.get('key')
        expect(first?.value).toBe('one')
        expect(await store.records.put('key', 'two', first?.version ?? -1)).toBe(true)
        expect(await store.records.put('key', 'three', first?.version ?? -1)).toBe(false)
        const second = await store.records.get('key')
        expect(second?.value).toBe('two')
        expect(second?.version).toBeGreaterThan(first?.version ?? Infinity)
      })
      it('have no version twice, also when deleted and made anew', async () => {
        await store.records.put('key', 'one', 'any')
        const old = (await store.records.get('key'))?.version ?? -1
        await store.records.delete('key')
        expect(await store.records.get('key')).toBeUndefined()
        expect(await store.records.put('key', 'two', old)).toBe(false)
        await store.records.put('key', 'two', 0)
        expect(await store.records.put('key', 'three', old)).toBe(false)
      })
      it('take one of many writers that expect the same version', async () => {
        await store.records.put('key', 0, 0)
        const version = (await store.records.get('key'))?.version ?? -1
        const won = await Promise.all(Array.from({ length: 50 }, (_, at) => store.records.put('key', at, version)))
        expect(won.filter(Boolean)).toHaveLength(1)
        expect((await store.records.get('key'))?.value).toBe(won.indexOf(true))
      })
      it('are gone when their time is over, and then count as absent', async () => {
        await store.records.put('key', 'one', 0, millis(1000))
        clock.advance(999)
        expect((await store.records.get('key'))?.value).toBe('one')
        clock.advance(1)
        expect(await store.records.get('key')).toBeUndefined()
        expect(await store.records.put('key', 'two', 0)).toBe(true)
        clock.advance(10_000_000)
        expect((await store.records.get('key'))?.value).toBe('two')
      })
      it('that expired do not hide those that did not', async () => {
        for (let at = 0; at < 2500; at += 1) {
          await store.records.put(`key${at}`, at, 'any', at % 2 === 0 ? millis(1) : undefined)
          clock.advance(1)
        }
        for (const at of [1, 1001, 2499]) expect((await store.records.get(`key${at}`))?.value).toBe(at)
        for (const at of [0, 1000, 2498]) expect(await store.records.get(`key${at}`)).toBeUndefined()
      })
    })

    describe('counters', () => {
      it('add up, also down and in fractions', async () => {
        expect(await store.counters.add('n', 2)).toEqual({ total: 2, added: true })
        expect(await store.counters.add('n', 0.5)).toEqual({ total: 2.5, added: true })
        expect(await store.counters.add('n', -3)).toEqual({ total: -0.5, added: true })
        expect(await store.counters.add('other', 0)).toEqual({ total: 0, added: true })
      })
      it('count far beyond 32 bits exactly', async () => {
        await store.counters.add('n', 9_000_000_000_000)
        expect(await store.counters.add('n', 1)).toEqual({ total: 9_000_000_000_001, added: true })
      })
      it('do not pass a ceiling, and may reach it', async () => {
        expect(await store.counters.add('n', 7, { ceiling: 10 })).toEqual({ total: 7, added: true })
        expect(await store.counters.add('n', 4, { ceiling: 10 })).toEqual({ total: 7, added: false })
        expect(await store.counters.add('n', 3, { ceiling: 10 })).toEqual({ total: 10, added: true })
        expect(await store.counters.add('fresh', 11, { ceiling: 10 })).toEqual({ total: 0, added: false })
        expect(await store.counters.add('fresh', 10, { ceiling: 10 })).toEqual({ total: 10, added: true })
      })
      it('give back under any ceiling', async () => {
        await store.counters.add('n', 10)
        expect(await store.counters.add('n', -2, { ceiling: 5 })).toEqual({ total: 8, added: true })
      })
      it('hold the ceiling under fifty writers at once', async () => {
        const all = await Promise.all(Array.from({ length: 50 }, () => store.counters.add('n', 3, { ceiling: 100 })))
        expect(all.filter(one => one.added)).toHaveLength(33)
        expect(await store.counters.add('n', 0)).toEqual({ total: 99, added: true })
      })
      it('begin anew when the time since their first addition is over', async () => {
        await store.counters.add('n', 5, { ttl: millis(1000) })
        clock.advance(999)
        expect((await store.counters.add('n', 1, { ttl: millis(1000) })).total).toBe(6)
        clock.advance(1)
        expect((await store.counters.add('n', 1, { ttl: millis(1000) })).total).toBe(1)
      })
      it('refuse what is no number', async () => {
        await expect(store.counters.add('n', Number.NaN)).rejects.toThrow('counter n: cannot add NaN')
        await expect(store.counters.add('n', Infinity)).rejects.toThrow('finite')
        expect((await store.counters.add('n', 0)).total).toBe(0)
      })
    })

    describe('the journal', () => {
      const numbered = (from: number, count: number) =>
        Array.from({ length: count }, (_, at) => ({ key: `k${(from + at) % 7}`, entry: { n: from + at } }))
      const all = async (topic: string, step: number): Promise<readonly number[]> => {
        const found: number[] = []
        let after: string | undefined
        for (;;) {
          const page = await store.journal.read<{ n: number }>(topic, after, step)
          if (page.length === 0) return found
          found.push(...page.map(one => one.entry.n))
          after = page.at(-1)?.cursor
        }
      }

      it('is read in the order of append, page by page, each topic alone', async () => {
        await store.journal.append('a', numbered(0, 10))
        await store.journal.append('b', numbered(100, 3))
        await store.journal.append('a', numbered(10, 5))
        expect(await all('a', 4)).toEqual(Array.from({ length: 15 }, (_, at) => at))
        expect(await all('b', 100)).toEqual([100, 101, 102])
        expect(await all('c', 100)).toEqual([])
      })
      it('goes on after a cursor with what came since', async () => {
        await store.journal.append('a', numbered(0, 2))
        const last = (await store.journal.read('a', undefined, 10)).at(-1)?.cursor
        expect(await store.journal.read('a', last, 10)).toEqual([])
        await store.journal.append('a', numbered(2, 1))
        expect((await store.journal.read('a', last, 10)).map(one => one.entry)).toEqual([{ n: 2 }])
      })
      it('refuses a cursor that it never gave', async () => {
        await store.journal.append('a', numbered(0, 1))
        await expect(store.journal.read('a', 'nonsense', 1)).rejects.toThrow('"nonsense" is no cursor')
      })
      it('finds the newest entry of a key', async () => {
        await store.journal.append('a', numbered(0, 20))
        expect(await store.journal.find('a', 'k3')).toEqual({ n: 17 })
        expect(await store.journal.find('b', 'k3')).toBeUndefined()
        expect(await store.journal.find('a', 'k9')).toBeUndefined()
        await store.journal.append('a', [{ key: 'k3', entry: { n: -1 } }, { entry: { n: -2 } }])
        expect(await store.journal.find('a', 'k3')).toEqual({ n: -1 })
      })
      it('takes all entries of an append, or none', async () => {
        const circle: { self?: unknown } = {}
        circle.self = circle
        await store.journal.append('a', numbered(0, 1))
        await expect(store.journal.append('a', [...numbered(1, 3), { entry: circle }])).rejects.toThrow()
        expect(await all('a', 10)).toEqual([0])
        await store.journal.append('a', [])
        await store.journal.append('a', numbered(1, 1))
        expect(await all('a', 10)).toEqual([0, 1])
      })
      it('keeps the newest entries of each topic and forgets the others', async () => {
        await store.journal.append('quiet', [{ key: 'q', entry: { n: 1 } }])
        const early = await store.journal.read('busy', undefined, 1)
        for (let at = 0; at < 40; at += 1) await store.journal.append('busy', numbered(at * 25, 25))
        const kept = await all('busy', 64)
        expect(kept.length).toBeGreaterThanOrEqual(keepEntries)
        expect(kept.length).toBeLessThanOrEqual(keepEntries * 2)
        expect(kept.at(-1)).toBe(999)
        expect(kept).toEqual(kept.map((_, at) => (kept[0] ?? 0) + at))
        expect(await all('quiet', 10)).toEqual([1])
        expect(await store.journal.find('busy', 'k0')).toEqual({ n: 994 })
        expect(early).toEqual([])
      })
      it('goes on from a cursor whose entry it has forgotten, with the oldest that is left', async () => {
        await store.journal.append('a', numbered(0, 1))
        const first = (await store.journal.read('a', undefined, 1))[0]?.cursor
        for (let at = 0; at < 40; at += 1) await store.journal.append('a', numbered(1 + at * 25, 25))
        const oldest = (await store.journal.read('a', undefined, 1))[0]
        expect((await store.journal.read('a', first, 1))[0]).toEqual(oldest)
      })
      it('takes fifty writers at once without mixing their entries', async () => {
        await Promise.all(Array.from({ length: 50 }, (_, at) => store.journal.append('a', numbered(at * 2, 2))))
        const found = await all('a', 1000)
        expect([...found].sort((left, right) => left - right)).toEqual(Array.from({ length: 100 }, (_, at) => at))
        for (let at = 0; at < found.length; at += 2) expect(found[at + 1]).toBe((found[at] ?? 0) + 1)
      })
    })
  })
}

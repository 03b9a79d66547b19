/** The laws of usage, which every store keeps. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { microUsd } from '../../src/domain/units.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Dimension, UsageLine, UsageQuery, UsageRow } from '../../src/ports/usage.ts'
import type { TestClock } from '../clock.ts'

const hour = 3_600_000
const at = (text: string): Instant => Date.parse(text) as Instant
const start = at('2026-03-01T00:00:00Z')
const sums = {
  requests: 1,
  attempts: 2,
  failures: 0,
  inputTokens: 100,
  cachedTokens: 10,
  outputTokens: 20,
  cost: microUsd(1500),
  unpriced: 0,
}

const row = (after: number, names: UsageRow['names'], changes: Partial<UsageRow> = {}): UsageRow => ({
  hour: (start + after * hour) as Instant,
  names,
  ...sums,
  ...changes,
})

const all: UsageQuery = { from: start, to: at('2027-01-01T00:00:00Z'), by: [], every: 'total' }

const linesOf = async ({ usage }: Pick<Store, 'usage'>, query: Partial<UsageQuery> = {}): Promise<UsageLine[]> => {
  const lines: UsageLine[] = []
  for await (const line of usage.query({ ...all, ...query })) lines.push(line)
  return lines
}

const names: readonly Dimension[] = ['team', 'model', 'tag:app']
const anyRow = fc.record({
  after: fc.integer({ min: 0, max: 90 }),
  names: fc.tuple(...names.map(() => fc.constantFrom('', 'a', 'b', 'ü', '__proto__', '🦊'))),
  cost: fc.integer({ min: 0, max: 5_000_000_000 }),
  requests: fc.integer({ min: 0, max: 3 }),
})

/** The laws, for the store and the clock of each test. */
export const usageLaws = (given: () => { readonly store: Store; readonly clock: TestClock }): void => {
  describe('usage', () => {
    it('adds up what has all names in common, in each hour apart', async () => {
      const { store } = given()
      await store.usage.add('one', [row(0, { team: 'ads', model: 'mini' }), row(1, { team: 'ads', model: 'mini' })])
      await store.usage.add('two', [row(0, { model: 'mini', team: 'ads' }), row(0, { model: 'mini', team: 'search' })])
      const found = await linesOf(store, { by: ['team', 'model'], every: 'hour' })
      expect(found.map(({ hour: begins, names: of, cost }) => [(begins - start) / hour, of, cost])).toEqual([
        [0, { team: 'ads', model: 'mini' }, 3000],
        [0, { team: 'search', model: 'mini' }, 1500],
        [1, { team: 'ads', model: 'mini' }, 1500],
      ])
      expect(await linesOf(store)).toEqual([
        {
          hour: start,
          names: {},
          requests: 4,
          attempts: 8,
          failures: 0,
          inputTokens: 400,
          cachedTokens: 40,
          outputTokens: 80,
          cost: 6000,
          unpriced: 0,
        },
      ])
    })
    it('adds a batch once, however often it is told, and after a week may forget that it was', async () => {
      const { store, clock } = given()
      const add = () => store.usage.add('one', [row(0, { team: 'ads' })])
      await Promise.all([add(), add(), add()])
      clock.advance(6 * 24 * hour)
      await add()
      expect((await linesOf(store))[0]?.requests).toBe(1)
      await store.usage.add('two', [row(0, { team: 'ads' })])
      expect((await linesOf(store))[0]?.requests).toBe(2)
    })
    it('adds all rows of a batch or none, and takes the batch again then', async () => {
      const { store } = given()
      const bad = [row(0, { team: 'ads' }), row(0, { team: 'ads' }, { cost: microUsd(1) * 0.5 } as Partial<UsageRow>)]
      await expect(store.usage.add('one', bad)).rejects.toThrow('cost is 0.5')
      await expect(store.usage.add('one', [row(0.5, {})])).rejects.toThrow('the beginning of an hour')
      await expect(store.usage.add('one', [row(0, {}, { requests: -1 })])).rejects.toThrow('requests is -1')
      await expect(store.usage.add('', [row(0, {})])).rejects.toThrow('a name of its own')
      expect(await linesOf(store)).toEqual([])
      await store.usage.add('one', [row(0, { team: 'ads' })])
      expect(await linesOf(store)).toHaveLength(1)
      await store.usage.add('none', [])
    })
    it('is told by days, weeks and months as the clocks of a zone say', async () => {
      const { store } = given()
      // In Berlin the clocks go forward on 29 March 2026: that day has 23 hours.
      const hours = Array.from({ length: 62 * 24 }, (_, after) => row(after, {}))
      await store.usage.add('one', hours)
      const days = await linesOf(store, { every: 'day', zone: 'Europe/Berlin' })
      const day = (text: string) => days.find(line => line.hour === at(text))?.requests
      expect(day('2026-03-28T00:00:00+01:00')).toBe(24)
      expect(day('2026-03-29T00:00:00+01:00')).toBe(23)
      expect(day('2026-03-30T00:00:00+02:00')).toBe(24)
      const months = await linesOf(store, { every: 'month', zone: 'Europe/Berlin' })
      expect(months.map(({ hour: begins, requests }) => [begins, requests])).toEqual([
        [at('2026-03-01T00:00:00+01:00'), 31 * 24 - 2],
        [at('2026-04-01T00:00:00+02:00'), 30 * 24],
        [at('2026-05-01T00:00:00+02:00'), 26],
      ])
      const weeks = await linesOf(store, { every: 'week' })
      expect(weeks[0]).toMatchObject({ hour: at('2026-02-23T00:00:00Z'), requests: 24 })
      expect(weeks[1]).toMatchObject({ hour: at('2026-03-02T00:00:00Z'), requests: 7 * 24 })
    })
    it('is told of the hours that begin within the time asked for, and of wanted names alone', async () => {
      const { store } = given()
      const rows = ['ads', 'search', ''].flatMap(team => [0, 1, 2].map(after => row(after, { team, 'tag:app': 'x' })))
      await store.usage.add('one', rows)
      const from = (start + hour) as Instant
      const within = { from, to: (start + 2 * hour) as Instant }
      expect((await linesOf(store, within))[0]).toMatchObject({ hour: from, requests: 3 })
      const chosen = await linesOf(store, { where: { team: ['ads', ''], 'tag:app': ['x'] }, by: ['team', 'user'] })
      expect(chosen.map(line => [line.names, line.requests])).toEqual([
        [{ team: '', user: '' }, 3],
        [{ team: 'ads', user: '' }, 3],
      ])
      expect(await linesOf(store, { where: { team: [] } })).toEqual([])
      expect(await linesOf(store, { to: start })).toEqual([])
    })
    it('loses nothing to fifty writers at once, and counts far beyond 32 bits', async () => {
      const { store } = given()
      const large = { cost: microUsd(90_000_000_000), inputTokens: 3_000_000_000 }
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => store.usage.add(`b${n}`, [row(n % 3, { team: `t${n % 2}` }, large)])),
      )
      const found = await linesOf(store, { by: ['team'] })
      expect(found.map(line => [line.names, line.cost, line.inputTokens])).toEqual([
        [{ team: 't0' }, 25 * 90_000_000_000, 75_000_000_000],
        [{ team: 't1' }, 25 * 90_000_000_000, 75_000_000_000],
      ])
    })
    it('may be added to while it is read', async () => {
      const { store } = given()
      await store.usage.add('one', [row(0, { team: 'ads' }), row(5, { team: 'ads' })])
      const seen: number[] = []
      for await (const line of store.usage.query({ ...all, every: 'hour' })) {
        seen.push(line.requests)
        await store.usage.add(`more${seen.length}`, [row(9, { team: 'search' })])
      }
      expect(seen.slice(0, 2)).toEqual([1, 1])
      expect((await linesOf(store))[0]?.requests).toBe(4)
    })
    it('comes to the same sums however it is split', async () => {
      const { store } = given()
      let told = 0
      const total = { cost: 0, requests: 0 }
      const every = fc.constantFrom<UsageQuery['every']>('hour', 'day', 'week', 'month', 'total')
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyRow, { maxLength: 12 }),
          every,
          fc.subarray([...names]),
          async (rows, by, dims) => {
            told += 1
            const batch = rows.map(({ after, names: of, cost, requests }) => {
              total.cost += cost
              total.requests += requests
              const named = Object.fromEntries(names.map((name, place) => [name, of[place] ?? '']))
              return row(after, named, { cost: microUsd(cost), requests })
            })
            await store.usage.add(`batch${told}`, batch)
            const lines = await linesOf(store, { every: by, by: dims, zone: 'Asia/Tokyo' })
            expect(lines.reduce((sum, line) => sum + line.cost, 0)).toBe(total.cost)
            expect(lines.reduce((sum, line) => sum + line.requests, 0)).toBe(total.requests)
            const keys = lines.map(line => JSON.stringify([line.hour, dims.map(name => line.names[name])]))
            expect(new Set(keys).size).toBe(keys.length)
            expect(lines.map(line => line.hour)).toEqual(lines.map(line => line.hour).toSorted((a, b) => a - b))
          },
        ),
        { numRuns: 40 },
      )
    })
  })
}

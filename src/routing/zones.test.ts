/** What clocks say in places of the world, across the changes of their hours. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate, facts } from '../../test/contract/strategy.contract.ts'
import type { Instant } from '../domain/units.ts'
import { fieldOf } from './conditions.ts'
import { wallClock, zoneNamed } from './zones.ts'

const at = (field: string, instant: number): unknown =>
  fieldOf(field)?.read(facts([candidate('a')], { now: instant as Instant }))
const hour = 3_600_000

describe('a zone', () => {
  it('springs forward: the hour that is left out is never shown', () => {
    const change = Date.UTC(2026, 2, 29, 1)
    const field = 'time.minuteOfDay@Europe/Berlin'
    expect([at(field, change - 1), at(field, change), at(field, change + hour)]).toEqual([119, 180, 240])
  })
  it('falls back: the hour that comes twice is shown twice', () => {
    const change = Date.UTC(2026, 9, 25, 1)
    expect([-hour, -1, 0, hour].map(step => at('time.hour@Europe/Berlin', change + step))).toEqual([2, 2, 2, 3])
  })
  it('may change on its own day, by half an hour, and on the other half of the year', () => {
    expect(at('time.minuteOfDay@Australia/Lord_Howe', Date.UTC(2026, 3, 4, 14, 59))).toBe(119)
    expect(at('time.minuteOfDay@Australia/Lord_Howe', Date.UTC(2026, 3, 4, 15, 0))).toBe(90)
  })
  it('may be a day ahead or behind', () => {
    const noon = Date.UTC(2026, 11, 31, 11)
    expect(at('time.date@Pacific/Kiritimati', noon)).toBe(20_270_101)
    expect(at('time.date@Pacific/Pago_Pago', noon)).toBe(20_261_231)
    expect(at('time.month@Pacific/Kiritimati', noon)).toBe(1)
    expect(at('time.weekday@Pacific/Kiritimati', noon)).toBe(5)
  })
  it('goes by any of its names, and by an offset', () => {
    const noon = Date.UTC(2026, 0, 1, 12)
    for (const zone of ['Asia/Kolkata', 'Asia/Calcutta', 'asia/kolkata', '+05:30'])
      expect(at(`time.minuteOfDay@${zone}`, noon), zone).toBe(1050)
    expect(at('time.hour@UTC', noon)).toBe(12)
  })
  it('shows no time where there is none', () => {
    for (const instant of [Number.NaN, Infinity, 9e15, -9e15])
      expect(at('time.hour@Europe/Berlin', instant)).toBeUndefined()
  })
  it('agrees with the clock of the machine at any instant of a hundred years', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tehran', 'Africa/Casablanca', 'America/St_Johns']
    const instants = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2090, 0) })
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (name, instant) => {
        const zone = zoneNamed(name)
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' })
        const wall = zone.ok ? (wallClock(instant, zone.value) ?? 0) : 0
        expect(new Date(wall).toISOString().slice(0, 19)).toBe(shown.format(instant).replace(' ', 'T'))
      }),
      { numRuns: 500 },
    )
  })
})

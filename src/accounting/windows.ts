/** Over which time a limit counts, and how much it allows now. */
import type { Limit, Period, Window } from '../domain/limit.ts'
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { zoneIn } from '../domain/zone.ts'
import type { Zone } from '../domain/zone.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How far a rolling window looks back. */
const lengths: Readonly<Record<Exclude<Period, 'total'>, number>> = {
  minute,
  hour,
  day,
  week: 7 * day,
  month: 30 * day,
  quarter: 91 * day,
  year: 365 * day,
}
const slices = 60

/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const mondayBefore = 3

/** Clocks are changed at night; an offset that long before a day is that of the day before. */
const before = 4 * hour

/** The instant at which the clocks of a zone first say this, told as if they were in UTC. Where they skip it, the one at which they go on. */
const instantOf = (wall: number, zone: Zone): number => {
  const near = wall - zone.offset(wall)
  return wall - zone.offset(near - before)
}

/** The beginning of the period and of the next, as the clock on the wall says. */
const wallPeriod = (per: Exclude<Period, 'minute' | 'hour' | 'total'>, wall: number): readonly [number, number] => {
  const date = new Date(wall)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  switch (per) {
    case 'day': {
      const start = Math.floor(wall / day) * day
      return [start, start + day]
    }
    case 'week': {
      const start = (Math.floor((wall / day + mondayBefore) / 7) * 7 - mondayBefore) * day
      return [start, start + 7 * day]
    }
    case 'month':
      return [Date.UTC(year, month), Date.UTC(year, month + 1)]
    case 'quarter': {
      const first = month - (month % 3)
      return [Date.UTC(year, first), Date.UTC(year, first + 3)]
    }
    case 'year':
      return [Date.UTC(year, 0), Date.UTC(year + 1, 0)]
  }
}

const calendar = (per: Exclude<Period, 'total'>, zone: Zone, now: Instant): Window => {
  if (per === 'minute' || per === 'hour') {
    // An hour that the clocks go through twice is two hours.
    const offset = zone.offset(now)
    const length = lengths[per]
    const start = Math.floor((now + offset) / length) * length - offset
    return { kind: 'calendar', start: start as Instant, end: (start + length) as Instant }
  }
  const [from, to] = wallPeriod(per, now + zone.offset(now))
  const [start, end] = [instantOf(from, zone), instantOf(to, zone)]
  return { kind: 'calendar', start: start as Instant, end: end as Instant }
}

/** The window of a limit as it stands at this moment; a zone that nobody knows counts as UTC. */
export const windowOf = (
  { measure, per, window, zone }: Pick<Limit, 'measure' | 'per' | 'window' | 'zone'>,
  now: Instant,
): Window => {
  if (measure === 'concurrent') return { kind: 'held' }
  if (per === 'total') return { kind: 'total' }
  if (window === 'rolling') return { kind: 'rolling', length: millis(lengths[per]), slices }
  return calendar(per, zoneIn(zone), now)
}

/** What is in force of a limit now: its override while that lasts; Infinity where it is only told. */
export const capOf = ({ amount, hard, override }: Limit, now: Instant): number => {
  if (!hard) return Infinity
  if (override === undefined || now >= override.until || now < (override.from ?? -Infinity)) return amount
  return override.amount
}

/** What a condition can ask of the time: hour, weekday, date, each in UTC or in a named zone. */
import type { Facts } from '../domain/decision.ts'
import type { Field } from './fields.ts'
import { wallClock } from './zones.ts'
import type { Zone } from './zones.ts'

const minuteLength = 60_000
const hourLength = 60 * minuteLength
const dayLength = 24 * hourLength
const remainder = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor

/** Year, month and day of a day since the epoch, by the civil calendar. */
const civil = (days: number): { readonly year: number; readonly month: number; readonly day: number } => {
  const date = new Date(days * dayLength)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}
const dateNumber = (wall: number): number => {
  const { year, month, day } = civil(Math.floor(wall / dayLength))
  return year * 10_000 + month * 100 + day
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Days of the week have names as well as numbers. */
const weekdayNumber = (written: unknown): unknown => {
  if (typeof written !== 'string') return written
  const day = weekdays.findIndex(one => one === written.toLowerCase() || one.slice(0, 3) === written.toLowerCase())
  return day < 0 ? written : day + 1
}
const minuteNumber = (written: unknown): unknown => {
  const [, hour, minute] = (typeof written === 'string' && /^(\d{1,2}):(\d{2})$/.exec(written)) || []
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) return written
  return Number(hour) * 60 + Number(minute)
}
const dateWritten = (written: unknown): unknown => {
  const [text, year, month, day] = (typeof written === 'string' && /^(\d{4})-(\d{2})-(\d{2})$/.exec(written)) || []
  if (text === undefined) return written
  const read = civil(Math.floor(Date.UTC(Number(year), Number(month) - 1, Number(day)) / dayLength))
  // The 31st of April is no date.
  return read.month === Number(month) && read.day === Number(day)
    ? read.year * 10_000 + read.month * 100 + read.day
    : written
}

const upTo = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, place) => first + place)

interface TimeField extends Omit<Field, 'holds' | 'read'> {
  /** From milliseconds as the clocks of the zone count them. */
  from(wall: number): number
}
const timeFields: Readonly<Record<string, TimeField>> = {
  'time.hour': {
    sentence: 'The hour of the day, 0 to 23, UTC unless a zone is named.',
    range: [0, 23],
    values: upTo(0, 23),
    from: wall => Math.floor(remainder(wall, dayLength) / hourLength),
  },
  'time.minuteOfDay': {
    sentence: 'The minute of the day, 0 to 1439, or written as a time such as "18:30", UTC unless a zone is named.',
    range: [0, 1439],
    written: minuteNumber,
    from: wall => Math.floor(remainder(wall, dayLength) / minuteLength),
  },
  'time.weekday': {
    sentence: 'The day of the week: monday to sunday, or 1 to 7, UTC unless a zone is named.',
    range: [1, 7],
    values: upTo(1, 7),
    written: weekdayNumber,
    // Day 0 of the epoch was a Thursday, the fourth day.
    from: wall => remainder(Math.floor(wall / dayLength) + 3, 7) + 1,
  },
  'time.day': {
    sentence: 'The day of the month, 1 to 31, UTC unless a zone is named.',
    range: [1, 31],
    values: upTo(1, 31),
    from: wall => civil(Math.floor(wall / dayLength)).day,
  },
  'time.month': {
    sentence: 'The month, 1 to 12, UTC unless a zone is named.',
    range: [1, 12],
    values: upTo(1, 12),
    from: wall => civil(Math.floor(wall / dayLength)).month,
  },
  'time.date': {
    sentence: 'The date, written as 2026-12-24 and held as the number 20261224, UTC unless a zone is named.',
    range: [0, 99_991_231],
    written: dateWritten,
    from: dateNumber,
  },
}

/** Their names; behind each, `@` and a zone may stand. */
export const timeFieldNames: readonly string[] = Object.keys(timeFields)

/** The field of this name, as the clocks of the zone show it. */
export const timeField = (name: string, zone: Zone): Field | undefined => {
  const field = Object.hasOwn(timeFields, name) ? timeFields[name] : undefined
  if (field === undefined) return undefined
  const { from, ...rest } = field
  return {
    ...rest,
    holds: 'number',
    read: ({ now }: Facts) => {
      const wall = wallClock(now, zone)
      return wall === undefined ? undefined : from(wall)
    },
  }
}

/** How far the clocks of a place are ahead of UTC, for an instant that is given. */

/** A place whose clocks go the same. */
export interface Zone {
  readonly name: string
  /** How far its clocks are ahead of UTC at this instant, in milliseconds. */
  offset(instant: number): number
}

const minute = 60_000

/** UTC, which is nowhere ahead of itself. */
export const utc: Zone = { name: 'UTC', offset: () => 0 }

const partsOf = (format: Intl.DateTimeFormat, instant: number): Readonly<Record<string, number>> =>
  Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))

const wallTime = (format: Intl.DateTimeFormat, instant: number): number => {
  const { year = 0, month = 1, day = 1, hour = 0, minute: minutes = 0, second = 0 } = partsOf(format, instant)
  return Date.UTC(year, month - 1, day, hour, minutes, second)
}

/** Clocks are changed on whole minutes, so each minute is looked up once. */
const zoneOf = (name: string, format: Intl.DateTimeFormat): Zone => {
  let known = Number.NaN
  let offset = 0
  return {
    name,
    offset: instant => {
      const start = Math.floor(instant / minute) * minute
      if (start !== known) {
        offset = wallTime(format, start) - start
        known = start
      }
      return offset
    },
  }
}

const formatFor = (timeZone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    // There is no such zone, which is what undefined says.
    return undefined
  }
}

/** Every way to write an offset takes room; there are some 600 names. */
const mostZones = 1_024
const zones = new Map<string, Zone>()

/** The zone of this name in the database of IANA, or of this offset; undefined where there is none. */
export const findZone = (name: string): Zone | undefined => {
  if (name === 'UTC') return utc
  const before = zones.get(name)
  if (before !== undefined) return before
  const format = formatFor(name)
  if (format === undefined) return undefined
  if (zones.size >= mostZones) zones.clear()
  const zone = zoneOf(name, format)
  zones.set(name, zone)
  return zone
}

/** The zone of this name; UTC where none is named or there is none of this name. */
export const zoneIn = (name: string | undefined): Zone => (name === undefined ? utc : (findZone(name) ?? utc))

/** Times as people write them: a day, a month, an instant, or so long ago. */
import type { Instant } from '../../domain/units.ts'
import type { Zone } from '../../domain/zone.ts'

const lengths = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
/** Clocks are changed at night; an offset that long before a day is that of the day before. */
const before = 4 * 3_600_000

/** When the clocks of the zone say this, told as if they were in UTC. */
const onTheWall = (wall: number, zone: Zone): Instant => {
  const near = wall - zone.offset(wall)
  return (wall - zone.offset(near - before)) as Instant
}

const dayOf = (text: string, zone: Zone): Instant | undefined => {
  const found = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text)
  if (found === null) return undefined
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 1)]
  const wall = Date.UTC(year, month - 1, day)
  const date = new Date(wall)
  // 30 February is no day.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? onTheWall(wall, zone) : undefined
}

/** The instant that is meant, from the hour on where it is so long ago; undefined where nothing of that kind is. */
export const readTime = (text: string, zone: Zone, now: Instant): Instant | undefined => {
  const ago = /^(\d{1,5})([hdw])$/.exec(text)
  if (ago !== null) {
    const length = lengths[ago[2] as keyof typeof lengths]
    return (Math.floor((now - Number(ago[1]) * length) / lengths.h) * lengths.h) as Instant
  }
  if (text === 'now') return now
  const day = dayOf(text, zone)
  if (day !== undefined) return day
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined
  const instant = Date.parse(text)
  return Number.isNaN(instant) ? undefined : (instant as Instant)
}

/** The beginning of the month in which this is. */
export const monthOf = (now: Instant, zone: Zone): Instant => {
  const date = new Date(now + zone.offset(now))
  return onTheWall(Date.UTC(date.getUTCFullYear(), date.getUTCMonth()), zone)
}

/** What the clock on the wall says in a place, for an instant that is given. */
import { didYouMean } from '../domain/nearest.ts'
import type { Checked } from '../domain/units.ts'
import { findZone, utc } from '../domain/zone.ts'
import type { Zone } from '../domain/zone.ts'
import { isKnown } from './measures.ts'
import { fine, wrong } from './options.ts'

export { utc }
export type { Zone }

/** Instants beyond are no dates. */
const furthest = 8.64e15

/** The zone of this name in the database of IANA, e.g. `Europe/Berlin`, or of this offset, e.g. `+05:30`. */
export const zoneNamed = (name: string): Checked<Zone> => {
  const zone = findZone(name)
  if (zone !== undefined) return fine(zone)
  const meant = didYouMean(name, ['UTC', ...Intl.supportedValuesOf('timeZone')])
  return wrong(`there is no time zone "${name}"${meant} (write one of IANA's names, such as Europe/Berlin)`)
}

/** Milliseconds since the epoch as the clocks of the zone count them; undefined for what is no instant. */
export const wallClock = (now: number, zone: Zone): number | undefined =>
  isKnown(now) && Math.abs(now) <= furthest - 2 * 86_400_000 ? now + zone.offset(now) : undefined

/** Where records belong, and whether whoever asks may see or change them there. */
import type { Duty } from '../domain/caller.ts'
import type { Limit } from '../domain/limit.ts'
import { covers, isHouseWide, isOwnBound, isWithin, suffices } from './duty.ts'
import type { Place } from './duty.ts'
import type { AdminHouse } from './house.ts'
import { AdminRefusal } from './refusal.ts'
import { find } from './tenancy-records.ts'
import type { Kind } from './tenancy-records.ts'

type Source = Pick<AdminHouse, 'settings' | 'store'>

/** The place of a team by its name. */
const placeOfTeam = async (source: Source, team: string): Promise<Place> => {
  const organisation = (await find(source, 'team', team))?.value.organisation
  return { team, ...(organisation !== undefined && { organisation }) }
}

interface Belonging {
  readonly organisation?: string
  readonly team?: string
  readonly user?: string
}

/** Where that belongs which names an organisation, a team, a user: its team counts before its user's. */
export const placeOf = async (source: Source, { organisation, team, user }: Belonging): Promise<Place> => {
  if (team !== undefined)
    return { ...(organisation !== undefined && { organisation }), ...(await placeOfTeam(source, team)) }
  const owner = user === undefined ? undefined : (await find(source, 'user', user))?.value
  const above = owner === undefined ? {} : await placeOf(source, belongingOf(owner))
  return { ...above, ...(organisation !== undefined && { organisation }) }
}

const belongingOf = ({ organisation, team }: Belonging): Belonging => ({
  ...(organisation !== undefined && { organisation }),
  ...(team !== undefined && { team }),
})

/** Where the subject of a limit belongs; house-wide for pools, providers, models, tags, runs and whatever holds for all. */
const placeOfSubject = async (source: Source, { level, of }: Pick<Limit, 'level' | 'of'>): Promise<Place> => {
  if (of === '*') return {}
  if (level === 'organisation') return { organisation: of }
  if (level === 'team') return placeOfTeam(source, of)
  if (level !== 'user' && level !== 'key') return {}
  const found = await find(source, level, of)
  return found === undefined ? {} : placeOfRecord(source, level, found.value)
}

/** As much of a record as says where it belongs. */
type Placed = Belonging & { readonly id: string } & Partial<Pick<Limit, 'level' | 'of'>>

/** Where a record belongs. */
export const placeOfRecord = async (source: Source, kind: Kind, record: Placed): Promise<Place> => {
  const { id, level, of } = record
  if (kind === 'organisation') return { organisation: id }
  if (kind === 'limit') return level === undefined || of === undefined ? {} : placeOfSubject(source, { level, of })
  return kind === 'team' ? { ...belongingOf(record), team: id } : placeOf(source, record)
}

/** True if the record is what bounds duties, or a limit of it, and not only something within. */
const bounds = (kind: Kind, { level }: Placed): boolean =>
  kind === 'organisation' || kind === 'team' || level === 'organisation' || level === 'team'

const shown = ({ organisation, team }: Place): string =>
  [organisation !== undefined && `the organisation "${organisation}"`, team !== undefined && `the team "${team}"`]
    .filter(part => part !== false)
    .join(' and ')

/** Refuses what concerns the whole house where the duty holds only in a part of it. */
export const demandHouseWide = (duty: Duty): void => {
  if (!isHouseWide(duty)) {
    throw new AdminRefusal('forbidden', `your duty holds in ${shown(duty)} alone, and this concerns the whole house`)
  }
}

/** True if whoever has the duty may see the record. */
export const maySee = async (source: Source, duty: Duty, kind: Kind, record: Placed): Promise<boolean> =>
  isHouseWide(duty) || isWithin(duty, await placeOfRecord(source, kind, record))

/** Refuses a change outside of the duty, and of the bound itself that was set from above. */
export const demandPlace = async (source: Source, duty: Duty, kind: Kind, record: Placed): Promise<void> => {
  if (isHouseWide(duty)) return
  const place = await placeOfRecord(source, kind, record)
  if (!isWithin(duty, place)) {
    throw new AdminRefusal('forbidden', `your duty holds in ${shown(duty)} alone; name it, and nothing beyond it`)
  }
  if (bounds(kind, record) && isOwnBound(duty, place)) {
    const why = `your duty is bounded by ${shown(duty)}; what holds for that itself is changed from above`
    throw new AdminRefusal('forbidden', why)
  }
}

/** Refuses to touch or give a duty beyond one's own. */
export const demandCover = async (source: Source, duty: Duty, other: Duty): Promise<void> => {
  if (!suffices(duty.role, 'admin')) {
    throw new AdminRefusal('forbidden', `the role ${duty.role} may not change admin keys; admin would be enough`)
  }
  if (!covers(duty, other, await placeOf(source, other))) {
    throw new AdminRefusal('forbidden', 'nobody gives, changes or takes a duty beyond their own', 'duty')
  }
}

/** What a duty allows: which role is enough for what, and where it holds. */
import type { Duty, Role } from '../domain/caller.ts'

/** Where a record belongs; house-wide where neither is named. */
export interface Place {
  readonly organisation?: string
  readonly team?: string
}

/** From the least to the most. */
export const roles = ['viewer', 'editor', 'admin', 'owner'] as const satisfies readonly Role[]

/** True if who has this role may do what takes at least that one. */
export const suffices = (role: Role, least: Role): boolean => roles.indexOf(role) >= roles.indexOf(least)

/** True if the duty holds in the whole house. */
export const isHouseWide = ({ organisation, team }: Duty): boolean => organisation === undefined && team === undefined

/** True if what belongs there is within the duty. */
export const isWithin = (duty: Duty, place: Place): boolean =>
  (duty.organisation === undefined || duty.organisation === place.organisation) &&
  (duty.team === undefined || duty.team === place.team)

/** True if the place is the very one that the duty is bounded by: what holds for it was given from above. */
export const isOwnBound = (duty: Duty, place: Place): boolean => {
  if (duty.team !== undefined) return place.team === duty.team
  return duty.organisation !== undefined && place.organisation === duty.organisation && place.team === undefined
}

/** True if nothing in `other`, which holds at `place`, goes beyond `duty`. */
export const covers = (duty: Duty, other: Duty, place: Place): boolean =>
  suffices(duty.role, other.role) && isWithin(duty, place)

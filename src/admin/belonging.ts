/** What a new record belongs to: that it is there, that it fits together, and that it is still there when it is written. */
import type { Team, User } from '../domain/tenancy.ts'
import type { Write } from './change.ts'
import type { AdminHouse } from './house.ts'
import { AdminRefusal } from './refusal.ts'
import { find, recordKey } from './tenancy-records.ts'

/** Ids of what it belongs to. */
export interface Belonging {
  readonly organisation?: string | undefined
  readonly team?: string | undefined
  readonly user?: string | undefined
}

type Above = 'organisation' | 'team' | 'user'

const demandPart = (what: Above, of: Above, named: Belonging, isPart: boolean): void => {
  if (isPart) return
  throw new AdminRefusal(
    'invalid',
    `the ${what} "${named[what] ?? ''}" is not part of the ${of} "${named[of] ?? ''}"`,
    what,
  )
}

const demandFit = (named: Belonging, team: Team | undefined, user: User | undefined): void => {
  const { organisation } = named
  if (organisation !== undefined && team !== undefined) {
    demandPart('team', 'organisation', named, team.organisation === organisation)
  }
  if (user === undefined) return
  if (named.team !== undefined && user.team !== undefined) demandPart('user', 'team', named, user.team === named.team)
  const above = organisation ?? team?.organisation
  if (above === undefined || user.organisation === undefined) return
  demandPart('user', 'organisation', { ...named, organisation: above }, user.organisation === above)
}

/**
 * The records that a new one belongs to, to be written again as they are: whoever deletes one of them at the same moment
 * comes too late, or makes this one begin anew.
 */
export const hold = async (house: AdminHouse, named: Belonging): Promise<readonly Write[]> => {
  const writes: Write[] = []
  const take = async <K extends Above>(kind: K) => {
    const id = named[kind]
    if (id === undefined) return undefined
    const found = await find(house, kind, id)
    if (found === undefined) throw new AdminRefusal('invalid', `there is no ${kind} "${id}"`, kind)
    if (found.value.origin === 'api') {
      writes.push({ key: recordKey(kind, id), value: found.value, expected: found.version })
    }
    return found.value
  }
  await take('organisation')
  demandFit(named, await take('team'), await take('user'))
  return writes
}

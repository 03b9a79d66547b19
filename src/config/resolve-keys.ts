/** Virtual keys of a file: who calls, and what each may use. */
import type { Caller } from '../domain/caller.ts'
import type { VirtualKeyId } from '../domain/ids.ts'
import type { Instant } from '../domain/units.ts'
import { warningAt } from './finding.ts'
import { leads } from './ground.ts'
import type { Ground } from './ground.ts'
import { limitsOf } from './limits.ts'
import { allowOf } from './resolve-tenancy.ts'
import type { KeyEntry } from './schema-house.ts'
import type { KeyConfig, TenancyConfig } from './settings.ts'

type Place = Pick<Caller, 'organisation' | 'team' | 'user'>

/** Names that are given must be there, as far as the file knows of such places. */
const checkPlace = (ground: Ground, id: string, { team, organisation }: KeyEntry, tenancy: TenancyConfig): void => {
  const path = ['keys', id]
  const teams = tenancy.teams.map(one => one.id)
  const organisations = tenancy.organisations.map(one => one.id)
  if (team !== undefined && teams.length > 0) leads(ground, [...path, 'team'], team, { what: 'team', names: teams })
  if (organisation === undefined || organisations.length === 0) return
  leads(ground, [...path, 'organisation'], organisation, { what: 'organisation', names: organisations })
}

/** Where it belongs: what it does not say, its user and its team do. */
const placeOf = ({ team, user, organisation }: KeyEntry, tenancy: TenancyConfig): Place => {
  const owner = tenancy.users.find(one => one.id === user)
  const inTeam = team ?? owner?.team
  const above = organisation ?? tenancy.teams.find(one => one.id === inTeam)?.organisation ?? owner?.organisation
  return {
    ...(above !== undefined && { organisation: above }),
    ...(inTeam !== undefined && { team: inTeam }),
    ...(user !== undefined && { user }),
  }
}

const dutyOf = ({ admin }: KeyEntry): Pick<Caller, 'admin' | 'duty'> => {
  if (admin === undefined || typeof admin === 'boolean') return admin === undefined ? {} : { admin }
  return { admin: true, duty: { role: admin } }
}

interface Whose {
  readonly ground: Ground
  readonly tenancy: TenancyConfig
  readonly policies: readonly string[]
}

const callerOf = (id: string, entry: KeyEntry, { ground, tenancy, policies }: Whose): Caller => ({
  key: id as VirtualKeyId,
  ...placeOf(entry, tenancy),
  ...(entry.allow !== undefined && { allow: allowOf(ground, ['keys', id, 'allow'], entry.allow, policies) }),
  ...dutyOf(entry),
  ...(entry.guardrails !== undefined && { guardrails: entry.guardrails }),
  ...(entry.metadata !== undefined && { metadata: entry.metadata }),
})

/** Every key, with what its allow-list names checked against what there is. */
export const resolveKeys = (
  ground: Ground,
  policies: readonly string[],
  tenancy: TenancyConfig,
): readonly KeyConfig[] =>
  Object.entries(ground.file.keys ?? {}).map(([id, entry]) => {
    const path = ['keys', id]
    const { expires, addresses } = entry
    for (const member of ['expires', 'addresses', 'guardrails'] as const) {
      if (entry[member] === undefined) continue
      ground.doubts.push(warningAt([...path, member], `${member} is not in force yet: the key is good without it`))
    }
    checkPlace(ground, id, entry, tenancy)
    return {
      id: id as VirtualKeyId,
      reference: entry.value,
      caller: callerOf(id, entry, { ground, tenancy, policies }),
      limits: limitsOf(entry, { level: 'key', of: id, path, doubts: ground.doubts }),
      ...(addresses !== undefined && { addresses }),
      ...(expires !== undefined && { expiresAt: expires as Instant }),
    }
  })

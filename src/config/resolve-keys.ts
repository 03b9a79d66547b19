/** Virtual keys of a file: who calls, and what each may use. */
import type { AllowList, Caller } from '../domain/caller.ts'
import type { VirtualKeyId } from '../domain/ids.ts'
import { operations } from '../domain/operation.ts'
import { warningAt } from './finding.ts'
import type { Path } from './finding.ts'
import { leads, modelNames } from './ground.ts'
import type { Ground } from './ground.ts'
import type { KeyEntry } from './schema-house.ts'
import type { KeyConfig } from './settings.ts'

const notInForce = (ground: Ground, path: Path, what: string): void => {
  ground.doubts.push(warningAt(path, `${what} not in force yet: nothing is limited by it`))
}

type AllowEntry = NonNullable<KeyEntry['allow']>
/** What an allow-list may name, by member. */
type Allowable = Readonly<Record<keyof AllowEntry, { readonly what: string; readonly names: readonly string[] }>>

const checkNames = (ground: Ground, path: Path, given: AllowEntry, allowable: Allowable): void => {
  for (const member of ['pools', 'models', 'providers', 'policies', 'operations'] as const) {
    const list = given[member] ?? []
    for (const [place, name] of list.entries()) {
      if (name !== '*') leads(ground, [...path, member, place], name, allowable[member])
    }
    if (given[member] !== undefined && list.length === 0) {
      ground.doubts.push(warningAt([...path, member], `an empty list lets this key use no ${member} at all`))
    }
  }
}

const checkTeam = (ground: Ground, id: string, { team }: KeyEntry): string | undefined => {
  const teams = ground.file.tenancy?.teams
  if (team === undefined || teams === undefined) return undefined
  const isThere = leads(ground, ['keys', id, 'team'], team, { what: 'team', names: Object.keys(teams) })
  return isThere ? teams[team]?.organisation : undefined
}

const allowOf = ({ pools, models, providers, policies, operations }: AllowEntry): AllowList => ({
  ...(pools !== undefined && { pools }),
  ...(models !== undefined && { models }),
  ...(providers !== undefined && { providers }),
  ...(policies !== undefined && { policies }),
  ...(operations !== undefined && { operations }),
})

const callerOf = (id: string, entry: KeyEntry, organisation: string | undefined): Caller => ({
  key: id as VirtualKeyId,
  ...(organisation !== undefined && { organisation }),
  ...(entry.team !== undefined && { team: entry.team }),
  ...(entry.user !== undefined && { user: entry.user }),
  ...(entry.allow !== undefined && { allow: allowOf(entry.allow) }),
  ...(entry.admin !== undefined && { admin: entry.admin }),
})

/** Every key, with what its allow-list names checked against what there is. */
export const resolveKeys = (ground: Ground, policies: readonly string[]): readonly KeyConfig[] => {
  const allowable: Allowable = {
    pools: { what: 'pool', names: ground.names.pools },
    models: { what: 'model', names: modelNames(ground) },
    providers: { what: 'provider', names: ground.names.providers },
    policies: { what: 'policy', names: policies },
    operations: { what: 'operation', names: operations },
  }
  return Object.entries(ground.file.keys ?? {}).map(([id, entry]) => {
    const path = ['keys', id]
    if (entry.allow !== undefined) checkNames(ground, [...path, 'allow'], entry.allow, allowable)
    for (const member of ['budget', 'limits'] as const) {
      if (entry[member] !== undefined)
        notInForce(ground, [...path, member], member === 'limits' ? 'limits are' : 'budget is')
    }
    return { id: id as VirtualKeyId, reference: entry.value, limits: [], caller: callerOf(id, entry, checkTeam(ground, id, entry)) }
  })
}

/** Organisations and teams must know each other; nothing is limited by them yet. */
export const checkTenancy = (ground: Ground): void => {
  const { tenancy } = ground.file
  if (tenancy === undefined) return
  notInForce(ground, ['tenancy'], 'tenancy is')
  const names = Object.keys(tenancy.organisations ?? {})
  for (const [id, { organisation }] of Object.entries(tenancy.teams ?? {})) {
    if (organisation === undefined) continue
    leads(ground, ['tenancy', 'teams', id, 'organisation'], organisation, { what: 'organisation', names })
  }
}

/** Organisations, teams, users and limits of a file, with every name in it that leads nowhere. */
import type { AllowList } from '../domain/caller.ts'
import type { Level, Limit } from '../domain/limit.ts'
import { operations } from '../domain/operation.ts'
import { errorAt, warningAt } from './finding.ts'
import type { Path } from './finding.ts'
import { leads, modelNames } from './ground.ts'
import type { Ground } from './ground.ts'
import { limitsOf } from './limits.ts'
import type { AllowEntry } from './schema-allow.ts'
import type { LimitingEntry, TenancyEntry } from './schema-tenancy.ts'
import type { IssuerConfig, TenancyConfig } from './settings.ts'

/** What an allow-list may name, by member; regions are whatever deployments say. */
type Allowable = Readonly<
  Record<Exclude<keyof AllowEntry, 'regions'>, { readonly what: string; readonly names: readonly string[] }>
>

const allowableIn = (ground: Ground, policies: readonly string[]): Allowable => ({
  pools: { what: 'pool', names: ground.names.pools },
  models: { what: 'model', names: modelNames(ground) },
  providers: { what: 'provider', names: ground.names.providers },
  policies: { what: 'policy', names: policies },
  operations: { what: 'operation', names: operations },
})

/** The lists that are named, each checked against what there is. */
export const allowOf = (ground: Ground, path: Path, given: AllowEntry, policies: readonly string[]): AllowList => {
  const allowable = allowableIn(ground, policies)
  for (const member of ['pools', 'models', 'providers', 'policies', 'operations'] as const) {
    const list = given[member] ?? []
    for (const [place, name] of list.entries()) {
      if (name !== '*') leads(ground, [...path, member, place], name, allowable[member])
    }
    if (given[member] !== undefined && list.length === 0) {
      ground.doubts.push(warningAt([...path, member], `an empty list lets nobody use any ${member} at all`))
    }
  }
  return Object.fromEntries(Object.entries(given).filter(([, list]) => list !== undefined))
}

interface Whose {
  readonly ground: Ground
  readonly policies: readonly string[]
}

const recordOf = (
  { ground, policies }: Whose,
  [level, section, id]: readonly [Level, keyof TenancyEntry, string],
  entry: LimitingEntry & {
    readonly name?: string | undefined
    readonly metadata?: Readonly<Record<string, string>> | undefined
    readonly allow?: AllowEntry | undefined
  },
) => {
  const path = ['tenancy', section, id]
  return {
    id,
    origin: 'file' as const,
    limits: limitsOf(entry, { level, of: id, path, doubts: ground.doubts }),
    ...(entry.name !== undefined && { name: entry.name }),
    ...(entry.metadata !== undefined && { metadata: entry.metadata }),
    ...(entry.allow !== undefined && { allow: allowOf(ground, [...path, 'allow'], entry.allow, policies) }),
  }
}

const entriesOf = <Entry>(
  entries: Readonly<Record<string, Entry>> | undefined,
): readonly (readonly [string, Entry])[] => Object.entries(entries ?? {})

const plain = [
  ['pool', 'pools'],
  ['provider', 'providers'],
  ['model', 'models'],
  ['tag', 'tags'],
  ['run', 'runs'],
] as const

/** Names that must be there: a limit of what nobody has holds for nobody. */
const checkSubject = (ground: Ground, section: (typeof plain)[number][1], id: string): void => {
  const path = ['tenancy', section, id]
  if (section === 'tags' && !/^[^=]+=./.test(id)) {
    ground.doubts.push(errorAt(path, `"${id}" is no tag: write name=value, or name=* for each value of its own`))
  }
  if (id === '*' || section === 'tags' || section === 'runs') return
  const names = section === 'models' ? modelNames(ground) : ground.names[section]
  leads(ground, path, id, { what: section.slice(0, -1), names })
}

const subjectLimits = (ground: Ground, tenancy: TenancyEntry): readonly Limit[] =>
  plain.flatMap(([level, section]) =>
    entriesOf(tenancy[section]).flatMap(([id, entry]) => {
      checkSubject(ground, section, id)
      return limitsOf(entry, { level, of: id, path: ['tenancy', section, id], doubts: ground.doubts })
    }),
  )

const monthly: Readonly<Record<string, number>> = {
  minute: 43_200,
  hour: 720,
  day: 30,
  week: 30 / 7,
  month: 1,
  quarter: 1 / 3,
  year: 1 / 12,
}

/** A part that may spend more than the whole of it: its own limit is never reached. */
const checkBelow = (ground: Ground, path: Path, own: readonly Limit[], above: readonly Limit[]): void => {
  for (const limit of own) {
    const same = above.find(({ measure, kind, hard }) => hard && measure === limit.measure && kind === limit.kind)
    if (same === undefined || limit.per === 'total' || same.per === 'total') continue
    const [mine, theirs] = [limit, same].map(({ amount, per }) => amount * (monthly[per] ?? 1))
    if (limit.hard && mine !== undefined && theirs !== undefined && limit.per === same.per && mine > theirs) {
      ground.doubts.push(warningAt(path, `${limit.id} allows more than ${same.id} above it, which ends first`))
    }
  }
}

/** Everything of the section `tenancy`. */
export const resolveTenancy = (ground: Ground, policies: readonly string[]): TenancyConfig => {
  const tenancy = ground.file.tenancy ?? {}
  const whose = { ground, policies }
  const organisations = entriesOf(tenancy.organisations).map(([id, entry]) =>
    recordOf(whose, ['organisation', 'organisations', id], entry),
  )
  const names = organisations.map(({ id }) => id)
  const teams = entriesOf(tenancy.teams).map(([id, entry]) => {
    const { organisation } = entry
    const isKnown =
      organisation !== undefined &&
      leads(ground, ['tenancy', 'teams', id, 'organisation'], organisation, { what: 'organisation', names })
    const record = recordOf(whose, ['team', 'teams', id], entry)
    const above = organisations.find(one => one.id === organisation)
    checkBelow(ground, ['tenancy', 'teams', id], record.limits, above?.limits ?? [])
    return { ...record, ...(isKnown && { organisation }) }
  })
  const users = entriesOf(tenancy.users).map(([id, entry]) => {
    const { team, organisation } = entry
    const path = ['tenancy', 'users', id]
    const inTeam =
      team !== undefined && leads(ground, [...path, 'team'], team, { what: 'team', names: teams.map(one => one.id) })
    const inOrganisation =
      organisation !== undefined &&
      leads(ground, [...path, 'organisation'], organisation, { what: 'organisation', names })
    const record = recordOf(whose, ['user', 'users', id], entry)
    checkBelow(ground, path, record.limits, teams.find(one => one.id === team)?.limits ?? [])
    return { ...record, ...(inTeam && { team }), ...(inOrganisation && { organisation }) }
  })
  return { organisations, teams, users, limits: subjectLimits(ground, tenancy) }
}

/** Everything of the section `issuers`. */
export const resolveIssuers = (ground: Ground, policies: readonly string[]): readonly IssuerConfig[] =>
  entriesOf(ground.file.issuers).map(([id, entry]) => {
    const { team, organisation, allow } = entry
    const path = ['issuers', id]
    ground.doubts.push(warningAt(path, 'issuers are not in force yet: their tokens open nothing'))
    return {
      id,
      issuer: entry.issuer,
      audiences: entry.audience,
      algorithms: entry.algorithms ?? ['RS256', 'ES256'],
      claims: Object.fromEntries(Object.entries(entry.claims ?? {}).filter(([, claim]) => claim !== undefined)),
      caller: {
        ...(team !== undefined && { team }),
        ...(organisation !== undefined && { organisation }),
        ...(allow !== undefined && { allow: allowOf(ground, [...path, 'allow'], allow, policies) }),
      },
      ...(entry.jwks !== undefined && { jwks: entry.jwks }),
    }
  })

/** Organisations, teams, users, keys and limits: those of the configuration and those of the store, as one. */
import type { Settings } from '../config/settings.ts'
import type { Caller } from '../domain/caller.ts'
import type { Limit } from '../domain/limit.ts'
import type { Organisation, Origin, Team, User, VirtualKey } from '../domain/tenancy.ts'
import type { Instant } from '../domain/units.ts'
import type { AdminHouse } from './house.ts'
import { hideSecrets } from './hide-secrets.ts'
import { AdminRefusal } from './refusal.ts'

export type LimitRecord = Limit & Origin
export interface Records {
  readonly organisation: Organisation
  readonly team: Team
  readonly user: User
  readonly key: VirtualKey
  readonly limit: LimitRecord
}
export type Kind = keyof Records

/** A record with the version it was read in; 0 in the configuration. */
export interface Found<T> {
  readonly value: T
  readonly version: number
}

type Source = Pick<AdminHouse, 'settings' | 'store'>

/** Where a record lies in the store. */
export const recordKey = (kind: Kind, id: string): string => `tenancy/${kind}/${id}`

/** What a file's key may do in the admin API: `admin: true` is an owner. */
const dutyOf = ({ duty, admin }: Caller): Pick<VirtualKey, 'duty'> => {
  if (duty !== undefined) return { duty }
  return admin === true ? { duty: { role: 'owner' } } : {}
}

const fileKeys = ({ keys }: Settings): readonly VirtualKey[] =>
  keys.map(({ id, caller, limits, addresses, expiresAt }) => ({
    id,
    prefix: '',
    digests: [],
    origin: 'file',
    limits,
    createdAt: 0 as Instant,
    ...(caller.organisation !== undefined && { organisation: caller.organisation }),
    ...(caller.team !== undefined && { team: caller.team }),
    ...(caller.user !== undefined && { user: caller.user }),
    ...(caller.allow !== undefined && { allow: caller.allow }),
    ...(caller.metadata !== undefined && { metadata: caller.metadata }),
    ...(addresses !== undefined && { addresses }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...dutyOf(caller),
  }))

type FileRecords = { readonly [K in Kind]: ReadonlyMap<string, Records[K]> }
const known = new WeakMap<Settings, FileRecords>()

const byId = <T extends { readonly id: string }>(list: readonly T[]): ReadonlyMap<string, T> =>
  new Map(list.map(one => [one.id, one]))

/** Everything that the configuration says of tenancy, by id. */
export const fileRecords = (settings: Settings): FileRecords => {
  const before = known.get(settings)
  if (before !== undefined) return before
  const { organisations, teams, users, limits } = settings.tenancy
  const keys = fileKeys(settings)
  const all = [...limits, ...[...organisations, ...teams, ...users, ...keys].flatMap(one => one.limits)]
  const found: FileRecords = {
    organisation: byId(organisations),
    team: byId(teams),
    user: byId(users),
    key: byId(keys),
    limit: byId(all.map((limit): LimitRecord => ({ ...limit, origin: 'file' }))),
  }
  known.set(settings, found)
  return found
}

/** The record, wherever it stands; the configuration comes first. */
export const find = async <K extends Kind>(
  { settings, store }: Source,
  kind: K,
  id: string,
): Promise<Found<Records[K]> | undefined> => {
  const inFile = fileRecords(settings())[kind].get(id)
  if (inFile !== undefined) return { value: inFile, version: 0 }
  return store.records.get<Records[K]>(recordKey(kind, id))
}

const pageSize = 200

/** Records of a kind in the order of their ids, after one of them. */
export async function* each<K extends Kind>(
  { settings, store }: Source,
  kind: K,
  after = '',
): AsyncGenerator<Found<Records[K]> & { readonly id: string }> {
  const inFile = [...fileRecords(settings())[kind]].sort(([left], [right]) => (left < right ? -1 : 1))
  const prefix = recordKey(kind, '')
  let place = inFile.findIndex(([id]) => id > after)
  if (place === -1) place = inFile.length
  let cursor = after
  for (;;) {
    const page = await store.records.list<Records[K]>(prefix, { after: `${prefix}${cursor}`, limit: pageSize })
    for (const { key, value, version } of page) {
      const id = key.slice(prefix.length)
      for (let next = inFile[place]; next !== undefined && next[0] <= id; next = inFile[++place]) {
        yield { id: next[0], value: next[1], version: 0 }
      }
      // What the configuration says of the same id holds.
      if (!fileRecords(settings())[kind].has(id)) yield { id, value, version }
      cursor = id
    }
    if (page.length < pageSize) break
  }
  for (const [id, value] of inFile.slice(place)) yield { id, value, version: 0 }
}

const folders: Readonly<Record<Kind, string>> = {
  organisation: 'tenancy.organisations',
  team: 'tenancy.teams',
  user: 'tenancy.users',
  key: 'keys',
  limit: 'limits',
}

/** The refusal to change what stands in the configuration. */
export const standsInFile = (kind: Kind, id: string): AdminRefusal => {
  const where = kind === 'limit' ? 'with whatever it limits' : `as ${folders[kind]}.${id}`
  return new AdminRefusal('read-only', `the ${kind} "${id}" stands in the configuration, ${where}; change it there`)
}

/** The refusal where nothing is there that whoever asks may see. */
export const missing = (kind: string, id: string): AdminRefusal =>
  new AdminRefusal('not-found', `there is no ${kind} "${hideSecrets(id).slice(0, 128)}" that you may see`)

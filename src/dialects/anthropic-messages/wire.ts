/** What all parts of this dialect share: its name, what only it knows, and its cache marks. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { CacheMark } from '../../domain/message.ts'
import { ownOf } from '../own-members.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const dialect = 'anthropic-messages' as DialectId

export const { carried, ownMembers, noLosses } = ownOf(dialect)

/** `cache_control` as a mark, ready to be spread. */
export const readCache = (value: unknown): { readonly cache?: CacheMark } => {
  if (!isRecord(value)) return {}
  const ttl = value['ttl']
  return { cache: typeof ttl === 'string' ? { ttl } : {} }
}
/** The way back, ready to be spread. */
export const writeCache = (cache: CacheMark | undefined): Json =>
  cache === undefined
    ? {}
    : { cache_control: { type: 'ephemeral', ...(cache.ttl !== undefined && { ttl: cache.ttl }) } }

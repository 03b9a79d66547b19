/** What all parts of this dialect share: its name, what only it knows, cache marks, and members told in pieces. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { CacheMark } from '../../domain/message.ts'
import { isAbsent } from '../fields.ts'
import { ownOf } from '../own-members.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const openaiChatId = 'openai-chat' as DialectId

export const { carried, ownMembers, noLosses } = ownOf(openaiChatId)

/** `cache_control` as a mark, ready to be spread. */
export const readCache = (value: unknown): { readonly cache?: CacheMark } => {
  if (!isRecord(value)) return {}
  return { cache: typeof value['ttl'] === 'string' ? { ttl: value['ttl'] } : {} }
}
/** A mark as `cache_control`, which OpenRouter and its like take. */
export const writeCache = (cache: CacheMark): Json => ({
  cache_control: { type: 'ephemeral', ...(cache.ttl !== undefined && { ttl: cache.ttl }) },
})

/** What two pieces of a member come to: lists and objects are joined, of anything else the later counts. */
export const joined = (before: unknown, more: unknown): unknown => {
  if (Array.isArray(before) && Array.isArray(more)) return [...before, ...more]
  if (!isRecord(before) || !isRecord(more)) return isAbsent(more) ? before : more
  return Object.fromEntries([
    ...Object.entries(before),
    ...Object.entries(more).map(([key, value]) => [key, joined(before[key], value)] as const),
  ])
}

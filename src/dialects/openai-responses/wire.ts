/** What all parts of this dialect share: its name, what only it knows, the form in which a thing came, and cache marks. */
import { formMember } from '../../domain/foreign.ts'
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { CacheMark, Extensions } from '../../domain/message.ts'
import { noMembers, recordOf, without } from '../fields.ts'
import { ownOf } from '../own-members.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const openaiResponsesId = 'openai-responses' as DialectId

export const { carried, ownMembers, noLosses } = ownOf(openaiResponsesId)

/** The members not named, with those that are known and null: some clients write all that there is, and null is lost nowhere. */
export const withNulls = (record: Json, known: ReadonlySet<string>): Json | undefined => {
  const rest = Object.entries(record).filter(([key, value]) => value === null || !known.has(key))
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}
/** How the dialect itself told a thing (ids, order, spelling): it means nothing to others, and so is never lost. */
export const formOf = (extensions: Extensions | undefined): Json => recordOf(ownMembers(extensions), formMember)
/** Members, with the form in which they came where there is one, as this dialect's extensions. */
export const carriedWith = (form: Json | undefined, members?: Json): { readonly extensions?: Extensions } =>
  form === undefined ? carried(members) : carried({ ...members, [formMember]: form })
const formOnly = new Set([formMember])
/** This dialect's own members without the form in which they came. */
export const plainMembers = (extensions: Extensions | undefined): Json =>
  without(ownMembers(extensions), formOnly) ?? noMembers

/** `prompt_cache_breakpoint` as a mark, ready to be spread. */
export const readCache = (value: unknown): { readonly cache?: CacheMark } => (isRecord(value) ? { cache: {} } : {})
/** The way back. */
export const writeCache = (cache: CacheMark | undefined): Json =>
  cache === undefined ? {} : { prompt_cache_breakpoint: { mode: 'explicit' } }

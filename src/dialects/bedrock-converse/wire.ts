/** What all parts of this dialect share: its name, what only it knows, its cache points and its unions. */
import { formMember } from '../../domain/foreign.ts'
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { CacheMark } from '../../domain/message.ts'
import { isAbsent } from '../fields.ts'
import { ownOf } from '../own-members.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const dialect = 'bedrock-converse' as DialectId

export const { carried, ownMembers, noLosses } = ownOf(dialect)

/** The members with how long the model took among what says how a thing was told: nobody else needs to hear of it as lost. */
export const measuredApart = (members: Json | undefined): Json | undefined => {
  if (members === undefined || !Object.hasOwn(members, 'metrics')) return members
  const { metrics, ...others } = members
  return { ...others, [formMember]: { metrics } }
}
/** The members of an answer as Bedrock tells them. */
export const measuredAgain = (own: Json): Json => {
  const { [formMember]: form, ...others } = own
  return isRecord(form) ? { ...others, ...form } : own
}

/** A `cachePoint` block as a mark. */
export const readCachePoint = (point: unknown): CacheMark => {
  const ttl = isRecord(point) ? point['ttl'] : undefined
  return typeof ttl === 'string' ? { ttl } : {}
}

/** The only member of a union, and its value; undefined unless there is exactly one. Some name the kind in a `type` beside it. */
export const memberOf = (union: Json): readonly [kind: string, value: unknown] | undefined => {
  const members = Object.entries(union).filter(([name, value]) => !isAbsent(value) && name !== 'type')
  return members.length === 1 ? members[0] : undefined
}

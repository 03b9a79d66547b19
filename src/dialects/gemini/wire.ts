/** What all parts of this dialect share: its name, what only it knows, and Google's two spellings of a member. */
import type { DialectId } from '../../domain/ids.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Extensions } from '../../domain/message.ts'
import { isAbsent, jsonText } from '../fields.ts'
import { ownOf } from '../own-members.ts'

/** The dialect's id, also the key of its own fields in `extensions`. */
export const dialect = 'gemini' as DialectId

export const { carried, ownMembers, noLosses } = ownOf(dialect)

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** The members by the names that Google's JSON has; it takes `inline_data` for `inlineData` as well. Deeper members stay. */
export const camelKeys = (record: Json): Json => {
  const names = Object.keys(record)
  if (!names.some(name => name.includes('_'))) return record
  return Object.fromEntries(names.map(name => [camel(name), record[name]]))
}
/** One of the members as an object with Google's names; undefined if it is none. */
export const camelRecord = (record: Json, name: string): Json | undefined => {
  const value = record[name]
  return isRecord(value) ? camelKeys(value) : undefined
}

/** The members, or undefined if there are none. */
export const someMembers = (record: Json): Json | undefined => (Object.keys(record).length === 0 ? undefined : record)
/** The own members to be written: null marks what is said elsewhere. */
export const ownToWrite = (extensions: Extensions | undefined): Json =>
  Object.fromEntries(Object.entries(ownMembers(extensions)).filter(([, value]) => !isAbsent(value)))

/** False for a call that came without any arguments, not even an empty object. */
export const hasArguments = (call: { readonly input: string; readonly extensions?: Extensions }): boolean =>
  call.input !== '' || ownMembers(call.extensions)['args'] !== null

/** True for two values that are written alike. */
export const isSame = (left: unknown, right: unknown): boolean => left === right || jsonText(left) === jsonText(right)

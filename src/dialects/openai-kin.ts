/** What OpenAI's two ways to ask know by the same name: no noun of the house holds it, and it goes from the one to the other. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'

/** Members of a body that mean the same in a chat and in a request for a response. */
export const kinNames = [
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
  'moderation',
  'store',
] as const

/** Those of these members that are said; null says nothing. */
export const kinOf = (own: Json): Json =>
  Object.fromEntries(kinNames.map(name => [name, own[name]] as const).filter(([, value]) => (value ?? null) !== null))

/** The only member of an object, if it is a string under this name; undefined for all else. */
export const onlyWord = (value: unknown, name: string): string | undefined => {
  if (!isRecord(value) || Object.keys(value).length !== 1) return undefined
  const word = value[name]
  return typeof word === 'string' ? word : undefined
}

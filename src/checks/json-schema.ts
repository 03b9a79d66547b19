/** Holds a value to a client's JSON Schema, whatever that schema is made to cost. */
import { isRecord } from '../domain/json.ts'
import type { CheckResult } from '../ports/check.ts'
import { passes } from '../ports/check.ts'
import { keywordsOfLists } from './keywords-of-lists.ts'
import { keywordsOfMembers } from './keywords-of-members.ts'
import { keywordsOfSchemas } from './keywords-of-schemas.ts'
import { keywordsOfValues } from './keywords-of-values.ts'
import { Judge } from './schema-judge.ts'
import type { Fault, Keyword, Place } from './schema-judge.ts'

/**
 * Read word by word rather than compiled: a schema comes with the request, and to compile one of a few hundred members
 * takes longer than a thousand answers take to be judged. What is not named here, `format` say, asks nothing.
 */
const keywords: ReadonlyMap<string, Keyword> = new Map([
  ...keywordsOfValues,
  ...keywordsOfMembers,
  ...keywordsOfLists,
  ...keywordsOfSchemas,
])

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
const pathOf = (place: Place | undefined): string =>
  place === undefined ? '' : `${pathOf(place.within)}/${escaped(String(place.name))}`

const longestWord = 200
const toldOf = ({ at, why }: NonNullable<Fault>): string => {
  const where = at === undefined ? 'it' : pathOf(at).slice(0, longestWord)
  return `${where} ${why.slice(0, longestWord)}`
}

/** Whether the value fits. What no judgement can be made by, or not within bounds, passes. */
export const fits = (value: unknown, schema: unknown): CheckResult => {
  if (!isRecord(schema)) return passes
  try {
    const fault = new Judge(schema, keywords).holds(value, schema, undefined)
    return fault === undefined ? passes : { ok: false, why: toldOf(fault) }
  } catch {
    // Unjudged; or nested deeper than the stack is, which says as little.
    return passes
  }
}

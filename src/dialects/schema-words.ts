/** Keywords of a JSON Schema that a model does not know, told in the description: what cannot be held can be asked for. */
import type { Json } from '../domain/json.ts'
import { jsonText } from './fields.ts'

/** A schema that fits, and the keywords that had to be told in words. */
export interface FittedSchema {
  readonly schema: unknown
  readonly told: readonly string[]
}

/** The schema with these keywords in its description. */
export const withWords = (schema: Json, words: readonly (readonly [string, unknown])[]): Json => {
  if (words.length === 0) return schema
  const said = `{${words.map(([key, value]) => `${key}: ${jsonText(value) || '…'}`).join(', ')}}`
  const before = schema['description']
  return { ...schema, description: typeof before === 'string' && before !== '' ? `${before}\n\n${said}` : said }
}

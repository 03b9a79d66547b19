/** What the formats of moderations share: checks of members, plain inputs, what was judged, usage. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Extensions, Part } from '../../domain/message.ts'
import type { Judged, ModerationsBody } from '../../domain/operation.ts'
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'

export const isText = (value: unknown): value is string => typeof value === 'string'
export const wrong = (at: string, why: string): Checked<never> => ({ ok: false, at, why })

/** The text of an input that is text alone. */
export const textOf = (parts: readonly Part[]): string | undefined => {
  let text = ''
  for (const part of parts) {
    if (part.type !== 'text') return undefined
    text += part.text
  }
  return text
}

/** Usage of so many input tokens; undefined where nobody counted. */
export const inputUsage = (count: unknown): Usage | undefined => {
  const input = tokenCount(count)
  const none = tokens(0)
  return input === undefined
    ? undefined
    : { input: tokens(input), inputCached: none, inputCacheWritten: none, output: none, reasoning: none }
}

/** The members of this record that are of one type, by the names that `naming` gives them. */
const entries = <Each>(
  value: unknown,
  isEach: (one: unknown) => one is Each,
  naming: (name: string) => string,
): Readonly<Record<string, Each>> | undefined => {
  if (!isRecord(value)) return undefined
  const found = Object.entries(value).flatMap(([name, one]) => (isEach(one) ? [[naming(name), one] as const] : []))
  return Object.fromEntries(found)
}
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
const isScore = (value: unknown): value is number => typeof value === 'number'

/** What was judged of each input, as many as there were; `more` finds what only this format tells. */
export const readJudged = (
  results: unknown,
  { inputs }: ModerationsBody,
  more: (one: Json) => Extensions,
  naming: (name: string) => string = name => name,
): Checked<readonly Judged[]> => {
  if (!Array.isArray(results)) return { ok: false, why: 'no list of results' }
  if (results.length !== inputs.length)
    return { ok: false, why: `${results.length} results for ${inputs.length} inputs` }
  const judged: Judged[] = []
  for (const one of results.filter(isRecord)) {
    const found = entries(one['categories'], isFlag, naming)
    const scores = entries(one['category_scores'], isScore, naming)
    if (found === undefined || scores === undefined) return { ok: false, why: 'a result without categories or scores' }
    const flagged = isFlag(one['flagged']) ? one['flagged'] : Object.values(found).includes(true)
    judged.push({ flagged, categories: found, scores, extensions: more(one) })
  }
  return judged.length === results.length
    ? { ok: true, value: judged }
    : { ok: false, why: 'a result that is no object' }
}

/** Tokens used, both ways. */
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { otherMembers, recordOf } from '../fields.ts'
import { carried, ownMembers } from './wire.ts'

const [ofInput, ofOutput] = ['prompt_tokens_details', 'completion_tokens_details']
const known = {
  usage: new Set(['prompt_tokens', 'completion_tokens', 'total_tokens', ofInput, ofOutput]),
  input: new Set(['cached_tokens', 'cache_write_tokens']),
  output: new Set(['reasoning_tokens']),
}

const othersOf = (usage: Json, sum: number): Json => {
  const input = otherMembers(recordOf(usage, ofInput), known.input)
  const output = otherMembers(recordOf(usage, ofOutput), known.output)
  const total = tokenCount(usage['total_tokens'])
  return {
    ...otherMembers(usage, known.usage),
    ...(total !== undefined && total !== sum && { total_tokens: total }),
    ...(input !== undefined && { [ofInput]: input }),
    ...(output !== undefined && { [ofOutput]: output }),
  }
}

/** The usage in this value, or undefined if it tells none. */
export const readUsage = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage)) return undefined
  const input = tokenCount(usage['prompt_tokens'])
  const output = tokenCount(usage['completion_tokens'])
  if (input === undefined && output === undefined) return undefined
  const count = (details: string, key: string): number => tokenCount(recordOf(usage, details)[key]) ?? 0
  return {
    input: tokens(input ?? 0),
    inputCached: tokens(count(ofInput, 'cached_tokens')),
    inputCacheWritten: tokens(count(ofInput, 'cache_write_tokens')),
    output: tokens(output ?? 0),
    reasoning: tokens(count(ofOutput, 'reasoning_tokens')),
    ...carried(othersOf(usage, (input ?? 0) + (output ?? 0))),
  }
}

const details = (own: Json, told: Readonly<Record<string, number>>): Json => {
  const counted = Object.entries(told).filter(([, count]) => count > 0)
  return { ...own, ...Object.fromEntries(counted) }
}
/** The way back, as the published schema has it; details only where there are some. */
export const writeUsage = (usage: Usage): Json => {
  const own = ownMembers(usage.extensions)
  const input = details(recordOf(own, ofInput), {
    cached_tokens: usage.inputCached,
    cache_write_tokens: usage.inputCacheWritten,
  })
  const output = details(recordOf(own, ofOutput), { reasoning_tokens: usage.reasoning })
  return {
    ...own,
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: tokenCount(own['total_tokens']) ?? usage.input + usage.output,
    ...(Object.keys(input).length > 0 && { [ofInput]: input }),
    ...(Object.keys(output).length > 0 && { [ofOutput]: output }),
  }
}

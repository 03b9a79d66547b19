/** Tokens used, as OpenAI counts them for a response, both ways. */
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf, without } from '../fields.ts'
import { carried, ownMembers } from './wire.ts'

const known = {
  usage: new Set(['input_tokens', 'output_tokens', 'total_tokens', 'input_tokens_details', 'output_tokens_details']),
  input: new Set(['cached_tokens', 'cache_write_tokens']),
  output: new Set(['reasoning_tokens']),
}

/** What of the usage has no word in ours. */
const others = (usage: Json, sum: number): Json | undefined => {
  const input = without(recordOf(usage, 'input_tokens_details'), known.input)
  const output = without(recordOf(usage, 'output_tokens_details'), known.output)
  const total = tokenCount(usage['total_tokens'])
  const rest = {
    ...without(usage, known.usage),
    ...(total !== undefined && total !== sum && { total_tokens: total }),
    ...(input !== undefined && { input_tokens_details: input }),
    ...(output !== undefined && { output_tokens_details: output }),
  }
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** The usage in this value, or undefined if it tells none. */
export const readUsage = (value: unknown): Usage | undefined => {
  if (!isRecord(value)) return undefined
  const input = tokenCount(value['input_tokens'])
  const output = tokenCount(value['output_tokens'])
  if (input === undefined && output === undefined) return undefined
  const ofInput = recordOf(value, 'input_tokens_details')
  const ofOutput = recordOf(value, 'output_tokens_details')
  return {
    input: tokens(input ?? 0),
    inputCached: tokens(tokenCount(ofInput['cached_tokens']) ?? 0),
    inputCacheWritten: tokens(tokenCount(ofInput['cache_write_tokens']) ?? 0),
    output: tokens(output ?? 0),
    reasoning: tokens(tokenCount(ofOutput['reasoning_tokens']) ?? 0),
    ...carried(others(value, (input ?? 0) + (output ?? 0))),
  }
}

/** Usage as the published schema has it, with what the provider told beside it. */
export const writeUsage = (usage: Usage): Json => {
  const own = ownMembers(usage.extensions)
  return {
    ...own,
    input_tokens: usage.input,
    input_tokens_details: {
      ...recordOf(own, 'input_tokens_details'),
      cached_tokens: usage.inputCached,
      cache_write_tokens: usage.inputCacheWritten,
    },
    output_tokens: usage.output,
    output_tokens_details: { ...recordOf(own, 'output_tokens_details'), reasoning_tokens: usage.reasoning },
    total_tokens: tokenCount(own['total_tokens']) ?? usage.input + usage.output,
  }
}

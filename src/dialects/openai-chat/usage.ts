/** Tokens used, as OpenAI and its look-alikes count them, both ways. */
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Tokens } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf, without } from '../fields.ts'
import { carried, ownMembers } from './wire.ts'

const first = (...values: readonly unknown[]): Tokens => {
  for (const value of values) {
    const found = tokenCount(value)
    if (found !== undefined) return tokens(found)
  }
  return tokens(0)
}

const known = {
  usage: new Set([
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'prompt_tokens_details',
    'completion_tokens_details',
  ]),
  input: new Set(['cached_tokens', 'cache_write_tokens']),
  output: new Set(['reasoning_tokens']),
}

/** What of the usage has no word in ours. */
const others = (usage: Json, sum: number): Json | undefined => {
  const input = without(recordOf(usage, 'prompt_tokens_details'), known.input)
  const output = without(recordOf(usage, 'completion_tokens_details'), known.output)
  const total = tokenCount(usage['total_tokens'])
  const rest = {
    ...without(usage, known.usage),
    ...(total !== undefined && total !== sum && { total_tokens: total }),
    ...(input !== undefined && { prompt_tokens_details: input }),
    ...(output !== undefined && { completion_tokens_details: output }),
  }
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** What the total tells beyond the sum: sound that Mistral leaves out of the prompt, else reasoning left out of the completion, as by xAI and Gemini. */
const counted = (
  prompt: number,
  completion: number,
  total: number | undefined,
  audio: number | undefined,
): Pick<Usage, 'input' | 'output'> => {
  const beyond = Math.max(0, (total ?? 0) - prompt - completion)
  const isSound = beyond > 0 && beyond === audio
  return { input: tokens(prompt + (isSound ? beyond : 0)), output: tokens(completion + (isSound ? 0 : beyond)) }
}

type Apart = Pick<Usage, 'inputAudio' | 'outputAudio' | 'inputImage' | 'outputImage' | 'units'>

/** Tokens that cost another price than those of text, and searches, which are billed by the piece. */
const apart = (usage: Json, input: Json, output: Json): Apart => {
  const heard = tokenCount(input['audio_tokens']) ?? 0
  const spoken = tokenCount(output['audio_tokens']) ?? 0
  const seen = tokenCount(input['image_tokens']) ?? 0
  const drawn = tokenCount(output['image_tokens']) ?? 0
  // Perplexity and xAI have each a name of their own for it.
  const searches = tokenCount(usage['num_search_queries']) ?? tokenCount(usage['num_sources_used']) ?? 0
  return {
    ...(heard > 0 && { inputAudio: tokens(heard) }),
    ...(spoken > 0 && { outputAudio: tokens(spoken) }),
    ...(seen > 0 && { inputImage: tokens(seen) }),
    ...(drawn > 0 && { outputImage: tokens(drawn) }),
    ...(searches > 0 && { units: { searches } }),
  }
}

/** The usage in this value, or undefined if it tells none. */
const readUsage = (value: unknown): Usage | undefined => {
  if (!isRecord(value)) return undefined
  const prompt = tokenCount(value['prompt_tokens'])
  const completion = tokenCount(value['completion_tokens'])
  if (prompt === undefined && completion === undefined && tokenCount(value['total_tokens']) === undefined)
    return undefined
  const input = recordOf(value, 'prompt_tokens_details')
  const output = recordOf(value, 'completion_tokens_details')
  const read = counted(
    prompt ?? 0,
    completion ?? 0,
    tokenCount(value['total_tokens']),
    tokenCount(input['audio_tokens']),
  )
  return {
    input: read.input,
    // DeepSeek, Moonshot and Mistral have each a name of their own for it.
    inputCached: first(
      input['cached_tokens'],
      value['prompt_cache_hit_tokens'],
      value['cached_tokens'],
      value['num_cached_tokens'],
      value['cache_read_input_tokens'],
    ),
    inputCacheWritten: first(input['cache_write_tokens'], value['cache_creation_input_tokens']),
    output: read.output,
    reasoning: first(output['reasoning_tokens'], value['reasoning_tokens']),
    ...apart(value, input, output),
    ...carried(others(value, read.input + read.output)),
  }
}

/** Usage as the published schema has it, with what the provider told beside it. */
export const writeUsage = (usage: Usage): Json => {
  const own = ownMembers(usage.extensions)
  return {
    ...own,
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: tokenCount(own['total_tokens']) ?? usage.input + usage.output,
    prompt_tokens_details: {
      audio_tokens: usage.inputAudio ?? 0,
      ...recordOf(own, 'prompt_tokens_details'),
      cached_tokens: usage.inputCached,
      ...(usage.inputCacheWritten > 0 && { cache_write_tokens: usage.inputCacheWritten }),
    },
    completion_tokens_details: {
      audio_tokens: usage.outputAudio ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
      ...recordOf(own, 'completion_tokens_details'),
      reasoning_tokens: usage.reasoning,
    },
  }
}

/** The usage in a body or chunk, wherever this provider puts it: beside the choices, in Groq's own member, in a choice (Moonshot). */
export const usageIn = (json: Json): Usage | undefined => {
  const plain = readUsage(json['usage'])
  if (plain !== undefined) return plain
  const groq = readUsage(recordOf(json, 'x_groq')['usage'])
  if (groq !== undefined) return groq
  const choices = json['choices']
  return Array.isArray(choices) && isRecord(choices[0]) ? readUsage(choices[0]['usage']) : undefined
}

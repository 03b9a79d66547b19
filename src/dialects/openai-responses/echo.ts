/** What a response repeats of its request: OpenAI's clients look there for what was in force, whoever answered. */
import type { ChatBody } from '../../domain/request.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import { writeAround } from './encode-request.ts'
import { noLosses } from './wire.ts'
import { instructionsOf } from './write-input.ts'

/** Where answers are kept, whether they run on, and how they are served is the answering provider's affair: only it may say so. */
const repeated = [
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'temperature',
  'top_p',
  'top_logprobs',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'previous_response_id',
  'prompt_cache_key',
  'safety_identifier',
  'user',
] as const

/** The members of a response that repeat what was asked in this dialect. */
export const echoOf = (asked: ChatBody): Json => {
  const writing = { losses: noLosses(), isOwn: true }
  const body = writeAround(asked, asked.target, writing)
  const instructions = instructionsOf(asked.messages[0], writing)
  const told = repeated.map(name => [name, body[name]] as const).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(told),
    ...(instructions !== undefined && { instructions }),
    text: { format: { type: 'text' }, ...recordOf(body, 'text') },
    reasoning: { effort: null, summary: null, ...recordOf(body, 'reasoning') },
  }
}

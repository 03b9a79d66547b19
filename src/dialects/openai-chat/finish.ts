/** Why an answer ended: everyone's words to ours, and ours to OpenAI's. */
import type { FinishReason } from '../../domain/stream-event.ts'
import { isWord } from '../fields.ts'

const words: readonly (readonly [FinishReason, string])[] = [
  ['stop', 'stop eos eos_token end end_turn stop_sequence complete completed done finish finished'],
  ['length', 'length max_tokens model_length max_output_tokens max_length token_limit model_context_window_exceeded'],
  ['tool-calls', 'tool_calls tool_call function_call tool_use'],
  ['refused', 'content_filter content_filtered refusal safety recitation blocklist prohibited_content sensitive spii'],
]
const reasons: ReadonlyMap<string, FinishReason> = new Map(
  words.flatMap(([reason, list]) => list.split(' ').map(word => [word, reason] as const)),
)

/** What a provider's word means. One who says stop, or nothing, after calling tools wants their results. */
export const finishReason = (raw: unknown, hasCalls: boolean): FinishReason => {
  if (!isWord(raw)) {
    if (hasCalls) return 'tool-calls'
    return raw === '' ? 'stop' : 'other'
  }
  const reason = reasons.get(raw.toLowerCase()) ?? 'other'
  return reason === 'stop' && hasCalls ? 'tool-calls' : reason
}

/** True for a word whose meaning one of the published schema's has as well. */
export const isKnownFinish = (raw: string): boolean => raw === '' || reasons.has(raw.toLowerCase())

const wire = new Set(['stop', 'length', 'tool_calls', 'content_filter', 'function_call'])
/** True for the words of the published schema. */
export const isWireFinish = (raw: unknown): boolean => typeof raw === 'string' && wire.has(raw)

const ofReason: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  refused: 'content_filter',
  other: 'stop',
}
/** Words for an answer that did not get to its end: to say `stop` of it would be a lie. */
const cutShort = new Set([
  'error',
  'abort',
  'aborted',
  'cancelled',
  'canceled',
  'timeout',
  'insufficient_system_resource',
  'malformed_function_call',
])

/** The word of the published schema for this end: the provider's own where it is one. */
export const wireFinish = (reason: FinishReason, raw: string | undefined): string => {
  if (raw !== undefined && isWireFinish(raw)) return raw
  return reason === 'other' && raw !== undefined && cutShort.has(raw.toLowerCase()) ? 'length' : ofReason[reason]
}

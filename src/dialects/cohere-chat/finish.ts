/** Why an answer ended: Cohere's words to ours and back. */
import type { FinishReason } from '../../domain/stream-event.ts'

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool-calls'],
  ['ERROR_TOXIC', 'refused'],
])
const failures = new Set(['ERROR', 'ERROR_LIMIT', 'USER_CANCEL'])

/** What Cohere's word means. One who says nothing after calling tools wants their results. */
export const readReason = (raw: string | undefined, hasCalls: boolean): FinishReason => {
  if (raw === undefined) return hasCalls ? 'tool-calls' : 'other'
  return reasons.get(raw) ?? 'other'
}
/** True for the word of an answer that failed. */
export const isFailed = (raw: string | undefined): boolean => raw !== undefined && failures.has(raw)
/** True for a word of Cohere's. */
const isOwnReason = (raw: string): boolean => reasons.has(raw) || raw === 'TIMEOUT'
/** Others' words that say what one of Cohere's says. */
const synonyms = new Set(
  (
    'stop eos eos_token end end_turn stop_sequence complete completed done finish finished length max_tokens max_length ' +
    'model_length max_output_tokens token_limit model_context_window_exceeded tool_calls tool_call tool_use function_call'
  ).split(' '),
)
/** True for a word whose meaning one of Cohere's has as well. */
export const isKnownReason = (raw: string): boolean => isOwnReason(raw) || synonyms.has(raw.toLowerCase())

const ofReason: Readonly<Record<FinishReason, string>> = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  'tool-calls': 'TOOL_CALL',
  // An answer that was taken away did not come to its end, and Cohere has no other word for that.
  refused: 'ERROR',
  other: 'COMPLETE',
}
/** Other providers' words for an answer that did not get to its end: to say `COMPLETE` of it would be a lie. */
const cutShort = new Set(
  'error abort aborted cancelled canceled timeout insufficient_system_resource malformed_function_call'.split(' '),
)

/** How an answer ended, as far as the word depends on it. */
export interface End {
  readonly reason: FinishReason
  readonly raw?: string
  readonly stopSequence?: string
}

/** Cohere's word for this end: its own where it came as one. `isRefusal` where the refusal stands in words. */
export const writeReason = ({ reason, raw, stopSequence }: End, isRefusal: boolean): string => {
  if (raw !== undefined && isOwnReason(raw)) return raw
  if (reason === 'stop' && stopSequence !== undefined) return 'STOP_SEQUENCE'
  if (reason === 'refused' && isRefusal) return 'COMPLETE'
  return reason === 'other' && raw !== undefined && cutShort.has(raw.toLowerCase()) ? 'TIMEOUT' : ofReason[reason]
}

/** Why an answer ended, both ways. */
import type { FinishReason } from '../../domain/stream-event.ts'
import { stopWord } from '../stop-word.ts'
import type { End, Said } from '../stop-word.ts'

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['content_filtered', 'refused'],
  ['guardrail_intervened', 'refused'],
  ['malformed_model_output', 'other'],
  ['malformed_tool_use', 'other'],
])
/** What models say that Bedrock's own list lacks. */
const unlisted: ReadonlyMap<string, FinishReason> = new Map([
  ['refusal', 'refused'],
  ['pause_turn', 'stop'],
])
const words: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  refused: 'content_filtered',
  other: 'end_turn',
}

/** Our word for Bedrock's. */
export const readStopReason = (raw: string): FinishReason => reasons.get(raw) ?? unlisted.get(raw) ?? 'other'

/** How others say that an answer ended by itself, or at a sequence. */
const usual = /^(?:stop|end_turn|stop_sequence|complete|completed|eos|finished)$/i
/** True if Bedrock's word tells all that this one does. */
export const isStopReason = (raw: string): boolean => reasons.has(raw) || usual.test(raw)

/** Bedrock's word for an end: the provider's own if it is one of Bedrock's and means the same. */
export const writeStopReason = (end: End | undefined, said: Said): string => stopWord(end, said, { reasons, words })

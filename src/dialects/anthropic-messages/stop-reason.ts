/** Why an answer ended, both ways. */
import type { FinishReason } from '../../domain/stream-event.ts'
import { stopWord } from '../stop-word.ts'
import type { End, Said } from '../stop-word.ts'

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['compaction', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'refused'],
])
const words: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  refused: 'refusal',
  other: 'end_turn',
}

/** Our word for Anthropic's. */
export const readStopReason = (raw: string): FinishReason => reasons.get(raw) ?? 'other'

/** Anthropic's word for an end: the provider's own if it is one of Anthropic's and means the same. */
export const writeStopReason = (end: End | undefined, said: Said): string => stopWord(end, said, { reasons, words })

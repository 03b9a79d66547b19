/** Why an answer ended, both ways. */
import type { FinishReason } from '../../domain/stream-event.ts'

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

/** Anthropic's word for ours: the provider's own if it is one of Anthropic's and means the same. */
export const writeStopReason = (reason: FinishReason, raw?: string, stopSequence?: string): string => {
  if (raw !== undefined && reasons.get(raw) === reason) return raw
  return reason === 'stop' && stopSequence !== undefined ? 'stop_sequence' : words[reason]
}

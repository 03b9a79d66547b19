/** Why an answer ended, both ways. */
import type { FinishReason } from '../../domain/stream-event.ts'

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

/** What the content of an answer says of its end. */
export interface Said {
  readonly calls: boolean
  readonly refusal: boolean
}

const meant = (reason: FinishReason, { calls, refusal }: Said): FinishReason => {
  // OpenAI says `stop` of a call that was forced by name and of a refusal in words.
  if (reason === 'stop' && calls) return 'tool-calls'
  if (reason === 'stop' && refusal) return 'refused'
  // A client that is told of calls and finds none would wait for itself.
  return reason === 'tool-calls' && !calls ? 'stop' : reason
}

/** The end of an answer, as its last event tells it. */
export interface End {
  readonly reason: FinishReason
  readonly raw?: string
  readonly stopSequence?: string
}

/** Bedrock's word for an end: the provider's own if it is one of Bedrock's and means the same. */
export const writeStopReason = (end: End | undefined, said: Said): string => {
  const { reason, raw, stopSequence }: End = end ?? { reason: 'stop' }
  if (raw !== undefined && reasons.get(raw) === reason) return raw
  const told = meant(reason, said)
  return told === 'stop' && stopSequence !== undefined ? 'stop_sequence' : words[told]
}

/** Why an answer ended: everyone's words to ours, and ours to those of a completion. */
import type { FinishReason } from '../../domain/stream-event.ts'
import { isWord } from '../fields.ts'

const words: readonly (readonly [FinishReason, string])[] = [
  ['stop', 'stop eos eos_token end_turn stop_sequence complete'],
  ['length', 'length max_tokens model_length max_output_tokens max_length'],
  ['tool-calls', 'tool_calls tool_call function_call tool_use'],
  ['refused', 'content_filter content_filtered refusal safety recitation blocklist prohibited_content spii'],
]
const reasons: ReadonlyMap<string, FinishReason> = new Map(
  words.flatMap(([reason, list]) => list.split(' ').map(word => [word, reason] as const)),
)

/** What a provider's word means. */
export const readReason = (raw: unknown): FinishReason =>
  isWord(raw) ? (reasons.get(raw.toLowerCase()) ?? 'other') : 'other'
/** True for a word whose meaning one of the published schema's has as well. */
export const isKnownReason = (raw: string): boolean => reasons.has(raw.toLowerCase())

const wire = new Set<unknown>(['stop', 'length', 'content_filter'])
/** True for the words of the published schema. */
export const isWireReason = (raw: unknown): boolean => wire.has(raw)

const ofReason: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  // The calls are lost, which is told elsewhere.
  'tool-calls': 'stop',
  refused: 'content_filter',
  other: 'stop',
}
/** Words for an answer that did not get to its end: to say `stop` of it would be a lie. */
const cutShort = new Set(
  'error abort aborted cancelled canceled timeout insufficient_system_resource malformed_function_call'.split(' '),
)

/** The word of the published schema for this end: the provider's own where it is one. A refusal in words, of which OpenAI says `stop`, would else look like any answer. */
export const writeReason = (reason: FinishReason, raw: string | undefined, isRefusal = false): string => {
  if (isRefusal && reason === 'stop') return ofReason.refused
  if (raw !== undefined && isWireReason(raw)) return raw
  return reason === 'other' && raw !== undefined && cutShort.has(raw.toLowerCase()) ? 'length' : ofReason[reason]
}

/** Why an answer ended, both ways. */
import type { FinishReason } from '../../domain/stream-event.ts'

const refusals =
  'SAFETY RECITATION LANGUAGE BLOCKLIST PROHIBITED_CONTENT SPII IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION MODEL_ARMOR JAILBREAK'
const others =
  'OTHER IMAGE_OTHER NO_IMAGE MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS MISSING_THOUGHT_SIGNATURE MALFORMED_RESPONSE'
const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ...refusals.split(' ').map(word => [word, 'refused'] as const),
  ...others.split(' ').map(word => [word, 'other'] as const),
])

/** Vertex writes numbers where a client asks for them. */
const numbered = (
  'FINISH_REASON_UNSPECIFIED STOP MAX_TOKENS SAFETY RECITATION OTHER BLOCKLIST PROHIBITED_CONTENT SPII ' +
  'MALFORMED_FUNCTION_CALL MODEL_ARMOR IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION IMAGE_OTHER ' +
  'UNEXPECTED_TOOL_CALL NO_IMAGE'
).split(' ')
const blocks = 'BLOCKED_REASON_UNSPECIFIED SAFETY OTHER BLOCKLIST PROHIBITED_CONTENT MODEL_ARMOR JAILBREAK'.split(' ')

/** Gemini's word for an end; undefined if none was told yet. */
export const finishWord = (raw: unknown): string | undefined => {
  if (typeof raw === 'number') return numbered[raw]
  return typeof raw === 'string' && raw !== '' && raw !== 'FINISH_REASON_UNSPECIFIED' ? raw : undefined
}
/** Why a prompt was not let through; undefined if it was. */
export const blockWord = (raw: unknown): string | undefined => {
  if (typeof raw === 'number') return blocks[raw]
  return typeof raw === 'string' && raw !== '' ? raw : undefined
}

/** Our word for Gemini's, which says STOP of calls too. A word that nobody knows says no more than the calls do. */
export const readFinish = (raw: string, calls: boolean): FinishReason => {
  const reason = reasons.get(raw)
  return calls && (reason === undefined || reason === 'stop') ? 'tool-calls' : (reason ?? 'other')
}
/** True for one of Gemini's words. */
export const isFinishWord = (raw: string): boolean => reasons.has(raw)

const words: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  refused: 'SAFETY',
  other: 'OTHER',
}
/** Gemini's word for an end: the provider's own if it is one of Gemini's and means the same. */
export const writeFinish = (reason: FinishReason, raw: string | undefined): string =>
  raw !== undefined && reasons.get(raw) === (reason === 'tool-calls' ? 'stop' : reason) ? raw : words[reason]

/** How an answer ended, in the words of dialects that tell it once, of the whole content. */
import type { FinishReason } from '../domain/stream-event.ts'

/** What the content of an answer says of its end. */
export interface Said {
  readonly calls: boolean
  readonly refusal: boolean
}

/** The end of an answer, as its last event tells it. */
export interface End {
  readonly reason: FinishReason
  readonly raw?: string
  readonly stopSequence?: string
}

/** The words of one dialect. */
export interface StopWords {
  /** What its words mean. */
  readonly reasons: ReadonlyMap<string, FinishReason>
  /** Its word for each reason. */
  readonly words: Readonly<Record<FinishReason, string>>
}

const meant = (reason: FinishReason, { calls, refusal }: Said): FinishReason => {
  // OpenAI says `stop` of a call that was forced by name and of a refusal in words.
  if (reason === 'stop' && calls) return 'tool-calls'
  if (reason === 'stop' && refusal) return 'refused'
  // A client that is told of calls and finds none would wait for itself.
  return reason === 'tool-calls' && !calls ? 'stop' : reason
}

/** The dialect's word for an end: the provider's own if it is one of the dialect's and means the same. */
export const stopWord = (end: End | undefined, said: Said, { reasons, words }: StopWords): string => {
  const { reason, raw, stopSequence }: End = end ?? { reason: 'stop' }
  if (raw !== undefined && reasons.get(raw) === reason) return raw
  const told = meant(reason, said)
  return told === 'stop' && stopSequence !== undefined ? 'stop_sequence' : words[told]
}

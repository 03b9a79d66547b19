/** What an answer of another dialect tells that no message of Cohere can. */
import { foreignUsage } from '../../domain/foreign.ts'
import type { ReasoningPart } from '../../domain/message.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import { isKnownReason } from './finish.ts'
import type { Losses } from '../own-members.ts'
import { dialect } from './wire.ts'

const usualTiers = new Set<unknown>(['default', 'auto', 'standard', undefined])

/** What stands around the choices. */
export const nameHead = (
  { serviceTier, extensions }: Pick<Answer, 'serviceTier' | 'extensions'>,
  losses: Losses,
): void => {
  losses.addForeign(extensions, 'answer.')
  if (!usualTiers.has(serviceTier)) losses.add('answer.service_tier', 'Cohere does not tell how a request was served')
}
/** A refusal in words, which looks like any other text here. */
export const nameRefusal = (losses: Losses): void => {
  losses.add('content.finish_reason', 'Cohere has no word for a refusal')
}
/** Counts that Cohere has no place for. */
export const nameUsage = (usage: Usage | undefined, losses: Losses): void => {
  if (usage === undefined) return
  for (const { field, why } of foreignUsage(usage.extensions, dialect)) losses.add(`usage.${field}`, why)
  if (usage.inputCacheWritten > 0) losses.add('usage.inputCacheWritten', 'Cohere counts no tokens written to a cache')
  const sound = [usage.inputAudio, usage.inputAudioCached, usage.outputAudio].some(count => (count ?? 0) > 0)
  if (sound) losses.add('usage.audio', 'Cohere counts no tokens of sound')
}
/** Proofs of who thought, and thoughts that nobody can read. */
export const nameThought = (
  { signature, redacted }: Pick<ReasoningPart, 'signature' | 'redacted'>,
  losses: Losses,
): void => {
  if (signature !== undefined) losses.add('content.reasoning.signature', 'Cohere has no proof of who thought')
  if (redacted !== undefined) losses.add('content.reasoning.redacted', 'Cohere has no encrypted reasoning')
}

type End = Pick<Extract<StreamEvent, { type: 'choice-end' }>, 'reason' | 'raw' | 'stopSequence' | 'extensions'>
/** What the end of an answer carries, and a word for it that Cohere does not have. */
export const nameEnd = ({ reason, raw, stopSequence, extensions }: End, losses: Losses): void => {
  losses.addForeign(extensions, 'content.')
  if (stopSequence !== undefined) {
    losses.add('content.stop_sequence', 'Cohere does not tell at which stop sequence an answer ended')
  }
  if (reason === 'refused') nameRefusal(losses)
  else if (raw !== undefined && !isKnownReason(raw)) {
    losses.add('content.finish_reason', `Cohere has no word for ${JSON.stringify(raw)}`)
  }
}

/** What an answer of another dialect tells that no completion can. */
import { foreignUsage } from '../../domain/foreign.ts'
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
  if (!usualTiers.has(serviceTier)) losses.add('answer.service_tier', 'a completion does not tell how it was served')
}
/** Counts that a completion has no place for. */
export const nameUsage = (usage: Usage | undefined, losses: Losses): void => {
  for (const { field, why } of foreignUsage(usage?.extensions, dialect)) losses.add(`usage.${field}`, why)
}

type End = Pick<Extract<StreamEvent, { type: 'choice-end' }>, 'raw' | 'stopSequence' | 'extensions'>
/** What the end of a choice carries beyond a word that is known. */
export const nameEnd = ({ raw, stopSequence, extensions }: End, losses: Losses): void => {
  losses.addForeign(extensions, 'content.')
  if (stopSequence !== undefined) {
    losses.add('content.stop_sequence', 'a completion does not tell at which stop sequence it ended')
  }
  if (raw !== undefined && !isKnownReason(raw)) {
    losses.add('content.stop_reason', `completions have no word for ${JSON.stringify(raw)}`)
  }
}

/** Blocks of which a completion can tell nothing. */
export const nameBlock = (type: string, losses: Losses): void => {
  losses.add(`content.${type}`, 'a completion is text and nothing else')
}

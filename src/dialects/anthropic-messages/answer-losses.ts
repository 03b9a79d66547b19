/** What an answer of another dialect tells that no message of Anthropic can. */
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import { foreignLosses, foreignUsage } from '../../domain/foreign.ts'
import { writeTier } from './tier.ts'
import { readStopReason } from './stop-reason.ts'
import type { Losses } from '../own-members.ts'
import { dialect } from './wire.ts'

const tierOnly = new Set(['service_tier'])

/** What stands around the choices. */
export const nameHead = (
  { serviceTier, extensions }: Pick<Answer, 'serviceTier' | 'extensions'>,
  losses: Losses,
): void => {
  const said = writeTier(serviceTier) === undefined ? undefined : tierOnly
  for (const { field, why } of foreignLosses(extensions, dialect, said)) losses.add(`answer.${field}`, why)
}
/** Counts that Anthropic has no place for. */
export const nameUsage = (usage: Usage | undefined, losses: Losses): void => {
  for (const { field, why } of foreignUsage(usage?.extensions, dialect)) losses.add(`usage.${field}`, why)
}

type End = Pick<Extract<StreamEvent, { type: 'choice-end' }>, 'reason' | 'raw' | 'extensions'>
/** What the end of a choice carries, and a word for it that nobody knows. */
export const nameEnd = ({ reason, raw, extensions }: End, losses: Losses): void => {
  losses.addForeign(extensions, 'content.')
  if (reason === 'other' && raw !== undefined && readStopReason(raw) === 'other') {
    losses.add('content.finish_reason', `Anthropic has no word for ${JSON.stringify(raw)}`)
  }
}

/** What an answer of another dialect tells that no response of Gemini can. */
import { foreignUsage } from '../../domain/foreign.ts'
import type { Answer } from '../../domain/response.ts'
import type { FinishReason, StreamEvent, Usage } from '../../domain/stream-event.ts'
import { isFinishWord } from './finish-reason.ts'
import { writeTier } from './usage.ts'
import type { Losses } from '../own-members.ts'
import { dialect } from './wire.ts'

const tierOnly = new Set(['service_tier'])

/** What stands around the choices. */
export const nameHead = (
  { serviceTier, extensions }: Pick<Answer, 'serviceTier' | 'extensions'>,
  losses: Losses,
): void => losses.addForeign(extensions, 'answer.', writeTier(serviceTier) === undefined ? undefined : tierOnly)

/** Counts that Gemini has no place for. */
export const nameUsage = (usage: Usage | undefined, losses: Losses): void => {
  if (usage === undefined) return
  for (const { field, why } of foreignUsage(usage.extensions, dialect)) losses.add(`usage.${field}`, why)
  if (usage.inputCacheWritten > 0) {
    losses.add('usage.inputCacheWritten', 'Gemini counts no tokens that were written to a cache')
  }
}

/** Words of others that say no more than STOP does. */
const plainEnds = new Set(
  'stop end_turn stop_sequence tool_use tool_calls function_call eos complete completed done finished'.split(' '),
)
const isStrange = (reason: FinishReason, raw: string): boolean => {
  if (isFinishWord(raw)) return false
  return reason === 'other' || (reason === 'stop' && raw !== '' && !plainEnds.has(raw.toLowerCase()))
}

type End = Pick<Extract<StreamEvent, { type: 'choice-end' }>, 'reason' | 'raw' | 'stopSequence' | 'extensions'>
/** What the end of a choice carries, and a word for it that Gemini does not have. */
export const nameEnd = ({ reason, raw, stopSequence, extensions }: End, losses: Losses): void => {
  losses.addForeign(extensions, 'content.')
  if (stopSequence !== undefined) {
    losses.add('content.stop_sequence', 'Gemini does not tell at which stop sequence an answer ended')
  }
  if (raw !== undefined && isStrange(reason, raw)) {
    losses.add('content.finish_reason', `Gemini has no word for ${JSON.stringify(raw)}`)
  }
}

/** What an answer of another dialect tells that no response of OpenAI can. */
import { foreignUsage } from '../../domain/foreign.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { Losses } from '../own-members.ts'
import { openaiResponsesId } from './wire.ts'

const tiers = new Set<unknown>(['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'])
const tierOnly = new Set(['service_tier'])

/** What stands around the output. */
export const nameHead = ({ extensions }: Pick<Answer, 'extensions'>, losses: Losses): void =>
  losses.addForeign(extensions, 'answer.')
/** Counts that OpenAI has no place for. `serviceTier` is told around the output. */
export const nameUsage = (usage: Usage | undefined, serviceTier: string | undefined, losses: Losses): void => {
  const said = tiers.has(serviceTier) ? tierOnly : undefined
  for (const { field, why } of foreignUsage(usage?.extensions, openaiResponsesId, said))
    losses.add(`usage.${field}`, why)
}

/** Words that say no more than that an answer came to its end, to its limit or to a call. */
const known = new Set(
  (
    'stop eos eos_token end end_turn stop_sequence complete completed done finish finished length max_tokens ' +
    'model_length max_output_tokens max_length token_limit model_context_window_exceeded tool_calls tool_call ' +
    'function_call tool_use content_filter content_filtered refusal safety recitation blocklist prohibited_content ' +
    'sensitive spii queued in_progress incomplete'
  ).split(' '),
)
/** What the end of an answer carries beyond a word that OpenAI knows. */
export const nameEnd = (end: Extract<StreamEvent, { type: 'choice-end' }>, losses: Losses): void => {
  const { raw, stopSequence, extensions } = end
  losses.addForeign(extensions, 'content.')
  if (stopSequence !== undefined)
    losses.add('content.stop_sequence', 'OpenAI does not tell at which stop sequence an answer ended')
  if (raw !== undefined && raw !== '' && !known.has(raw.toLowerCase()))
    losses.add('content.stop_reason', `OpenAI has no word for ${JSON.stringify(raw)}`)
}

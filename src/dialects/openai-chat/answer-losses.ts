/** What an answer of another dialect tells that no completion of OpenAI can; and how it was served, both ways. */
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import { foreignUsage } from '../../domain/foreign.ts'
import { isKnownFinish } from './finish.ts'
import { toldAtEnd } from './google-extras.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { openaiChatId } from './wire.ts'

const tiers = new Set<unknown>(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])
const usual = new Set<unknown>(['standard', 'on_demand', 'ondemand'])

/** Our word for how a request was served, ready to be spread. */
export const readTier = (tier: unknown): { readonly serviceTier?: string } => {
  if (typeof tier !== 'string' || tier === '') return {}
  return { serviceTier: usual.has(tier) ? 'default' : tier }
}
/** The way back, ready to be spread; nothing for what OpenAI has no word for. */
export const writeTier = (tier: string | undefined): Json => (tiers.has(tier) ? { service_tier: tier } : {})

const tierOnly = new Set(['service_tier'])

/** What stands around the choices. */
export const nameHead = ({ extensions }: Pick<Answer, 'extensions'>, losses: Losses): void =>
  losses.addForeign(extensions, 'answer.')
/** Counts that OpenAI has no place for. `serviceTier` is told around the choices. */
export const nameUsage = (usage: Usage | undefined, serviceTier: string | undefined, losses: Losses): void => {
  const said = tiers.has(serviceTier) ? tierOnly : undefined
  for (const { field, why } of foreignUsage(usage?.extensions, openaiChatId, said)) losses.add(`usage.${field}`, why)
}

type End = Pick<Extract<StreamEvent, { type: 'choice-end' }>, 'raw' | 'stopSequence' | 'extensions'>
/** What the end of a choice carries beyond a word that OpenAI knows. */
export const nameEnd = ({ raw, stopSequence, extensions }: End, losses: Losses): void => {
  losses.addForeign(extensions, 'content.', toldAtEnd)
  if (stopSequence !== undefined) {
    losses.add('content.stop_sequence', 'OpenAI does not tell at which stop sequence an answer ended')
  }
  if (raw !== undefined && !isKnownFinish(raw)) {
    losses.add('content.stop_reason', `OpenAI has no word for ${JSON.stringify(raw)}`)
  }
}

/** What an answer of another dialect tells that no answer of Bedrock can. */
import { foreignLosses, foreignUsage } from '../../domain/foreign.ts'
import type { Extensions } from '../../domain/message.ts'
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import { isStopReason } from './stop-reason.ts'
import { writeTier } from './tier.ts'
import type { Losses } from '../own-members.ts'
import { dialect } from './wire.ts'

const tierOnly = new Set(['service_tier'])

/** What stands around the content. */
export const nameHead = (
  { serviceTier, extensions }: { readonly serviceTier?: string; readonly extensions?: Extensions },
  losses: Losses,
): void => {
  const isTold = serviceTier !== undefined && writeTier(serviceTier) !== undefined
  if (serviceTier !== undefined && !isTold) losses.add('answer.serviceTier', `Bedrock has no tier "${serviceTier}"`)
  for (const { field, why } of foreignLosses(extensions, dialect, tierOnly)) losses.add(`answer.${field}`, why)
}

const counts = ['reasoning', 'inputAudio', 'inputAudioCached', 'outputAudio', 'inputImage', 'outputImage'] as const

/** Counts that Bedrock has no place for. */
export const nameUsage = (usage: Usage | undefined, losses: Losses): void => {
  if (usage === undefined) return
  for (const name of counts) {
    if ((usage[name] ?? 0) > 0) losses.add(`usage.${name}`, 'Bedrock does not count them apart')
  }
  for (const [name, count] of Object.entries(usage.units ?? {})) {
    if (typeof count === 'number' && count > 0) losses.add(`usage.${name}`, 'Bedrock counts tokens alone')
  }
  for (const { field, why } of foreignUsage(usage.extensions, dialect)) losses.add(`usage.${field}`, why)
}

type End = Pick<Extract<StreamEvent, { type: 'choice-end' }>, 'reason' | 'raw' | 'extensions'>
/** What the end of a choice carries, and a word for it that nobody knows. */
export const nameEnd = ({ reason, raw, extensions }: End, losses: Losses): void => {
  losses.addForeign(extensions, 'content.')
  const isVague = reason === 'other' || reason === 'stop'
  if (isVague && raw !== undefined && !isStopReason(raw)) {
    losses.add('content.finish_reason', `Bedrock has no word for ${JSON.stringify(raw)}`)
  }
}

/** Token counts, both ways: Anthropic's input excludes what a cache gave or took, ours includes it. */
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import type { Json } from './wire.ts'
import { carried, isAbsent, isRecord, otherMembers, ownMembers } from './wire.ts'

const counted = new Set(['input_tokens', 'output_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'])

const count = (value: unknown): number => tokenCount(value) ?? 0

/** Cumulative counts: a later value wins, an absent one leaves the earlier. */
export const mergeUsage = (earlier: Json | undefined, later: unknown): Json | undefined => {
  if (!isRecord(later)) return earlier
  const told = Object.entries(later).filter(([, value]) => !isAbsent(value))
  return told.length === 0 ? earlier : { ...earlier, ...Object.fromEntries(told) }
}

/** Usage as Anthropic counts it, as ours; undefined if nothing was told, or no number of it makes sense. */
export const readUsage = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage)) return undefined
  const told = [...counted].filter(name => !isAbsent(usage[name]))
  if (told.length > 0 && told.every(name => tokenCount(usage[name]) === undefined)) return undefined
  const cached = count(usage['cache_read_input_tokens'])
  const written = count(usage['cache_creation_input_tokens'])
  const details = usage['output_tokens_details']
  return {
    input: tokens(count(usage['input_tokens']) + cached + written),
    inputCached: tokens(cached),
    inputCacheWritten: tokens(written),
    output: tokens(count(usage['output_tokens'])),
    reasoning: tokens(isRecord(details) ? count(details['thinking_tokens']) : 0),
    ...carried(otherMembers(usage, counted)),
  }
}

/** The way back; zeros where nothing is known. */
export const writeUsage = (usage: Usage | undefined): Json => {
  const cached = usage?.inputCached ?? 0
  const written = usage?.inputCacheWritten ?? 0
  return {
    input_tokens: Math.max(0, (usage?.input ?? 0) - cached - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    output_tokens: usage?.output ?? 0,
    ...(usage !== undefined && usage.reasoning > 0 && { output_tokens_details: { thinking_tokens: usage.reasoning } }),
    ...ownMembers(usage?.extensions),
  }
}

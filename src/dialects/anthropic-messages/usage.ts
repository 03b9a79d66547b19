/** Token counts, both ways: Anthropic's input excludes what a cache gave or took, ours includes it. */
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import { writeTier } from './tier.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers, recordOf } from '../fields.ts'
import { carried, ownMembers } from './wire.ts'

const counted = new Set(['input_tokens', 'output_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'])

const count = (value: unknown): number => tokenCount(value) ?? 0

/** Cumulative counts: a later value wins, an absent one leaves the earlier. */
export const mergeUsage = (earlier: Json | undefined, later: unknown): Json | undefined => {
  if (!isRecord(later)) return earlier
  const told = Object.entries(later).filter(([, value]) => !isAbsent(value))
  return told.length === 0 ? earlier : { ...earlier, ...Object.fromEntries(told) }
}

/** What is kept for an hour costs more than what is kept for five minutes. */
const longWritten = (creation: unknown): number =>
  isRecord(creation) ? count(creation['ephemeral_1h_input_tokens']) : 0

/** Searches of the web are billed by the piece. */
const searchesIn = (tools: unknown): number => (isRecord(tools) ? count(tools['web_search_requests']) : 0)

const ofOutput = 'output_tokens_details'
const ofThinking = new Set(['thinking_tokens'])
/** What of the usage has no word in ours; a count of thinking has one. */
const othersOf = (usage: Json): Json | undefined => {
  const { [ofOutput]: details, ...others } = otherMembers(usage, counted) ?? {}
  if (!isRecord(details) || count(details['thinking_tokens']) === 0) return otherMembers(usage, counted)
  const rest = otherMembers(details, ofThinking)
  const all = { ...others, ...(rest !== undefined && { [ofOutput]: rest }) }
  return Object.keys(all).length === 0 ? undefined : all
}

const sums = ['input_tokens', 'output_tokens']
/** True if some of these are told and none makes sense. What a cache gave, which is mostly nothing, saves no count without its sums. */
const isSenseless = (usage: Json, names: readonly string[]): boolean => {
  const told = names.filter(name => !isAbsent(usage[name]))
  return told.length > 0 && told.every(name => tokenCount(usage[name]) === undefined)
}

/** Usage as Anthropic counts it, as ours; undefined if nothing was told, or no number of it makes sense. */
export const readUsage = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage) || isSenseless(usage, sums) || isSenseless(usage, [...counted])) return undefined
  const cached = count(usage['cache_read_input_tokens'])
  const written = count(usage['cache_creation_input_tokens'])
  const details = usage['output_tokens_details']
  const long = longWritten(usage['cache_creation'])
  const searches = searchesIn(usage['server_tool_use'])
  return {
    input: tokens(count(usage['input_tokens']) + cached + written),
    inputCached: tokens(cached),
    inputCacheWritten: tokens(written),
    output: tokens(count(usage['output_tokens'])),
    reasoning: tokens(isRecord(details) ? count(details['thinking_tokens']) : 0),
    ...(long > 0 && { inputCacheWrittenLong: tokens(Math.min(long, written)) }),
    ...(searches > 0 && { units: { searches } }),
    ...carried(othersOf(usage)),
  }
}

/** What is told only where it is known, with what else the provider told. */
const known = ({ reasoning, extensions }: Usage, serviceTier: string | undefined): Json => {
  const tier = writeTier(serviceTier)
  const own = ownMembers(extensions)
  return {
    ...(tier !== undefined && { service_tier: tier }),
    ...own,
    ...(reasoning > 0 && { [ofOutput]: { ...recordOf(own, ofOutput), thinking_tokens: reasoning } }),
  }
}
const none: Usage = {
  input: tokens(0),
  inputCached: tokens(0),
  inputCacheWritten: tokens(0),
  output: tokens(0),
  reasoning: tokens(0),
}

/** The way back, with how the request was served; zeros where nothing is known. */
export const writeUsage = (told: Usage | undefined, serviceTier?: string): Json => {
  const usage = told ?? none
  const { inputCached, inputCacheWritten } = usage
  return {
    input_tokens: Math.max(0, usage.input - inputCached - inputCacheWritten),
    cache_creation_input_tokens: inputCacheWritten,
    cache_read_input_tokens: inputCached,
    output_tokens: usage.output,
    ...known(usage, serviceTier),
  }
}

/** Tokens used, both ways. Cohere tells two counts: what it bills, and what the model read and wrote, its own frame of the prompt included. */
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers, recordOf } from '../fields.ts'
import { carried, ownMembers } from './wire.ts'

const known = {
  usage: new Set(['billed_units', 'tokens', 'cached_tokens']),
  billed: new Set(['input_tokens', 'output_tokens']),
}

/** What `tokens` holds where it tells no more than our counts do. */
const plainTokens = ({ input, output, reasoning, inputImage = tokens(0) }: Usage): Json => ({
  input_tokens: input,
  output_tokens: output,
  ...(reasoning > 0 && { reasoning_tokens: reasoning }),
  ...(inputImage > 0 && { image_tokens: inputImage }),
})

/** Those of this kind among all that are billed: the bill may be for fewer than were used. */
const among = (some: unknown, all = 0): number => Math.min(tokenCount(some) ?? 0, all)

/** The counts that a price is for: `billed_units`, or `tokens` where nothing else was told. */
const readCounts = (billed: Json, used: Json): Omit<Usage, 'inputCached' | 'inputCacheWritten'> | undefined => {
  const input = tokenCount(billed['input_tokens']) ?? tokenCount(used['input_tokens'])
  const output = tokenCount(billed['output_tokens']) ?? tokenCount(used['output_tokens'])
  const searches = tokenCount(billed['search_units'])
  if (input === undefined && output === undefined && searches === undefined) return undefined
  const images = among(used['image_tokens'], input)
  return {
    input: tokens(input ?? 0),
    output: tokens(output ?? 0),
    reasoning: tokens(among(used['reasoning_tokens'], output)),
    ...(images > 0 && { inputImage: tokens(images) }),
    ...(searches !== undefined && { units: { searches } }),
  }
}

/** What of the usage has no word in ours, or another number; and what few have a place for, so that it is named where it is lost. */
const othersOf = (usage: Json, read: Usage): Json => {
  const billed = otherMembers(recordOf(usage, 'billed_units'), known.billed)
  const { image_tokens: _images, ...derived }: Json = plainTokens(read)
  const used = Object.entries(recordOf(usage, 'tokens')).filter(([key, value]) => value !== derived[key])
  const cached = usage['cached_tokens']
  return {
    ...otherMembers(usage, known.usage),
    ...(billed !== undefined && { billed_units: billed }),
    ...(used.length > 0 && { tokens: Object.fromEntries(used) }),
    // Null marks what is left out on the way back.
    ...(!isRecord(usage['billed_units']) && { billed_units: null }),
    ...(!isRecord(usage['tokens']) && { tokens: null }),
    ...(!isAbsent(cached) && cached !== read.inputCached && { cached_tokens: cached }),
    ...(cached === 0 && { cached_tokens: 0 }),
  }
}

/** Usage as Cohere counts it, as ours; undefined if it tells no number that makes sense. */
export const readUsage = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage)) return undefined
  const billed = recordOf(usage, 'billed_units')
  const used = recordOf(usage, 'tokens')
  const counts = readCounts(billed, used)
  if (counts === undefined) return undefined
  const cached = tokenCount(usage['cached_tokens']) ?? 0
  // What a cache gave is among the tokens that were read. Where fewer were billed, nobody knows how many of them it gave.
  const isBilled = used['input_tokens'] === counts.input && cached <= counts.input
  const read: Usage = { ...counts, inputCached: tokens(isBilled ? cached : 0), inputCacheWritten: tokens(0) }
  return { ...read, ...carried(othersOf(usage, read)) }
}

/** The way back. */
export const writeUsage = (usage: Usage): Json => {
  const { billed_units: ownBilled, tokens: ownTokens, cached_tokens: ownCached, ...own } = ownMembers(usage.extensions)
  const cached = ownCached ?? (usage.inputCached > 0 ? usage.inputCached : undefined)
  const searches = usage.units?.searches
  return {
    ...own,
    ...(ownBilled !== null && {
      billed_units: {
        ...recordOf({ ownBilled }, 'ownBilled'),
        input_tokens: usage.input,
        output_tokens: usage.output,
        ...(searches !== undefined && { search_units: searches }),
      },
    }),
    ...(ownTokens !== null && { tokens: { ...plainTokens(usage), ...recordOf({ ownTokens }, 'ownTokens') } }),
    ...(cached !== undefined && { cached_tokens: cached }),
  }
}

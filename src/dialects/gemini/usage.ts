/** Token counts, both ways: Gemini counts thoughts beside the answer, and results of its own tools beside the prompt. */
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { carried, ownToWrite, someMembers } from './wire.ts'

const counts = [
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
] as const
const details = ['promptTokensDetails', 'cacheTokensDetails', 'candidatesTokensDetails'] as const
const known = new Set<string>([...counts, ...details, 'toolUsePromptTokenCount', 'serviceTier'])
/** The numbers that Vertex writes where a client asks for them. */
const modalities = ['MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT']

/** Counts of a stream are cumulative: a later one wins, an absent one leaves the earlier. */
export const mergeUsage = (earlier: Json | undefined, later: unknown): Json | undefined => {
  if (!isRecord(later)) return earlier
  const told = Object.entries(later).filter(([, value]) => !isAbsent(value))
  return told.length === 0 ? earlier : { ...earlier, ...Object.fromEntries(told) }
}

type ByModality = ReadonlyMap<string, number>
const byModality = (value: unknown): ByModality => {
  const found = new Map<string, number>()
  for (const one of Array.isArray(value) ? value : []) {
    if (!isRecord(one)) continue
    const modality = typeof one['modality'] === 'number' ? modalities[one['modality']] : one['modality']
    const count = tokenCount(one['tokenCount'])
    if (typeof modality === 'string' && count !== undefined) found.set(modality, count + (found.get(modality) ?? 0))
  }
  return found
}
/** True where there is nothing but text, so that the sum says all of it. */
const isPlain = (value: unknown, all: number): boolean => {
  const found = byModality(value)
  return found.size === 1 && found.get('TEXT') === all
}

const count = (usage: Json, name: string): number => tokenCount(usage[name]) ?? 0
const apart = (found: ByModality, modality: string, name: string): Json => {
  const value = found.get(modality)
  return value === undefined || value === 0 ? {} : { [name]: tokens(value) }
}

interface Sums {
  readonly prompt: number
  readonly tools: number
  readonly candidates: number
  readonly thoughts: number
}
/** What our words do not say, word for word; null marks details that they do. */
const othersOf = (usage: Json, { prompt, tools, candidates, thoughts }: Sums): Json | undefined => {
  const total = tokenCount(usage['totalTokenCount'])
  const all = { promptTokensDetails: prompt, cacheTokensDetails: count(usage, 'cachedContentTokenCount') }
  const told = Object.entries({ ...all, candidatesTokensDetails: candidates })
    .filter(([name]) => Array.isArray(usage[name]))
    .map(([name, sum]): [string, unknown] => [name, isPlain(usage[name], sum) ? null : usage[name]])
  return someMembers({
    ...otherMembers(usage, known),
    ...Object.fromEntries(told),
    ...(tools > 0 && { toolUsePromptTokenCount: tools }),
    ...(total !== undefined && total !== prompt + tools + candidates + thoughts && { totalTokenCount: total }),
  })
}

/** Usage as Gemini counts it, as ours; undefined if no number of it makes sense. */
export const readUsage = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage) || counts.every(name => tokenCount(usage[name]) === undefined)) return undefined
  const prompt = count(usage, 'promptTokenCount')
  const tools = count(usage, 'toolUsePromptTokenCount')
  const candidates = count(usage, 'candidatesTokenCount')
  const thoughts = count(usage, 'thoughtsTokenCount')
  const [input, cached, output] = details.map(name => byModality(usage[name]))
  return {
    input: tokens(prompt + tools),
    inputCached: tokens(count(usage, 'cachedContentTokenCount')),
    inputCacheWritten: tokens(0),
    output: tokens(candidates + thoughts),
    reasoning: tokens(thoughts),
    ...apart(input!, 'AUDIO', 'inputAudio'),
    ...apart(cached!, 'AUDIO', 'inputAudioCached'),
    ...apart(output!, 'AUDIO', 'outputAudio'),
    ...apart(input!, 'IMAGE', 'inputImage'),
    ...apart(output!, 'IMAGE', 'outputImage'),
    ...carried(othersOf(usage, { prompt, tools, candidates, thoughts })),
  }
}

const detailsOf = (all: number, audio: number | undefined, image: number | undefined): readonly Json[] => {
  const text = all - (audio ?? 0) - (image ?? 0)
  const rows: readonly (readonly [string, number])[] = [
    ['TEXT', text],
    ['AUDIO', audio ?? 0],
    ['IMAGE', image ?? 0],
  ]
  return rows.filter(([, value]) => value > 0).map(([modality, tokenCount]) => ({ modality, tokenCount }))
}
const writeDetails = (usage: Usage, prompt: number, candidates: number): Json => {
  const told: Readonly<Record<string, readonly Json[]>> = {
    promptTokensDetails: detailsOf(prompt, usage.inputAudio, usage.inputImage),
    cacheTokensDetails: detailsOf(usage.inputCached, usage.inputAudioCached, undefined),
    candidatesTokensDetails: detailsOf(candidates, usage.outputAudio, usage.outputImage),
  }
  const own = usage.extensions?.['gemini'] ?? {}
  const isTold = (name: string): boolean =>
    own[name] === null || told[name]!.some(({ modality }) => modality !== 'TEXT')
  return Object.fromEntries(details.filter(isTold).map(name => [name, told[name]]))
}

const tiers: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['priority', 'priority'],
  ['flex', 'flex'],
])
/** Our word for how a request was served, ready to be spread. */
export const readTier = (tier: unknown): { readonly serviceTier?: string } => {
  if (typeof tier !== 'string' || tier === '' || tier === 'unspecified') return {}
  return { serviceTier: tier === 'standard' ? 'default' : tier }
}
/** The way back; undefined for what Gemini has no word for. */
export const writeTier = (tier: string | undefined): string | undefined => tiers.get(tier ?? '')

/** The way back, with how the request was served. */
export const writeUsage = (usage: Usage, serviceTier: string | undefined): Json => {
  const own = ownToWrite(usage.extensions)
  const tools = count(own, 'toolUsePromptTokenCount')
  const prompt = Math.max(0, usage.input - tools)
  const candidates = Math.max(0, usage.output - usage.reasoning)
  const tier = writeTier(serviceTier)
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: usage.input + usage.output,
    ...(usage.reasoning > 0 && { thoughtsTokenCount: usage.reasoning }),
    ...(usage.inputCached > 0 && { cachedContentTokenCount: usage.inputCached }),
    ...writeDetails(usage, prompt, candidates),
    ...(tier !== undefined && { serviceTier: tier }),
    ...own,
  }
}

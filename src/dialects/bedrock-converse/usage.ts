/** Token counts, both ways: Bedrock's input excludes what a cache gave or took, ours includes it. */
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import { tokenCount } from '../token-count.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent } from '../fields.ts'
import { carried, ownMembers } from './wire.ts'

const counted = new Set([
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  // The same counts under a second name.
  'cacheReadInputTokenCount',
  'cacheWriteInputTokenCount',
])

const first = (...values: readonly unknown[]): number => {
  for (const value of values) {
    const count = tokenCount(value)
    if (count !== undefined) return count
  }
  return 0
}
const isEmpty = (value: unknown): boolean =>
  isAbsent(value) || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)

const othersOf = (usage: Json, sum: number): Json | undefined => {
  const others = Object.entries(usage).filter(([name, value]) => !counted.has(name) && !isEmpty(value))
  const total = tokenCount(usage['totalTokens'])
  if (total !== undefined && total !== sum) others.push(['totalTokens', total])
  return others.length === 0 ? undefined : Object.fromEntries(others)
}

/** Usage as Bedrock counts it, as ours; undefined if nothing was told, or no number of it makes sense. */
export const readUsage = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage)) return undefined
  const { inputTokens, outputTokens, totalTokens } = usage
  if ([inputTokens, outputTokens, totalTokens].every(value => tokenCount(value) === undefined)) return undefined
  const cached = first(usage['cacheReadInputTokens'], usage['cacheReadInputTokenCount'])
  const written = first(usage['cacheWriteInputTokens'], usage['cacheWriteInputTokenCount'])
  const input = first(inputTokens) + cached + written
  const output = first(outputTokens)
  return {
    input: tokens(input),
    inputCached: tokens(cached),
    inputCacheWritten: tokens(written),
    output: tokens(output),
    reasoning: tokens(0),
    ...carried(othersOf(usage, input + output)),
  }
}

const none: Usage = {
  input: tokens(0),
  inputCached: tokens(0),
  inputCacheWritten: tokens(0),
  output: tokens(0),
  reasoning: tokens(0),
}

/** The way back; zeros where nothing is known. */
export const writeUsage = (told: Usage | undefined): Json => {
  const { input, inputCached, inputCacheWritten, output, extensions } = told ?? none
  return {
    inputTokens: Math.max(0, input - inputCached - inputCacheWritten),
    outputTokens: output,
    totalTokens: input + output,
    cacheReadInputTokens: inputCached,
    cacheWriteInputTokens: inputCacheWritten,
    ...ownMembers(extensions),
  }
}

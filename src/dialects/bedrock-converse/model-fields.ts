/** What stands in additionalModelRequestFields, read: top-k, penalties and how much to think, for which each maker has words of its own. */
import type { ReasoningWish, Sampling } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { isEffort } from '../effort.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

/** What the fields tell, and by their paths which of them told it. */
interface Told<T> {
  readonly value: T
  readonly paths: readonly string[]
}

const at = (fields: Json, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), fields)

const numberAt = (fields: Json, paths: readonly string[]): Told<number> | undefined => {
  for (const path of paths) {
    const value = at(fields, path)
    if (typeof value === 'number' && Number.isFinite(value)) return { value, paths: [path] }
  }
  return undefined
}

/** Claude's way, under either of its two names: a budget, adaptive, or off. */
const readThinking = (fields: Json, name: string): Told<ReasoningWish> | undefined => {
  const type = at(fields, `${name}.type`)
  const budget = at(fields, `${name}.budget_tokens`)
  if (type === 'disabled') return { value: { effort: 'none' }, paths: [`${name}.type`] }
  if (type === 'adaptive') return { value: {}, paths: [`${name}.type`] }
  if (type !== 'enabled' || typeof budget !== 'number' || !Number.isInteger(budget) || budget <= 0) return undefined
  return { value: { budget: tokens(budget) }, paths: [`${name}.type`, `${name}.budget_tokens`] }
}
/** Nova's way. */
const readNova = (fields: Json): Told<ReasoningWish> | undefined => {
  const type = at(fields, 'reasoningConfig.type')
  const effort = at(fields, 'reasoningConfig.maxReasoningEffort')
  if (type === 'disabled') return { value: { effort: 'none' }, paths: ['reasoningConfig.type'] }
  if (type !== 'enabled') return undefined
  return isEffort(effort)
    ? { value: { effort }, paths: ['reasoningConfig.type', 'reasoningConfig.maxReasoningEffort'] }
    : { value: {}, paths: ['reasoningConfig.type'] }
}
const readEffort = (fields: Json, path: string): Told<ReasoningWish> | undefined => {
  const effort = at(fields, path)
  return isEffort(effort) ? { value: { effort }, paths: [path] } : undefined
}
const readReasoning = (fields: Json): Told<ReasoningWish> | undefined => {
  const thinking =
    readThinking(fields, 'thinking') ??
    readThinking(fields, 'reasoning_config') ??
    readNova(fields) ??
    readEffort(fields, 'reasoning_config') ??
    readEffort(fields, 'reasoning_effort')
  const effort = readEffort(fields, 'output_config.effort')
  if (thinking === undefined || effort === undefined) return thinking ?? effort
  if (thinking.value.effort !== undefined) return thinking
  return { value: { ...thinking.value, ...effort.value }, paths: [...thinking.paths, ...effort.paths] }
}

/** The fields without these; one of which nothing is left is left out. */
const without = (fields: Json, paths: ReadonlySet<string>): Json | undefined => {
  const left = Object.entries(fields).flatMap(([name, value]): readonly (readonly [string, unknown])[] => {
    if (paths.has(name)) return []
    if (!isRecord(value)) return [[name, value]]
    const inner = Object.entries(value).filter(([key]) => !paths.has(`${name}.${key}`))
    if (inner.length === Object.keys(value).length) return [[name, value]]
    return inner.length === 0 ? [] : [[name, Object.fromEntries(inner)]]
  })
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

/** What was read; `others` are the members that no noun holds. */
export interface ReadFields {
  readonly sampling: Pick<Sampling, 'topK' | 'seed' | 'frequencyPenalty' | 'presencePenalty'>
  readonly reasoning?: ReasoningWish
  readonly others?: Json
}

/** The nouns in these fields. Members of kinds that are not known are no mistake: they are the model's own. */
export const readFields = (fields: Json): ReadFields => {
  const topK = numberAt(fields, ['top_k', 'inferenceConfig.topK', 'topK', 'k'])
  const seed = numberAt(fields, ['seed'])
  const frequencyPenalty = numberAt(fields, ['frequency_penalty'])
  const presencePenalty = numberAt(fields, ['presence_penalty'])
  const reasoning = readReasoning(fields)
  const told = [topK, seed, frequencyPenalty, presencePenalty, reasoning]
  const others = without(fields, new Set(told.flatMap(one => one?.paths ?? [])))
  return {
    sampling: {
      ...(topK !== undefined && { topK: topK.value }),
      ...(seed !== undefined && { seed: seed.value }),
      ...(frequencyPenalty !== undefined && { frequencyPenalty: frequencyPenalty.value }),
      ...(presencePenalty !== undefined && { presencePenalty: presencePenalty.value }),
    },
    ...(reasoning !== undefined && { reasoning: reasoning.value }),
    ...(others !== undefined && { others }),
  }
}

/** Both, with the members of members joined. */
export const joinFields = (left: Json, right: Json): Json => {
  const both: Record<string, unknown> = { ...left }
  for (const [name, value] of Object.entries(right)) {
    const before = both[name]
    both[name] = isRecord(before) && isRecord(value) ? { ...before, ...value } : value
  }
  return both
}

/** How much to think, in the house's own words: which there are, and the nearest of those that a model knows. */
import type { ReasoningWish } from '../domain/request.ts'

export type Effort = NonNullable<ReasoningWish['effort']>

/** Every effort, the least first. */
const efforts: readonly unknown[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] satisfies Effort[]

/** True for an effort that has a word of ours. */
export const isEffort = (value: unknown): value is Effort => efforts.includes(value)

/** How far the efforts are apart. */
const between = (one: Effort, other: Effort): number => Math.abs(efforts.indexOf(one) - efforts.indexOf(other))

/** The effort of those that is nearest to the one asked for; of two as near, the later. */
export const nearestEffort = (able: readonly Effort[], asked: Effort): Effort | undefined => {
  let best: Effort | undefined
  // Not to think at all is another thing than to think little.
  const taken = asked === 'none' ? able : able.filter(effort => effort !== 'none')
  for (const effort of taken) if (best === undefined || between(effort, asked) <= between(best, asked)) best = effort
  return best
}

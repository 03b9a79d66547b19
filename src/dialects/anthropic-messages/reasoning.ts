/** How much to think, both ways: a token budget on older models, an effort on newer ones. */
import type { ChatBody, ReasoningWish } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Findings, Json, Losses } from './wire.ts'
import { isAbsent, isRecord, ownMembers, report } from './wire.ts'

type Effort = NonNullable<ReasoningWish['effort']>

/** Answer length where the sender gave none; Anthropic requires one. */
export const defaultMaxTokens = 4096
/** The smallest budget that Anthropic takes. */
const smallestBudget = 1024

// With the default answer length even the largest stays under 32,000 tokens, the smallest output limit among the models
// that think by budget.
const budgets: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: smallestBudget,
  low: smallestBudget,
  medium: 4096,
  high: 16_384,
  xhigh: 20_480,
  max: 24_576,
}
const efforts: ReadonlySet<unknown> = new Set<Effort>(['low', 'medium', 'high', 'xhigh', 'max'])
const isEffort = (value: unknown): value is Effort => efforts.has(value)

// Claude models up to 4.5 think by budget; later ones refuse a budget and take an effort.
const byBudget = ['claude-3', '-4-0', '-4-1', '-4-5', '-4-2025', '-4@', '-4-v']
const thinksByEffort = (model: string): boolean =>
  model.includes('claude') && !model.endsWith('-4') && !byBudget.some(part => model.includes(part))

const readBudget = (thinking: Json, findings: Findings): ReasoningWish => {
  const budget = thinking['budget_tokens']
  if (typeof budget === 'number' && Number.isInteger(budget) && budget > 0) return { budget: tokens(budget) }
  report(findings, 'thinking.budget_tokens', budget, 'a whole number of tokens, 1024 or more')
  return {}
}
const readThinking = (thinking: unknown, findings: Findings): ReasoningWish | undefined => {
  if (isAbsent(thinking)) return undefined
  if (!isRecord(thinking) || typeof thinking['type'] !== 'string') {
    report(findings, 'thinking', thinking, 'an object with type "enabled", "disabled" or "adaptive"')
    return undefined
  }
  if (thinking['type'] === 'enabled') return readBudget(thinking, findings)
  return thinking['type'] === 'disabled' ? { effort: 'none' } : {}
}

/** The wish that `thinking` and `output_config.effort` tell together. */
export const readReasoning = (
  thinking: unknown,
  outputConfig: unknown,
  findings: Findings,
): ReasoningWish | undefined => {
  const wish = readThinking(thinking, findings)
  const effort = isRecord(outputConfig) ? outputConfig['effort'] : undefined
  if (!isAbsent(effort) && typeof effort !== 'string') report(findings, 'output_config.effort', effort, 'a string')
  return isEffort(effort) && wish?.effort === undefined ? { ...wish, effort } : wish
}

const isSame = (left: ReasoningWish | undefined, right: ReasoningWish | undefined): boolean =>
  left?.effort === right?.effort && left?.budget === right?.budget

/** What a request says about thinking, in Anthropic's words. */
export interface WrittenReasoning {
  readonly thinking?: Json
  readonly effort?: string
  readonly maxTokens: number
  readonly isThinking: boolean
}

const effortOf = (wish: ReasoningWish): Effort => {
  if (wish.effort !== undefined) return wish.effort === 'minimal' ? 'low' : wish.effort
  const budget = wish.budget ?? budgets.high
  if (budget <= budgets.low) return 'low'
  return budget <= budgets.medium ? 'medium' : 'high'
}
const withBudget = (wish: ReasoningWish, asked: number | undefined, losses: Losses): WrittenReasoning => {
  const wanted = wish.budget ?? budgets[wish.effort === undefined || wish.effort === 'none' ? 'high' : wish.effort]
  const budget = Math.max(smallestBudget, wanted)
  const maxTokens = asked ?? defaultMaxTokens
  const thinking = { type: 'enabled', budget_tokens: budget }
  if (budget < maxTokens) return { thinking, maxTokens, isThinking: true }
  if (asked !== undefined) {
    losses.add('limits.maxOutputTokens', `raised by ${budget} to make room for thinking, which counts towards it`)
  }
  return { thinking, maxTokens: budget + maxTokens, isThinking: true }
}

/** What a client of this dialect wrote, word for word; undefined if it wrote nothing or the wish was changed since. */
const asWritten = (body: ChatBody, maxTokens: number): WrittenReasoning | undefined => {
  const { thinking, output_config: outputConfig } = ownMembers(body.extensions)
  if (!isRecord(thinking) && !isRecord(outputConfig)) return undefined
  if (!isSame(readReasoning(thinking, outputConfig, {}), body.reasoning)) return undefined
  const effort = isRecord(outputConfig) ? outputConfig['effort'] : undefined
  return {
    ...(isRecord(thinking) && { thinking }),
    ...(typeof effort === 'string' && { effort }),
    maxTokens,
    isThinking: isRecord(thinking) && thinking['type'] !== 'disabled',
  }
}

/** Thinking for this model; what a client of this dialect wrote comes back word for word. */
export const writeReasoning = (body: ChatBody, model: string, losses: Losses): WrittenReasoning => {
  const asked = body.limits.maxOutputTokens
  const maxTokens = asked ?? defaultMaxTokens
  const written = asWritten(body, maxTokens)
  if (written !== undefined) return written
  const wish = body.reasoning
  if (wish === undefined || (wish.effort === undefined && wish.budget === undefined)) {
    return { maxTokens, isThinking: false }
  }
  if (wish.effort === 'none' || wish.budget === 0) {
    return { thinking: { type: 'disabled' }, maxTokens, isThinking: false }
  }
  if (!thinksByEffort(model)) return withBudget(wish, asked, losses)
  return { thinking: { type: 'adaptive' }, effort: effortOf(wish), maxTokens, isThinking: true }
}

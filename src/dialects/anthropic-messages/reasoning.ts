/** How much to think, both ways: a token budget on older models, an effort on newer ones. */
import type { Effort } from '../effort.ts'
import type { ChatBody, ChatRequest, ReasoningWish } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Abilities } from './abilities.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { dialect } from './wire.ts'

/** Answer length for a model of unknown limits where the sender gave none; Anthropic requires one. */
const defaultMaxTokens = 4096
/** A whole answer that is longer takes more than ten minutes, and Anthropic asks for a stream instead. */
const longestWhole = 21_333
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

const knownThinking = new Set(['type', 'budget_tokens'])
const [formatOnly, formatAndEffort] = [new Set(['format']), new Set(['format', 'effort'])]

/** What of `thinking` and `output_config` a wish cannot hold, as the members that it came in. */
export const otherReasoning = (body: Json): Json => {
  const { thinking, output_config: config } = body
  const ofThinking = isRecord(thinking) ? otherMembers(thinking, knownThinking) : undefined
  const known = isRecord(config) && isEffort(config['effort']) ? formatAndEffort : formatOnly
  const ofConfig = isRecord(config) ? otherMembers(config, known) : undefined
  return { ...(ofThinking && { thinking: ofThinking }), ...(ofConfig && { output_config: ofConfig }) }
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

/** What decides how a model can be told to think. */
export interface Telling {
  readonly abilities: Abilities
  /** The model is to go on after tool calls whose reasoning was not given back. */
  readonly isUnsigned: boolean
  /** The client asked for this very model, and so knows what it takes. */
  readonly isChosen?: boolean
}

const lengthOf = (body: ChatRequest, { abilities, isChosen }: Telling, losses: Losses): number => {
  const asked = body.limits.maxOutputTokens
  const most = abilities.maxOutput
  if (asked === undefined) return Math.min(most ?? defaultMaxTokens, body.stream ? Infinity : longestWhole)
  if ((isChosen === true && body.raw?.dialect === dialect) || most === undefined || asked <= most) return asked
  losses.add('limits.maxOutputTokens', `lowered from ${asked} to the ${most} that this model can answer`)
  return most
}

const effortOf = (wish: ReasoningWish, { xhigh }: Abilities): Effort => {
  if (wish.effort !== undefined) {
    if (wish.effort === 'xhigh' && !xhigh) return 'max'
    return wish.effort === 'minimal' || wish.effort === 'none' ? 'low' : wish.effort
  }
  const budget = wish.budget ?? budgets.high
  if (budget <= budgets.low) return 'low'
  return budget <= budgets.medium ? 'medium' : 'high'
}
const withEffort = (wish: ReasoningWish, maxTokens: number, abilities: Abilities, losses: Losses): WrittenReasoning => {
  if (wish.budget !== undefined) losses.add('reasoning.budget', 'this model takes an effort, not a budget of tokens')
  return { thinking: { type: 'adaptive' }, effort: effortOf(wish, abilities), maxTokens, isThinking: true }
}

/** Thinking counts towards the length of the answer: what the sender allowed is never exceeded, a default grows. */
const withBudget = (body: ChatBody, wish: ReasoningWish, maxTokens: number, losses: Losses): WrittenReasoning => {
  const wanted = wish.budget ?? budgets[wish.effort === undefined || wish.effort === 'none' ? 'high' : wish.effort]
  const budget = Math.max(smallestBudget, wanted)
  const thinking = (budgetTokens: number): Json => ({ type: 'enabled', budget_tokens: budgetTokens })
  if (body.limits.maxOutputTokens === undefined) {
    const length = Math.max(maxTokens, budget + defaultMaxTokens)
    return { thinking: thinking(budget), maxTokens: length, isThinking: true }
  }
  // A quarter of the length is left for the answer itself.
  const room = Math.min(budget, Math.floor((maxTokens * 3) / 4))
  if (room < smallestBudget) {
    losses.add('reasoning', `an answer of ${maxTokens} tokens leaves no room for thinking, which takes 1024 at least`)
    return { maxTokens, isThinking: false }
  }
  if (wish.budget !== undefined && room < wish.budget) {
    losses.add('reasoning.budget', `lowered from ${wish.budget} to ${room}, so that an answer fits behind it`)
  }
  return { thinking: thinking(room), maxTokens, isThinking: true }
}

/** True if the model takes these words. Of one that is none of Anthropic's nobody knows. */
const suits = (thinking: unknown, effort: unknown, { maxOutput, thinks, alwaysThinks, xhigh }: Abilities): boolean => {
  if (maxOutput === undefined) return true
  const isTaken = isAbsent(effort) || (thinks === 'by-effort' && (effort !== 'xhigh' || xhigh))
  const type = isRecord(thinking) ? thinking['type'] : undefined
  if (type === undefined || !isTaken) return isTaken
  if (type === 'disabled') return !alwaysThinks
  return thinks === (type === 'enabled' ? 'by-budget' : 'by-effort')
}
/** What a client of this dialect wrote, word for word; undefined if it wrote nothing, the wish was changed since, or this model refuses it. */
const asWritten = (
  { raw, reasoning }: ChatRequest,
  { abilities, isChosen }: Telling,
  maxTokens: number,
): WrittenReasoning | undefined => {
  if (raw?.dialect !== dialect) return undefined
  const { thinking, output_config: outputConfig } = raw.json
  const effort = isRecord(outputConfig) ? outputConfig['effort'] : undefined
  if (isChosen !== true && !suits(thinking, effort, abilities)) return undefined
  if (!isSame(readReasoning(thinking, outputConfig, {}), reasoning)) return undefined
  return {
    ...(isRecord(thinking) && { thinking }),
    ...(typeof effort === 'string' && { effort }),
    maxTokens,
    isThinking: isRecord(thinking) && thinking['type'] !== 'disabled',
  }
}

const withoutThinking = (maxTokens: number, { abilities }: Telling, losses: Losses): WrittenReasoning => {
  if (abilities.thinks === 'never') return { maxTokens, isThinking: false }
  if (!abilities.alwaysThinks) return { thinking: { type: 'disabled' }, maxTokens, isThinking: false }
  losses.add('reasoning.effort', 'this model always thinks; it was asked for its least effort')
  return { effort: 'low', maxTokens, isThinking: true }
}

/** What is wished for of a model that does not take the words in which it was. */
const wishOf = ({ raw, reasoning }: ChatRequest, losses: Losses): ReasoningWish | undefined => {
  if (reasoning === undefined) return undefined
  const isOwn = raw?.dialect === dialect
  if (isOwn && isAbsent(raw.json['thinking'])) {
    // An effort alone is no wish to think.
    losses.add('reasoning.effort', 'this model knows no efforts')
    return undefined
  }
  const isOpen = reasoning.effort === undefined && reasoning.budget === undefined
  if (!isOpen) return reasoning
  return isOwn ? { effort: 'high' } : undefined
}

/** Thinking for this model; what a client of this dialect wrote comes back word for word. */
export const writeReasoning = (body: ChatRequest, telling: Telling, losses: Losses): WrittenReasoning => {
  const { abilities, isUnsigned } = telling
  const maxTokens = lengthOf(body, telling, losses)
  const written = asWritten(body, telling, maxTokens)
  if (written !== undefined) return written
  const wish = wishOf(body, losses)
  if (wish === undefined) return { maxTokens, isThinking: false }
  if (wish.effort === 'none' || wish.budget === 0) return withoutThinking(maxTokens, telling, losses)
  if (abilities.thinks === 'by-effort') return withEffort(wish, maxTokens, abilities, losses)
  if (abilities.thinks === 'never' || isUnsigned) {
    const why = isUnsigned ? 'the reasoning behind the last tool calls was not given back' : 'this model cannot'
    losses.add('reasoning', `thinking was left off: ${why}`)
    return { maxTokens, isThinking: false }
  }
  return withBudget(body, wish, maxTokens, losses)
}

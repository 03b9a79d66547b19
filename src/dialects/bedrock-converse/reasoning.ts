/** How much to think, in the words of each maker's models. */
import type { Effort } from '../effort.ts'
import type { ChatRequest, ReasoningWish } from '../../domain/request.ts'
import type { Family } from './family.ts'
import { readFields } from './model-fields.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { dialect } from './wire.ts'

/** The smallest budget that Claude takes. */
const smallestBudget = 1024
const budgets: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: smallestBudget,
  low: smallestBudget,
  medium: 4096,
  high: 16_384,
  xhigh: 20_480,
  max: 24_576,
}

/** What a request says about thinking, in the model's words. */
export interface WrittenReasoning {
  /** Members for additionalModelRequestFields. */
  readonly fields: Json
  /** For outputConfig. */
  readonly effort?: string
  readonly isThinking: boolean
  /** It thinks by budget, and then no call can be forced. */
  readonly isBudgeted: boolean
  /** It thinks so hard that it takes neither a length nor temperature or topP. */
  readonly isBare: boolean
}
const off: WrittenReasoning = { fields: {}, isThinking: false, isBudgeted: false, isBare: false }
const on: WrittenReasoning = { ...off, isThinking: true }

/** The nearest effort to a budget in tokens. */
const effortFor = (wish: ReasoningWish): Effort => {
  if (wish.effort !== undefined) return wish.effort
  if (wish.budget === undefined) return 'medium'
  if (wish.budget <= 2048) return 'low'
  return wish.budget <= 8192 ? 'medium' : 'high'
}
/** The nearest of three efforts. */
const ofThree = (effort: Effort): 'low' | 'medium' | 'high' => {
  if (effort === 'none' || effort === 'minimal' || effort === 'low') return 'low'
  return effort === 'medium' ? 'medium' : 'high'
}

interface Telling {
  readonly request: ChatRequest
  readonly family: Family
  readonly losses: Losses
}

const nameBudget = ({ budget }: ReasoningWish, losses: Losses): void => {
  if (budget !== undefined) losses.add('reasoning.budget', 'this model takes an effort, not a budget of tokens')
}

const withBudget = (wish: ReasoningWish, { request, losses }: Telling): WrittenReasoning => {
  const wanted = wish.budget ?? budgets[wish.effort === undefined || wish.effort === 'none' ? 'high' : wish.effort]
  const budget = Math.max(smallestBudget, wanted)
  const most = request.limits.maxOutputTokens
  // A quarter of the length is left for the answer itself.
  const room = most === undefined ? budget : Math.min(budget, Math.floor((most * 3) / 4))
  if (room < smallestBudget) {
    losses.add('reasoning', `an answer of ${most} tokens leaves no room for thinking, which takes 1024 at least`)
    return off
  }
  if (wish.budget !== undefined && room < wish.budget) {
    losses.add('reasoning.budget', `lowered from ${wish.budget} to ${room}, so that an answer fits behind it`)
  }
  return { ...on, isBudgeted: true, fields: { thinking: { type: 'enabled', budget_tokens: room } } }
}

const withEffort = (wish: ReasoningWish, { family, losses }: Telling): WrittenReasoning => {
  nameBudget(wish, losses)
  const wanted = effortFor(wish)
  const known = wanted === 'minimal' || wanted === 'none' ? 'low' : wanted
  const effort = known === 'xhigh' && !family.xhigh ? 'max' : known
  return { ...on, fields: { thinking: { type: 'adaptive' } }, effort }
}

const withNova = (wish: ReasoningWish, { request, losses }: Telling): WrittenReasoning => {
  nameBudget(wish, losses)
  const wanted = ofThree(effortFor(wish))
  const isCapped = wanted === 'high' && request.limits.maxOutputTokens !== undefined
  if (isCapped) losses.add('reasoning.effort', 'lowered to medium: at high this model takes no length of the answer')
  const effort = isCapped ? 'medium' : wanted
  const fields = { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } }
  return { ...on, fields, isBare: effort === 'high' }
}

/** Makers whose models take an effort by name. */
const byName = (name: string, told: string, wish: ReasoningWish, losses: Losses): WrittenReasoning => {
  nameBudget(wish, losses)
  if (wish.effort !== undefined && wish.effort !== told) {
    losses.add('reasoning.effort', `told as ${told}, the nearest that this model knows to ${wish.effort}`)
  }
  return { ...on, fields: { [name]: told } }
}

const withoutThinking = ({ family, losses }: Telling): WrittenReasoning => {
  if (family.alwaysThinks) {
    losses.add('reasoning.effort', 'this model always thinks; it was asked for as little as can be')
    return family.thinks === 'effort' ? { ...on, effort: 'low' } : on
  }
  switch (family.thinks) {
    case 'budget':
    case 'effort':
      return { ...off, fields: { thinking: { type: 'disabled' } } }
    case 'nova':
      return { ...off, fields: { reasoningConfig: { type: 'disabled' } } }
    case 'openai':
    case 'qwen':
      return byName(
        family.thinks === 'openai' ? 'reasoning_effort' : 'reasoning_config',
        'low',
        { effort: 'none' },
        losses,
      )
    case 'untold':
      return off
  }
}

const wanted = (wish: ReasoningWish, telling: Telling): WrittenReasoning => {
  const { family, losses } = telling
  switch (family.thinks) {
    case 'budget':
      return withBudget(wish, telling)
    case 'effort':
      return withEffort(wish, telling)
    case 'nova':
      return withNova(wish, telling)
    case 'openai':
      return byName('reasoning_effort', ofThree(effortFor(wish)), wish, losses)
    case 'qwen':
      return byName('reasoning_config', ofThree(effortFor(wish)) === 'low' ? 'low' : 'high', wish, losses)
    case 'untold':
      losses.add(
        'reasoning',
        family.alwaysThinks ? 'this model thinks as it likes' : 'how this model is told to think is not known',
      )
      return off
  }
}

/** Thinking for this model. `isUnsigned`: it is to go on after calls whose reasoning was not given back. */
export const writeReasoning = (
  request: ChatRequest,
  family: Family,
  isUnsigned: boolean,
  losses: Losses,
): WrittenReasoning => {
  const wish = request.reasoning
  if (wish === undefined) return off
  const telling: Telling = { request, family, losses }
  if (wish.effort === 'none' || wish.budget === 0) return withoutThinking(telling)
  if (isUnsigned && family.thinks === 'budget') {
    losses.add('reasoning', 'thinking was left off: the reasoning behind the last tool calls was not given back')
    return off
  }
  return wanted(wish, telling)
}

const isSame = (left: ReasoningWish | undefined, right: ReasoningWish | undefined): boolean =>
  left?.effort === right?.effort && left?.budget === right?.budget

/** What a client of this dialect says about thinking in its body. */
export const readWish = (fields: unknown, outputConfig: unknown): ReasoningWish | undefined => {
  const wish = isRecord(fields) ? readFields(fields).reasoning : undefined
  const effort = isRecord(outputConfig) ? readFields({ reasoning_effort: outputConfig['effort'] }).reasoning : undefined
  if (wish === undefined || effort === undefined) return wish ?? effort
  return wish.effort === undefined ? { ...wish, ...effort } : wish
}

/** True if the request wishes for what a client of this dialect wrote of thinking and top-k. */
export const isUnchanged = ({ raw, reasoning, sampling }: ChatRequest): boolean => {
  if (raw?.dialect !== dialect) return false
  const { additionalModelRequestFields: fields, outputConfig } = raw.json
  const { topK } = isRecord(fields) ? readFields(fields).sampling : {}
  return isSame(readWish(fields, outputConfig), reasoning) && topK === sampling.topK
}

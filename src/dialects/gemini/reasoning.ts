/** How much to think, both ways: a token budget on 2.5, a level on newer models. */
import type { ChatRequest, ReasoningWish } from '../../domain/request.ts'
import { asksFor } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Abilities, Level } from './abilities.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, otherMembers } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { camelKeys, camelRecord, dialect, someMembers } from './wire.ts'

type Effort = NonNullable<ReasoningWish['effort']>

const efforts: ReadonlyMap<unknown, Effort> = new Map([
  ['MINIMAL', 'minimal'],
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
])
const known = new Set(['thinkingBudget', 'thinkingLevel', 'includeThoughts'])

/** The wish that a `thinkingConfig` tells. */
export const readReasoning = (config: Json | undefined, findings: Findings): ReasoningWish | undefined => {
  if (config === undefined) return undefined
  const { thinkingBudget: budget, thinkingLevel: level } = config
  const effort = isWord(level) ? efforts.get(level.toUpperCase()) : undefined
  const at = 'generationConfig.thinkingConfig'
  if (!isAbsent(budget) && !Number.isInteger(budget)) {
    report(findings, `${at}.thinkingBudget`, budget, 'a whole number of tokens, -1 to leave it to the model')
  }
  if (!isAbsent(level) && typeof level !== 'string' && typeof level !== 'number') {
    report(findings, `${at}.thinkingLevel`, level, '"MINIMAL", "LOW", "MEDIUM" or "HIGH"')
  }
  if (budget === 0) return { effort: 'none' }
  return {
    ...(effort !== undefined && { effort }),
    ...(typeof budget === 'number' && budget > 0 && { budget: tokens(budget) }),
  }
}
/** What a wish cannot hold. That thoughts are to be shown is what all others do anyway. */
export const otherReasoning = (config: Json | undefined): Json | undefined => {
  if (config === undefined) return undefined
  const others = otherMembers(config, known)
  return someMembers({
    ...(others && { thinkingConfig: others }),
    ...(config['includeThoughts'] === true && { includeThoughts: null }),
  })
}

const isSameWish = (left: ReasoningWish | undefined, right: ReasoningWish | undefined): boolean =>
  left?.effort === right?.effort && left?.budget === right?.budget

const suits = (config: Json, { maxOutput, thinks }: Abilities): boolean => {
  if (maxOutput === undefined) return true
  if (thinks === 'never') return false
  return isAbsent(config['thinkingLevel']) || thinks === 'by-level'
}
/** The `thinkingConfig` that a client of this dialect sent; undefined if it sent none. */
export const rawThinking = ({ raw }: ChatRequest): Json | undefined => {
  if (raw?.dialect !== dialect) return undefined
  const config = camelRecord(camelKeys(raw.json), 'generationConfig')
  return config === undefined ? undefined : camelRecord(config, 'thinkingConfig')
}
const asWritten = (request: ChatRequest, model: string, abilities: Abilities): Json | undefined => {
  const config = rawThinking(request)
  if (config === undefined) return undefined
  if (!asksFor(request.target, model) && !suits(config, abilities)) return undefined
  return isSameWish(readReasoning(config, {}), request.reasoning) ? config : undefined
}

const shares: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
}
const withBudget = (wish: ReasoningWish, { budget: [least, most] }: Abilities, losses: Losses): Json => {
  if (wish.effort === 'none' || wish.budget === 0) {
    if (least > 0) losses.add('reasoning.effort', `this model always thinks; it was given its least budget, ${least}`)
    return { thinkingBudget: least }
  }
  const wanted = wish.budget ?? (wish.effort === undefined ? -1 : shares[wish.effort])
  const budget = wanted === -1 ? -1 : Math.min(most, Math.max(least, wanted))
  if (wish.budget !== undefined && budget !== wish.budget) {
    losses.add('reasoning.budget', `changed from ${wish.budget} to ${budget}; this model takes ${least} to ${most}`)
  }
  return { thinkingBudget: budget, includeThoughts: true }
}

const order: readonly Level[] = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']
const levels: Readonly<Record<Effort, Level>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
}
const levelOf = (wish: ReasoningWish, losses: Losses): Level | undefined => {
  if (wish.effort !== undefined) return levels[wish.effort]
  if (wish.budget === undefined) return undefined
  losses.add('reasoning.budget', 'this model takes a level, not a budget of tokens')
  if (wish.budget === 0) return 'MINIMAL'
  if (wish.budget <= shares.low) return 'LOW'
  return wish.budget <= shares.medium ? 'MEDIUM' : 'HIGH'
}
/** The level itself if the model knows it, else the next higher one. */
const withLevel = (wish: ReasoningWish, { levels: taken }: Abilities, losses: Losses): Json => {
  const wanted = levelOf(wish, losses)
  const isOff = wish.effort === 'none' || wish.budget === 0
  if (isOff) losses.add('reasoning.effort', 'this model always thinks; it was asked for its least level')
  const thoughts = isOff ? {} : { includeThoughts: true }
  if (wanted === undefined) return thoughts
  const level = order.slice(order.indexOf(wanted)).find(one => taken.includes(one)) ?? wanted
  if (!isOff && level !== wanted)
    losses.add('reasoning.effort', `raised to ${level}; this model knows ${taken.join(', ')}`)
  return { thinkingLevel: level, ...thoughts }
}

/** `thinkingConfig` for this model; what a client of this dialect wrote comes back word for word. */
export const writeReasoning = (
  request: ChatRequest,
  model: string,
  abilities: Abilities,
  losses: Losses,
): Json | undefined => {
  const written = asWritten(request, model, abilities)
  if (written !== undefined) return written
  const { reasoning: wish } = request
  const isOwn = isRecord(rawThinking(request))
  const isOpen = wish !== undefined && wish.effort === undefined && wish.budget === undefined
  if (wish === undefined || (isOpen && !isOwn)) return undefined
  if (abilities.thinks !== 'never') {
    return abilities.thinks === 'by-level' ? withLevel(wish, abilities, losses) : withBudget(wish, abilities, losses)
  }
  if (wish.effort !== 'none' && wish.budget !== 0) losses.add('reasoning', 'this model cannot think before it answers')
  return undefined
}

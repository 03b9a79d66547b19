/** How much the model should think, both ways: Cohere takes a budget of tokens. */
import type { ChatBody, ReasoningWish } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { optionalInteger, report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { ownMembers } from './wire.ts'

const known = new Set(['type', 'token_budget'])

/** Thinking without a budget: as much as the model likes, which others know as a high effort. */
const freely: ReasoningWish = { effort: 'high' }
const wishOf = (type: unknown, budget: number | undefined): ReasoningWish => {
  if (type === 'disabled') return { effort: 'none' }
  return budget === undefined ? freely : { budget: tokens(budget) }
}
/** What has no word in the wish; null marks that a budget was left out. */
const ownOf = (thinking: Json, type: unknown, budget: number | undefined): Json | undefined => {
  const rest = otherMembers(thinking, known)
  if (type === 'disabled') {
    const idle = budget === undefined ? undefined : { token_budget: budget }
    return rest === undefined && idle === undefined ? undefined : { thinking: { ...rest, ...idle } }
  }
  if (budget !== undefined) return rest === undefined ? undefined : { thinking: rest }
  return { thinking: rest === undefined ? null : { ...rest, token_budget: null } }
}

/** The wish, and what of it only this dialect knows. */
export const readThinking = (
  thinking: Json | undefined,
  findings: Findings,
): { readonly reasoning?: ReasoningWish; readonly own?: Json } => {
  if (thinking === undefined) return {}
  const { type } = thinking
  if (type !== 'enabled' && type !== 'disabled') report(findings, 'thinking.type', type, '"enabled" or "disabled"')
  const budget = optionalInteger(findings, 'thinking.token_budget', thinking['token_budget'], 0)
  const own = ownOf(thinking, type, budget)
  return { reasoning: wishOf(type, budget), ...(own !== undefined && { own }) }
}

type Effort = NonNullable<ReasoningWish['effort']>
/** Tokens that an effort is worth; none means as many as the model likes. */
const budgets: Readonly<Record<Exclude<Effort, 'none'>, number | undefined>> = {
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: undefined,
  max: undefined,
}

/** `thinking` of a body, ready to be spread. */
export const writeThinking = ({ reasoning, extensions }: ChatBody, losses: Losses): Json => {
  if (reasoning === undefined) return {}
  const { effort, budget } = reasoning
  const { thinking } = ownMembers(extensions)
  const { token_budget: idle, ...own }: Json = isRecord(thinking) ? thinking : {}
  if (effort === 'none') {
    return { thinking: { ...own, ...(!isAbsent(idle) && { token_budget: idle }), type: 'disabled' } }
  }
  if (thinking === null || idle === null) return { thinking: { ...own, type: 'enabled' } }
  if (effort !== undefined && budget === undefined) {
    losses.add('reasoning.effort', 'Cohere takes a budget of tokens, not an effort')
  }
  const most = budget ?? (effort === undefined ? undefined : budgets[effort])
  return { thinking: { ...own, type: 'enabled', ...(most !== undefined && { token_budget: most }) } }
}

/** How much the model should think, both ways: Cohere takes a budget of tokens. */
import type { ChatBody, ReasoningWish } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import type { Findings, Json, Losses } from './wire.ts'
import { optionalInteger, otherMembers, ownMembers, recordOf, report } from './wire.ts'

const known = new Set(['type', 'token_budget'])

/** The wish, and what of it only this dialect knows. */
export const readThinking = (
  thinking: Json | undefined,
  findings: Findings,
): { readonly reasoning?: ReasoningWish; readonly own?: Json } => {
  if (thinking === undefined) return {}
  const { type } = thinking
  if (type !== 'enabled' && type !== 'disabled') report(findings, 'thinking.type', type, '"enabled" or "disabled"')
  const budget = optionalInteger(findings, 'thinking.token_budget', thinking['token_budget'], 0)
  const rest = otherMembers(thinking, known)
  const isOff = type === 'disabled'
  const idle = isOff && budget !== undefined ? { token_budget: budget } : undefined
  const own = rest === undefined && idle === undefined ? undefined : { thinking: { ...rest, ...idle } }
  return {
    reasoning: isOff ? { effort: 'none' } : budget === undefined ? {} : { budget: tokens(budget) },
    ...(own !== undefined && { own }),
  }
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
  const own = recordOf(ownMembers(extensions), 'thinking')
  if (effort === 'none') return { thinking: { ...own, type: 'disabled' } }
  if (effort !== undefined && budget === undefined) {
    losses.add('reasoning.effort', 'Cohere takes a budget of tokens, not an effort')
  }
  const most = budget ?? (effort === undefined ? undefined : budgets[effort])
  return { thinking: { ...own, type: 'enabled', ...(most !== undefined && { token_budget: most }) } }
}

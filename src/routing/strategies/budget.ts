/** Leaves out what the budget cannot pay for. */
import type { Facts } from '../../domain/decision.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { expectedCost, isKnown, signalOf } from '../measures.ts'
import { defaulting, maker } from '../options.ts'
import { keepOrExclude, share } from '../parsers.ts'
import { dollars, percent } from '../wording.ts'

interface Means {
  readonly left: number
  readonly of: string
}

/** What may be spent up to this share of the tightest budget; undefined where no budget applies. */
const ofBudget = (facts: Facts, at: number): Means | undefined => {
  const left = signalOf(facts, 'budget.left')
  if (!isKnown(left)) return undefined
  if (at >= 1) return { left: Math.max(0, left), of: 'the budget' }
  const told = signalOf(facts, 'budget.used')
  const used = isKnown(told) ? Math.min(1, Math.max(0, told)) : 0
  const all = used < 1 ? left / (1 - used) : 0
  return { left: Math.max(0, Math.min(left, all * (at - used))), of: `the first ${percent(at)} of the budget` }
}

/** The tighter of the budget and the request's own cap. */
const meansOf = (facts: Facts, at: number): Means | undefined => {
  const cap = facts.bounds.budgetCap
  const budget = ofBudget(facts, at)
  const own = isKnown(cap) ? { left: Math.max(0, cap), of: "this request's own cap" } : undefined
  if (budget === undefined || own === undefined) return budget ?? own
  return own.left < budget.left ? own : budget
}

const constraint = (at: number, unknown: 'keep' | 'exclude'): Constraint => ({
  kind: 'constraint',
  name: 'budget',
  reads: at < 1 ? ['budget.left', 'budget.used'] : ['budget.left'],
  exclude: (candidate, facts) => {
    const means = meansOf(facts, at)
    if (means === undefined) return undefined
    const cost = expectedCost(candidate, facts.request, facts.now)
    const left = `${dollars(means.left)} is left of ${means.of}`
    if (cost === undefined) return unknown === 'keep' ? undefined : `has no price, and ${left}`
    return cost > means.left ? `expected cost ${dollars(cost)}, and ${left}` : undefined
  },
})

/** `budget`: the expected cost must fit what is left. No price is no promise, so the unpriced are left out, too. */
export const budget = maker({
  name: 'budget',
  kind: 'constraint',
  sentence:
    "Leaves out candidates where this request is expected to cost more than is left of the tightest budget that applies, or of the request's own cap; without either, nobody.",
  options: {
    at: defaulting(share, 'How much of the budget may be used for these candidates.', '100%'),
    unknown: defaulting(keepOrExclude, 'What happens to a candidate without a price.', 'exclude'),
  },
  build: ({ at, unknown }) => constraint(at, unknown),
})

/** Leaves out what would cost more than this request may. */
import type { Constraint } from '../../ports/strategy.ts'
import { expectedCost, isKnown } from '../measures.ts'
import { dollars } from '../wording.ts'

/** By the cap that came with the request. No price is no promise, so the unpriced are left out too. */
export const budgetCap: Constraint = {
  kind: 'constraint',
  name: 'budget-cap',
  reads: [],
  exclude: (candidate, { bounds, request, now }) => {
    const cap = bounds.budgetCap
    if (!isKnown(cap)) return undefined
    const cost = expectedCost(candidate, request, now)
    if (cost === undefined) return `has no price, and this request may cost ${dollars(cap)} at most`
    return cost > cap ? `expected cost ${dollars(cost)} is over this request's cap of ${dollars(cap)}` : undefined
  },
}

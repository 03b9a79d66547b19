/** Leaves out what would cost too much. */
import type { Constraint } from '../../ports/strategy.ts'
import { expectedCost } from '../measures.ts'
import { defaulting, maker, required } from '../options.ts'
import { dollarAmount, keepOrExclude } from '../parsers.ts'
import { dollars } from '../wording.ts'

const constraint = (at: number, unknown: 'keep' | 'exclude'): Constraint => ({
  kind: 'constraint',
  name: 'cost-ceiling',
  reads: [],
  exclude: (candidate, { request, now }) => {
    const cost = expectedCost(candidate, request, now)
    if (cost === undefined) return unknown === 'keep' ? undefined : `has no price, and the ceiling is ${dollars(at)}`
    return cost > at ? `expected cost ${dollars(cost)} is over the ceiling of ${dollars(at)}` : undefined
  },
})

/** `cost-ceiling`: by the expected cost of this request. */
export const costCeiling = maker({
  name: 'cost-ceiling',
  kind: 'constraint',
  sentence: 'Leaves out candidates where this request is expected to cost more than the ceiling.',
  options: {
    at: required(dollarAmount, 'The ceiling for one request.'),
    unknown: defaulting(keepOrExclude, 'What happens to a candidate without a price.', 'exclude'),
  },
  example: { at: '$0.02' },
  build: ({ at, unknown }) => constraint(at, unknown),
})

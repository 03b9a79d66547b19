/** Leaves out what would cost too much. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import { ratesFor } from '../../domain/rates.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { expectedCost, isKnown } from '../measures.ts'
import { defaulting, maker, required } from '../options.ts'
import { dollarAmount, keepOrExclude, oneOf } from '../parsers.ts'
import { dollars } from '../wording.ts'

const measures = ['request', 'input', 'output'] as const
type Measure = (typeof measures)[number]

interface Ceiling {
  readonly at: number
  readonly of: Measure
  readonly unknown: 'keep' | 'exclude'
}

/** Of a million tokens, by the rates for a request of this length at this time. */
const rateOf = ({ price }: Candidate, { request, now }: Facts, of: 'input' | 'output'): number | undefined => {
  if (price === undefined || price === null) return undefined
  const rates = ratesFor(price, { inputTokens: request.inputTokens, at: now })
  const rate = of === 'input' ? rates.inputPerMillion : rates.outputPerMillion
  return isKnown(rate) ? rate : undefined
}

const costOf = (candidate: Candidate, facts: Facts, of: Measure): number | undefined =>
  of === 'request' ? expectedCost(candidate, facts.request, facts.now) : rateOf(candidate, facts, of)

const words: Readonly<Record<Measure, (cost: string) => string>> = {
  request: cost => `expected cost ${cost}`,
  input: cost => `${cost} for a million tokens of input`,
  output: cost => `${cost} for a million tokens of output`,
}

const constraint = ({ at, of, unknown }: Ceiling): Constraint => ({
  kind: 'constraint',
  name: 'cost-ceiling',
  reads: [],
  exclude: (candidate, facts) => {
    const cost = costOf(candidate, facts, of)
    if (cost === undefined) return unknown === 'keep' ? undefined : `has no price, and the ceiling is ${dollars(at)}`
    return cost > at ? `${words[of](dollars(cost))} is over the ceiling of ${dollars(at)}` : undefined
  },
})

/** `cost-ceiling`: by the expected cost of this request, or by the price of a million tokens. */
export const costCeiling = maker({
  name: 'cost-ceiling',
  kind: 'constraint',
  sentence:
    'Leaves out candidates where this request is expected to cost more than the ceiling, or whose price is above it.',
  options: {
    at: required(dollarAmount, 'The ceiling.'),
    of: defaulting(
      oneOf(...measures),
      'What may cost that much: this request, or a million tokens of input or of output.',
      'request',
    ),
    unknown: defaulting(keepOrExclude, 'What happens to a candidate without a price.', 'exclude'),
  },
  example: { at: '$0.02' },
  build: constraint,
})

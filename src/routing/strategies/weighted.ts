/** Spreads the tied candidates by weight, or keeps them put: a seeded order. */
import type { Candidate } from '../../domain/deployment.ts'
import type { Order } from '../../ports/strategy.ts'
import { drawer, relativeWeights, sharesOf, weightedKey } from '../draw.ts'
import { maker, optional } from '../options.ts'
import { weights } from '../parsers.ts'
import { decimal } from '../wording.ts'

type WeightOf = (candidate: Candidate) => number

const weigh = (tied: readonly Candidate[], weightOf: WeightOf): readonly number[] => relativeWeights(tied.map(weightOf))

const order = (weightOf: WeightOf): Order => ({
  kind: 'order',
  name: 'weighted',
  reads: [],
  keys: (tied, facts) => {
    const draw = drawer(facts.seed)
    const given = weigh(tied, weightOf)
    return tied.map((candidate, place) => weightedKey(draw(candidate.id), given[place] ?? 0))
  },
  odds: tied => sharesOf(weigh(tied, weightOf)),
  unknown: 'without weight',
  words: key => `a draw of ${decimal(key, 3)}`,
})

/** `weighted`: first in proportion to weight; without weight, first only if nobody has any. */
export const weighted = maker({
  name: 'weighted',
  kind: 'order',
  sentence: 'Draws the order of candidates that are tied so far by weight and seed; by session or user it stays put.',
  options: {
    weights: optional(weights, 'Weights by candidate, instead of their own; who is not named has none.'),
  },
  build: ({ weights: named }) =>
    order(named === undefined ? candidate => candidate.weight : candidate => named.get(candidate.id) ?? 0),
})

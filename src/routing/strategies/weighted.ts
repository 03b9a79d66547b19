/** Spreads the tied candidates by weight, or keeps them put: a seeded order. */
import type { Candidate } from '../../domain/deployment.ts'
import type { Order } from '../../ports/strategy.ts'
import { drawer, weightedKey } from '../draw.ts'
import { isKnown } from '../measures.ts'
import { maker, optional } from '../options.ts'
import { weights } from '../parsers.ts'
import { decimal } from '../wording.ts'

type WeightOf = (candidate: Candidate) => number

/** The weights of the tied, by the largest, so that neither sums nor keys leave what numbers can hold; where nobody has any, all have the same. */
const weigh = (tied: readonly Candidate[], weightOf: WeightOf): readonly number[] => {
  const found = tied.map(candidate => {
    const weight = weightOf(candidate)
    return isKnown(weight) && weight > 0 ? weight : 0
  })
  const largest = Math.max(...found)
  return largest > 0 ? found.map(weight => weight / largest) : found.map(() => 1)
}

const order = (weightOf: WeightOf): Order => ({
  kind: 'order',
  name: 'weighted',
  reads: [],
  keys: (tied, facts) => {
    const draw = drawer(facts.seed)
    const given = weigh(tied, weightOf)
    return tied.map((candidate, place) => weightedKey(draw(candidate.id), given[place] ?? 0))
  },
  odds: tied => {
    const given = weigh(tied, weightOf)
    const sum = given.reduce((total, weight) => total + weight, 0)
    return given.map(weight => weight / sum)
  },
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

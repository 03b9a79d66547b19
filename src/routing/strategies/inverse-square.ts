/** Spreads candidates by price: who costs half as much is drawn four times as often. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Order } from '../../ports/strategy.ts'
import { drawer, relativeWeights, sharesOf, weightedKey } from '../draw.ts'
import { isKnown, likelyCost } from '../measures.ts'
import { maker } from '../options.ts'
import { decimal } from '../wording.ts'

/** By the cheapest, so that squares stay within what numbers can hold; undefined where nobody has a price. */
const weigh = (tied: readonly Candidate[], facts: Facts): readonly number[] | undefined => {
  const costs = tied.map(candidate => likelyCost(candidate, facts))
  const known = costs.filter(isKnown).filter(cost => cost >= 0)
  if (known.length === 0) return undefined
  const least = Math.min(...known)
  return relativeWeights(
    costs.map(cost => {
      if (cost === undefined || cost < 0) return 0
      // Beside somebody who costs nothing, nobody who costs something has a chance.
      if (least === 0) return cost === 0 ? 1 : 0
      return (least / cost) ** 2
    }),
  )
}

const order: Order = {
  kind: 'order',
  name: 'inverse-square',
  reads: ['candidate.warm'],
  keys: (tied, facts) => {
    const weights = weigh(tied, facts)
    if (weights === undefined) return tied.map(() => undefined)
    const draw = drawer(facts.seed)
    return tied.map(({ id }, place) => weightedKey(draw(id), weights[place] ?? 0))
  },
  odds: (tied, facts) => {
    const weights = weigh(tied, facts)
    return weights && sharesOf(weights)
  },
  words: key => `a draw of ${decimal(key, 3)}`,
  unknown: 'unpriced, or dearer than one that is free',
}

/** `inverse-square`: first with a probability in proportion to 1 / price², as directories of providers do. */
export const inverseSquare = maker({
  name: 'inverse-square',
  kind: 'order',
  sentence:
    'Draws the order of candidates by seed, each with a weight of one over the square of what this request is expected to cost there; unpriced ones last.',
  options: {},
  build: () => order,
})

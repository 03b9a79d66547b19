/** Stays where the beginning of the prompt is cached, as long as that is the cheapest place to be. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Order } from '../../ports/strategy.ts'
import { cachedTokens, expectedCost, isKnown, likelyCost } from '../measures.ts'
import { maker } from '../options.ts'
import { microDollars } from '../wording.ts'

/** What a cache saves here: full cost less the cost with it; none where nothing is cached, or that has no price of its own. */
const saves = (candidate: Candidate, cost: number | undefined, facts: Facts): boolean => {
  if (cost === undefined || cachedTokens(candidate, facts) === 0) return false
  const full = expectedCost(candidate, facts.request, facts.now)
  return full !== undefined && cost < full
}

/**
 * The cost with the cache, of those whose cache saves more than any other would: what is saved here is full cost less
 * this, what another gains is full cost less its own, so that it is the two costs that are held against each other.
 */
const keys = (tied: readonly Candidate[], facts: Facts): readonly (number | undefined)[] => {
  const costs = tied.map(candidate => likelyCost(candidate, facts))
  const isWarm = tied.map((candidate, place) => saves(candidate, costs[place], facts))
  const elsewhere = Math.min(...costs.filter((_, place) => isWarm[place] !== true).filter(isKnown))
  return costs.map((cost, place) =>
    cost !== undefined && isWarm[place] === true && cost < elsewhere ? cost : undefined,
  )
}

const order: Order = {
  kind: 'order',
  name: 'warm',
  reads: ['candidate.warm'],
  keys,
  words: key => `${microDollars(key)} with what it has cached`,
  unknown: 'not cheaper by a cache',
}

/** `warm`: a cached beginning is worth the difference between two prices, and no more. */
export const warm = maker({
  name: 'warm',
  kind: 'order',
  sentence:
    'Puts candidates first that are expected to have the beginning of this prompt cached, as long as the dollars saved exceed what any other of those tied so far would save; all others stay tied.',
  options: {},
  build: () => order,
})

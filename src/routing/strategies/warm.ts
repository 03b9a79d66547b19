/** Stays where the beginning of the prompt is cached, as long as that is the cheapest place to be. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Order } from '../../ports/strategy.ts'
import { cachedTokens, expectedCost, isKnown, likelyCost } from '../measures.ts'
import { maker } from '../options.ts'
import { microDollars } from '../wording.ts'

/**
 * What this request costs there with the cache, for those whose cache saves more than any other would: what is saved
 * here is full cost less this, what another gains is full cost less its own, so that it is the two costs that are held
 * against each other.
 */
const keys = (tied: readonly Candidate[], facts: Facts): readonly (number | undefined)[] => {
  const isWarm = tied.map(candidate => cachedTokens(candidate, facts) > 0)
  if (!isWarm.includes(true)) return tied.map(() => undefined)
  const costs = tied.map(candidate => likelyCost(candidate, facts))
  const elsewhere = Math.min(...costs.filter((cost, place) => isKnown(cost) && isWarm[place] !== true).map(Number))
  return tied.map((candidate, place) => {
    const cost = costs[place]
    if (isWarm[place] !== true || cost === undefined || cost >= elsewhere) return undefined
    const full = expectedCost(candidate, facts.request, facts.now)
    return full !== undefined && cost < full ? cost : undefined
  })
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

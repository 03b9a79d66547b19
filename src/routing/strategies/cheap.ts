/** Prefers low cost. */
import type { Order } from '../../ports/strategy.ts'
import { likelyCost } from '../measures.ts'
import { defaulting, maker, optional } from '../options.ts'
import { flag, nearInCost, tiedWithin } from '../parsers.ts'
import type { Nearness } from '../parsers.ts'
import { price } from '../scores.ts'
import { microDollars } from '../wording.ts'

const order = (within: Nearness | undefined): Order => ({
  kind: 'order',
  name: 'cheap',
  reads: ['candidate.warm'],
  keys: (tied, facts) => tied.map(candidate => likelyCost(candidate, facts)),
  isTied: tiedWithin(within),
  scores: price.scores,
  words: microDollars,
  unknown: 'unpriced',
})

/** `cheap`: by the expected cost of this request; who has no price comes last. */
export const cheap = maker({
  name: 'cheap',
  kind: 'order',
  sentence:
    'Puts candidates first where this request is expected to cost least, what is cached there priced as cached; unpriced ones last.',
  options: {
    within: optional(nearInCost, 'How near to the cheapest still counts as tied.'),
    withoutFloor: defaulting(
      flag,
      'Says that no quality floor is wanted, where candidates differ much in price and the check would insist on one.',
      false,
    ),
  },
  example: { within: '5%' },
  build: ({ within }) => order(within),
})

/** Shuffles the tied candidates by seed. */
import type { Order } from '../../ports/strategy.ts'
import { drawer } from '../draw.ts'
import { maker } from '../options.ts'
import { decimal } from '../wording.ts'

const order: Order = {
  kind: 'order',
  name: 'random',
  reads: [],
  keys: (tied, facts) => {
    const draw = drawer(facts.seed)
    return tied.map(candidate => draw(candidate.id))
  },
  odds: tied => tied.map(() => 1 / tied.length),
  words: key => `a draw of ${decimal(key, 3)}`,
}

/** `random`: the same seed gives the same order, so a policy seeded by session stays put. */
export const random = maker({
  name: 'random',
  kind: 'order',
  sentence:
    'Shuffles candidates that are tied so far, by the seed: anew for each request, or the same for a session or user.',
  options: {},
  build: () => order,
})

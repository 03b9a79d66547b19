/** Prefers candidates with little under way. */
import type { Order } from '../../ports/strategy.ts'
import { candidateSignal, isKnown } from '../measures.ts'
import { maker } from '../options.ts'
import { decimal } from '../wording.ts'

const order: Order = {
  kind: 'order',
  name: 'least-busy',
  reads: ['candidate.inflight'],
  keys: (tied, facts) =>
    tied.map(candidate => {
      const count = candidateSignal(facts, 'candidate.inflight', candidate)
      // Who was never counted has nothing under way.
      return isKnown(count) ? count : 0
    }),
  words: key => `${decimal(key, 0)} in flight`,
}

/** `least-busy`: by requests in flight right now. */
export const leastBusy = maker({
  name: 'least-busy',
  kind: 'order',
  sentence: 'Puts candidates with the fewest requests in flight first.',
  options: {},
  build: () => order,
})

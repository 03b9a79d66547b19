/** Prefers candidates with little under way for what they can take. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Order } from '../../ports/strategy.ts'
import { candidateSignal, isKnown } from '../measures.ts'
import { maker } from '../options.ts'
import { load } from '../scores.ts'
import { decimal } from '../wording.ts'

const isCapacity = (value: number | undefined): value is number => isKnown(value) && value > 0

/** What each can take: at once, if that is known of all, since a limit and a weight cannot be held against each other. */
const capacities = (tied: readonly Candidate[]): readonly (number | undefined)[] => {
  const limits = tied.map(({ limits: { concurrent } }) => concurrent)
  return limits.every(isCapacity) ? limits : tied.map(({ weight }) => weight)
}

/** Under way for each unit of capacity. Who was never counted has nothing under way; who has no capacity is not known. */
const loadOf = (candidate: Candidate, capacity: number | undefined, facts: Facts): number | undefined => {
  const count = candidateSignal(facts, 'candidate.inflight', candidate)
  return isCapacity(capacity) ? (isKnown(count) ? count : 0) / capacity : undefined
}

const order: Order = {
  kind: 'order',
  name: 'least-busy',
  reads: ['candidate.inflight'],
  keys: (tied, facts) => {
    const able = capacities(tied)
    return tied.map((candidate, place) => loadOf(candidate, able[place], facts))
  },
  scores: load.scores,
  words: key => `a load of ${decimal(key, 3)}`,
  unknown: 'without capacity',
}

/** `least-busy`: by requests in flight right now. */
export const leastBusy = maker({
  name: 'least-busy',
  kind: 'order',
  sentence:
    'Puts candidates with the least load first: requests in flight by how many a candidate takes at once (`limits.concurrent`), or by its weight where not all of them have such a limit.',
  options: {},
  build: () => order,
})

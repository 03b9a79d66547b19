/** Sorts as the caller would have it: by price, by latency or by throughput. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import { unit } from '../../domain/units.ts'
import type { Unit } from '../../domain/units.ts'
import type { Order } from '../../ports/strategy.ts'
import { isRealLead } from '../likelihood.ts'
import { expectedCost } from '../measures.ts'
import { paceError, pacesOf } from '../pace.ts'
import type { PaceKind } from '../pace.ts'
import { decimal, microDollars, time } from '../wording.ts'

const nobody = (tied: readonly Candidate[]): readonly undefined[] => tied.map(() => undefined)

/** By what this request is expected to cost. */
const askedPrice: Order = {
  kind: 'order',
  name: 'asked-price',
  reads: [],
  keys: (tied, { asked, request, now }) =>
    asked?.sort === 'cheap' ? tied.map(candidate => expectedCost(candidate, request, now)) : nobody(tied),
  words: microDollars,
  unknown: 'unpriced',
}

const confidence = (kind: PaceKind, first: Candidate, second: Candidate, facts: Facts): Unit => {
  // A few samples say something, too: how little is in the error.
  const [one, other] = pacesOf([first, second], facts, kind, 1)
  if (one === undefined || other === undefined || one.pace <= 0 || other.pace <= 0) return unit(0.5)
  return unit(isRealLead(Math.log(other.pace / one.pace), paceError(one, other, kind)))
}

/** By what was measured; of whom too little is known comes last. */
const measured = (name: string, sort: 'fast' | 'throughput', kind: PaceKind, words: Order['words']): Order => ({
  kind: 'order',
  name,
  reads: ['candidate.latency'],
  keys: (tied, facts) => (facts.asked?.sort === sort ? pacesOf(tied, facts, kind).map(one => one?.pace) : nobody(tied)),
  confidence: (first, second, facts) => confidence(kind, first, second, facts),
  words,
  unknown: 'not measured yet',
})

/** One for each wish; those that were not asked for say nothing. */
export const askedSorts: readonly Order[] = [
  askedPrice,
  measured('asked-latency', 'fast', 'first-token', time),
  measured('asked-throughput', 'throughput', 'throughput', key => `${decimal(1000 / key, 1)} tokens a second`),
]

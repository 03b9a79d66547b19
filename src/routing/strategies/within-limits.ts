/** Leaves out candidates that would be rate limited. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { lackOfRoom } from '../headroom.ts'
import { candidateSignal, isKnown } from '../measures.ts'
import { maker } from '../options.ts'

/** When there is room again; who does not say comes last. */
const resetOf = (candidate: Candidate, facts: Facts): number => {
  const { resetAt } = candidateSignal(facts, 'candidate.headroom', candidate) ?? {}
  return isKnown(resetAt) ? resetAt : Number.POSITIVE_INFINITY
}

/**
 * Where nobody has room, one of those who have none only by their provider's own word: what was told a while ago may
 * be out of date, as buckets fill all the time, and the provider refuses at once if it is not.
 */
const inNeed = (out: readonly Candidate[], all: readonly Candidate[], facts: Facts): ReadonlyMap<string, string> => {
  if (out.length < all.length) return new Map()
  const told = out.filter(one => candidateSignal(facts, 'candidate.headroom', one)?.told === true)
  const [first] = told.toSorted(
    (one, other) => resetOf(one, facts) - resetOf(other, facts) || (one.id < other.id ? -1 : 1),
  )
  if (first === undefined) return new Map()
  return new Map([[first.id, `kept as a last resort: ${lackOfRoom(first, facts) ?? ''}, by its provider’s word`]])
}

const constraint: Constraint = {
  kind: 'constraint',
  name: 'within-limits',
  reads: ['candidate.headroom'],
  exclude: lackOfRoom,
  spare: inNeed,
}

/** `within-limits`: what is left of requests, tokens and concurrency, and whether this request fits into it. */
export const withinLimits = maker({
  name: 'within-limits',
  kind: 'constraint',
  sentence:
    'Leaves out candidates that have no requests, tokens or concurrency left, or too few tokens for this request. Where nobody has room, the one stays that is whole again first, if it has none only by its provider’s word.',
  options: {},
  build: () => constraint,
})

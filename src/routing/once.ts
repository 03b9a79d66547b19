/** Reckons what several questions of one decision rest on only once. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'

/** Something that is reckoned for the tied under these facts. */
export type Reckoning<T> = (tied: readonly Candidate[], facts: Facts) => T

const areSame = (one: readonly Candidate[], other: readonly Candidate[]): boolean => {
  if (one.length !== other.length) return false
  for (const [place, candidate] of one.entries()) if (candidate !== other[place]) return false
  return true
}

/**
 * The reckoning with its latest answer kept, for the same facts and the same candidates: an order is asked for its odds,
 * its keys and its parts, one after another, and all three come from the same scores. Facts never change, so neither
 * does the answer.
 */
export const once = <T>(reckon: Reckoning<T>): Reckoning<T> => {
  let latest: { readonly tied: readonly Candidate[]; readonly facts: Facts; readonly answer: T } | undefined
  return (tied, facts) => {
    if (latest !== undefined && latest.facts === facts && areSame(latest.tied, tied)) return latest.answer
    const answer = reckon(tied, facts)
    latest = { tied, facts, answer }
    return answer
  }
}

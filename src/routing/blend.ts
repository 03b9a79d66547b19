/** Several orders as one: their scores are added, each times its weight. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import { unit } from '../domain/units.ts'
import type { Unit } from '../domain/units.ts'
import type { Order } from '../ports/strategy.ts'
import { errorsAt, isRealLead } from './likelihood.ts'
import { isKnown } from './measures.ts'
import { once } from './once.ts'
import { levelled } from './scores.ts'
import { decimal } from './wording.ts'

/** An order and what its scores count for. */
export interface Member {
  readonly order: Order
  readonly weight: number
}

/**
 * Why an order cannot stand in a blend, for the end of a sentence that names it; undefined if it can. Where chance alone
 * tells one candidate from another, there is no score to add.
 */
export const blendFault = ({ name, odds, ways, scores }: Order): string | undefined =>
  (odds === undefined && ways === undefined) || scores !== undefined
    ? undefined
    : `${name} goes by chance and has no score to add; put it behind the blend, where it spreads those who are tied`

/** From the keys: the best is 1, the worst 0, in between in proportion; unknown is 0; if all are the same, all are 1. */
const stretched = (keys: readonly (number | undefined)[]): readonly number[] => {
  const known = keys.filter(isKnown)
  const best = Math.min(...known)
  const worst = Math.max(...known)
  if (known.length === 0) return keys.map(() => 1)
  // Halved, since the distance of two numbers can be more than a number holds.
  const span = worst / 2 - best / 2
  return keys.map(key => {
    if (!isKnown(key)) return 0
    return span > 0 ? (worst / 2 - key / 2) / span : 1
  })
}

const scoresOf = (order: Order, tied: readonly Candidate[], facts: Facts): readonly number[] => {
  const own = order.scores?.(tied, facts).map(unit)
  // The keys of chance are draws, which are near nobody's: such an order levels its scores itself.
  if (order.odds !== undefined || order.ways !== undefined) return own ?? tied.map(() => 0)
  if (own !== undefined && order.isTied === undefined) return own
  const keys = order.keys(tied, facts)
  return levelled(own ?? stretched(keys), keys, order.isTied)
}

const columnsOf = (members: readonly Member[], tied: readonly Candidate[], facts: Facts) =>
  members.map(({ order }) => scoresOf(order, tied, facts))

/** Each member's name; a second of the same name is told from the first. */
const labelsOf = (members: readonly Member[]): readonly string[] =>
  members.map(({ order: { name } }, at) => {
    const before = members.slice(0, at).filter(({ order }) => order.name === name).length
    return before === 0 ? name : `${name} ${before + 1}`
  })

/** The most that a score can be wrong by, as a standard error: half of the way from 0 to 1. */
const mostError = 0.5

/** The error that makes a lead as sure as the order says it is; as large as can be where it says that it may be either way. */
const errorBehind = (lead: number, sure: number): number => {
  if (sure >= 1 || sure <= 0) return 0
  const errors = Math.abs(errorsAt(sure))
  // The quantile is a series, and a half of it is not quite nothing.
  return errors < 1e-3 ? mostError : Math.min(mostError, Math.abs(lead) / errors)
}

/** Leads are added as scores are, and so are the squares of the errors behind the members' own confidence. */
const confidenceIn = (members: readonly Member[], pair: readonly [Candidate, Candidate], facts: Facts): Unit => {
  const leads = columnsOf(members, pair, facts).map(([one = 0, other = 0]) => one - other)
  const errors = members.map(({ order, weight }, at) => {
    const sure = order.confidence?.(pair[0], pair[1], facts) ?? 1
    return weight * errorBehind(leads[at] ?? 0, sure)
  })
  const lead = members.reduce((sum, { weight }, at) => sum + weight * (leads[at] ?? 0), 0)
  return unit(isRealLead(lead, Math.hypot(...errors)))
}

/**
 * One order of several, for which `blendFault` finds no fault. A member's score is its own where it has `scores`, else by
 * its keys; who is within a member's `within` of the best has the best one's score there, so candidates that are near in
 * everything come out tied. Nobody is tried or drawn for a member that does so when it stands alone. The key is the sum of scores times weights, turned round because smaller comes first.
 */
export const blendOf = (members: readonly Member[], name: string): Order => {
  const labels = labelsOf(members)
  const columns = once((tied, facts) => columnsOf(members, tied, facts))
  const sums = (tied: readonly Candidate[], facts: Facts): readonly number[] => {
    const found = columns(tied, facts)
    return tied.map((_, place) => members.reduce((sum, { weight }, at) => sum + weight * (found[at]?.[place] ?? 0), 0))
  }
  return {
    kind: 'order',
    name,
    reads: [...new Set(members.flatMap(({ order }) => order.reads))],
    keys: (tied, facts) => sums(tied, facts).map(sum => 0 - sum),
    // Sums of the same addends in another sequence differ in their last digits.
    isTied: (best, key) => key - best <= 1e-9 * Math.max(1, Math.abs(best)),
    scores: (tied, facts) => {
      const whole = members.reduce((sum, { weight }) => sum + weight, 0)
      return sums(tied, facts).map(sum => (whole > 0 ? unit(sum / whole) : 1))
    },
    parts: (tied, facts) => {
      const found = columns(tied, facts)
      return tied.map((_, place) => Object.fromEntries(labels.map((label, at) => [label, found[at]?.[place] ?? 0])))
    },
    ...(members.some(({ order }) => order.confidence !== undefined) && {
      confidence: (first: Candidate, second: Candidate, facts: Facts) => confidenceIn(members, [first, second], facts),
    }),
    words: key => `score ${decimal(0 - key, 3)}`,
  }
}

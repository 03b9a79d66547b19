/** The exact probability with which each candidate would have come first, over all draws of chance. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Order, Way } from '../ports/strategy.ts'
import { leaders } from './slate.ts'
import type { Placed } from './slate.ts'

/** Does chance enter with this order. */
export const isChance = ({ odds, ways }: Order): boolean => odds !== undefined || ways !== undefined

/** Orders still to come, from a place on. */
interface Rest {
  readonly orders: readonly Placed<Order>[]
  readonly from: number
  readonly facts: Facts
}

const add = (into: Map<string, number>, candidate: Candidate | undefined, share: number): void => {
  if (candidate !== undefined) into.set(candidate.id, (into.get(candidate.id) ?? 0) + share)
}

const leadersIn = (way: Way, tied: readonly Candidate[], order: Order): readonly Candidate[] =>
  'first' in way ? tied.slice(way.first, way.first + 1) : leaders(tied, way.keys, order)

const spread = (tied: readonly Candidate[], share: number, rest: Rest, into: Map<string, number>): void => {
  let top = tied
  for (let place = rest.from; place < rest.orders.length && top.length > 1; place++) {
    const order = rest.orders[place]?.strategy
    if (order === undefined) break
    const odds = order.odds?.(top, rest.facts)
    if (odds !== undefined) {
      for (const [at, candidate] of top.entries()) add(into, candidate, share * (odds[at] ?? 0))
      return
    }
    if (order.ways !== undefined) {
      const onwards = { ...rest, from: place + 1 }
      for (const way of order.ways(top, rest.facts))
        spread(leadersIn(way, top, order), share * way.chance, onwards, into)
      return
    }
    top = leaders(top, order.keys(top, rest.facts), order)
  }
  // What no order sets apart goes by id, as on the slate.
  add(into, top[0], share)
}

/** Chances of the tied, sorted by id, to come first when the orders from a place on have been through them. */
export const firstChances = (tied: readonly Candidate[], rest: Rest): ReadonlyMap<string, number> => {
  const into = new Map<string, number>()
  spread(tied, 1, rest, into)
  return into
}

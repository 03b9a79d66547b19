/** A policy and the facts to a RoutingDecision. */
import type { Facts, RoutingDecision, Slate } from '../domain/decision.ts'
import { unit } from '../domain/units.ts'
import type { Unit } from '../domain/units.ts'
import type { Order } from '../ports/strategy.ts'
import { carriedOut } from './carried-out.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { houseConstraints } from './house.ts'
import { firstChances, isChance } from './propensity.ts'
import { candidatesOf, exclude, excludedOf, openSlate, ranked, refine } from './slate.ts'
import type { OpenSlate, Placed } from './slate.ts'

/** How the first place came about. */
interface Course {
  /** The order that left one candidate alone on top. */
  readonly decisive?: Placed<Order>
  /** The probability of each to come first, where chance entered. */
  readonly chances?: ReadonlyMap<string, number>
}

const run = (slate: OpenSlate, orders: readonly Placed<Order>[], facts: Facts): Course => {
  let decisive: Course['decisive']
  let chances: Course['chances']
  for (const [from, order] of orders.entries()) {
    const top = slate.tiers[0]
    const isOpen = top !== undefined && top.length > 1
    if (isOpen && chances === undefined && isChance(order.strategy))
      chances = firstChances(candidatesOf(top), { orders, from, facts })
    refine(slate, order, facts)
    if (isOpen && slate.tiers[0]?.length === 1) decisive = order
  }
  return { decisive, chances }
}

const propensities = (line: Slate, chances: Course['chances']): RoutingDecision['propensity'] =>
  // Made from entries, so that a candidate with the name of a built-in member counts as well.
  Object.fromEntries(
    line.map(({ candidate: { id } }, place) => {
      const sure = place === 0 ? 1 : 0
      return [id, chances === undefined ? sure : (chances.get(id) ?? 0)]
    }),
  )

const decidedBy = (line: Slate, decisive: Course['decisive']): string => {
  if (line.length === 0) return 'none'
  if (line.length === 1) return 'only'
  return decisive?.step ?? 'tie'
}

const confidence = (line: Slate, decisive: Course['decisive'], facts: Facts): Unit => {
  const [first, second] = line
  const sure = decisive?.strategy.confidence
  return first === undefined || second === undefined || sure === undefined
    ? unit(1)
    : unit(sure(first.candidate, second.candidate, facts))
}

/**
 * Decides. Pure: the same facts, also through JSON, give the same decision, byte for byte.
 * With nobody left, `ranked` is empty and `decidedBy` is `none`.
 */
export const decide = (policy: CompiledPolicy, facts: Facts): RoutingDecision => {
  const plan = policy.flatten(facts)
  const slate = openSlate(facts.candidates)
  for (const constraint of houseConstraints) exclude(slate, constraint, facts)
  for (const constraint of plan.constraints) exclude(slate, constraint, facts)
  const { decisive, chances } = run(slate, plan.orders, facts)
  const line = ranked(slate)
  return {
    id: facts.id,
    policy: { name: policy.name, version: policy.version },
    ranked: line,
    excluded: excludedOf(slate),
    propensity: propensities(line, chances),
    decidedBy: decidedBy(line, decisive),
    confidence: confidence(line, decisive, facts),
    seed: facts.seed,
    execution: carriedOut(policy.policy.execution, line[0]?.candidate, facts),
    patience: policy.policy.patience,
    fallbackOn: policy.policy.fallbackOn,
    midStream: policy.policy.midStream,
  }
}

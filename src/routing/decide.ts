/** A policy and the facts to a RoutingDecision. */
import type { Facts, RoutingDecision, Shadow, Slate } from '../domain/decision.ts'
import type { DeploymentId } from '../domain/ids.ts'
import { unit } from '../domain/units.ts'
import type { Unit } from '../domain/units.ts'
import type { Order } from '../ports/strategy.ts'
import { carriedOut } from './carried-out.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { houseConstraints, houseOrders } from './house.ts'
import type { Plan } from './plan.ts'
import { firstChances, isChance } from './propensity.ts'
import { candidatesOf, exclude, excludedOf, openSlate, ranked, refine } from './slate.ts'
import type { OpenSlate, Placed } from './slate.ts'

/** How the first place came about. */
interface Course {
  readonly slate: OpenSlate
  /** The order that left one candidate alone on top, or the constraint that put the others behind it. */
  readonly decisive?: Placed<Order> | { readonly step: string; readonly strategy?: undefined }
  /** The probability of each to come first, where chance entered. */
  readonly chances?: ReadonlyMap<string, number>
}

type Steps = Pick<Plan, 'constraints' | 'orders'>

/** What the caller asks for comes before what the policy says. */
const ordersOf = ({ orders }: Steps, { asked }: Facts): readonly Placed<Order>[] =>
  asked === undefined ? orders : [...houseOrders, ...orders]

const laidOut = ({ constraints }: Steps, facts: Facts): OpenSlate => {
  const slate = openSlate(facts.candidates, facts.reserve)
  for (const constraint of houseConstraints) exclude(slate, constraint, facts)
  for (const constraint of constraints) exclude(slate, constraint, facts)
  return slate
}

/** How many are tied on top. */
const leading = ({ tiers: [top] }: OpenSlate): number => top?.length ?? 0

/** A constraint that put everybody but one behind that one. */
const decidedBySparing = (slate: OpenSlate): Course['decisive'] => {
  const { sparedBy } = slate
  return sparedBy !== undefined && leading(slate) === 1 ? { step: sparedBy } : undefined
}

const run = (steps: Steps, facts: Facts): Course => {
  const slate = laidOut(steps, facts)
  const orders = ordersOf(steps, facts)
  let decisive = decidedBySparing(slate)
  let chances: Course['chances']
  for (const [from, order] of orders.entries()) {
    const isOpen = leading(slate) > 1
    if (isOpen && chances === undefined && isChance(order.strategy))
      chances = firstChances(candidatesOf(slate.tiers[0] ?? []), { orders, from, facts })
    refine(slate, order, facts)
    if (isOpen && leading(slate) === 1) decisive = order
  }
  return { slate, decisive, chances }
}

const firstOf = ({ slate }: Course): string | undefined => slate.tiers[0]?.[0]?.candidate.id

/** Over every way through the policy's splits; undefined where there is none but one. */
const overArms = (policy: CompiledPolicy, facts: Facts): ReadonlyMap<string, number> => {
  const sum = new Map<string, number>()
  for (const { chance, plan } of policy.ways(facts)) {
    const course = run(plan, facts)
    const first = firstOf(course)
    const chances = course.chances ?? new Map(first === undefined ? [] : [[first, 1]])
    for (const [id, one] of chances) sum.set(id, (sum.get(id) ?? 0) + chance * one)
  }
  return sum
}

const propensities = (line: Slate, chances: Course['chances']): RoutingDecision['propensity'] =>
  // Made from entries, so that a candidate with the name of a built-in member counts as well.
  Object.fromEntries(
    line.map(({ candidate: { id } }, place) => {
      const sure = place === 0 ? 1 : 0
      return [id, chances === undefined ? sure : (chances.get(id) ?? 0)]
    }),
  )

/** Over every way through the policy's splits: who is left out in this arm might have come first in another. */
const splitPropensities = (line: Slate, policy: CompiledPolicy, facts: Facts): RoutingDecision['propensity'] => {
  const chances = overArms(policy, facts)
  const known = new Set(line.map(({ candidate }) => candidate.id as string))
  // By id, as the excluded stand, so that a journal which keeps the numbers in their sequence gives the same bytes.
  const others = [...chances]
    .filter(([id, chance]) => chance > 0 && !known.has(id))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return { ...propensities(line, chances), ...Object.fromEntries(others) }
}

const decidedBy = (line: Slate, decisive: Course['decisive']): string => {
  if (line.length === 0) return 'none'
  if (line.length === 1) return 'only'
  return decisive?.step ?? 'tie'
}

const confidence = (line: Slate, decisive: Course['decisive'], facts: Facts): Unit => {
  const [first, second] = line
  const sure = decisive?.strategy?.confidence
  return first === undefined || second === undefined || sure === undefined
    ? unit(1)
    : unit(sure(first.candidate, second.candidate, facts))
}

/** The first, and behind it those whom the policy names who may serve; undefined where the ranking is the chain. */
const chainOf = ({ policy: { fallback } }: CompiledPolicy, line: Slate): readonly DeploymentId[] | undefined => {
  const first = line[0]?.candidate.id
  if (fallback === undefined || first === undefined) return undefined
  const eligible = new Set(line.map(({ candidate }) => candidate.id))
  return [first, ...fallback.filter(id => id !== first && eligible.has(id))]
}

/** Who answers a copy; nobody where that would be the one who answers anyway. */
const shadowsOf = ({ shadows }: Plan, first: string | undefined, facts: Facts): readonly Shadow[] =>
  shadows.flatMap(({ step, arm, maxSpend, ...steps }) => {
    const candidate = run(steps, facts).slate.tiers[0]?.[0]?.candidate.id
    if (candidate === undefined || candidate === first) return []
    return [{ step, arm, candidate, ...(maxSpend !== undefined && { maxSpend }) }]
  })

/** What only some decisions have. */
const extrasOf = (policy: CompiledPolicy, plan: Plan, line: Slate, facts: Facts) => {
  const chain = chainOf(policy, line)
  const shadows = shadowsOf(plan, line[0]?.candidate.id, facts)
  return {
    ...(chain !== undefined && { chain }),
    ...(plan.arms.length > 0 && { arms: plan.arms }),
    ...(shadows.length > 0 && { shadows }),
  }
}

/**
 * Decides. Pure: the same facts, also through JSON, give the same decision, byte for byte.
 * With nobody left, `ranked` is empty and `decidedBy` is `none`.
 */
export const decide = (policy: CompiledPolicy, facts: Facts): RoutingDecision => {
  const plan = policy.flatten(facts)
  const { slate, decisive, chances } = run(plan, facts)
  const line = ranked(slate)
  const { execution, patience, fallbackOn, midStream } = policy.policy
  return {
    id: facts.id,
    policy: { name: policy.name, version: policy.version },
    ranked: line,
    excluded: excludedOf(slate),
    propensity: plan.arms.length > 0 ? splitPropensities(line, policy, facts) : propensities(line, chances),
    ...extrasOf(policy, plan, line, facts),
    decidedBy: decidedBy(line, decisive),
    confidence: confidence(line, decisive, facts),
    seed: facts.seed,
    execution: carriedOut(plan.execution ?? execution, line[0]?.candidate, facts),
    patience,
    fallbackOn,
    midStream,
  }
}

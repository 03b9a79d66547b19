/** What a policy comes to for given facts: which constraints and orders run, which arms were drawn, and how it is carried out. */
import type { DrawnArm, Facts } from '../domain/decision.ts'
import type { Execution, SeedBy } from '../domain/policy.ts'
import type { SignalKey } from '../domain/signal.ts'
import { unit } from '../domain/units.ts'
import type { MicroUsd, Unit } from '../domain/units.ts'
import type { Constraint, Order, Strategy } from '../ports/strategy.ts'
import { uniform, weightedKey } from './draw.ts'
import type { Placed } from './slate.ts'

/** A step that is compiled. */
export type Compiled = Use | Branch | Fork | Carry

/** A strategy in its place. */
export interface Use extends Placed<Strategy> {
  readonly blend?: string
  readonly weight?: number
}
export interface Branch {
  readonly holds: (facts: Facts) => boolean
  readonly then: readonly Compiled[]
  readonly otherwise: readonly Compiled[]
  /** The signals that the condition asks for. */
  readonly asks: readonly SignalKey[]
}
export interface CompiledArm {
  readonly name: string
  readonly share: Unit
  readonly maxSpend?: MicroUsd
  readonly steps: readonly Compiled[]
}
export interface Fork {
  /** Its place, e.g. `2:split`. */
  readonly step: string
  readonly by: SeedBy
  /** Their shares sum to 1. */
  readonly arms: readonly CompiledArm[]
  readonly shadows: readonly CompiledArm[]
}
export interface Carry {
  readonly execution: Execution
}

/** Who is asked for an answer that nobody is shown. */
export interface ShadowPlan extends Pick<CompiledArm, 'maxSpend'> {
  readonly step: string
  readonly arm: string
  readonly constraints: readonly Placed<Constraint>[]
  readonly orders: readonly Placed<Order>[]
}

/** What is carried out for given facts: every constraint first, then the orders, each in the policy's sequence. */
export interface Plan {
  readonly constraints: readonly Placed<Constraint>[]
  readonly orders: readonly Placed<Order>[]
  /** Absent: as the policy says. */
  readonly execution?: Execution
  readonly arms: readonly DrawnArm[]
  readonly shadows: readonly ShadowPlan[]
}
/** One way through all splits, with its probability. */
export interface PlannedWay {
  readonly chance: number
  readonly plan: Plan
}

/** Orders of the same blend, and what becomes of them. */
export type Blend = (orders: readonly Use[]) => readonly Placed<Order>[]

/** A way that is being walked; it grows in place, and is copied where it forks. */
interface Walked {
  chance: number
  readonly uses: Use[]
  /** Those outside every arm, which hold for shadows too. */
  readonly outer: Use[]
  execution?: Execution
  readonly arms: DrawnArm[]
  readonly shadows: (Pick<Fork, 'step'> & { readonly arm: CompiledArm })[]
}
const newWay = (): Walked => ({ chance: 1, uses: [], outer: [], arms: [], shadows: [] })
const copyOf = (way: Walked): Walked => ({
  ...way,
  uses: [...way.uses],
  outer: [...way.outer],
  arms: [...way.arms],
  shadows: [...way.shadows],
})

/** Where chance comes from for a split; a request without session, user or tag stands for itself. */
const seedOf = ({ seed, seeds, request }: Facts, by: SeedBy): string => {
  const own = seeds?.request ?? seed
  if (by === 'request') return own
  if (by === 'session') return seeds?.session ?? own
  if (by === 'user') return seeds?.user ?? own
  const tag = by.slice('tags.'.length)
  return (Object.hasOwn(request.tags, tag) ? request.tags[tag] : undefined) ?? own
}

/** No candidate and no other step has such a label, so that draws do not follow one another. */
const label = (name: string): string => `\u0000arm ${name}`

/** The arm of this seed: as arms grow, only those change who go to one that grew. */
const drawn = ({ arms, by }: Fork, facts: Facts): CompiledArm | undefined => {
  const seed = seedOf(facts, by)
  let best: CompiledArm | undefined
  let least = Number.POSITIVE_INFINITY
  for (const arm of arms) {
    const key = weightedKey(uniform(seed, label(arm.name)), arm.share)
    if (key === undefined || key >= least) continue
    best = arm
    least = key
  }
  return best
}

const drawnShadows = (fork: Fork, facts: Facts): Walked['shadows'] =>
  fork.shadows
    .filter(({ name, share }) => uniform(seedOf(facts, fork.by), `\u0000shadow ${name}`) < share)
    .map(arm => ({ step: fork.step, arm }))

/** Which arms of a fork are gone through, with their chances. */
type ArmsOf = (fork: Fork, facts: Facts) => readonly { readonly arm: CompiledArm; readonly chance: number }[]

const onlyDrawn: ArmsOf = (fork, facts) => {
  const arm = drawn(fork, facts)
  return arm === undefined ? [] : [{ arm, chance: 1 }]
}
const every: ArmsOf = ({ arms }) => arms.filter(arm => arm.share > 0).map(arm => ({ arm, chance: arm.share }))

/** How a walk goes. */
interface Manner {
  readonly facts: Facts
  readonly pick: ArmsOf
  readonly isInArm: boolean
}

const throughFork = (fork: Fork, way: Walked, manner: Manner): readonly Walked[] => {
  const shadows = drawnShadows(fork, manner.facts)
  return manner.pick(fork, manner.facts).flatMap(({ arm, chance }) => {
    const here = copyOf(way)
    here.chance *= chance
    here.arms.push({ step: fork.step, arm: arm.name, share: arm.share })
    here.shadows.push(...shadows)
    return walk(arm.steps, [here], { ...manner, isInArm: true })
  })
}

/** The ways that one way becomes by a step: itself, but at a fork. */
const pass = (step: Compiled, way: Walked, manner: Manner): readonly Walked[] | undefined => {
  if ('strategy' in step) {
    way.uses.push(step)
    if (!manner.isInArm) way.outer.push(step)
    return undefined
  }
  if ('arms' in step) return throughFork(step, way, manner)
  if ('holds' in step) return walk(step.holds(manner.facts) ? step.then : step.otherwise, [way], manner)
  way.execution = step.execution
  return undefined
}

const walk = (steps: readonly Compiled[], from: readonly Walked[], manner: Manner): readonly Walked[] => {
  let ways = from
  for (const step of steps) {
    const [only] = ways
    if (ways.length === 1 && only !== undefined) ways = pass(step, only, manner) ?? ways
    else ways = ways.flatMap(way => pass(step, way, manner) ?? [way])
  }
  return ways
}

const isConstraint = (one: Use): one is Use & Placed<Constraint> => one.strategy.kind === 'constraint'
const isOrder = (one: Use): one is Use & Placed<Order> => one.strategy.kind === 'order'

const shadowOf = ({ step, arm }: Walked['shadows'][number], way: Walked, facts: Facts, blend: Blend): ShadowPlan => {
  const [own] = walk(arm.steps, [newWay()], { facts, pick: onlyDrawn, isInArm: true })
  const uses = own?.uses ?? []
  return {
    step,
    arm: arm.name,
    ...(arm.maxSpend !== undefined && { maxSpend: arm.maxSpend }),
    constraints: [...way.outer, ...uses].filter(isConstraint),
    orders: blend(uses.filter(isOrder)),
  }
}

const planOf = (way: Walked, facts: Facts, blend: Blend): Plan => ({
  constraints: way.uses.filter(isConstraint),
  orders: blend(way.uses.filter(isOrder)),
  ...(way.execution !== undefined && { execution: way.execution }),
  arms: way.arms,
  shadows: way.shadows.map(one => shadowOf(one, way, facts, blend)),
})

/** What these steps come to under these facts, with the arms that chance draws for them. */
export const planFor = (steps: readonly Compiled[], facts: Facts, blend: Blend): Plan => {
  const [way] = walk(steps, [newWay()], { facts, pick: onlyDrawn, isInArm: false })
  return planOf(way ?? newWay(), facts, blend)
}

/** Every way that chance could have led through these steps; the chances sum to 1. */
export const waysFor = (steps: readonly Compiled[], facts: Facts, blend: Blend): readonly PlannedWay[] =>
  walk(steps, [newWay()], { facts, pick: every, isInArm: false }).map(way => ({
    chance: way.chance,
    plan: planOf({ ...way, shadows: [] }, facts, blend),
  }))

/** How many ways there are through these steps at most, whatever the facts. */
export const mostWays = (steps: readonly Compiled[]): number =>
  steps.reduce((product, step) => {
    if ('holds' in step) return product * Math.max(mostWays(step.then), mostWays(step.otherwise))
    if (!('arms' in step)) return product
    const taken = step.arms.filter(arm => arm.share > 0)
    return product * taken.reduce((sum, arm) => sum + mostWays(arm.steps), 0)
  }, 1)

/** The one plan of steps without branches, splits and executions of their own; undefined where there are such. */
export const fixedPlan = (steps: readonly Compiled[], blend: Blend): Plan | undefined => {
  const uses = steps.filter(step => 'strategy' in step)
  if (uses.length < steps.length) return undefined
  return { constraints: uses.filter(isConstraint), orders: blend(uses.filter(isOrder)), arms: [], shadows: [] }
}

/** Shares of arms that make up the whole, each divided by their sum. */
export const wholeShares = (arms: readonly CompiledArm[]): readonly CompiledArm[] => {
  const sum = arms.reduce((total, { share }) => total + share, 0)
  return sum > 0 ? arms.map(arm => ({ ...arm, share: unit(arm.share / sum) })) : arms
}

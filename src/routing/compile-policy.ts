/** A policy to constraints and orders for given facts, or which step is wrong and what would be right. */
import type { Facts } from '../domain/decision.ts'
import { fingerprint } from '../domain/fingerprint.ts'
import type { Condition, Policy, PolicyStep } from '../domain/policy.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { Checked } from '../domain/units.ts'
import type { Constraint, Order, Strategy } from '../ports/strategy.ts'
import { fieldOf, fieldsIn, holds } from './conditions.ts'
import { didYouMean } from '../domain/nearest.ts'
import { fine, wrong } from './options.ts'
import { checkCondition } from './parse-condition.ts'
import { deepestStep } from './parse-step.ts'
import { strategyNamed, strategyNames } from './registry.ts'
import type { Placed } from './slate.ts'

/** What is carried out for given facts: every constraint first, then the orders, each in the policy's sequence. */
export interface Plan {
  readonly constraints: readonly Placed<Constraint>[]
  readonly orders: readonly Placed<Order>[]
}

/** A policy that can decide. */
export interface CompiledPolicy {
  readonly name: string
  /** The fingerprint of the policy: another text of the same meaning, key order apart, has another. */
  readonly version: string
  readonly policy: Policy
  /** Every signal that some branch may read, sorted. */
  readonly reads: readonly SignalKey[]
  flatten(facts: Facts): Plan
}

interface Branch {
  readonly when: Condition
  readonly then: readonly Compiled[]
  readonly otherwise: readonly Compiled[]
}
type Compiled = Placed<Strategy> | Branch

/** Where steps stand: as decisions name it (`2.then.0`) and as errors do (`steps[2].then[0]`). */
interface Site {
  readonly place: string
  readonly at: string
  readonly depth: number
}
const siteOf = (site: Site, index: number): Site => ({
  place: site.place === '' ? String(index) : `${site.place}.${index}`,
  at: `${site.at}[${index}]`,
  depth: site.depth,
})
const inside = (site: Site, branch: 'then' | 'otherwise'): Site => ({
  place: `${site.place}.${branch}`,
  at: `${site.at}.${branch}`,
  depth: site.depth + 1,
})

const compileUse = (step: Extract<PolicyStep, { use: string }>, { place, at }: Site): Checked<Compiled> => {
  const found = strategyNamed(step.use)
  if (found === undefined) {
    const meant = didYouMean(step.use, strategyNames)
    return wrong(`${at}: no step "${step.use}"${meant} (there are ${strategyNames.join(', ')})`, `${at}.use`)
  }
  const made = found.make(step.with ?? {})
  if (!made.ok) {
    const path = made.at === undefined ? at : `${at}.${made.at}`
    return wrong(`${at}: ${step.use}: ${made.why}`, path)
  }
  return fine({ step: `${place}:${step.use}`, strategy: made.value })
}

const compileWhen = (step: Extract<PolicyStep, { when: Condition }>, site: Site): Checked<Compiled> => {
  if (site.depth >= deepestStep) return wrong(`${site.at}: steps are nested more than ${deepestStep} deep`, site.at)
  const when = checkCondition(step.when, `${site.at}.when`)
  if (!when.ok) return wrong(`${when.at ?? site.at}: ${when.why}`, when.at)
  const then = compileSteps(step.then, inside(site, 'then'))
  if (!then.ok) return then
  const otherwise = compileSteps(step.otherwise ?? [], inside(site, 'otherwise'))
  if (!otherwise.ok) return otherwise
  return fine({ when: when.value, then: then.value, otherwise: otherwise.value })
}

const compileSteps = (steps: readonly PolicyStep[], site: Site): Checked<readonly Compiled[]> => {
  const compiled: Compiled[] = []
  for (const [index, step] of steps.entries()) {
    if (!('use' in step) && !('when' in step)) continue
    const one = 'use' in step ? compileUse(step, siteOf(site, index)) : compileWhen(step, siteOf(site, index))
    if (!one.ok) return one
    compiled.push(one.value)
  }
  return fine(compiled)
}

const isConstraint = (one: Placed<Strategy>): one is Placed<Constraint> => one.strategy.kind === 'constraint'
const isOrder = (one: Placed<Strategy>): one is Placed<Order> => one.strategy.kind === 'order'

const choose = (steps: readonly Compiled[], facts: Facts, chosen: Placed<Strategy>[]): void => {
  for (const step of steps) {
    if ('strategy' in step) chosen.push(step)
    else choose(holds(step.when, facts) ? step.then : step.otherwise, facts, chosen)
  }
}

const planOf = (chosen: readonly Placed<Strategy>[]): Plan => ({
  constraints: chosen.filter(isConstraint),
  orders: chosen.filter(isOrder),
})

const readsOf = (step: Compiled): readonly SignalKey[] => {
  if ('strategy' in step) return step.strategy.reads
  const asked = fieldsIn(step.when).flatMap(name => fieldOf(name)?.signal ?? [])
  return [...asked, ...step.then.flatMap(readsOf), ...step.otherwise.flatMap(readsOf)]
}

/** The policy ready to decide, or what is wrong with which step. */
export const compilePolicy = (policy: Policy): Checked<CompiledPolicy> => {
  const compiled = compileSteps(policy.steps, { place: '', at: 'steps', depth: 0 })
  if (!compiled.ok) return compiled
  const steps = compiled.value
  const plain = steps.filter(step => 'strategy' in step)
  // Without branches every request has the same plan.
  const fixed = plain.length === steps.length ? planOf(plain) : undefined
  return fine({
    name: policy.name,
    version: fingerprint(policy),
    policy,
    reads: [...new Set(steps.flatMap(readsOf))].sort(),
    flatten: facts => {
      if (fixed !== undefined) return fixed
      const chosen: Placed<Strategy>[] = []
      choose(steps, facts, chosen)
      return planOf(chosen)
    },
  })
}

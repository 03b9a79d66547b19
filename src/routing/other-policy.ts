/** Recorded facts as another policy would have met them, and what they do not tell it. */
import type { DecisionTrace, Facts } from '../domain/decision.ts'
import { branchesOf } from '../domain/policy.ts'
import type { Policy, PolicyStep } from '../domain/policy.ts'
import type { SignalKey } from '../domain/signal.ts'
import type { CompiledPolicy } from './compile-policy.ts'

/** A decision is called by its request. */
const ofDecision = /^dec-/

/** What the policy would have drawn from, as far as it was recorded. */
const seedOf = ({ id, seed, seeds }: Facts, by: Policy['seed']): string => {
  if (seeds === undefined) return by === 'request' && ofDecision.test(id) ? id.replace(ofDecision, '') : seed
  return (by === 'request' ? undefined : seeds[by]) ?? seeds.request
}

/** Drawn by this policy's seed, and with its own fallback chain beyond the pool instead of that of who decided. */
export const underPolicy = ({ policy }: CompiledPolicy, facts: Facts): Facts => {
  const { reserve: kept = [], ...rest } = facts
  const seeded = { ...rest, seed: seedOf(facts, policy.seed) }
  if (kept.length === 0) return seeded
  const reserve = kept.filter(id => policy.fallback?.includes(id) === true)
  const gone = new Set(kept.filter(id => !reserve.includes(id)))
  const candidates = facts.candidates.filter(({ id }) => !gone.has(id))
  return { ...seeded, candidates, ...(reserve.length > 0 && { reserve }) }
}

/** Steps that draw say by whom themselves, or by the policy's seed. */
const draws = (steps: readonly PolicyStep[], isDrawn: (step: PolicyStep) => boolean): boolean =>
  steps.some(step => isDrawn(step) || branchesOf(step).some(inner => draws(inner, isDrawn)))

const bySeed: readonly string[] = ['weighted', 'random', 'inverse-square', 'adaptive', 'explore', 'fast']
const isBySeed = (step: PolicyStep): boolean => 'use' in step && bySeed.includes(step.use)
const isByItself = (step: PolicyStep): boolean => {
  if ('split' in step) return step.by === 'session' || step.by === 'user'
  return 'use' in step && step.use === 'sticky' && !String(step.with?.['by'] ?? 'session').startsWith('tags.')
}

/** Does it matter whose session or user a request is. */
const asksWhose = ({ steps, seed }: Policy): boolean =>
  (seed !== 'request' && draws(steps, isBySeed)) || draws(steps, isByItself)

/** What recorded facts do not tell a policy that it would have known. */
export interface Gaps {
  /** Signals that it reads and nobody asked for. What was asked for and not known is known to be so. */
  readonly missing: readonly SignalKey[]
  /** Whose session or user it was, by which the policy draws, was not recorded. */
  readonly isUnseeded: boolean
  /** Somebody whom it names as its fallback is no candidate there. */
  readonly isShort: boolean
}

const none: Gaps = { missing: [], isUnseeded: false, isShort: false }

/** The recorded seed is no request's own, so it is a session's or a user's already. */
const isAsDrawn = ({ seed, steps }: Policy, facts: Facts): boolean =>
  seed !== 'request' && !draws(steps, isByItself) && ofDecision.test(facts.id) && `dec-${facts.seed}` !== facts.id

/** Every candidate has a configured score, which its facts hold: more was known only to whom more had been learned. */
const areScored = ({ candidates }: Facts): boolean => candidates.every(({ quality }) => Object.keys(quality).length > 0)

/** Only scores for one kind of work, and conditions on it, make a difference by what kind it is. */
const goesByTask = ({ forksByTask }: CompiledPolicy, { candidates }: Facts): boolean =>
  forksByTask || candidates.some(({ quality }) => Object.keys(quality).some(task => task !== '*'))

/** Signals that are read, and would change nothing for these candidates if they were known. */
const needless = (policy: CompiledPolicy, facts: Facts): readonly SignalKey[] => [
  ...(areScored(facts) ? (['candidate.quality'] as const) : []),
  ...(goesByTask(policy, facts) ? [] : (['request.task', 'request.confidence'] as const)),
]

/** The gaps of one decision's facts; none for the policy that decided. */
export const gapsIn = (compiled: CompiledPolicy, { facts, decision }: DecisionTrace): Gaps => {
  const { policy, version, reads } = compiled
  if (decision.policy.version === version) return none
  const there = new Set(facts.candidates.map(({ id }) => id))
  const idle = needless(compiled, facts)
  return {
    missing: reads.filter(key => facts.signals[key] === undefined && !idle.includes(key)),
    isUnseeded: facts.seeds === undefined && asksWhose(policy) && !isAsDrawn(policy, facts),
    isShort: policy.fallback?.some(id => !there.has(id)) === true,
  }
}

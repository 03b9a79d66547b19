/** Pools that are to judge answers: whether they are there, and whether they end up judging themselves. */
import { branchesOf } from '../domain/policy.ts'
import type { Execution, Policy, PolicyStep } from '../domain/policy.ts'
import { errorAt } from './finding.ts'
import type { Doubt } from './finding.ts'
import { thereAre } from './ground.ts'
import type { Settings } from './settings.ts'

const executionsIn = (steps: readonly PolicyStep[]): readonly Execution[] =>
  steps.flatMap(step => ('execution' in step ? [step.execution] : branchesOf(step).flatMap(executionsIn)))

/** The pools that a policy has its answers judged by. */
const judgesOf = ({ execution, steps }: Policy): readonly string[] =>
  [execution, ...executionsIn(steps)].flatMap(one => (one.mode === 'cascade' ? (one.check.judge ?? []) : []))

/** Where a judge is named: with the policy, or somewhere in its steps. */
const placeOf = ({ name, execution }: Policy, judge: string): readonly string[] =>
  execution.mode === 'cascade' && execution.check.judge === judge
    ? ['policies', name, 'execution', 'check', 'judge']
    : ['policies', name, 'steps']

/** The pools by which one judge leads back to itself; undefined if it never does. */
const circleFrom = (judge: string, { pools, policies }: Settings): readonly string[] | undefined => {
  const walk = (pool: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(pool)) return [...trail, pool]
    const named = pools.find(({ id }) => id === pool)?.policy
    const policy = policies.find(({ name }) => name === named)
    for (const next of policy === undefined ? [] : judgesOf(policy)) {
      const circle = walk(next, [...trail, pool])
      if (circle !== undefined) return circle
    }
    return undefined
  }
  return walk(judge, [])
}

/** What is wrong with the judges of all policies. */
export const judgeDoubts = (settings: Settings): readonly Doubt[] => {
  const pools = settings.pools.map(({ id }) => String(id))
  return settings.policies.flatMap(policy =>
    judgesOf(policy).flatMap(judge => {
      const at = placeOf(policy, judge)
      if (!pools.includes(judge)) return [errorAt(at, `no pool "${judge}"${thereAre(judge, pools)}`)]
      const circle = circleFrom(judge, settings)
      return circle === undefined ? [] : [errorAt(at, `judges judge each other without end: ${circle.join(' > ')}`)]
    }),
  )
}

/** Policies whose steps others take in. */
export const includedIn = (policies: readonly Policy[]): readonly string[] => {
  const named = (steps: readonly PolicyStep[]): readonly string[] =>
    steps.flatMap(step => [...('include' in step ? [step.include] : []), ...branchesOf(step).flatMap(named)])
  return policies.flatMap(({ steps }) => named(steps))
}

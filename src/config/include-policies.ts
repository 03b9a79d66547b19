/** `use: other-policy` to the steps of that policy, in its place. */
import type { PolicyStep } from '../domain/policy.ts'
import type { Checked } from '../domain/units.ts'
import { strategyNamed } from '../routing/registry.ts'

/** The steps of a policy of this name, itself not yet included anywhere; undefined if there is none. */
export type StepsNamed = (name: string) => readonly PolicyStep[] | undefined

type Use = Extract<PolicyStep, { use: string }>

const fault = (why: string, at: string): Checked<never> => ({ ok: false, why, at })

interface Around {
  readonly named: StepsNamed
  /** The policies that led here, the outermost first. */
  readonly trail: readonly string[]
  readonly at: string
}

const includeUse = (step: Use, { named, trail, at }: Around): Checked<PolicyStep> => {
  // A step goes before a policy of its name.
  const steps = strategyNamed(step.use) === undefined ? named(step.use) : undefined
  if (steps === undefined) return { ok: true, value: step }
  if (trail.includes(step.use)) {
    const circle = [...trail.slice(trail.indexOf(step.use)), step.use].join(' > ')
    return fault(`policies include each other without end: ${circle}`, `${at}.use`)
  }
  const extra = (['with', 'blend', 'weight'] as const).find(name => step[name] !== undefined)
  if (extra !== undefined) return fault(`${step.use} is a policy: it takes no ${extra}`, `${at}.${extra}`)
  const inner = includeAll(steps, { named, trail: [...trail, step.use], at: `${at}.use` })
  return inner.ok ? { ok: true, value: { include: step.use, steps: inner.value } } : fault(inner.why, `${at}.use`)
}

const includeAll = (steps: readonly PolicyStep[], around: Around): Checked<readonly PolicyStep[]> => {
  const found: PolicyStep[] = []
  for (const [place, step] of steps.entries()) {
    const one = includePolicies(step, { ...around, at: `${around.at}[${place}]` })
    if (!one.ok) return one
    found.push(one.value)
  }
  return { ok: true, value: found }
}

const includeWhen = (step: Extract<PolicyStep, { then: unknown }>, around: Around): Checked<PolicyStep> => {
  const then = includeAll(step.then, { ...around, at: `${around.at}.then` })
  if (!then.ok) return then
  if (step.otherwise === undefined) return { ok: true, value: { ...step, then: then.value } }
  const otherwise = includeAll(step.otherwise, { ...around, at: `${around.at}.otherwise` })
  return otherwise.ok ? { ok: true, value: { ...step, then: then.value, otherwise: otherwise.value } } : otherwise
}

const includeSplit = (step: Extract<PolicyStep, { split: unknown }>, around: Around): Checked<PolicyStep> => {
  const arms: (typeof step.split)[number][] = []
  for (const arm of step.split) {
    const steps = includeAll(arm.steps, { ...around, at: `${around.at}.split.arms.${arm.name}.steps` })
    if (!steps.ok) return steps
    arms.push({ ...arm, steps: steps.value })
  }
  return { ok: true, value: { ...step, split: arms } }
}

/** The step with every policy that it names replaced by its steps; `at` of what is wrong lies below `around.at`. */
export const includePolicies = (step: PolicyStep, around: Around): Checked<PolicyStep> => {
  if ('use' in step) return includeUse(step, around)
  if ('when' in step) return includeWhen(step, around)
  return 'split' in step ? includeSplit(step, around) : { ok: true, value: step }
}

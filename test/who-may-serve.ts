/** Who may serve by a policy and a request's own bounds, worked out anew from the steps as written. */
import { isAllowed } from '../src/domain/caller.ts'
import type { DrawnArm, Facts, Shadow } from '../src/domain/decision.ts'
import type { Candidate } from '../src/domain/deployment.ts'
import type { PolicyStep } from '../src/domain/policy.ts'
import type { Constraint } from '../src/ports/strategy.ts'
import { compileCondition } from '../src/routing/conditions.ts'
import { wouldLose } from '../src/routing/lost-parameters.ts'
import { expectedCost } from '../src/routing/measures.ts'
import { strategyNamed } from '../src/routing/registry.ts'

/** The constraints that hold for these facts when these arms were drawn; each arm that is passed is taken off the list. */
export type ConstraintsFor = (facts: Facts, arms: DrawnArm[]) => readonly Constraint[]

const ofStep = (step: PolicyStep): ConstraintsFor => {
  if ('use' in step) {
    const made = strategyNamed(step.use)?.make(step.with ?? {})
    if (made?.ok !== true) throw new Error(`no step ${step.use}`)
    const all = made.value.kind === 'constraint' ? [made.value] : []
    return () => all
  }
  if ('when' in step) {
    const holds = compileCondition(step.when)
    const [then, otherwise] = [constraintsOf(step.then), constraintsOf(step.otherwise ?? [])]
    return (facts, arms) => (holds(facts) ? then : otherwise)(facts, arms)
  }
  if ('split' in step) {
    const byName = new Map(
      step.split.filter(arm => arm.shadow !== true).map(arm => [arm.name, constraintsOf(arm.steps)]),
    )
    return (facts, arms) => {
      const drawn = arms.shift()
      const inside = byName.get(drawn?.arm ?? '')
      if (inside === undefined) throw new Error(`no such arm was there to be drawn: ${drawn?.step} ${drawn?.arm}`)
      return inside(facts, arms)
    }
  }
  return 'include' in step ? constraintsOf(step.steps) : () => []
}

/** From the steps of a policy as written, without what compiles and plans them. */
export const constraintsOf = (steps: readonly PolicyStep[]): ConstraintsFor => {
  const all = steps.map(ofStep)
  return (facts, arms) => all.flatMap(one => one(facts, arms))
}

/** Where a decision says that a step stands, such as `2.then.0:split`. */
const stepAt = (steps: readonly PolicyStep[], place: string): PolicyStep | undefined => {
  const [index = '', branch = '', ...rest] = (place.split(':')[0] ?? '').split('.')
  const step = steps[Number(index)]
  if (branch === '' || step === undefined) return step
  if ('include' in step) return stepAt(step.steps, [branch, ...rest].join('.'))
  if ('when' in step) return stepAt((branch === 'then' ? step.then : step.otherwise) ?? [], rest.join('.'))
  return 'split' in step
    ? stepAt(step.split.find(({ name }) => name === branch)?.steps ?? [], rest.join('.'))
    : undefined
}

/** Those that stand in no arm of these steps. */
const outsideArms = (steps: readonly PolicyStep[], facts: Facts): readonly Constraint[] =>
  steps.flatMap(step => {
    if ('split' in step) return []
    if ('include' in step) return outsideArms(step.steps, facts)
    if ('when' in step)
      return outsideArms((compileCondition(step.when)(facts) ? step.then : step.otherwise) ?? [], facts)
    return ofStep(step)(facts, [])
  })

/** What holds for a shadow, as far as it stands in no arm but its own. */
export const constraintsOfShadow = (
  steps: readonly PolicyStep[],
  { step, arm }: Shadow,
  facts: Facts,
): readonly Constraint[] => {
  const split = stepAt(steps, step)
  const own = split !== undefined && 'split' in split ? split.split.find(({ name }) => name === arm) : undefined
  if (own?.shadow !== true) throw new Error(`${step} has no shadow ${arm}`)
  return [...outsideArms(steps, facts), ...outsideArms(own.steps, facts)]
}

const isNumber = (value: number | undefined): value is number => Number.isFinite(value)

const barredByKey = ({ provider, model }: Candidate, { bounds: { allow }, pool }: Facts): boolean => {
  if (allow === undefined) return false
  const { models, pools } = allow
  const isPoolOpen = pool === undefined || isAllowed(pools, pool)
  // Who may use certain pools alone may not go round them by naming a model.
  const isConfined = pool === undefined && pools !== undefined && models === undefined && !pools.includes('*')
  const isModelOpen = isAllowed(models, model) || models?.includes(`${provider}/${model}`) === true
  return !isPoolOpen || isConfined || !isAllowed(allow.providers, provider) || !isModelOpen
}

const barredByPrice = (candidate: Candidate, { bounds, request, now }: Facts): boolean => {
  const { budgetCap, maxPrice } = bounds
  const cost = expectedCost(candidate, request, now) ?? Number.POSITIVE_INFINITY
  if (isNumber(budgetCap) && cost > budgetCap) return true
  if (maxPrice === undefined) return false
  const { inputPerMillion, outputPerMillion } = candidate.price ?? {}
  if (!isNumber(inputPerMillion) || !isNumber(outputPerMillion)) return true
  return isNumber(maxPrice.input) && inputPerMillion > maxPrice.input
}

/** True where the request itself, or the key that came with it, rules the candidate out. */
export const isBarred = (candidate: Candidate, facts: Facts): boolean => {
  const { id, provider, model, tags } = candidate
  const { lock, only, ignore, kept, tags: wanted = {}, requireParameters } = facts.bounds
  const { asked } = facts
  const keeps = kept === undefined || (kept.by === undefined ? kept.able.includes(id) : kept.by === id)
  const fits = Object.entries(wanted).every(([tag, values]) => values.includes(tags[tag] ?? 'unknown'))
  const names: readonly string[] = [provider, id, model, `${provider}/${model}`]
  return [
    lock !== undefined && lock !== provider,
    only?.includes(provider) === false,
    ignore?.includes(provider) === true,
    !keeps,
    !fits,
    requireParameters === true && wouldLose(candidate, facts) !== undefined,
    asked?.only === true && asked.order?.some(name => names.includes(name)) === false,
    barredByKey(candidate, facts),
    barredByPrice(candidate, facts),
  ].includes(true)
}

/** A policy to constraints and orders for given facts, or which step is wrong and what would be right. */
import type { Facts } from '../domain/decision.ts'
import { fingerprint } from '../domain/fingerprint.ts'
import { branchesOf } from '../domain/policy.ts'
import type { Arm, Condition, Policy, PolicyStep } from '../domain/policy.ts'
import type { SignalKey } from '../domain/signal.ts'
import { millis } from '../domain/units.ts'
import type { Checked, Millis } from '../domain/units.ts'
import { compileCondition, signalsIn } from './conditions.ts'
import { didYouMean } from '../domain/nearest.ts'
import { whole } from './wording.ts'
import { blended, faultInBlend } from './blend-orders.ts'
import { fine, wrong } from './options.ts'
import { checkCondition } from './parse-condition.ts'
import { deepestStep } from './parse-step.ts'
import { duration } from './parsers.ts'
import { fixedPlan, mostWays, planFor, waysFor, wholeShares } from './plan.ts'
import type { Branch, Compiled, CompiledArm, Fork, Plan, PlannedWay } from './plan.ts'
import { strategyNamed, strategyNames } from './registry.ts'
import { synonymNames } from './synonyms.ts'

/** A policy that can decide. */
export interface CompiledPolicy {
  readonly name: string
  /** The fingerprint of the policy: another text of the same meaning, key order apart, has another. */
  readonly version: string
  readonly policy: Policy
  /** Every signal that some branch may read, sorted. */
  readonly reads: readonly SignalKey[]
  /** Those about the request alone. */
  readonly readsFirst: readonly SignalKey[]
  /** The kind of work is asked for by a condition, not only to look up scores for it. */
  readonly forksByTask: boolean
  /** The others: what they tell may depend on the request's kind. */
  readonly readsThen: readonly SignalKey[]
  /** Some step says itself whose choices stay together. */
  readonly drawsApart: boolean
  /** How far latency looks back, if some step says so. */
  readonly window?: Millis
  flatten(facts: Facts): Plan
  /** Every way that chance could have led through the policy's splits, with the probability of each. */
  ways(facts: Facts): readonly PlannedWay[]
}

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
const inside = (site: Site, branch: string, at = branch): Site => ({
  place: `${site.place}.${branch}`,
  at: `${site.at}.${at}`,
  depth: site.depth + 1,
})

const compileUse = (step: Extract<PolicyStep, { use: string }>, { place, at }: Site): Checked<Compiled> => {
  const found = strategyNamed(step.use)
  if (found === undefined) {
    const meant = didYouMean(step.use, [...strategyNames, ...synonymNames])
    return wrong(`${at}: no step "${step.use}"${meant} (there are ${strategyNames.join(', ')})`, `${at}.use`)
  }
  const made = found.make(step.with ?? {})
  if (!made.ok) {
    const path = made.at === undefined ? at : `${at}.${made.at}`
    return wrong(`${at}: ${step.use}: ${made.why}`, path)
  }
  const placed = { step: `${place}:${step.use}`, strategy: made.value }
  const { blend, weight } = step
  if (blend === undefined) {
    return weight === undefined ? fine(placed) : wrong(`${at}: a weight counts only in a blend`, `${at}.weight`)
  }
  const fault = faultInBlend(made.value)
  if (fault !== undefined) return wrong(`${at}: ${fault}`, `${at}.blend`)
  return fine({ ...placed, blend, ...(weight !== undefined && { weight }) })
}

const tooDeep = (site: Site): Checked<never> | undefined =>
  site.depth >= deepestStep ? wrong(`${site.at}: steps are nested more than ${deepestStep} deep`, site.at) : undefined

const compileWhen = (step: Extract<PolicyStep, { when: Condition }>, site: Site): Checked<Compiled> => {
  const when = checkCondition(step.when, `${site.at}.when`)
  if (!when.ok) return wrong(`${when.at ?? site.at}: ${when.why}`, when.at)
  const then = compileSteps(step.then, inside(site, 'then'))
  if (!then.ok) return then
  const otherwise = compileSteps(step.otherwise ?? [], inside(site, 'otherwise'))
  if (!otherwise.ok) return otherwise
  const condition = when.value
  const branch: Branch = {
    holds: compileCondition(condition),
    then: then.value,
    otherwise: otherwise.value,
    asks: signalsIn(condition),
  }
  return fine(branch)
}

const compileArm = (arm: Arm, site: Site): Checked<CompiledArm> => {
  const steps = compileSteps(arm.steps, inside(site, arm.name, `split.arms.${arm.name}.steps`))
  if (!steps.ok) return steps
  const { name, share, maxSpend } = arm
  return fine({ name, share, steps: steps.value, ...(maxSpend !== undefined && { maxSpend }) })
}

const compileSplit = (step: Extract<PolicyStep, { split: readonly Arm[] }>, site: Site): Checked<Compiled> => {
  const arms: CompiledArm[] = []
  const shadows: CompiledArm[] = []
  for (const arm of step.split) {
    const made = compileArm(arm, site)
    if (!made.ok) return made
    if (arm.shadow === true) shadows.push(made.value)
    else arms.push(made.value)
  }
  if (!arms.some(({ share }) => share > 0))
    return wrong(`${site.at}: no arm answers; give one that is no shadow a share`, `${site.at}.split`)
  const fork: Fork = { step: `${site.place}:split`, by: step.by ?? 'request', arms: wholeShares(arms), shadows }
  return fine(fork)
}

const compileStep = (step: PolicyStep, site: Site): Checked<readonly Compiled[]> => {
  if ('execution' in step) return fine([{ execution: step.execution }])
  if ('use' in step) {
    const made = compileUse(step, site)
    return made.ok ? fine([made.value]) : made
  }
  const deep = tooDeep(site)
  if (deep !== undefined) return deep
  if ('include' in step) return compileSteps(step.steps, { ...site, at: `${site.at}.steps`, depth: site.depth + 1 })
  const made = 'when' in step ? compileWhen(step, site) : compileSplit(step, site)
  return made.ok ? fine([made.value]) : made
}

const compileSteps = (steps: readonly PolicyStep[], site: Site): Checked<readonly Compiled[]> => {
  const compiled: Compiled[] = []
  for (const [index, step] of steps.entries()) {
    const one = compileStep(step, siteOf(site, index))
    if (!one.ok) return one
    compiled.push(...one.value)
  }
  return fine(compiled)
}

const inArms = (arms: readonly CompiledArm[]): readonly Compiled[] => arms.flatMap(arm => arm.steps)

const readsOf = (step: Compiled): readonly SignalKey[] => {
  if ('strategy' in step) return step.strategy.reads
  if ('holds' in step) return [...step.asks, ...step.then.flatMap(readsOf), ...step.otherwise.flatMap(readsOf)]
  if ('arms' in step) return [...inArms(step.arms), ...inArms(step.shadows)].flatMap(readsOf)
  return readsOfExecution(step)
}

const readsOfExecution = ({ execution }: Pick<Policy, 'execution'>): readonly SignalKey[] =>
  execution.mode === 'hedge' && execution.after === 'p95' ? ['candidate.latency'] : []

/** The windows that steps say, each once. */
export const windowsIn = (steps: readonly PolicyStep[]): readonly Millis[] => {
  const said = steps.flatMap(step => {
    if (!('use' in step)) return branchesOf(step).flatMap(windowsIn)
    const read = duration.parse(step.with?.['window'])
    return read.ok ? [millis(read.value)] : []
  })
  return [...new Set(said)]
}

/** What only names the kind of work. */
const ofTask: readonly SignalKey[] = ['request.task', 'request.confidence']
const forksByTask = (step: Compiled): boolean => {
  if ('holds' in step)
    return step.asks.some(key => ofTask.includes(key)) || [...step.then, ...step.otherwise].some(forksByTask)
  return 'arms' in step && [...inArms(step.arms), ...inArms(step.shadows)].some(forksByTask)
}

const isOfRequest = (key: SignalKey): boolean => key.startsWith('request.')

const drawsApart = (steps: readonly PolicyStep[]): boolean =>
  steps.some(step => {
    if ('split' in step) return true
    return 'use' in step ? step.use === 'sticky' : branchesOf(step).some(drawsApart)
  })

/** A decision takes as long as all of them together, so that its odds are exact: with so many, a millisecond or less. */
const waysAtMost = 64

/** Splits behind splits multiply: three of 16 arms make 4,096 decisions of each. */
const tooManyWays = (steps: readonly Compiled[]): Checked<never> | undefined => {
  const ways = mostWays(steps)
  if (ways <= waysAtMost) return undefined
  const says = `the splits make ${whole(ways)} ways through the policy, and each decision would reckon all of them for its odds; ${waysAtMost} are the most, so let there be fewer splits or arms`
  return wrong(says, 'steps')
}

/** The policy ready to decide, or what is wrong with which step. */
export const compilePolicy = (policy: Policy): Checked<CompiledPolicy> => {
  const compiled = compileSteps(policy.steps, { place: '', at: 'steps', depth: 0 })
  if (!compiled.ok) return compiled
  const steps = compiled.value
  const tooMany = tooManyWays(steps)
  if (tooMany !== undefined) return tooMany
  // Without branches every request has the same plan.
  const fixed = fixedPlan(steps, blended)
  const reads = [...new Set([...steps.flatMap(readsOf), ...readsOfExecution(policy)])].sort()
  const window = policy.window ?? windowsIn(policy.steps)[0]
  return fine({
    name: policy.name,
    version: fingerprint(policy),
    policy,
    reads,
    readsFirst: reads.filter(isOfRequest),
    readsThen: reads.filter(key => !isOfRequest(key)),
    drawsApart: drawsApart(policy.steps),
    forksByTask: steps.some(forksByTask),
    ...(window !== undefined && { window }),
    flatten: facts => fixed ?? planFor(steps, facts, blended),
    ways: facts => (fixed === undefined ? waysFor(steps, facts, blended) : [{ chance: 1, plan: fixed }]),
  })
}

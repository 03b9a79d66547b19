/** What is wrong or doubtful about a policy in front of certain candidates. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import { canonical } from '../domain/fingerprint.ts'
import type { DecisionId } from '../domain/ids.ts'
import { branchesOf } from '../domain/policy.ts'
import type { Arm, Condition, Policy, PolicyStep } from '../domain/policy.ts'
import type { Instant, Tokens } from '../domain/units.ts'
import { compilePolicy } from './compile-policy.ts'
import { contradiction, isCertain } from './contradiction.ts'
import { carriageFindings, executionFindings } from './execution-doubts.ts'
import { idleFork, idleSettings } from './idle-steps.ts'
import { strategyNamed } from './registry.ts'
import { strictness } from './rival-bounds.ts'
import { whyNobodyHas } from './tags-of-pool.ts'
import { doubtsAbout, leavesNoTies } from './step-doubts.ts'
import type { Finding, Ran, Use, Way } from './finding.ts'
import { aloneFindings, idleExecutions, splitFindings, structureFindings } from './structure-doubts.ts'

type Split = Extract<PolicyStep, { split: readonly Arm[] }>
type When = Extract<PolicyStep, { when: Condition }>

/** Constraints that go by the configuration alone, so that the check can carry them out. */
const fixedConstraints = ['lock', 'only', 'ignore', 'where']

/** A request that asks for nothing, for constraints that do not look at it. */
const anyRequest: Facts = {
  id: 'check' as DecisionId,
  request: {
    target: '',
    operation: 'chat',
    inputTokens: 0 as Tokens,
    outputTokens: 0 as Tokens,
    needs: [],
    tags: {},
    params: {},
    caller: { key: '' },
  },
  bounds: {},
  candidates: [],
  signals: {},
  now: 0 as Instant,
  seed: '',
}

/** A floor of 0 holds nobody off. */
const isFloor = (step: Use): boolean => step.use === 'quality-floor' && (strictness(step) ?? 0) > 0

/** The lists of steps of which one is taken by each answer that is shown. */
const answering = (step: PolicyStep): readonly (readonly PolicyStep[])[] =>
  'split' in step ? step.split.filter(arm => arm.shadow !== true).map(arm => arm.steps) : branchesOf(step)

const setsFloor = (steps: readonly PolicyStep[]): boolean =>
  steps.some(step => {
    if ('use' in step) return isFloor(step)
    const branches = answering(step)
    return branches.length > 0 && branches.every(setsFloor)
  })

const kept = (step: Use, candidates: readonly Candidate[]): readonly Candidate[] => {
  const made = strategyNamed(step.use)?.make(step.with ?? {})
  if (made?.ok !== true || made.value.kind !== 'constraint') return candidates
  const { exclude } = made.value
  return candidates.filter(candidate => exclude(candidate, anyRequest) === undefined)
}

/** One walk through the branches of a policy, writing down what it finds. */
interface Walk {
  readonly policy: Policy
  readonly findings: Finding[]
  /** The conditions of all branches around. */
  readonly around: readonly Condition[]
}

/** What a sequence of steps adds, wherever in it: constraints run before every order. */
const enter = (steps: readonly PolicyStep[], at: string, way: Way, walk: Walk): Way => {
  let candidates = way.candidates
  for (const [index, step] of steps.entries()) {
    if (!('use' in step) || !fixedConstraints.includes(step.use)) continue
    const left = kept(step, candidates)
    if (left.length === 0 && candidates.length > 0) {
      const says = `${step.use} excludes everyone${step.use === 'where' ? whyNobodyHas(step, candidates) : ''}`
      walk.findings.push({ severity: 'error', at: `${at}[${index}]`, says })
    }
    candidates = left
  }
  return { ...way, candidates, hasFloor: way.hasFloor || setsFloor(steps) }
}

const passUse = (step: Use, at: string, way: Way, walk: Walk): Way => {
  const key = canonical({
    use: step.use,
    with: step.with ?? {},
    ...(step.blend !== undefined && { blend: step.blend }),
  })
  for (const doubt of doubtsAbout(step, key, way)) walk.findings.push({ ...doubt, at })
  const isOrder = strategyNamed(step.use)?.kind === 'order'
  const here: Ran = { step, at }
  const ran = new Map(way.ran).set(key, way.ran.get(key) ?? here)
  if (!isOrder) return { ...way, ran }
  const full = way.full ?? (step.blend === undefined && leavesNoTies(step, way.candidates) ? here : undefined)
  return { ...way, ran, orders: [...way.orders, step.use], ...(full === undefined ? {} : { full }) }
}

/** What is sure behind a fork: what every branch made sure. */
const join = (before: Way, ways: readonly Way[]): Way => {
  const [first, ...others] = ways
  if (first === undefined) return before
  const full = ways.every(way => way.full !== undefined) ? first.full : before.full
  return {
    ...before,
    orders: first.orders.filter(name => others.every(way => way.orders.includes(name))),
    ran: new Map([...first.ran].filter(([key]) => others.every(way => way.ran.has(key)))),
    ...(full === undefined ? {} : { full }),
  }
}

const passWhen = (step: When, at: string, way: Way, walk: Walk): Way => {
  const alone = contradiction(step.when)
  const among = alone ?? contradiction({ all: [...walk.around, step.when] })
  if (among !== undefined) {
    const inside = alone === undefined ? ' together with the conditions around it' : ''
    walk.findings.push({ severity: 'error', at: `${at}.when`, says: `can never hold${inside}: ${among}` })
  }
  if (among === undefined && isCertain(step.when)) {
    const dead = (step.otherwise ?? []).length > 0
    const says = dead
      ? 'always holds, so that otherwise can never be taken'
      : 'always holds: its steps need no condition'
    walk.findings.push({ severity: dead ? 'error' : 'warning', at: `${at}.when`, says })
  }
  walk.findings.push(...idleFork(step).map(doubt => ({ ...doubt, at: `${at}.when` })))
  const then = passSteps(step.then, `${at}.then`, way, { ...walk, around: [...walk.around, step.when] })
  const otherwise = passSteps(step.otherwise ?? [], `${at}.otherwise`, way, walk)
  return join(way, [then, otherwise])
}

const passSplit = (step: Split, at: string, way: Way, walk: Walk): Way => {
  walk.findings.push(...splitFindings(step.split, at))
  const ways = step.split.map(arm => {
    const armAt = `${at}.split.arms.${arm.name}`
    const behind = passSteps(arm.steps, `${armAt}.steps`, way, walk)
    walk.findings.push(...aloneFindings(arm, armAt, way.candidates.length, behind.candidates))
    return { arm, behind }
  })
  return join(
    way,
    ways.filter(({ arm }) => arm.shadow !== true).map(({ behind }) => behind),
  )
}

const passStep = (step: PolicyStep, at: string, way: Way, walk: Walk): Way => {
  if ('use' in step) return passUse(step, at, way, walk)
  if ('when' in step) return passWhen(step, at, way, walk)
  if ('split' in step) return passSplit(step, at, way, walk)
  if ('include' in step) return passSteps(step.steps, `${at}.use`, way, walk)
  walk.findings.push(...executionFindings(step.execution, `${at}.execution`, walk.policy, way.candidates))
  return way
}

const passSteps = (steps: readonly PolicyStep[], at: string, before: Way, walk: Walk): Way => {
  let way = enter(steps, at, before, walk)
  walk.findings.push(...idleExecutions(steps, at))
  for (const [index, step] of steps.entries()) way = passStep(step, `${at}[${index}]`, way, walk)
  return way
}

/** Whom the policy's own chain names in vain, since a step that every request passes leaves them out whatever is asked. */
const chainFindings = ({ steps, fallback = [] }: Policy, known: readonly Candidate[]): readonly Finding[] =>
  fallback.flatMap((id, place) => {
    const one = known.find(candidate => candidate.id === id)
    if (one === undefined) return []
    const index = steps.findIndex(
      step => 'use' in step && fixedConstraints.includes(step.use) && kept(step, [one]).length === 0,
    )
    const step = steps[index]
    if (step === undefined || !('use' in step)) return []
    const says = `ineffective: ${id} can never be asked, since ${step.use} at steps[${index}] leaves it out`
    return [{ severity: 'error' as const, at: `fallback[${place}]`, says }]
  })

/**
 * Everything that is wrong or doubtful about the policy in front of these candidates, in the policy's sequence; empty if
 * nothing is. `reserve` are those whom its own chain names beside them.
 */
export const checkPolicy = (
  policy: Policy,
  candidates: readonly Candidate[],
  reserve: readonly Candidate[] = [],
): readonly Finding[] => {
  const compiled = compilePolicy(policy)
  if (!compiled.ok) return [{ severity: 'error', at: compiled.at ?? 'steps', says: compiled.why }]
  const findings: Finding[] = []
  passSteps(
    policy.steps,
    'steps',
    { everyone: candidates, candidates, hasFloor: false, orders: [], ran: new Map() },
    { policy, findings, around: [] },
  )
  return [
    ...findings,
    ...structureFindings(policy.steps, policy.window),
    ...idleSettings(policy, compiled.value.reads),
    ...carriageFindings(policy, candidates),
    ...chainFindings(policy, [...candidates, ...reserve]),
  ]
}

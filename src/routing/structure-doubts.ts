/** What is wrong or doubtful about splits, blends, windows and executions of a list of steps. */
import { canonical } from '../domain/fingerprint.ts'
import { branchesOf } from '../domain/policy.ts'
import type { Arm, PolicyStep } from '../domain/policy.ts'
import { duration } from './parsers.ts'
import type { Finding } from './finding.ts'
import { listed, time } from './wording.ts'

const warning = (at: string, says: string): Finding => ({ severity: 'warning', at, says })
const error = (at: string, says: string): Finding => ({ severity: 'error', at, says })

const twins = (arms: readonly Arm[]): readonly string[] => {
  const [first] = arms
  if (first === undefined) return []
  return arms.filter(arm => canonical(arm.steps) === canonical(first.steps)).map(arm => arm.name)
}

/** Findings about the arms of one split. */
export const splitFindings = (arms: readonly Arm[], at: string): readonly Finding[] => {
  const answering = arms.filter(arm => arm.shadow !== true)
  const shareless = arms.filter(arm => !(arm.share > 0))
  const unpaid = arms.filter(arm => arm.shadow === true && arm.maxSpend === 0)
  const same = twins(answering)
  return [
    ...shareless.map(arm => warning(`${at}.split`, `arm ${arm.name} has no share: no request goes there`)),
    ...unpaid.map(arm =>
      error(`${at}.split`, `ineffective: the shadow ${arm.name} may spend nothing, so it answers nothing`),
    ),
    ...(arms.length === 1
      ? [warning(`${at}.split`, `a split with one arm, ${listed(arms.map(arm => arm.name))}`)]
      : []),
    ...(same.length > 1
      ? [warning(`${at}.split`, `arms ${listed(same)} have the same steps: they tell nothing apart`)]
      : []),
  ]
}

/** An arm of several that answer which leaves one candidate alone has nobody behind that one; who gets all of the requests is meant so. */
export const aloneFindings = (
  arm: Arm,
  at: string,
  before: number,
  left: readonly { id: string }[],
): readonly Finding[] => {
  const [only] = left
  if (arm.shadow === true || arm.share >= 1 || before < 2 || left.length !== 1 || only === undefined) return []
  const instead = `{ use: weighted, with: { weights: { ${only.id}: 1 } } }`
  return [
    warning(
      at,
      `arm ${arm.name} leaves ${only.id} alone: if it fails, nobody else is asked. To have the others behind it, put it first by ${instead} instead`,
    ),
  ]
}

const usesIn = (steps: readonly PolicyStep[]): readonly Extract<PolicyStep, { use: string }>[] =>
  steps.flatMap(step => ('use' in step ? [step] : branchesOf(step).flatMap(usesIn)))

/** Blends of one order alone are that order. */
const blendFindings = (steps: readonly PolicyStep[]): readonly Finding[] => {
  const blends = usesIn(steps).flatMap(step => step.blend ?? [])
  const alone = [...new Set(blends)].filter(name => blends.filter(one => one === name).length === 1)
  return alone.map(name => warning('steps', `blend ${name} has one order alone: it is that order`))
}

/** Latency looks back as far for all steps of a policy. */
const windowFindings = (steps: readonly PolicyStep[], own: number | undefined): readonly Finding[] => {
  const said = usesIn(steps).flatMap(step => {
    const read = duration.parse(step.with?.['window'])
    return read.ok ? [read.value] : []
  })
  const all = [...new Set([...(own === undefined ? [] : [own]), ...said])]
  if (all.length < 2) return []
  return [
    error('steps', `latency looks back as far for all steps, but ${listed(all.map(time))} are said; write one window`),
  ]
}

const carries = (step: PolicyStep): boolean =>
  'execution' in step ||
  ('steps' in step || 'when' in step || 'split' in step ? branchesOf(step).flat().some(carries) : false)

/** Only the last execution of a list counts, so that one before it never does, in a branch or not. */
export const idleExecutions = (steps: readonly PolicyStep[], at: string): readonly Finding[] => {
  const last = steps.findLastIndex(step => 'execution' in step)
  return [...steps.slice(0, Math.max(0, last)).entries()]
    .filter(([, step]) => carries(step))
    .map(([place, step]) => {
      const inside = 'execution' in step ? '' : 'an execution inside has no effect, since '
      const says = inside === '' ? 'ineffective: ' : `ineffective: ${inside}`
      return error(`${at}[${place}]`, `${says}the execution at ${at}[${last}] comes after it`)
    })
}

/** Findings about what runs through the whole policy. */
export const structureFindings = (steps: readonly PolicyStep[], window: number | undefined): readonly Finding[] => [
  ...blendFindings(steps),
  ...windowFindings(steps, window),
]

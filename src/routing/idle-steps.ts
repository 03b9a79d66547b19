/** Steps and settings that are well written and change nothing. */
import { canonical } from '../domain/fingerprint.ts'
import { branchesOf } from '../domain/policy.ts'
import type { Condition, Policy, PolicyStep } from '../domain/policy.ts'
import type { SignalKey } from '../domain/signal.ts'
import { dollarAmount, share } from './parsers.ts'
import type { Finding, Use, Way } from './finding.ts'

type Say = Omit<Finding, 'at'>
const warning = (says: string): Say => ({ severity: 'warning', says })
const error = (says: string): Say => ({ severity: 'error', says })

const shareIn = (step: Use, name: string): number | undefined => {
  const read = share.parse(step.with?.[name])
  return read.ok ? read.value : undefined
}

const weightless = (step: Use): boolean =>
  ['reliability', 'speed', 'slack', 'price'].every(part => {
    const isClassic = part === 'price' && step.with?.['preset'] === 'classic' && step.with[part] === undefined
    return isClassic || shareIn(step, part) === 0
  })

const isExactCheap = (step: Use): boolean => {
  const near = dollarAmount.parse(step.with?.['within'])
  const isNear = (shareIn(step, 'within') ?? 0) > 0 || (near.ok && near.value > 0)
  return step.use === 'cheap' && step.blend === undefined && !isNear
}

/** Whatever is cached is in the price that `cheap` goes by, so that the two together are needed only where it leaves ties. */
const warmDoubt = (step: Use, { ran, orders }: Way): Say | undefined => {
  if (step.use === 'warm') {
    const cheap = [...ran.values()].find(before => isExactCheap(before.step))
    if (cheap === undefined) return undefined
    return error(
      `ineffective: cheap at ${cheap.at} has counted what is cached already, and leaves only those tied who cost the same; give it within, such as 5%`,
    )
  }
  if (!isExactCheap(step) || orders.at(-1) !== 'warm') return undefined
  return warning('cheap counts what is cached itself, so that warm right before it changes nothing; leave warm out')
}

/** What the step's own options leave without effect. */
const optionDoubt = (step: Use): Say | undefined => {
  if (step.use === 'explore' && shareIn(step, 'share') === 0)
    return error('ineffective: a share of nothing tries nobody; leave the step out')
  if (step.use === 'adaptive' && weightless(step))
    return error('ineffective: all weights are 0, so that all have the same score; give one a weight over 0')
  if (step.use === 'sticky' && shareIn(step, 'tenantShare') === 1)
    return warning('tenantShare of 100 % has no effect: nobody does more than all of its work for one tenant')
  if (['good', 'headroom'].includes(step.use) && step.blend === undefined && shareIn(step, 'within') === 1)
    return error(`ineffective: within 100 % everybody counts as tied, so that ${step.use} sets nobody apart`)
  if (step.use === 'budget' && shareIn(step, 'at') === 0)
    return warning('leaves everybody out wherever a budget applies: at 0 % nothing of it may be used')
  return undefined
}

/** What a step leaves without effect by its options, or by what surely ran before it. */
export const idleDoubts = (step: Use, way: Way): readonly Say[] =>
  [optionDoubt(step), warmDoubt(step, way)].filter(one => one !== undefined)

/** A fork whose two ways are one. */
export const idleFork = ({ then, otherwise = [] }: Extract<PolicyStep, { when: Condition }>): readonly Say[] => {
  if (canonical(then) !== canonical(otherwise)) return []
  return [
    warning(
      then.length === 0
        ? 'changes nothing: there are no steps where it holds, and none where it does not'
        : 'changes nothing: the same steps are taken where it holds and where it does not',
    ),
  ]
}

/** Steps that draw by the seed of the policy. */
const drawing = ['random', 'weighted', 'inverse-square', 'fast', 'adaptive', 'explore']
const draws = (steps: readonly PolicyStep[]): boolean =>
  steps.some(step => ('use' in step ? drawing.includes(step.use) : branchesOf(step).some(draws)))

/** What is said for all steps, of which none asks. */
export const idleSettings = ({ steps, seed, window }: Policy, reads: readonly SignalKey[]): readonly Finding[] => [
  ...(window === undefined || reads.includes('candidate.latency')
    ? []
    : [{ ...warning('has no effect: no step goes by latency'), at: 'window' }]),
  ...(seed === 'request' || draws(steps)
    ? []
    : [{ ...warning(`has no effect: no step draws, so that there is nothing to draw by ${seed}`), at: 'seed' }]),
]

/** What is wrong or doubtful about how a policy is carried out: its execution, its patience, and whom it asks after the first. */
import type { Execution, Policy } from '../domain/policy.ts'
import type { Finding } from './step-doubts.ts'
import { listed, time } from './wording.ts'

type Say = Omit<Finding, 'at'>
const error = (says: string): Say => ({ severity: 'error', says })
const warning = (says: string): Say => ({ severity: 'warning', says })

const lanesDoubt = (execution: Execution, { patience }: Policy, candidates: number): Say | undefined => {
  if (execution.mode === 'race' && execution.width < 2)
    return error(`a race of ${execution.width} is no race; write a width of 2 or more`)
  if (execution.mode === 'race' && candidates > 0 && execution.width > candidates)
    return warning(`a race of ${execution.width} among ${candidates} candidates`)
  if (execution.mode === 'hedge' && execution.after !== 'p95' && execution.after >= patience.firstToken)
    return error(
      `ineffective: a second call after ${time(execution.after)} never starts, since the first is given up after ${time(patience.firstToken)} (patience.firstToken)`,
    )
  return undefined
}

const capDoubt = (execution: Execution): Say | undefined => {
  if (execution.mode !== 'race' && execution.mode !== 'hedge') return undefined
  const { share, spend } = execution.cap ?? {}
  return share === 0 || spend === 0 ? error(`ineffective: a cap of nothing lets no ${execution.mode} begin`) : undefined
}

const executionDoubts = (execution: Execution, policy: Policy, candidates: number): readonly Say[] => {
  const lanes = lanesDoubt(execution, policy, candidates)
  if (lanes !== undefined) return [lanes]
  const capped = capDoubt(execution)
  if (capped !== undefined) return [capped]
  if (execution.mode !== 'fallback' && policy.patience.maxAttempts < 2)
    return [error(`ineffective: ${execution.mode} takes two attempts, patience.maxAttempts is 1`)]
  return execution.mode === 'cascade' && candidates === 1 ? [warning('a cascade of one candidate cannot escalate')] : []
}

/** Findings about an execution that stands here, in front of so many candidates. */
export const executionFindings = (
  execution: Execution,
  at: string,
  policy: Policy,
  candidates: number,
): readonly Finding[] => executionDoubts(execution, policy, candidates).map(doubt => ({ ...doubt, at }))

const patienceDoubts = ({ patience }: Policy): readonly Finding[] =>
  (['connect', 'firstToken', 'idle', 'maxWait'] as const)
    .filter(name => patience[name] > patience.total)
    .map(name => ({
      severity: 'warning',
      at: `patience.${name}`,
      says: `${time(patience[name])} can never run out: the whole may take ${time(patience.total)} (patience.total)`,
    }))

/** What only another attempt could do, where there is but one. */
const attemptDoubts = ({ patience, fallback, fallbackOn, midStream }: Policy): readonly Finding[] => {
  if (patience.maxAttempts > 1) return []
  const idle = [
    ...(fallback !== undefined && fallback.length > 0 ? ['fallback'] : []),
    ...(fallbackOn.length > 0 ? ['fallbackOn'] : []),
    ...(midStream === 'error' ? [] : ['midStream']),
  ]
  return idle.map(at => ({ ...error(`ineffective: it takes two attempts, patience.maxAttempts is 1`), at }))
}

const fallbackDoubts = ({ fallback = [] }: Policy): readonly Finding[] => {
  const twice = [...new Set(fallback.filter((id, place) => fallback.indexOf(id) < place))]
  return twice.length === 0 ? [] : [{ ...error(`${listed(twice)} stands there twice`), at: 'fallback' }]
}

/** Findings about all that a policy says beside its steps, in front of so many candidates. */
export const carriageFindings = (policy: Policy, candidates: number): readonly Finding[] => [
  ...executionFindings(policy.execution, 'execution', policy, candidates),
  ...patienceDoubts(policy),
  ...attemptDoubts(policy),
  ...fallbackDoubts(policy),
]

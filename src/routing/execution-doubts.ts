/** What is wrong or doubtful about how a policy is carried out: its execution, its patience, and whom it asks after the first. */
import type { Candidate } from '../domain/deployment.ts'
import type { Execution, Policy } from '../domain/policy.ts'
import type { Finding } from './finding.ts'
import { listed, time } from './wording.ts'

type Say = Omit<Finding, 'at'>
const error = (says: string): Say => ({ severity: 'error', says })
const warning = (says: string): Say => ({ severity: 'warning', says })

const raceDoubt = (width: number, { patience }: Policy, candidates: number): Say | undefined => {
  if (width < 2) return error(`a race of ${width} is no race; write a width of 2 or more`)
  if (candidates > 0 && width > candidates) return warning(`a race of ${width} among ${candidates} candidates`)
  if (patience.maxAttempts > 1 && width > patience.maxAttempts)
    return warning(
      `a race of ${width} begins with ${patience.maxAttempts} at most, which is patience.maxAttempts, and leaves none for a fallback`,
    )
  return undefined
}

const lanesDoubt = (execution: Execution, policy: Policy, candidates: number): Say | undefined => {
  const { patience } = policy
  if (execution.mode === 'race') return raceDoubt(execution.width, policy, candidates)
  if (execution.mode === 'hedge' && candidates === 1)
    return warning('a hedge among 1 candidate has nobody to ask beside the first')
  if (execution.mode === 'hedge' && execution.after !== 'p95' && execution.after >= patience.firstToken)
    return error(
      `ineffective: a second call after ${time(execution.after)} never starts, since the first is given up after ${time(patience.firstToken)} (patience.firstToken)`,
    )
  if (execution.mode === 'hedge' && execution.after !== 'p95' && execution.after >= patience.total)
    return error(
      `ineffective: a second call after ${time(execution.after)} never starts, since all is given up after ${time(patience.total)} (patience.total)`,
    )
  return undefined
}

/** All of them begin at once, so that what ails a provider ails every lane; a hedge is for one slow call, wherever it is. */
const soleProviderDoubt = (execution: Execution, candidates: readonly Candidate[]): Say | undefined => {
  const [sole, ...others] = new Set(candidates.map(one => one.provider))
  if (execution.mode !== 'race' || candidates.length < 2 || others.length > 0 || sole === undefined) return undefined
  return warning(`a race within one provider, ${sole}: what ails one of its candidates often ails all of them`)
}

const capDoubt = (execution: Execution): Say | undefined => {
  if (execution.mode !== 'race' && execution.mode !== 'hedge') return undefined
  const { share, spend } = execution.cap ?? {}
  return share === 0 || spend === 0 ? error(`ineffective: a cap of nothing lets no ${execution.mode} begin`) : undefined
}

const executionDoubts = (execution: Execution, policy: Policy, candidates: readonly Candidate[]): readonly Say[] => {
  const lanes = lanesDoubt(execution, policy, candidates.length)
  if (lanes !== undefined) return [lanes]
  const capped = capDoubt(execution)
  if (capped !== undefined) return [capped]
  if (execution.mode !== 'fallback' && policy.patience.maxAttempts < 2)
    return [error(`ineffective: ${execution.mode} takes two attempts, patience.maxAttempts is 1`)]
  const sole = soleProviderDoubt(execution, candidates)
  if (sole !== undefined) return [sole]
  return execution.mode === 'cascade' && candidates.length === 1
    ? [warning('a cascade of one candidate cannot escalate')]
    : []
}

/** Findings about an execution that stands here, in front of these candidates. */
export const executionFindings = (
  execution: Execution,
  at: string,
  policy: Policy,
  candidates: readonly Candidate[],
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

/** Findings about all that a policy says beside its steps, in front of these candidates. */
export const carriageFindings = (policy: Policy, candidates: readonly Candidate[]): readonly Finding[] => [
  ...executionFindings(policy.execution, 'execution', policy, candidates),
  ...patienceDoubts(policy),
  ...attemptDoubts(policy),
  ...fallbackDoubts(policy),
]

/** What is wrong or doubtful about how a policy is carried out: its execution and its patience. */
import type { Policy } from '../domain/policy.ts'
import type { Finding } from './step-doubts.ts'
import { time } from './wording.ts'

const executionDoubts = ({ execution, patience }: Policy, candidates: number): readonly Finding[] => {
  const at = 'execution'
  if (execution.mode === 'race' && execution.width < 2)
    return [{ severity: 'error', at, says: `a race of ${execution.width} is no race; write a width of 2 or more` }]
  if (execution.mode === 'race' && candidates > 0 && execution.width > candidates)
    return [{ severity: 'warning', at, says: `a race of ${execution.width} among ${candidates} candidates` }]
  if (execution.mode === 'hedge' && execution.after !== 'p95' && execution.after >= patience.firstToken)
    return [
      {
        severity: 'error',
        at,
        says: `ineffective: a second call after ${time(execution.after)} never starts, since the first is given up after ${time(patience.firstToken)} (patience.firstToken)`,
      },
    ]
  const isAlone = execution.mode !== 'fallback' && patience.maxAttempts < 2
  return isAlone
    ? [{ severity: 'error', at, says: `ineffective: ${execution.mode} takes two attempts, patience.maxAttempts is 1` }]
    : []
}

const patienceDoubts = ({ patience }: Policy): readonly Finding[] =>
  (['connect', 'firstToken', 'idle', 'maxWait'] as const)
    .filter(name => patience[name] > patience.total)
    .map(name => ({
      severity: 'warning',
      at: `patience.${name}`,
      says: `${time(patience[name])} can never run out: the whole may take ${time(patience.total)} (patience.total)`,
    }))

/** Findings about execution and patience in front of so many candidates. */
export const executionFindings = (policy: Policy, candidates: number): readonly Finding[] => [
  ...executionDoubts(policy, candidates),
  ...patienceDoubts(policy),
]

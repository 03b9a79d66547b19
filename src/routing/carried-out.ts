/** How a decision is carried out: a policy's execution with every time known. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Execution } from '../domain/policy.ts'
import { millis } from '../domain/units.ts'
import type { Millis } from '../domain/units.ts'
import { provenLatency } from './measures.ts'

/** When a second candidate is asked while nobody knows how long the first takes. */
const unprovenHedge = millis(2_000)

/** With the p95 of the first for `p95`; two seconds where it is not proven. */
export const carriedOut = (execution: Execution, first: Candidate | undefined, facts: Facts): Execution<Millis> => {
  if (execution.mode !== 'hedge') return execution
  const { after } = execution
  if (after !== 'p95') return { ...execution, after }
  const p95 = first === undefined ? undefined : provenLatency(first, facts)
  return { ...execution, after: p95 === undefined ? unprovenHedge : millis(Math.max(1, Math.ceil(p95))) }
}

/** Why nobody can serve a request: whose doing it is, and when it is worth asking again. */
import type { Assessment, RoutingDecision } from '../domain/decision.ts'
import type { Failure, FailureKind } from '../domain/failure.ts'
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { whyNobody } from '../routing/nobody.ts'
import type { LiveState } from '../state/live-state.ts'

/** The step that excluded it, by name. */
const excluder = (one: Assessment): string => {
  const step = one.reasons.find(({ says }) => says !== undefined)?.step ?? ''
  return step.slice(step.indexOf(':') + 1)
}

/** If one step excluded everybody, it tells whose fault that is. */
const kinds: Readonly<Record<string, FailureKind>> = {
  allowed: 'forbidden',
  'budget-cap': 'over-budget',
  capable: 'invalid-request',
}

/** When the first of the open circuits lets somebody through again, in milliseconds from now. */
const wait = ({ excluded }: RoutingDecision, live: LiveState, now: Instant): number | undefined => {
  const untils = excluded.map(one => live.circuit(one.candidate.id, now).until).filter(until => until !== undefined)
  return untils.length === 0 ? undefined : Math.max(0, Math.min(...untils) - now)
}

/** The failure of a decision in which nobody is left. */
export const unserved = (decision: RoutingDecision, live: LiveState, now: Instant): Failure => {
  const steps = new Set(decision.excluded.map(excluder))
  const [only] = steps
  const kind = (steps.size === 1 && only !== undefined && Object.hasOwn(kinds, only) && kinds[only]) || 'no-candidate'
  const message = `nobody can serve this request: ${whyNobody(decision) ?? 'there are no candidates'}`
  const retryAfter = kind === 'no-candidate' ? wait(decision, live, now) : undefined
  return { kind, message, ...(retryAfter !== undefined && { retryAfter: millis(retryAfter) }) }
}

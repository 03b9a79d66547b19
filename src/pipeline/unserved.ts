/** Why nobody can serve a request, in words, and whose doing it is. */
import type { Assessment, RoutingDecision } from '../domain/decision.ts'
import type { Failure, FailureKind } from '../domain/failure.ts'

/** The step that excluded it, by name. */
const excluder = (one: Assessment): string => {
  const step = one.reasons.find(({ says }) => says !== undefined)?.step ?? ''
  return step.slice(step.indexOf(':') + 1)
}
const saying = (one: Assessment): string => one.reasons.find(({ says }) => says !== undefined)?.says ?? 'excluded'

/** If one step excluded everybody, it tells whose fault that is. */
const kinds: Readonly<Record<string, FailureKind>> = {
  allowed: 'forbidden',
  'budget-cap': 'over-budget',
  capable: 'invalid-request',
}

/** The failure of a decision in which nobody is left. */
export const unserved = ({ excluded }: RoutingDecision): Failure => {
  const steps = new Set(excluded.map(excluder))
  const [only] = steps
  const kind = (steps.size === 1 && only !== undefined && Object.hasOwn(kinds, only) && kinds[only]) || 'no-candidate'
  const why = excluded.map(one => `${one.candidate.id}: ${saying(one)}`).join('; ')
  const message =
    why === '' ? 'nobody can serve this: there are no candidates' : `nobody can serve this request: ${why}`
  return { kind, message }
}

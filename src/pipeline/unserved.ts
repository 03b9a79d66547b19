/** Why nobody can serve a request: whose doing it is, and when it is worth asking again. */
import type { Assessment, DecisionTrace } from '../domain/decision.ts'
import type { Failure, FailureKind } from '../domain/failure.ts'
import { millis } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { whyNobody } from '../routing/nobody.ts'
import type { LiveState } from '../state/live-state.ts'

/** The step that excluded it, e.g. `house:lock`, or only its name where it stands in the policy. */
const excluder = (one: Assessment): string => {
  const step = one.reasons.find(({ says }) => says !== undefined)?.step ?? ''
  return step.startsWith('house:') ? step : step.slice(step.indexOf(':') + 1)
}

/** If everybody was excluded by steps of one kind, they tell whose fault that is. */
const kinds: Readonly<Record<string, FailureKind>> = {
  'house:allowed': 'forbidden',
  'house:budget-cap': 'over-budget',
  // The request itself names who may serve, and nobody of these is here.
  'house:lock': 'invalid-request',
  'house:only': 'invalid-request',
  'house:ignore': 'invalid-request',
  'house:keeper': 'invalid-request',
  'house:parameters': 'invalid-request',
  'house:max-price': 'invalid-request',
  'house:asked-tags': 'invalid-request',
  'house:asked-only': 'invalid-request',
  capable: 'invalid-request',
  'within-limits': 'upstream-rate-limited',
}

const kindOf = (one: Assessment): FailureKind | undefined => {
  const step = excluder(one)
  return Object.hasOwn(kinds, step) ? kinds[step] : undefined
}

/** When the first of them can be asked again, in milliseconds from now: a circuit closes, a limit is whole again. */
const wait = ({ facts, decision }: DecisionTrace, live: LiveState, now: Instant): number | undefined => {
  const headroom = facts.signals['candidate.headroom']?.by ?? {}
  const untils = decision.excluded
    .map(({ candidate: { id } }) => live.circuit(id, now).until ?? headroom[id]?.resetAt)
    .filter(until => until !== undefined)
  return untils.length === 0 ? undefined : Math.max(0, Math.min(...untils) - now)
}

/** Faults of whoever asks: to ask again is no use. */
const callers: ReadonlySet<FailureKind | undefined> = new Set(['forbidden', 'over-budget', 'invalid-request'])

/** Who asks for what it may not have, and shuts out the rest itself, is told of the first. */
const kindOfAll = (blamed: ReadonlySet<FailureKind | undefined>): FailureKind => {
  const [only] = blamed
  if (blamed.size === 1) return only ?? 'no-candidate'
  return blamed.has('forbidden') && [...blamed].every(kind => callers.has(kind)) ? 'forbidden' : 'no-candidate'
}

/** The failure of a decision in which nobody is left. */
export const unserved = (trace: DecisionTrace, live: LiveState, now: Instant): Failure => {
  const { decision } = trace
  const blamed = new Set(decision.excluded.map(kindOf))
  const kind = kindOfAll(blamed)
  const message = `nobody can serve this request: ${whyNobody(decision) ?? 'there are no candidates'}`
  const isPassing = kind === 'no-candidate' || kind === 'upstream-rate-limited'
  const retryAfter = isPassing ? wait(trace, live, now) : undefined
  return { kind, message, ...(retryAfter !== undefined && { retryAfter: millis(retryAfter) }) }
}

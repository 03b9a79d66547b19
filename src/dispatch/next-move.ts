/** After these attempts, what next: retry, fallback and patience as one pure question. */
import type { RoutingDecision } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import { consequences } from '../domain/failure.ts'
import type { Failure } from '../domain/failure.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Patience } from '../domain/policy.ts'
import { millis } from '../domain/units.ts'
import type { Millis } from '../domain/units.ts'

export type Move =
  /**
   * Call these candidates after a wait, each `stagger` later than the one before; the first to give content serves.
   * One is a plain call, two with a stagger a hedge, several without one a race.
   */
  | {
      readonly move: 'call'
      readonly group: readonly Candidate[]
      readonly stagger: Millis
      readonly after: Millis
      readonly kind: Attempt['kind']
    }
  | { readonly move: 'give-up'; readonly failure: Failure }

/** Where a request stands. */
export interface Standing {
  readonly decision: RoutingDecision
  /** The policy's patience, shortened by the request's own wishes. */
  readonly patience: Patience
  /** All attempts so far, each ended. */
  readonly attempts: readonly Attempt[]
  readonly elapsed: Millis
  /** A number in (0, 1) for the wait before this attempt; the same for the same request and attempt. */
  readonly draw: (attempt: number) => number
  /** True if this candidate's circuit has opened since the decision, and the policy heeds circuits. */
  readonly isOpen: (candidate: Candidate) => boolean
}

/** Who has not been asked yet, in the order of the decision; a circuit that opened meanwhile takes its candidate out. */
const untried = ({ decision, attempts, isOpen }: Standing): readonly Candidate[] =>
  decision.ranked
    .map(one => one.candidate)
    .filter(candidate => attempts.every(attempt => attempt.candidate.id !== candidate.id) && !isOpen(candidate))

/** A larger window than the one that overflowed; nobody knows of an undeclared one, so it is worth a try. */
const isLarger = (candidate: Candidate, than: Candidate): boolean =>
  candidate.contextWindow === undefined ||
  (than.contextWindow !== undefined && candidate.contextWindow > than.contextWindow)

const mayFollow = (candidate: Candidate, last: Attempt, failure: Failure, decision: RoutingDecision): boolean => {
  // Broken off before any content: nothing was shown, so it is as if nothing had come.
  if (failure.kind === 'stream-broken' && !last.committed) return true
  switch (consequences[failure.kind].advance) {
    case 'never':
      return false
    case 'next':
      return true
    case 'larger-context':
      return isLarger(candidate, last.candidate)
    case 'if-policy-allows':
      return decision.fallbackOn.includes('refusal')
  }
}

const firstBackoff = 250
const longestBackoff = 8_000

/** Exponential with full jitter, so that clients that failed together do not come back together. */
export const backoff = (tries: number, draw: number): Millis =>
  millis(Math.min(firstBackoff * 2 ** Math.max(0, tries - 1), longestBackoff) * draw)

/** How long to wait before the same candidate is asked again; undefined if it should not be. */
const retryWait = (standing: Standing, last: Attempt, failure: Failure): Millis | undefined => {
  const { patience, attempts, elapsed, draw, isOpen } = standing
  const { retry, blames } = consequences[failure.kind]
  // Another key may be welcome where this one was not.
  if (blames === 'credential' && last.credentialsLeft > 0) return millis(0)
  if (retry === 'no' || failure.retriable === false || isOpen(last.candidate)) return undefined
  const tries = attempts.filter(attempt => attempt.candidate.id === last.candidate.id).length
  if (tries > patience.retriesPerCandidate) return undefined
  const wait = failure.retryAfter ?? backoff(tries, draw(attempts.length))
  return wait <= patience.maxWait && elapsed + wait < patience.total ? wait : undefined
}

const callFresh = (standing: Standing, fresh: readonly Candidate[], isFirst: boolean): Move => {
  const { decision, patience, attempts } = standing
  const { execution } = decision
  const width = execution.mode === 'race' ? execution.width : execution.mode === 'hedge' ? 2 : 1
  const group = fresh.slice(0, Math.max(1, Math.min(width, patience.maxAttempts - attempts.length)))
  const stagger = execution.mode === 'hedge' ? execution.after : millis(0)
  return { move: 'call', group, stagger, after: millis(0), kind: isFirst ? 'primary' : 'fallback' }
}

const nobody: Failure = { kind: 'no-candidate', message: 'nobody can serve this request: every candidate is left out' }

/** A retry if there is one, else the next that may follow, else the end. */
const afterFailure = (standing: Standing, last: Attempt, failure: Failure): Move => {
  const wait = retryWait(standing, last, failure)
  if (wait !== undefined) {
    return { move: 'call', group: [last.candidate], stagger: millis(0), after: wait, kind: 'retry' }
  }
  const allowed = untried(standing).filter(candidate => mayFollow(candidate, last, failure, standing.decision))
  return allowed.length > 0 ? callFresh(standing, allowed, false) : { move: 'give-up', failure }
}

/** The next move. Gives up with the last real failure, never with an edited one. */
export const nextMove = (standing: Standing): Move => {
  const { patience, attempts, elapsed } = standing
  const real = attempts.findLast(({ failure }) => failure !== undefined && failure.kind !== 'cancelled')
  const last = real ?? attempts.at(-1)
  const isSpent = attempts.length >= patience.maxAttempts || elapsed >= patience.total
  if (last?.failure !== undefined && isSpent) return { move: 'give-up', failure: last.failure }
  if (real?.failure !== undefined) return afterFailure(standing, real, real.failure)
  const fresh = untried(standing)
  if (fresh.length > 0) return callFresh(standing, fresh, attempts.length === 0)
  return { move: 'give-up', failure: last?.failure ?? nobody }
}

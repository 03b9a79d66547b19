/** After these attempts, what next: retry, fallback and patience as one pure question. */
import { besideFirst } from '../domain/beside-first.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import { consequences } from '../domain/failure.ts'
import type { Failure } from '../domain/failure.ts'
import type { DeploymentId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { ExtraCap, Patience } from '../domain/policy.ts'
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
  /** Nobody else is asked than the first. */
  readonly staysWithFirst: boolean
  /** What broke off after some of it was shown can be gone on from by somebody else. */
  readonly canGoOn: boolean
  /** A number in (0, 1) for the wait before this attempt; the same for the same request and attempt. */
  readonly draw: (attempt: number) => number
  /** True if this candidate's circuit has opened since the decision, and the policy heeds circuits. */
  readonly isOpen: (candidate: Candidate) => boolean
  /** True if this candidate may be asked after others, or again: its last answer was good, or the pool's retries have room. */
  readonly mayRetry: (candidate: Candidate) => boolean
  /** True if this request may be asked of several at once now. */
  readonly mayAskSeveral: (cap: ExtraCap | undefined) => boolean
}

/** Whom to ask, one after another: the ranking, unless the decision names its own chain, of whom nobody excluded is asked either. */
export const chainOf = ({ chain, ranked }: RoutingDecision): readonly Candidate[] => {
  if (chain === undefined) return ranked.map(({ candidate }) => candidate)
  const eligible = new Map(ranked.map(({ candidate }) => [candidate.id, candidate]))
  return [...new Set(chain)].map(id => eligible.get(id)).filter(candidate => candidate !== undefined)
}

const idsOf = (attempts: readonly Attempt[]): ReadonlySet<DeploymentId> =>
  new Set(attempts.map(({ candidate }) => candidate.id))

/** Whom the decision lets be asked, in its order; a circuit that opened meanwhile takes its candidate out. */
const askable = ({ decision, attempts, staysWithFirst, isOpen, mayRetry }: Standing): readonly Candidate[] => {
  const chain = staysWithFirst ? chainOf(decision).slice(0, 1) : chainOf(decision)
  return chain.filter(candidate => !isOpen(candidate) && (attempts.length === 0 || mayRetry(candidate)))
}

/** Who has not been asked yet. */
const untried = (standing: Standing): readonly Candidate[] => {
  const asked = idsOf(standing.attempts)
  return askable(standing).filter(({ id }) => !asked.has(id))
}

/** Who was asked beside the one that answered, and sent away: nothing is known against them. */
const overtaken = (standing: Standing): readonly Candidate[] => {
  const { attempts } = standing
  const sentAway = idsOf(attempts.filter(({ failure }) => failure?.kind === 'cancelled'))
  const failed = idsOf(attempts.filter(({ failure }) => failure?.kind !== 'cancelled'))
  return askable(standing).filter(({ id }) => sentAway.has(id) && !failed.has(id))
}

/** A larger window than the one that overflowed; nobody knows of an undeclared one, so it is worth a try. */
const isLarger = (candidate: Candidate, than: Candidate): boolean =>
  candidate.contextWindow === undefined ||
  (than.contextWindow !== undefined && candidate.contextWindow > than.contextWindow)

/** Broken off before any content: nothing was shown, so it is as if nothing had come. */
const cameToNothing = ({ committed }: Attempt, { kind }: Failure): boolean => kind === 'stream-broken' && !committed

/** What a guardrail stopped is asked of another where the policy says so. */
const isSentOn = ({ kind }: Failure, { fallbackOn }: RoutingDecision): boolean =>
  kind === 'blocked' && fallbackOn.includes('guardrail')

const mayFollow = (candidate: Candidate, last: Attempt, failure: Failure, decision: RoutingDecision): boolean => {
  if (cameToNothing(last, failure)) return true
  if (isSentOn(failure, decision)) return true
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

/** Another key may be welcome where this one was not. */
const hasOtherKey = ({ credentialsLeft }: Attempt, { kind }: Failure): boolean =>
  consequences[kind].blames === 'credential' && credentialsLeft > 0

/** How long to wait before the same candidate is asked again; undefined if it should not be. */
const retryWait = (standing: Standing, last: Attempt, failure: Failure): Millis | undefined => {
  const { patience, attempts, elapsed, draw, isOpen, mayRetry } = standing
  if (consequences[failure.kind].retry === 'no' || failure.retriable === false) return undefined
  if (isOpen(last.candidate)) return undefined
  const tries = attempts.filter(attempt => attempt.candidate.id === last.candidate.id).length
  if (tries > patience.retriesPerCandidate) return undefined
  // What is no time, as NaN, is longer than any patience.
  const wait = Math.max(0, failure.retryAfter ?? backoff(tries, draw(attempts.length)))
  if (!(wait <= patience.maxWait && elapsed + wait < patience.total)) return undefined
  return mayRetry(last.candidate) ? millis(wait) : undefined
}

/** How many are asked at once, and how much later each. */
const widthOf = ({ decision: { execution }, mayAskSeveral }: Standing): readonly [width: number, stagger: Millis] => {
  if (execution.mode !== 'race' && execution.mode !== 'hedge') return [1, millis(0)]
  if (!mayAskSeveral(execution.cap)) return [1, millis(0)]
  return execution.mode === 'race' ? [execution.width, millis(0)] : [2, execution.after]
}

const callFresh = (standing: Standing, fresh: readonly Candidate[], kind: Attempt['kind']): Move => {
  const { patience, attempts, mayRetry } = standing
  const [first, ...others] = fresh
  if (first === undefined) return { move: 'give-up', failure: nobody }
  const [width, stagger] = fresh.length > 1 ? widthOf(standing) : [1, millis(0)]
  const room = Math.min(width, patience.maxAttempts - attempts.length) - 1
  // In an outage nobody who is known to fail is asked only because there is room.
  const beside = room < 1 ? [] : besideFirst(others.filter(mayRetry), first, room)
  return { move: 'call', group: [first, ...beside], stagger, after: millis(0), kind }
}

const again = (candidate: Candidate, after: Millis): Move => ({
  move: 'call',
  group: [candidate],
  stagger: millis(0),
  after,
  kind: 'retry',
})

const nobody: Failure = { kind: 'no-candidate', message: 'nobody can serve this request: every candidate is left out' }

/** Another key at once, else a retry if there is one, else the next that may follow, else the end. */
const afterFailure = (standing: Standing, last: Attempt, failure: Failure): Move => {
  const { decision } = standing
  const { mode } = decision.execution
  if (hasOtherKey(last, failure)) return again(last.candidate, millis(0))
  const allowed = untried(standing).filter(candidate => mayFollow(candidate, last, failure, decision))
  const kind = mode === 'cascade' && failure.kind === 'answer-invalid' ? 'cascade' : 'fallback'
  // Who asks several to be quick does not wait for the one that failed.
  if ((mode === 'race' || mode === 'hedge') && allowed.length > 0) return callFresh(standing, allowed, kind)
  const wait = retryWait(standing, last, failure)
  if (wait !== undefined) return again(last.candidate, wait)
  return allowed.length > 0 ? callFresh(standing, allowed, kind) : { move: 'give-up', failure }
}

/** Somebody who goes on from what was shown, alone: what two would add to it cannot both be shown. */
const goOn = (standing: Standing, failure: Failure): Move => {
  const [next] = standing.canGoOn ? [...untried(standing), ...overtaken(standing)] : []
  if (next === undefined) return { move: 'give-up', failure }
  return { move: 'call', group: [next], stagger: millis(0), after: millis(0), kind: 'continue' }
}

/** A failure after which nobody else is to be asked, whoever else failed beside it. */
const isFinal = (attempt: Attempt, decision: RoutingDecision): boolean => {
  const { failure } = attempt
  if (failure === undefined || failure.kind === 'cancelled' || cameToNothing(attempt, failure)) return false
  return !isSentOn(failure, decision) && consequences[failure.kind].advance === 'never'
}

/** What decides about what is next: a word that is final, else the last failure that was not our own doing. */
const decisiveOf = ({ attempts, decision }: Standing): Attempt | undefined =>
  attempts.find(one => isFinal(one, decision)) ??
  attempts.findLast(({ failure }) => failure !== undefined && failure.kind !== 'cancelled')

/** The best that are still there, whatever became of those before. */
const goAhead = (standing: Standing, failure: Failure = nobody): Move => {
  const fresh = untried(standing)
  if (fresh.length === 0) return { move: 'give-up', failure }
  return callFresh(standing, fresh, standing.attempts.length === 0 ? 'primary' : 'fallback')
}

/** The next move. Gives up with the last real failure, never with an edited one. */
export const nextMove = (standing: Standing): Move => {
  const { patience, attempts, elapsed } = standing
  const last = decisiveOf(standing) ?? attempts.at(-1)
  if (last?.failure === undefined) return goAhead(standing)
  // Whoever could not go on is not why the answer broke off.
  const broken = attempts.findLast(({ committed }) => committed)?.failure
  const failure = broken ?? last.failure
  const isSpent = attempts.length >= patience.maxAttempts || elapsed >= patience.total
  if (isSpent) return { move: 'give-up', failure }
  if (broken !== undefined) return goOn(standing, broken)
  return failure.kind === 'cancelled' ? goAhead(standing, failure) : afterFailure(standing, last, failure)
}

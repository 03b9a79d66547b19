/** What is left of a candidate's limits at this moment, and whether this request fits into it. */
import type { Facts } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { SignalTypes } from '../domain/signal.ts'
import { candidateSignal, isKnown, knownTokens } from './measures.ts'
import { time, whole } from './wording.ts'

type Headroom = SignalTypes['candidate.headroom']

const untilReset = (resetAt: number | undefined, now: number): string =>
  isKnown(resetAt) && isKnown(now) ? `, whole again in ${time(resetAt - now)}` : ''

const isPast = (resetAt: number | undefined, now: number): boolean => isKnown(resetAt) && isKnown(now) && resetAt <= now

const usedUp = (headroom: Headroom, now: number): string | undefined => {
  const { requests, tokens, concurrent, resetAt } = headroom
  // Running requests are no window: they do not come back at the reset.
  if (isKnown(concurrent) && concurrent <= 0) return 'as many requests at once as it takes are running'
  if (isPast(resetAt, now)) return undefined
  if (isKnown(requests) && requests <= 0) return `no requests left${untilReset(resetAt, now)}`
  if (isKnown(tokens) && tokens <= 0) return `no tokens left${untilReset(resetAt, now)}`
  return undefined
}

const tooManyTokens = (candidate: Candidate, { request, now }: Facts, headroom?: Headroom): string | undefined => {
  const limit = candidate.limits.tpm
  if (!isKnown(limit)) return undefined
  const isWhole = isPast(headroom?.resetAt, now)
  const share = isWhole || !isKnown(headroom?.tokens) ? 1 : headroom.tokens
  const left = share * limit
  const needed = knownTokens(request.inputTokens) + knownTokens(request.outputTokens)
  if (needed <= left) return undefined
  const wait = share < 1 ? untilReset(headroom?.resetAt, now) : ''
  return `needs ${whole(needed)} tokens, ${whole(left)} of ${whole(limit)} a minute are left${wait}`
}

/** In words, why this request would be rate limited there; undefined where it fits. Reads `candidate.headroom`. */
export const lackOfRoom = (candidate: Candidate, facts: Facts): string | undefined => {
  const headroom = candidateSignal(facts, 'candidate.headroom', candidate)
  const used = headroom === undefined ? undefined : usedUp(headroom, facts.now)
  return used ?? tooManyTokens(candidate, facts, headroom)
}

/** How much is left. */
export interface Room {
  /** Of the limit of which least is left, from 0 to 1; 1 where no limit is known. */
  readonly left: number
  /** When its window is whole again; undefined where that is past or not known. */
  readonly resetAt: number | undefined
}

const within = (share: number): number => Math.min(1, Math.max(0, share))

/** What is left of the tightest limit. Reads `candidate.headroom`. */
export const roomOf = (candidate: Candidate, facts: Facts): Room => {
  const headroom = candidateSignal(facts, 'candidate.headroom', candidate)
  if (headroom === undefined) return { left: 1, resetAt: undefined }
  const { requests, tokens, concurrent, resetAt } = headroom
  const isWhole = isPast(resetAt, facts.now)
  const shares = isWhole ? [concurrent] : [requests, tokens, concurrent]
  const left = Math.min(1, ...shares.filter(isKnown).map(within))
  return { left, resetAt: isKnown(resetAt) && !isWhole ? resetAt : undefined }
}

/** Leaves out candidates that would be rate limited. */
import type { Facts } from '../../domain/decision.ts'
import type { Candidate } from '../../domain/deployment.ts'
import type { SignalTypes } from '../../domain/signal.ts'
import type { Constraint } from '../../ports/strategy.ts'
import { candidateSignal, isKnown, knownTokens } from '../measures.ts'
import { maker } from '../options.ts'
import { time, whole } from '../wording.ts'

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

const constraint: Constraint = {
  kind: 'constraint',
  name: 'within-limits',
  reads: ['candidate.headroom'],
  exclude: (candidate, facts) => {
    const headroom = candidateSignal(facts, 'candidate.headroom', candidate)
    const used = headroom === undefined ? undefined : usedUp(headroom, facts.now)
    return used ?? tooManyTokens(candidate, facts, headroom)
  },
}

/** `within-limits`: what is left of requests, tokens and concurrency, and whether this request fits into it. */
export const withinLimits = maker({
  name: 'within-limits',
  kind: 'constraint',
  sentence:
    'Leaves out candidates that have no requests, tokens or concurrency left, or too few tokens for this request.',
  options: {},
  build: () => constraint,
})

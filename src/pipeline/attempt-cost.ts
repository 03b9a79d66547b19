/** What attempts cost: by the provider's own count where it is whole, else by what is known to have been done. */
import { charactersPerToken, costOf, estimatedCost } from '../accounting/price.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { Attempt, Cost } from '../domain/outcome.ts'
import type { Units } from '../domain/stream-event.ts'
import { microUsd } from '../domain/units.ts'
import type { Tokens } from '../domain/units.ts'

/** What was asked for, as far as it is billed. */
export interface Asked {
  /** Estimated. */
  readonly inputTokens: Tokens
  readonly units?: Units
}

/** We let it go, for another's sake, the client's or our own patience's; it did not fail. */
const givenUp: ReadonlySet<FailureKind> = new Set(['cancelled', 'upstream-timeout'])

/**
 * Had the upstream begun to work for us. Whoever is given up after it was sent the request has read it, and charges for
 * that, whether or not a word of its answer came in time; whoever failed by itself before any charges nothing.
 */
const hasWorked = ({ usage, size, firstTokenAt, sentAt, headAt, failure }: Attempt): boolean => {
  if (usage !== undefined || size > 0 || firstTokenAt !== undefined || failure === undefined) return true
  // An upstream that gave up by its own word, as 504 says, did not work for us.
  if (failure.upstream?.status !== undefined) return false
  return givenUp.has(failure.kind) && (sentAt ?? headAt) !== undefined
}

/** The answer came to its end, whatever was thought of it. */
const isWhole = (failure: Attempt['failure']): boolean => failure === undefined || failure.kind === 'answer-invalid'

/** What one attempt costs; undefined if the upstream did nothing that it would charge for. */
const costOfAttempt = (attempt: Attempt, asked: Asked): Cost | undefined => {
  const { usage, size, failure, candidate, startedAt, serviceTier } = attempt
  const price = attempt.price ?? candidate.price
  const when = { at: startedAt, ...(serviceTier !== undefined && { serviceTier }) }
  // A provider's count is whole only if its answer was; until then it is a lower bound.
  if (usage !== undefined && isWhole(failure)) {
    const cost = costOf(usage, price, when)
    // Images and sound are billed by the piece, and many providers do not count them.
    if (cost.source !== 'unpriced' || asked.units === undefined) return cost
  }
  if (!hasWorked(attempt)) return undefined
  return estimatedCost({ ...asked, size, ...(usage !== undefined && { usage }) }, price, when)
}

/** What was counted from outside, as a number that can be summed. */
const whole = (count: number): number =>
  Number.isFinite(count) ? Math.min(Math.max(0, Math.ceil(count)), Number.MAX_SAFE_INTEGER / 2) : 0

/** Nothing was charged. */
export const free: Cost = { amount: microUsd(0), source: 'usage' }

/** Of several costs: their sum, as sure as the least sure of them. */
export const sumOf = (costs: readonly Cost[]): Cost => {
  const amount = microUsd(costs.reduce((sum, cost) => sum + cost.amount, 0))
  const isUnpriced = costs.some(({ source }) => source === 'unpriced')
  if (isUnpriced) return { amount, source: 'unpriced' }
  return { amount, source: costs.some(({ source }) => source === 'estimate') ? 'estimate' : 'usage' }
}

/** The attempt with what it alone came to. */
export const withCost = (attempt: Attempt, asked: Asked): Attempt => {
  // A judge's was asked something else, and has its cost already.
  const cost = attempt.cost ?? costOfAttempt(attempt, asked)
  return cost === undefined ? attempt : { ...attempt, cost }
}

/** Output tokens by the provider's whole count, else at least as many as came. */
const outputOf = ({ usage, size, failure }: Attempt): number => {
  const counted = usage?.output ?? 0
  return usage !== undefined && isWhole(failure) ? counted : Math.max(counted, size / charactersPerToken)
}

/** What an attempt came to in dollars and tokens, as far as is known. */
export const cameTo = (
  attempt: Attempt,
  asked: Asked,
): { readonly usd: number; readonly input: number; readonly output: number } => {
  const cost = attempt.cost ?? costOfAttempt(attempt, asked)
  if (cost === undefined) return { usd: 0, input: 0, output: 0 }
  const input = attempt.usage?.input ?? asked.inputTokens
  return { usd: cost.amount, input: whole(input), output: whole(outputOf(attempt)) }
}

/** The cost of all attempts: whoever lost a race or broke off has to be paid as well. */
export const costOfAll = (attempts: readonly Attempt[], asked: Asked): Cost => {
  const [only] = attempts
  // Nearly every request is one attempt.
  if (attempts.length === 1 && only !== undefined) return costOfAttempt(only, asked) ?? free
  return sumOf(attempts.map(attempt => costOfAttempt(attempt, asked)).filter(cost => cost !== undefined))
}

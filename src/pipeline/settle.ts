/** Pay, remember, tell: what a request came to, once, at its end. */
import { costOf, estimatedCost } from '../accounting/price.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { Settled } from '../domain/gateway-event.ts'
import type { Attempt, Cost } from '../domain/outcome.ts'
import type { Units } from '../domain/stream-event.ts'
import { microUsd, millis, tokens } from '../domain/units.ts'
import type { Tokens } from '../domain/units.ts'
import type { House } from './house.ts'
import type { Ledger } from './ledger.ts'

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

/** What one attempt costs; undefined if the upstream did nothing that it would charge for. */
const costOfAttempt = (attempt: Attempt, asked: Asked): Cost | undefined => {
  const { usage, size, failure, candidate, startedAt, serviceTier } = attempt
  const price = attempt.price ?? candidate.price
  const when = { at: startedAt, ...(serviceTier !== undefined && { serviceTier }) }
  // A provider's count is whole only if its answer was; until then it is a lower bound.
  if (usage !== undefined && failure === undefined) {
    const cost = costOf(usage, price, when)
    // Images and sound are billed by the piece, and many providers do not count them.
    if (cost.source !== 'unpriced' || asked.units === undefined) return cost
  }
  if (!hasWorked(attempt)) return undefined
  return estimatedCost({ ...asked, size, ...(usage !== undefined && { usage }) }, price, when)
}

const free: Cost = { amount: microUsd(0), source: 'usage' }

/** Of several costs: their sum, as sure as the least sure of them. */
const sumOf = (costs: readonly Cost[]): Cost => {
  const amount = microUsd(costs.reduce((sum, cost) => sum + cost.amount, 0))
  const isUnpriced = costs.some(({ source }) => source === 'unpriced')
  if (isUnpriced) return { amount, source: 'unpriced' }
  return { amount, source: costs.some(({ source }) => source === 'estimate') ? 'estimate' : 'usage' }
}

/** The attempt with what it alone came to. */
export const withCost = (attempt: Attempt, asked: Asked): Attempt => {
  const cost = costOfAttempt(attempt, asked)
  return cost === undefined ? attempt : { ...attempt, cost }
}

/** The cost of all attempts: whoever lost a race or broke off has to be paid as well. */
export const costOfAll = (attempts: readonly Attempt[], asked: Asked): Cost => {
  const [only] = attempts
  // Nearly every request is one attempt.
  if (attempts.length === 1 && only !== undefined) return costOfAttempt(only, asked) ?? free
  return sumOf(attempts.map(attempt => costOfAttempt(attempt, asked)).filter(cost => cost !== undefined))
}

type Growing = { -readonly [Key in keyof Settled]: Settled[Key] }

/** What not every request has. */
const addToStory = (story: Growing, ledger: Ledger): void => {
  const { request, trace } = ledger
  if (request.raw !== undefined) story.dialect = request.raw.dialect
  if (ledger.pool !== undefined) story.pool = ledger.pool
  if (ledger.decidedAt !== undefined) story.decidedAt = ledger.decidedAt
  if (trace !== undefined) story.decision = trace
  if (ledger.served !== undefined) story.served = ledger.served
  if (ledger.failure !== undefined) story.failure = ledger.failure
  if (request.wishes.session !== undefined) story.session = request.wishes.session
  if (ledger.task !== undefined) story.task = ledger.task
  if (ledger.askedAt !== undefined) story.overhead = millis(ledger.askedAt - request.receivedAt)
}

const storyOf = (ledger: Ledger, house: House, cost: Cost): Settled => {
  const { request } = ledger
  const story: Growing = {
    operation: request.operation,
    target: request.target,
    caller: request.caller,
    trace: request.trace,
    serverSpan: ledger.serverSpan,
    routeSpan: ledger.routeSpan,
    receivedAt: request.receivedAt,
    endedAt: house.clock.now(),
    attempts: ledger.attempts,
    cost,
    tags: request.wishes.tags,
    streamed: request.stream,
  }
  addToStory(story, ledger)
  return story
}

/** What this request is billed for where nobody counts. */
export const askedOf = ({ trace }: Pick<Ledger, 'trace'>): Asked => {
  const { inputTokens = tokens(0), units } = trace?.facts.request ?? {}
  return { inputTokens, ...(units !== undefined && { units }) }
}

/** Tells the whole story; gives what it cost. */
export const settle = (ledger: Ledger, house: House): Cost => {
  // Nobody takes money for counting.
  const isFree = ledger.request.operation === 'count-tokens'
  const asked = askedOf(ledger)
  if (!isFree) ledger.attempts = ledger.attempts.map(attempt => withCost(attempt, asked))
  const cost = isFree ? free : sumOf(ledger.attempts.map(attempt => attempt.cost).filter(one => one !== undefined))
  const settled = storyOf(ledger, house, cost)
  house.telemetry({ type: 'request-settled', at: settled.endedAt, request: ledger.request.id, settled })
  return cost
}

/** Pay, remember, tell: what a request came to, once, at its end. */
import { costOf, estimatedCost } from '../accounting/price.ts'
import type { Settled } from '../domain/gateway-event.ts'
import type { Attempt, Cost } from '../domain/outcome.ts'
import { microUsd, millis, tokens } from '../domain/units.ts'
import type { Tokens } from '../domain/units.ts'
import type { House } from './house.ts'
import type { Ledger } from './ledger.ts'

/** What one attempt costs; undefined if the upstream did nothing that it would charge for. */
const costOfAttempt = (attempt: Attempt, inputTokens: Tokens): Cost | undefined => {
  const { usage, size, failure, candidate, firstTokenAt } = attempt
  // A provider's count is whole only if its answer was; until then it is a lower bound.
  if (usage !== undefined && failure === undefined) return costOf(usage, candidate.price)
  const isServed = usage !== undefined || size > 0 || firstTokenAt !== undefined || failure === undefined
  if (!isServed) return undefined
  return estimatedCost({ inputTokens, size, ...(usage !== undefined && { usage }) }, candidate.price)
}

/** The cost of all attempts: whoever lost a race or broke off has to be paid as well. */
export const costOfAll = (attempts: readonly Attempt[], inputTokens: Tokens): Cost => {
  const costs = attempts.map(attempt => costOfAttempt(attempt, inputTokens)).filter(cost => cost !== undefined)
  const amount = microUsd(costs.reduce((sum, cost) => sum + cost.amount, 0))
  const isUnpriced = costs.some(({ source }) => source === 'unpriced')
  if (isUnpriced) return { amount, source: 'unpriced' }
  return { amount, source: costs.some(({ source }) => source === 'estimate') ? 'estimate' : 'usage' }
}

const storyOf = (ledger: Ledger, house: House, cost: Cost): Settled => {
  const { request, trace, attempts } = ledger
  const { wishes } = request
  return {
    operation: request.operation,
    ...(request.raw !== undefined && { dialect: request.raw.dialect }),
    target: request.target,
    ...(ledger.pool !== undefined && { pool: ledger.pool }),
    caller: request.caller,
    trace: request.trace,
    serverSpan: ledger.serverSpan,
    routeSpan: ledger.routeSpan,
    receivedAt: request.receivedAt,
    ...(ledger.decidedAt !== undefined && { decidedAt: ledger.decidedAt }),
    endedAt: house.clock.now(),
    ...(trace !== undefined && { decision: trace }),
    attempts,
    ...(ledger.served !== undefined && { served: ledger.served }),
    ...(ledger.failure !== undefined && { failure: ledger.failure }),
    cost,
    tags: wishes.tags,
    ...(wishes.session !== undefined && { session: wishes.session }),
    ...(ledger.task !== undefined && { task: ledger.task }),
    streamed: request.stream,
    ...(ledger.askedAt !== undefined && { overhead: millis(ledger.askedAt - request.receivedAt) }),
  }
}

/** Tells the whole story; gives what it cost. */
export const settle = (ledger: Ledger, house: House): Cost => {
  const cost = costOfAll(ledger.attempts, ledger.trace?.facts.request.inputTokens ?? tokens(0))
  const settled = storyOf(ledger, house, cost)
  house.telemetry({ type: 'request-settled', at: settled.endedAt, request: ledger.request.id, settled })
  return cost
}

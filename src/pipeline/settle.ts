/** Pay, remember, tell: what a request came to, once, at its end. */
import type { Settled } from '../domain/gateway-event.ts'
import type { Cost } from '../domain/outcome.ts'
import { millis, tokens } from '../domain/units.ts'
import { free, sumOf, withCost } from './attempt-cost.ts'
import type { Asked } from './attempt-cost.ts'
import type { House } from './house.ts'
import type { Ledger } from './ledger.ts'

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
  if (request.wishes.run !== undefined) story.run = request.wishes.run
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

/** What a request came to: every attempt that was worked on is paid, and nothing else. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../test/requests.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { DeploymentId, DialectId, ModelId, ProviderId, SpanId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Usage } from '../domain/stream-event.ts'
import { microUsd, tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import { costOfAll } from './attempt-cost.ts'
import { settle } from './settle.ts'

const candidate: Candidate = {
  id: 'a' as DeploymentId,
  provider: 'p' as ProviderId,
  model: 'm' as ModelId,
  dialect: 'openai-chat' as DialectId,
  accepts: ['text'],
  price: { inputPerMillion: microUsd(1_000_000), outputPerMillion: microUsd(2_000_000) },
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
}
const { price: _price, ...unpriced } = candidate

const used = (input: number, output: number): Usage => ({
  input: tokens(input),
  inputCached: tokens(0),
  inputCacheWritten: tokens(0),
  output: tokens(output),
  reasoning: tokens(0),
})
const attempt = (change: Partial<Attempt> & { readonly fails?: FailureKind } = {}): Attempt => {
  const { fails, ...rest } = change
  return {
    index: 0,
    candidate,
    credentialsLeft: 0,
    kind: 'primary',
    spanId: 's' as SpanId,
    lane: 'express',
    startedAt: 0 as Instant,
    endedAt: 1 as Instant,
    committed: false,
    size: 0,
    losses: [],
    ...(fails !== undefined && { failure: { kind: fails, message: 'm' } }),
    ...rest,
  }
}
const input = { inputTokens: tokens(100) }

describe('what a request costs', () => {
  it('is what the provider counted, for an answer that is whole', () => {
    expect(costOfAll([attempt({ usage: used(1000, 500), size: 9 })], input)).toEqual({ amount: 2000, source: 'usage' })
  })
  it('is nothing where nobody answered', () => {
    const costs = costOfAll(
      [attempt({ fails: 'upstream-unreachable' }), attempt({ fails: 'upstream-overloaded' })],
      input,
    )
    expect(costs).toEqual({ amount: 0, source: 'usage' })
    expect(costOfAll([], input)).toEqual({ amount: 0, source: 'usage' })
  })
  it('counts what was delivered of a broken answer: 100 tokens in, 10 of 40 characters out', () => {
    const broken = attempt({ fails: 'stream-broken', size: 40, firstTokenAt: 1 as Instant, committed: true })
    expect(costOfAll([broken], input)).toEqual({ amount: 120, source: 'estimate' })
  })
  it('takes the count of a broken answer for a lower bound', () => {
    const broken = attempt({ fails: 'cancelled', size: 400, usage: used(200, 1), firstTokenAt: 1 as Instant })
    expect(costOfAll([broken], input)).toEqual({ amount: 400, source: 'estimate' })
  })
  it('is by the class of service in which it was served, and by the hour', () => {
    const price = {
      inputPerMillion: microUsd(1_000_000),
      outputPerMillion: microUsd(2_000_000),
      services: { flex: { share: 500 } },
      changes: [
        {
          since: 1_000 as Instant,
          price: { inputPerMillion: microUsd(10_000_000), outputPerMillion: microUsd(20_000_000) },
        },
      ],
    }
    const served = (change: Partial<Attempt>) =>
      costOfAll([attempt({ candidate: { ...candidate, price }, usage: used(1000, 500), ...change })], input).amount
    expect(served({})).toBe(2000)
    expect(served({ serviceTier: 'flex' })).toBe(1000)
    expect(served({ serviceTier: 'default' })).toBe(2000)
    expect(served({ startedAt: 1_000 as Instant })).toBe(20_000)
  })
  it('is by the pieces that were asked for, where nobody counted those that came', () => {
    const price = { inputPerMillion: microUsd(0), outputPerMillion: microUsd(0), imagePerMillion: microUsd(4e10) }
    const drawn = (change: Partial<Attempt>) =>
      costOfAll([attempt({ candidate: { ...candidate, price }, ...change })], { ...input, units: { images: 2 } })
    expect(drawn({})).toEqual({ amount: 80_000, source: 'estimate' })
    expect(drawn({ usage: used(20, 0) })).toEqual({ amount: 80_000, source: 'estimate' })
    expect(drawn({ usage: { ...used(20, 0), units: { images: 1 } } })).toEqual({ amount: 40_000, source: 'usage' })
    expect(costOfAll([attempt({ candidate: { ...candidate, price } })], input).source).toBe('unpriced')
  })
  it('adds up the winner and whoever lost the race', () => {
    const loser = attempt({ fails: 'cancelled', size: 40, firstTokenAt: 1 as Instant, index: 1 })
    expect(costOfAll([attempt({ usage: used(1000, 500) }), loser], input)).toEqual({ amount: 2120, source: 'estimate' })
  })
  it('counts the input of whoever was given up after it was sent the request, though it had not said a word', () => {
    const winner = attempt({ usage: used(1000, 500) })
    const loser = (change: Partial<Attempt> & { readonly fails?: FailureKind }) =>
      costOfAll([winner, attempt({ fails: 'cancelled', index: 1, ...change })], input)
    expect(loser({ sentAt: 1 as Instant })).toEqual({ amount: 2100, source: 'estimate' })
    expect(loser({ headAt: 1 as Instant })).toEqual({ amount: 2100, source: 'estimate' })
    expect(loser({ fails: 'upstream-timeout', sentAt: 1 as Instant }).amount).toBe(2100)
  })
  it('counts nothing of whoever was never sent it, or failed by itself before a word', () => {
    const winner = attempt({ usage: used(1000, 500) })
    const loser = (failure: Attempt['failure'], change: Partial<Attempt> = {}) =>
      costOfAll([winner, attempt({ index: 1, ...(failure !== undefined && { failure }), ...change })], input)
    expect(loser({ kind: 'cancelled', message: 'm' })).toEqual({ amount: 2000, source: 'usage' })
    expect(loser({ kind: 'upstream-unreachable', message: 'reset' }, { sentAt: 1 as Instant }).amount).toBe(2000)
    const gateway = { kind: 'upstream-timeout', message: 'm', upstream: { status: 504 } } as const
    expect(loser(gateway, { sentAt: 1 as Instant }).amount).toBe(2000)
  })
  it('says so where a price is not known, instead of calling it free', () => {
    expect(costOfAll([attempt({ candidate: unpriced, usage: used(1, 1) })], input)).toEqual({
      amount: 0,
      source: 'unpriced',
    })
  })
  it('estimates an answer that ended well without a count', () => {
    expect(costOfAll([attempt({ size: 4 })], input)).toEqual({ amount: 102, source: 'estimate' })
  })
})

describe('each attempt', () => {
  it('is told what it alone came to, and nothing where nothing was done', () => {
    const story: GatewayEvent[] = []
    const attempts = [
      attempt({ fails: 'upstream-overloaded' }),
      attempt({ usage: used(1000, 500), index: 1 }),
      attempt({ fails: 'cancelled', size: 40, firstTokenAt: 1 as Instant, index: 2 }),
    ]
    const ledger = { request: requestOf(), attempts, trace: { facts: { request: input } } }
    const house = { clock: { now: () => 0 }, telemetry: (event: GatewayEvent) => void story.push(event) }
    expect(settle(ledger as never, house as never)).toEqual({ amount: 2120, source: 'estimate' })
    const costs = story.flatMap(event => (event.type === 'request-settled' ? event.settled.attempts : []))
    expect(costs.map(({ cost }) => cost)).toEqual([
      undefined,
      { amount: 2000, source: 'usage' },
      { amount: 120, source: 'estimate' },
    ])
  })
})

describe('counting tokens', () => {
  it('costs nothing, while the same request as a chat does', () => {
    const costAs = (operation: 'chat' | 'count-tokens') => {
      const ledger = {
        request: { ...requestOf(), operation },
        attempts: [attempt()],
        trace: { facts: { request: input } },
      }
      return settle(ledger as never, { clock: { now: () => 0 }, telemetry: () => undefined } as never)
    }
    expect(costAs('count-tokens')).toEqual({ amount: 0, source: 'usage' })
    expect(costAs('chat')).toEqual({ amount: 100, source: 'estimate' })
  })
})

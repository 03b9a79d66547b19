/** What one request holds of limits: before each attempt, at every level, and what becomes of it. */
import { describe, expect, it } from 'vitest'
import { testClock } from '../../test/clock.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type { Limit } from '../domain/limit.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { ChatRequest } from '../domain/request.ts'
import { microUsd, tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { Grant, Meters } from '../ports/meters.ts'
import { memoryMeters } from '../platform/meters/memory.ts'
import { limitBookOf } from '../tenancy/limit-book.ts'
import type { Errand } from './errand.ts'
import { Holdings, holdingsFor } from './holdings.ts'
import type { House } from './house.ts'

const limit = (of: Partial<Limit> & Pick<Limit, 'level' | 'of'>): Limit => ({
  id: `${of.level}:${of.of} ${of.measure ?? 'usd'} ${of.per ?? 'total'}`,
  measure: 'usd',
  amount: 1_000_000,
  per: 'total',
  window: 'calendar',
  hard: true,
  soft: [],
  kind: 'budget',
  ...of,
})

const candidate = (name: string, more: Partial<Candidate> = {}): Candidate =>
  ({
    id: name,
    provider: `${name}-house`,
    model: name,
    maxOutput: tokens(1000),
    contextWindow: tokens(10_000),
    price: { inputPerMillion: microUsd(0), outputPerMillion: microUsd(1_000_000_000) },
    ...more,
  }) as Candidate

const attemptAt = (index: number, who: Candidate): Attempt =>
  ({ index, candidate: who, startedAt: 0, size: 0, losses: [] }) as unknown as Attempt

const errandOf = (more: Partial<ChatRequest> = {}, maxOutputTokens?: number): Errand => {
  const request = {
    operation: 'chat',
    id: 'req_1',
    target: 'pool',
    messages: [],
    tools: [],
    choices: 1,
    limits: { stop: [] },
    caller: { key: 'ci', team: 'search', organisation: 'acme' },
    wishes: { tags: { tenant: 'north' }, run: 'run-7' },
    ...more,
  }
  const shape = { inputTokens: 10, outputTokens: 100, needs: [], ...(maxOutputTokens && { maxOutputTokens }) }
  return { request, route: { pool: 'support' }, trace: { facts: { request: shape } } } as unknown as Errand
}

const houseOf = (limits: readonly Limit[], meters: Meters = memoryMeters(testClock())) => {
  const events: GatewayEvent[] = []
  const counting = { meters, limits: limitBookOf(limits), telemetry: (event: GatewayEvent) => void events.push(event) }
  return { counting, events, balance: (id: string) => meters.peek(id, { kind: 'total' }) }
}

const fast = candidate('fast')

describe('an attempt', () => {
  it('is held at every level at once, and settled by what it came to', () => {
    const levels = [
      limit({ level: 'organisation', of: 'acme' }),
      limit({ level: 'team', of: 'search' }),
      limit({ level: 'key', of: 'ci' }),
      limit({ level: 'pool', of: 'support' }),
      limit({ level: 'tag', of: 'tenant=north' }),
      limit({ level: 'run', of: '*' }),
      limit({ level: 'provider', of: 'fast-house' }),
      limit({ level: 'model', of: 'fast' }),
    ]
    const { counting, balance } = houseOf(levels)
    const holdings = new Holdings(errandOf({}, 200), counting)
    expect(holdings.reserve(attemptAt(0, fast))).toEqual({ ok: true })
    const ids = levels.map(({ id }) => id.replace('*', 'run-7'))
    for (const id of ids) expect([id, balance(id)]).toEqual([id, { used: 0, reserved: 200_000 }])
    holdings.settle(attemptAt(0, fast), { usd: 70_000, input: 5, output: 70 })
    holdings.end()
    for (const id of ids) expect([id, balance(id)]).toEqual([id, { used: 70_000, reserved: 0 }])
  })
  it('is refused if one level has no room, and then nothing is held anywhere', () => {
    const { counting, balance, events } = houseOf([
      limit({ level: 'team', of: 'search', amount: 100_000 }),
      limit({ level: 'key', of: 'ci' }),
    ])
    const held = new Holdings(errandOf({}, 200), counting).reserve(attemptAt(0, fast))
    expect(held).toMatchObject({ ok: false, failure: { kind: 'over-budget' } })
    expect(held).toMatchObject({
      failure: {
        message:
          'the budget of team "search" is $0.1 in all: $0 used; this request may need $0.2 with fast-house/fast; a smaller limit of output tokens needs less',
      },
    })
    expect(balance('key:ci usd total')).toEqual({ used: 0, reserved: 0 })
    expect(events).toMatchObject([{ type: 'limit-refused', limit: { of: 'search' }, needed: 200_000 }])
  })
  it('of another candidate may have room where the first had none', () => {
    const { counting } = houseOf([limit({ level: 'provider', of: 'fast-house', amount: 1 })])
    const holdings = new Holdings(errandOf({}, 200), counting)
    expect(holdings.reserve(attemptAt(0, fast))).toMatchObject({ ok: false })
    expect(holdings.isClosed).toBe(false)
    expect(holdings.reserve(attemptAt(1, candidate('slow')))).toEqual({ ok: true })
  })
  it('gets as long an answer as there is room for, where the client left that open', () => {
    const { counting, balance } = houseOf([limit({ level: 'key', of: 'ci', amount: 500_000 })])
    const holdings = new Holdings(errandOf(), counting)
    expect(holdings.reserve(attemptAt(0, fast))).toEqual({ ok: true, maxOutput: 500 })
    expect(balance('key:ci usd total')).toEqual({ used: 0, reserved: 500_000 })
    // The next finds nothing left, and would be too short.
    expect(
      new Holdings({ ...errandOf({ id: 'req_2' as ChatRequest['id'] }) }, counting).reserve(attemptAt(0, fast)),
    ).toMatchObject({
      ok: false,
      failure: { kind: 'over-budget', retryAfter: 1000 },
    })
  })
  it('without a price is not asked where money is limited', () => {
    const { counting } = houseOf([limit({ level: 'key', of: 'ci' })])
    const { price: _, ...unpriced } = fast
    expect(new Holdings(errandOf(), counting).reserve(attemptAt(0, unpriced))).toMatchObject({
      ok: false,
      failure: { kind: 'over-budget', message: expect.stringContaining('no price is known for fast-house/fast') },
    })
  })
})

describe('a request', () => {
  it('counts once, however many are asked, and as one at the same time until it is over', () => {
    const rpm = limit({ level: 'key', of: 'ci', measure: 'requests', amount: 5, kind: 'rate' })
    const atOnce = limit({ level: 'key', of: 'ci', measure: 'concurrent', amount: 1, kind: 'rate' })
    const { counting, balance } = houseOf([rpm, atOnce])
    const meters = counting.meters
    const holdings = new Holdings(errandOf({}, 10), counting)
    void holdings.reserve(attemptAt(0, fast))
    holdings.settle(attemptAt(0, fast), { usd: 0, input: 0, output: 0 })
    void holdings.reserve(attemptAt(1, fast))
    expect(meters.peek(atOnce.id, { kind: 'held' })?.reserved).toBe(1)
    expect(holdings.rates).toMatchObject([
      { measure: 'requests', limit: 5, left: 4 },
      { measure: 'concurrent', left: 0 },
    ])
    const second = new Holdings(errandOf({ id: 'req_2' as ChatRequest['id'] }, 10), counting)
    expect(second.reserve(attemptAt(0, fast))).toMatchObject({
      ok: false,
      failure: { kind: 'rate-limited', retryAfter: 1000 },
    })
    expect(second.isClosed).toBe(true)
    holdings.settle(attemptAt(1, fast), { usd: 0, input: 0, output: 0 })
    holdings.end()
    expect(balance(rpm.id)).toEqual({ used: 1, reserved: 0 })
    expect(meters.peek(atOnce.id, { kind: 'held' })?.reserved).toBe(0)
  })
})

describe('a store that answers later', () => {
  const late = () => {
    const meters = memoryMeters(testClock())
    const open: (() => void)[] = []
    const reserve: Meters['reserve'] = demand =>
      new Promise<Grant>(resolve => void open.push(() => resolve(meters.reserve(demand))))
    return { meters: { ...meters, reserve }, open }
  }
  it('is asked for the request and its first attempt together', async () => {
    const { meters, open } = late()
    const { counting } = houseOf(
      [limit({ level: 'key', of: 'ci' }), limit({ level: 'key', of: 'ci', measure: 'requests', kind: 'rate' })],
      meters,
    )
    const held = new Holdings(errandOf({}, 10), counting).reserve(attemptAt(0, fast))
    expect(open).toHaveLength(2)
    for (const one of open) one()
    expect(await held).toEqual({ ok: true })
  })
  it('keeps nothing held of an attempt that was over before it answered', async () => {
    const { meters, open } = late()
    const { counting, balance } = houseOf([limit({ level: 'key', of: 'ci' })], meters)
    const holdings = new Holdings(errandOf({}, 10), counting)
    const held = holdings.reserve(attemptAt(0, fast))
    holdings.settle(attemptAt(0, fast), { usd: 0, input: 0, output: 0 })
    holdings.end()
    for (const one of open) one()
    await held
    expect(balance('key:ci usd total')).toEqual({ used: 0, reserved: 0 })
  })
  it('that cannot be asked refuses what has a hard limit, and lets pass what is only told', () => {
    const { meters } = late()
    const gone: Meters = { ...meters, reserve: () => ({ granted: false, unavailable: 'the store is gone' }) }
    const hard = houseOf([limit({ level: 'key', of: 'ci' })], gone)
    expect(new Holdings(errandOf({}, 10), hard.counting).reserve(attemptAt(0, fast))).toEqual({
      ok: false,
      failure: { kind: 'limits-unknown', message: 'the store is gone' },
    })
    const soft = houseOf([limit({ level: 'key', of: 'ci', hard: false })], gone)
    expect(new Holdings(errandOf({}, 10), soft.counting).reserve(attemptAt(0, fast))).toEqual({ ok: true })
  })
})

describe('a limit that is told', () => {
  it('is told once for each share that is crossed', () => {
    const soft = limit({ level: 'key', of: 'ci', soft: [0.5, 0.8] })
    const { counting, events } = houseOf([soft])
    const shares = () => events.flatMap(event => (event.type === 'limit-crossed' ? [event.share] : []))
    for (const [place, spent] of [300_000, 300_000, 100_000, 250_000].entries()) {
      const holdings = new Holdings(errandOf({ id: `req_${place}` as ChatRequest['id'] }, 1), counting)
      void holdings.reserve(attemptAt(0, fast))
      holdings.settle(attemptAt(0, fast), { usd: spent, input: 0, output: 0 })
    }
    const last = new Holdings(errandOf({ id: 'req_last' as ChatRequest['id'] }, 1), counting)
    void last.reserve(attemptAt(0, fast))
    expect(shares()).toEqual([0.5, 0.8])
  })
})

describe('a limit of which another amount is in force', () => {
  it('is told by the shares of that', () => {
    const until = (testClock().now() + 1) as Instant
    const raised = limit({ level: 'key', of: 'ci', soft: [0.5], override: { amount: 10_000_000, until } })
    const { counting, events } = houseOf([raised])
    void new Holdings(errandOf({}, 900), counting).reserve(attemptAt(0, fast))
    expect(events).toEqual([])
  })
})

it('where nothing is limited nothing is held', () => {
  const { counting } = houseOf([])
  expect(holdingsFor(errandOf(), counting as unknown as House)).toBeUndefined()
})

describe('a conversation', () => {
  it('holds another turn as long as there is room, and is stopped where there is none', () => {
    const { counting, balance } = houseOf([limit({ level: 'key', of: 'ci', amount: 10_000_000 })])
    const holdings = new Holdings(errandOf({ operation: 'realtime' } as unknown as Partial<ChatRequest>), counting)
    const voice = attemptAt(0, fast)
    const stopped: string[] = []
    expect(holdings.reserve(voice)).toEqual({ ok: true })
    // Each turn may cost $4.096.
    expect(balance('key:ci usd total')?.reserved).toBe(4_096_000)
    holdings.turned(voice, { usd: 1_000_000, input: 0, output: 1000 }, ({ kind }) => void stopped.push(kind))
    expect(balance('key:ci usd total')?.reserved).toBe(8_192_000)
    expect(stopped).toEqual([])
    holdings.turned(voice, { usd: 5_000_000, input: 0, output: 1000 }, ({ kind }) => void stopped.push(kind))
    expect(stopped).toEqual(['over-budget'])
    holdings.settle(voice, { usd: 5_000_000, input: 0, output: 5000 })
    expect(balance('key:ci usd total')).toEqual({ used: 5_000_000, reserved: 0 })
  })
})

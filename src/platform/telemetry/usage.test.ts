/** The listener that books usage: to the millionth of a dollar, whatever stories are told and however the store fails. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../../test/clock.ts'
import { attemptOf, fallbackStory, mini, settledEvent, shadowEvent, sonnet, storyStart } from '../../../test/story.ts'
import type { Settled } from '../../domain/gateway-event.ts'
import type { ModelId, VirtualKeyId } from '../../domain/ids.ts'
import { microUsd } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Dimension, Usage, UsageLine, UsageQuery } from '../../ports/usage.ts'
import { memoryUsage } from '../memory-usage.ts'
import { usualBounds } from '../usage-names.ts'
import { usageListener } from './usage.ts'
import type { UsageListenerOptions } from './usage.ts'

const hour = 3_600_000
const priced = (amount: number) => ({ amount: microUsd(amount), source: 'usage' as const })

const start = (change: Partial<UsageListenerOptions> = {}) => {
  const clock = testClock(storyStart)
  const usage = memoryUsage(clock)
  const complaints: string[] = []
  const listener = usageListener({ usage, clock, complain: message => void complaints.push(message), ...change })
  const report = async (by: readonly Dimension[] = [], every: UsageQuery['every'] = 'total') => {
    const lines: UsageLine[] = []
    const to = (storyStart + 1000 * hour) as Instant
    for await (const line of usage.query({ from: storyStart, to, by, every })) lines.push(line)
    return lines
  }
  return { clock, usage, listener, complaints, report }
}

/** A store of usage that fails as long as it is told to, before or after it has written. */
const failing = (usage: Usage, fails: (turn: number) => 'before' | 'after' | false): Pick<Usage, 'add'> => {
  let turn = 0
  return {
    async add(batch, rows) {
      turn += 1
      const when = fails(turn)
      if (when === 'before') throw new Error('the store is locked')
      await usage.add(batch, rows)
      if (when === 'after') throw new Error('the connection is gone')
    },
  }
}

describe('what is booked', () => {
  it('stands under the provider and model of each attempt, and the request under those that served it', async () => {
    const { listener, report } = start()
    const { attempts = [], ...story } = fallbackStory()
    const costs = attempts.map((attempt, place) => ({ ...attempt, cost: priced(place === 0 ? 30 : 700) }))
    listener.hear(settledEvent({ ...story, attempts: costs }))
    await listener.flush()
    const found = await report(['provider', 'model'])
    expect(found.map(({ names, requests, attempts: made, cost }) => [names, requests, made, cost])).toEqual([
      [{ provider: 'anthropic', model: 'claude-sonnet-4' }, 1, 1, 700],
      [{ provider: 'openai', model: 'gpt-4o-mini' }, 0, 1, 30],
    ])
  })
  it('has every name of the request, its tokens, and the hour in which it ended', async () => {
    const { listener, report } = start()
    const caller = { key: 'ci' as VirtualKeyId, organisation: 'acme', team: 'search', user: 'ann' }
    const ended = { endedAt: (storyStart + hour + 5) as Instant }
    listener.hear(settledEvent({ caller, run: 'r-1', attempts: [attemptOf({ cost: priced(2004) })], ...ended }))
    await listener.flush()
    const by: Dimension[] = ['organisation', 'team', 'user', 'key', 'pool', 'policy', 'provider', 'model']
    by.push('operation', 'task', 'run', 'tag:tenant')
    const policy = settledEvent().settled.decision?.decision.policy.name
    expect(await report(by, 'hour')).toEqual([
      {
        hour: storyStart + hour,
        names: {
          organisation: 'acme',
          team: 'search',
          user: 'ann',
          key: 'ci',
          pool: 'support',
          policy,
          provider: 'openai',
          model: 'gpt-4o-mini',
          operation: 'chat',
          task: 'chat',
          run: 'r-1',
          'tag:tenant': 'acme',
        },
        requests: 1,
        attempts: 1,
        failures: 0,
        inputTokens: 1000,
        cachedTokens: 400,
        outputTokens: 51,
        cost: 2004,
        unpriced: 0,
      },
    ])
  })
  it('tells of requests that nobody served, of prices that nobody knows, and of what is free to count', async () => {
    const { listener, report } = start()
    const failure = { kind: 'forbidden', message: 'this key may not use the pool "gold"' } as const
    const { served: _served, decision: _decision, ...refused } = settledEvent({ failure, attempts: [] }).settled
    listener.hear({ ...settledEvent(), settled: refused })
    listener.hear(settledEvent({ attempts: [attemptOf({ cost: { amount: microUsd(0), source: 'unpriced' } })] }))
    listener.hear(settledEvent({ operation: 'count-tokens', attempts: [attemptOf()] }))
    await listener.flush()
    const found = await report(['provider', 'operation'])
    expect(found).toMatchObject([
      { names: { provider: '', operation: 'chat' }, requests: 1, failures: 1, attempts: 0 },
      { names: { provider: 'openai', operation: 'chat' }, requests: 1, failures: 0, unpriced: 1, inputTokens: 1000 },
      { names: { operation: 'count-tokens' }, requests: 1, inputTokens: 0, outputTokens: 0 },
    ])
  })
  it('holds what shadows cost too, as nobody’s request', async () => {
    const { listener, report } = start()
    listener.hear(shadowEvent())
    await listener.flush()
    const [line] = await report(['key', 'provider'])
    expect(line).toMatchObject({ names: { key: '', provider: 'anthropic' }, requests: 0, attempts: 1, cost: 300 })
  })
  it('is whole where others count what makes no sense', async () => {
    const { listener, report } = start()
    const usage = { ...attemptOf().usage, input: Number.NaN, output: -3.5, inputCached: 1.4 } as never
    listener.hear(settledEvent({ attempts: [attemptOf({ usage, cost: priced(5) })] }))
    await listener.flush()
    expect(await report()).toMatchObject([{ inputTokens: 0, outputTokens: 0, cachedTokens: 1, cost: 5 }])
  })
})

describe('sums', () => {
  const story = fc.record({
    team: fc.constantFrom('ads', 'search'),
    tags: fc.dictionary(fc.constantFrom('app', 'env', '__proto__'), fc.string({ maxLength: 3 }), { maxKeys: 3 }),
    run: fc.option(fc.string({ minLength: 1, maxLength: 2 }), { nil: undefined }),
    costs: fc.array(fc.option(fc.integer({ min: 0, max: 10_000_000 }), { nil: undefined }), { maxLength: 4 }),
    later: fc.integer({ min: 0, max: 4 * hour }),
    fails: fc.constantFrom<'before' | 'after' | false>('before', 'after', false, false),
  })
  it('are those of all attempts to the millionth of a dollar, however the store fails and whatever names come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(story, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (all, most) => {
          const bounds = { values: 2, runs: 3, tags: 2, rows: 5 }
          const { clock, usage, report } = start()
          const store = failing(usage, turn => (turn > all.length ? false : (all[turn - 1]?.fails ?? false)))
          const listener = usageListener({ usage: store, clock, complain: () => undefined, most, bounds })
          let [total, attempts] = [0, 0]
          for (const { team, tags, run, costs, later } of all) {
            const made = costs.map((cost, index) =>
              attemptOf({
                index,
                candidate: index % 2 === 0 ? mini : sonnet,
                ...(cost !== undefined && { cost: priced(cost) }),
              }),
            )
            total += costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0)
            attempts += made.length
            const change: Partial<Settled> = { tags, attempts: made, endedAt: (storyStart + later) as Instant }
            const caller = { key: 'ci' as VirtualKeyId, team }
            listener.hear(settledEvent({ ...change, caller, ...(run !== undefined && { run }) }))
            await clock.pass(300)
          }
          await clock.pass(10_000_000)
          expect(listener.waiting()).toBe(0)
          for (const by of [[], ['team', 'run'], ['provider', 'tag:app', 'tag:env']] as const) {
            const lines = await report(by, 'hour')
            expect(lines.reduce((sum, line) => sum + line.cost, 0)).toBe(total)
            expect(lines.reduce((sum, line) => sum + line.attempts, 0)).toBe(attempts)
            expect(lines.reduce((sum, line) => sum + line.requests, 0)).toBe(all.length)
          }
          const runs = (await report(['run'])).map(line => line.names.run)
          expect(runs.length).toBeLessThanOrEqual(3 * 5 + 2)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('names that clients make up', () => {
  it('are kept up to so many in an hour, and those beyond are told as one', async () => {
    const { listener, report } = start({ bounds: { ...usualBounds, values: 3, runs: 4, tags: 2 } })
    for (let at = 0; at < 10; at += 1) {
      listener.hear(settledEvent({ run: `r${at}`, task: `t${at}`, tags: { app: `a${at}`, env: 'x', [`n${at}`]: 'y' } }))
    }
    await listener.flush()
    expect((await report(['run'])).map(line => [line.names.run, line.requests])).toEqual([
      ['(other)', 6],
      ['r0', 1],
      ['r1', 1],
      ['r2', 1],
      ['r3', 1],
    ])
    expect(await report(['task'])).toHaveLength(4)
    expect((await report(['tag:app'])).map(line => line.names['tag:app'])).toEqual(['(other)', 'a0', 'a1', 'a2'])
    expect((await report(['tag:n5']))[0]?.names['tag:n5']).toBe('')
    listener.hear(settledEvent({ run: 'r9', endedAt: (storyStart + hour) as Instant }))
    await listener.flush()
    expect((await report(['run'], 'hour')).at(-1)).toMatchObject({ names: { run: 'r9' }, requests: 1 })
  })
  it('make no more than twice as many rows as there may be, beside those of fixed names', async () => {
    const { listener, usage, report } = start({ bounds: { ...usualBounds, rows: 10 } })
    let rows = 0
    const { add } = usage
    usage.add = async (batch, told) => {
      rows += told.length
      await add(batch, told)
    }
    for (let at = 0; at < 500; at += 1) {
      const tags = Object.fromEntries(
        Array.from({ length: 9 }, (_, bit) => [`b${bit}`, 'x']).filter((_, bit) => (at >> bit) % 2),
      )
      listener.hear(settledEvent({ run: `r${at}`, tags, attempts: [attemptOf({ cost: priced(1) })] }))
    }
    await listener.flush()
    expect(rows).toBeLessThanOrEqual(21)
    expect((await report())[0]).toMatchObject({ requests: 500, cost: 500 })
  })
})

describe('a store that fails', () => {
  it('gets everything once it is well, each batch once, and is asked less and less often meanwhile', async () => {
    const { clock, usage, report } = start()
    let asked = 0
    const store = failing(usage, turn => {
      asked = turn
      return turn < 8 ? (turn % 2 === 0 ? 'after' : 'before') : false
    })
    const complaints: string[] = []
    const listener = usageListener({ usage: store, clock, complain: message => void complaints.push(message) })
    for (let at = 0; at < 60; at += 1) {
      listener.hear(settledEvent({ run: `r${at}`, attempts: [attemptOf({ cost: priced(7) })] }))
      await clock.pass(1000)
    }
    expect(asked).toBeLessThan(8)
    expect(complaints[0]).toContain('could not be written: Error: the store is locked')
    expect(complaints.length).toBeLessThanOrEqual(2)
    await clock.pass(600_000)
    expect((await report())[0]).toMatchObject({ requests: 60, cost: 420 })
    expect(listener.dropped()).toBe(0)
  })
  it('until the end is told what is lost', async () => {
    const { clock, usage } = start()
    const complaints: string[] = []
    const store = failing(usage, () => 'before')
    const listener = usageListener({ usage: store, clock, complain: message => void complaints.push(message) })
    listener.hear(settledEvent({ attempts: [attemptOf({ candidate: { ...mini, model: 'x' as ModelId } })] }))
    const closed = listener.close()
    await clock.pass(60_000)
    await closed
    expect(listener.dropped()).toBe(1)
    await clock.pass(60_000)
    listener.hear(settledEvent())
    expect(listener.waiting()).toBe(1)
    expect(clock.waiting()).toBe(0)
  })
  it('holds nobody up: what is heard is written a second later, or at once where much waits', async () => {
    const { clock, listener, report } = start({ most: 3 })
    listener.hear(settledEvent())
    await clock.pass(999)
    expect(await report()).toEqual([])
    await clock.pass(1)
    expect((await report())[0]?.requests).toBe(1)
    for (let at = 0; at < 3; at += 1) listener.hear(settledEvent({ run: `r${at}` }))
    expect((await report())[0]?.requests).toBe(1)
    await clock.pass(0)
    await settle()
    expect((await report())[0]?.requests).toBe(4)
  })
})

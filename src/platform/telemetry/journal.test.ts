/** The journal's listener with real stores: what is written, when, and what happens where it cannot be. */
import { describe, expect, it } from 'vitest'
import { testClock } from '../../../test/clock.ts'
import { attemptOf, decisionOf, fallbackStory, settledEvent, shadowEvent, storyStart } from '../../../test/story.ts'
import type { DecisionTrace } from '../../domain/decision.ts'
import type { GatewayEvent, SettledRecord, ShadowRecord } from '../../domain/gateway-event.ts'
import type { RequestId, VirtualKeyId } from '../../domain/ids.ts'
import type { Journal, Store } from '../../ports/store.ts'
import { packedDecisions } from '../packed-decisions.ts'
import { memoryStore } from '../stores/memory.ts'
import { sqliteStore } from '../stores/sqlite.ts'
import { journalListener } from './journal.ts'
import type { JournalOptions } from './journal.ts'

const decided = (trace: DecisionTrace = decisionOf()): GatewayEvent => ({
  type: 'decision-made',
  at: storyStart,
  request: 'req_1' as RequestId,
  trace,
})

const start = (store: Store = memoryStore(testClock()), change: Partial<JournalOptions> = {}) => {
  const clock = testClock()
  const complaints: string[] = []
  const listener = journalListener({
    journal: store.journal,
    clock,
    complain: message => void complaints.push(message),
    ...change,
  })
  return { clock, complaints, listener, journal: store.journal }
}

/** A journal that fails as long as it is told to. */
const failing = (fails: (turn: number) => boolean): Journal => {
  const { journal } = memoryStore(testClock())
  let turn = 0
  return {
    ...journal,
    append: (...entries) => {
      turn += 1
      return fails(turn) ? Promise.reject(new Error('the store state.db is locked')) : journal.append(...entries)
    },
  }
}

describe('the journal', () => {
  it.each([
    ['memory', async () => memoryStore(testClock())],
    ['SQLite', () => sqliteStore(':memory:', testClock())],
    ['SQLite, packed', async () => packedDecisions(await sqliteStore(':memory:', testClock()))],
  ])('holds each decision whole, by its id, in %s', async (_, make) => {
    const store = await make()
    const { listener, journal } = start(store)
    const trace = decisionOf()
    listener.hear(decided(trace))
    await listener.flush()
    const found = await journal.find<DecisionTrace>('decisions', trace.decision.id)
    expect(JSON.stringify(found?.decision)).toBe(JSON.stringify(trace.decision))
    expect(found?.facts).toEqual(trace.facts)
    await store.close()
  })
  it('holds each shadow by the span of its attempt, apart from the outcome, without the words of a provider', async () => {
    const { listener, journal } = start()
    const failure = { kind: 'upstream-overloaded', message: 'the words "my secret diary" made us sad' } as const
    const attempt = attemptOf({ kind: 'shadow', failure, committed: false })
    const event = shadowEvent({ attempt })
    listener.hear(event)
    await listener.flush()
    const found = await journal.find<ShadowRecord>('shadows', attempt.spanId)
    expect(found).toMatchObject({
      request: 'req_1',
      decision: event.shadow.decision.decision.id,
      shadow: { arm: 'next', candidate: 'sonnet' },
      attempt: { kind: 'shadow', candidate: 'mini', provider: 'openai', failure: { kind: 'upstream-overloaded' } },
      cost: { amount: 300, source: 'usage' },
    })
    expect(JSON.stringify(found)).not.toContain('diary')
    expect(await journal.read('outcomes', undefined, 1)).toEqual([])
  })
  it('holds each outcome by the span that feedback refers to, with the decision by its id', async () => {
    const { listener, journal } = start()
    const event = settledEvent(fallbackStory())
    listener.hear(event)
    await listener.flush()
    const found = await journal.find<SettledRecord>('outcomes', 'a000000000000002')
    expect(found).toMatchObject({
      request: event.request,
      decision: event.settled.decision?.decision.id,
      pool: 'support',
      served: 1,
      cost: { amount: 2004, source: 'usage' },
      attempts: [
        {
          candidate: 'mini',
          provider: 'openai',
          model: 'gpt-4o-mini',
          kind: 'primary',
          failure: { kind: 'upstream-overloaded' },
        },
        { candidate: 'sonnet', kind: 'fallback', usage: { input: 1000, output: 51 } },
      ],
    })
    expect(found?.attempts[1]).not.toHaveProperty('failure')
  })
  it('holds no words of prompts, providers, or what a key may use', async () => {
    const { listener, journal } = start()
    listener.hear(
      settledEvent({
        ...fallbackStory(),
        failure: { kind: 'upstream-invalid', message: 'what is a "diary"?' },
        caller: { key: 'ci' as VirtualKeyId, allow: { pools: ['vault'] } },
      }),
    )
    await listener.flush()
    const text = JSON.stringify(await journal.read('outcomes', undefined, 10))
    expect(text).not.toContain('diary')
    expect(text).not.toContain('vault')
    expect(text).toContain('upstream-invalid')
  })
  it('is not written while requests are under way, but within a tenth of a second', async () => {
    const { listener, journal, clock } = start()
    listener.hear(decided())
    listener.hear(settledEvent())
    expect(await journal.read('decisions', undefined, 1)).toEqual([])
    await clock.pass(99)
    expect(await journal.read('decisions', undefined, 1)).toEqual([])
    await clock.pass(1)
    expect(await journal.read('decisions', undefined, 1)).toHaveLength(1)
    expect(await journal.read('outcomes', undefined, 1)).toHaveLength(1)
  })
  it('hears nothing else', async () => {
    const { listener, clock } = start()
    listener.hear({ type: 'cache-hit', at: storyStart, request: 'req_1' as RequestId })
    expect(clock.waiting()).toBe(0)
    await listener.close()
  })
  it('is tried again where it fails, and loses nothing if it gets well', async () => {
    const journal = failing(turn => turn === 1)
    const { listener, clock, complaints } = start(undefined, { journal })
    listener.hear(settledEvent())
    await clock.pass(400)
    expect(await journal.read('outcomes', undefined, 5)).toHaveLength(1)
    expect(listener.dropped()).toBe(0)
    expect(complaints).toEqual([
      expect.stringContaining('1 outcomes could not be written to the journal: Error: the store state.db is locked'),
    ])
  })
  it('that stays broken loses entries, counted, complains once a minute, and harms nobody', async () => {
    const journal = failing(() => true)
    const { listener, clock, complaints } = start(undefined, { journal, room: 100 })
    for (let turn = 0; turn < 150; turn += 1) listener.hear(settledEvent())
    expect(listener.dropped()).toBe(50)
    await clock.pass(20_000)
    expect(listener.dropped()).toBe(150)
    expect(complaints).toHaveLength(1)
    const closed = listener.close()
    await clock.pass(5000)
    await closed
  })
  it('that stays broken does not keep a house from closing', async () => {
    const journal = failing(() => true)
    const { listener, clock } = start(undefined, { journal })
    for (let turn = 0; turn < 10_000; turn += 1) listener.hear(settledEvent())
    const closed = listener.close()
    await clock.pass(1_500)
    await closed
    expect(listener.dropped()).toBe(10_000)
    expect(clock.waiting()).toBe(0)
  })
  it('that gets well while a house closes is written to its end', async () => {
    const journal = failing(turn => turn <= 2)
    const { listener, clock } = start(undefined, { journal })
    for (let turn = 0; turn < 1_000; turn += 1) listener.hear(settledEvent())
    const closed = listener.close()
    await clock.pass(1_500)
    await closed
    expect(listener.dropped()).toBe(0)
    expect(await journal.read('outcomes', undefined, 2_000)).toHaveLength(1_000)
  })
  it('writes everything before it closes', async () => {
    const { listener, journal } = start()
    for (let turn = 0; turn < 300; turn += 1) listener.hear(settledEvent())
    await listener.close()
    expect(await journal.read('outcomes', undefined, 1000)).toHaveLength(300)
    expect(listener.dropped()).toBe(0)
  })
})

/** What is refused comes into the audit log, each kind at once, and a flood of it as a count. */
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../../test/clock.ts'
import { settledEvent, storyStart } from '../../../test/story.ts'
import type { FailureKind } from '../../domain/failure.ts'
import type { Settled } from '../../domain/gateway-event.ts'
import type { VirtualKeyId } from '../../domain/ids.ts'
import type { RefusalEntry } from '../refusal-entries.ts'
import { refusalListener } from './refusals.ts'

const start = (fails: () => boolean = () => false) => {
  const clock = testClock(storyStart)
  const entries: RefusalEntry[] = []
  const complaints: string[] = []
  const listener = refusalListener({
    clock,
    async append(entry) {
      if (fails()) throw new Error('the store is full')
      entries.push(entry)
    },
    complain: message => void complaints.push(message),
    known: 5,
    unknown: 3,
  })
  return { clock, entries, complaints, listener }
}

const refused = (kind: FailureKind, change: Partial<Settled> = {}, key = 'ci') =>
  settledEvent({
    failure: { kind, message: `no: ${kind}` },
    caller: { key: key as VirtualKeyId, team: 'search' },
    attempts: [],
    ...change,
  })
const undecided = (event: ReturnType<typeof refused>): typeof event => {
  const { decision: _decision, ...settled } = event.settled
  return { ...event, settled }
}
const told = (entries: readonly RefusalEntry[]): number =>
  entries.reduce((sum, { after }) => sum + (after?.times ?? 1), 0)

describe('a refusal', () => {
  it('is told at once: who, what, and why', async () => {
    const { entries, listener } = start()
    const event = refused('forbidden', { target: 'gold', caller: { key: 'ci' as VirtualKeyId, user: 'ann' } })
    listener.hear(event)
    await settle()
    expect(entries).toEqual([
      {
        at: event.settled.endedAt,
        who: { key: 'ci', user: 'ann' },
        action: 'refused.forbidden',
        object: 'chat gold',
        refused: 'no: forbidden',
        request: event.request,
      },
    ])
  })
  it('is what a rule refused, or what was asked for that is not there; not what went wrong upstream', async () => {
    const { entries, listener } = start()
    for (const kind of ['over-budget', 'rate-limited', 'limits-unknown'] as const) listener.hear(refused(kind))
    for (const kind of ['target-unknown', 'invalid-request'] as const) listener.hear(undecided(refused(kind)))
    const others = ['upstream-overloaded', 'invalid-request', 'cancelled', 'no-candidate', 'context-overflow'] as const
    for (const kind of others) listener.hear(refused(kind))
    for (const kind of ['cancelled', 'internal'] as const) listener.hear(undecided(refused(kind)))
    listener.hear(settledEvent())
    await listener.flush()
    expect(entries.map(one => one.action)).toEqual([
      'refused.over-budget',
      'refused.rate-limited',
      'refused.limits-unknown',
      'refused.target-unknown',
      'refused.invalid-request',
    ])
  })
  it('that comes again within the minute is told as one with how many, and anew in the next', async () => {
    const { clock, entries, listener } = start()
    for (let at = 0; at < 1000; at += 1) listener.hear(refused('forbidden', { target: `model-${at % 8}` }))
    await clock.pass(59_999)
    expect(entries).toHaveLength(1)
    await clock.pass(1)
    expect(entries).toHaveLength(2)
    expect(entries[1]?.after?.times).toBe(999)
    expect(entries[1]?.after?.objects).toHaveLength(5)
    listener.hear(refused('forbidden'))
    await settle()
    expect(entries).toHaveLength(3)
    await clock.pass(60_000)
    expect(entries).toHaveLength(3)
    expect(clock.waiting()).toBe(0)
  })
  it('of an unknown key is told by how the key begins', async () => {
    const { entries, listener } = start()
    const who = { prefix: 'sk-sb-aB3_xY9z', address: '10.0.0.7' }
    listener.refuse({ at: storyStart, who, kind: 'unauthenticated', object: 'POST /v1/messages', why: 'unknown key' })
    await settle()
    expect(entries[0]).toMatchObject({
      who: { address: '10.0.0.7' },
      action: 'refused.unauthenticated',
      object: 'key sk-sb-aB3_xY9z: POST /v1/messages',
    })
    expect(entries[0]?.who).not.toHaveProperty('prefix')
  })
})

describe('a flood', () => {
  it('of keys that nobody knows comes to a few entries a minute, and every one is counted', async () => {
    const { clock, entries, listener } = start()
    for (let at = 0; at < 5000; at += 1) {
      const who = { prefix: `sk-sb-${at}`, address: `10.0.${at % 250}.1` }
      const object = 'x'.repeat(10_000)
      listener.refuse({ at: storyStart, who, kind: 'unauthenticated', object, why: 'y'.repeat(10_000) })
    }
    await clock.pass(60_000)
    expect(entries).toHaveLength(3 + 2)
    expect(told(entries)).toBe(5000)
    expect(Math.max(...entries.map(one => JSON.stringify(one).length))).toBeLessThan(1500)
  })
  it('of known keys leaves room for those of unknown ones, and the other way round', async () => {
    const { clock, entries, listener } = start()
    for (let at = 0; at < 100; at += 1) listener.hear(refused('over-budget', {}, `key${at}`))
    listener.refuse({ at: storyStart, who: { prefix: 'sk-sb-1' }, kind: 'unauthenticated', object: 'x', why: 'y' })
    await clock.pass(60_000)
    expect(told(entries)).toBe(101)
    expect(entries).toHaveLength(5 + 2 + 1)
    expect(entries.map(one => one.who.key)).toContain('(others)')
  })
})

describe('a log that cannot be written', () => {
  it('gets every refusal once it can, as a count', async () => {
    let isFull = true
    const { clock, entries, complaints, listener } = start(() => isFull)
    for (let at = 0; at < 40; at += 1) {
      listener.hear(refused('forbidden'))
      await clock.pass(10_000)
    }
    expect(entries).toEqual([])
    expect(complaints[0]).toContain('the store is full')
    isFull = false
    await clock.pass(120_000)
    expect(told(entries)).toBe(40)
    expect(listener.dropped()).toBe(0)
    expect(clock.waiting()).toBe(0)
  })
  it('until the end is told how many are lost', async () => {
    const { clock, complaints, listener } = start(() => true)
    for (let at = 0; at < 3; at += 1) listener.hear(refused('forbidden'))
    await clock.pass(60_000)
    await listener.close()
    listener.hear(refused('forbidden'))
    expect(listener.dropped()).toBe(4)
    expect(complaints.length).toBeGreaterThan(0)
    expect(clock.waiting()).toBe(0)
  })
  it('is written to before the end', async () => {
    const { clock, entries, listener } = start()
    for (let at = 0; at < 3; at += 1) listener.hear(refused('forbidden'))
    await listener.close()
    expect(told(entries)).toBe(3)
    expect(listener.dropped()).toBe(0)
    expect(clock.waiting()).toBe(0)
  })
})

/** Whose cache has the beginning of a session, as far as it told. */
import { describe, expect, it } from 'vitest'
import { attemptOf, candidateOf, failureOf, instant, usageOf } from '../../test/live-events.ts'
import type { DeploymentId, VirtualKeyId } from '../domain/ids.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { Usage } from '../domain/stream-event.ts'
import { tokens } from '../domain/units.ts'
import { Warmth } from './warmth.ts'

const key = 'k' as VirtualKeyId
const one = candidateOf('one')
const two = candidateOf('two')
const minute = 60_000

const told = (read: number, written: number, long?: number): Usage => ({
  ...usageOf(5_000, 10),
  inputCached: tokens(read),
  inputCacheWritten: tokens(written),
  ...(long !== undefined && { inputCacheWrittenLong: tokens(long) }),
})
const answer = (usage: Usage | undefined, startedAt = 0, more: Partial<Attempt> = {}): Attempt => ({
  ...attemptOf({ candidate: one, startedAt, at: startedAt + 10, ...(usage && { usage }) }),
  ...more,
})
const after = (...attempts: readonly Attempt[]): Warmth => {
  const warmth = new Warmth()
  for (const attempt of attempts) warmth.settled(key, 's', [attempt])
  return warmth
}
const find = (warmth: Warmth, now: number, id = one.id) => warmth.find(id, key, 's', instant(now))

describe('a cache', () => {
  it('has what was read from it and written to it, for five minutes from the start of the attempt', () => {
    const warmth = after(answer(told(3_000, 1_500), 1_000))
    expect(find(warmth, 2_000)).toMatchObject({ tokens: 4_500, until: 1_000 + 5 * minute })
    expect(find(warmth, 1_000 + 5 * minute - 1)).toBeDefined()
    expect(find(warmth, 1_000 + 5 * minute)).toBeUndefined()
    expect(find(warmth, 2_000, two.id)).toBeUndefined()
  })

  it('is kept for an hour where it was written for an hour, and is read for an hour more', () => {
    expect(find(after(answer(told(0, 900, 900))), 59 * minute)).toBeDefined()
    const read = after(answer(told(0, 900, 900)), answer(told(900, 0), 10 * minute))
    expect(find(read, 69 * minute)?.tokens).toBe(900)
    expect(find(after(answer(told(0, 900, 900)), answer(told(0, 800), 10 * minute)), 16 * minute)).toBeUndefined()
  })

  it('has nothing where the provider told that nothing was cached, and what it had where it told nothing', () => {
    expect(find(after(answer(told(900, 0)), answer(told(0, 0), 10)), 20)).toBeUndefined()
    expect(find(after(answer(told(900, 0)), answer(undefined, 10)), 20)?.tokens).toBe(900)
    const broken = answer(told(0, 0), 10, { failure: failureOf('stream-broken') })
    expect(find(after(answer(told(900, 0)), broken), 20)?.tokens).toBe(900)
  })

  it('is one session’s of one key', () => {
    const warmth = after(answer(told(900, 0)))
    expect(warmth.find(one.id, 'other' as VirtualKeyId, 's', instant(1))).toBeUndefined()
    expect(warmth.find(one.id, key, 't', instant(1))).toBeUndefined()
  })

  it('is known of every deployment that was asked', () => {
    const warmth = new Warmth()
    const both = [answer(told(900, 0)), answer(told(0, 700), 5, { candidate: two, index: 1 })]
    warmth.settled(key, 's', both)
    expect([find(warmth, 9)?.tokens, find(warmth, 9, two.id)?.tokens]).toEqual([900, 700])
    const restored = new Warmth()
    restored.restore(JSON.parse(JSON.stringify(warmth.save(instant(9)))), { now: instant(9), shift: 0 })
    expect([find(restored, 9)?.tokens, find(restored, 9, two.id)?.tokens]).toEqual([900, 700])
    warmth.keepOnly(new Set(['two' as DeploymentId]))
    expect([find(warmth, 9)?.tokens, find(warmth, 9, two.id)?.tokens]).toEqual([undefined, 700])
    warmth.keepOnly(new Set())
    expect(warmth.sessions).toBe(0)
  })

  it('is remembered of the sessions used last, as many as there is room for', () => {
    const warmth = new Warmth()
    for (let session = 0; session < 8_200; session++) warmth.settled(key, `s${session}`, [answer(told(900, 0))])
    expect(warmth.sessions).toBe(8_192)
    expect(warmth.find(one.id, key, 's0', instant(1))).toBeUndefined()
    expect(warmth.save(instant(1))).toHaveLength(2_048)
  })

  it('is not restored from damage', () => {
    const warmth = new Warmth()
    const damage = [
      null,
      { name: 4, at: [] },
      { name: 'k\ns', at: [{ id: 'one', tokens: -4, until: 9e9 }, { id: 'one' }] },
    ]
    warmth.restore(damage, { now: instant(0), shift: 0 })
    expect(warmth.sessions).toBe(0)
  })
})

/** Who keeps which answer: known at once, then from the store, never more than there is room for. */
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../test/clock.ts'
import type { DeploymentId, ProviderId, VirtualKeyId } from '../domain/ids.ts'
import type { Keeper } from '../domain/memory.ts'
import { memoryStore } from '../platform/stores/memory.ts'
import { Kept } from './kept.ts'

const keeper = (deployment: string): Keeper => ({
  deployment: deployment as DeploymentId,
  provider: 'p' as ProviderId,
  key: 'k' as VirtualKeyId,
})

describe('kept answers', () => {
  it('are found again, also by another process with the same store, for a month', async () => {
    const clock = testClock()
    const store = memoryStore(clock)
    new Kept(store).remember('resp_1', keeper('a'))
    await settle()
    expect((await new Kept(store).find('resp_1'))?.deployment).toBe('a')
    expect(await new Kept(store).find('resp_2')).toBeUndefined()
    clock.advance(30 * 24 * 3_600_000 + 1)
    expect(await new Kept(store).find('resp_1')).toBeUndefined()
  })
  it('stay whose they were first, and are gone once forgotten', async () => {
    const store = memoryStore(testClock())
    const kept = new Kept(store)
    kept.remember('resp_1', keeper('a'))
    kept.remember('resp_1', keeper('b'))
    expect((await kept.find('resp_1'))?.deployment).toBe('a')
    kept.forget('resp_1')
    await settle()
    expect(await kept.find('resp_1')).toBeUndefined()
  })
  it('are looked up in the store where there are too many to know', async () => {
    const store = memoryStore(testClock())
    const kept = new Kept(store)
    let reads = 0
    const counting = new Kept({ records: { ...store.records, get: async key => (reads++, store.records.get(key)) } })
    for (let at = 0; at <= 10_000; at += 1) counting.remember(`resp_${at}`, keeper('a'))
    await settle()
    await counting.find('resp_10000')
    expect(reads).toBe(0)
    expect((await counting.find('resp_0'))?.deployment).toBe('a')
    expect(reads).toBe(1)
    expect(await kept.find('x'.repeat(300))).toBeUndefined()
  })
  it('are known although the store writes nothing', async () => {
    const records = {
      get: () => Promise.resolve(undefined),
      list: () => Promise.resolve([]),
      putAll: () => Promise.resolve(false),
      put: () => Promise.reject(new Error('disk')),
      delete: () => Promise.reject(new Error('disk')),
    }
    const kept = new Kept({ records })
    kept.remember('resp_1', keeper('a'))
    await settle()
    expect((await kept.find('resp_1'))?.deployment).toBe('a')
    kept.forget('resp_1')
    await settle()
    expect(await kept.find('resp_1')).toBeUndefined()
  })
})

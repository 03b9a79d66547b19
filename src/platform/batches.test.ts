/** Batches by their promises: in order, one at a time, bounded, and never in the way of whoever brings something. */
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../test/clock.ts'
import { batches } from './batches.ts'
import type { BatchOptions } from './batches.ts'

const start = (change: Partial<BatchOptions<number>> = {}) => {
  const clock = testClock()
  const passed: (readonly number[])[] = []
  const put = batches<number>({
    clock,
    room: 10,
    most: 3,
    every: 100,
    async pass(batch) {
      passed.push(batch)
      return 0
    },
    ...change,
  })
  return { clock, passed, put }
}

describe('batches', () => {
  it('are passed on when their time has come, not before, and nothing is done where nothing waits', async () => {
    const { clock, passed, put } = start()
    await clock.pass(1000)
    expect(clock.waiting()).toBe(0)
    put.put(1)
    await clock.pass(50)
    put.put(2)
    await clock.pass(49)
    expect(passed).toEqual([])
    await clock.pass(1)
    expect(passed).toEqual([[1, 2]])
    expect(clock.waiting()).toBe(0)
  })
  it('are passed on at once where they are full, but never while something is brought', async () => {
    const { clock, passed, put } = start()
    for (const item of [1, 2, 3, 4]) put.put(item)
    await settle()
    expect(passed).toEqual([])
    await clock.pass(0)
    expect(passed).toEqual([[1, 2, 3]])
    await clock.pass(100)
    expect(passed).toEqual([[1, 2, 3], [4]])
  })
  it('that do not fit are dropped and counted, and what is waiting is kept', async () => {
    const { clock, passed, put } = start()
    for (let item = 0; item < 25; item += 1) put.put(item)
    expect(put.dropped()).toBe(15)
    expect(put.waiting()).toBe(10)
    await clock.pass(1000)
    expect(passed.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(put.waiting()).toBe(0)
  })
  it('are passed on one after another, in order', async () => {
    const ends: (() => void)[] = []
    const begun: (readonly number[])[] = []
    const { clock, put } = start({
      pass: batch =>
        new Promise(resolve => {
          begun.push(batch)
          ends.push(() => resolve(0))
        }),
    })
    for (const item of [1, 2, 3, 4]) put.put(item)
    await clock.pass(1000)
    put.put(5)
    await clock.pass(1000)
    expect(begun).toEqual([[1, 2, 3]])
    ends.shift()?.()
    await clock.pass(1000)
    expect(begun).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
    let isFlushed = false
    const flushed = put.flush().then(() => (isFlushed = true))
    await settle()
    expect(isFlushed).toBe(false)
    ends.shift()?.()
    await flushed
  })
  it('count what was lost, also where passing on fails', async () => {
    let turn = 0
    const { clock, put } = start({
      pass: async () => {
        turn += 1
        if (turn === 2) throw new Error('no')
        return 1
      },
    })
    for (const item of [1, 2, 3, 4, 5]) put.put(item)
    await clock.pass(1000)
    expect(put.dropped()).toBe(3)
  })
  it('are flushed without the clock, with what is under way, and by several at once', async () => {
    const { clock, passed, put } = start()
    for (const item of [1, 2, 3, 4, 5, 6, 7]) put.put(item)
    await Promise.all([put.flush(), put.flush()])
    expect(passed).toEqual([[1, 2, 3], [4, 5, 6], [7]])
    await put.flush()
    expect(clock.waiting()).toBe(0)
  })
  it('that come while others are flushed are passed on in their time', async () => {
    const { clock, passed, put } = start()
    put.put(1)
    const flushed = put.flush()
    put.put(2)
    await flushed
    await clock.pass(100)
    expect(passed.flat()).toEqual([1, 2])
  })
  it('take nothing more once closed', async () => {
    const { passed, put } = start()
    put.put(1)
    await put.close()
    put.put(2)
    await put.close()
    expect(passed).toEqual([[1]])
    expect(put.dropped()).toBe(1)
  })
})

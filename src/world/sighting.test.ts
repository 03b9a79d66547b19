/** The log keeps the latest requests, and what it gave does not change any more. */
import { describe, expect, it } from 'vitest'
import { SightingLog } from './sighting.ts'

describe('the log', () => {
  it('keeps the latest ten thousand', () => {
    const log = new SightingLog()
    for (let nth = 0; nth < 10_005; nth++) log.open({ method: 'GET', url: `/${nth}?a=b` }, nth)
    expect(log.rows()).toHaveLength(10_000)
    expect(log.rows()[0]).toMatchObject({ nth: 6, path: '/5', startedAt: 5 })
  })

  it('gives what is known at the time, and keeps counting', () => {
    const log = new SightingLog()
    const entry = log.open({ method: 'POST', url: '/a' }, 1)
    const [before] = log.rows()
    entry.count(5)
    entry.note({ status: 200 })
    expect(before).toEqual({ nth: 1, method: 'POST', path: '/a', startedAt: 1, bytes: 0, complete: false })
    expect(log.rows()).toEqual([{ ...before, bytes: 5, status: 200 }])
  })

  it('does not list what was running when it was cleared, and counts on', () => {
    const log = new SightingLog()
    const entry = log.open({ url: '/a' }, 1)
    log.clear()
    entry.note({ status: 200 })
    expect(log.rows()).toEqual([])
    expect(log.open({ url: '/b' }, 2).seen.nth).toBe(2)
  })
})

/** What is left of limits: by our own count, and by what providers tell. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { leftOfLimit, RateWindow, tighter, ToldLimits } from './rate-window.ts'

const spentAt = (window: RateWindow, now: number) => ({ ...window.spent(instant(now)) })

describe('the last minute', () => {
  it('counts requests and tokens, and lets go of them after a minute', () => {
    const window = new RateWindow()
    window.start(100, instant(500))
    window.start(50, instant(30_000))
    expect(spentAt(window, 30_000)).toEqual({ requests: 2, tokens: 150 })
    expect(spentAt(window, 60_500)).toEqual({ requests: 2, tokens: 150 })
    expect(spentAt(window, 61_500)).toEqual({ requests: 1, tokens: 50 })
    expect(spentAt(window, 91_500)).toEqual({ requests: 0, tokens: 0 })
    expect(window.wholeAt()).toBe(90_000)
  })

  it('is corrected where the request started, or not at all once that has passed', () => {
    const window = new RateWindow()
    window.start(100, instant(1_000))
    window.start(10, instant(50_000))
    window.correct(-60, instant(1_000), instant(51_000))
    expect(spentAt(window, 51_000)).toEqual({ requests: 2, tokens: 50 })
    expect(spentAt(window, 70_000)).toEqual({ requests: 1, tokens: 10 })
    window.correct(1_000, instant(1_000), instant(70_000))
    expect(spentAt(window, 70_000)).toEqual({ requests: 1, tokens: 10 })
  })

  it('never counts less than the true minute, and no more than one second beyond it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 80 }), waits => {
        const window = new RateWindow()
        const starts: number[] = []
        let now = 0
        for (const wait of waits) {
          now += wait
          window.start(7, instant(now))
          starts.push(now)
          const { requests, tokens } = spentAt(window, now)
          const within = (time: number): number => starts.filter(start => start > now - time).length
          expect(requests).toBeGreaterThanOrEqual(within(60_000))
          expect(requests).toBeLessThanOrEqual(within(61_000))
          expect(tokens).toBe(requests * 7)
        }
      }),
    )
  })
})

describe('what a provider told', () => {
  it('is what is left of its limit, less what was started since, until the reset', () => {
    const told = new ToldLimits()
    told.hear({ requests: { limit: 10, left: 4, resetAt: instant(9_000) } }, instant(0))
    expect(told.requests(instant(1))).toEqual({ share: 0.4, resetAt: 9_000 })
    told.spend(0)
    expect(told.requests(instant(1))?.share).toBeCloseTo(0.3)
    for (let time = 0; time < 5; time++) told.spend(0)
    expect(told.requests(instant(1))?.share).toBe(0)
    expect(told.hasRoom(instant(8_999))).toBe(false)
    expect(told.requests(instant(9_000))).toBeUndefined()
    expect(told.hasRoom(instant(9_000))).toBe(true)
  })

  it('of tokens goes down by what a request is expected to take', () => {
    const told = new ToldLimits()
    told.hear({ tokens: { limit: 1_000, left: 500, resetAt: instant(9_000) } }, instant(0))
    told.spend(200)
    expect(told.tokens(instant(1))).toEqual({ share: 0.3, resetAt: 9_000 })
    expect(told.requests(instant(1))).toBeUndefined()
  })

  it('counts for a minute if no reset was told, and as all or nothing if no limit was', () => {
    const told = new ToldLimits()
    told.hear({ requests: { left: 3 } }, instant(0))
    expect(told.requests(instant(1))).toEqual({ share: 1, resetAt: 60_000 })
    told.hear({ requests: { left: 0 } }, instant(10))
    expect(told.requests(instant(11))).toEqual({ share: 0, resetAt: 60_010 })
  })

  it('is replaced by its next word, measure by measure', () => {
    const told = new ToldLimits()
    told.hear({ requests: { limit: 10, left: 0, resetAt: instant(50) }, tokens: { limit: 10, left: 5 } }, instant(0))
    told.hear({ requests: { limit: 10, left: 9, resetAt: instant(60) } }, instant(1))
    expect(told.requests(instant(2))?.share).toBe(0.9)
    expect(told.tokens(instant(2))?.share).toBe(0.5)
  })

  it('that makes no sense is not believed', () => {
    const told = new ToldLimits()
    told.hear({ requests: { limit: 10, left: Number.NaN }, tokens: { limit: 5 } }, instant(0))
    expect(told.requests(instant(1))).toBeUndefined()
    expect(told.tokens(instant(1))).toBeUndefined()
    told.hear({ requests: { limit: 10, left: 30 } }, instant(0))
    expect(told.requests(instant(1))?.share).toBe(1)
  })
})

describe('what is left', () => {
  it('of a configured limit is a share, whole again when the window has emptied', () => {
    expect(leftOfLimit(undefined, 5, undefined)).toBeUndefined()
    expect(leftOfLimit(10, 0, instant(7))).toEqual({ share: 1 })
    expect(leftOfLimit(10, 4, instant(7))).toEqual({ share: 0.6, resetAt: 7 })
    expect(leftOfLimit(10, 12, instant(7))).toEqual({ share: 0, resetAt: 7 })
    expect(leftOfLimit(0, 0, undefined)).toEqual({ share: 0 })
  })

  it('by two counts is the smaller', () => {
    const [small, large] = [leftOfLimit(10, 9, instant(1)), leftOfLimit(10, 1, instant(2))]
    expect(tighter(large, small)).toBe(small)
    expect(tighter(small, undefined)).toBe(small)
  })
})

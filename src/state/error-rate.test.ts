/** Failures of late, by how long ago they were. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { ErrorRate } from './error-rate.ts'

describe('the rate of failures', () => {
  it('is not known of whom nobody asked', () => {
    expect(new ErrorRate().read(instant(5))).toBeUndefined()
  })

  it('is what each attempt weighs: half as much every thirty seconds', () => {
    const one = fc.record({ wait: fc.nat(50_000), isGood: fc.boolean() })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 40 }), fc.nat(90_000), (acts, after) => {
        const rate = new ErrorRate()
        let now = 1_000
        const log = acts.map(({ wait, isGood }) => {
          now += wait
          rate.add(isGood, instant(now))
          return { at: now, isGood }
        })
        now += after
        const weigh = (all: readonly { readonly at: number }[]): number =>
          all.reduce((sum, { at }) => sum + 0.5 ** ((now - at) / 30_000), 0)
        const bad = weigh(log.filter(({ isGood }) => !isGood))
        const read = rate.read(instant(now))
        expect(read?.samples ?? 0).toBeCloseTo(weigh(log), 5)
        expect(read?.rate ?? 0).toBeCloseTo(bad / (weigh(log) + 1), 5)
        const last = log.findLast(({ isGood }) => !isGood)
        if (read !== undefined) expect(read.sinceLast).toBe(last && now - last.at)
        const restored = new ErrorRate()
        restored.restore(JSON.parse(JSON.stringify(rate.save(instant(now)) ?? null)), { now: instant(now), shift: 0 })
        expect(restored.read(instant(now + 7_000))).toEqual(rate.read(instant(now + 7_000)))
      }),
    )
  })

  it('forgets an old failure where nobody asks any more', () => {
    const rate = new ErrorRate()
    rate.add(false, instant(0))
    expect(rate.read(instant(0))).toEqual({ rate: 0.5, inRow: 1, samples: 1, sinceLast: 0 })
    expect(rate.read(instant(300_000))?.rate).toBeLessThan(0.001)
  })

  it('counts failures in a row until somebody answers', () => {
    const rate = new ErrorRate()
    for (const at of [1, 2, 3]) rate.add(false, instant(at))
    expect(rate.read(instant(4))?.inRow).toBe(3)
    rate.add(true, instant(5))
    expect(rate.read(instant(5))).toMatchObject({ inRow: 0, sinceLast: 2 })
  })

  it('is not restored from damage', () => {
    for (const saved of [undefined, {}, { at: 'now', good: 1, bad: 1 }, { at: 1, good: -1, bad: 1 }]) {
      const rate = new ErrorRate()
      rate.restore(saved, { now: instant(5), shift: 0 })
      expect(rate.read(instant(5))).toBeUndefined()
    }
  })
})

/** Windows of any length held against all that was added, and against what was saved and restored. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { millis } from '../domain/units.ts'
import { QuantileWindow } from './latency.ts'
import { bucketOf, Sketch } from './sketch.ts'

const slice = 5_000
const count = 60
const longest = millis(slice * count)

type Act =
  | { readonly act: 'wait'; readonly time: number }
  | { readonly act: 'add'; readonly value: number; readonly late: number; readonly times: number }
  | { readonly act: 'read'; readonly slices: number }
  | { readonly act: 'save' }

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('add' as const),
      value: fc.double({ min: 0.05, max: 1e7, noNaN: true }),
      late: fc.oneof(fc.constant(0), fc.nat(120_000)),
      times: fc.oneof(fc.constant(1), fc.constant(700)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      time: fc.oneof(fc.nat(6_000), fc.nat(60_000), fc.nat(400_000)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('read' as const), slices: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('save' as const) }) },
)

interface Entry {
  readonly slice: number
  readonly value: number
}

/** What a window of so many slices holds at this moment, counted one by one. */
const bruteForce = (log: readonly Entry[], now: number, slices: number): Sketch => {
  const sketch = new Sketch()
  const head = Math.floor(now / slice)
  for (const entry of log) if (entry.slice > head - slices) sketch.add(entry.value)
  return sketch
}

const holds = (window: QuantileWindow, log: readonly Entry[], now: number, slices: number): void => {
  const expected = bruteForce(log, now, slices)
  const length = millis(slices * slice)
  const figures = window.figures(instant(now), length)
  expect(window.samples(instant(now), length)).toBe(expected.total)
  expect(figures?.p50).toBe(expected.quantile(0.5))
  expect(figures?.p95).toBe(expected.quantile(0.95))
  expect(figures?.p99).toBe(expected.quantile(0.99))
}

describe('a window of any length', () => {
  it('holds exactly what came within it, however it is added, read, saved and restored', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), acts => {
        let window = new QuantileWindow(longest, count)
        let now = 1_000_000
        const log: Entry[] = []
        for (const one of acts) {
          if (one.act === 'wait') now += one.time
          if (one.act === 'add') {
            const at = now - one.late
            // The clock of the window has come so far.
            window.samples(instant(now))
            for (let time = 0; time < one.times; time++) {
              window.add(one.value, instant(at))
              log.push({ slice: Math.floor(at / slice), value: one.value })
            }
          }
          if (one.act === 'read') holds(window, log, now, one.slices)
          if (one.act === 'save') {
            const saved = JSON.parse(JSON.stringify(window.save(instant(now))))
            window = new QuantileWindow(longest, count)
            window.restore(saved, instant(now))
          }
        }
        for (const slices of [6, 12, 37, 60]) holds(window, log, now, slices)
      }),
      { numRuns: 300 },
    )
  })

  it('saved in coarser steps is the same for the newest slices, and holds as much in all', () => {
    const window = new QuantileWindow(longest, count)
    for (let at = 0; at < 300_000; at += 500) window.add(1 + (at % 977), instant(at))
    const now = instant(299_999)
    const restored = new QuantileWindow(longest, count)
    const saved = window.save(now, 12, 6)
    restored.restore(saved, now)
    expect(saved).toHaveLength(12 + 8)
    expect(restored.figures(now, millis(60_000))).toEqual(window.figures(now, millis(60_000)))
    expect(restored.figures(now)).toEqual(window.figures(now))
  })

  it('restores nothing that has passed, and nothing that is damaged', () => {
    const window = new QuantileWindow(longest, count)
    const bucket = bucketOf(100)
    const damaged = [
      [0, bucket, 5],
      [900_000, -1, 5, 100_000, 5, 1.5, 2, bucket, -3, bucket, 0.5, bucket, 1e9, bucket],
      [],
      [Number.NaN, bucket, 1],
    ]
    window.restore(damaged, instant(900_000))
    expect(window.samples(instant(900_000))).toBe(0)
    window.restore([[899_000, bucket, 3]], instant(900_000))
    expect(window.samples(instant(900_000))).toBe(3)
  })
})

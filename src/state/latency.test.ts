/** Quantiles of a sliding window, held against exact ones. */
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { millis } from '../domain/units.ts'
import { QuantileWindow } from './latency.ts'
import { Sketch } from './sketch.ts'

/** Numbers in [0, 1) that are the same in every run. */
const chance = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
const normal = (draw: () => number): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())

const distributions: Readonly<Record<string, (draw: () => number) => number>> = {
  uniform: draw => 20 + 480 * draw(),
  'log-normal': draw => Math.exp(6 + 0.8 * normal(draw)),
  exponential: draw => 0.5 - 300 * Math.log(1 - draw()),
  'heavy-tailed': draw => 50 * (1 - draw()) ** (-1 / 1.2),
  'two-humped': draw => (draw() < 0.93 ? 100 + 20 * draw() : 5_000 + 800 * draw()),
  constant: () => 237,
  'very small and very large': draw => 10 ** (-0.9 + 7.5 * draw()),
}

/** The smallest value that at least this share of all does not exceed. */
const exact = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)] ?? Number.NaN
}

const errorOf = (estimate: number | undefined, truth: number): number => Math.abs((estimate ?? Infinity) / truth - 1)

describe('a quantile', () => {
  for (const [name, value] of Object.entries(distributions)) {
    it(`is within 2 % of the exact one: ${name}`, () => {
      const draw = chance(11)
      for (const count of [1, 2, 19, 20, 21, 100, 5_000]) {
        const values = Array.from({ length: count }, () => value(draw))
        const sketch = new Sketch()
        for (const one of values) sketch.add(one)
        for (const share of [0, 0.5, 0.65, 0.9, 0.95, 0.99, 1]) {
          expect(errorOf(sketch.quantile(share), exact(values, share)), `${count} values, ${share}`).toBeLessThan(0.02)
        }
      }
    })
  }

  it('of two sketches together is that of all their values', () => {
    const draw = chance(5)
    const [one, other, all] = [new Sketch(), new Sketch(), new Sketch()]
    for (let place = 0; place < 2_000; place++) {
      const value = 1_000 * draw()
      ;(place % 3 === 0 ? one : other).add(value)
      all.add(value)
    }
    one.merge(other)
    for (const share of [0.05, 0.5, 0.95]) expect(one.quantile(share)).toBe(all.quantile(share))
    one.subtract(other)
    expect(one.total).toBe(667)
  })

  it('knows the largest value that came with another sketch', () => {
    const [small, large] = [new Sketch(), new Sketch()]
    small.add(1)
    large.add(5_000)
    small.merge(large)
    expect(errorOf(small.quantile(1), 5_000)).toBeLessThan(0.02)
  })

  it('takes what is too small or too large for the smallest and largest it knows, and no NaN', () => {
    const sketch = new Sketch()
    for (const value of [0, -5, Number.NaN]) sketch.add(value)
    expect(sketch.total).toBe(2)
    expect(sketch.quantile(0.95)).toBe(0.1)
    sketch.add(Infinity)
    expect(errorOf(sketch.quantile(1), 1e7)).toBeLessThan(0.04)
  })

  it('of nothing is not known', () => {
    expect(new Sketch().quantile(0.5)).toBeUndefined()
    const emptied = new Sketch()
    emptied.add(5)
    emptied.clear()
    expect(emptied.quantile(0.5)).toBeUndefined()
  })
})

describe('a window', () => {
  const minute = millis(60_000)

  it('is always within 2 % of the exact quantile of the values of its slices', () => {
    const draw = chance(3)
    const window = new QuantileWindow(minute)
    const log: { at: number; value: number }[] = []
    let now = 0
    for (let place = 0; place < 20_000; place++) {
      now += 60 * draw()
      // The level moves, so that old slices would spoil the quantile.
      const value = (1 + Math.floor(now / 90_000)) * (100 + 100 * draw())
      window.add(value, instant(now))
      log.push({ at: now, value })
      if (place % 501 !== 0) continue
      const from = (Math.floor(now / 5_000) - 11) * 5_000
      const values = log.filter(({ at }) => at >= from).map(one => one.value)
      expect(window.samples(instant(now))).toBe(values.length)
      expect(errorOf(window.p95(instant(now)), exact(values, 0.95))).toBeLessThan(0.02)
    }
  })

  it('holds a value for 55 s at least and 60 s at most', () => {
    for (const at of [0, 1, 4_999, 5_000, 7_500]) {
      const window = new QuantileWindow(minute)
      window.add(100, instant(at))
      expect(window.samples(instant(at + 55_000)), `${at}`).toBe(1)
      expect(window.samples(instant(at + 60_000)), `${at}`).toBe(0)
      expect(window.p95(instant(at + 60_000))).toBeUndefined()
      expect(window.figures(instant(at + 60_000))).toBeUndefined()
    }
  })

  it('tells a new p95 as soon as a value comes', () => {
    const window = new QuantileWindow(minute)
    window.add(100, instant(0))
    expect(errorOf(window.p95(instant(1)), 100)).toBeLessThan(0.02)
    window.add(900, instant(2))
    expect(errorOf(window.p95(instant(2)), 900)).toBeLessThan(0.02)
    expect(window.figures(instant(3))).toMatchObject({ samples: 2 })
    expect(errorOf(window.figures(instant(3))?.p50, 100)).toBeLessThan(0.02)
  })

  it('does not count what is negative or no number', () => {
    const window = new QuantileWindow(minute)
    for (const value of [-1, Number.NaN]) window.add(value, instant(0))
    expect(window.samples(instant(0))).toBe(0)
  })
})

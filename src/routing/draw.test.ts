/** Chance from a seed: the same words give the same number, and numbers spread evenly. */
import { describe, expect, it } from 'vitest'
import { drawer, relativeWeights, sharesOf, uniform, weightedKey } from './draw.ts'

describe('uniform', () => {
  it('gives the same number for the same words, on every machine', () => {
    expect(uniform('seed', 'label')).toBe(0.9844965423690155)
    expect(uniform('', '')).toBe(uniform('', ''))
  })
  it('tells apart which of the two words a sign belongs to', () => {
    expect(uniform('ab', 'c')).not.toBe(uniform('a', 'bc'))
    expect(uniform('a', 'b')).not.toBe(uniform('b', 'a'))
  })
  it('reads whole code points', () => {
    expect(uniform('😀', 'x')).not.toBe(uniform('😁', 'x'))
  })
  it('stays within (0, 1) and fills ten bins evenly', () => {
    const bins = Array.from({ length: 10 }, () => 0)
    for (let draw = 0; draw < 20_000; draw++) {
      const value = uniform(`request-${draw}`, 'deployment')
      expect(value > 0 && value < 1).toBe(true)
      const bin = Math.floor(value * 10)
      bins[bin] = (bins[bin] ?? 0) + 1
    }
    // Nine degrees of freedom: 27.9 is the 99.9th percentile.
    const chiSquare = bins.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
    expect(chiSquare).toBeLessThan(27.9)
  })
  it('draws for neighbouring labels without regard to each other', () => {
    let both = 0
    for (let draw = 0; draw < 20_000; draw++)
      if (uniform(`request-${draw}`, 'a') < 0.5 && uniform(`request-${draw}`, 'b') < 0.5) both++
    expect(Math.abs(both / 20_000 - 0.25)).toBeLessThan(0.015)
  })
  it('is what a drawer of many labels gives', () => {
    const draw = drawer('seed')
    expect([draw('a'), draw('b')]).toEqual([uniform('seed', 'a'), uniform('seed', 'b')])
  })
})

describe('weightedKey', () => {
  it('is smaller for more weight, and nothing for none', () => {
    expect(weightedKey(0.5, 3)).toBeLessThan(weightedKey(0.5, 1) ?? 0)
    expect(weightedKey(0.5, 0)).toBeUndefined()
    expect(weightedKey(0.5, Number.NaN)).toBeUndefined()
  })
})

describe('relativeWeights', () => {
  it('go by the largest, count what makes no sense as none, and are all the same where nobody has any', () => {
    expect(relativeWeights([2, 8, 0, -1, undefined, Number.NaN, Number.POSITIVE_INFINITY])).toEqual([
      0.25, 1, 0, 0, 0, 0, 0,
    ])
    expect(relativeWeights([0, undefined])).toEqual([1, 1])
    expect(relativeWeights([])).toEqual([])
    expect(sharesOf(relativeWeights([1e308, 1e308]))).toEqual([0.5, 0.5])
    expect(sharesOf([1, 3])).toEqual([0.25, 0.75])
  })
})

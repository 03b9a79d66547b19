/** Models speak at their medians, varied by chance, and the same seed gives the same rhythm. */
import { describe, expect, it } from 'vitest'
import { recordedModels } from './models.ts'
import { rhythmOf } from './pace.ts'
import type { Pace } from './pace.ts'

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0
const plain = (pace: Pace) => ({ factor: 1, addMs: 0, pace })

describe.each(recordedModels.map(model => [model.id, model] as const))('the rhythm of %s', (_, model) => {
  const rhythms = Array.from({ length: 2001 }, (_unused, nth) => rhythmOf(model, 0, `seed ${nth}`, plain('real')))

  it('has the medians of the model', () => {
    expect(median(rhythms.map(({ firstToken }) => firstToken)) / model.firstToken).toBeCloseTo(1, 1)
    expect((median(rhythms.map(({ perToken }) => perToken)) * model.perSecond) / 1000).toBeCloseTo(1, 1)
  })

  it('varies', () => {
    const firsts = rhythms.map(({ firstToken }) => firstToken / model.firstToken)
    expect(Math.min(...firsts)).toBeLessThan(0.6)
    expect(Math.max(...firsts)).toBeGreaterThan(1.7)
  })
})

describe('a rhythm', () => {
  const [model] = recordedModels
  const of = (pace: Pace, more = {}) => rhythmOf(model!, 800, 'seed', { ...plain(pace), ...more })

  it('is the same for the same seed', () => {
    expect(of('real')).toEqual(of('real'))
    expect(rhythmOf(model!, 800, 'other', plain('real'))).not.toEqual(of('real'))
  })

  it('takes no time at once, and so many times as long by a number', () => {
    expect(of('instant')).toEqual({ firstToken: 0, perToken: 0 })
    expect(of(2).firstToken).toBeCloseTo(2 * of('real').firstToken)
    expect(of(2).perToken).toBeCloseTo(2 * of('real').perToken)
  })

  it('is slowed by the switch, whose milliseconds hold at any pace', () => {
    expect(of('real', { factor: 3 }).perToken).toBeCloseTo(3 * of('real').perToken)
    expect(of('instant', { addMs: 40 })).toEqual({ firstToken: 40, perToken: 0 })
  })

  it('reads a long input first', () => {
    expect(
      rhythmOf(model!, 8000, 'seed', plain('real')).firstToken - rhythmOf(model!, 0, 'seed', plain('real')).firstToken,
    ).toBeCloseTo(1000)
  })
})

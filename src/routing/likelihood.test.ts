/** How sure a difference is, held against tables of the normal distribution. */
import { describe, expect, it } from 'vitest'
import { below, errorsAt, isRealLead } from './likelihood.ts'

describe('the normal distribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.841345],
    [-1, 0.158655],
    [1.96, 0.975002],
    [3, 0.99865],
    [40, 1],
    [-40, 0],
  ])('has this much below %s errors', (errors, probability) => {
    expect(below(errors)).toBeCloseTo(probability, 5)
  })
  it.each([
    [0.9, 1.28155],
    [0.95, 1.64485],
    [0.99, 2.32635],
    [0.5, 0],
    [0.1, -1.28155],
  ])('reaches a confidence of %s at so many errors', (confidence, errors) => {
    expect(errorsAt(confidence)).toBeCloseTo(errors, 2)
  })
  it('stays finite at certainty', () => {
    expect([errorsAt(0), errorsAt(1)]).toEqual([-8, 8])
  })
})

describe('isRealLead', () => {
  it('is certain without error, even without lead, and between where there is one', () => {
    expect([isRealLead(1, 0), isRealLead(-1, 0), isRealLead(0, 0)]).toEqual([1, 0, 0.5])
    expect(isRealLead(1, 1)).toBeCloseTo(0.8413, 3)
  })
})

/** The name that was probably meant, and none where nothing is near. */
import { describe, expect, it } from 'vitest'
import { didYouMean, nearest } from './nearest.ts'

const names = ['cheap', 'fast', 'capable', 'quality-floor', 'round-robin']

describe('nearest', () => {
  it.each([
    ['chaep', 'cheap'],
    ['Cheap', 'cheap'],
    ['fst', 'fast'],
    ['quality_floor', 'quality-floor'],
    ['roundrobin', 'round-robin'],
    ['capabel', 'capable'],
  ])('finds what %s was meant to be', (written, meant) => {
    expect(nearest(written, names)).toBe(meant)
  })
  it('finds nothing where nothing is near', () => {
    expect(nearest('budget', names)).toBeUndefined()
    expect(nearest('', names)).toBeUndefined()
    expect(nearest('x'.repeat(10_000), names)).toBeUndefined()
  })
  it('counts a swap of neighbours as one slip', () => {
    expect(nearest('afst', ['fist', 'fast'])).toBe('fast')
  })
  it('takes the first of two that are as near', () => {
    expect(nearest('bat', ['cat', 'hat'])).toBe('cat')
  })
})

describe('didYouMean', () => {
  it('ends a sentence, or adds nothing', () => {
    expect(didYouMean('chaep', names)).toBe('; did you mean "cheap"?')
    expect(didYouMean('budget', names)).toBe('')
  })
})

/** The effort that a model knows and that is nearest to the one asked for. */
import { describe, expect, it } from 'vitest'
import { isEffort, nearestEffort } from './effort.ts'

describe('the nearest effort', () => {
  it('is the one asked for where the model knows it', () => {
    expect(nearestEffort(['low', 'medium', 'high'], 'medium')).toBe('medium')
  })
  it('is the greater of two that are as near', () => {
    expect(nearestEffort(['minimal', 'medium'], 'low')).toBe('medium')
    expect(nearestEffort(['low', 'high'], 'max')).toBe('high')
  })
  it('is never not to think where thinking was asked for, and only then', () => {
    expect(nearestEffort(['none', 'high'], 'minimal')).toBe('high')
    expect(nearestEffort(['none', 'high'], 'none')).toBe('none')
    expect(nearestEffort(['none'], 'low')).toBeUndefined()
  })
  it('is a word of ours', () => {
    expect(['none', 'max'].every(isEffort)).toBe(true)
    expect([undefined, 'most', 3].some(isEffort)).toBe(false)
  })
})

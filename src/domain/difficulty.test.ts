/** Each difficulty has one tier, and tiers start where they say. */
import { describe, expect, it } from 'vitest'
import { tierOf, tierStarts, tiers } from './difficulty.ts'
import { unit } from './units.ts'

describe('tiers', () => {
  it('begin at their own start', () => {
    for (const tier of tiers) expect(tierOf(unit(tierStarts[tier]))).toBe(tier)
  })
  it('end just below the next', () => {
    expect(tierOf(unit(0.2499))).toBe('simple')
    expect(tierOf(unit(0.4999))).toBe('medium')
    expect(tierOf(unit(0.7499))).toBe('complex')
    expect(tierOf(unit(1))).toBe('reasoning')
  })
})

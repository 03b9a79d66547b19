/** Slowness that has only begun is seen after four calls in a row, and gone with the first quick one. */
import { describe, expect, it } from 'vitest'
import type { Instant } from '../domain/units.ts'
import { Onset } from './onset.ts'

const at = (moment: number): Instant => moment as Instant

/** Calls that start at these moments, all with a p95 of 100 ms. */
const begun = (...starts: readonly number[]): Onset => {
  const onset = new Onset()
  for (const start of starts) onset.start(`call ${start}`, at(start), 100)
  return onset
}

describe('an onset', () => {
  it('is seen once four calls in a row took longer than the p95, told as how many times the p95 the middle one took', () => {
    const onset = begun(0, 10, 20, 30)
    for (const [call, first] of [
      ['call 0', 200],
      ['call 10', 300],
      ['call 20', 400],
    ] as const)
      onset.spoke(call, first)
    expect(onset.times(at(35))).toBeUndefined()
    onset.spoke('call 30', 900)
    expect(onset.times(at(930))).toBe(4)
  })
  it('counts calls that are still silent by how long they have been', () => {
    const onset = begun(0, 10, 20, 30)
    expect(onset.times(at(120))).toBeUndefined()
    expect(onset.times(at(230))).toBeCloseTo(2.2)
    expect(onset.times(at(430))).toBeCloseTo(4.2)
  })
  it('is over once four calls in a row were quick again, but one that began before it says nothing', () => {
    const quick = [200, 210, 220, 230]
    const onset = begun(0, 10, 20, 30, 40, ...quick)
    for (const start of [10, 20, 30, 40]) onset.spoke(`call ${start}`, 500)
    onset.spoke('call 0', 50)
    expect(onset.times(at(540))).toBe(5)
    for (const start of quick.slice(0, 3)) onset.spoke(`call ${start}`, 90)
    expect(onset.times(at(541))).toBe(5)
    onset.spoke('call 230', 90)
    expect(onset.times(at(542))).toBeUndefined()
  })
  it('is remembered for twenty seconds where nobody is asked any more', () => {
    const onset = begun(0, 10, 20, 30)
    for (const start of [0, 10, 20, 30]) onset.spoke(`call ${start}`, 500)
    onset.start('call 60', at(60), 100)
    expect(onset.times(at(100))).toBe(5)
    onset.spoke('call 60', 80)
    expect(onset.times(at(20_100))).toBe(5)
    expect(onset.times(at(20_101))).toBeUndefined()
  })
  it('is not made by one call that hangs, nor by calls that ended for other reasons', () => {
    const onset = begun(0, 10, 20, 30, 40)
    onset.spoke('call 40', 60)
    expect(onset.times(at(5_000))).toBeUndefined()
    const gone = begun(0, 10, 20, 30)
    gone.gone('call 30')
    expect(gone.times(at(5_000))).toBeUndefined()
  })
  it('is forgotten after a minute, when the window knows of it', () => {
    const onset = begun(0, 10, 20, 30)
    for (const start of [0, 10, 20, 30]) onset.spoke(`call ${start}`, 500)
    expect(onset.times(at(61_000))).toBeUndefined()
  })
  it('does not judge calls of which nobody knows what is usual, and keeps nothing of those that have ended', () => {
    const onset = new Onset()
    for (let call = 0; call < 10; call++) onset.start(`call ${call}`, at(call), undefined)
    expect(onset.times(at(60_000))).toBeUndefined()
  })
})

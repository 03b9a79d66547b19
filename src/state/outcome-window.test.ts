/** Good and failed attempts of late. */
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { millis } from '../domain/units.ts'
import { OutcomeWindow } from './outcome-window.ts'

const minute = millis(60_000)

describe('outcomes', () => {
  it('are counted by kind, and only good and blamed ones are calls', () => {
    const outcomes = new OutcomeWindow(minute)
    for (const kind of [
      undefined,
      'upstream-timeout',
      'upstream-timeout',
      'cancelled',
      'upstream-rate-limited',
      'content-refused',
      'context-overflow',
    ] as const)
      outcomes.add(kind, instant(1))
    expect(outcomes.tally(instant(2))).toEqual({ calls: 3, blamed: 2 })
    expect(outcomes.good(instant(2))).toBe(1)
    expect(outcomes.failures(instant(2))).toEqual({
      cancelled: 1,
      'upstream-rate-limited': 1,
      'upstream-timeout': 2,
      'context-overflow': 1,
      'content-refused': 1,
    })
  })

  it('leave the window slice by slice', () => {
    const outcomes = new OutcomeWindow(minute)
    outcomes.add('stream-broken', instant(0))
    outcomes.add(undefined, instant(30_000))
    expect(outcomes.tally(instant(59_999))).toEqual({ calls: 2, blamed: 1 })
    expect(outcomes.tally(instant(60_000))).toEqual({ calls: 1, blamed: 0 })
    expect(outcomes.failures(instant(60_000))).toEqual({})
    expect(outcomes.tally(instant(90_000))).toEqual({ calls: 0, blamed: 0 })
  })
})

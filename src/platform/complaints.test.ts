/** Complaints, once a minute. */
import { describe, expect, it } from 'vitest'
import { testClock } from '../../test/clock.ts'
import { onceAMinute } from './complaints.ts'

describe('complaints', () => {
  it('are told once a minute, with how many were kept back', () => {
    const clock = testClock()
    const told: string[] = []
    const complain = onceAMinute(clock, message => void told.push(message))
    complain('first')
    complain('second')
    clock.advance(59_999)
    complain('third')
    expect(told).toEqual(['first'])
    clock.advance(1)
    complain('fourth')
    clock.advance(60_000)
    complain('fifth')
    expect(told).toEqual(['first', 'fourth (and 2 more like it since the last complaint)', 'fifth'])
  })
})

/** A ring of time slices: what is in the window, and what has passed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from '../../test/live-events.ts'
import { millis } from '../domain/units.ts'
import { Slices } from './slices.ts'

interface Count {
  value: number
}
const ring = (count = 3, length = 10) => {
  const passed: number[] = []
  const slices = new Slices<Count>({
    count,
    length: millis(length),
    make: () => ({ value: 0 }),
    pass: slice => {
      if (slice.value > 0) passed.push(slice.value)
      slice.value = 0
    },
  })
  const put = (value: number, at: number): void => {
    slices.advance(instant(at))
    const slice = slices.at(instant(at))
    if (slice !== undefined) slice.value += value
  }
  return { slices, passed, put }
}

describe('slices', () => {
  it('pass one after the other, oldest first', () => {
    const { slices, passed, put } = ring()
    put(1, 5)
    put(2, 15)
    put(3, 25)
    expect(passed).toEqual([])
    slices.advance(instant(30))
    expect(passed).toEqual([1])
    slices.advance(instant(49))
    expect(passed).toEqual([1, 2])
  })

  it('all pass once when nothing came for longer than the window', () => {
    const { slices, passed, put } = ring()
    put(1, 5)
    put(2, 25)
    slices.advance(instant(1e12))
    slices.advance(instant(1e12))
    expect(passed.sort()).toEqual([1, 2])
  })

  it('find the slice of an earlier moment within the window, and none of one before it', () => {
    const { slices, put } = ring()
    put(4, 25)
    slices.advance(instant(45))
    expect(slices.at(instant(29))?.value).toBe(4)
    expect(slices.at(instant(19))).toBeUndefined()
    // A moment that nobody has advanced to counts as under way.
    expect(slices.at(instant(65))).toBe(slices.at(instant(45)))
  })

  it('are not moved by a clock that steps back or by what is no time', () => {
    const { slices, passed, put } = ring()
    put(1, 100)
    slices.advance(instant(5))
    slices.advance(instant(Number.NaN))
    put(2, 95)
    expect(passed).toEqual([])
    expect(slices.at(instant(100))?.value).toBe(1)
  })

  it('give every value to the window of its own time, whatever the waits between', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 45 }), { maxLength: 100 }), waits => {
        const { slices, passed, put } = ring(4, 10)
        let now = 0
        const put1 = waits.map((wait, place) => {
          now += wait
          put(place + 1, now)
          return { value: place + 1, slot: Math.floor(now / 10) }
        })
        const gone = put1.filter(({ slot }) => slot <= Math.floor(now / 10) - 4)
        const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
        expect(sum(passed)).toBe(sum(gone.map(({ value }) => value)))
        slices.advance(instant(now))
      }),
    )
  })
})

/** Numbers as people read them. */
import { expect, it } from 'vitest'
import { decimal, dollars, listed, microDollars, percent, time, whole } from './wording.ts'

it.each([
  [decimal(1234.5, 2), '1,234.5'],
  [decimal(0.3, 3), '0.3'],
  [decimal(1_000_000, 0), '1,000,000'],
  [decimal(-1234, 1), '-1,234'],
  [decimal(1e300, 1), '1e+300'],
  [whole(999.6), '1,000'],
  [microDollars(3.256), '3.26 µ$'],
  [microDollars(212.4), '212 µ$'],
  [dollars(20_000), '$0.02'],
  [time(340.4), '340 ms'],
  [time(1500), '1.5 s'],
  [percent(0.125), '12.5 %'],
  [listed([]), ''],
  [listed(['a']), 'a'],
  [listed(['a', 'b', 'c']), 'a, b and c'],
])('%s is written so', (written, expected) => {
  expect(written).toBe(expected)
})

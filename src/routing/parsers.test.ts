/** How shares, times, dollars, names and nearness are written. */
import { describe, expect, it } from 'vitest'
import type { Parser } from './options.ts'
import {
  dollarAmount,
  duration,
  flag,
  keepOrExclude,
  lookBack,
  names,
  nearInCost,
  nearInQuality,
  nearInTime,
  oneOf,
  probability,
  share,
  staysBy,
  text,
  tiedWithin,
  weights,
} from './parsers.ts'

const read = <T>(parser: Parser<T>, value: unknown): T | string => {
  const found = parser.parse(value)
  return found.ok ? found.value : 'refused'
}

describe('parsers', () => {
  it.each([
    [share, '5%', 0.05],
    [share, '5 %', 0.05],
    [share, 0.05, 0.05],
    [share, '.5', 0.5],
    [share, 1, 1],
    [share, 5, 'refused'],
    [share, '105%', 'refused'],
    [share, -0.1, 'refused'],
    [share, Number.NaN, 'refused'],
    [share, '5s', 'refused'],
    [share, '', 'refused'],
    [lookBack, '30s', 30_000],
    [lookBack, '5m', 300_000],
    [lookBack, 60_000, 60_000],
    [lookBack, '29s', 'refused'],
    [lookBack, '6m', 'refused'],
    [oneOf('number', 'place'), 'place', 'place'],
    [oneOf('number', 'place'), 'Place', 'refused'],
    [oneOf('number', 'place'), 1, 'refused'],
    [staysBy, 'session', 'session'],
    [staysBy, 'tags.tenant', 'tags.tenant'],
    [staysBy, 'tags.', 'refused'],
    [staysBy, 'request', 'refused'],
    [staysBy, ['user'], 'refused'],
    [probability, '90%', 0.9],
    [probability, 0, 'refused'],
    [probability, 1, 'refused'],
    [duration, '200ms', 200],
    [duration, '1.5s', 1500],
    [duration, '2m', 120_000],
    [duration, 250, 250],
    [duration, '2h', 'refused'],
    [duration, -1, 'refused'],
    [dollarAmount, '$0.02', 20_000],
    [dollarAmount, '0.02 USD', 20_000],
    [dollarAmount, 0.02, 20_000],
    [dollarAmount, '$0.02 usd', 'refused'],
    [dollarAmount, '2%', 'refused'],
    [flag, true, true],
    [flag, 'true', 'refused'],
    [text, 'openai', 'openai'],
    [text, ' ', 'refused'],
    [keepOrExclude, 'keep', 'keep'],
    [keepOrExclude, 'drop', 'refused'],
    [names, 'one', ['one']],
    [names, ['one', 'two'], ['one', 'two']],
    [names, [], 'refused'],
    [names, ['one', 2], 'refused'],
    [
      weights,
      { a: 95, b: 5 },
      new Map([
        ['a', 95],
        ['b', 5],
      ]),
    ],
    [weights, { a: -1 }, 'refused'],
    [weights, {}, 'refused'],
    [weights, [1, 2], 'refused'],
    [nearInCost, '5%', { share: 0.05, amount: 0 }],
    [nearInCost, '$0.02', { share: 0, amount: 20_000 }],
    [nearInCost, 2, 'refused'],
    [nearInTime, '200ms', { share: 0, amount: 200 }],
    [nearInTime, 200, { share: 0, amount: 200 }],
    [nearInQuality, '2%', { share: 0, amount: 0.02 }],
    [nearInQuality, 2, 'refused'],
  ] satisfies [Parser<unknown>, unknown, unknown][])('read %# as meant', (parser, value, expected) => {
    expect(read<unknown>(parser, value)).toEqual(expected)
  })
  it('say what was found and what would be right', () => {
    expect(duration.parse('2h')).toEqual({ ok: false, why: 'is "2h"; write a time such as 200ms, 1.5s or 2m' })
  })
})

describe('tiedWithin', () => {
  const byShare = tiedWithin({ share: 0.1, amount: 0 })
  const byAmount = tiedWithin({ share: 0, amount: 0.02 })
  it('forgives what floating point adds at the border', () => {
    expect(byAmount?.(0.1, 0.1 + 0.02)).toBe(true)
    expect(byAmount?.(-0.82, -0.8)).toBe(true)
    expect(byAmount?.(-0.82, -0.799)).toBe(false)
    expect(byShare?.(100, 110)).toBe(true)
    expect(byShare?.(100, 110.01)).toBe(false)
  })
  it('measures a share of nothing as nothing, and of a negative key by its size', () => {
    expect(byShare?.(0, 0)).toBe(true)
    expect(byShare?.(0, 1)).toBe(false)
    expect(byShare?.(-100, -91)).toBe(true)
    expect(byShare?.(-100, -89)).toBe(false)
  })
  it('is nothing where no nearness is meant', () => {
    expect(tiedWithin(undefined)).toBeUndefined()
  })
})

describe('a word that is none of the right ones', () => {
  const why = (parser: Parser<unknown>, value: unknown): string => {
    const found = parser.parse(value)
    return found.ok ? '' : found.why
  }
  it('is told the nearest, or all of them', () => {
    expect(why(oneOf('number', 'place'), 'plase')).toBe('is "plase"; did you mean "place"? (number or place)')
    expect(why(oneOf('number', 'place'), 7)).toBe('is 7; write number or place')
    expect(why(staysBy, 'usr')).toBe('is "usr"; did you mean "user"? (session, user, or a tag such as tags.tenant)')
    expect(why(staysBy, 7)).toBe('is 7; write session, user, or a tag such as tags.tenant')
  })
})

/** Limits and waits from headers, crafted and recorded. */
import { describe, expect, it } from 'vitest'
import { recordings } from '../../test/recordings.ts'
import { hasShared } from '../../test/shared.ts'
import type { Instant } from '../domain/units.ts'
import { durationOf, ratesOf, waitForReset, waitOf } from './rates.ts'

const now = Date.parse('2026-08-02T22:26:00Z') as Instant

describe('durationOf', () => {
  it('reads what Go and Google write', () => {
    expect(['6ms', '10.33s', '1m30s', '48s', '1h0m0.5s', '2d', '0s'].map(durationOf)).toEqual([
      6, 10_330, 90_000, 48_000, 3_600_500, 172_800_000, 0,
    ])
  })
  it('reads nothing else', () => {
    expect(['', '7', 'soon', '1x', '-3s', 's'].map(durationOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('ratesOf', () => {
  it('reads durations as OpenAI and Groq write them', () => {
    const rates = ratesOf(
      {
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-limit-tokens': '200000',
        'x-ratelimit-remaining-tokens': '199221',
        'x-ratelimit-reset-tokens': '1m30s',
      },
      now,
    )
    expect(rates).toEqual({
      requests: { limit: 500, left: 499, resetAt: now + 120 },
      tokens: { limit: 200_000, left: 199_221, resetAt: now + 90_000 },
    })
  })
  it('reads plain seconds as Azure writes them, and no reset beyond the window', () => {
    const rates = ratesOf(
      {
        'x-ratelimit-limit-requests': '120',
        'x-ratelimit-remaining-requests': '117',
        'x-ratelimit-reset-requests': '500',
        'x-ratelimit-renewalperiod-requests': '60',
      },
      now,
    )
    expect(rates?.requests?.resetAt).toBe(now + 60_000)
    expect(ratesOf({ 'x-ratelimit-limit-tokens': '9', 'x-ratelimit-reset-tokens': '7' }, now)?.tokens).toEqual({
      limit: 9,
      resetAt: now + 7_000,
    })
  })
  it("tells the tightest of Anthropic's token windows", () => {
    const rates = ratesOf(
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-08-02T22:26:37Z',
        'anthropic-ratelimit-tokens-limit': '480000',
        'anthropic-ratelimit-tokens-remaining': '480000',
        'anthropic-ratelimit-output-tokens-limit': '80000',
        'anthropic-ratelimit-output-tokens-remaining': '8000',
        'anthropic-ratelimit-output-tokens-reset': '2026-08-02T22:26:41Z',
      },
      now,
    )
    expect(rates).toEqual({
      requests: { limit: 50, left: 49, resetAt: now + 37_000 },
      tokens: { limit: 80_000, left: 8_000, resetAt: now + 41_000 },
    })
  })
  it("reads Mistral's names by window", () => {
    const rates = ratesOf(
      {
        'x-ratelimit-limit-req-minute': '360',
        'x-ratelimit-remaining-req-minute': '358',
        'x-ratelimit-limit-req-10-second': '60',
        'x-ratelimit-remaining-req-10-second': '53',
        'x-ratelimit-limit-tokens-minute': '200000',
        'x-ratelimit-remaining-tokens-minute': '98188',
      },
      now,
    )
    expect(rates).toEqual({ requests: { limit: 60, left: 53 }, tokens: { limit: 200_000, left: 98_188 } })
  })
  it('reads an epoch in seconds and in milliseconds', () => {
    expect(
      ratesOf({ 'x-ratelimit-limit': '20', 'x-ratelimit-reset': String(now + 5_000) }, now)?.requests?.resetAt,
    ).toBe(now + 5_000)
    expect(
      ratesOf({ 'x-ratelimit-limit': '20', 'x-ratelimit-reset': String(now / 1_000 + 5) }, now)?.requests?.resetAt,
    ).toBe(now + 5_000)
  })
  it('tells nothing where the headers tell nothing, a retry-after on a good answer included', () => {
    expect(ratesOf({ 'retry-after': '24', 'content-type': 'application/json' }, now)).toBeUndefined()
    expect(ratesOf({ 'x-ratelimit-limit-requests': 'many' }, now)).toBeUndefined()
  })
})

describe('waitOf', () => {
  it('reads seconds, a date and milliseconds', () => {
    expect(waitOf({ 'retry-after': '2' }, now)).toBe(2_000)
    expect(waitOf({ 'retry-after': 'Sun, 02 Aug 2026 22:26:30 GMT' }, now)).toBe(30_000)
    expect(waitOf({ 'retry-after': 'Sun, 02 Aug 2026 22:25:30 GMT' }, now)).toBe(0)
    expect(waitOf({ 'retry-after-ms': '250', 'retry-after': '1' }, now)).toBe(250)
  })
  it('takes the whole second where Azure gives 0 ms beside it', () => {
    expect(waitOf({ 'retry-after-ms': '0', 'retry-after': '1' }, now)).toBe(1_000)
  })
  it('tells nothing for what is no time', () => {
    expect(waitOf({ 'retry-after': 'later' }, now)).toBeUndefined()
    expect(waitOf({}, now)).toBeUndefined()
  })
})

describe('waitForReset', () => {
  it('waits for the limit that is used up, and for no other', () => {
    const headers = {
      'x-ratelimit-limit-requests': '5',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '3s',
      'x-ratelimit-limit-tokens': '5',
      'x-ratelimit-remaining-tokens': '1',
      'x-ratelimit-reset-tokens': '9s',
    }
    expect(waitForReset(headers, now)).toBe(3_000)
    expect(waitForReset({ ...headers, 'x-ratelimit-remaining-requests': '1' }, now)).toBeUndefined()
  })
})

describe.skipIf(!hasShared)('recorded limits', () => {
  it('are read wherever a provider tells a limit for requests or tokens', () => {
    const seen = new Map<string, number>()
    for (const { id, provider, response } of recordings()) {
      const names = Object.keys(response.headers)
      const tells = names.some(name =>
        /^(?:x-|anthropic-)ratelimit-(?:limit(?:-(?:req|tok).*)?$|(?:requests|tokens)-limit$)/.test(name),
      )
      const rates = ratesOf(response.headers, now)
      if (tells) expect([id, rates]).not.toEqual([id, undefined])
      if (rates === undefined) continue
      expect([id, names.some(name => name.includes('limit'))]).toEqual([id, true])
      seen.set(provider, (seen.get(provider) ?? 0) + 1)
      for (const measure of [rates.requests, rates.tokens]) {
        if (measure === undefined) continue
        for (const value of Object.values(measure)) expect([id, Number.isFinite(value)]).toEqual([id, true])
      }
    }
    expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['anthropic', 'azure', 'groq', 'mistral', 'openai']))
  })
})

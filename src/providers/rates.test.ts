/** Limits and waits from headers, crafted and recorded. */
import { describe, expect, it } from 'vitest'
import { recordings } from '../../test/recordings.ts'
import { hasShared } from '../../test/shared.ts'
import type { Instant } from '../domain/units.ts'
import { durationOf, limitFamilies, ratesOf, waitForReset, waitOf } from './rates.ts'

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
  it('reads days and minutes as Cerebras and SambaNova name them, the tightest of them', () => {
    const cerebras = {
      'x-ratelimit-limit-requests-day': '14400',
      'x-ratelimit-remaining-requests-day': '14399',
      'x-ratelimit-reset-requests-day': '33011.382',
      'x-ratelimit-limit-tokens-minute': '60000',
      'x-ratelimit-remaining-tokens-minute': '6000',
      'x-ratelimit-reset-tokens-minute': '11.382',
    }
    expect(ratesOf(cerebras, now)).toEqual({
      requests: { limit: 14_400, left: 14_399, resetAt: now + 33_011_382 },
      tokens: { limit: 60_000, left: 6_000, resetAt: now + 11_382 },
    })
    const sambanova = {
      'x-ratelimit-limit-requests': '20',
      'x-ratelimit-remaining-requests': '19',
      'x-ratelimit-limit-requests-day': '400',
      'x-ratelimit-remaining-requests-day': '4',
      'x-ratelimit-reset-requests-day': String(now / 1_000 + 60),
    }
    expect(ratesOf(sambanova, now)?.requests).toEqual({ limit: 400, left: 4, resetAt: now + 60_000 })
  })
  it("reads Fireworks' split of tokens, Together's two names and Cohere's calls", () => {
    expect(
      ratesOf(
        {
          'x-ratelimit-limit-tokens-prompt': '60000',
          'x-ratelimit-remaining-tokens-prompt': '59999',
          'x-ratelimit-limit-tokens-generated': '6000',
          'x-ratelimit-remaining-tokens-generated': '600',
        },
        now,
      ),
    ).toEqual({ tokens: { limit: 6_000, left: 600 } })
    expect(
      ratesOf(
        {
          'x-ratelimit-limit': '2',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': '1',
          'x-tokenlimit-limit': '900',
          'x-tokenlimit-remaining': '800',
        },
        now,
      ),
    ).toEqual({ requests: { limit: 2, left: 0, resetAt: now + 1_000 }, tokens: { limit: 900, left: 800 } })
    expect(ratesOf({ 'x-trial-endpoint-call-limit': '40', 'x-trial-endpoint-call-remaining': '39' }, now)).toEqual({
      requests: { limit: 40, left: 39 },
    })
    expect(ratesOf({ 'x-endpoint-monthly-call-limit': '1000' }, now)).toEqual({ requests: { limit: 1_000 } })
  })
  it("reads the IETF's one header, newer and older", () => {
    expect(ratesOf({ ratelimit: '"hour";r=50;t=30' }, now)).toEqual({ requests: { left: 50, resetAt: now + 30_000 } })
    expect(ratesOf({ ratelimit: 'limit=100, remaining=7, reset=5' }, now)).toEqual({
      requests: { limit: 100, left: 7, resetAt: now + 5_000 },
    })
    expect(ratesOf({ ratelimit: 'often' }, now)).toBeUndefined()
  })
  it('has every name of every family in what it looks for', () => {
    for (const { requests, tokens } of Object.values(limitFamilies)) {
      for (const [limit] of requests)
        expect([limit, ratesOf({ [limit]: '5' }, now)]).toEqual([limit, { requests: { limit: 5 } }])
      for (const [limit] of tokens)
        expect([limit, ratesOf({ [limit]: '5' }, now)]).toEqual([limit, { tokens: { limit: 5 } }])
    }
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
  it("takes GitHub's time that remains where nobody says when to retry", () => {
    expect(waitOf({ 'x-ratelimit-timeremaining': '85930' }, now)).toBe(85_930_000)
    expect(waitOf({ 'x-ratelimit-timeremaining': '85930', 'retry-after': '5' }, now)).toBe(5_000)
  })
  it.each(['99999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT', `${'9'.repeat(400)}`])(
    'takes %s for a year, which is longer than anybody waits',
    retryAfter => expect(waitOf({ 'retry-after': retryAfter }, now)).toBe(366 * 86_400_000),
  )
  it.each(['-5', '1e999', 'Infinity', 'NaN', '', '0x10', '10, 20'])('takes %j for no time', retryAfter => {
    expect(waitOf({ 'retry-after': retryAfter }, now)).toBeUndefined()
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
        /^(?:x-|anthropic-)ratelimit-(?:limit(?:-(?:req|tok).*)?$|(?:requests|tokens)-limit$)|call-limit$/.test(name),
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
    expect([...seen.keys()].sort()).toEqual(
      expect.arrayContaining(['anthropic', 'azure', 'cohere', 'groq', 'mistral', 'openai', 'together', 'xai']),
    )
  })
})

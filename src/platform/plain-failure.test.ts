/** Failures without anybody's words. */
import { describe, expect, it } from 'vitest'
import { consequences } from '../domain/failure.ts'
import type { Failure, FailureKind } from '../domain/failure.ts'
import { millis } from '../domain/units.ts'
import { plainFailure } from './plain-failure.ts'

const kinds = Object.keys(consequences) as FailureKind[]

describe('a plain failure', () => {
  it('keeps no word of a provider, whatever its kind', () => {
    for (const kind of kinds) {
      const failure: Failure = {
        kind,
        message: 'we cannot answer "my secret diary"',
        param: 'my secret diary',
        upstream: { status: 400, code: 'my secret diary', type: 'a sentence, my secret diary' },
      }
      expect(JSON.stringify(plainFailure(failure)), kind).not.toContain('diary')
    }
  })
  it('keeps no word of a client either', () => {
    for (const kind of ['invalid-request', 'internal', 'target-unknown', 'blocked', 'content-refused'] as const) {
      const plain = plainFailure({ kind, message: 'Unexpected token in JSON: "my secret diary"' })
      expect(plain).toEqual({ kind, message: kind })
    }
  })
  it('keeps kind, codes, places and times', () => {
    const failure: Failure = {
      kind: 'upstream-rate-limited',
      message: 'slow down',
      param: 'messages[2].content',
      status: 429,
      upstream: { status: 429, code: 'rate_limit_exceeded', type: 'tokens' },
      retryAfter: millis(1500),
      retriable: true,
    }
    expect(plainFailure(failure)).toEqual({
      ...failure,
      message: 'upstream-rate-limited (429, tokens, rate_limit_exceeded)',
    })
  })
  it('keeps our own words where they are made of names, numbers and addresses', () => {
    const failure: Failure = {
      kind: 'upstream-unreachable',
      message: 'openai: no connection to api.openai.com: ECONNREFUSED',
    }
    expect(plainFailure(failure)).toEqual(failure)
  })
})

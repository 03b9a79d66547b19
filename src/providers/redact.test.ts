/** Credentials never survive; the sentence around them does. */
import { describe, expect, it } from 'vitest'
import { firstWords, redact } from './redact.ts'

const secrets = [
  'sk-proj-AbC123xyz',
  'sk-ant-api03-AbC_123-xyz',
  'sk-or-v1-0123456789abcdef',
  'gsk_AbCdEf0123456789',
  'xai-AbCdEf0123456789',
  'AIzaSyA-0123456789abcdefghij',
  'hf_AbCdEfGhIj',
  'nvapi-AbCdEf',
  'pplx-0123456789abcdef',
  'csk-abcdef123',
  'ghp_AbCdEf0123',
  'github_pat_11AbCdEf',
  'vck_AbCdEf',
  'AKIAIOSFODNN7EXAMPLE',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc',
  '0123456789abcdef0123456789abcdef',
  'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6',
]

describe('redact', () => {
  for (const secret of secrets) {
    it(`cuts out ${secret.slice(0, 6)}… and leaves the words`, () => {
      const clean = redact(`the key ${secret} was refused`)
      expect(clean).not.toContain(secret)
      expect(clean).toMatch(/^the key \[redacted\]\S* was refused$/)
    })
  }
  it('cuts what follows the words that announce a key, whatever its shape', () => {
    expect(redact('Incorrect API key provided: invalid-key. You can')).toBe(
      'Incorrect API key provided: [redacted]. You can',
    )
    expect(redact('api_key="abc", model="m"')).toBe('api_key="[redacted]", model="m"')
  })
  it('cuts queries and passwords from addresses', () => {
    expect(redact('GET https://user:pass@host.test/v1?key=abc&x=1 failed')).toBe('GET https://host.test/v1 failed')
  })
  it('leaves ordinary words, model names and request ids', () => {
    const text =
      'The model claude-3-5-sonnet-20241022 of request req_011CVEA3SF7rnb3DuBZytqQa (96164522-08b2-4cbf-886e-e5a38961a688) risks more'
    expect(redact(text)).toBe(text)
  })
})

describe('firstWords', () => {
  it('gives one line of bounded length', () => {
    expect(firstWords('  a\n\n b\t c ')).toBe('a b c')
    expect(firstWords('x y '.repeat(1_000), 20)).toHaveLength(20)
  })
})

/** Planted credentials are cut out, and sentences stay readable. */
import { describe, expect, it } from 'vitest'
import { redact } from './redact.ts'

/** Put together here, so that no scanner takes this file for a leak. */
const planted: readonly (readonly [name: string, secret: string])[] = [
  ['OpenAI', `sk-${'proj-'}aB3dE5fG7hJ9kL1mN3pQ5rS7`],
  ['Anthropic', `sk-${'ant-api03-'}aB3dE5fG7hJ9kL1mN3pQ5rS7-_x`],
  ['ours', `sk-sb-${'admin-'}0123456789abcdef0123456789abcdef`],
  ['Groq', `gsk_${'aB3dE5fG7hJ9kL1mN3pQ5rS7'}`],
  ['xAI', `xai-${'aB3dE5fG7hJ9kL1mN3pQ5rS7'}`],
  ['Hugging Face', `hf_${'aB3dE5fG7hJ9kL1mN3pQ5rS7'}`],
  ['GitHub', `ghp_${'aB3dE5fG7hJ9kL1mN3pQ5rS7aB3dE5fG7hJ9'}`],
  ['Google', `AIza${'SyB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z'}`],
  ['AWS', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['OAuth', `ya29.${'aB3dE5fG7hJ9'}`],
  ['JSON web token', `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJzdWIiOiIxIn0.c2lnbmF0dXJl`],
  ['Azure', '0123456789abcdef0123456789ABCDEF'],
  ['Slack', `xoxb-${'123456789012-abcdefghijkl'}`],
]

describe('redaction', () => {
  it.each(planted)('cuts out a key of %s, wherever it stands', (_, secret) => {
    for (const text of [
      secret,
      `Incorrect API key provided: ${secret}.`,
      `{"key":"${secret}"}`,
      `x=${secret}&y=1`,
      `Authorization: Bearer ${secret}\nnext`,
    ]) {
      expect(redact(text)).not.toContain(secret)
      expect(redact(text)).toContain('[redacted]')
    }
  })
  it('cuts out what is named as a secret, whatever it looks like', () => {
    expect(redact('api_key=hunter2hunter2; next')).toBe('api_key=[redacted]; next')
    expect(redact('{"password": "correct horse"}')).not.toContain('correct')
    expect(redact('authorization: Basic dXNlcjpwYXNz')).not.toContain('dXNlcjpwYXNz')
    expect(redact('-----BEGIN PRIVATE KEY-----\nMIIEv\n-----END PRIVATE KEY-----\nafter')).toBe('[redacted]\nafter')
  })
  it('cuts passwords and queries out of addresses', () => {
    expect(redact('POST https://me:hunter2@host.example/v1?key=abcdef failed')).toBe(
      'POST https://host.example/v1?[redacted] failed',
    )
  })
  it('leaves other words alone', () => {
    const plain =
      'no connection to api.openai.com: connect ECONNREFUSED 127.0.0.1:443; request req_0123456789abcdef0123456789abcdef of key ci took 12.5 ms; deployment gpt-4o-mini-2024-07-18, task-force, risk-averse'
    expect(redact(plain)).toBe(plain)
  })
  it('is quick on long and hostile texts, and cuts them', () => {
    for (const piece of ['a', 'a1', 'sk-', 'https://', 'eyJ', '?', 'key=', ' bearer ', '-----BEGIN PRIVATE KEY-----']) {
      expect(redact(piece.repeat(100_000)).length).toBeLessThan(20_000)
    }
  })
})

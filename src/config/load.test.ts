/** What reading tells beyond the golden cases: secrets stay hidden, wherever they were put. */
import { describe, expect, it } from 'vitest'
import { findingText } from './finding.ts'
import { readConfig } from './load.ts'
import type { Loaded } from './load.ts'

const secrets = [
  'sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789',
  'sk-ant-api03-AbCdEfGhIjKlMnOpQrStUv_WxYz-0123',
  'gsk_AbCdEfGhIjKlMnOpQrSt',
  'AIzaSyA1234567890abcdefghijklmnopqrstuv',
  'AKIAIOSFODNN7EXAMPLE',
  '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  '123e4567-e89b-12d3-a456-426614174000',
]
const read = (yaml: string): Loaded =>
  readConfig(yaml, { file: 'x', env: { SECRET: secrets[0] ?? '' }, providerTypes: ['openai', 'ollama'] })
const told = (yaml: string): string => read(yaml).findings.map(findingText).join('\n')

/** Places where a secret does not belong, each with what is told of the mistake. */
const places: Readonly<Record<string, (secret: string) => string>> = {
  'as a key': secret => `providers: { a: { type: openai, key: ${secret} } }`,
  'as one of several keys': secret => `providers: { a: { type: openai, keys: [{ key: ${secret} }] } }`,
  'as a virtual key': secret => `keys: { ci: { value: ${secret} } }`,
  'as a provider’s type': secret => `providers: { a: { type: ${secret} } }`,
  'as a number': secret => `server: { port: ${secret} }`,
  'as a member': secret => `server: { ${secret}: 1 }`,
  'as a section': secret => `${secret}: 1`,
  'as a section twice': secret => `${secret}: 1\n${secret}: 2`,
  'as a pool’s name': secret => `pools: { "${secret} ": {} }`,
  'as a candidate': secret => `pools: { a: { candidates: [${secret}] } }`,
  'as a policy': secret => `defaultPolicy: ${secret}`,
  'as a step': secret => `policies: { a: { steps: [${secret}] } }`,
  'as an option': secret => `policies: { a: { steps: [{ use: cheap, with: { ${secret}: 1 } }] } }`,
  'as the value of an option': secret => `policies: { a: { steps: [{ use: cheap, with: { within: ${secret} } }] } }`,
  'in a condition': secret => `policies: { a: { steps: [{ when: { ${secret}: 1 }, then: [cheap] }] } }`,
  'as an alias of YAML': secret => `a: *${secret}`,
  'behind a sign of YAML': secret => `a: |${secret}`,
  'in an address': secret => `providers: { a: { type: ollama, url: "http://me:${secret}@host/v1" } }`,
}

describe('a secret that was written into the file', () => {
  it.each(Object.entries(places))('is an error that does not show it: %s', (_, yamlWith) => {
    for (const secret of secrets) {
      const text = told(yamlWith(secret))
      expect(text).toContain('error: ')
      expect(text).not.toContain(secret)
    }
  })
  it('is told how to refer to it', () => {
    expect(told(`providers: { my-ai: { type: openai, key: ${secrets[0] ?? ''} } }`)).toContain('write ${MY_AI_API_KEY}')
  })
})

describe('a secret of the environment', () => {
  it('is never part of the settings, nor of what is told', () => {
    const yaml = `providers: { a: { type: openai, key: "\${SECRET}" } }\ndeployments: { d: { provider: a, model: m } }\n`
    const loaded = read(`${yaml}keys: { ci: { value: "\${SECRET}" } }`)
    expect(loaded.ok && loaded.settings.keys[0]?.reference).toBe('${SECRET}')
    expect(JSON.stringify(loaded)).not.toContain(secrets[0])
    const wrong = `${yaml}server: { port: "\${SECRET}", host: "a b \${SECRET}" }\nstore: { durable: "\${SECRET}" }\npools: { a: { candidates: ["\${SECRET}"] } }`
    expect(read(wrong).ok).toBe(false)
    expect(told(wrong)).not.toContain(secrets[0])
  })
})

describe('names of models', () => {
  it.each([
    'claude-3-5-sonnet-20241022',
    'gpt-4o-mini-2024-07-18',
    'meta-llama/Llama-3.3-70B-Instruct-Turbo',
    'ft:gpt-4o-mini:acme::AbC12dEf',
  ])('are not taken for secrets: %s', model => {
    const yaml = `providers: { a: { type: ollama } }\ndeployments: { d: { provider: a, model: "${model}" } }`
    expect(read(yaml)).toMatchObject({ ok: true, settings: { deployments: [{ model }] } })
  })
})

/** A gateway without a file: what the keys in the environment give, and what is said where there are none. */
import { describe, expect, it } from 'vitest'
import type { Instant } from '../domain/units.ts'
import { providerTypes } from '../providers/registry.ts'
import { fromEnvironment } from './from-environment.ts'
import type { Loaded } from './load.ts'
import type { Settings } from './settings.ts'
import { routesOf } from './targets.ts'

const read = (env: Readonly<Record<string, string>>): Loaded =>
  fromEnvironment({ env, providerTypes: Object.keys(providerTypes), now: Date.UTC(2026, 10, 24) as Instant })
const settingsFor = (env: Readonly<Record<string, string>>): Settings => {
  const loaded = read(env)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings))
  return loaded.settings
}
const keys = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'MISTRAL_API_KEY', 'COHERE_API_KEY']
/** What each cloud needs, and the providers that come of it. */
const clouds: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['bedrock', { AWS_ACCESS_KEY_ID: 'secret-value', AWS_SECRET_ACCESS_KEY: 'secret-value', AWS_REGION: 'eu-central-1' }],
  ['bedrock', { AWS_PROFILE: 'batch', AWS_DEFAULT_REGION: 'us-east-1' }],
  ['bedrock', { AWS_BEARER_TOKEN_BEDROCK: 'secret-value', AWS_REGION: 'ap-southeast-2' }],
  ['azure', { AZURE_OPENAI_API_KEY: 'secret-value', AZURE_OPENAI_ENDPOINT: 'https://acme.openai.azure.com/' }],
  ['azure', { AZURE_OPENAI_ENDPOINT: 'https://acme.openai.azure.com/', OPENAI_API_VERSION: '2024-10-21' }],
  ['vertex', { GOOGLE_CLOUD_PROJECT: 'acme', GOOGLE_APPLICATION_CREDENTIALS: 'gcp.json' }],
  ['vertex', { GOOGLE_CLOUD_PROJECT: 'acme', GOOGLE_GENAI_USE_VERTEXAI: 'true', GOOGLE_CLOUD_LOCATION: 'eu' }],
]

describe('the environment', () => {
  it.each([
    ...keys.map(key => [key, { [key]: 'secret-value' }] as const),
    ...clouds.map(([type, env]) => [`${type} by ${Object.keys(env).join(', ')}`, env] as const),
  ])('gives a whole gateway for %s alone', (_, env) => {
    const loaded = read(env)
    expect(loaded.findings).toEqual([])
    const settings = settingsFor(env)
    expect(JSON.stringify(settings)).not.toContain('secret-value')
    const routes = routesOf(settings)
    expect(settings.providers).toHaveLength(1)
    expect(routes.ok && routes.value.find('auto')).toMatchObject({
      ok: true,
      route: { policy: { name: 'floor-then-cheap' } },
    })
    for (const one of settings.deployments) {
      expect(one.price, one.id).toBeDefined()
      expect(one.quality['*'], one.id).toBeGreaterThan(0.5)
    }
  })

  it('gives one pool of every provider whose key is set, with secrets as references', () => {
    const settings = settingsFor(Object.fromEntries(keys.map(key => [key, 'secret-value'])))
    expect(settings.pools).toEqual([
      { id: 'auto', policy: 'floor-then-cheap', candidates: settings.deployments.map(one => one.id) },
    ])
    expect(settings.deployments).toHaveLength(10)
    expect(JSON.stringify(settings)).not.toContain('secret-value')
    expect(settings.providers.map(one => one.credentials[0]?.reference)).toEqual(keys.map(key => `\${${key}}`))
  })

  it('leaves more than one model over the floor for plain chat, and some for what is hard', () => {
    const { deployments } = settingsFor({ OPENAI_API_KEY: 'a' })
    const over = (task: string): number =>
      deployments.filter(({ quality }) => (quality[task] ?? quality['*'] ?? 0) >= 0.8).length
    expect([over('chat'), over('code'), over('anything')]).toEqual([2, 1, 1])
  })

  it('takes addresses from where official clients take them', () => {
    const { providers } = settingsFor({ OPENAI_API_KEY: 'a', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' })
    expect(providers[0]?.url).toBe('http://127.0.0.1:9/v1')
    expect(read({ OPENAI_API_KEY: 'a', OPENAI_BASE_URL: 'nowhere' })).toMatchObject({ ok: false })
  })

  it('asks clouds with what they hand out, in their place and version', () => {
    const providers = clouds.map(([, env]) => settingsFor(env).providers[0])
    expect(providers.map(one => one?.credentials[0]?.reference)).toEqual([
      'aws:default',
      'aws:default',
      '${AWS_BEARER_TOKEN_BEDROCK}',
      '${AZURE_OPENAI_API_KEY}',
      'azure:default',
      'google:adc',
      'google:adc',
    ])
    expect(providers.map(one => one?.options)).toEqual([
      { region: 'eu-central-1' },
      { region: 'us-east-1' },
      { region: 'ap-southeast-2' },
      undefined,
      { apiVersion: '2024-10-21' },
      { project: 'acme' },
      { project: 'acme', region: 'eu' },
    ])
  })

  it('asks for models by the profile of their part of the world, and for deployments by the names that are told', () => {
    const models = (env: Readonly<Record<string, string>>) => settingsFor(env).deployments.map(one => one.model)
    const aws = { AWS_PROFILE: 'a' }
    expect(models({ ...aws, AWS_REGION: 'us-west-2' })[1]).toBe('us.amazon.nova-lite-v1:0')
    expect(models({ ...aws, AWS_REGION: 'eu-north-1' })[1]).toBe('eu.amazon.nova-lite-v1:0')
    expect(models({ ...aws, AWS_REGION: 'ap-south-1' })[1]).toBe('apac.amazon.nova-lite-v1:0')
    const azure = { AZURE_OPENAI_ENDPOINT: 'https://acme.openai.azure.com' }
    expect(models({ ...azure, AZURE_OPENAI_DEPLOYMENT: 'mine' })).toEqual(['mine'])
  })

  it('without any key says what to set', () => {
    expect(read({ OPENAI_API_KEY: '' })).toEqual({
      ok: false,
      findings: [
        expect.objectContaining({
          severity: 'error',
          message: expect.stringContaining('set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY'),
        }),
      ],
    })
  })

  it('tells what is still missing where a cloud is meant', () => {
    const loaded = read({ OPENAI_API_KEY: 'a', AWS_PROFILE: 'b', AZURE_OPENAI_API_KEY: 'c' })
    expect(loaded.ok).toBe(true)
    expect(loaded.findings.map(one => one.message)).toEqual([
      'AWS_PROFILE is set, but not AWS_REGION, which bedrock needs; it is left out',
      'AZURE_OPENAI_API_KEY is set, but not AZURE_OPENAI_ENDPOINT, which azure needs; it is left out',
    ])
    expect(read({ GOOGLE_GENAI_USE_VERTEXAI: '1' })).toMatchObject({
      ok: false,
      findings: [
        { severity: 'warning', message: expect.stringContaining('but not GOOGLE_CLOUD_PROJECT') },
        { severity: 'error' },
      ],
    })
    expect(read({ GOOGLE_GENAI_USE_VERTEXAI: 'false' }).findings).toHaveLength(1)
  })
})

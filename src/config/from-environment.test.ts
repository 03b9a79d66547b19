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
const keys = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'MISTRAL_API_KEY']

describe('the environment', () => {
  it.each(keys)('gives a whole gateway for %s alone', key => {
    const loaded = read({ [key]: 'secret-value' })
    expect(loaded.findings).toEqual([])
    const settings = settingsFor({ [key]: 'secret-value' })
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
    expect(settings.deployments).toHaveLength(6)
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

  it('without any key says what to set', () => {
    expect(read({ OPENAI_API_KEY: '' })).toEqual({
      ok: false,
      findings: [
        expect.objectContaining({
          severity: 'error',
          message: expect.stringContaining('set OPENAI_API_KEY, ANTHROPIC_API_KEY or MISTRAL_API_KEY'),
        }),
      ],
    })
  })

  it('tells of keys whose providers cannot be called yet', () => {
    const loaded = read({ OPENAI_API_KEY: 'a', GEMINI_API_KEY: 'b', AWS_PROFILE: 'c' })
    expect(loaded.ok).toBe(true)
    expect(loaded.findings.map(one => one.message.split(' ')[0])).toEqual(['GEMINI_API_KEY', 'AWS_PROFILE'])
    expect(read({ GEMINI_API_KEY: 'b' })).toMatchObject({
      ok: false,
      findings: [{ severity: 'warning' }, { severity: 'error' }],
    })
  })
})

/** Models that were found stand beside those that the file names, and never instead of them. */
import { describe, expect, it } from 'vitest'
import type { ProviderId } from '../domain/ids.ts'
import { tokens } from '../domain/units.ts'
import type { Instant } from '../domain/units.ts'
import type { ListedModel } from '../ports/model-list.ts'
import { withDiscovered } from './discovered.ts'
import { readConfig } from './load.ts'
import type { Settings } from './settings.ts'
import { routesOf } from './targets.ts'

const now = Date.UTC(2026, 10, 24) as Instant
const settingsOf = (text: string): Settings => {
  const loaded = readConfig(text, {
    file: 'f.yaml',
    env: {},
    providerTypes: ['vllm', 'ollama', 'openai-compatible'],
    now,
  })
  if (!loaded.ok) throw new Error(loaded.findings.map(({ message }) => message).join('\n'))
  return loaded.settings
}
const found = (...models: readonly ListedModel[]) => new Map([['local' as ProviderId, models]])
const vllm = 'providers: { local: { type: vllm, url: http://127.0.0.1:8000/v1 } }'

describe("a provider of one's own", () => {
  const discovers = (text: string): boolean | undefined => settingsOf(text).providers[0]?.discover
  const named = 'deployments: { a: { provider: local, model: a } }'
  it('is asked for its models unless a deployment names one, or as it says', () => {
    expect(discovers(vllm)).toBe(true)
    expect(discovers(`${vllm}\n${named}`)).toBeUndefined()
    expect(discovers(`${vllm.replace(' } }', ', discover: true } }')}\n${named}`)).toBe(true)
    expect(
      discovers('providers: { local: { type: openai-compatible, url: http://127.0.0.1:1/v1, discover: true } }'),
    ).toBe(true)
  })
  it('needs no deployment; others do', () => {
    expect(() => settingsOf('providers: { local: { type: openai-compatible, url: http://127.0.0.1:1/v1 } }')).toThrow(
      /no deployments/,
    )
    expect(() => settingsOf(vllm.replace(' } }', ', discover: false } }'))).toThrow(/no deployments/)
  })
})

describe('models that were found', () => {
  it('are deployments by provider and model, with what the server tells before what is known', () => {
    const { deployments } = withDiscovered(
      settingsOf(vllm),
      found({ model: 'm', contextWindow: tokens(4096), accepts: ['text', 'tools'] }, { model: 'n' }),
      now,
    )
    expect(deployments).toMatchObject([
      { id: 'local/m', provider: 'local', model: 'm', contextWindow: 4096, accepts: ['text', 'tools'], weight: 1 },
      { id: 'local/n', provider: 'local', model: 'n' },
    ])
    expect(deployments[0]).not.toHaveProperty('price')
  })
  it('can be asked for by both their names', () => {
    const routes = routesOf(withDiscovered(settingsOf(vllm), found({ model: 'm' }), now))
    if (!routes.ok) throw new Error(routes.why)
    for (const name of ['local/m', 'm']) expect(routes.value.find(name)).toMatchObject({ ok: true })
    expect(routes.value.targets.map(({ id }) => id)).toEqual(['m'])
  })
  it('leave alone what the file names, and providers that are not asked', () => {
    const both = `${vllm.replace(' } }', ', discover: true } }')}\ndeployments: { own: { provider: local, model: m, contextWindow: 9000 } }`
    const settings = settingsOf(both)
    const { deployments } = withDiscovered(
      settings,
      found({ model: 'm', contextWindow: tokens(1) }, { model: 'n' }),
      now,
    )
    expect(deployments.map(({ id }) => id)).toEqual(['own', 'local/n'])
    expect(withDiscovered(settings, new Map(), now)).toBe(settings)
    const unasked = { ...settings, providers: settings.providers.map(one => ({ ...one, discover: false })) }
    expect(withDiscovered(unasked, found({ model: 'n' }), now)).toBe(unasked)
  })
})

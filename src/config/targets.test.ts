/** What a client's model stands for: pools, aliases, providers, models, deployments, and nothing else. */
import { describe, expect, it } from 'vitest'
import type { Instant } from '../domain/units.ts'
import { readConfig } from './load.ts'
import type { Settings } from './settings.ts'
import { routesOf } from './targets.ts'
import type { FoundRoute } from '../routing/route.ts'
import type { Routes } from './targets.ts'

const text = `
providers: { openai: { type: openai, key: "\${K}" }, router: { type: openrouter, key: "\${K}" }, second: { type: openai, key: "\${K}" } }
deployments:
  mini: { provider: openai, model: gpt-4o-mini }
  large: { provider: openai, model: gpt-4o }
  large-again: { provider: second, model: gpt-4o }
  routed: { provider: router, model: openai/gpt-4o }
  gpt-4o: { provider: router, model: other }
pools:
  chat: { candidates: [mini], task: chat, policy: even }
  both: { candidates: [large, mini] }
aliases: { gpt-4: both, o: openai/gpt-4o, gpt-4o-mini: chat, named: large-again }
policies: { even: { steps: [capable, round-robin] }, default: { steps: [capable, weighted] } }
`
const settingsOf = (yaml: string): Settings => {
  const options = { file: 'x', env: { K: 'k' }, providerTypes: ['openai', 'openrouter'], now: 0 as Instant }
  const loaded = readConfig(yaml, options)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings))
  return loaded.settings
}
const routes = ((): Routes => {
  const found = routesOf(settingsOf(text))
  if (!found.ok) throw new Error(found.why)
  return found.value
})()

const told = (found: FoundRoute): unknown =>
  found.ok
    ? {
        candidates: found.route.candidates.map(one => one.id),
        policy: found.route.policy.name,
        ...(found.route.pool !== undefined && { pool: found.route.pool }),
        ...(found.route.lock !== undefined && { lock: found.route.lock }),
        ...(found.route.task !== undefined && { task: found.route.task }),
      }
    : found

describe('a target', () => {
  it('is a pool, with its policy and task', () => {
    expect(told(routes.find('chat'))).toEqual({ candidates: ['mini'], policy: 'even', pool: 'chat', task: 'chat' })
    expect(told(routes.find('both'))).toEqual({ candidates: ['large', 'mini'], policy: 'default', pool: 'both' })
  })
  it('is an alias of a pool, a model or a deployment', () => {
    expect(told(routes.find('gpt-4'))).toEqual(told(routes.find('both')))
    expect(told(routes.find('o'))).toEqual(told(routes.find('openai/gpt-4o')))
    expect(told(routes.find('named'))).toEqual({ candidates: ['large-again'], policy: 'default' })
  })
  it('is an alias before it is a model of that name', () => {
    expect(told(routes.find('gpt-4o-mini'))).toEqual(told(routes.find('chat')))
  })
  it('is a provider with a model, which locks that provider, also where another has a model of that name', () => {
    expect(told(routes.find('openai/gpt-4o'))).toEqual({ candidates: ['large'], policy: 'default', lock: 'openai' })
    expect(told(routes.find('router/openai/gpt-4o'))).toEqual({
      candidates: ['routed'],
      policy: 'default',
      lock: 'router',
    })
  })
  it('is a model: any deployment of it, before a deployment of that name', () => {
    expect(told(routes.find('gpt-4o'))).toEqual({ candidates: ['large', 'large-again'], policy: 'default' })
  })
  it('is a deployment', () => {
    expect(told(routes.find('routed'))).toEqual({ candidates: ['routed'], policy: 'default' })
  })
  it('that is not there is told with the nearest names', () => {
    expect(routes.find('chta')).toMatchObject({ ok: false, kind: 'target', nearest: ['chat'] })
    expect(routes.find('gpt-4x')).toMatchObject({ nearest: ['gpt-4o', 'gpt-4'] })
  })
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', '', 'CHAT', 'openai/', '/gpt-4o'])(
    'is not %j',
    name => {
      expect(routes.find(name)).toMatchObject({ ok: false, kind: 'target' })
    },
  )
})

describe('a policy that is asked for', () => {
  it('replaces the own one', () => {
    expect(told(routes.find('both', 'even'))).toMatchObject({ candidates: ['large', 'mini'], policy: 'even' })
  })
  it.each(['evn', '__proto__', 'constructor'])('that is not there is told: %s', name => {
    expect(routes.find('both', name)).toMatchObject({ ok: false, kind: 'policy', names: ['even', 'default'] })
  })
  it('makes one route, found again at each request', () => {
    const [first, second] = [routes.find('both', 'even'), routes.find('both', 'even')]
    expect(first.ok && second.ok && first.route === second.route).toBe(true)
  })
})

describe('all targets', () => {
  it('are pools, aliases and models in the order of the file, each name once', () => {
    expect(
      routes.targets.map(one => `${one.kind} ${one.id}: ${one.deployments.map(each => each.id).join(' ')}`),
    ).toEqual([
      'pool chat: mini',
      'pool both: large mini',
      'alias gpt-4: large mini',
      'alias o: large',
      'alias gpt-4o-mini: mini',
      'alias named: large-again',
      'model gpt-4o: large large-again',
      'model openai/gpt-4o: large',
      'model other: gpt-4o',
    ])
  })
  it('come with every policy', () => {
    expect([...routes.policies.keys()]).toEqual(['even', 'default'])
  })
})

describe('settings that no file has checked', () => {
  const settings = settingsOf(text)
  it('let a pool stand before an alias of its name', () => {
    const found = routesOf({ ...settings, aliases: { chat: 'both' } })
    expect(found.ok && told(found.value.find('chat'))).toMatchObject({ pool: 'chat' })
    expect(found.ok && found.value.targets.filter(one => one.id === 'chat').map(one => one.kind)).toEqual(['pool'])
  })
  it.each([
    [
      'a pool without its deployment',
      { ...settings, deployments: settings.deployments.slice(1) },
      'there is no deployment "mini"',
    ],
    ['a pool without its policy', { ...settings, policies: settings.policies.slice(1) }, 'there is no policy "even"'],
    ['no default policy', { ...settings, defaultPolicy: 'none' }, 'there is no policy "none"'],
    [
      'an alias of nothing',
      { ...settings, aliases: { a: 'constructor' } },
      'the alias "a" leads to "constructor", which is not there',
    ],
  ])('are refused: %s', (_, given, why) => {
    expect(routesOf(given)).toMatchObject({ ok: false, why })
  })
  it('are refused where a step is unknown', () => {
    const [first, ...rest] = settings.policies
    if (first === undefined) throw new Error('no policy')
    const found = routesOf({ ...settings, policies: [{ ...first, steps: [{ use: 'chaep' }] }, ...rest] })
    expect(found).toMatchObject({ ok: false, at: 'policies[0]' })
    expect(found.ok ? '' : found.why).toContain('did you mean "cheap"?')
  })
})

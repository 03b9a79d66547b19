/** The same scenarios from every client to every provider, through the whole house: what arrives, what comes back, and what is told to be lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keptPage } from '../kept-page.ts'
import { openHouse, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'
import { pageOf } from './parity/page.ts'
import type { Entry } from './parity/page.ts'
import { cell } from './parity/cell.ts'
import type { Cell } from './parity/cell.ts'
import { scenarios } from './parity/scenarios.ts'
import { clients, openUpstream, servers } from './parity/upstream.ts'
import type { Upstream } from './parity/upstream.ts'

const accepts = 'accepts: [text, image, file, tools, json-schema, reasoning, choices]'
const configOf = (url: string): string =>
  [
    'providers:',
    ...servers.map(
      ({ tongue, type, base }) =>
        `  ${tongue.id}: { type: ${type}, url: '${url}/${tongue.id}${base}', key: '\${WORLD_KEY}'${type === 'bedrock' ? ', region: eu-central-1' : ''} }`,
    ),
    'deployments:',
    ...servers.flatMap(({ tongue: { id }, plain, thinker }) =>
      [
        ['plain', plain],
        ['thinker', thinker],
      ].map(
        ([kind, model]) =>
          `  ${id}.${kind}: { provider: ${id}, model: '${model}', price: { input: 1, output: 2 }, ${accepts}, contextWindow: 200000 }`,
      ),
    ),
    'pools:',
    ...servers.flatMap(({ tongue: { id } }) =>
      ['plain', 'thinker'].map(kind => `  ${id}.${kind}: { candidates: [${id}.${kind}], policy: once }`),
    ),
    'policies:',
    '  once: { steps: [{ use: priority }], patience: { maxAttempts: 1 } }',
  ].join('\n')

let upstream: Upstream
let house: OpenHouse
beforeAll(async () => {
  upstream = await openUpstream()
  house = await openHouse({ config: () => configOf(upstream.url) })
})
afterAll(async () => {
  await house.close()
  await upstream.close()
})

const modes = ['whole', 'stream'] as const
const entries: Entry[] = []

describe.each(clients)('a client of $id', client => {
  it.each(servers)('at $tongue.id: all arrives, or is told to be lost', async server => {
    const wrong: string[] = []
    for (const scenario of scenarios) {
      const told: Record<string, string> = {}
      for (const mode of scenario.modes ?? modes) {
        const talk = { house: { url: house.url, key: virtualKey }, upstream, client, server, scenario }
        const one: Cell = await cell(talk, mode === 'stream')
        told[mode] = one.told
        wrong.push(...one.wrong.map(what => `${scenario.name}, ${mode} [${one.told}] ${what}`))
      }
      entries.push({ scenario: scenario.name, client: client.id, server: server.tongue.id, ...told })
    }
    expect(wrong).toEqual([])
  })
})

it('is the page that was kept', () => {
  const page = pageOf(entries)
  expect(page).toBe(keptPage('parity', page))
})

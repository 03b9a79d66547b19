/** A whole house for a test: the recorded world, a gateway in front of it over real sockets, and the official clients. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type { GatewayEvent, Settled } from '../../src/domain/gateway-event.ts'
import { readSettings } from '../../src/faces/cli/settings-file.ts'
import { runHouse } from '../../src/faces/cli/run-house.ts'
import type { RunningHouse } from '../../src/faces/cli/run-house.ts'
import type { Terminal } from '../../src/faces/cli/terminal.ts'
import { serveWorld } from '../../src/world/serve-world.ts'
import type { World, WorldOptions } from '../../src/world/serve-world.ts'

export const virtualKey = 'sk-sb-0123456789abcdef0123456789abcdef'
export const otherKey = 'sk-sb-ffffffffffffffffffffffffffffffff'
export const providerKey = 'sk-world-0123456789abcdef'

/** A terminal that nobody looks at; `said` keeps what it was told. */
export const quietTerminal = (env: Readonly<Record<string, string>> = {}) => {
  const said: string[] = []
  const terminal: Terminal = {
    env: { ...env, WORLD_KEY: providerKey, TEST_KEY: virtualKey, OTHER_KEY: otherKey },
    out: text => void said.push(text),
    err: text => void said.push(text),
    isLive: false,
    columns: 100,
    stopped: () => new Promise(() => undefined),
  }
  return { terminal, said }
}

export interface OpenHouse {
  readonly url: string
  readonly world: World
  readonly running: RunningHouse
  readonly openai: OpenAI
  readonly anthropic: Anthropic
  /** The story of every request that has ended. */
  readonly settled: readonly Settled[]
  readonly events: readonly GatewayEvent[]
  close(): Promise<void>
}

/** The parts of a configuration that most tests share: the world's providers, a model of each dialect, a key. */
export const providersOf = (world: World): string =>
  [
    'providers:',
    `  openai: { type: openai, url: '${world.base('openai')}', key: '\${WORLD_KEY}' }`,
    `  anthropic: { type: anthropic, url: '${world.base('anthropic')}', key: '\${WORLD_KEY}' }`,
  ].join('\n')

const everything = 'accepts: [text, image, tools, json-schema, choices], contextWindow: 128000, maxOutput: 8192'

/** One pool for each dialect, one over both, and a policy that takes the listed order. */
export const twoDialects = (world: World): string =>
  [
    providersOf(world),
    'deployments:',
    `  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, price: { input: 0.15, output: 0.6 }, priority: 1, ${everything} }`,
    `  haiku: { provider: anthropic, model: claude-3-haiku-20240307, price: { input: 0.25, output: 1.25 }, priority: 2, ${everything} }`,
    'pools:',
    '  speaks-openai: { candidates: [mini], policy: in-order }',
    '  speaks-anthropic: { candidates: [haiku], policy: in-order }',
    '  both: { candidates: [mini, haiku], policy: in-order }',
    'policies:',
    '  in-order:',
    '    steps: [{ use: capable }, { use: healthy }, { use: priority }]',
    '    patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 5s, idle: 5s, total: 30s }',
  ].join('\n')

export interface HouseOptions {
  /** The configuration, without keys, server, store and telemetry; `twoDialects` if absent. */
  readonly config?: (world: World) => string
  readonly world?: WorldOptions
  /** The section of keys; one key with nothing to limit it if absent. */
  readonly keys?: string
  /** More lines for the end of the configuration. */
  readonly more?: string
}

/** Opens a house on a port of its own. */
export const openHouse = async (options: HouseOptions = {}): Promise<OpenHouse> => {
  const world = await serveWorld({ pace: 'instant', key: providerKey, ...options.world })
  const { terminal } = quietTerminal()
  const text = [
    (options.config ?? twoDialects)(world),
    options.keys ?? "keys: { test: { value: '${TEST_KEY}' } }",
    'server: { host: 127.0.0.1, port: 0 }',
    'store: { durable: memory }',
    options.more ?? 'telemetry: { log: off }',
  ].join('\n')
  const { settings, findings } = readSettings(text, 'test', terminal.env)
  if (settings === undefined) throw new Error(JSON.stringify(findings, undefined, 1))
  const running = await runHouse(settings, terminal)
  const events: GatewayEvent[] = []
  const settled: Settled[] = []
  running.house.gateway.listen(event => {
    events.push(event)
    if (event.type === 'request-settled') settled.push(event.settled)
  })
  const { url } = running.http
  return {
    url,
    world,
    running,
    events,
    settled,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: virtualKey, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey: virtualKey, maxRetries: 0 }),
    close: async () => {
      await running.stop()
      await world.close()
    },
  }
}

/** Waits until the claim is true, looking again after each turn of the event loop; gives up after some seconds. */
export const until = async (what: string, claim: () => boolean): Promise<void> => {
  const end = performance.now() + 10_000
  while (!claim()) {
    if (performance.now() > end) throw new Error(`it never came to this: ${what}`)
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** A gateway that is killed without warning and started again knows what it knew ten seconds before. */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/platform/process.ts'
import { sqliteStore } from '../../src/platform/stores/sqlite.ts'
import { serveWorld } from '../../src/world/serve-world.ts'
import type { World } from '../../src/world/serve-world.ts'
import { runSources } from '../child.ts'
import type { Child } from '../child.ts'
import { folder } from '../command-line.ts'
import type { Folder } from '../command-line.ts'
import { providerKey, twoDialects, virtualKey } from './open-house.ts'

const env = { WORLD_KEY: providerKey, TEST_KEY: virtualKey }
const hello = [{ role: 'user' as const, content: 'Hello' }]

let files: Folder
let world: World
const children: Child[] = []
beforeEach(async () => {
  files = await folder()
  world = await serveWorld({ pace: 'instant', key: providerKey })
})
afterEach(async () => {
  for (const child of children.splice(0)) await child[Symbol.asyncDispose]()
  await world.close()
  await files[Symbol.asyncDispose]()
})

const serve = async (): Promise<{ readonly child: Child; readonly client: OpenAI }> => {
  const path = await files.write(
    'signalbox.yaml',
    [
      twoDialects(world),
      "keys: { test: { value: '${TEST_KEY}' } }",
      'server: { host: 127.0.0.1, port: 0 }',
      "store: { durable: 'sqlite:./state.db' }",
    ].join('\n'),
  )
  const child = runSources(['serve', '--config', path], { cwd: files.path, env })
  children.push(child)
  const [, url = ''] = await child.until(/listens on (http:\S+)/)
  return { child, client: new OpenAI({ baseURL: `${url}/v1`, apiKey: virtualKey, maxRetries: 0 }) }
}

const ask = async (client: OpenAI, times: number): Promise<void> => {
  for (let time = 0; time < times; time++) await client.chat.completions.create({ model: 'both', messages: hello })
}

const askedOf = (provider: string): number => world.seen().filter(one => one.provider === provider).length

/** What the store holds of live state, once it says this. */
const written = async (pattern: RegExp): Promise<string> => {
  const store = await sqliteStore(join(files.path, 'state.db'), systemClock())
  try {
    const end = performance.now() + 30_000
    for (;;) {
      const text = JSON.stringify((await store.records.get('live-state'))?.value ?? null)
      if (pattern.test(text)) return text
      if (performance.now() > end) throw new Error(`this was never written: ${String(pattern)}, but ${text}`)
      await wait(200)
    }
  } finally {
    await store.close()
  }
}

describe('a gateway that is killed', () => {
  it('leaves a circuit open, and does not ask again who was ill', { timeout: 90_000 }, async () => {
    const { child, client } = await serve()
    world.switches.change({ provider: 'openai' }, { fail: { kind: '503', retryAfter: 600 } })
    await ask(client, 5)
    expect(askedOf('openai')).toBe(5)
    const text = await written(/"state":"open"/)
    expect(JSON.parse(text)).toMatchObject({ version: 1 })
    child.kill('SIGKILL')
    await child.ended
    world.switches.clear()
    world.clear()
    const again = await serve()
    await ask(again.client, 3)
    expect(askedOf('anthropic')).toBe(3)
    expect(askedOf('openai')).toBe(0)
    again.child.kill('SIGTERM')
    expect((await again.child.ended).code).toBe(0)
    // The last of it is written when it is closed.
    expect(await written(/"state":"open"/)).toContain('"id":"haiku"')
  })
})

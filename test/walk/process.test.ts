/** The process as it is run: what it prints, how it ends when it is asked to, and what is left when it is not asked. */
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DecisionTrace } from '../../src/domain/decision.ts'
import type { SettledRecord } from '../../src/domain/gateway-event.ts'
import { packedDecisions } from '../../src/platform/packed-decisions.ts'
import { systemClock } from '../../src/platform/process.ts'
import { openDatabase } from '../../src/platform/sqlite/database.ts'
import { sqliteStore } from '../../src/platform/stores/sqlite.ts'
import { serveWorld } from '../../src/world/serve-world.ts'
import type { World } from '../../src/world/serve-world.ts'
import { runBuilt, runProgram } from '../child.ts'
import type { Child } from '../child.ts'
import { folder } from '../command-line.ts'
import type { Folder } from '../command-line.ts'
import { providerKey, twoDialects, until, virtualKey } from './open-house.ts'

const root = join(import.meta.dirname, '../..')
const env = { WORLD_KEY: providerKey, TEST_KEY: virtualKey }
const story = 'Once upon a time there was a signal box. '.repeat(60)
const hello = [{ role: 'user' as const, content: 'Hello' }]

beforeAll(() => {
  const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-needed'], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`the build failed: ${built.stdout}${built.stderr}`)
}, 120_000)

let files: Folder
let world: World
const children: Child[] = []
beforeEach(async () => {
  files = await folder()
  world = await serveWorld({
    pace: 0.3,
    key: providerKey,
    script: ({ asked }) => ({ text: asked.stream ? story : 'A word.' }),
  })
})
afterEach(async () => {
  for (const child of children.splice(0)) await child[Symbol.asyncDispose]()
  await world.close()
  await files[Symbol.asyncDispose]()
})

const listens = /listens on (http:\S+)/
interface Served {
  readonly child: Child
  readonly url: string
  readonly client: OpenAI
}
/** A gateway in a process of its own, whose state is in the test's folder. */
const serve = async (server = '{ host: 127.0.0.1, port: 0 }'): Promise<Served> => {
  const path = await files.write(
    'signalbox.yaml',
    [
      twoDialects(world),
      "keys: { test: { value: '${TEST_KEY}' } }",
      `server: ${server}`,
      "store: { durable: 'sqlite:./state.db' }",
    ].join('\n'),
  )
  const child = runBuilt(['serve', '--config', path], { cwd: files.path, env })
  children.push(child)
  const [, url = ''] = await child.until(listens)
  return { child, url, client: new OpenAI({ baseURL: `${url}/v1`, apiKey: virtualKey, maxRetries: 0 }) }
}

interface Stream {
  text: string
  finish?: string
  error?: unknown
  isOver: boolean
}
const open = (client: OpenAI, model = 'both'): Stream => {
  const stream: Stream = { text: '', isOver: false }
  const read = async (): Promise<void> => {
    const chunks = await client.chat.completions.create({ model, messages: hello, stream: true })
    for await (const { choices } of chunks) {
      stream.text += choices[0]?.delta.content ?? ''
      if (choices[0]?.finish_reason) stream.finish = choices[0].finish_reason
    }
  }
  void read()
    .catch((error: unknown) => (stream.error = error))
    .finally(() => (stream.isOver = true))
  return stream
}
const openMany = async (client: OpenAI, count: number): Promise<readonly Stream[]> => {
  const models = ['speaks-openai', 'speaks-anthropic']
  const streams = Array.from({ length: count }, (_, at) => open(client, models[at % 2]))
  await until('all of them speak', () => streams.every(({ text, isOver }) => text !== '' || isOver))
  return streams
}

/** A Node on this machine that is too old to run the sources, if there is one. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map(folderOf => join(folderOf, 'node'))
  .find(path => {
    const told = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? ''
    return Number(/^v(\d+)/.exec(told)?.[1] ?? 99) < 22
  })

/** All that the journal in the test's folder holds; a file that is damaged throws. */
const journal = async () => {
  const path = join(files.path, 'state.db')
  const database = await openDatabase(path)
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  database.close()
  const store = packedDecisions(await sqliteStore(path, systemClock()))
  const decisions = await store.journal.read<DecisionTrace>('decisions', undefined, 1000)
  const outcomes = await store.journal.read<SettledRecord>('outcomes', undefined, 1000)
  await store.close()
  return { decisions: decisions.map(({ entry }) => entry), outcomes: outcomes.map(({ entry }) => entry) }
}

describe('the demo house', () => {
  it('prints its keys and a curl line that works, is ready, and stops at Ctrl-C', async () => {
    const child = runBuilt(['demo', '--port', '0', '--pace', '0'], { cwd: files.path })
    children.push(child)
    await child.until(/demo --drive 200/)
    const lines = child.out().split('\n')
    const after = (label: string): string => lines[lines.indexOf(label) + 1] ?? ''
    expect(after('Admin key:')).toMatch(/^sk-sb-admin-[\w-]{20,}$/)
    expect(after('Virtual key:')).toMatch(/^sk-sb-(?!admin-)[\w-]{20,}$/)
    const curl = after('A first request:')
    expect(curl).toMatch(/^curl /)
    const [, url = ''] = /open at (http:\S+)/.exec(child.out()) ?? []
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' })
    const asked = runProgram('sh', ['-c', curl], { cwd: files.path })
    children.push(asked)
    expect(await asked.ended).toEqual({ code: 0, signal: null })
    expect(JSON.parse(asked.out())).toMatchObject({ object: 'chat.completion', choices: [{ finish_reason: 'stop' }] })
    child.kill('SIGINT')
    expect(await child.ended).toEqual({ code: 0, signal: null })
    expect(child.err()).toMatch(/SIGINT: closing/)
  })
})

describe('a command whose reader leaves', () => {
  it('ends quietly, with its own exit code', async () => {
    const config = await files.write(
      'signalbox.yaml',
      [twoDialects(world), "keys: { test: { value: '${TEST_KEY}' } }"].join('\n'),
    )
    const asked = await files.write('request.json', { model: 'both', messages: hello })
    const script = '{ "$0" "$@"; echo "ended with $?" >&2; } | true'
    const argv = [process.execPath, join(root, 'bin/signalbox.js'), 'explain', asked, '--config', config, '--json']
    const child = runProgram('sh', ['-c', script, ...argv], { cwd: files.path, env })
    children.push(child)
    await child.ended
    expect(child.err()).toBe('ended with 0\n')
  })
})

describe('a process that is asked to stop', () => {
  it('takes no new work, lets thirty streams end whole, writes everything down, and ends well', async () => {
    const { child, url, client } = await serve()
    const streams = await openMany(client, 30)
    child.kill('SIGTERM')
    await child.until(/SIGTERM: no new requests; 30 under way are given time to end/)
    const ready = await fetch(`${url}/readyz`)
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({
      status: 503,
      body: { status: 'draining', in_flight: 30 },
    })
    await expect(client.chat.completions.create({ model: 'both', messages: hello })).rejects.toMatchObject({
      status: 503,
    })
    expect(streams.every(({ isOver }) => !isOver)).toBe(true)
    await until('all are over', () => streams.every(({ isOver }) => isOver))
    expect(streams.filter(({ error }) => error !== undefined)).toEqual([])
    expect(streams.every(({ text, finish }) => text === story && finish === 'stop')).toBe(true)
    expect(await child.ended).toEqual({ code: 0, signal: null })
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()

    const { decisions, outcomes } = await journal()
    expect(decisions).toHaveLength(30)
    expect(outcomes).toHaveLength(30)
    expect(new Set(outcomes.map(({ decision }) => decision))).toEqual(
      new Set(decisions.map(({ decision }) => decision.id)),
    )
    expect(outcomes.every(({ failure, cost }) => failure === undefined && cost.source === 'usage')).toBe(true)
  })

  it('ends what takes longer than its deadline with a typed error, and still ends well', async () => {
    const { child, client } = await serve('{ host: 127.0.0.1, port: 0, drain: 50ms }')
    const streams = await openMany(client, 10)
    child.kill('SIGTERM')
    await until('all are over', () => streams.every(({ isOver }) => isOver))
    for (const { error, finish, text } of streams) {
      expect(error).toMatchObject({ code: 'internal', type: expect.any(String) })
      expect(String(error)).toMatch(/the gateway is shutting down and ended this answer before it was whole/)
      expect(finish).toBeUndefined()
      expect(story.startsWith(text) && text !== story).toBe(true)
    }
    expect(await child.ended).toEqual({ code: 0, signal: null })
    const { outcomes } = await journal()
    expect(outcomes).toHaveLength(10)
    expect(outcomes.every(({ failure }) => failure?.kind === 'cancelled')).toBe(true)
  })

  it('still lets its streams end when nobody reads what it says any more', async () => {
    const { child, client } = await serve()
    const streams = await openMany(client, 3)
    child.deafen()
    child.kill('SIGTERM')
    await until('all are over', () => streams.every(({ isOver }) => isOver))
    expect(streams.map(({ error, finish }) => [error, finish])).toEqual(streams.map(() => [undefined, 'stop']))
    expect(await child.ended).toEqual({ code: 0, signal: null })
    expect((await journal()).outcomes).toHaveLength(3)
  })

  it('that is asked twice from a terminal does not wait', async () => {
    const { child, client } = await serve()
    const streams = await openMany(client, 2)
    child.kill('SIGINT')
    await child.until(/SIGINT: no new requests; 2 under way/)
    child.kill('SIGINT')
    await child.ended
    expect(streams.every(({ text }) => text !== story)).toBe(true)
    await until('both are over', () => streams.every(({ isOver }) => isOver))
    expect(streams.every(({ error }) => error !== undefined)).toBe(true)
    expect((await journal()).decisions).toHaveLength(2)
  })
})

describe.skipIf(oldNode === undefined)('a process on an older Node', () => {
  it('hands over to the one that was installed along, signals and exit codes too', async () => {
    const bin = join(root, 'bin', 'signalbox.js')
    const wrong = runProgram(oldNode ?? '', [bin, 'chek'], { cwd: files.path })
    children.push(wrong)
    expect(await wrong.ended).toEqual({ code: 2, signal: null })
    expect(wrong.err()).toMatch(/Did you mean check\?/)
    const child = runProgram(oldNode ?? '', [bin, 'demo', '--port', '0', '--pace', '0'], { cwd: files.path })
    children.push(child)
    const [, url = ''] = await child.until(/open at (http:\S+)/)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await child.ended).toEqual({ code: 0, signal: null })
    expect(child.err()).toMatch(/SIGTERM: closing/)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})

describe('a process that is killed', () => {
  it('leaves a file with which the next one goes on', async () => {
    const first = await serve()
    for (let at = 0; at < 5; at++) await first.client.chat.completions.create({ model: 'both', messages: hello })
    const { data, response } = await first.client.chat.completions
      .create({ model: 'both', messages: hello })
      .withResponse()
    expect(data.choices[0]?.message.content).toBe('A word.')
    const decision = response.headers.get('x-signalbox-decision') ?? ''
    const find = async ({ url }: Served): Promise<number> =>
      (await fetch(`${url}/v1/decisions/${decision}`, { headers: { authorization: `Bearer ${virtualKey}` } })).status
    // Written is what can be read.
    let status = await find(first)
    while (status === 404) status = await find(first)
    const streams = await openMany(first.client, 10)
    first.child.kill('SIGKILL')
    expect(await first.child.ended).toEqual({ code: null, signal: 'SIGKILL' })
    await until('no stream hangs', () => streams.every(({ isOver }) => isOver))
    expect(streams.every(({ error, finish }) => error !== undefined && finish === undefined)).toBe(true)

    const second = await serve()
    expect(await find(second)).toBe(200)
    const again = await second.client.chat.completions.create({ model: 'both', messages: hello })
    expect(again.choices[0]?.message.content).toBe('A word.')
    second.child.kill('SIGTERM')
    expect(await second.child.ended).toEqual({ code: 0, signal: null })
    const { decisions, outcomes } = await journal()
    expect(decisions.length).toBeGreaterThanOrEqual(7)
    expect(decisions.map(one => one.decision.id)).toContain(decision)
    expect(outcomes.at(-1)).toMatchObject({ cost: { source: 'usage' } })
  })
})

/** A configuration file that is edited while requests come and go: the new is in force for what comes, the old for what is under way. */
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { serveWorld } from '../../src/world/serve-world.ts'
import type { World } from '../../src/world/serve-world.ts'
import { folder, start } from '../command-line.ts'
import type { Folder, Running } from '../command-line.ts'
import { providerKey, providersOf, until, virtualKey } from './open-house.ts'

const env = { WORLD_KEY: providerKey, TEST_KEY: virtualKey }
const abilities = 'accepts: [text], contextWindow: 128000, maxOutput: 8192'
const story = 'Once upon a time there was a signal box. '.repeat(60)
const word = 'A word.'
const hello = [{ role: 'user' as const, content: 'Hello' }]

let files: Folder
let world: World
let path: string
let serving: Running
let url: string

interface Shape {
  /** The pools, as lines of the file. */
  readonly pools: readonly string[]
  readonly keys?: readonly string[]
  /** The policy's name, to see which one decided. */
  readonly policy?: string
}

const textOf = ({ pools, keys = [], policy = 'first' }: Shape): string =>
  [
    providersOf(world),
    'deployments:',
    `  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, priority: 1, ${abilities} }`,
    `  thinking: { provider: openai, model: gpt-4o-2024-08-06, priority: 1, ${abilities} }`,
    `  haiku: { provider: anthropic, model: claude-3-haiku-20240307, priority: 2, ${abilities} }`,
    'pools:',
    ...pools,
    'policies:',
    `  ${policy}:`,
    '    steps: [{ use: healthy }, { use: priority }]',
    '    patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 30s, idle: 30s, total: 60s }',
    `defaultPolicy: ${policy}`,
    'keys:',
    "  test: { value: '${TEST_KEY}' }",
    ...keys,
    'server: { host: 127.0.0.1, port: 0 }',
    'store: { durable: memory }',
    'telemetry: { log: off }',
    '',
  ].join('\n')

const both = '  both: { candidates: [mini, haiku] }'
const slow = '  slow: { candidates: [thinking, haiku] }'

const edit = (shape: Shape): Promise<void> => writeFile(path, textOf(shape))
/** How often it was said that the file is in force, or that it is not. */
const said = (what: RegExp): number => serving.err().match(new RegExp(what, 'g'))?.length ?? 0
const inForce = /has changed and is in force/
/** Makes a change, and waits until it has taken effect. */
const put = async (change: () => Promise<unknown>, told: RegExp = inForce): Promise<void> => {
  const before = said(told)
  await change()
  await until(`the change is told as ${String(told)}`, () => said(told) > before)
}

const clientOf = (apiKey = virtualKey): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 })
const ask = async (model: string, client = clientOf()) => {
  const { data, response } = await client.chat.completions.create({ model, messages: hello }).withResponse()
  const told = (name: string): string | null => response.headers.get(`x-signalbox-${name}`)
  return {
    text: data.choices[0]?.message.content,
    model: told('model'),
    policy: told('policy'),
    attempts: told('attempts'),
  }
}

interface Stream {
  text: string
  finish?: string
  error?: unknown
  isOver: boolean
}
/** A stream that is read to its end, beside the test. */
const open = (model: string, client = clientOf()): Stream => {
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

beforeEach(async () => {
  files = await folder()
  world = await serveWorld({
    pace: 0.1,
    key: providerKey,
    script: ({ asked }) => ({ text: asked.stream ? story : word }),
  })
  path = await files.write('signalbox.yaml', textOf({ pools: [both, slow] }))
  serving = start(['serve', '--config', path], { env })
  url = (await serving.until(/listens on (http:\S+)/))[1] ?? ''
})
afterEach(async () => {
  serving.stop()
  expect((await serving.ended).code).toBe(0)
  await world.close()
  await files[Symbol.asyncDispose]()
})

it('changes under load fail no request, and each is served by one policy or the other', async () => {
  let isLoaded = true
  const served: { readonly policy: string | null; readonly text: string | null | undefined }[] = []
  const errors: unknown[] = []
  const work = async (): Promise<void> => {
    const client = clientOf()
    while (isLoaded)
      await ask('both', client).then(
        answer => served.push(answer),
        (error: unknown) => errors.push(error),
      )
  }
  const workers = Array.from({ length: 8 }, work)
  const names = ['second', 'third', 'fourth', 'fifth']
  for (const [at, policy] of names.entries()) {
    const pools = [`  both: { candidates: [${at % 2 === 0 ? 'haiku' : 'mini, haiku'}] }`, slow]
    await put(() => edit({ pools, policy }))
    const count = served.length
    await until('some more are served', () => served.length > count + 8)
  }
  isLoaded = false
  await Promise.all(workers)
  expect(errors).toEqual([])
  expect(served.every(({ text }) => text === word)).toBe(true)
  const policies = served.map(({ policy }) => policy?.split('@')[0])
  expect([...new Set(policies)]).toEqual(['first', ...names])
  console.log(`${served.length} requests under ${names.length} changes of the file, none failed`)
})

it('a new pool serves, while what is under way ends under the policy that it began with', async () => {
  const speaking = open('both')
  await until('it speaks', () => speaking.text !== '')
  // Fifteen seconds of thought: long after the file has changed.
  world.switches.change({ model: 'gpt-4o-2024-08-06' }, { latency: { addMs: 15_000 } })
  const thinking = open('slow')
  await until('it is asked', () => world.seen().some(({ model }) => model === 'gpt-4o-2024-08-06'))
  // Nobody of the old pools is in the new ones.
  await put(() =>
    edit({ pools: ['  fresh: { candidates: [mini] }', '  both: { candidates: [mini] }'], policy: 'second' }),
  )
  expect(await ask('fresh')).toMatchObject({ text: word, model: 'gpt-4o-mini-2024-07-18' })
  await expect(ask('slow')).rejects.toMatchObject({ status: 404 })
  expect(thinking.isOver).toBe(false)
  // What thinks has nothing said yet: it moves on to the one that only the old pool has.
  world.switches.change({ model: 'gpt-4o-2024-08-06' }, { outage: true })
  await until('both are over', () => speaking.isOver && thinking.isOver)
  expect(thinking).toEqual({ text: story, finish: 'stop', isOver: true })
  expect(speaking).toEqual({ text: story, finish: 'stop', isOver: true })
  expect(world.seen().at(-1)?.model).toBe('claude-3-haiku-20240307')
})

it('a bad file is refused with line and column, and what was in force stays in force', async () => {
  const good = textOf({ pools: [both, slow] })
  const bad = good.replace('[mini, haiku]', '[mini, haikoo]')
  const line = bad.slice(0, bad.indexOf('haikoo')).split('\n').length
  const notSound = /is not sound; what was in force stays in force/
  const refused: readonly (readonly [string, RegExp])[] = [
    [bad, new RegExp(`signalbox\\.yaml:${line}:30: error: pools\\.both\\.candidates\\[1\\]: .*did you mean "haiku"`)],
    [good.slice(0, good.indexOf('pools:') + 30), /signalbox\.yaml:\d+:\d+: error: /],
    ['', /signalbox\.yaml:1:1: error: /],
  ]
  for (const [text, told] of refused) {
    await put(() => writeFile(path, text), notSound)
    expect(serving.err()).toMatch(told)
    expect(await ask('both')).toMatchObject({ text: word, model: 'gpt-4o-mini-2024-07-18' })
  }
  // Gone, and back.
  await put(() => rm(path), notSound)
  expect(await ask('both')).toMatchObject({ text: word })
  await put(() =>
    edit({ pools: ['  both: { candidates: [haiku] }', '  slow: { candidates: [mini, thinking] }'], policy: 'second' }),
  )
  expect(await ask('both')).toMatchObject({
    model: 'claude-3-haiku-20240307',
    policy: expect.stringMatching(/^second@/),
  })
  // As editors do that write beside and swap.
  await put(async () => {
    const beside = join(files.path, '.signalbox.yaml.swp')
    await writeFile(beside, textOf({ pools: [both, slow], policy: 'third' }))
    await rename(beside, path)
  })
  expect(await ask('both')).toMatchObject({ model: 'gpt-4o-mini-2024-07-18', policy: expect.stringMatching(/^third@/) })
})

it('keys that come and go open and close the door, and let what is under way end', async () => {
  const secret = 'sk-sb-second-0123456789abcdef012345'
  const second = clientOf(secret)
  await files.write('second.key', `${secret}\n`)
  await expect(ask('both', second)).rejects.toMatchObject({ status: 401 })
  const line = `  second: { value: 'file:${join(files.path, 'second.key')}', allow: { pools: [both] } }`
  await put(() => edit({ pools: [both, slow], keys: [line] }))
  expect(await ask('both', second)).toMatchObject({ text: word })
  await expect(ask('slow', second)).rejects.toMatchObject({ status: 403, code: 'forbidden' })
  const speaking = open('both', second)
  await until('it speaks', () => speaking.text !== '')
  await put(() => edit({ pools: [both, slow] }))
  await expect(ask('both', second)).rejects.toMatchObject({ status: 401 })
  expect(await ask('both')).toMatchObject({ text: word })
  await until('it is over', () => speaking.isOver)
  expect(speaking).toEqual({ text: story, finish: 'stop', isOver: true })
  // A key that cannot be read keeps the whole change out: nobody is locked out by half of it.
  const missing = `  third: { value: 'file:${join(files.path, 'third.key')}' }`
  await put(() => edit({ pools: ['  other: { candidates: [mini] }', slow], keys: [missing] }), /third\.key/)
  await expect(ask('other')).rejects.toMatchObject({ status: 404 })
  expect(await ask('both')).toMatchObject({ text: word })
})

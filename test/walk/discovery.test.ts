/** A server of one's own comes, changes its models, dies and returns; the gateway follows, and nothing under way is disturbed. */
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import type { Settings } from '../../src/config/settings.ts'
import { ask } from '../../src/domain/ask.ts'
import { millis } from '../../src/domain/units.ts'
import { keyringOf } from '../../src/faces/http/authenticate.ts'
import { serveHttp } from '../../src/faces/http/serve.ts'
import { openStandalone, providerTypes } from '../../src/standalone.ts'
import type { Standalone } from '../../src/standalone.ts'

interface LocalServer {
  models: readonly string[]
  readonly asked: string[]
  /** A streamed answer that has begun and not ended. */
  open: ServerResponse | undefined
  readonly url: string
  close(): Promise<void>
}

const chunk = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: finish }],
  })}\n\n`

const serve = async (...models: readonly string[]): Promise<LocalServer> => {
  const server: Server = createServer((request, response) => {
    local.asked.push(request.url ?? '')
    if (request.url === '/v1/models') {
      return void response.end(JSON.stringify({ data: local.models.map(id => ({ id, max_model_len: 4096 })) }))
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chunk('Begun'))
    local.open = response
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const local: LocalServer = {
    models,
    asked: [],
    open: undefined,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return local
}

const settingsFor = (...lines: readonly string[]): Settings => {
  const text = [...lines, 'store: { durable: memory }', 'telemetry: { log: off }'].join('\n')
  const loaded = readConfig(text, { file: 'f.yaml', env: {}, providerTypes })
  if (!loaded.ok) throw new Error(loaded.findings.map(({ message }) => message).join('\n'))
  return loaded.settings
}
const providerAt = (url: string): string => `providers: { local: { type: vllm, url: '${url}' } }`

let local: LocalServer
let house: Standalone
const open = async (settings: Settings): Promise<Standalone> => {
  const opened = await openStandalone(settings, { env: {} })
  if (!opened.ok) throw new Error(opened.why)
  return opened.value
}
const targets = (): readonly string[] =>
  house.gateway.targets(ask({ target: '', messages: '' }).caller).map(({ id }) => id)

beforeEach(async () => {
  local = await serve('llama', 'qwen')
  house = await open(settingsFor(providerAt(local.url)))
})
afterEach(async () => {
  await house.close()
  await local.close()
})

it('models of a server that is there are served from the start, with the window that it tells', () => {
  expect(targets()).toEqual(['llama', 'qwen'])
  const explained = house.gateway.explain(ask({ target: 'local/llama', messages: 'hi' }))
  expect(explained.ok && explained.trace.decision.ranked.map(one => one.candidate)).toMatchObject([
    { id: 'local/llama', contextWindow: 4096 },
  ])
})

it('a reload asks anew and does not disturb what is under way', async () => {
  const events: string[] = []
  const reading = (async () => {
    for await (const event of house.gateway.stream(ask({ target: 'local/llama', messages: 'hi' }))) {
      if (event.type === 'text-delta') events.push(event.text)
      if (event.type === 'response-end') events.push('end')
    }
  })()
  await expect.poll(() => events).toEqual(['Begun'])
  local.models = ['mistral']
  expect(house.reload(settingsFor(providerAt(local.url)))).toMatchObject({ ok: true })
  await expect.poll(targets).toEqual(['mistral'])
  expect(house.gateway.explain(ask({ target: 'local/llama', messages: 'hi' })).ok).toBe(false)
  local.open?.end(`${chunk(' and ended', 'stop')}data: [DONE]\n\n`)
  await reading
  expect(events).toEqual(['Begun', ' and ended', 'end'])
})

it('a reload while the server is dead keeps the models that it told before', async () => {
  await local.close()
  expect(house.reload(settingsFor(providerAt(local.url), 'server: { port: 1 }')).ok).toBe(true)
  expect(targets()).toEqual(['llama', 'qwen'])
})

it('a provider that goes takes its models along', () => {
  const next = settingsFor(
    `providers: { local: { type: vllm, url: '${local.url}', discover: false } }`,
    'deployments: { one: { provider: local, model: own } }',
  )
  expect(house.reload(next).ok).toBe(true)
  expect(targets()).toEqual(['own'])
})

it('a type without a list of models is refused with what would be right', async () => {
  const settings = settingsFor(
    "providers: { claude: { type: anthropic, key: 'file:/nowhere', discover: true }, local: { type: vllm, url: 'http://127.0.0.1:1/v1' } }",
  )
  expect(await openStandalone(settings, { env: {} })).toMatchObject({
    ok: false,
    why: expect.stringMatching(/"claude" cannot be asked for its models: the type anthropic has no list.*deployments/),
  })
})

it('the official client sees and asks them through the front door', async () => {
  const keyring = keyringOf([])
  if (!keyring.ok) throw new Error(keyring.why)
  const http = await serveHttp({
    gateway: house.gateway,
    clock: house.clock,
    settings: { ...settingsFor(providerAt(local.url)).server, port: 0 },
    keyring: keyring.value,
    metrics: house.metrics,
    alarm: () => undefined,
  })
  const client = new OpenAI({ baseURL: `${http.url}/v1`, apiKey: 'none', maxRetries: 0 })
  const listed = await client.models.list()
  expect(listed.data.map(({ id }) => id)).toEqual(['llama', 'qwen'])
  const stream = await client.chat.completions.create({
    model: 'local/qwen',
    stream: true,
    messages: [{ role: 'user', content: 'hi' }],
  })
  await expect.poll(() => local.open !== undefined).toBe(true)
  local.open?.end(`${chunk('!', 'stop')}data: [DONE]\n\n`)
  let text = ''
  for await (const one of stream) text += one.choices[0]?.delta.content ?? ''
  expect(text).toBe('Begun!')
  await http.drain(millis(0))
})

/** Answers that a provider keeps: found again by their ids, by whoever made them and nobody else, also after a restart. */
import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readSettings } from '../../src/faces/cli/settings-file.ts'
import { runHouse } from '../../src/faces/cli/run-house.ts'
import type { RunningHouse } from '../../src/faces/cli/run-house.ts'
import { quietTerminal } from './open-house.ts'

interface Seen {
  readonly who: string
  readonly method: string
  readonly url: string
  readonly key: string
  readonly body: string
}

const keyIn = (headers: IncomingHttpHeaders): string => String(headers.authorization ?? headers['api-key'])

/** A provider that keeps answers for each account; one of its names is `chat`, which keeps nothing. */
const openProvider = async (who: string, seen: Seen[]) => {
  const kept = new Map<string, string>()
  let made = 0
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      seen.push({ who, method, url, key: keyIn(headers), body })
      response.setHeader('content-type', 'application/json')
      const path = new URL(url, 'http://x').pathname
      if (method === 'POST' && path.endsWith('/responses')) {
        const id = `resp_${who}_${made++}`
        kept.set(id, keyIn(headers))
        const asked: { readonly model: string; readonly stream?: boolean } = JSON.parse(body)
        const whole = { ...answerOf(id), model: asked.model }
        if (asked.stream !== true) return void response.end(JSON.stringify(whole))
        response.setHeader('content-type', 'text/event-stream')
        const event = (type: string, more: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
        return void response.end(
          [
            event('response.created', {
              sequence_number: 0,
              response: { ...whole, status: 'in_progress', output: [] },
            }),
            event('response.completed', { sequence_number: 1, response: whole }),
          ].join(''),
        )
      }
      const id = /\/responses\/([^/]+)/.exec(path)?.[1] ?? ''
      if (kept.get(id) !== keyIn(headers))
        return void response.writeHead(404).end('{"error":{"message":"not in this account"}}')
      if (method === 'DELETE') {
        kept.delete(id)
        return void response.end(JSON.stringify({ id, object: 'response', deleted: true }))
      }
      if (path.endsWith('/input_items'))
        return void response.end(
          JSON.stringify({ object: 'list', data: [{ id: 'msg_1', type: 'message' }], has_more: false }),
        )
      response.end(JSON.stringify({ ...answerOf(id), status: path.endsWith('/cancel') ? 'cancelled' : 'completed' }))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, close: () => server.closeAllConnections() }
}

const answerOf = (id: string) => ({
  id,
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'gpt-x',
  output: [
    {
      id: 'msg_2',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'hi', annotations: [] }],
    },
  ],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
})

const mine = 'sk-sb-mine-0123456789abcdef'
const others = 'sk-sb-others-0123456789abcdef'

let providers: Awaited<ReturnType<typeof openProvider>>[]
const seen: Seen[] = []
const folder = mkdtempSync(join(tmpdir(), 'kept-'))
let place = 0
let house: RunningHouse

const config = (): string =>
  [
    'providers:',
    `  first: { type: openai, url: '${providers[0]?.url}/v1', keys: [{ key: '\${ONE}' }, { key: '\${TWO}' }] }`,
    `  azure: { type: azure, url: '${providers[1]?.url}', key: '\${THREE}', apiVersion: preview }`,
    `  chat: { type: openai-compatible, url: '${providers[2]?.url}/v1', key: '\${FOUR}' }`,
    'deployments:',
    '  a: { provider: first, model: gpt-x }',
    '  b: { provider: azure, model: gpt-x }',
    '  c: { provider: chat, model: gpt-x }',
    'pools:',
    '  all: { candidates: [a, b, c], policy: turns }',
    '  talkers: { candidates: [c], policy: turns }',
    'policies:',
    '  turns: { steps: [{ use: round-robin }] }',
    `keys: { mine: { value: '\${MINE}', allow: { pools: [all, talkers] } }, others: { value: '\${OTHERS}' } }`,
    'server: { host: 127.0.0.1, port: 0 }',
    `store: { durable: 'sqlite:${folder}/state-${place}.db' }`,
    'telemetry: { log: off }',
  ].join('\n')

const openAgain = async (): Promise<void> => {
  const { terminal } = quietTerminal({
    ONE: 'account-1',
    TWO: 'account-2',
    THREE: 'account-3',
    FOUR: 'account-4',
    MINE: mine,
    OTHERS: others,
  })
  const { settings, findings } = readSettings(config(), 'test', terminal.env)
  if (settings === undefined) throw new Error(JSON.stringify(findings))
  house = await runHouse(settings, terminal)
}
const client = (apiKey = mine): OpenAI => new OpenAI({ baseURL: `${house.http.url}/v1`, apiKey, maxRetries: 0 })
const whoMade = (id: string): string => id.split('_')[1] ?? ''

beforeAll(async () => {
  providers = [await openProvider('first', seen), await openProvider('azure', seen), await openProvider('chat', seen)]
})
beforeEach(async () => {
  place += 1
  seen.length = 0
  await openAgain()
})
afterEach(() => house.stop())
afterAll(() => {
  for (const one of providers) one.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Asks until each provider that keeps answers has made one with every account. */
const madeEverywhere = async (): Promise<readonly string[]> => {
  const ids: string[] = []
  const accounts = new Set<string>()
  for (let turn = 0; turn < 40 && accounts.size < 3; turn += 1) {
    const { id } = await client().responses.create({ model: 'all', input: 'hello' })
    const { who, key } = seen.at(-1) ?? { who: '', key: '' }
    if (who === 'chat' || accounts.has(key)) continue
    accounts.add(key)
    ids.push(id)
  }
  expect(accounts.size).toBe(3)
  return ids
}

describe('a kept answer', () => {
  it('is read, listed, stopped and thrown away where it was made, with the account that made it', async () => {
    for (const id of await madeEverywhere()) {
      const who = whoMade(id)
      expect(await client().responses.retrieve(id)).toMatchObject({ id, status: 'completed' })
      expect((await client().responses.inputItems.list(id)).data).toHaveLength(1)
      expect(await client().responses.cancel(id)).toMatchObject({ id, status: 'cancelled' })
      expect(seen.slice(-3).map(one => [one.who, one.method, one.url])).toEqual(
        who === 'first'
          ? [
              ['first', 'GET', `/v1/responses/${id}`],
              ['first', 'GET', `/v1/responses/${id}/input_items`],
              ['first', 'POST', `/v1/responses/${id}/cancel`],
            ]
          : [
              ['azure', 'GET', `/openai/v1/responses/${id}?api-version=preview`],
              ['azure', 'GET', `/openai/v1/responses/${id}/input_items?api-version=preview`],
              ['azure', 'POST', `/openai/v1/responses/${id}/cancel?api-version=preview`],
            ],
      )
      await client().responses.delete(id)
      const asked = seen.length
      await expect(client().responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
      expect(seen).toHaveLength(asked)
    }
  })
  it('is found from the first event of its stream on, and again after a restart', async () => {
    let id = ''
    while (whoMade(id) !== 'first') {
      const stream = await client().responses.create({ model: 'all', input: 'hello', stream: true })
      for await (const event of stream) if (event.type === 'response.completed') id = event.response.id
    }
    expect((await client().responses.retrieve(id)).id).toBe(id)
    await house.stop()
    await openAgain()
    expect((await client().responses.retrieve(id)).id).toBe(id)
    // The story says what it was, and that reading again costs nothing that anyone could know.
    const told: string[] = []
    house.house.gateway.listen(event => {
      if (event.type === 'request-settled') told.push(`${event.settled.operation} ${event.settled.cost.source}`)
    })
    await client().responses.retrieve(id)
    expect(told).toEqual(['passthrough unpriced'])
  })
  it('is not there for another key, nor is one that never was', async () => {
    const [id = ''] = await madeEverywhere()
    const before = seen.length
    for (const [wanted, key] of [
      [id, others],
      ['resp_none', mine],
    ] as const) {
      const refused = await client(key)
        .responses.retrieve(wanted)
        .catch((error: unknown) => error)
      expect(refused).toMatchObject({ status: 404, message: expect.stringContaining(`'${wanted}' not found`) })
      await expect(client(key).responses.delete(wanted)).rejects.toMatchObject({ status: 404 })
    }
    const follows = client(others).responses.create({ model: 'all', input: 'go on', previous_response_id: id })
    await expect(follows).rejects.toMatchObject({ status: 400, param: 'previous_response_id' })
    expect(seen).toHaveLength(before)
  })
  it('is not there for another key where the path of its provider is passed on', async () => {
    const id = (await madeEverywhere()).find(one => whoMade(one) === 'first') ?? ''
    const before = seen.length
    const pass = async (path: string, method = 'GET') => {
      const headers = { authorization: `Bearer ${others}` }
      const answer = await fetch(`${house.http.url}/passthrough/first${path}`, { method, headers })
      return [answer.status, await answer.text()]
    }
    const paths = [`/responses/${id}`, `/v1/responses/${id.replaceAll('_', '%5F')}`, `/responses/${id}/input_items?a=1`]
    for (const path of [...paths, `/responses//${id}`]) {
      for (const method of ['GET', 'DELETE', 'POST']) {
        expect(await pass(path, method)).toEqual([404, expect.stringContaining(`'${id}' not found`)])
      }
    }
    expect(seen).toHaveLength(before)
    // What nobody made here is its provider's to know.
    expect(await pass('/responses/resp_elsewhere')).toEqual([404, '{"error":{"message":"not in this account"}}'])
  })
  it('is not remembered where it was not to be kept', async () => {
    let id = ''
    while (whoMade(id) !== 'first')
      id = (await client().responses.create({ model: 'all', input: 'x', store: false })).id
    await expect(client().responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
  })
})

describe('a request that refers to a kept answer', () => {
  it('goes to whoever keeps it, with the account that made it', async () => {
    for (const id of await madeEverywhere()) {
      const account = seen.findLast(({ url, body }) => url.includes('/responses') && body !== '')?.key
      for (let turn = 0; turn < 3; turn += 1) {
        await client().responses.create({ model: 'all', input: 'go on', previous_response_id: id })
        expect(seen.at(-1)?.who).toBe(whoMade(id))
      }
      expect(account).toBeDefined()
    }
    const byId = seen.filter(({ body }) => body.includes('previous_response_id'))
    expect(new Set(byId.map(({ key }) => key)).size).toBe(3)
  })
  it('goes to nobody who keeps none, though it is not known who does', async () => {
    for (let turn = 0; turn < 6; turn += 1) {
      await client().responses.create({ model: 'all', input: 'go on', previous_response_id: 'resp_made_elsewhere' })
      expect(['first', 'azure']).toContain(seen.at(-1)?.who)
    }
    await client().responses.create({ model: 'all', input: 'x', background: true })
    expect(['first', 'azure']).toContain(seen.at(-1)?.who)
    const refused = await client()
      .responses.create({ model: 'talkers', input: 'go on', conversation: 'conv_1' })
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ status: 400, message: expect.stringContaining('conversation') })
  })
})

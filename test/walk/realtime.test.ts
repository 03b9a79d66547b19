/** Conversations over a socket through the whole house: routed, counted, priced, closed in form; by official clients and by hand. */
import { connect } from 'node:net'
import { GoogleGenAI, Modality } from '@google/genai'
import type { LiveServerMessage } from '@google/genai'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type { RealtimeResponse } from 'openai/resources/realtime/realtime'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { World } from '../../src/world/serve-world.ts'
import { SocketClient, openSocketUpstream } from '../socket-client.ts'
import type { SocketUpstream } from '../socket-client.ts'
import { openHouse, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

let first: SocketUpstream
let second: SocketUpstream
let house: OpenHouse

const price =
  'price: { input: 4, output: 16, cachedInput: 0.4, inputAudio: 32, cachedInputAudio: 0.4, outputAudio: 64 }'
const config = (world: World): string =>
  [
    'providers:',
    `  openai: { type: openai, url: '${world.base('openai')}', key: '\${WORLD_KEY}' }`,
    `  google: { type: gemini, url: '${world.base('gemini')}', key: '\${WORLD_KEY}' }`,
    `  first: { type: openai, url: '${first.url}/v1', key: '\${WORLD_KEY}' }`,
    `  second: { type: openai-compatible, url: '${second.url}/v1', key: '\${WORLD_KEY}' }`,
    `  azure: { type: azure, url: '${second.url}', key: '\${WORLD_KEY}' }`,
    `  live: { type: gemini, url: '${first.url}', key: '\${WORLD_KEY}' }`,
    'deployments:',
    `  world: { provider: openai, model: gpt-realtime, ${price} }`,
    '  world-live: { provider: google, model: gemini-live-2.5-flash-preview, price: { input: 1, output: 2 } }',
    `  one: { provider: first, model: rt-one, accepts: [realtime], priority: 1, ${price} }`,
    `  two: { provider: second, model: rt-two, accepts: [realtime], priority: 2, ${price} }`,
    '  entra: { provider: azure, model: my-realtime, accepts: [realtime] }',
    '  live: { provider: live, model: gemini-live-own, accepts: [realtime], price: { input: 1, output: 2 } }',
    'pools:',
    '  talk: { candidates: [one, two], policy: in-order }',
    'policies:',
    '  in-order:',
    '    steps: [{ use: capable }, { use: priority }]',
    '    patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 400ms, idle: 300ms, total: 2s }',
  ].join('\n')

beforeAll(async () => {
  first = await openSocketUpstream()
  second = await openSocketUpstream()
})
beforeEach(async () => {
  // What one test's failures taught the house is not the next one's.
  house = await openHouse({ config })
  for (const upstream of [first, second]) {
    upstream.manner = line => line.send(JSON.stringify(created))
    upstream.status = undefined
    for (const list of [upstream.requests, upstream.lines, upstream.closed]) list.length = 0
  }
})
afterEach(() => house.close())
afterAll(() => {
  first.close()
  second.close()
})

const created = { type: 'session.created', session: { id: 'sess_1', type: 'realtime', model: 'rt-one-2026' } }
const done = (input: number, output: number, more: object = {}) => ({
  type: 'response.done',
  response: { id: 'r', usage: { total_tokens: input + output, input_tokens: input, output_tokens: output, ...more } },
})
const auth = { authorization: `Bearer ${virtualKey}` }
const talk = (model = 'talk', headers: Readonly<Record<string, string>> = auth, protocols: readonly string[] = []) =>
  new SocketClient(`${house.url}/v1/realtime?model=${model}`, headers, protocols)
const story = async (count: number) => {
  await until('the story is told', () => house.settled.length >= count)
  return house.settled.at(-1)
}

describe('the official clients', () => {
  it('of OpenAI hold a conversation in turns', async () => {
    const before = house.settled.length
    const openai = new OpenAI({ baseURL: `${house.url}/v1`, apiKey: virtualKey })
    // The client asks for TLS alone; a plain connection in its place is all that is not its own.
    const options = { createConnection: () => connect(Number(new URL(house.url).port), '127.0.0.1') }
    const line = await OpenAIRealtimeWS.create(openai, { model: 'gpt-realtime', options })
    const answered = await new Promise<RealtimeResponse>((resolve, reject) => {
      line.on('error', reject)
      line.on('response.done', ({ response }) => resolve(response))
      line.on('session.created', () => {
        line.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
        const content = [{ type: 'input_text' as const, text: 'Hello there' }]
        line.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
        line.send({ type: 'response.create' })
      })
    })
    expect(answered.status).toBe('completed')
    line.close()
    const told = await story(before + 1)
    const { usage } = answered
    expect(told).toMatchObject({ operation: 'realtime', target: 'gpt-realtime', attempts: [{ committed: true }] })
    expect(told?.failure).toBeUndefined()
    const cost = (usage?.input_tokens ?? 0) * 4 + (usage?.output_tokens ?? 0) * 16
    expect(told?.cost).toEqual({ amount: cost, source: 'usage' })
    expect(house.events.some(({ type }) => type === 'turn-ended')).toBe(true)
  })
  it('of Google hold a conversation that its first message sets up', async () => {
    const before = house.settled.length
    const client = new GoogleGenAI({ apiKey: virtualKey, httpOptions: { baseUrl: house.url } })
    const heard: LiveServerMessage[] = []
    let finish: () => void = () => undefined
    const end = new Promise<void>(resolve => (finish = resolve))
    const session = await client.live.connect({
      model: 'gemini-live-2.5-flash-preview',
      config: { responseModalities: [Modality.TEXT] },
      callbacks: {
        onmessage: message => {
          heard.push(message)
          if (message.serverContent?.turnComplete === true) finish()
        },
      },
    })
    session.sendClientContent({ turns: 'Hello there' })
    await end
    session.close()
    const told = await story(before + 1)
    const usage = heard.at(-1)?.usageMetadata
    expect(usage?.promptTokenCount).toBeGreaterThan(0)
    const used = told?.attempts[0]?.usage
    expect([used?.input, (used?.output ?? 0) > 0]).toEqual([usage?.promptTokenCount, true])
    expect(told?.cost).toEqual({ amount: (used?.input ?? 0) + 2 * (used?.output ?? 0), source: 'usage' })
  })
})

describe('a conversation', () => {
  it('goes to the provider with its key, its model, and what else the client asked', async () => {
    const url = `${house.url}/v1/realtime?model=talk&intent=conversation&api-key=abc`
    const client = new SocketClient(url, { ...auth, 'openai-beta': 'realtime=v1', cookie: 'a=b' })
    await client.type('session.created')
    const [request] = first.requests
    expect(request?.url).toBe('/v1/realtime?model=rt-one&intent=conversation')
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer sk-world-0123456789abcdef',
      'openai-beta': 'realtime=v1',
    })
    expect(request?.headers['cookie']).toBeUndefined()
    expect(client.headers).toMatchObject({
      'x-signalbox-provider': 'first',
      'x-signalbox-model': 'rt-one',
      'x-signalbox-attempts': '1',
    })
    client.socket.close()
  })
  it('takes the key of a browser as the name of a protocol, and does not pass it on', async () => {
    const client = talk('talk', {}, ['realtime', `openai-insecure-api-key.${virtualKey}`, 'openai-beta.realtime-v1'])
    await client.type('session.created')
    expect(client.socket.protocol).toBe('realtime')
    expect(first.requests[0]?.headers['sec-websocket-protocol']).toBeUndefined()
    expect(first.requests[0]?.headers['openai-beta']).toBe('realtime=v1')
    expect(JSON.stringify(first.requests[0]?.rawHeaders)).not.toContain(virtualKey)
    client.socket.close()
  })
  it('goes to a deployment of Azure at its own address', async () => {
    const client = talk('my-realtime')
    await client.type('session.created')
    expect(second.requests[0]?.url).toBe('/openai/v1/realtime?model=my-realtime')
    expect(second.requests[0]?.headers['api-key']).toBe('sk-world-0123456789abcdef')
    client.socket.close()
  })
  it('passes texts and bytes both ways as they are', async () => {
    first.manner = line => {
      line.send(JSON.stringify(created))
      line.on('message', (data: Buffer, isBinary) => line.send(data, { binary: isBinary }))
    }
    const client = talk()
    await client.type('session.created')
    const texts = ['{ "type": "x",  "odd" :1}', 'no json', 'ü€😀'.repeat(10_000)]
    for (const text of texts) client.say(text)
    client.say(Buffer.from([0, 1, 2, 255]))
    await client.until(() => client.heard.length === 5)
    expect(
      client.heard
        .slice(1)
        .map(({ text }) => text)
        .slice(0, 3),
    ).toEqual(texts)
    expect(client.heard.map(({ isBinary }) => isBinary)).toEqual([false, false, false, false, true])
    client.socket.close(1000)
    expect((await client.end()).code).toBe(1000)
  })
  it('counts and prices every turn, sound and cache apart', async () => {
    const before = house.settled.length
    first.manner = line => {
      line.send(JSON.stringify(created))
      const details = {
        input_token_details: {
          text_tokens: 300,
          audio_tokens: 700,
          cached_tokens: 200,
          cached_tokens_details: { text_tokens: 0, audio_tokens: 200 },
        },
        output_token_details: { text_tokens: 100, audio_tokens: 400 },
      }
      line.send(JSON.stringify(done(1000, 500, details)))
      line.send(JSON.stringify(done(10, 5)))
      line.on('message', () => line.close(1000))
    }
    const client = talk()
    await client.until(() => client.heard.length === 3)
    client.say('bye')
    await client.end()
    const told = await story(before + 1)
    // 300 text at 4, 500 sound at 32, 200 cached sound at 0.4; 100 text at 16, 400 sound at 64; then 10 at 4 and 5 at 16.
    const amount = 300 * 4 + 500 * 32 + 200 * 0.4 + 100 * 16 + 400 * 64 + 10 * 4 + 5 * 16
    expect(told?.cost).toEqual({ amount, source: 'usage' })
    expect(told?.attempts[0]).toMatchObject({
      upstreamModel: 'rt-one-2026',
      upstreamId: 'sess_1',
      usage: { input: 1010, output: 505, inputAudio: 700 },
    })
    const turns = house.events.filter(event => event.type === 'turn-ended').slice(-2)
    expect(turns.map(({ usage }) => usage.input)).toEqual([1000, 10])
  })
  it('that breaks costs what its turns had used by then', async () => {
    const before = house.settled.length
    first.manner = line => {
      line.send(JSON.stringify(created))
      line.send(JSON.stringify(done(100, 50)))
      line.on('message', () => line.terminate())
    }
    const client = talk()
    await client.until(() => client.heard.length === 2)
    client.say('now break')
    expect((await client.end()).code).toBe(1011)
    const told = await story(before + 1)
    expect(told?.cost.amount).toBe(100 * 4 + 50 * 16)
    expect(told?.failure?.kind).toBe('stream-broken')
  })
})

describe('before the first event', () => {
  const served = async (): Promise<string | undefined> => {
    const client = talk()
    await client.type('session.created')
    client.socket.close()
    return String(client.headers['x-signalbox-provider'])
  }
  it.each([401, 429, 500, 503])('a status of %i sends the conversation to the next', async status => {
    first.status = { status, body: '{"error":{"message":"no"}}' }
    expect(await served()).toBe('second')
    expect(first.requests).toHaveLength(1)
  })
  it('an error as the first event does', async () => {
    first.manner = line => {
      line.send(
        JSON.stringify({
          type: 'error',
          error: { type: 'invalid_request_error', code: 'model_not_found', message: 'no such model' },
        }),
      )
      line.close(4000, 'model_not_found')
    }
    expect(await served()).toBe('second')
  })
  it('silence does, and whoever was silent is let go', async () => {
    first.manner = () => undefined
    expect(await served()).toBe('second')
    await until('the silent line is closed', () => first.closed.length === 1)
    expect(first.closed[0]?.code).toBe(1001)
  })
  it('a line that is closed at once does', async () => {
    first.manner = line => line.close(1011, 'internal error')
    expect(await served()).toBe('second')
  })
  it('nobody at all is told with a status, in the words of the client', async () => {
    const before = house.settled.length
    first.status = { status: 503, body: '{"error":{"message":"too much to do"}}' }
    second.status = { status: 503, body: '{"error":{"message":"too much to do"}}' }
    const answer = await talk().answer()
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'upstream-overloaded' } })
    expect(answer.headers['x-signalbox-attempts']).toBe('2')
    expect((await story(before + 1))?.attempts).toHaveLength(2)
  })
})

describe('an upstream that waits to be spoken to', () => {
  it('hears what the client says before it answers, and so does the next if it never does', async () => {
    const heard: string[] = []
    const patient = await openSocketUpstream()
    const own = await openHouse({
      config: () =>
        [
          'providers:',
          `  first: { type: openai, url: '${first.url}/v1', key: '\${WORLD_KEY}' }`,
          `  second: { type: openai, url: '${patient.url}/v1', key: '\${WORLD_KEY}' }`,
          'deployments:',
          '  one: { provider: first, model: rt-one, accepts: [realtime], priority: 1 }',
          '  two: { provider: second, model: rt-two, accepts: [realtime], priority: 2 }',
          'pools: { talk: { candidates: [one, two], policy: in-order } }',
          'policies:',
          '  in-order: { steps: [{ use: capable }, { use: priority }], patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 2s } }',
        ].join('\n'),
    })
    first.manner = line => line.on('message', (data: Buffer) => heard.push(`first ${data.toString()}`))
    patient.manner = line =>
      line.on('message', (data: Buffer) => {
        heard.push(`second ${data.toString()}`)
        line.send(JSON.stringify(created))
      })
    const client = new SocketClient(`${own.url}/v1/realtime?model=talk`, auth)
    client.socket.on('open', () => client.say('{"type":"session.update"}'))
    await client.type('session.created')
    expect(heard).toEqual(['first {"type":"session.update"}', 'second {"type":"session.update"}'])
    client.socket.close()
    await own.close()
    patient.close()
  })
})

describe('the end of a conversation', () => {
  it('by the client reaches the upstream with its code', async () => {
    const client = talk()
    await client.type('session.created')
    client.socket.close(1000, 'done')
    await until('the upstream hears it', () => first.closed.length === 1)
    expect(first.closed[0]).toEqual({ code: 1000, reason: 'done' })
  })
  it.each([
    [1000, '', undefined],
    [1011, 'internal error', 'stream-broken'],
    [1013, 'try again later', 'upstream-overloaded'],
    [1008, 'not allowed', 'upstream-invalid'],
    [4000, 'session_expired', 'upstream-invalid'],
  ])('by the upstream with %i reaches the client as it is', async (code, reason, kind) => {
    const before = house.settled.length
    first.manner = line => {
      line.send(JSON.stringify(created))
      line.on('message', () => line.close(code, reason))
    }
    const client = talk()
    await client.type('session.created')
    client.say('end it')
    expect(await client.end()).toEqual({ code, reason })
    expect((await story(before + 1))?.failure?.kind).toBe(kind)
  })
  it('without a word by the client closes the upstream', async () => {
    const before = house.settled.length
    const client = talk()
    await client.type('session.created')
    client.socket.terminate()
    await until('the upstream hears it', () => first.closed.length === 1)
    expect((await story(before + 1))?.failure?.kind).toBe('cancelled')
  })
  it('by a client that leaves before anybody answered closes the upstream', async () => {
    first.manner = () => undefined
    const client = talk()
    await until('the upstream is asked', () => first.lines.length === 1)
    client.socket.terminate()
    await until('the upstream hears it', () => first.closed.length === 1)
    expect(second.requests).toEqual([])
  })
})

describe('other addresses', () => {
  it("are those of Azure's and of Vertex's clients", async () => {
    const azure = new SocketClient(`${house.url}/openai/realtime?api-version=2025-04-01-preview&deployment=talk`, {
      'api-key': virtualKey,
    })
    await azure.type('session.created')
    expect(first.requests[0]?.url).toBe('/v1/realtime?model=rt-one')
    azure.socket.close()
    first.manner = line => line.on('message', (data: Buffer) => line.send(data))
    const vertex = new SocketClient(
      `${house.url}/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent`,
      auth,
    )
    await new Promise(resolve => vertex.socket.once('open', resolve))
    vertex.say({ setup: { model: 'projects/p/locations/global/publishers/google/models/live' } })
    await vertex.until(() => vertex.heard.length === 1)
    expect(vertex.heard[0]?.text).toBe('{"setup":{"model":"models/gemini-live-own"}}')
    vertex.socket.close()
  })
})

describe('what is refused', () => {
  it('comes without a key, without a model, to nobody, or is no wish for a socket', async () => {
    expect((await talk('talk', {}).answer()).status).toBe(401)
    expect((await talk('talk', {}, ['realtime', 'openai-insecure-api-key.sk-sb-wrong']).answer()).status).toBe(401)
    const nameless = await new SocketClient(`${house.url}/v1/realtime`, auth).answer()
    expect([nameless.status, JSON.parse(nameless.body)]).toMatchObject([400, { error: { param: 'model' } }])
    const unknown = await talk('tolk').answer()
    expect([unknown.status, unknown.body]).toMatchObject([404, expect.stringContaining('did you mean')])
    expect((await new SocketClient(`${house.url}/v1/realtimes`, auth).answer()).status).toBe(404)
    expect((await talk('talk', { ...auth, 'x-signalbox-polcy': 'x' }).answer()).status).toBe(400)
    expect((await fetch(`${house.url}/v1/realtime?model=talk`, { headers: auth })).status).toBe(426)
    expect(first.requests).toEqual([])
  })
  it('is a model that holds no conversations', async () => {
    const own = await openHouse()
    const answer = await new SocketClient(`${own.url}/v1/realtime?model=speaks-openai`, auth).answer()
    expect([answer.status, answer.body]).toMatchObject([400, expect.stringContaining('realtime')])
    await own.close()
  })
})

describe("Gemini's Live", () => {
  const path = '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'
  const live = (query = `?key=${virtualKey}`) => new SocketClient(`${house.url}${path}${query}`)
  const setUp = (model: string): object => ({ setup: { model: `models/${model}`, generationConfig: {} } })
  const opened = async (query?: string): Promise<SocketClient> => {
    const client = live(query)
    await new Promise(resolve => client.socket.once('open', resolve))
    return client
  }
  it('passes the setup with the model of the deployment, and everything after it as it is', async () => {
    const heard: string[] = []
    first.manner = line =>
      line.on('message', (data: Buffer) => {
        heard.push(data.toString())
        line.send(
          Buffer.from(heard.length === 1 ? '{"setupComplete": {}}' : '{"serverContent": {"turnComplete": true}}'),
        )
      })
    const client = await opened()
    client.say(setUp('live'))
    client.say('{"clientContent": {"turnComplete":  true}}')
    await client.until(() => client.heard.length === 2)
    expect(client.heard.map(({ isBinary }) => isBinary)).toEqual([true, true])
    expect(heard).toEqual([
      '{"setup":{"model":"models/gemini-live-own","generationConfig":{}}}',
      '{"clientContent": {"turnComplete":  true}}',
    ])
    expect(first.requests[0]?.url).toBe(path)
    expect(first.requests[0]?.headers['x-goog-api-key']).toBe('sk-world-0123456789abcdef')
    client.socket.close()
  })
  it('tells what went wrong by how it closes', async () => {
    expect((await live('?key=wrong').answer()).status).toBe(401)
    const client = await opened()
    client.say(setUp('gemini-live-ohn'))
    expect(await client.end()).toMatchObject({ code: 1008, reason: expect.stringContaining('gemini-live-ohn') })
    const nameless = await opened()
    nameless.say('{"hello": 1}')
    expect(await nameless.end()).toMatchObject({ code: 1007, reason: expect.stringContaining('setup') })
    first.manner = line => line.on('message', () => line.close(1011, 'You exceeded your current quota'))
    const spent = await opened()
    spent.say(setUp('live'))
    expect(await spent.end()).toMatchObject({ code: 1011, reason: expect.stringContaining('quota') })
  })
})

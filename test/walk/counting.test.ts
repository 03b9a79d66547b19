/** How long a conversation is, asked at every door: the provider's own number is passed on, and where nobody counts an estimate is told as one. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BedrockRuntimeClient, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime'
import { GoogleGenAI } from '@google/genai'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openHouse, until, virtualKey } from './open-house.ts'

/** What a server of one's own was asked, and a number that nobody would estimate. */
const asked: { path: string; body: Record<string, unknown> }[] = []
const counts: Readonly<Record<string, (count: number) => unknown>> = {
  '/tokenize': count => ({ count, max_model_len: 4096, tokens: [] }),
  '/v1/messages/count_tokens': count => ({ input_tokens: count }),
  '/v1/tokenizers/estimate-token-count': count => ({ data: { total_tokens: count } }),
  '/v1/tokenizer': count => ({ usage: { prompt_tokens: count, total_tokens: count } }),
}
const server = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const path = request.url ?? ''
    asked.push({ path, body: JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown> })
    const answer = counts[path]?.(4711)
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { error: { message: 'there is nothing here' } }))
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`

const chats = 'price: { input: 1, output: 1 }, accepts: [text, tools], contextWindow: 100000, maxOutput: 4096'
const servers = ['vllm', 'llamacpp', 'moonshot', 'zhipu', 'deepseek'] as const
const house = await openHouse({
  config: world =>
    [
      'providers:',
      ...['openai', 'anthropic', 'gemini', 'cohere'].map(
        id => `  ${id}: { type: ${id}, url: '${world.base(id)}', key: '\${WORLD_KEY}' }`,
      ),
      `  bedrock: { type: bedrock, url: '${world.base('bedrock')}', key: '\${WORLD_KEY}', region: eu-central-1 }`,
      ...servers.map(type => `  ${type}: { type: ${type}, url: '${own}', key: none }`),
      'deployments:',
      `  openai: { provider: openai, model: gpt-4.1-mini, ${chats} }`,
      `  anthropic: { provider: anthropic, model: claude-3-haiku-20240307, ${chats} }`,
      `  gemini: { provider: gemini, model: gemini-2.5-flash, ${chats} }`,
      `  cohere: { provider: cohere, model: command-a-03-2025, ${chats} }`,
      `  bedrock: { provider: bedrock, model: 'us.anthropic.claude-3-5-sonnet-20241022-v2:0', ${chats} }`,
      ...servers.map(id => `  ${id}: { provider: ${id}, model: some-model, ${chats} }`),
      'pools:',
      ...['openai', 'anthropic', 'gemini', 'cohere', 'bedrock', ...servers].map(
        id => `  at-${id}: { candidates: [${id}] }`,
      ),
    ].join('\n'),
})
const google = new GoogleGenAI({ apiKey: virtualKey, httpOptions: { baseUrl: house.url } })
const bedrock = new BedrockRuntimeClient({
  region: 'eu-central-1',
  endpoint: house.url,
  token: { token: virtualKey },
  authSchemePreference: ['httpBearerAuth'],
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler(),
})
afterAll(async () => {
  bedrock.destroy()
  await house.close()
  await new Promise(resolve => server.close(resolve))
})
beforeEach(() => {
  asked.length = 0
  house.world.switches.clear()
})

const text = 'How many tokens has this sentence, which is neither long nor short?'
const doors: Readonly<Record<string, (model: string) => Promise<number | undefined>>> = {
  Anthropic: async model =>
    (await house.anthropic.messages.countTokens({ model, messages: [{ role: 'user', content: text }] })).input_tokens,
  Responses: async model => (await house.openai.responses.inputTokens.count({ model, input: text })).input_tokens,
  Gemini: async model => (await google.models.countTokens({ model, contents: text })).totalTokens,
  Converse: async modelId =>
    (
      await bedrock.send(
        new CountTokensCommand({
          modelId,
          input: { converse: { messages: [{ role: 'user', content: [{ text }] }] } },
        }),
      )
    ).inputTokens,
  'an invocation': async modelId => {
    const body = JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 9,
      messages: [{ role: 'user', content: text }],
    })
    const input = { invokeModel: { body: new TextEncoder().encode(body) } }
    return (await bedrock.send(new CountTokensCommand({ modelId, input }))).inputTokens
  },
}

describe('the number of the provider is passed on', () => {
  const clouds = ['openai', 'anthropic', 'gemini', 'bedrock']
  it.each(Object.keys(doors).flatMap(door => clouds.map(to => ({ door, to }))))(
    'asked as for $door, from $to',
    async ({ door, to }) => {
      const before = house.settled.length
      const count = await doors[door]?.(`at-${to}`)
      await until('the story is told', () => house.settled.length > before)
      // The world counts a token for each four letters and a few around them.
      expect(count).toBeGreaterThan(15)
      expect(count).toBeLessThan(30)
      expect(house.world.seen().at(-1)).toMatchObject({ provider: to, operation: 'count-tokens', status: 200 })
      expect(house.settled.at(-1)).toMatchObject({ operation: 'count-tokens', cost: { amount: 0 } })
    },
  )
  it.each([
    { to: 'vllm', path: '/tokenize', members: ['messages', 'model'] },
    { to: 'llamacpp', path: '/v1/messages/count_tokens', members: ['messages', 'model'] },
    { to: 'moonshot', path: '/v1/tokenizers/estimate-token-count', members: ['messages', 'model'] },
    { to: 'zhipu', path: '/v1/tokenizer', members: ['messages', 'model'] },
  ])('from $to, in its own words', async ({ to, path, members }) => {
    for (const door of Object.keys(doors)) expect([door, await doors[door]?.(`at-${to}`)]).toEqual([door, 4711])
    expect(asked.map(one => one.path)).toEqual(Object.keys(doors).map(() => path))
    for (const { body } of asked) expect(Object.keys(body).toSorted()).toEqual(members)
  })
})

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${house.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${virtualKey}` },
    body: JSON.stringify(body),
  })

describe('where nobody counts', () => {
  it.each(['cohere', 'deepseek'])('an estimate is given and told as one, for %s', async to => {
    const answer = await post('/v1/responses/input_tokens', { model: `at-${to}`, input: text })
    const { object, input_tokens: count } = (await answer.json()) as { object: string; input_tokens: number }
    expect([answer.status, object, answer.headers.get('x-signalbox-losses')]).toEqual([
      200,
      'response.input_tokens',
      'count',
    ])
    expect(count).toBeGreaterThan(10)
    expect(count).toBeLessThan(30)
  })
  it('and also where whoever counts is down', async () => {
    house.world.switches.change({ provider: 'anthropic' }, { fail: { kind: '503' } })
    const body = { model: 'at-anthropic', messages: [{ role: 'user', content: text }] }
    const answer = await post('/v1/messages/count_tokens', body)
    expect([answer.status, answer.headers.get('x-signalbox-losses')]).toEqual([200, 'count'])
  })
  it('but what makes no sense is refused', async () => {
    const wrongs: readonly (readonly [path: string, body: unknown])[] = [
      ['/v1/responses/input_tokens', { input: text }],
      ['/v1/messages/count_tokens', { model: 'at-anthropic' }],
      ['/v1beta/models/at-gemini:countTokens', { contents: 7 }],
      ['/model/at-bedrock/count-tokens', { input: {} }],
      ['/model/at-bedrock/count-tokens', { input: { invokeModel: { body: 'no base64 of JSON' } } }],
    ]
    for (const [path, body] of wrongs) expect([path, (await post(path, body)).status]).toEqual([path, 400])
  })
})

/** Operations beyond chat against a provider that answers as it should not, and requests that only look too large. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

type Answer = (asked: { readonly input?: readonly unknown[]; readonly documents?: readonly unknown[] }) => unknown
type Raw = (request: IncomingMessage, response: ServerResponse) => void
const state: { answer: Answer; raw: Raw | undefined } = { answer: () => ({}), raw: undefined }

const serve = (request: IncomingMessage, response: ServerResponse): void => {
  let text = ''
  request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  request.on('end', () => {
    if (state.raw !== undefined) return state.raw(request, response)
    const asked: Parameters<Answer>[0] = JSON.parse(text)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(state.answer(asked)))
  })
}

let upstream: Server
let house: OpenHouse
beforeAll(async () => {
  upstream = createServer(serve)
  await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve))
  const address = upstream.address()
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`
  house = await openHouse({
    config: () =>
      [
        'providers:',
        `  first: { type: openai, url: '${url}/v1', key: '\${WORLD_KEY}' }`,
        `  ranks: { type: cohere, url: '${url}', key: '\${WORLD_KEY}' }`,
        `  claudes: { type: anthropic, url: '${url}', key: '\${WORLD_KEY}' }`,
        'deployments:',
        '  embeds: { provider: first, model: text-embedding-3-small }',
        '  ranker: { provider: ranks, model: rerank-v3.5 }',
        '  draws: { provider: first, model: gpt-image-1 }',
        '  speaks: { provider: first, model: tts-1 }',
        '  claude: { provider: claudes, model: claude-3-haiku-20240307 }',
        'pools: { all: { candidates: [embeds, ranker, draws, speaks, claude] } }',
      ].join('\n'),
  })
})
afterEach(() => {
  state.raw = undefined
})
afterAll(async () => {
  await house.close()
  upstream.closeAllConnections()
})

const ask = async (path: string, body: object) => {
  const headers = { authorization: `Bearer ${virtualKey}`, 'content-type': 'application/json' }
  const response = await fetch(`${house.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}
const vectors = (indexes: readonly number[]) => ({
  object: 'list',
  model: 'text-embedding-3-small',
  data: indexes.map(index => ({ object: 'embedding', index, embedding: [index, 1] })),
  usage: { prompt_tokens: 1, total_tokens: 1 },
})
const words = 'word '.repeat(400)

describe('many texts in one request', () => {
  it('are embedded, though no text of their joint length would be', async () => {
    state.answer = ({ input = [] }) => vectors(input.map((_, at) => at))
    const { status } = await ask('/v1/embeddings', { model: 'embeds', input: Array.from({ length: 500 }, () => words) })
    expect(status).toBe(200)
  })
  it('are ranked, though no document of their joint length would be', async () => {
    state.answer = ({ documents = [] }) => ({ results: documents.map((_, index) => ({ index, relevance_score: 0.5 })) })
    const documents = Array.from({ length: 500 }, () => words)
    expect((await ask('/v2/rerank', { model: 'ranker', query: 'which?', documents })).status).toBe(200)
  })
})

describe('vectors that belong to no input', () => {
  it.each([[[0, 1, 1]], [[0, 1, 7]], [[0, 1, -1]]])('with places %j are no answer', async places => {
    state.answer = () => vectors(places)
    const { status, body } = await ask('/v1/embeddings', { model: 'embeds', input: ['a', 'b', 'c'] })
    expect([status, body]).toMatchObject([502, { error: { code: 'upstream-garbled' } }])
  })
})

describe('a count that nobody believes', () => {
  it('of tokens of an image makes no bill', async () => {
    state.answer = () => ({
      created: 1,
      data: [{ b64_json: 'iVBORw0KGgo=' }],
      usage: { input_tokens: 1, output_tokens: 1e18, total_tokens: 1e18 },
    })
    expect((await ask('/v1/images/generations', { model: 'draws', prompt: 'a house' })).status).toBe(200)
    expect(house.settled.at(-1)?.cost.amount).toBeLessThan(1_000_000)
  })
  it('of searches is estimated', async () => {
    const results = [{ index: 0, relevance_score: 1 }]
    state.answer = () => ({ results, meta: { billed_units: { search_units: 1e9 } } })
    await ask('/v2/rerank', { model: 'ranker', query: 'which?', documents: ['a'] })
    expect(house.settled.at(-1)?.cost).toEqual({ amount: 2000, source: 'estimate' })
  })
  it('of tokens of a conversation is estimated', async () => {
    const conversation = { model: 'claude', messages: [{ role: 'user', content: 'hello' }] }
    state.answer = () => ({ input_tokens: -3 })
    const { body } = await ask('/v1/messages/count_tokens', conversation)
    expect(body).toMatchObject({ input_tokens: expect.any(Number) })
    expect(body.input_tokens).toBeGreaterThan(0)
  })
})

describe('sound that is packed', () => {
  it('is no answer: its client would hear noise', async () => {
    state.raw = (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-encoding': 'gzip' })
      response.end(Buffer.from('1f8b08', 'hex'))
    }
    const { status, body } = await ask('/v1/audio/speech', { model: 'speaks', input: 'hello', voice: 'alloy' })
    expect([status, body]).toMatchObject([502, { error: { message: expect.stringContaining('"gzip"') } }])
  })
})

describe('a credential that is refused', () => {
  const messages = [{ role: 'user', content: 'hello' }]
  const refusing =
    (status: number): Raw =>
    (_, response) =>
      void response
        .writeHead(status, { 'content-type': 'application/json', 'retry-after': '3600' })
        .end('{"error":{"message":"you may not"}}')
  const talks = async (): Promise<number> => {
    state.raw = undefined
    state.answer = () => ({
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'claude-3-haiku-20240307',
      content: [{ type: 'text', text: 'hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    })
    return (await ask('/v1/messages', { model: 'claude', max_tokens: 9, messages })).status
  }
  it.each([401, 403, 429, 500])('with %i for counting may still talk', async status => {
    state.raw = refusing(status)
    for (let round = 0; round < 6; round += 1) {
      expect((await ask('/v1/messages/count_tokens', { model: 'claude', messages })).status).toBe(200)
    }
    expect(await talks()).toBe(200)
  })
  it.each([401, 403])('with %i for what a client chose to pass on may still talk and pass on', async status => {
    state.raw = refusing(status)
    for (let round = 0; round < 6; round += 1) {
      expect((await ask('/passthrough/claudes/v1/organizations/users', {})).status).toBe(status)
    }
    expect(await talks()).toBe(200)
  })
})

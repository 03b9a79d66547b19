/** Operations beyond chat against a provider that answers as it should not, and requests that only look too large. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

type Answer = (asked: { readonly input?: readonly unknown[]; readonly documents?: readonly unknown[] }) => unknown
const state: { answer: Answer; seen: IncomingMessage[] } = { answer: () => ({}), seen: [] }

const serve = (request: IncomingMessage, response: ServerResponse): void => {
  let text = ''
  request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  request.on('end', () => {
    state.seen.push(request)
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
        'deployments:',
        '  embeds: { provider: first, model: text-embedding-3-small }',
        '  ranker: { provider: ranks, model: rerank-v3.5 }',
        'pools: { all: { candidates: [embeds, ranker] } }',
      ].join('\n'),
  })
})
afterEach(() => {
  state.seen.length = 0
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

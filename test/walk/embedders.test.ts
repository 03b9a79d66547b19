/** Servers with forms of their own, as small ones on loopback: what they answer reaches OpenAI's client as it asked for it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openHouse, virtualKey } from './open-house.ts'

type Json = Record<string, unknown>
const asked: { path: string; body: Json }[] = []
const vector = [0.5, -1, 0.25]
const usage = { prompt_tokens: 3, total_tokens: 3 }
const listed = (embedding: unknown, more: Json): Json => ({
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding }],
  model: 'theirs',
  ...more,
})
/** As Ollama did for long: floats, whatever was asked for. */
const stubborn = (): Json => listed(vector, { usage, extra: 'kept' })
const voyage = ({ output_dtype: type, encoding_format: format }: Json): Json => {
  const floats = format === 'base64' ? 'AAAAPwAAgL8AAIA+' : vector
  return listed(type === 'int8' ? [64, -127, 32] : floats, { usage: { total_tokens: 3 } })
}
const perplexity = (): Json => listed(btoa('\u0040\u0081\u0020'), { usage })
const answers: Readonly<Record<string, (body: Json) => unknown>> = {
  '/stubborn/v1/embeddings': stubborn,
  '/voyage/v1/embeddings': voyage,
  '/jina/v1/embeddings': voyage,
  '/perplexity/v1/embeddings': perplexity,
  '/tei/v1/embeddings': stubborn,
  '/tei/rerank': () => [
    { index: 0, score: 0.1 },
    { index: 1, score: 0.9 },
  ],
  '/mistral/v1/moderations': () => ({
    id: 'm-1',
    model: 'mistral-moderation-2411',
    results: [{ categories: { selfharm: true, pii: false }, category_scores: { selfharm: 0.9, pii: 0.1 } }],
  }),
}
const server = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const path = request.url ?? ''
    const body = JSON.parse(Buffer.concat(pieces).toString()) as Json
    asked.push({ path, body })
    const answer = answers[path]?.(body)
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { error: { message: `nothing is at ${path}` } }))
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const embedders = ['stubborn', 'voyage', 'jina', 'perplexity', 'tei'] as const
const house = await openHouse({
  config: () =>
    [
      'providers:',
      `  stubborn: { type: openai-compatible, url: '${at}/stubborn/v1', key: none }`,
      `  voyage: { type: voyage, url: '${at}/voyage/v1', key: none }`,
      `  jina: { type: jina, url: '${at}/jina/v1', key: none }`,
      `  perplexity: { type: perplexity, url: '${at}/perplexity', key: none }`,
      `  tei: { type: tei, url: '${at}/tei' }`,
      `  mistral: { type: mistral, url: '${at}/mistral/v1', key: none }`,
      'deployments:',
      ...embedders.map(
        id => `  ${id}: { provider: ${id}, model: theirs, price: { input: 100, output: 0 }, accepts: [embeddings] }`,
      ),
      '  ranker: { provider: tei, model: ranker, price: { search: 2 }, accepts: [rerank] }',
      '  judge: { provider: mistral, model: mistral-moderation-latest, price: { input: 1 }, accepts: [moderations] }',
    ].join('\n'),
})
afterAll(async () => {
  await house.close()
  await new Promise(resolve => server.close(resolve))
})
beforeEach(() => void (asked.length = 0))

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${house.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${virtualKey}` },
    body: JSON.stringify(body),
  })

describe('vectors', () => {
  it.each(embedders.filter(id => id !== 'perplexity'))(
    'of %s are the same numbers by base64 and by floats',
    async id => {
      // The official client asks for base64 unless told otherwise, and reads whatever comes as such.
      const packed = await house.openai.embeddings.create({ model: `${id}/theirs`, input: 'a' })
      const plain = await house.openai.embeddings.create({
        model: `${id}/theirs`,
        input: 'a',
        encoding_format: 'float',
      })
      expect([packed.data[0]?.embedding, plain.data[0]?.embedding]).toEqual([vector, vector])
      expect([packed.usage, plain.usage]).toEqual([usage, usage])
    },
  )
  it('of Perplexity, which are bytes, are those numbers', async () => {
    const { data } = await house.openai.embeddings.create({ model: 'perplexity/theirs', input: 'a' })
    expect(data[0]?.embedding).toEqual([64, -127, 32])
    expect(asked[0]?.body).toEqual({ model: 'theirs', input: ['a'], encoding_format: 'base64_int8' })
  })
  it('pass as they came where they are as asked, and keep what else was told where they are not', async () => {
    const body = { model: 'stubborn/theirs', input: 'a' }
    const same = await post('/v1/embeddings', { ...body, encoding_format: 'float' })
    expect(await same.text()).toBe(JSON.stringify(stubborn()))
    const other = (await (await post('/v1/embeddings', { ...body, encoding_format: 'base64' })).json()) as Json
    expect(other).toMatchObject({ extra: 'kept', data: [{ embedding: 'AAAAPwAAgL8AAIA+' }] })
  })
  it('of bytes come from Voyage to a client of Voyage’s', async () => {
    const answer = await post('/v1/embeddings', {
      model: 'voyage/theirs',
      input: 'a',
      output_dtype: 'int8',
      input_type: 'query',
    })
    expect(await answer.json()).toMatchObject({ data: [{ embedding: [64, -127, 32] }] })
    expect(asked[0]?.body).toEqual({ model: 'theirs', input: ['a'], input_type: 'query', output_dtype: 'int8' })
  })
  it('are paid by their tokens', async () => {
    const answer = await post('/v1/embeddings', { model: 'voyage/theirs', input: 'a' })
    expect(Number(answer.headers.get('x-signalbox-cost-usd'))).toBeCloseTo(0.0003, 9)
  })
})

it('a ranking of a server that takes texts and gives a bare list is as Cohere’s clients read it', async () => {
  const answer = await post('/v2/rerank', { model: 'tei/ranker', query: 'q', documents: ['a', 'b'], top_n: 1 })
  expect(asked).toEqual([{ path: '/tei/rerank', body: { query: 'q', texts: ['a', 'b'] } }])
  expect(await answer.json()).toMatchObject({ results: [{ index: 1, relevance_score: 0.9 }] })
  // One search at two dollars a thousand, though nobody counted it.
  expect(Number(answer.headers.get('x-signalbox-cost-usd'))).toBeCloseTo(0.002, 9)
})

it('a judgement of Mistral’s is in OpenAI’s words, and what has none is named', async () => {
  const answer = await post('/v1/moderations', { model: 'mistral/mistral-moderation-latest', input: 'a' })
  expect(await answer.json()).toMatchObject({
    id: 'm-1',
    results: [{ flagged: true, categories: { 'self-harm': true, violence: false } }],
  })
  expect(answer.headers.get('x-signalbox-losses')).toContain('categories.pii')
})

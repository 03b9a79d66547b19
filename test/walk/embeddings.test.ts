/** Every client's form of embeddings walks through the whole house to every provider's: the vectors arrive, are paid and are recorded. */
import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'
import { GoogleGenAI } from '@google/genai'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { CohereClientV2 } from 'cohere-ai'
import OpenAI from 'openai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { vectorOf } from '../../src/world/operations/vector.ts'
import { openHouse, until, virtualKey } from './open-house.ts'

/** Each provider's embedder, with the length of its vectors and whether it takes many texts at once. */
const embedders = [
  { id: 'openai', model: 'text-embedding-3-small', full: 1536 },
  { id: 'gemini', model: 'gemini-embedding-001', full: 3072 },
  { id: 'cohere', model: 'embed-v4.0', full: 1536 },
  { id: 'mistral', model: 'mistral-embed', full: 1024 },
  { id: 'vllm', model: 'bge-m3', full: 1024 },
  { id: 'titan', provider: 'bedrock', model: 'amazon.titan-embed-text-v2:0', full: 1024, isSingle: true },
  { id: 'hosted', provider: 'bedrock', model: 'cohere.embed-multilingual-v3', full: 1024, isFixed: true },
] as const

const types: Readonly<Record<string, string>> = { vllm: 'vllm' }
const addresses: Readonly<Record<string, string>> = { vllm: 'selfhosted' }
const house = await openHouse({
  config: world =>
    [
      'providers:',
      ...['openai', 'gemini', 'cohere', 'mistral', 'vllm'].map(
        id => `  ${id}: { type: ${types[id] ?? id}, url: '${world.base(addresses[id] ?? id)}', key: '\${WORLD_KEY}' }`,
      ),
      `  bedrock: { type: bedrock, url: '${world.base('bedrock')}', key: '\${WORLD_KEY}', region: eu-central-1 }`,
      'deployments:',
      ...embedders.map(
        one =>
          `  ${one.id}: { provider: ${'provider' in one ? one.provider : one.id}, model: '${one.model}', price: { input: 100 }, accepts: [embeddings], priority: ${one.id === 'openai' ? 2 : 1} }`,
      ),
      'pools:',
      ...embedders.map(({ id }) => `  at-${id}: { candidates: [${id}] }`),
      '  cohere-then-openai: { candidates: [cohere, openai], policy: in-order }',
      '  titan-then-openai: { candidates: [titan, openai], policy: in-order }',
      '  gemini-then-openai: { candidates: [gemini, openai], policy: in-order }',
      'policies:',
      '  in-order:',
      '    steps: [{ use: capable }, { use: priority }]',
      '    patience: { maxAttempts: 3, retriesPerCandidate: 0 }',
    ].join('\n'),
})
/** The same client in front of Vertex: names of later models make it ask another door. */
const vertex = new GoogleGenAI({ vertexai: true, apiKey: virtualKey, httpOptions: { baseUrl: house.url } })
const google = new GoogleGenAI({ apiKey: virtualKey, httpOptions: { baseUrl: house.url } })
const cohere = new CohereClientV2({ token: virtualKey, environment: house.url })
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
})
beforeEach(() => house.world.switches.clear())

const invoke = async (modelId: string, body: unknown): Promise<Record<string, unknown>> => {
  const { body: answer } = await bedrock.send(
    new InvokeModelCommand({ modelId, body: JSON.stringify(body), contentType: 'application/json' }),
  )
  return JSON.parse(new TextDecoder().decode(answer)) as Record<string, unknown>
}

const text = 'The quick brown fox'
const second = 'jumps over the lazy dog'
type Vectors = readonly (readonly number[])[]

/** Clients of each form, as they get one vector for one text. */
const clients: Readonly<Record<string, (model: string) => Promise<Vectors>>> = {
  'OpenAI, which asks for base64 by itself': async model => {
    const { data } = await house.openai.embeddings.create({ model, input: text })
    return data.map(({ embedding }) => embedding)
  },
  'OpenAI, floats': async model => {
    const { data } = await house.openai.embeddings.create({ model, input: [text], encoding_format: 'float' })
    return data.map(({ embedding }) => embedding)
  },
  'Google, many at once': async model => {
    const { embeddings } = await google.models.embedContent({ model, contents: text })
    return (embeddings ?? []).map(({ values }) => values ?? [])
  },
  'Google, at Vertex': async model => {
    const { embeddings } = await vertex.models.embedContent({ model, contents: text })
    return (embeddings ?? []).map(({ values }) => values ?? [])
  },
  'Google, one': async model => {
    const answer = await fetch(`${house.url}/v1beta/models/${model}:embedContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': virtualKey },
      body: JSON.stringify({ content: { parts: [{ text }] } }),
    })
    const { embedding } = (await answer.json()) as { embedding: { values: number[] } }
    return [embedding.values]
  },
  Cohere: async model => {
    const { embeddings } = await cohere.embed({
      model,
      texts: [text],
      inputType: 'search_query',
      embeddingTypes: ['float'],
    })
    return embeddings.float ?? []
  },
  'AWS, with a body of Titan': async model => {
    const { embedding } = await invoke(model, { inputText: text })
    return [embedding as number[]]
  },
  'AWS, with a body of Cohere': async model => {
    const { embeddings } = await invoke(model, { texts: [text], input_type: 'search_query' })
    return embeddings as number[][]
  },
}

const near = (vectors: Vectors, wanted: Vectors): void => {
  expect(vectors.map(one => one.length)).toEqual(wanted.map(one => one.length))
  for (const [place, vector] of vectors.entries())
    for (const [at, number] of vector.entries()) expect(number).toBeCloseTo(wanted[place]?.[at] ?? Number.NaN, 6)
}

const pairs = Object.keys(clients).flatMap(client => embedders.map(one => ({ client, to: one.id, full: one.full })))
describe('a text becomes a vector', () => {
  it.each(pairs)('$client to $to', async ({ client, to, full }) => {
    const before = house.settled.length
    near((await clients[client]?.(`at-${to}`)) ?? [], [vectorOf(text, full)])
    await until('the story is told', () => house.settled.length > before)
    const story = house.settled.at(-1)
    expect(story?.operation).toBe('embeddings')
    expect(story?.attempts[story.served ?? -1]?.candidate.id).toBe(to)
    expect(story?.decision?.decision.ranked.length).toBeGreaterThan(0)
    // Five tokens, or as many as were estimated where the provider tells none, at a hundred dollars a million.
    expect(story?.cost.amount).toBeGreaterThanOrEqual(400)
    expect(story?.cost.amount).toBeLessThanOrEqual(600)
  })
})

const many = embedders.filter(one => !('isSingle' in one))
describe('several texts keep their order and their length', () => {
  it.each(many)('with $id', async one => {
    const dimensions = 'isFixed' in one ? one.full : 256
    const { data, usage } = await house.openai.embeddings.create({
      model: `at-${one.id}`,
      input: [text, second],
      dimensions,
    })
    near(
      data.map(({ embedding }) => embedding),
      [vectorOf(text, one.full, dimensions), vectorOf(second, one.full, dimensions)],
    )
    expect(usage.total_tokens).toBe(usage.prompt_tokens)
  })
})

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${house.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${virtualKey}` },
    body: JSON.stringify(body),
  })

describe('what one provider cannot, another does', () => {
  it('serves what the first refuses, and says why it went on', async () => {
    house.world.switches.change({ provider: 'cohere' }, { fail: { kind: '503' } })
    const answer = await post('/v1/embeddings', { model: 'cohere-then-openai', input: text })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-signalbox-provider')).toBe('openai')
    expect(answer.headers.get('x-signalbox-attempts')).toBe('2')
    expect(answer.headers.get('x-signalbox-fallback')).not.toBeNull()
    // Five tokens at a hundred dollars a million.
    expect(Number(answer.headers.get('x-signalbox-cost-usd'))).toBeCloseTo(0.0005, 9)
  })
  it.each([
    { what: 'token ids', body: { model: 'gemini-then-openai', input: [[1, 2, 3]] } },
    {
      what: 'more texts than Cohere takes',
      body: { model: 'cohere-then-openai', input: Array.from({ length: 97 }, () => 'a') },
    },
    { what: 'two texts at once', body: { model: 'titan-then-openai', input: ['a', 'b'] } },
    { what: 'a length that Titan has not', body: { model: 'titan-then-openai', input: 'a', dimensions: 300 } },
  ])('sends $what on', async ({ body }) => {
    const answer = await post('/v1/embeddings', body)
    expect([answer.status, answer.headers.get('x-signalbox-provider')]).toEqual([200, 'openai'])
  })
  it('says what it cannot where nobody else is left', async () => {
    const answer = await post('/v1/embeddings', { model: 'at-cohere', input: Array.from({ length: 97 }, () => 'a') })
    const { error } = (await answer.json()) as { error: { message: string } }
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(error.message).toContain('takes at most 96 inputs a request; 97 came')
  })
})

describe('what cannot be told is named', () => {
  it('of a client of Gemini at OpenAI', async () => {
    const answer = await post('/v1beta/models/at-openai:embedContent', {
      content: { parts: [{ text }] },
      taskType: 'RETRIEVAL_QUERY',
    })
    expect(answer.headers.get('x-signalbox-losses')).toContain('purpose')
  })
  it('of a client of OpenAI at Cohere, which must be told what it is for', async () => {
    const answer = await post('/v1/embeddings', { model: 'at-cohere', input: text, user: 'u1' })
    expect(answer.headers.get('x-signalbox-losses')).toMatch(/input_type.*user|user.*input_type/)
  })
  it('and what can be told arrives: the words of a query become the other provider’s', async () => {
    const answer = await post('/v1/embeddings', { model: 'at-cohere', input: text, input_type: 'query' })
    expect([answer.status, answer.headers.get('x-signalbox-losses')]).toEqual([200, null])
  })
})

describe('what makes no sense is refused with its place', () => {
  it.each([
    ['/v1/embeddings', { model: 'at-openai' }, 'input'],
    ['/v1/embeddings', { model: 'at-openai', input: ['a', 7] }, 'input[1]'],
    ['/v1/embeddings', { model: 'at-openai', input: 'a', dimensions: 0 }, 'dimensions'],
    ['/v1/embeddings', { model: 'at-openai', input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    ['/v2/embed', { model: 'at-openai', input_type: 'search_query' }, 'texts'],
    ['/v2/embed', { model: 'at-openai', texts: ['a'], input_type: 'poem' }, 'input_type'],
    ['/v2/embed', { model: 'at-openai', texts: ['a'], embedding_types: ['int4'] }, 'embedding_types[0]'],
    ['/v1beta/models/at-openai:embedContent', { content: {} }, 'content.parts'],
    ['/v1beta/models/at-openai:batchEmbedContents', { requests: [] }, 'requests'],
    ['/model/at-openai/invoke', { inputText: '' }, 'inputText'],
  ])('%s %j', async (path, body, at) => {
    const answer = await post(path, body)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(at)
  })
})

describe('other numbers than floats', () => {
  it('come from Cohere as they are, several forms at once', async () => {
    const { embeddings } = await cohere.embed({
      model: 'at-cohere',
      texts: [text],
      inputType: 'search_document',
      embeddingTypes: ['int8', 'ubinary'],
    })
    expect([embeddings.int8?.[0]?.length, embeddings.ubinary?.[0]?.length]).toEqual([1536, 192])
  })
  it('are bits made of floats where the provider gives floats alone', async () => {
    const { embeddings } = await cohere.embed({
      model: 'at-openai',
      texts: [text],
      inputType: 'search_document',
      embeddingTypes: ['ubinary', 'binary'],
    })
    const bits = vectorOf(text, 1536).map(number => (number > 0 ? 1 : 0))
    const bytes = Array.from({ length: 192 }, (_, place) =>
      Number.parseInt(bits.slice(8 * place, 8 * place + 8).join(''), 2),
    )
    expect(embeddings.ubinary?.[0]).toEqual(bytes)
    expect(embeddings.binary?.[0]).toEqual(bytes.map(byte => byte - 128))
  })
  it('are not invented where nobody gives them', async () => {
    const answer = await post('/v2/embed', {
      model: 'at-openai',
      texts: [text],
      input_type: 'search_document',
      embedding_types: ['int8'],
    })
    expect([answer.status, await answer.text()]).toEqual([expect.any(Number), expect.stringContaining('int8')])
    expect(answer.ok).toBe(false)
  })
})

it('leaves the provider when the client leaves', async () => {
  house.world.switches.change({ provider: 'gemini' }, { fail: { kind: 'hang' } })
  const leaving = new AbortController()
  const client = new OpenAI({ baseURL: `${house.url}/v1`, apiKey: virtualKey, maxRetries: 0 })
  const asked = client.embeddings.create({ model: 'at-gemini', input: text }, { signal: leaving.signal })
  const nth = house.world.seen().length
  await until('the provider was asked', () => house.world.seen().length > nth)
  leaving.abort()
  await expect(asked).rejects.toThrow()
  await until('the provider was left', () => house.world.seen().at(-1)?.closedAt !== undefined)
})

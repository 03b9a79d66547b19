/** Rankings and moderations walk through the whole house: asked in one form, made in another, paid by searches or tokens, and recorded. */
import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { CohereClient, CohereClientV2 } from 'cohere-ai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { nearness } from '../../src/world/operations/vector.ts'
import { breaches } from '../openai-schema.ts'
import { openHouse, until, virtualKey } from './open-house.ts'

const rankers = ['cohere', 'jina', 'voyage', 'vllm', 'bedrock'] as const
const house = await openHouse({
  config: world =>
    [
      'providers:',
      ...['openai', 'cohere', 'jina', 'voyage'].map(
        id => `  ${id}: { type: ${id}, url: '${world.base(id)}', key: '\${WORLD_KEY}' }`,
      ),
      `  vllm: { type: vllm, url: '${world.base('selfhosted')}', key: '\${WORLD_KEY}' }`,
      `  bedrock: { type: bedrock, url: '${world.base('bedrock')}', key: '\${WORLD_KEY}', region: eu-central-1 }`,
      'deployments:',
      '  cohere: { provider: cohere, model: rerank-v3.5, price: { search: 2 }, accepts: [rerank] }',
      '  jina: { provider: jina, model: jina-reranker-v2-base-multilingual, price: { input: 100 }, accepts: [rerank], priority: 2 }',
      '  voyage: { provider: voyage, model: rerank-2.5, price: { input: 100 }, accepts: [rerank] }',
      '  vllm: { provider: vllm, model: bge-reranker-v2-m3, price: { input: 100 }, accepts: [rerank] }',
      "  bedrock: { provider: bedrock, model: 'cohere.rerank-v3-5:0', price: { search: 2 }, accepts: [rerank] }",
      '  judge: { provider: openai, model: omni-moderation-latest, price: { input: 0 }, accepts: [moderations] }',
      'pools:',
      ...rankers.map(id => `  at-${id}: { candidates: [${id}] }`),
      '  cohere-then-jina: { candidates: [cohere, jina], policy: in-order }',
      'policies:',
      '  in-order:',
      '    steps: [{ use: capable }, { use: priority }]',
      '    patience: { maxAttempts: 3, retriesPerCandidate: 0 }',
    ].join('\n'),
})
const first = new CohereClient({ token: virtualKey, environment: house.url })
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

const query = 'which animal barks'
const documents = ['a cat purrs', 'the dog is an animal that barks', 'an animal']
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${house.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${virtualKey}` },
    body: JSON.stringify(body),
  })
const answered = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
  const answer = await post(path, body)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Record<string, unknown>
}
type Ranked = readonly { readonly index: number; readonly relevance_score: number; readonly document?: unknown }[]
type Placed = readonly (readonly [index: number, score: number])[]
const placed = (ranked: unknown): Placed =>
  (ranked as Ranked).map(({ index, relevance_score: score }) => [index, score])

const clients: Readonly<Record<string, (model: string) => Promise<Placed>>> = {
  'Cohere, second version': async model => {
    const { results } = await cohere.rerank({ model, query, documents, topN: 2 })
    return results.map(({ index, relevanceScore }) => [index, relevanceScore])
  },
  'Cohere, first version': async model => {
    const { results } = await first.rerank({ model, query, documents, topN: 2 })
    return results.map(({ index, relevanceScore }) => [index, relevanceScore])
  },
  'Cohere, first version with records': async model => {
    const records = documents.map(text => ({ title: 'none', text }))
    const { results } = await first.rerank({ model, query, documents: records, topN: 2, rankFields: ['text'] })
    return results.map(({ index, relevanceScore }) => [index, relevanceScore])
  },
  Jina: async model => placed((await answered('/v1/rerank', { model, query, documents, top_n: 2 }))['results']),
  Voyage: async model => placed((await answered('/v1/rerank', { model, query, documents, top_k: 2 }))['data']),
  AWS: async modelId => {
    const body = JSON.stringify({ query, documents, top_n: 2, api_version: 2 })
    const { body: answer } = await bedrock.send(
      new InvokeModelCommand({ modelId, body, contentType: 'application/json' }),
    )
    return placed((JSON.parse(new TextDecoder().decode(answer)) as Record<string, unknown>)['results'])
  },
}
const pairs = Object.keys(clients).flatMap(client => rankers.map(to => ({ client, to })))

describe('documents are ranked', () => {
  it.each(pairs)('$client to $to', async ({ client, to }) => {
    const before = house.settled.length
    const ranked = (await clients[client]?.(`at-${to}`)) ?? []
    expect(ranked.map(([index]) => index)).toEqual([1, 2])
    expect(ranked[0]?.[1]).toBeCloseTo(nearness(query, documents[1] ?? ''), 6)
    await until('the story is told', () => house.settled.length > before)
    const story = house.settled.at(-1)
    expect(story?.operation).toBe('rerank')
    expect(story?.attempts[story.served ?? -1]?.candidate.id).toBe(to)
    // One search at two dollars a thousand, or tokens at a hundred dollars a million.
    const isBySearch = to === 'cohere' || to === 'bedrock'
    if (isBySearch) expect(story?.cost.amount).toBe(2000)
    else expect(story?.cost.amount).toBeGreaterThan(1000)
  })
  it('and given back where they were asked for, though the provider does not repeat them', async () => {
    const { results } = await answered('/v1/rerank', { model: 'at-cohere', query, documents, top_n: 1 })
    expect(results).toEqual([{ index: 1, relevance_score: expect.any(Number), document: { text: documents[1] } }])
    const { data } = await answered('/v1/rerank', {
      model: 'at-jina',
      query,
      documents,
      top_k: 1,
      return_documents: true,
    })
    expect(data).toEqual([{ index: 1, relevance_score: expect.any(Number), document: documents[1] }])
    const { results: bare } = await answered('/v2/rerank', { model: 'at-jina', query, documents, top_n: 1 })
    expect(bare).toEqual([{ index: 1, relevance_score: expect.any(Number) }])
  })
})

describe('a ranking that fails', () => {
  it('is made by the next, and its price is told', async () => {
    house.world.switches.change({ provider: 'cohere' }, { fail: { kind: '503' } })
    const answer = await post('/v2/rerank', { model: 'cohere-then-jina', query, documents })
    expect([answer.status, answer.headers.get('x-signalbox-provider')]).toEqual([200, 'jina'])
    expect(answer.headers.get('x-signalbox-attempts')).toBe('2')
    expect(Number(answer.headers.get('x-signalbox-cost-usd'))).toBeGreaterThan(0.001)
  })
  it('says at what place its request makes no sense', async () => {
    const wrongs: readonly (readonly [path: string, body: unknown, at: string])[] = [
      ['/v1/rerank', { model: 'at-jina', documents }, 'query'],
      ['/v1/rerank', { model: 'at-jina', query, documents: [] }, 'documents'],
      ['/v2/rerank', { model: 'at-jina', query, documents: ['a', 7] }, 'documents[1]'],
      ['/v2/rerank', { model: 'at-jina', query, documents, top_n: 0 }, 'top_n'],
      ['/v1/rerank', { model: 'at-jina', query, documents, top_k: 'two' }, 'top_k'],
    ]
    for (const [path, body, at] of wrongs) {
      const answer = await post(path, body)
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(at)])
    }
  })
  it('names what the provider cannot be told', async () => {
    const body = { model: 'at-voyage', query, documents, max_tokens_per_doc: 100 }
    const answer = await post('/v2/rerank', body)
    expect([answer.status, answer.headers.get('x-signalbox-losses')]).toEqual([200, 'max_tokens_per_doc'])
  })
})

describe('moderations', () => {
  it('judge texts one by one, as the published schema says', async () => {
    const answer = await house.openai.moderations.create({
      model: 'omni-moderation-latest',
      input: ['I will kill you', 'good morning'],
    })
    expect(answer.results.map(({ flagged }) => flagged)).toEqual([true, false])
    expect(answer.results[0]?.categories.violence).toBe(true)
    expect(breaches('CreateModerationResponse', answer)).toEqual([])
  })
  it('judge a text with a picture together, by the model that is usual where none is named', async () => {
    const { results } = await house.openai.moderations.create({
      input: [
        { type: 'text', text: 'good morning' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      ],
    })
    expect(results).toHaveLength(1)
    expect(results[0]?.category_applied_input_types.violence).toEqual(['text', 'image'])
  })
  it.each([
    [{}, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['a', 7] }, 'input[1]'],
  ])('refuse %j at its place', async (body, param) => {
    const answer = await post('/v1/moderations', body)
    expect(await answer.json()).toMatchObject({ error: { param } })
    expect(answer.status).toBe(400)
  })
  it('are recorded as such', async () => {
    const before = house.settled.length
    await post('/v1/moderations', { model: 'omni-moderation-latest', input: 'good morning' })
    await until('the story is told', () => house.settled.length > before)
    expect(house.settled.at(-1)).toMatchObject({ operation: 'moderations', cost: { amount: 0 } })
  })
})

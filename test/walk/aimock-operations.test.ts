/** Vectors, rankings and judgements of aimock: an upstream that others wrote, asked in each of the forms that it knows. */
import { LLMock } from '@copilotkit/aimock'
import { CohereClientV2 } from 'cohere-ai'
import { afterAll, describe, expect, it } from 'vitest'
import { openHouse, virtualKey } from './open-house.ts'

const vector = [0.5, -0.25, 0.125]
const mock = new LLMock({ port: 0, logLevel: 'silent' })
mock.onEmbedding(/fox/, { embedding: vector })
mock.onRerank(/barks/, [
  { index: 1, relevance_score: 0.9 },
  { index: 0, relevance_score: 0.1 },
])
mock.onModerate(/kill/, {
  flagged: true,
  categories: { violence: true, hate: false },
  category_scores: { violence: 0.98, hate: 0.01 },
})
await mock.start()

const price = 'price: { input: 100, output: 0 }'
const house = await openHouse({
  config: () =>
    [
      'providers:',
      `  openai: { type: openai, url: '${mock.url}/v1', key: '\${WORLD_KEY}' }`,
      `  cohere: { type: cohere, url: '${mock.url}', key: '\${WORLD_KEY}' }`,
      `  gemini: { type: gemini, url: '${mock.url}', key: '\${WORLD_KEY}' }`,
      `  azure: { type: azure, url: '${mock.url}', apiVersion: 2024-10-21, key: '\${WORLD_KEY}' }`,
      'deployments:',
      `  openai: { provider: openai, model: text-embedding-3-small, ${price}, accepts: [embeddings] }`,
      `  cohere: { provider: cohere, model: embed-v4.0, ${price}, accepts: [embeddings] }`,
      `  gemini: { provider: gemini, model: gemini-embedding-001, ${price}, accepts: [embeddings] }`,
      `  azure: { provider: azure, model: embedder, ${price}, accepts: [embeddings] }`,
      '  ranker: { provider: cohere, model: rerank-v3.5, price: { search: 2 }, accepts: [rerank] }',
      `  judge: { provider: openai, model: omni-moderation-latest, ${price}, accepts: [moderations] }`,
      'pools:',
      ...['openai', 'cohere', 'gemini', 'azure', 'ranker', 'judge'].map(id => `  at-${id}: { candidates: [${id}] }`),
    ].join('\n'),
})
const cohere = new CohereClientV2({ token: virtualKey, environment: house.url })
afterAll(async () => {
  await house.close()
  await mock.stop()
})

describe('aimock', () => {
  it.each(['openai', 'cohere', 'gemini', 'azure'])('embeds as %s for clients of OpenAI and Cohere', async id => {
    const { data } = await house.openai.embeddings.create({ model: `at-${id}`, input: 'the fox' })
    expect(data.map(({ embedding }) => embedding)).toEqual([vector])
    const { embeddings } = await cohere.embed({
      model: `at-${id}`,
      texts: ['the fox'],
      inputType: 'search_query',
      embeddingTypes: ['float'],
    })
    expect(embeddings.float).toEqual([vector])
  })
  it('ranks', async () => {
    const documents = ['a cat', 'a dog']
    const { results } = await cohere.rerank({ model: 'at-ranker', query: 'who barks', documents })
    expect(results).toEqual([
      { index: 1, relevanceScore: 0.9 },
      { index: 0, relevanceScore: 0.1 },
    ])
  })
  it('judges', async () => {
    const { results } = await house.openai.moderations.create({ model: 'at-judge', input: 'I will kill you' })
    expect(results).toMatchObject([{ flagged: true, categories: { violence: true } }])
  })
})

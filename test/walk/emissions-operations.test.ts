/** Vectors and judgements that leave by OpenAI's doors fit its published schema, whatever is asked of whom and whatever goes wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { World } from '../../src/world/serve-world.ts'
import { breaches } from '../openai-schema.ts'
import { hasShared } from '../shared.ts'
import { post } from './emissions.ts'
import type { Sent } from './emissions.ts'
import { openHouse } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'
import { wrongs } from './wrongs.ts'

const embedders = {
  openai: 'text-embedding-3-small',
  gemini: 'gemini-embedding-001',
  cohere: 'embed-v4.0',
  mistral: 'mistral-embed',
  bedrock: 'cohere.embed-multilingual-v3',
} as const
const pools = Object.keys(embedders).map(id => `at-${id}`)

/** One attempt, so that what the provider does is what the client hears. */
const config =
  (patience = '') =>
  (world: World): string =>
    [
      'providers:',
      ...Object.keys(embedders).map(
        id =>
          `  ${id}: { type: ${id}, url: '${world.base(id)}', key: '\${WORLD_KEY}'${id === 'bedrock' ? ', region: eu-central-1' : ''} }`,
      ),
      'deployments:',
      ...Object.entries(embedders).map(
        ([id, model]) => `  ${id}: { provider: ${id}, model: '${model}', accepts: [embeddings] }`,
      ),
      '  judge: { provider: openai, model: omni-moderation-latest, accepts: [moderations] }',
      'pools:',
      ...Object.keys(embedders).map(id => `  at-${id}: { candidates: [${id}], policy: once }`),
      '  at-judge: { candidates: [judge], policy: once }',
      'policies:',
      '  once:',
      '    steps: [{ use: capable }]',
      `    patience: { maxAttempts: 1, retriesPerCandidate: 0${patience} }`,
    ].join('\n')

const faultsIn = ({ status, text }: Sent, name: Parameters<typeof breaches>[0]): readonly string[] =>
  breaches(status >= 400 ? 'ErrorResponse' : name, JSON.parse(text))

const asked = [
  ['one text', { input: 'the quick brown fox' }],
  ['many texts', { input: ['the quick', 'brown', 'fox'] }],
  ['base64', { input: ['the quick', 'brown fox'], encoding_format: 'base64' }],
  ['for a user', { input: 'the quick brown fox', user: 'somebody', encoding_format: 'float' }],
] as const

describe.skipIf(!hasShared)('vectors and judgements', () => {
  let house: OpenHouse
  beforeAll(async () => {
    house = await openHouse({ config: config() })
  })
  afterAll(() => house.close())

  it.each(pools.flatMap(pool => asked.map(([what, body]) => [pool, what, body] as const)))(
    '%s, %s: validates, with a vector for each text',
    async (pool, what, body) => {
      const sent = await post(house.url, '/v1/embeddings', { model: pool, ...body })
      // The published file forgot base64, which OpenAI's own client asks for.
      const faults = faultsIn(sent, 'CreateEmbeddingResponse').filter(
        one => what !== 'base64' || !/embedding must be array/.test(one),
      )
      expect([sent.status, faults]).toEqual([200, []])
      const { data, usage } = JSON.parse(sent.text) as {
        readonly data: readonly { readonly index: number; readonly embedding: unknown }[]
        readonly usage: { readonly prompt_tokens: number }
      }
      expect(data.map(({ index }) => index)).toEqual([body.input].flat().map((_, place) => place))
      expect(data.every(({ embedding }) => (what === 'base64') === (typeof embedding === 'string'))).toBe(true)
      // Gemini does not tell how many tokens it embedded.
      if (pool !== 'at-gemini') expect(usage.prompt_tokens).toBeGreaterThan(0)
    },
  )
  it.each([['the quick'], [['the quick', 'brown fox']]])('a judgement of %j validates', async input => {
    const sent = await post(house.url, '/v1/moderations', { model: 'at-judge', input })
    expect([sent.status, faultsIn(sent, 'CreateModerationResponse')]).toEqual([200, []])
  })
  it.each([
    ['nothing', {}],
    ['no text', { input: 7 }],
    ['an empty list', { input: [] }],
    ['dimensions that are none', { input: 'x', dimensions: -1 }],
    ['a format that is none', { input: 'x', encoding_format: 'hex' }],
  ])('%s is refused in OpenAI’s words', async (_what, body) => {
    const sent = await post(house.url, '/v1/embeddings', { model: 'at-openai', ...body })
    expect([sent.status, faultsIn(sent, 'CreateEmbeddingResponse')]).toEqual([400, []])
  })
})

describe.skipIf(!hasShared).each(wrongs)('vectors and judgements when there is %s', (name, change) => {
  let house: OpenHouse
  beforeAll(async () => {
    const hasty = /hang|stalled/.test(name) ? ', firstToken: 300ms, idle: 300ms, total: 1s' : ''
    house = await openHouse({ config: config(hasty) })
    house.world.switches.change({}, change)
  })
  afterAll(() => house.close())

  it('are errors that validate, or validate themselves', async () => {
    const all = await Promise.all([
      ...pools.map(async pool => {
        const sent = await post(house.url, '/v1/embeddings', { model: pool, input: ['the quick', 'brown fox'] })
        return [pool, sent.status, faultsIn(sent, 'CreateEmbeddingResponse')] as const
      }),
      post(house.url, '/v1/moderations', { model: 'at-judge', input: 'the quick' }).then(
        sent => ['at-judge', sent.status, faultsIn(sent, 'CreateModerationResponse')] as const,
      ),
    ])
    for (const [pool, status, faults] of all) {
      expect([pool, faults]).toEqual([pool, []])
      // Errors inside a stream and cuts between its pieces find nothing to break in a whole answer.
      if (!/inside|at once/.test(name)) expect([pool, status >= 400]).toEqual([pool, true])
    }
  })
})

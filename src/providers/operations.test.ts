/** Where each provider is asked for vectors, rankings and judgements, and in whose form. */
import { describe, expect, it } from 'vitest'
import type { EmbeddingsBody, ModerationsBody, RerankBody } from '../domain/operation.ts'
import type { CredentialId, ModelId, ProviderId } from '../domain/ids.ts'
import type { OperationRequest } from '../domain/request.ts'
import { plainDeployment } from '../../test/asking.ts'
import { requestOf } from '../../test/requests.ts'
import { providerTypeOf } from './registry.ts'
import type { ProviderSettings } from './speak.ts'

const { id, caller, wishes, trace, receivedAt } = requestOf()
const envelope = { id, caller, wishes, trace, receivedAt }
const common = { target: 'pool', stream: false, streamUsage: false, extensions: {} } as const
const embeddings = (more: Partial<EmbeddingsBody> = {}): OperationRequest => ({
  ...envelope,
  ...common,
  operation: 'embeddings',
  inputs: ['one'],
  encoding: 'float',
  ...more,
})
const rerank: OperationRequest & RerankBody = {
  ...envelope,
  ...common,
  operation: 'rerank',
  query: 'q',
  documents: ['a', 'b'],
}
const moderations: OperationRequest & ModerationsBody = {
  ...envelope,
  ...common,
  operation: 'moderations',
  inputs: [[{ type: 'text', text: 'a' }]],
}
const two = embeddings({ inputs: ['a', 'b'] })

const adapterOf = (type: string, more: Partial<ProviderSettings> = {}) => {
  const made = providerTypeOf(type)?.({
    id: 'them' as ProviderId,
    credentials: [{ id: 'them:0' as CredentialId, reference: 'key', weight: 1 }],
    version: '1.0.0',
    ...more,
  })
  if (made?.ok !== true) throw new Error(made?.why ?? `no type ${type}`)
  return made.value
}
const ask = (type: string, model: string, request: OperationRequest, more?: Partial<ProviderSettings>) => {
  const adapter = adapterOf(type, more)
  return adapter.ask(request, { ...plainDeployment(adapter), model: model as ModelId })
}
const asked = (
  type: string,
  model: string,
  request: OperationRequest,
  more: Partial<ProviderSettings> = {},
): readonly [url: string, members: readonly string[]] => {
  const answer = ask(type, model, request, more)
  if (!answer.ok) return [answer.failure.message, []]
  const { url, body } = answer.asked.wire
  return [url, typeof body === 'string' ? Object.keys(JSON.parse(body) as object) : []]
}

const own = { url: 'http://127.0.0.1:8000/v1' }
const region = { options: { region: 'eu-central-1' } }
const project = {
  options: { project: 'acme', region: 'europe-west1' },
  credentials: [{ id: 'c' as CredentialId, reference: 'google:default', weight: 1 }],
}
const google = 'https://generativelanguage.googleapis.com/v1beta'
const vertex = 'https://europe-west1-aiplatform.googleapis.com'
const models = 'projects/acme/locations/europe-west1/publishers/google/models'
const bedrock = 'https://bedrock-runtime.eu-central-1.amazonaws.com/model'

type Row = readonly [
  type: string,
  model: string,
  request: OperationRequest,
  url: string,
  members: readonly string[],
  more?: Partial<ProviderSettings>,
]
const rows: readonly Row[] = [
  ['openai', 'e', embeddings(), 'https://api.openai.com/v1/embeddings', ['model', 'input']],
  ['openai', 'e', moderations, 'https://api.openai.com/v1/moderations', ['model', 'input']],
  ['gemini', 'e', embeddings(), `${google}/models/e:embedContent`, ['model', 'content']],
  ['gemini', 'e', two, `${google}/models/e:batchEmbedContents`, ['requests']],
  ['vertex', 'text-embedding-005', two, `${vertex}/v1/${models}/text-embedding-005:predict`, ['instances'], project],
  [
    'vertex',
    'gemini-embedding-2',
    embeddings(),
    `${vertex}/v1beta1/${models}/gemini-embedding-2:embedContent`,
    ['content'],
    project,
  ],
  [
    'bedrock',
    'amazon.titan-embed-text-v2:0',
    embeddings(),
    `${bedrock}/amazon.titan-embed-text-v2%3A0/invoke`,
    ['inputText'],
    region,
  ],
  [
    'bedrock',
    'us.cohere.embed-v4:0',
    two,
    `${bedrock}/us.cohere.embed-v4%3A0/invoke`,
    ['input_type', 'texts', 'embedding_types'],
    region,
  ],
  [
    'bedrock',
    'amazon.nova-2-multimodal-embeddings-v1:0',
    embeddings(),
    `${bedrock}/amazon.nova-2-multimodal-embeddings-v1%3A0/invoke`,
    ['taskType', 'singleEmbeddingParams'],
    region,
  ],
  [
    'bedrock',
    'cohere.rerank-v3-5:0',
    rerank,
    `${bedrock}/cohere.rerank-v3-5%3A0/invoke`,
    ['query', 'documents', 'api_version'],
    region,
  ],
  [
    'cohere',
    'e',
    embeddings({ purpose: 'query' }),
    'https://api.cohere.com/v2/embed',
    ['model', 'input_type', 'texts', 'embedding_types'],
  ],
  ['cohere', 'r', rerank, 'https://api.cohere.com/v2/rerank', ['model', 'query', 'documents']],
  [
    'mistral',
    'e',
    embeddings({ dimensions: 9 }),
    'https://api.mistral.ai/v1/embeddings',
    ['model', 'input', 'output_dimension'],
  ],
  ['mistral', 'm', moderations, 'https://api.mistral.ai/v1/moderations', ['model', 'input']],
  [
    'voyage',
    'e',
    embeddings({ purpose: 'query' }),
    'https://api.voyageai.com/v1/embeddings',
    ['model', 'input', 'input_type'],
  ],
  [
    'voyage',
    'r',
    { ...rerank, topN: 1 },
    'https://api.voyageai.com/v1/rerank',
    ['model', 'query', 'documents', 'top_k'],
  ],
  [
    'jina',
    'jina-embeddings-v3',
    embeddings({ purpose: 'query' }),
    'https://api.jina.ai/v1/embeddings',
    ['model', 'input', 'task'],
  ],
  ['jina', 'r', rerank, 'https://api.jina.ai/v1/rerank', ['model', 'query', 'documents', 'return_documents']],
  ['perplexity', 'e', embeddings(), 'https://api.perplexity.ai/v1/embeddings', ['model', 'input', 'encoding_format']],
  ['together', 'r', rerank, 'https://api.together.xyz/v1/rerank', ['model', 'query', 'documents', 'return_documents']],
  [
    'siliconflow',
    'r',
    rerank,
    'https://api.siliconflow.com/v1/rerank',
    ['model', 'query', 'documents', 'return_documents'],
  ],
  ['vllm', 'r', rerank, 'http://127.0.0.1:8000/v1/rerank', ['model', 'query', 'documents', 'return_documents'], own],
  [
    'openai-compatible',
    'r',
    rerank,
    'http://127.0.0.1:8000/v1/rerank',
    ['model', 'query', 'documents', 'return_documents'],
    own,
  ],
  ['openai-compatible', 'm', moderations, 'http://127.0.0.1:8000/v1/moderations', ['model', 'input'], own],
  ['tei', 'r', rerank, 'http://127.0.0.1:8080/rerank', ['query', 'texts'], { url: 'http://127.0.0.1:8080' }],
  [
    'tei',
    'e',
    embeddings(),
    'http://127.0.0.1:8080/v1/embeddings',
    ['model', 'input'],
    { url: 'http://127.0.0.1:8080' },
  ],
  [
    'azure',
    'e',
    embeddings(),
    'https://acme.openai.azure.com/openai/v1/embeddings',
    ['model', 'input'],
    { url: 'https://acme.openai.azure.com' },
  ],
]

describe('the address and the form', () => {
  it.each(rows.map(row => ({ row, type: row[0], model: row[1], operation: row[2].operation })))(
    'of $operation by $type with $model',
    ({ row: [type, model, request, url, members, more] }) => {
      expect(asked(type, model, request, more)).toEqual([url, members])
    },
  )
})

describe('what is not offered', () => {
  it('is said, so that another is asked', () => {
    expect(asked('bedrock', 'amazon.nova-lite-v1:0', embeddings(), region)[0]).toBe(
      'them offers no embeddings with amazon.nova-lite-v1:0',
    )
    expect(asked('anthropic', 'claude', embeddings())[0]).toBe('them offers no embeddings with claude')
    expect(asked('openai', 'r', rerank)[0]).toBe('them offers no rerank with r')
    expect(asked('bedrock', 'amazon.titan-embed-text-v2:0', two, region)[0]).toBe(
      'them takes at most 1 input a request; 2 came with amazon.titan-embed-text-v2:0',
    )
  })
  it.each(['voyage', 'jina', 'tei'])('is a chat with %s, which only embeds and ranks', type => {
    const adapter = adapterOf(type, own)
    expect(adapter.ask(requestOf(), plainDeployment(adapter))).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported' },
    })
  })
})

describe('those who do not chat', () => {
  const head = { status: 200, headers: {} }
  it.each(['voyage', 'jina', 'tei'])('have their secret in one header, and nowhere else: %s', type => {
    const adapter = adapterOf(type, own)
    const answer = adapter.ask(embeddings(), plainDeployment(adapter))
    if (!answer.ok) throw new Error(answer.failure.message)
    const { wire } = answer.asked
    const signed = adapter.authorize(wire, 'top-secret', receivedAt)
    expect(JSON.stringify(wire)).not.toContain('top-secret')
    expect(signed.headers.filter(one => one.includes('top-secret'))).toEqual(['Bearer top-secret'])
    expect([signed.url, signed.body]).toEqual([wire.url, wire.body])
  })
  it.each(['voyage', 'jina', 'tei'])('end with an answer or a failure, whatever comes: %s', type => {
    const adapter = adapterOf(type, own)
    const answer = adapter.ask(embeddings(), plainDeployment(adapter))
    if (!answer.ok) throw new Error(answer.failure.message)
    const read = (body: string) => {
      const reader = answer.asked.read(head)
      reader.push(new TextEncoder().encode(body))
      return reader.end()
    }
    expect(read('{"data":[{"index":0,"embedding":[1]}]}')).toMatchObject({ ended: true, answer: {} })
    expect(read('{"error":{"message":"rate limit reached","code":"rate_limit_exceeded"}}').failure?.kind).toBe(
      'upstream-rate-limited',
    )
    for (const body of ['', '{', '[]', 'null', '{"data":7}', '<html>'])
      expect(read(body).failure?.kind).toBe('upstream-garbled')
  })
})

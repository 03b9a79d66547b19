/** What each maker's format of embeddings asks for, refuses, gives back and names as lost. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EmbeddingsBody } from '../../domain/operation.ts'
import type { Address } from '../../domain/request.ts'
import type { Instant } from '../../domain/units.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { breaches } from '../../../test/openai-schema.ts'
import { cohereEmbeddings, cohereOnBedrock } from './cohere.ts'
import { floatsOf, packed } from './floats.ts'
import { geminiEmbeddings, geminiOnVertex } from './gemini.ts'
import { jinaEmbeddings } from './jina.ts'
import { novaEmbeddings } from './nova.ts'
import { openaiEmbeddings } from './openai.ts'
import { perplexityEmbeddings } from './perplexity.ts'
import { titanEmbeddings } from './titan.ts'
import { vertexEmbeddings } from './vertex.ts'
import { voyageEmbeddings } from './voyage.ts'

type Format = OperationDialect<EmbeddingsBody>
const context = { id: 'req-1', model: 'pool', now: 0 as Instant, streamUsage: false }

const plain: EmbeddingsBody = {
  operation: 'embeddings',
  target: 'pool',
  stream: false,
  streamUsage: false,
  inputs: ['one'],
  encoding: 'float',
  extensions: {},
}
const asked = (format: Format, more: Partial<EmbeddingsBody> = {}, model = 'the-model') =>
  format.encodeRequest({ ...plain, ...more }, model)
/** What is sent, as it is written. */
const sent = (format: Format, more: Partial<EmbeddingsBody> = {}, model?: string): unknown => {
  const encoded = asked(format, more, model)
  if (!encoded.ok) throw new Error(encoded.why)
  const { value } = encoded.value
  return 'json' in value ? JSON.parse(JSON.stringify(value.json)) : value
}
const lost = (format: Format, more: Partial<EmbeddingsBody> = {}, model?: string): readonly string[] => {
  const encoded = asked(format, more, model)
  if (!encoded.ok) throw new Error(encoded.why)
  return encoded.value.losses.map(({ field }) => field)
}
const refused = (format: Format, more: Partial<EmbeddingsBody> = {}, model?: string): string => {
  const encoded = asked(format, more, model)
  return encoded.ok ? '' : encoded.why
}
const understood = (format: Format, body: unknown, address?: Address): EmbeddingsBody => {
  const decoded = format.decodeRequest(body, address)
  if (!decoded.ok) throw new Error(decoded.why)
  return decoded.value
}
const read = (format: Format, body: unknown, more: Partial<EmbeddingsBody> = {}, tokens?: string) => {
  const head = { status: 200, headers: { 'x-amzn-bedrock-input-token-count': tokens } }
  const decoded = format.decodeAnswer(body, { ...plain, ...more }, head)
  if (!decoded.ok) throw new Error(decoded.why)
  return decoded.value
}
const image = { type: 'image', mediaType: 'image/png', source: { base64: 'iVBORw0=' } } as const
const allWishes = { purpose: 'query', truncate: 'end', dimensions: 256 } as const

describe('what is asked for', () => {
  it.each<readonly [name: string, format: Format, model: string, more: Partial<EmbeddingsBody>, body: unknown]>([
    [
      'OpenAI',
      openaiEmbeddings,
      'm',
      { inputs: ['a', [1, 2]], dimensions: 256, endUser: 'u' },
      { model: 'm', input: ['a', [1, 2]], dimensions: 256, user: 'u' },
    ],
    [
      'OpenAI in base64',
      openaiEmbeddings,
      'm',
      { encoding: 'base64' },
      { model: 'm', input: ['one'], encoding_format: 'base64' },
    ],
    [
      'Gemini',
      geminiEmbeddings,
      'm',
      allWishes,
      {
        model: 'models/m',
        content: { parts: [{ text: 'one' }] },
        taskType: 'RETRIEVAL_QUERY',
        outputDimensionality: 256,
      },
    ],
    [
      'Gemini, two',
      geminiEmbeddings,
      'tunedModels/m',
      { inputs: ['a', 'b'] },
      { requests: ['a', 'b'].map(text => ({ model: 'tunedModels/m', content: { parts: [{ text }] } })) },
    ],
    [
      'Gemini with a title',
      geminiEmbeddings,
      'm',
      { purpose: 'document', extensions: { gemini: { title: 'T' } } },
      { model: 'models/m', content: { parts: [{ text: 'one' }] }, taskType: 'RETRIEVAL_DOCUMENT', title: 'T' },
    ],
    [
      'Vertex',
      vertexEmbeddings,
      'text-embedding-005',
      { inputs: ['a', 'b'], ...allWishes },
      {
        instances: ['a', 'b'].map(content => ({ content, task_type: 'RETRIEVAL_QUERY' })),
        parameters: { outputDimensionality: 256, autoTruncate: true },
      },
    ],
    [
      'Vertex, later',
      geminiOnVertex,
      'gemini-embedding-2',
      allWishes,
      {
        content: { parts: [{ text: 'one' }] },
        embedContentConfig: { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 256, autoTruncate: true },
      },
    ],
    [
      'Cohere',
      cohereEmbeddings,
      'embed-v4.0',
      allWishes,
      {
        model: 'embed-v4.0',
        input_type: 'search_query',
        texts: ['one'],
        embedding_types: ['float'],
        truncate: 'END',
        output_dimension: 256,
      },
    ],
    [
      'Cohere, one picture with its third',
      cohereEmbeddings,
      'embed-english-v3.0',
      { inputs: [[image]] },
      {
        model: 'embed-english-v3.0',
        input_type: 'image',
        images: ['data:image/png;base64,iVBORw0='],
        embedding_types: ['float'],
      },
    ],
    [
      'Cohere, texts and pictures',
      cohereEmbeddings,
      'embed-v4.0',
      { purpose: 'document', inputs: ['a', [{ type: 'text', text: 'b' }, image]] },
      {
        model: 'embed-v4.0',
        input_type: 'search_document',
        inputs: [
          { content: [{ type: 'text', text: 'a' }] },
          {
            content: [
              { type: 'text', text: 'b' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0=' } },
            ],
          },
        ],
        embedding_types: ['float'],
      },
    ],
    [
      'Cohere, several forms',
      cohereEmbeddings,
      'embed-v4.0',
      { purpose: 'clustering', forms: ['base64', 'int8'] },
      { model: 'embed-v4.0', input_type: 'clustering', texts: ['one'], embedding_types: ['float', 'int8'] },
    ],
    [
      'Cohere at Bedrock',
      cohereOnBedrock,
      'cohere.embed-multilingual-v3',
      { purpose: 'query', dimensions: 1024 },
      { input_type: 'search_query', texts: ['one'], embedding_types: ['float'] },
    ],
    [
      'Titan',
      titanEmbeddings,
      'amazon.titan-embed-text-v2:0',
      { dimensions: 512 },
      { inputText: 'one', dimensions: 512 },
    ],
    ['Titan, first', titanEmbeddings, 'amazon.titan-embed-text-v1', { dimensions: 1536 }, { inputText: 'one' }],
    [
      'Nova',
      novaEmbeddings,
      'amazon.nova-2-multimodal-embeddings-v1:0',
      allWishes,
      {
        taskType: 'SINGLE_EMBEDDING',
        singleEmbeddingParams: {
          embeddingPurpose: 'GENERIC_RETRIEVAL',
          embeddingDimension: 256,
          text: { truncationMode: 'END', value: 'one' },
        },
      },
    ],
    [
      'Nova, a picture',
      novaEmbeddings,
      'n',
      { inputs: [[image]] },
      {
        taskType: 'SINGLE_EMBEDDING',
        singleEmbeddingParams: {
          embeddingPurpose: 'GENERIC_INDEX',
          image: { format: 'png', source: { bytes: 'iVBORw0=' } },
        },
      },
    ],
    [
      'Voyage',
      voyageEmbeddings,
      'voyage-3',
      { ...allWishes, encoding: 'base64' },
      {
        model: 'voyage-3',
        input: ['one'],
        input_type: 'query',
        truncation: true,
        output_dimension: 256,
        encoding_format: 'base64',
      },
    ],
    [
      'Voyage in bytes',
      voyageEmbeddings,
      'voyage-3',
      { forms: ['int8'] },
      { model: 'voyage-3', input: ['one'], output_dtype: 'int8' },
    ],
    [
      'Jina',
      jinaEmbeddings,
      'jina-embeddings-v3',
      { ...allWishes, encoding: 'base64' },
      {
        model: 'jina-embeddings-v3',
        input: ['one'],
        task: 'retrieval.query',
        truncate: true,
        dimensions: 256,
        embedding_type: 'base64',
      },
    ],
    [
      'Jina, sorting with its fourth',
      jinaEmbeddings,
      'jina-embeddings-v4',
      { purpose: 'classification' },
      { model: 'jina-embeddings-v4', input: ['one'], task: 'text-matching' },
    ],
    [
      'Jina, a picture',
      jinaEmbeddings,
      'jina-clip-v2',
      { inputs: ['a', [image]] },
      { model: 'jina-clip-v2', input: ['a', { image: 'iVBORw0=' }] },
    ],
    [
      'Perplexity',
      perplexityEmbeddings,
      'pplx-embed-v1-0.6b',
      { dimensions: 128 },
      { model: 'pplx-embed-v1-0.6b', input: ['one'], encoding_format: 'base64_int8', dimensions: 128 },
    ],
  ])('of %s', (_, format, model, more, body) => {
    expect(sent(format, more, model)).toEqual(body)
  })
})

const many = (count: number): Partial<EmbeddingsBody> => ({ inputs: Array.from({ length: count }, () => 'a') })
const tokens = { inputs: [[1, 2, 3]] }

describe('what another must do', () => {
  it.each<readonly [name: string, format: Format, model: string, more: Partial<EmbeddingsBody>, why: string]>([
    ['token ids at Gemini', geminiEmbeddings, 'm', tokens, 'takes texts, not token ids'],
    ['token ids at Cohere', cohereEmbeddings, 'm', tokens, 'takes texts, not token ids'],
    ['token ids at Voyage', voyageEmbeddings, 'm', tokens, 'takes texts, not token ids'],
    ['token ids at Vertex', vertexEmbeddings, 'm', tokens, 'takes texts, not token ids with m'],
    ['too many at Cohere', cohereEmbeddings, 'm', many(97), 'takes at most 96 inputs a request; 97 came'],
    ['too many at Gemini', geminiEmbeddings, 'm', many(101), 'takes at most 100 inputs a request; 101 came'],
    ['too many at OpenAI', openaiEmbeddings, 'm', many(2049), 'takes at most 2048 inputs a request; 2049 came'],
    ['two at Titan', titanEmbeddings, 'm', many(2), 'takes at most 1 input a request; 2 came with m'],
    ['two at Nova', novaEmbeddings, 'm', many(2), 'takes at most 1 input a request; 2 came with m'],
    [
      'two at Gemini of Vertex',
      vertexEmbeddings,
      'gemini-embedding-001',
      many(2),
      'takes at most 1 input a request; 2 came with gemini-embedding-001',
    ],
    [
      'a length that Titan has not',
      titanEmbeddings,
      'amazon.titan-embed-text-v2:0',
      { dimensions: 300 },
      'gives vectors of 256, 512, 1024 numbers with amazon.titan-embed-text-v2:0; 300 were asked for',
    ],
    [
      'a length that Cohere’s third has not',
      cohereEmbeddings,
      'embed-english-light-v3.0',
      { dimensions: 256 },
      'gives vectors of 384 numbers alone with embed-english-light-v3.0; 256 were asked for',
    ],
    ['pictures at OpenAI', openaiEmbeddings, 'm', { inputs: [[image]] }, 'takes no pictures among what is embedded'],
    [
      'pictures at Titan',
      titanEmbeddings,
      'm',
      { inputs: [[image]] },
      'takes no pictures among what is embedded with m',
    ],
    [
      'several pictures at Cohere’s third',
      cohereEmbeddings,
      'embed-english-v3.0',
      { inputs: [[image], [image]] },
      'takes texts, or one picture a request, with embed-english-v3.0',
    ],
    ['bytes at OpenAI', openaiEmbeddings, 'm', { forms: ['int8'] }, 'gives no vectors of int8'],
    ['bytes at Gemini', geminiEmbeddings, 'm', { forms: ['uint8'] }, 'gives no vectors of uint8'],
    [
      'bytes and floats at Voyage',
      voyageEmbeddings,
      'm',
      { forms: ['float', 'int8'] },
      'gives vectors in one form at a time; float, int8 were asked for',
    ],
  ])('%s', (_, format, model, more, why) => {
    expect(refused(format, more, model)).toBe(why)
  })
})

describe('what is named as lost', () => {
  it.each<readonly [name: string, format: Format, more: Partial<EmbeddingsBody>, fields: readonly string[]]>([
    ['OpenAI', openaiEmbeddings, allWishes, ['purpose', 'truncate']],
    ['Gemini', geminiEmbeddings, { ...allWishes, truncate: 'none', endUser: 'u' }, ['user', 'truncate']],
    ['Gemini, cutting the start', geminiEmbeddings, { truncate: 'start' }, ['truncate']],
    ['Cohere without a purpose', cohereEmbeddings, {}, ['input_type']],
    ['Cohere with one that it has no word for', cohereEmbeddings, { purpose: 'similarity' }, ['input_type']],
    ['Cohere', cohereEmbeddings, { ...allWishes, endUser: 'u' }, ['user']],
    [
      'Voyage',
      voyageEmbeddings,
      { purpose: 'clustering', truncate: 'start', endUser: 'u' },
      ['purpose', 'truncate', 'user'],
    ],
    ['Jina without tasks', jinaEmbeddings, { purpose: 'query', endUser: 'u' }, ['purpose', 'user']],
    ['Titan', titanEmbeddings, { purpose: 'query', truncate: 'end', endUser: 'u' }, ['purpose', 'truncate', 'user']],
    ['Perplexity', perplexityEmbeddings, { purpose: 'query', endUser: 'u' }, ['purpose', 'user']],
    ['a field that only Cohere knows', geminiEmbeddings, { extensions: { cohere: { priority: 3 } } }, ['priority']],
    [
      'requests that differ',
      openaiEmbeddings,
      { extensions: { gemini: { requests: 2, 'requests.purpose': ['query'] } } },
      ['requests.purpose'],
    ],
  ])('with %s', (_, format, more, fields) => {
    expect(lost(format, more, format === titanEmbeddings ? 'amazon.titan-embed-text-v2:0' : 'm')).toEqual(fields)
  })
})

describe('what clients ask', () => {
  it('is understood alike, whoever’s words say what it is for', () => {
    const bodies: readonly (readonly [Format, unknown, Address?])[] = [
      [openaiEmbeddings, { model: 'pool', input: 'one', input_type: 'query', output_dimension: 256, truncate: 'END' }],
      [openaiEmbeddings, { model: 'pool', input: ['one'], task: 'retrieval.query', dimensions: 256, truncation: true }],
      [
        cohereEmbeddings,
        { model: 'pool', texts: ['one'], input_type: 'search_query', output_dimension: 256, truncate: 'END' },
      ],
      [
        geminiEmbeddings,
        {
          content: { parts: [{ text: 'one' }] },
          taskType: 'RETRIEVAL_QUERY',
          outputDimensionality: 256,
          autoTruncate: true,
        },
        { model: 'pool' },
      ],
      [
        geminiEmbeddings,
        {
          content: { parts: { text: 'one' } },
          embed_content_config: { task_type: 'RETRIEVAL_QUERY', output_dimensionality: 256, auto_truncate: true },
        },
        { model: 'pool' },
      ],
    ]
    for (const [format, body, address] of bodies) {
      expect(understood(format, body, address)).toMatchObject({
        target: 'pool',
        inputs: ['one'],
        encoding: 'float',
        ...allWishes,
      })
    }
  })
  it('of Vertex says with each text what it is for, and the rest once for all', () => {
    const instances = ['a', 'b'].map(content => ({ content, task_type: 'CLUSTERING', title: 'T' }))
    const body = { instances, parameters: { outputDimensionality: 256, autoTruncate: false } }
    const asked = understood(vertexEmbeddings, body, { model: 'm' })
    const wishes = { purpose: 'clustering', dimensions: 256, truncate: 'none', inputs: ['a', 'b'] }
    expect(asked).toMatchObject({ target: 'm', ...wishes })
    expect(vertexEmbeddings.decodeRequest({ instances: [{ content: 'a' }, {}] }, {})).toMatchObject({
      at: 'instances[1].content',
    })
    const usage = read(titanEmbeddings, { embedding: [1], inputTextTokenCount: 7 }).usage
    const one = { result: { type: 'embeddings', vectors: [[1]] }, ...(usage !== undefined && { usage }) } as const
    expect(vertexEmbeddings.encodeAnswer(one, asked, context).value).toEqual({
      predictions: [{ embeddings: { values: [1], statistics: { token_count: 7 } } }],
    })
  })
  it('keeps what only one format knows, word for word', () => {
    const { extensions } = understood(openaiEmbeddings, { model: 'm', input: 'a', late_chunking: true })
    expect(extensions).toEqual({ openai: { late_chunking: true } })
  })
  it('tells pictures from texts', () => {
    const body = {
      model: 'm',
      images: ['data:image/jpeg;base64,/9j/'],
      inputs: [
        {
          content: [
            { type: 'text', text: 'a' },
            { type: 'image_url', image_url: { url: 'https://there/a.png' } },
          ],
        },
      ],
    }
    expect(understood(cohereEmbeddings, body).inputs).toEqual([
      [{ type: 'image', mediaType: 'image/jpeg', source: { base64: '/9j/' } }],
      [
        { type: 'text', text: 'a' },
        { type: 'image', mediaType: '', source: { url: 'https://there/a.png' } },
      ],
    ])
  })
  it('of several requests in one that differ is told for all but the first', () => {
    const requests = ['RETRIEVAL_QUERY', 'CLUSTERING'].map(taskType => ({
      content: { parts: [{ text: 'a' }] },
      taskType,
    }))
    const body = understood(geminiEmbeddings, { requests }, { model: 'm' })
    expect(body).toMatchObject({ purpose: 'query', inputs: ['a', 'a'] })
    expect(lost(openaiEmbeddings, body)).toEqual(['purpose', 'requests.purpose'])
  })
  it('is refused at its place, never thrown, whatever it is', () => {
    const formats: readonly Format[] = [
      openaiEmbeddings,
      cohereEmbeddings,
      cohereOnBedrock,
      geminiEmbeddings,
      titanEmbeddings,
      vertexEmbeddings,
    ]
    fc.assert(
      fc.property(fc.constantFrom(...formats), fc.jsonValue(), fc.jsonValue(), (format, value, other) => {
        const body = {
          model: 'm',
          input: value,
          texts: value,
          content: value,
          requests: other,
          inputText: other,
          instances: value,
        }
        for (const one of [value, body, { ...body, requests: undefined }]) {
          const decoded = format.decodeRequest(one, { model: 'm' })
          if (!decoded.ok) expect(decoded).toMatchObject({ why: expect.stringMatching(/./), at: expect.any(String) })
        }
      }),
    )
  })
})

describe('what providers answer', () => {
  it('is put in the order of the request, whatever order it came in', () => {
    const data = [1, 0].map(index => ({ object: 'embedding', index, embedding: [index] }))
    const { result } = read(openaiEmbeddings, { object: 'list', data }, { inputs: ['a', 'b'] })
    expect(result).toMatchObject({ vectors: [[0], [1]] })
  })
  it('is counted wherever the count stands', () => {
    const data = [{ index: 0, embedding: [1] }]
    const counts = [
      read(openaiEmbeddings, { data, usage: { prompt_tokens: 7, total_tokens: 9 } }),
      read(openaiEmbeddings, { data, usage: { total_tokens: 7 } }),
      read(cohereEmbeddings, { embeddings: { float: [[1]] }, meta: { billed_units: { input_tokens: 7 } } }),
      read(cohereOnBedrock, { embeddings: [[1]] }, {}, '7'),
      read(titanEmbeddings, { embedding: [1], inputTextTokenCount: 7 }),
      read(novaEmbeddings, { embeddings: [{ embedding: [1] }] }, {}, '7'),
      read(geminiEmbeddings, { embedding: { values: [1] }, usageMetadata: { promptTokenCount: 7 } }),
      read(vertexEmbeddings, { predictions: [{ embeddings: { values: [1], statistics: { token_count: 7 } } }] }),
    ].map(({ usage }) => usage?.input)
    expect(counts).toEqual(counts.map(() => 7))
    expect(read(geminiEmbeddings, { embedding: { values: [1] } }).usage).toBeUndefined()
  })
  it('counts pictures apart', () => {
    const { usage } = read(cohereEmbeddings, {
      embeddings: { float: [[1]] },
      meta: { billed_units: { input_tokens: 7, image_tokens: 90 } },
    })
    expect(usage).toMatchObject({ input: 97, inputImage: 90 })
  })
  it.each<readonly [format: Format, body: unknown]>([
    [openaiEmbeddings, { data: [] }],
    [openaiEmbeddings, { data: [{ embedding: ['a'] }] }],
    [openaiEmbeddings, { data: [{ embedding: [1] }, { embedding: [2] }] }],
    [openaiEmbeddings, {}],
    [cohereEmbeddings, { embeddings: { float: [] } }],
    [cohereEmbeddings, { embeddings: { int8: [['a']] } }],
    [geminiEmbeddings, { embedding: {} }],
    [vertexEmbeddings, { predictions: [{}] }],
    [titanEmbeddings, {}],
    [novaEmbeddings, { embeddings: [] }],
    [perplexityEmbeddings, { data: [{ embedding: '%' }] }],
    [perplexityEmbeddings, { data: [{ embedding: [1] }] }],
  ])('makes no sense where a vector is missing: %#', (format, body) => {
    expect(format.decodeAnswer(body, plain).ok).toBe(false)
  })
  it('is bytes of Perplexity’s, as the numbers that they are', () => {
    const { result } = read(perplexityEmbeddings, { data: [{ index: 0, embedding: btoa('\u0001\u007f\u0080\u00ff') }] })
    expect(result).toMatchObject({ vectors: [[1, 127, -128, -1]] })
  })
})

const answer = (vectors: readonly (readonly number[] | { readonly base64: string })[]) =>
  ({ result: { type: 'embeddings', vectors } }) as const

describe('what clients get', () => {
  it('is as OpenAI publishes it', () => {
    const { value } = openaiEmbeddings.encodeAnswer(answer([[0.5, -1]]), plain, context)
    expect(value).toEqual({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }],
      model: 'pool',
      usage: { prompt_tokens: 0, total_tokens: 0 },
    })
    expect(breaches('CreateEmbeddingResponse', value)).toEqual([])
  })
  it('is in the form that was asked for, whichever the provider gave', () => {
    const vector = [0.5, -1, 0.25]
    const cases = [answer([vector]), answer([{ base64: packed(vector) }])]
    for (const one of cases) {
      const floats = openaiEmbeddings.encodeAnswer(one, plain, context).value
      expect(floats).toMatchObject({ data: [{ embedding: vector }] })
      const base64 = openaiEmbeddings.encodeAnswer(one, { ...plain, encoding: 'base64' }, context).value
      expect(base64).toMatchObject({ data: [{ embedding: 'AAAAPwAAgL8AAIA+' }] })
      const cohere = cohereEmbeddings.encodeAnswer(
        one,
        { ...plain, forms: ['float', 'base64', 'ubinary', 'binary'] },
        context,
      )
      expect(cohere.value).toMatchObject({
        embeddings: { float: [vector], base64: ['AAAAPwAAgL8AAIA+'], ubinary: [[160]], binary: [[32]] },
      })
    }
  })
  it('keeps every number through base64, but for what 32 bits cannot hold', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true })), vector => {
        expect(floatsOf(packed(vector))).toEqual(vector)
      }),
    )
  })
  it('is one vector or many as the client’s own door wants it', () => {
    const one = understood(geminiEmbeddings, { content: { parts: [{ text: 'a' }] } }, { model: 'm' })
    const batch = understood(geminiEmbeddings, { requests: [{ content: { parts: [{ text: 'a' }] } }] }, { model: 'm' })
    expect(geminiEmbeddings.encodeAnswer(answer([[1]]), one, context).value).toEqual({ embedding: { values: [1] } })
    expect(geminiEmbeddings.encodeAnswer(answer([[1]]), batch, context).value).toEqual({
      embeddings: [{ values: [1] }],
    })
  })
  it('is bare floats from Bedrock unless forms were named', () => {
    const bare = understood(cohereOnBedrock, { texts: ['a'], input_type: 'search_query' }, { model: 'm' })
    const named = understood(
      cohereOnBedrock,
      { texts: ['a'], input_type: 'search_query', embedding_types: ['float'] },
      { model: 'm' },
    )
    expect(cohereOnBedrock.encodeAnswer(answer([[1]]), bare, context).value).toEqual({
      id: 'req-1',
      texts: ['a'],
      embeddings: [[1]],
      response_type: 'embeddings_floats',
    })
    expect(cohereOnBedrock.encodeAnswer(answer([[1]]), named, context).value).toMatchObject({
      embeddings: { float: [[1]] },
    })
  })
  it('holds single bits for Titan’s clients', () => {
    const body = understood(titanEmbeddings, { inputText: 'a', embeddingTypes: ['binary'] }, { model: 'm' })
    const { value } = titanEmbeddings.encodeAnswer(answer([[1, -1, 1, 1, -1, 0, 2, 3]]), body, context)
    expect(value).toEqual({ embeddingsByType: { binary: [1, 0, 1, 1, 0, 0, 1, 1] }, inputTextTokenCount: 0 })
  })
  it('passes as it came only where it is as asked', () => {
    const usage = { prompt_tokens: 1, total_tokens: 1 }
    const whole = (embedding: unknown) => ({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding }],
      model: 'm',
      usage,
    })
    const passes = (body: unknown, more: Partial<EmbeddingsBody> = {}) =>
      openaiEmbeddings.passes?.(body, { ...plain, ...more })
    expect(passes(whole([1]))).toBe(true)
    expect(passes(whole('AACAPw=='), { encoding: 'base64' })).toBe(true)
    expect(passes(whole([1]), { encoding: 'base64' })).toBe(false)
    expect(passes(whole('AACAPw=='))).toBe(false)
    expect(passes({ ...whole([1]), usage: undefined })).toBe(false)
  })
})

const encoder = new TextEncoder()
describe('a body that passes', () => {
  const edited = (format: Format, json: Record<string, unknown>): unknown => {
    const raw = { dialect: format.id, bytes: encoder.encode(JSON.stringify(json)), json }
    const edit = format.editRequest?.(raw, 'gemini-embedding-001')
    return JSON.parse(typeof edit === 'string' ? edit : new TextDecoder().decode(edit))
  }
  it('names the model in every request of Gemini’s', () => {
    const content = { parts: [{ text: 'a' }] }
    expect(edited(geminiEmbeddings, { requests: [{ model: 'models/pool', content, x: 1 }] })).toEqual({
      requests: [{ model: 'models/gemini-embedding-001', content, x: 1 }],
    })
    expect(edited(geminiEmbeddings, { model: 'models/pool', content })).toEqual({
      model: 'models/gemini-embedding-001',
      content,
    })
    expect(edited(geminiEmbeddings, { content })).toEqual({ content })
  })
  it('has no model where the path names it', () => {
    expect(edited(titanEmbeddings, { inputText: 'a' })).toEqual({ inputText: 'a' })
    expect(edited(cohereOnBedrock, { texts: ['a'] })).toEqual({ texts: ['a'] })
  })
})

/** What each maker's format of rankings asks for, understands, gives back and names as lost. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RerankBody } from '../../domain/operation.ts'
import type { Instant } from '../../domain/units.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { cohereRerank, cohereRerankV1, isForCohereV1, rerankOnBedrock } from './cohere.ts'
import { jinaRerank } from './jina.ts'
import { teiRerank } from './tei.ts'
import { isForVoyage, voyageRerank } from './voyage.ts'

type Format = OperationDialect<RerankBody>
const context = { id: 'req-1', model: 'pool', now: 0 as Instant, streamUsage: false }
const plain: RerankBody = {
  operation: 'rerank',
  target: 'pool',
  stream: false,
  streamUsage: false,
  query: 'q',
  documents: ['a', 'b'],
  extensions: {},
}
const encoded = (format: Format, more: Partial<RerankBody> = {}, model = 'm') => {
  const asked = format.encodeRequest({ ...plain, ...more }, model)
  if (!asked.ok) throw new Error(asked.why)
  return asked.value
}
const sent = (...all: Parameters<typeof encoded>): unknown => {
  const { value } = encoded(...all)
  return 'json' in value ? JSON.parse(JSON.stringify(value.json)) : value
}
const understood = (format: Format, body: unknown): RerankBody => {
  const decoded = format.decodeRequest(body)
  if (!decoded.ok) throw new Error(decoded.why)
  return decoded.value
}
const read = (format: Format, body: unknown, more: Partial<RerankBody> = {}) => {
  const decoded = format.decodeAnswer(body, { ...plain, ...more })
  if (!decoded.ok) throw new Error(decoded.why)
  return decoded.value
}
const records = { documents: [{ title: 'T', text: 'a' }, { text: 'b' }] }

describe('what is asked for', () => {
  it.each<readonly [name: string, format: Format, more: Partial<RerankBody>, body: unknown]>([
    ['Cohere', cohereRerank, { topN: 1 }, { model: 'm', query: 'q', documents: ['a', 'b'], top_n: 1 }],
    [
      'Cohere with its own fields',
      cohereRerank,
      { extensions: { cohere: { max_tokens_per_doc: 9, priority: 1 } } },
      { model: 'm', query: 'q', documents: ['a', 'b'], max_tokens_per_doc: 9, priority: 1 },
    ],
    ['Cohere, of records', cohereRerank, records, { model: 'm', query: 'q', documents: ['a', 'b'] }],
    [
      'Cohere, of fields of records',
      cohereRerank,
      { ...records, extensions: { 'cohere-v1': { rank_fields: ['title', 'text'] } } },
      { model: 'm', query: 'q', documents: ['title: T\ntext: a', 'b'] },
    ],
    ['Bedrock', rerankOnBedrock, { topN: 1 }, { query: 'q', documents: ['a', 'b'], top_n: 1, api_version: 2 }],
    [
      'Jina',
      jinaRerank,
      { topN: 1, extensions: { jina: { truncation: true } } },
      { model: 'm', query: 'q', documents: ['a', 'b'], top_n: 1, return_documents: false, truncation: true },
    ],
    [
      'Voyage',
      voyageRerank,
      { topN: 1, returnDocuments: true },
      { model: 'm', query: 'q', documents: ['a', 'b'], top_k: 1, return_documents: true },
    ],
    ['TEI', teiRerank, { topN: 1 }, { query: 'q', texts: ['a', 'b'] }],
  ])('of %s', (_, format, more, body) => {
    expect(sent(format, more)).toEqual(body)
  })
  it('of Amazon’s ranker has no version', () => {
    expect(sent(rerankOnBedrock, {}, 'amazon.rerank-v1:0')).toEqual({ query: 'q', documents: ['a', 'b'] })
  })
  it('of Voyage is no more than it takes', () => {
    const documents = Array.from({ length: 1001 }, () => 'a')
    expect(voyageRerank.encodeRequest({ ...plain, documents }, 'm')).toEqual({
      ok: false,
      why: 'takes at most 1000 documents; 1001 came',
    })
  })
  it('names what only another knows', () => {
    const { losses } = encoded(jinaRerank, {
      extensions: { cohere: { max_tokens_per_doc: 9 }, voyage: { truncation: null } },
    })
    expect(losses.map(({ field }) => field)).toEqual(['max_tokens_per_doc'])
  })
})

describe('what clients ask', () => {
  const body = { model: 'm', query: 'q', documents: ['a', 'b'] }
  it('is understood alike', () => {
    const asked = [
      understood(cohereRerank, { ...body, top_n: 1 }),
      understood(cohereRerankV1, { ...body, top_n: 1 }),
      understood(jinaRerank, { ...body, top_n: 1 }),
      understood(voyageRerank, { ...body, top_k: 1 }),
      understood(teiRerank, { model: 'm', query: 'q', texts: ['a', 'b'], top_n: 1 }),
    ]
    for (const one of asked) expect(one).toMatchObject({ target: 'm', query: 'q', documents: ['a', 'b'], topN: 1 })
  })
  it('tells by its members who wrote it', () => {
    const has = (given: object) => (member: string) => member in given
    expect(
      [{ top_k: null }, { truncation: true }, { top_n: 1, truncation: true }, {}].map(one => isForVoyage(has(one))),
    ).toEqual([true, true, false, false])
    expect([{ rank_fields: [] }, { max_chunks_per_doc: 1 }, { top_n: 1 }].map(one => isForCohereV1(has(one)))).toEqual([
      true,
      true,
      false,
    ])
  })
  it('is refused at its place, never thrown, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Format>(cohereRerank, rerankOnBedrock, jinaRerank, voyageRerank, teiRerank),
        fc.jsonValue(),
        (format, value) => {
          for (const one of [value, { ...body, documents: value, texts: value }, { ...body, query: value }]) {
            const decoded = format.decodeRequest(one, { model: 'm' })
            if (!decoded.ok) expect(decoded).toMatchObject({ why: expect.stringMatching(/./), at: expect.any(String) })
          }
        },
      ),
    )
  })
})

describe('what providers answer', () => {
  const results = [
    { index: 0, relevance_score: 0.1 },
    { index: 1, relevance_score: 0.9 },
  ]
  it('is read from every form, the best first', () => {
    const ranked = [
      { index: 1, score: 0.9 },
      { index: 0, score: 0.1 },
    ]
    const scores = results.map(({ index, relevance_score: score }) => ({ index, score }))
    for (const body of [{ results }, { data: results }, results, scores]) {
      expect(read(jinaRerank, body).result).toMatchObject({ ranked })
    }
  })
  it('is no longer than was asked for, also from those who do not heed it', () => {
    expect(read(teiRerank, results, { topN: 1 }).result).toMatchObject({ ranked: [{ index: 1 }] })
  })
  it('is counted in tokens or searches, wherever they stand', () => {
    const counts = [
      read(cohereRerank, { results, meta: { billed_units: { search_units: 2 } } }),
      read(jinaRerank, { results, usage: { total_tokens: 7 } }),
      read(jinaRerank, { results, usage: { prompt_tokens: 7 } }),
      read(jinaRerank, { results, tokens: { input_tokens: 7, output_tokens: 0 } }),
      read(jinaRerank, { results, meta: { tokens: { input_tokens: 7 } } }),
      read(rerankOnBedrock, { results }, { documents: Array.from({ length: 101 }, () => 'a') }),
    ].map(({ usage }) => [usage?.input, usage?.units?.searches])
    expect(counts).toEqual([
      [0, 2],
      [7, undefined],
      [7, undefined],
      [7, undefined],
      [7, undefined],
      [0, 2],
    ])
    expect(read(jinaRerank, { results }).usage).toBeUndefined()
  })
  it.each([
    {},
    { results: [{ index: 0 }] },
    { results: [{ index: 2, relevance_score: 1 }] },
    { results: [7] },
    { results: [] },
    { results: [0, 0].map(index => ({ index, relevance_score: 1 })) },
    { results: [{ index: 0, relevance_score: Infinity }] },
    [],
    'a',
  ])('makes no sense as %j', body => {
    const decoded = cohereRerank.decodeAnswer(body, plain)
    expect(decoded.ok).toBe(false)
  })
})

describe('what clients get', () => {
  const answer = {
    result: { type: 'rerank', ranked: [{ index: 1, score: 0.9 }] },
    usage: { ...read(jinaRerank, { results: [{ index: 0, relevance_score: 1 }], usage: { total_tokens: 7 } }).usage },
  } as Parameters<Format['encodeAnswer']>[0]
  const written = (format: Format, more: Partial<RerankBody> = {}): unknown =>
    JSON.parse(JSON.stringify(format.encodeAnswer(answer, { ...plain, ...more }, context).value))

  it('is as Cohere gives it', () => {
    expect(written(cohereRerank)).toEqual({
      id: 'req-1',
      results: [{ index: 1, relevance_score: 0.9 }],
      meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
    })
  })
  it('is what both Jina’s and Cohere’s clients read, where nobody can tell them apart', () => {
    expect(written(jinaRerank)).toEqual({
      id: 'req-1',
      object: 'list',
      model: 'pool',
      results: [{ index: 1, relevance_score: 0.9, document: { text: 'b' } }],
      usage: { total_tokens: 7 },
      meta: { api_version: { version: '1' }, billed_units: { search_units: 1 } },
    })
    expect(written(jinaRerank, { returnDocuments: false })).toMatchObject({
      results: [{ index: 1, relevance_score: 0.9 }],
    })
  })
  it('is as Voyage gives it', () => {
    expect(written(voyageRerank, { returnDocuments: true })).toEqual({
      object: 'list',
      data: [{ index: 1, relevance_score: 0.9, document: 'b' }],
      model: 'pool',
      usage: { total_tokens: 7 },
    })
  })
  it('passes as it came only in the form that was asked for', () => {
    const results = [{ index: 0, relevance_score: 1 }]
    expect([{ results }, { data: results }, results].map(one => jinaRerank.passes?.(one, plain))).toEqual([
      true,
      false,
      false,
    ])
    expect([{ results }, { data: results }, results].map(one => voyageRerank.passes?.(one, plain))).toEqual([
      false,
      true,
      false,
    ])
  })
})

describe('a ranking that may pass as it came', () => {
  it('has no more than was asked for', () => {
    const body = { results: [0, 1].map(index => ({ index, relevance_score: 1 - index })) }
    expect(jinaRerank.passes?.(body, plain)).toBe(true)
    expect(jinaRerank.passes?.(body, { ...plain, topN: 1 })).toBe(false)
  })
})

/** Rankings as Jina has them, and with it most who serve open models; as Voyage has them; and as TEI does. */
import type { DialectId } from '../../domain/ids.ts'
import type { OperationAnswer, RerankBody } from '../../domain/operation.ts'
import type { Usage } from '../../domain/stream-event.ts'
import type { Checked } from '../../domain/units.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import {
  answered,
  asRecord,
  isRecord,
  isText,
  rankedIn,
  readRequest,
  searchesIn,
  strangers,
  textsOf,
  usageOf,
} from './wire.ts'
import type { Json } from './wire.ts'

const id = 'jina' as DialectId
const names = { documents: 'documents', topN: 'top_n', returns: 'return_documents' }

/** Tokens stand at one of several places. */
const usageIn = ({ usage, meta, tokens }: Json): Usage | undefined => {
  const inMeta = isRecord(meta) ? meta : {}
  const billed = isRecord(inMeta['billed_units']) ? inMeta['billed_units'] : {}
  const counted = [usage, tokens, inMeta['tokens'], billed].find(isRecord) ?? {}
  const input = counted['total_tokens'] ?? counted['prompt_tokens'] ?? counted['input_tokens']
  return usageOf(input, billed['search_units'])
}

const decodeAnswer = (body: unknown, request: RerankBody): Checked<OperationAnswer> => {
  if (Array.isArray(body)) return answered(body, request, {})
  if (!isRecord(body)) return { ok: false, why: 'no object' }
  const { model, id: upstreamId } = body
  const more = { usage: usageIn(body), model: isText(model) ? model : undefined }
  return answered(body['results'] ?? body['data'], request, { ...more, ...(isText(upstreamId) && { upstreamId }) })
}

/** Some who take this form answer in another, which no client of it reads. */
const passesAs =
  (member: 'results' | 'data') =>
  (body: unknown): boolean => {
    const list = isRecord(body) ? body[member] : undefined
    return Array.isArray(list) && list.every(one => isRecord(one) && typeof one['relevance_score'] === 'number')
  }

/**
 * `POST /v1/rerank`. Nothing in most requests tells whether a client of Jina or of Cohere sent them, so the answer holds
 * what either of them reads.
 */
export const jinaRerank: OperationDialect<RerankBody> = {
  id,
  operations: ['rerank'],
  decodeRequest: body => readRequest(body, id, names),
  encodeRequest: (request, model) => {
    const { query, topN, returnDocuments, extensions } = request
    const json = {
      model,
      query,
      documents: textsOf(request),
      top_n: topN,
      return_documents: returnDocuments ?? false,
      ...extensions[id],
    }
    return { ok: true, value: { value: { json }, losses: strangers(extensions, id) } }
  },
  decodeAnswer,
  encodeAnswer: (answer, request, { id: ownId }) => ({
    value: {
      id: answer.upstreamId ?? ownId,
      object: 'list',
      model: answer.model ?? request.target,
      results: rankedIn(answer, request, true).map(({ index, score, document }) => ({
        index,
        relevance_score: score,
        ...(document !== undefined && { document: asRecord(document) }),
      })),
      usage: { total_tokens: answer.usage?.input ?? 0 },
      meta: {
        api_version: { version: '1' },
        billed_units: { search_units: answer.usage?.units?.searches ?? searchesIn(request) },
      },
    },
    losses: [],
  }),
  passes: passesAs('results'),
}

const voyageId = 'voyage' as DialectId
const voyageNames = { documents: 'documents', topN: 'top_k', returns: 'return_documents' }

/** `POST /v1/rerank` of Voyage. */
export const voyageRerank: OperationDialect<RerankBody> = {
  id: voyageId,
  operations: ['rerank'],
  decodeRequest: body => readRequest(body, voyageId, voyageNames),
  encodeRequest: (request, model) => {
    const { query, topN, returnDocuments, documents, extensions } = request
    if (documents.length > 1000) return { ok: false, why: `takes at most 1000 documents; ${documents.length} came` }
    const own = { top_k: topN, return_documents: returnDocuments, ...extensions[voyageId] }
    const json = { model, query, documents: textsOf(request), ...own }
    return { ok: true, value: { value: { json }, losses: strangers(extensions, voyageId) } }
  },
  decodeAnswer,
  encodeAnswer: (answer, request) => ({
    value: {
      object: 'list',
      data: rankedIn(answer, request, false).map(({ index, score, document }) => ({
        index,
        relevance_score: score,
        ...(document !== undefined && { document: isText(document) ? document : JSON.stringify(document) }),
      })),
      model: answer.model ?? request.target,
      usage: { total_tokens: answer.usage?.input ?? 0 },
    },
    losses: [],
  }),
  passes: passesAs('data'),
}

const teiId = 'tei' as DialectId
const teiNames = { documents: 'texts', topN: 'top_n', returns: 'return_text' }

/** `POST /rerank` of Text Embeddings Inference: one model a server, a bare list of results, all of them. */
export const teiRerank: OperationDialect<RerankBody> = {
  id: teiId,
  operations: ['rerank'],
  decodeRequest: body => readRequest(body, teiId, teiNames),
  encodeRequest: (request, _model) => {
    const { query, extensions } = request
    const json = { query, texts: textsOf(request), ...extensions[teiId] }
    return { ok: true, value: { value: { json }, losses: strangers(extensions, teiId) } }
  },
  decodeAnswer,
  encodeAnswer: (answer, request) => ({
    value: {
      results: rankedIn(answer, request, false).map(({ index, score, document }) => ({ index, score, text: document })),
    },
    losses: [],
  }),
}

/** True if a body with these members was written for Voyage, whose clients always name the first of them. */
export const isForVoyage = (has: (member: string) => boolean): boolean =>
  has('top_k') || (has('truncation') && !has('top_n'))

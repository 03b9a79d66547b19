/** Rankings as Jina has them, and with it most who serve open models. */
import type { DialectId } from '../../domain/ids.ts'
import type { RerankBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { asRecord, rankedIn, readRequest, searchesIn, strangers, textsOf } from './wire.ts'
import { decodeAnswer, passesAs } from './read-answer.ts'

const id = 'jina' as DialectId
const names = { documents: 'documents', topN: 'top_n', returns: 'return_documents' }

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

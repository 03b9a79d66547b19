/** Rankings as Voyage has them. */
import type { DialectId } from '../../domain/ids.ts'
import type { RerankBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { isText, rankedIn, readRequest, strangers, textsOf } from './wire.ts'
import { decodeAnswer, passesAs } from './read-answer.ts'

const id = 'voyage' as DialectId
const names = { documents: 'documents', topN: 'top_k', returns: 'return_documents' }

/** `POST /v1/rerank` of Voyage. */
export const voyageRerank: OperationDialect<RerankBody> = {
  id: id,
  operations: ['rerank'],
  decodeRequest: body => readRequest(body, id, names),
  encodeRequest: (request, model) => {
    const { query, topN, returnDocuments, documents, extensions } = request
    if (documents.length > 1000) return { ok: false, why: `takes at most 1000 documents; ${documents.length} came` }
    const own = { top_k: topN, return_documents: returnDocuments, ...extensions[id] }
    const json = { model, query, documents: textsOf(request), ...own }
    return { ok: true, value: { value: { json }, losses: strangers(extensions, id) } }
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

/** True if a body with these members was written for Voyage, whose clients always name the first of them. */
export const isForVoyage = (has: (member: string) => boolean): boolean =>
  has('top_k') || (has('truncation') && !has('top_n'))

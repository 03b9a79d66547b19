/** Rankings as Text Embeddings Inference has them. */
import type { DialectId } from '../../domain/ids.ts'
import type { RerankBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { rankedIn, readRequest, strangers, textsOf } from './wire.ts'
import { decodeAnswer } from './read-answer.ts'

const id = 'tei' as DialectId
const names = { documents: 'texts', topN: 'top_n', returns: 'return_text' }

/** `POST /rerank` of Text Embeddings Inference: one model a server, a bare list of results, all of them. */
export const teiRerank: OperationDialect<RerankBody> = {
  id: id,
  operations: ['rerank'],
  decodeRequest: body => readRequest(body, id, names),
  encodeRequest: (request, _model) => {
    const { query, extensions } = request
    const json = { query, texts: textsOf(request), ...extensions[id] }
    return { ok: true, value: { value: { json }, losses: strangers(extensions, id) } }
  },
  decodeAnswer,
  encodeAnswer: (answer, request) => ({
    value: {
      results: rankedIn(answer, request, false).map(({ index, score, document }) => ({ index, score, text: document })),
    },
    losses: [],
  }),
}

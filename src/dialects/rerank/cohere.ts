/** Rankings as Cohere has them: its own `/v2/rerank` and `/v1/rerank`, and rankers as Bedrock hosts them. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { OperationAnswer, RerankBody } from '../../domain/operation.ts'
import type { Checked } from '../../domain/units.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import {
  answered,
  asRecord,
  isText,
  rankedIn,
  readRequest,
  searchesIn,
  searchesTold,
  strangers,
  textsOf,
  usageOf,
} from './wire.ts'

const names = { documents: 'documents', topN: 'top_n', returns: 'return_documents' }

const decodeAnswer = (body: unknown, request: RerankBody): Checked<OperationAnswer> => {
  if (!isRecord(body)) return { ok: false, why: 'no object' }
  const meta = isRecord(body['meta']) ? body['meta'] : {}
  const billed = isRecord(meta['billed_units']) ? meta['billed_units'] : {}
  const counted = isRecord(meta['tokens']) ? meta['tokens'] : {}
  const usage = usageOf(
    billed['input_tokens'] ?? counted['input_tokens'],
    searchesTold(billed['search_units'], request),
  )
  const upstreamId = body['id']
  return answered(body['results'], request, { usage, ...(isText(upstreamId) && { upstreamId }) })
}

/** Results with what is billed for them. */
const written =
  (version: string): OperationDialect<RerankBody>['encodeAnswer'] =>
  (answer, request, { id }) => ({
    value: {
      id: answer.upstreamId ?? id,
      results: rankedIn(answer, request, false).map(({ index, score, document }) => ({
        index,
        relevance_score: score,
        ...(document !== undefined && { document: asRecord(document) }),
      })),
      meta: {
        api_version: { version },
        billed_units: { search_units: answer.usage?.units?.searches ?? searchesIn(request) },
      },
    },
    losses: [],
  })

const ownFields = ({ extensions }: RerankBody, ...fields: readonly string[]): Json => {
  const all = { ...extensions['jina'], ...extensions['cohere-v1'], ...extensions['cohere'] }
  return Object.fromEntries(
    fields.filter(name => all[name] !== undefined && all[name] !== null).map(name => [name, all[name]]),
  )
}

const id = 'cohere' as DialectId

/** `POST /v2/rerank`. */
export const cohereRerank: OperationDialect<RerankBody> = {
  id,
  operations: ['rerank'],
  decodeRequest: body => readRequest(body, id, names),
  encodeRequest: (request, model) => {
    const { query, topN, extensions } = request
    const own = ownFields(request, 'max_tokens_per_doc', 'priority')
    const json = { model, query, documents: textsOf(request), top_n: topN, ...own }
    const losses = strangers(extensions, id).filter(({ field }) => !(field in own))
    return { ok: true, value: { value: { json }, losses } }
  },
  decodeAnswer,
  encodeAnswer: written('2'),
}

/** Clients of Cohere's first version, whose documents may be records. */
export const cohereRerankV1: OperationDialect<RerankBody> = {
  ...cohereRerank,
  id: 'cohere-v1' as DialectId,
  decodeRequest: body => readRequest(body, 'cohere-v1', names),
  encodeAnswer: written('1'),
}

/** True if a body with these members was written for Cohere's first version: nobody else has them. */
export const isForCohereV1 = (has: (member: string) => boolean): boolean =>
  has('rank_fields') || has('max_chunks_per_doc')

const hostedId = 'cohere-invoke' as DialectId

/** Cohere's and Amazon's rankers behind Bedrock's `invoke`: the path names the model, and nothing is counted. */
export const rerankOnBedrock: OperationDialect<RerankBody> = {
  id: hostedId,
  operations: ['rerank'],
  decodeRequest: (body, address) => readRequest(body, hostedId, names, address?.model ?? ''),
  encodeRequest: (request, model) => {
    const { query, topN, extensions } = request
    const isCoheres = !/amazon\.rerank/.test(model)
    const json = { query, documents: textsOf(request), top_n: topN, ...(isCoheres && { api_version: 2 }) }
    return { ok: true, value: { value: { json }, losses: strangers(extensions, hostedId) } }
  },
  decodeAnswer: (body, request) =>
    answered(isRecord(body) ? body['results'] : undefined, request, { usage: usageOf(undefined, searchesIn(request)) }),
  encodeAnswer: (answer, request) => ({
    value: { results: rankedIn(answer, request, false).map(({ index, score }) => ({ index, relevance_score: score })) },
    losses: [],
  }),
  // The path names the model.
  editRequest: ({ bytes }) => bytes,
}

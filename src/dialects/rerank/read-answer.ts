/** Reads rankings as most give them: results or data, documents as texts or records, tokens at one of several places. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { OperationAnswer, RerankBody } from '../../domain/operation.ts'
import type { Usage } from '../../domain/stream-event.ts'
import type { Checked } from '../../domain/units.ts'
import { answered, isText, searchesTold, usageOf } from './wire.ts'

/** Tokens stand at one of several places. */
const usageIn = ({ usage, meta, tokens }: Json, request: RerankBody): Usage | undefined => {
  const inMeta = isRecord(meta) ? meta : {}
  const billed = isRecord(inMeta['billed_units']) ? inMeta['billed_units'] : {}
  const counted = [usage, tokens, inMeta['tokens'], billed].find(isRecord) ?? {}
  const input = counted['total_tokens'] ?? counted['prompt_tokens'] ?? counted['input_tokens']
  return usageOf(input, searchesTold(billed['search_units'], request))
}

/** An answer in any form that is like Jina's. */
export const decodeAnswer = (body: unknown, request: RerankBody): Checked<OperationAnswer> => {
  if (Array.isArray(body)) return answered(body, request, {})
  if (!isRecord(body)) return { ok: false, why: 'no object' }
  const { model, id: upstreamId } = body
  const more = { usage: usageIn(body, request), model: isText(model) ? model : undefined }
  return answered(body['results'] ?? body['data'], request, { ...more, ...(isText(upstreamId) && { upstreamId }) })
}

/** Some who take this form answer in another, which no client of it reads, or with more than was asked for. */
export const passesAs =
  (member: 'results' | 'data') =>
  (body: unknown, { topN }: RerankBody): boolean => {
    const list = isRecord(body) ? body[member] : undefined
    if (!Array.isArray(list) || (topN !== undefined && list.length > topN)) return false
    return list.every(one => isRecord(one) && typeof one['relevance_score'] === 'number')
  }

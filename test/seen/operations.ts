/** Vectors, rankings and their counts, as each provider's documentation has them. */
import { at, count, isRecord, records } from './seen.ts'
import type { Json } from './seen.ts'

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
/** A list of numbers, or the same packed into words. */
const isVector = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.every(one => typeof one === 'number'))

/** The vectors of an answer in their order, as they were told. */
export const vectorsIn = (body: Json): readonly unknown[] => {
  const { data, embeddings, predictions, embedding } = body
  if (isVector(embedding)) return [embedding]
  const all = [
    ...records(data).map(one => one['embedding']),
    ...list(isRecord(embeddings) ? embeddings['float'] : embeddings).map(one =>
      isRecord(one) ? (one['values'] ?? one['embedding']) : one,
    ),
    ...records(predictions).map(one => at(one, 'embeddings.values')),
  ]
  return all.filter(isVector)
}

/** Places and scores, the nearest first as they were told. */
export const ranksIn = (body: Json): readonly (readonly [place: unknown, score: unknown])[] =>
  [...records(body['results']), ...records(body['data'])].flatMap(one => {
    const score = one['relevance_score'] ?? one['relevanceScore']
    return score === undefined ? [] : [[one['index'], score] as const]
  })

/** Tokens that were read, 0 where nobody counted. */
export const inputIn = (body: Json): number =>
  count(body, 'usage.prompt_tokens') ||
  count(body, 'usage.total_tokens') ||
  count(body, 'meta.billed_units.input_tokens') ||
  count(body, 'inputTextTokenCount') ||
  records(body['predictions']).reduce((sum, one) => sum + count(one, 'embeddings.statistics.token_count'), 0)

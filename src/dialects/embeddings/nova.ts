/** Embeddings of Amazon's Nova behind Bedrock's `invoke`: one text or one picture a call. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { EmbeddingInput, EmbeddingsBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { headCount } from './head-count.ts'
import { answered, asMany, beyond, listOf, numbersIn, strangers, textOf, usageOf, userLoss } from './wire.ts'
import { titanEmbeddings } from './titan.ts'

type Purpose = NonNullable<EmbeddingsBody['purpose']>
const novaPurposes: Readonly<Record<Purpose, string>> = {
  query: 'GENERIC_RETRIEVAL',
  question: 'GENERIC_RETRIEVAL',
  fact: 'GENERIC_RETRIEVAL',
  'code-query': 'GENERIC_RETRIEVAL',
  document: 'GENERIC_INDEX',
  similarity: 'GENERIC_INDEX',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
}
const novaLengths = [256, 384, 1024, 3072]
const cuts = { end: 'END', start: 'START', none: 'NONE' } as const

/** A text, or a picture whose bytes are there. */
const novaInput = (input: EmbeddingInput, truncate: EmbeddingsBody['truncate']): Json | undefined => {
  const text = textOf(input)
  if (text !== undefined) return { text: { truncationMode: cuts[truncate ?? 'end'], value: text } }
  const [part, ...more] = typeof input === 'string' ? [] : input
  if (part === undefined || typeof part === 'number' || more.length > 0 || part.type !== 'image') return undefined
  const { source, mediaType } = part
  const format = mediaType.replace(/^image\//, '').replace('jpg', 'jpeg')
  return 'base64' in source ? { image: { format: format || 'png', source: { bytes: source.base64 } } } : undefined
}

/** Nova's multimodal embeddings. */
export const novaEmbeddings: OperationDialect<EmbeddingsBody> = {
  ...titanEmbeddings,
  id: 'nova-embeddings' as DialectId,
  encodeRequest: (request, model) => {
    const why = beyond(request, { most: 1 })
    if (why !== undefined) return { ok: false, why: `${why} with ${model}` }
    const { dimensions, purpose, truncate, extensions, inputs } = request
    if (dimensions !== undefined && !novaLengths.includes(dimensions))
      return { ok: false, why: `gives vectors of ${novaLengths.join(', ')} numbers; ${dimensions} were asked for` }
    const input = novaInput(inputs[0] ?? '', truncate)
    if (input === undefined) return { ok: false, why: 'takes a text, or a picture whose bytes are sent' }
    const embeddingPurpose = novaPurposes[purpose ?? 'document']
    const params = { embeddingPurpose, embeddingDimension: dimensions, ...input }
    const json = { taskType: 'SINGLE_EMBEDDING', singleEmbeddingParams: params }
    return { ok: true, value: { value: { json }, losses: [...userLoss(request), ...strangers(extensions, 'nova')] } }
  },
  decodeAnswer: (body, request, head) => {
    const [first] = isRecord(body) ? listOf(body['embeddings']) : []
    const vector = numbersIn(isRecord(first) ? first['embedding'] : undefined)
    return answered(asMany([vector], request), usageOf(headCount(head)))
  },
}

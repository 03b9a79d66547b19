/** Embeddings as Jina has them: OpenAI's form, with a task and pictures. */
import type { DialectId } from '../../domain/ids.ts'
import type { MediaPart } from '../../domain/message.ts'
import type { EmbeddingInput, EmbeddingsBody } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { formsOf } from './forms.ts'
import { addressOf } from './media.ts'
import { openaiEmbeddings } from './openai.ts'
import { beyond, strangers, textOf, untold, userLoss } from './wire.ts'

type Purpose = NonNullable<EmbeddingsBody['purpose']>

const jinaTasks: Readonly<Record<Purpose, string>> = {
  query: 'retrieval.query',
  question: 'retrieval.query',
  fact: 'retrieval.query',
  'code-query': 'code.query',
  document: 'retrieval.passage',
  classification: 'classification',
  clustering: 'separation',
  similarity: 'text-matching',
}

/** Models that are told what the vectors are for, and those of them that know the words for code or for sorting. */
const taskFor = (purpose: Purpose | undefined, model: string): string | undefined => {
  if (purpose === undefined || !/embeddings-v[3-9]/.test(model)) return undefined
  const isFirst = /embeddings-v3/.test(model)
  if (purpose === 'code-query') return isFirst ? 'retrieval.query' : jinaTasks[purpose]
  const isSorting = purpose === 'classification' || purpose === 'clustering'
  return isSorting && !isFirst ? 'text-matching' : jinaTasks[purpose]
}

/** A text, or one picture alone. */
const jinaInput = (input: EmbeddingInput): unknown => {
  const text = textOf(input)
  if (text !== undefined) return text
  const [part, ...more] = typeof input === 'string' ? [] : input
  if (more.length > 0 || part === undefined || typeof part === 'number') return undefined
  const address = addressOf(part)
  return address === undefined ? undefined : { image: bare(part as MediaPart) ?? address }
}
/** Jina takes the bytes of a picture without the words before them. */
const bare = ({ source }: MediaPart): string | undefined => ('base64' in source ? source.base64 : undefined)

/** `POST /v1/embeddings` of Jina. */
export const jinaEmbeddings: OperationDialect<EmbeddingsBody> = {
  ...openaiEmbeddings,
  id: 'jina' as DialectId,
  encodeRequest: (request, model) => {
    const why = beyond(request, { most: 2048 })
    if (why !== undefined) return { ok: false, why }
    const input = request.inputs.map(jinaInput)
    if (input.includes(undefined)) return { ok: false, why: 'takes texts and pictures one by one, not together' }
    const { purpose, truncate, dimensions, extensions } = request
    const task = taskFor(purpose, model)
    const isPacked = formsOf(request).length === 1 && formsOf(request)[0] === 'base64'
    const json = {
      model,
      input,
      task,
      truncate: truncate === undefined ? undefined : truncate !== 'none',
      dimensions,
      embedding_type: isPacked ? 'base64' : undefined,
    }
    const losses = [
      ...untold(request, task === undefined ? ['truncate'] : ['purpose', 'truncate']),
      ...(truncate === 'start' ? [{ field: 'truncate', why: 'only the end is cut' }] : []),
      ...userLoss(request),
      ...strangers(extensions, 'jina'),
    ]
    return { ok: true, value: { value: { json }, losses } }
  },
}

/** Embeddings as Voyage and Jina have them: OpenAI's form, with what the vectors are for and in which numbers they come. */
import type { DialectId } from '../../domain/ids.ts'
import type { MediaPart } from '../../domain/message.ts'
import type {
  EmbeddingInput,
  EmbeddingsBody,
  OperationAnswer,
  Quantized,
  Vector,
  VectorForm,
} from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Checked } from '../../domain/units.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { formsOf } from './forms.ts'
import { floatsOf } from './floats.ts'
import { addressOf } from './media.ts'
import { openaiEmbeddings, readAnswer } from './openai.ts'
import {
  bytesAsked,
  beyond,
  isRecord,
  isNumbers,
  isText,
  strangers,
  textOf,
  textsOf,
  untold,
  userLoss,
} from './wire.ts'

/** Which one form to ask for, or why these cannot be had together: bits follow from floats, bytes do not. */
const formToAsk = (request: EmbeddingsBody): Checked<VectorForm> => {
  const forms = formsOf(request)
  const [byte, second] = bytesAsked(request)
  if (byte === undefined) return { ok: true, value: forms.length === 1 && forms[0] === 'base64' ? 'base64' : 'float' }
  if (second === undefined && forms.length === 1) return { ok: true, value: byte }
  return { ok: false, why: `gives vectors in one form at a time; ${forms.join(', ')} were asked for` }
}

/** A vector of bytes, whose numbers may be packed as well. */
const bytesIn = (one: unknown): readonly number[] | undefined => {
  const vector = isRecord(one) ? one['embedding'] : undefined
  return isNumbers(vector) ? vector : undefined
}

/** Answers hold what was asked for; bytes are no floats. */
const decodeAnswer = (body: unknown, request: EmbeddingsBody): Checked<OperationAnswer> => {
  const form = formToAsk(request)
  const [byte] = bytesAsked(request)
  if (!form.ok || byte === undefined) return readAnswer(body, request)
  const read = readAnswer(body, request, bytesIn)
  return read.ok ? { ok: true, value: asQuantized(read.value, byte) } : read
}

const asQuantized = (answer: OperationAnswer, form: Quantized): OperationAnswer => {
  if (answer.result.type !== 'embeddings') return answer
  const vectors = answer.result.vectors.map(vector => ('base64' in vector ? floatsOf(vector.base64) : vector))
  return { ...answer, result: { type: 'embeddings', vectors: [], quantized: { [form]: vectors } } }
}

type Purpose = NonNullable<EmbeddingsBody['purpose']>
const told = ['purpose', 'truncate']

/** Searches are told from what is searched; nothing else is. */
const voyageTypes: Readonly<Partial<Record<Purpose, string>>> = {
  query: 'query',
  question: 'query',
  fact: 'query',
  'code-query': 'query',
  document: 'document',
}

const only = (field: string, purpose: string): Loss => ({ field, why: `there is no word for ${purpose}` })

/** `POST /v1/embeddings` of Voyage. */
export const voyageEmbeddings: OperationDialect<EmbeddingsBody> = {
  ...openaiEmbeddings,
  id: 'voyage' as DialectId,
  encodeRequest: (request, model) => {
    const [texts, form] = [textsOf(request, { most: 1000, takesBytes: true }), formToAsk(request)]
    if (!texts.ok) return texts
    if (!form.ok) return form
    const { purpose, truncate, dimensions, extensions } = request
    const type = purpose === undefined ? undefined : voyageTypes[purpose]
    const json = {
      model,
      input: texts.value,
      input_type: type,
      truncation: truncate === undefined ? undefined : truncate !== 'none',
      output_dimension: dimensions,
      encoding_format: form.value === 'base64' ? 'base64' : undefined,
      output_dtype: form.value === 'base64' || form.value === 'float' ? undefined : form.value,
    }
    const losses = [
      ...(purpose !== undefined && type === undefined ? [only('purpose', purpose)] : []),
      ...(truncate === 'start' ? [{ field: 'truncate', why: 'only the end is cut' }] : []),
      ...userLoss(request),
      ...strangers(extensions, 'voyage'),
    ]
    return { ok: true, value: { value: { json }, losses } }
  },
  decodeAnswer,
}

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
      ...untold(request, task === undefined ? ['truncate'] : told),
      ...(truncate === 'start' ? [{ field: 'truncate', why: 'only the end is cut' }] : []),
      ...userLoss(request),
      ...strangers(extensions, 'jina'),
    ]
    return { ok: true, value: { value: { json }, losses } }
  },
}

/** Signed bytes in base64. */
const signedIn = (base64: string): readonly number[] | undefined => {
  let text: string
  try {
    text = atob(base64)
  } catch {
    // No base64: told by whoever reads the answer.
    return undefined
  }
  return Array.from(text, letter => (letter.charCodeAt(0) << 24) >> 24)
}
const signedOf = (one: unknown): Vector | undefined => {
  const vector = isRecord(one) ? one['embedding'] : undefined
  return isText(vector) ? signedIn(vector) : undefined
}

/** `POST /v1/embeddings` of Perplexity, whose vectors are signed bytes; as floats they are the same numbers. */
export const perplexityEmbeddings: OperationDialect<EmbeddingsBody> = {
  ...openaiEmbeddings,
  id: 'perplexity' as DialectId,
  encodeRequest: (request, model) => {
    const texts = textsOf(request, { most: 512, takesBytes: !formsOf(request).includes('uint8') })
    if (!texts.ok) return texts
    const { dimensions, extensions } = request
    const json = {
      model,
      input: texts.value,
      encoding_format: 'base64_int8',
      dimensions,
    }
    const losses = [...untold(request, []), ...userLoss(request), ...strangers(extensions, 'perplexity')]
    return { ok: true, value: { value: { json }, losses } }
  },
  decodeAnswer: (body, request) => {
    const read = readAnswer(body, request, signedOf)
    if (!read.ok || read.value.result.type !== 'embeddings') return read
    const { vectors } = read.value.result
    const int8 = vectors.map(vector => ('base64' in vector ? [] : vector))
    return { ok: true, value: { ...read.value, result: { type: 'embeddings', vectors, quantized: { int8 } } } }
  },
}

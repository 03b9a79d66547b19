/** Embeddings as Voyage has them: OpenAI's form, with what is searched told from what is searched in, and bytes in place of floats. */
import { isRecord } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { EmbeddingsBody, OperationAnswer, Quantized, VectorForm } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Checked } from '../../domain/units.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { formsOf } from './forms.ts'
import { floatsOf } from './floats.ts'
import { openaiEmbeddings, readAnswer } from './openai.ts'
import { bytesAsked, isNumbers, strangers, textsOf, userLoss } from './wire.ts'

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

/** Searches are told from what is searched; nothing else is. */
const voyageTypes: Readonly<Partial<Record<Purpose, string>>> = {
  query: 'query',
  question: 'query',
  fact: 'query',
  'code-query': 'query',
  document: 'document',
}

const noWord = (purpose: string): Loss => ({ field: 'purpose', why: `there is no word for ${purpose}` })

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
      ...(purpose !== undefined && type === undefined ? [noWord(purpose)] : []),
      ...(truncate === 'start' ? [{ field: 'truncate', why: 'only the end is cut' }] : []),
      ...userLoss(request),
      ...strangers(extensions, 'voyage'),
    ]
    return { ok: true, value: { value: { json }, losses } }
  },
  decodeAnswer,
}

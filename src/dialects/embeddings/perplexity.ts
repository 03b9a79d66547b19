/** Embeddings as Perplexity has them: OpenAI's form, with vectors of signed bytes. */
import { isRecord } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { EmbeddingsBody, Vector } from '../../domain/operation.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { formsOf } from './forms.ts'
import { openaiEmbeddings, readAnswer } from './openai.ts'
import { isText, strangers, textsOf, untold, userLoss } from './wire.ts'

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

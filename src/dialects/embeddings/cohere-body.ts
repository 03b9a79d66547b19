/** What is sent to Cohere's models, and what they answer. */
import { isAbsent } from '../fields.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Part } from '../../domain/message.ts'
import type {
  EmbeddingInput,
  EmbeddingsBody,
  OperationAnswer,
  Quantized,
  Vector,
  VectorForm,
} from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Usage } from '../../domain/stream-event.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { WireHead } from '../../ports/transport.ts'
import { formsOf } from './forms.ts'
import { headCount } from './head-count.ts'
import { addressOf } from './media.ts'
import { asMany, beyond, isNumbers, isText, isTokens, numbersIn, strangers, textOf, usageOf, userLoss } from './wire.ts'

/** More inputs than these are refused. */
const most = 96

type Purpose = NonNullable<EmbeddingsBody['purpose']>
const words: Readonly<Partial<Record<Purpose, string>>> = {
  query: 'search_query',
  question: 'search_query',
  fact: 'search_query',
  'code-query': 'search_query',
  document: 'search_document',
  classification: 'classification',
  clustering: 'clustering',
}

/** Each of Cohere's later models must be told; what is not said is taken for texts to search in. */
const typeFor = (purpose: Purpose | undefined): { readonly type: string; readonly losses: readonly Loss[] } => {
  const type = purpose === undefined ? undefined : words[purpose]
  if (type !== undefined) return { type, losses: [] }
  const why =
    purpose === undefined
      ? 'nobody said what the vectors are for; they are made as for documents to search in'
      : `there is no word for ${purpose}; the vectors are made as for documents to search in`
  return { type: 'search_document', losses: [{ field: 'input_type', why }] }
}

/** The third generation gives vectors of one length. */
const onlyLength = (model: string): number | undefined => {
  if (!/embed-(?:[a-z]+-)*(?:light-)?v[23]/.test(model)) return undefined
  return model.includes('light') ? 384 : 1024
}

const imageOf = (input: EmbeddingInput): string | undefined => {
  const [part, ...more] = typeof input === 'string' ? [] : input
  return part === undefined || more.length > 0 || typeof part === 'number' ? undefined : addressOf(part)
}
const contentOf = (input: EmbeddingInput): Checked<unknown> => {
  const parts: readonly Part[] =
    typeof input === 'string' ? [{ type: 'text', text: input }] : isTokens(input) ? [] : input
  const content = parts.map(part => {
    if (part.type === 'text') return { type: 'text', text: part.text }
    const url = addressOf(part)
    return url === undefined ? undefined : { type: 'image_url', image_url: { url } }
  })
  return content.includes(undefined)
    ? { ok: false, why: 'takes texts and pictures, nothing else' }
    : { ok: true, value: { content } }
}

/** The inputs in the plainest of Cohere's three ways to give them. */
const inputsFor = (inputs: readonly EmbeddingInput[], model: string): Checked<Json> => {
  const texts = inputs.map(textOf)
  if (texts.every(isText)) return { ok: true, value: { texts } }
  const images = inputs.map(imageOf)
  if (onlyLength(model) !== undefined) {
    return images.every(isText) && images.length === 1
      ? { ok: true, value: { images, input_type: 'image' } }
      : { ok: false, why: `takes texts, or one picture a request, with ${model}` }
  }
  const contents = inputs.map(contentOf)
  const fault = contents.find(one => !one.ok)
  return fault ?? { ok: true, value: { inputs: contents.map(one => (one.ok ? one.value : undefined)) } }
}

const cutWords = { end: 'END', start: 'START', none: 'NONE' } as const

/** Floats come packed just as well from us; every other form only from whoever made the vector. */
const formsFor = (request: EmbeddingsBody): readonly VectorForm[] => {
  const forms = formsOf(request).map(form => (form === 'base64' ? 'float' : form))
  return [...new Set(forms)]
}

/** The body without the model, which some take in the path. */
export const encodeBody = (request: EmbeddingsBody, model: string, isHosted: boolean): Checked<Encoded<Json>> => {
  const why = beyond(request, { most, takesBytes: true })
  if (why !== undefined) return { ok: false, why }
  const { purpose, truncate, dimensions, extensions } = request
  const length = onlyLength(model)
  if (dimensions !== undefined && length !== undefined && dimensions !== length)
    return { ok: false, why: `gives vectors of ${length} numbers alone with ${model}; ${dimensions} were asked for` }
  const inputs = inputsFor(request.inputs, model)
  if (!inputs.ok) return inputs
  const { type, losses } = typeFor(purpose)
  const json = {
    input_type: type,
    ...inputs.value,
    embedding_types: formsFor(request),
    ...(truncate !== undefined && { truncate: cutWords[truncate] }),
    ...(dimensions !== undefined && length === undefined && { output_dimension: dimensions }),
    ...ownFields(extensions, isHosted),
  }
  const all = [...losses, ...userLoss(request), ...strangers(extensions, 'cohere', ['max_tokens', 'priority'])]
  return { ok: true, value: { value: json, losses: all } }
}

/** The two ways to Cohere's models know the same further fields, but for the rank in a queue. */
const ownFields = (extensions: EmbeddingsBody['extensions'], isHosted: boolean): Json => {
  const fields = { ...extensions['cohere'], ...extensions['cohere-invoke'] }
  const names = isHosted ? ['max_tokens'] : ['max_tokens', 'priority']
  return Object.fromEntries(names.filter(name => !isAbsent(fields[name])).map(name => [name, fields[name]]))
}

const vectorOf = (value: unknown): Vector | undefined => (isText(value) ? { base64: value } : numbersIn(value))

/** What was not asked for is null, or an empty list. */
const given = (by: Json, form: VectorForm): readonly unknown[] | undefined => {
  const list = by[form]
  return Array.isArray(list) && list.length > 0 ? list : undefined
}

const quantizedForms: readonly Quantized[] = ['int8', 'uint8', 'binary', 'ubinary']

const quantizedIn = (
  by: Json,
  request: EmbeddingsBody,
): Checked<Partial<Record<Quantized, readonly (readonly number[])[]>>> => {
  const found: Partial<Record<Quantized, readonly (readonly number[])[]>> = {}
  for (const form of quantizedForms) {
    const list = given(by, form)
    if (list === undefined) continue
    const numbers = asMany(
      list.map(one => (isNumbers(one) ? one : undefined)),
      request,
    )
    if (!numbers.ok) return numbers
    found[form] = numbers.value
  }
  return { ok: true, value: found }
}

/** Vectors by form; a bare list is of floats. */
const vectorsIn = (embeddings: unknown, request: EmbeddingsBody): Checked<OperationAnswer['result']> => {
  const by: Json = Array.isArray(embeddings) ? { float: embeddings } : isRecord(embeddings) ? embeddings : {}
  const quantized = quantizedIn(by, request)
  if (!quantized.ok) return quantized
  const list = given(by, 'float') ?? given(by, 'base64')
  const isBare = Object.keys(quantized.value).length === 0
  if (list === undefined && isBare) return { ok: false, why: 'no vectors' }
  const vectors: Checked<readonly Vector[]> =
    list === undefined ? { ok: true, value: [] } : asMany(list.map(vectorOf), request)
  if (!vectors.ok) return vectors
  const more = isBare ? {} : { quantized: quantized.value }
  return { ok: true, value: { type: 'embeddings', vectors: vectors.value, ...more } }
}

const billedIn = (body: Json): Usage | undefined => {
  const billed = isRecord(body['meta']) ? body['meta']['billed_units'] : undefined
  return isRecord(billed) ? usageOf(billed['input_tokens'] ?? 0, billed['image_tokens']) : undefined
}

/** The vectors in all forms that came. */
export const decodeAnswer = (body: unknown, request: EmbeddingsBody, head?: WireHead): Checked<OperationAnswer> => {
  if (!isRecord(body)) return { ok: false, why: 'no object' }
  const result = vectorsIn(body['embeddings'], request)
  if (!result.ok) return result
  const usage = billedIn(body) ?? usageOf(headCount(head))
  return {
    ok: true,
    value: {
      result: result.value,
      ...(isText(body['id']) && { upstreamId: body['id'] }),
      ...(usage !== undefined && { usage }),
    },
  }
}

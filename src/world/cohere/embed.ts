/** Cohere's embeddings: by type, billed by tokens. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import { jsonWork, object, postTo } from '../operation.ts'
import type { Operation } from '../operation.ts'
import { floatsInBase64, signBits, signedBytes, vectorOf } from '../operations/vector.ts'
import { isJson, listOf } from '../speech.ts'
import type { Complaint, Json } from '../speech.ts'
import { cohereVoice } from './cohere.ts'
import { invalid, unknownField, unknownModel, uuidOf } from './manners.ts'

const members = new Set(
  'embedding_types images input_type inputs max_tokens model output_dimension priority texts truncate'.split(' '),
)

/** How each type writes a vector. */
const writers: Readonly<Record<string, (vector: readonly number[]) => unknown>> = {
  float: vector => vector,
  int8: signedBytes,
  uint8: vector => signedBytes(vector).map(value => value + 128),
  binary: vector => signBits(vector).map(bits => bits - 128),
  ubinary: signBits,
  base64: floatsInBase64,
}

/** Texts, images and mixed inputs alike, as the words that stand for them. */
const inputsOf = ({ texts, images, inputs }: Json): readonly string[] => [
  ...listOf(texts).filter(text => typeof text === 'string'),
  ...listOf(images).filter(image => typeof image === 'string'),
  ...listOf(inputs).map(input => (isJson(input) ? JSON.stringify(input['content']) : '')),
]

const inputTypes = new Set<unknown>(['search_document', 'search_query', 'classification', 'clustering', 'image'])

const faultIn = (body: Json): Complaint | undefined => {
  const stranger = Object.keys(body).find(name => !members.has(name))
  if (stranger !== undefined) return unknownField(stranger)
  const { input_type: kind, embedding_types: types } = body
  if (!inputTypes.has(kind))
    return invalid(
      `invalid request: valid input_type must be provided with the provided model: 'search_document', 'search_query', 'classification', 'clustering' or 'image'.`,
    )
  const count = inputsOf(body).length
  if (count === 0) return invalid('invalid request: at least one text, image or input must be provided.')
  if (count > 96) return invalid(`invalid request: total number of texts must be at most 96 - received ${count}.`)
  const strange = listOf(types).find(type => !Object.hasOwn(writers, String(type)))
  return strange === undefined
    ? undefined
    : invalid(`invalid request: '${String(strange)}' is not a valid embedding type.`)
}

/** Cohere's. */
export const cohereEmbed: Operation = {
  name: 'embeddings',
  voice: cohereVoice,
  route: postTo('/v2/embed'),
  plan: ({ body, models }) => {
    const name = String(body['model'])
    const model = modelFor('embed', models, { provider: 'cohere', name })
    if (model === undefined) return object(unknownModel(name))
    const complaint = faultIn(body)
    if (complaint !== undefined) return object(complaint)
    const full = model.dimensions ?? 1024
    const wanted = body['output_dimension']
    const size = typeof wanted === 'number' ? wanted : full
    if (size > full || size < 1)
      return object(invalid(`invalid request: output_dimension must be one of 256, 512, 1024 or 1536.`))
    const inputs = inputsOf(body)
    const inputTokens = inputs.reduce((sum, text) => sum + estimateTokens(text), 0)
    const types = listOf(body['embedding_types'] ?? ['float']).map(String)
    return jsonWork({ model, inputTokens }, seed => {
      const vectors = inputs.map(text => vectorOf(text, full, size))
      return {
        id: uuidOf(seed),
        texts: listOf(body['texts']),
        embeddings: Object.fromEntries(types.map(type => [type, vectors.map(vector => writers[type]?.(vector))])),
        meta: { api_version: { version: '2' }, billed_units: { input_tokens: inputTokens } },
        response_type: 'embeddings_by_type',
      }
    })
  },
}

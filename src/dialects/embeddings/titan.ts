/** Embeddings of Amazon's Titan behind Bedrock's `invoke`: one text a call. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { EmbeddingsBody, OperationAnswer, Quantized, VectorForm } from '../../domain/operation.ts'
import type { Address } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import type { WireHead } from '../../ports/transport.ts'
import { formsOf, inForm, wishFor } from './forms.ts'
import { headCount } from './head-count.ts'
import {
  answered,
  asked,
  asMany,
  beyond,
  faultInSize,
  isCount,
  isNumbers,
  isText,
  listOf,
  numbersIn,
  othersOf,
  strangers,
  textOf,
  untold,
  usageOf,
  userLoss,
  wrong,
} from './wire.ts'

const id = 'titan' as DialectId

const known = new Set(['inputText', 'dimensions', 'embeddingTypes'])
const forms: readonly VectorForm[] = ['float', 'binary']

const decodeRequest = (body: unknown, address: Address = {}): Checked<EmbeddingsBody> => {
  if (!isRecord(body)) return wrong('', 'the body is no object; {"inputText": …} would be right')
  const { inputText: text, dimensions, embeddingTypes: types } = body
  if (!isText(text) || text === '') return wrong('inputText', 'inputText is missing; a text would be right')
  const fault = faultInSize('dimensions', dimensions)
  if (fault !== undefined) return fault
  const wanted = listOf(types)
  const place = wanted.findIndex(form => !forms.some(one => one === form))
  if (place >= 0) return wrong(`embeddingTypes[${place}]`, 'it is neither "float" nor "binary"')
  const others = othersOf(body, known, id)
  return asked(address.model ?? '', [text], {
    ...wishFor(forms.filter(form => wanted.includes(form))),
    extensions: wanted.length === 0 ? others : { [id]: { ...others[id], embeddingTypes: wanted } },
    dimensions: isCount(dimensions) ? dimensions : undefined,
  })
}

/** The first version gives one length, the second three. */
const lengthsOf = (model: string): readonly number[] => (/embed-text-v2/.test(model) ? [256, 512, 1024] : [1536])

const oneText = (request: EmbeddingsBody): Checked<string> => {
  const why = beyond(request, { most: 1 })
  if (why !== undefined) return { ok: false, why }
  const text = textOf(request.inputs[0] ?? '')
  return text === undefined ? { ok: false, why: 'takes no pictures among what is embedded' } : { ok: true, value: text }
}

const encodeRequest: OperationDialect<EmbeddingsBody>['encodeRequest'] = (request, model) => {
  const text = oneText(request)
  if (!text.ok) return { ...text, why: `${text.why} with ${model}` }
  const { dimensions, extensions } = request
  const lengths = lengthsOf(model)
  if (dimensions !== undefined && !lengths.includes(dimensions))
    return {
      ok: false,
      why: `gives vectors of ${lengths.join(', ')} numbers with ${model}; ${dimensions} were asked for`,
    }
  const normalize = extensions[id]?.['normalize']
  const further = lengths.length > 1 ? { dimensions, normalize } : {}
  const json = { inputText: text.value, ...further }
  const losses = [...untold(request, []), ...userLoss(request), ...strangers(extensions, id)]
  return { ok: true, value: { value: { json }, losses } }
}

const byType = (body: Json): { readonly float: unknown; readonly binary: unknown } => {
  const by = isRecord(body['embeddingsByType']) ? body['embeddingsByType'] : {}
  return { float: body['embedding'] ?? by['float'], binary: by['binary'] }
}

const decodeAnswer = (body: unknown, request: EmbeddingsBody, head?: WireHead): Checked<OperationAnswer> => {
  if (!isRecord(body)) return { ok: false, why: 'no object' }
  const { float, binary } = byType(body)
  const usage = usageOf(body['inputTextTokenCount'] ?? headCount(head))
  if (!isNumbers(binary)) return answered(asMany([numbersIn(float)], request), usage)
  const vectors = isNumbers(float) ? [float] : []
  const quantized: Partial<Record<Quantized, readonly (readonly number[])[]>> = { ubinary: [packedBits(binary)] }
  return { ok: true, value: { result: { type: 'embeddings', vectors, quantized }, usage } }
}

/** Titan gives each bit as a number of its own, others eight of them as one. */
const packedBits = (bits: readonly number[]): readonly number[] =>
  Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
    bits.slice(8 * byte, 8 * byte + 8).reduce((all, bit, place) => all | (bit > 0 ? 128 >> place : 0), 0),
  )
const singleBits = (bytes: readonly number[]): readonly number[] =>
  bytes.flatMap(byte => Array.from({ length: 8 }, (_, place) => (byte >> (7 - place)) & 1))

const encodeAnswer: OperationDialect<EmbeddingsBody>['encodeAnswer'] = (answer, request) => {
  const isNamed = request.extensions[id]?.['embeddingTypes'] !== undefined
  const wanted = formsOf(request)
  const [embedding] = inForm(answer.result, 'float')
  const [bits = []] = inForm(answer.result, 'ubinary')
  const by = {
    ...(wanted.includes('float') && { float: embedding }),
    ...(wanted.includes('binary') && typeof bits !== 'string' && { binary: singleBits(bits) }),
  }
  return {
    value: {
      ...((!isNamed || wanted.includes('float')) && { embedding }),
      embeddingsByType: by,
      inputTextTokenCount: answer.usage?.input ?? 0,
    },
    losses: [],
  }
}

/** Titan's texts. The path names the model. */
export const titanEmbeddings: OperationDialect<EmbeddingsBody> = {
  id,
  operations: ['embeddings'],
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  editRequest: ({ bytes }) => bytes,
}

/** Embeddings as OpenAI and its look-alikes have them. */
import { isAbsent } from '../fields.ts'
import { found as shown } from '../findings.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { EmbeddingInput, EmbeddingsBody, OperationAnswer, Vector } from '../../domain/operation.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { floatsOf, packedLength } from './floats.ts'
import { formsOf, inForm, isForm, wishFor } from './forms.ts'
import {
  asked,
  asMany,
  beyond,
  faultInSize,
  faultInWord,
  isCount,
  isNumbers,
  isText,
  isTokens,
  numbersIn,
  othersOf,
  strangers,
  textOf,
  untold,
  usageOf,
  wrong,
} from './wire.ts'

const id = 'openai' as DialectId

const known = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user'])
const isTexts = (value: readonly unknown[]): value is readonly string[] => value.every(isText)
const isIds = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every(one => Number.isInteger(one))

const rightInput = 'a text, a list of texts, or lists of token ids would be right'

const isInputs = (value: readonly unknown[]): value is readonly EmbeddingInput[] => isTexts(value) || value.every(isIds)

const readInput = (input: unknown): Checked<readonly EmbeddingInput[]> => {
  if (typeof input === 'string' || isIds(input)) return { ok: true, value: [input] }
  if (!Array.isArray(input)) return wrong('input', `input is missing or no list; ${rightInput}`)
  const list: readonly unknown[] = input
  if (list.length === 0) return wrong('input', `input is an empty list; ${rightInput}`)
  if (isInputs(list)) return { ok: true, value: list }
  const place = list.findIndex((one: unknown) => typeof one !== 'string' && !isIds(one))
  if (place < 0) return wrong('input', `input mixes texts and token ids; ${rightInput}`)
  return wrong(`input[${place}]`, `input holds what is neither text nor token ids; ${rightInput}`)
}

/** The members whose form can be wrong, looked at one by one. */
const faultIn = ({ model, dimensions, encoding_format: format, user }: Json): Checked<never> | undefined => {
  if (typeof model !== 'string' || model === '')
    return wrong('model', 'model is missing; the name of a pool or model would be right')
  if (!isAbsent(user) && typeof user !== 'string')
    return wrong('user', 'user is no text; the id of an end user is right')
  return faultInSize('dimensions', dimensions) ?? faultInWord('encoding_format', format, ['float', 'base64'])
}

/** What look-alikes' clients say the vectors are for: Voyage's, NVIDIA's and Cohere's words, and Jina's. */
const purposes: Readonly<Record<string, EmbeddingsBody['purpose']>> = {
  query: 'query',
  search_query: 'query',
  'retrieval.query': 'query',
  document: 'document',
  passage: 'document',
  search_document: 'document',
  'retrieval.passage': 'document',
  classification: 'classification',
  clustering: 'clustering',
  separation: 'clustering',
  'text-matching': 'similarity',
  'code.query': 'code-query',
}
const purposeIn = ({ input_type: type, task }: Json): EmbeddingsBody['purpose'] => {
  const word = isText(type) ? type.toLowerCase() : task
  return isText(word) && Object.hasOwn(purposes, word) ? purposes[word] : undefined
}

/** Voyage and Jina cut the end or refuse; NVIDIA says which end. */
const cutIn = ({ truncation, truncate }: Json): EmbeddingsBody['truncate'] => {
  const said = truncation ?? truncate
  if (typeof said === 'boolean') return said ? 'end' : 'none'
  const word = isText(said) ? said.toLowerCase() : undefined
  return word === 'end' || word === 'start' || word === 'none' ? word : undefined
}

const wishIn = ({ encoding_format: format, output_dtype: type }: Json): ReturnType<typeof wishFor> =>
  wishFor([isForm(type) && type !== 'float' ? type : format === 'base64' ? 'base64' : 'float'])

const decodeRequest = (body: unknown): Checked<EmbeddingsBody> => {
  if (!isRecord(body)) return wrong('', 'the body is no object; {"model": …, "input": …} would be right')
  const fault = faultIn(body)
  if (fault !== undefined) return fault
  const inputs = readInput(body['input'])
  if (!inputs.ok) return inputs
  const { model, user } = body
  const size = body['dimensions'] ?? body['output_dimension']
  return asked(String(model), inputs.value, {
    ...wishIn(body),
    dimensions: isCount(size) ? size : undefined,
    purpose: purposeIn(body),
    truncate: cutIn(body),
    extensions: othersOf(body, known, id),
    endUser: isText(user) ? user : undefined,
  })
}

const flat = (input: EmbeddingInput): string | readonly number[] | undefined =>
  isTokens(input) ? input : textOf(input)

const encodeRequest = (request: EmbeddingsBody, model: string): Checked<Encoded<WireBody>> => {
  // The longest list that OpenAI takes; its look-alikes take less, and say so.
  const why = beyond(request, { most: 2048, takesTokens: true })
  if (why !== undefined) return { ok: false, why }
  const inputs = request.inputs.map(flat)
  if (inputs.some(one => one === undefined)) return { ok: false, why: 'takes no pictures among what is embedded' }
  const { dimensions, endUser, extensions } = request
  const own = extensions[id] ?? {}
  const told = ['purpose', 'truncate'].filter(() => Object.keys(own).length > 0)
  const json = {
    model,
    input: inputs,
    encoding_format: formsOf(request).includes('base64') && !formsOf(request).includes('float') ? 'base64' : undefined,
    dimensions,
    user: endUser,
    ...own,
  }
  return { ok: true, value: { value: { json }, losses: [...untold(request, told), ...strangers(extensions, id)] } }
}

const vectorOf = (one: unknown): Vector | undefined => {
  const vector = isRecord(one) ? one['embedding'] : undefined
  if (typeof vector === 'string') return { base64: vector }
  return isNumbers(vector) ? vector : undefined
}

/** The elements in the order of the inputs that they name; in the order in which they came where they name none, or all the same. */
const inOrder = (list: readonly unknown[]): Checked<readonly unknown[]> => {
  const places = list.map(one => (isRecord(one) ? one['index'] : undefined))
  if (list.length > 1 && new Set(places).size === 1) return { ok: true, value: list }
  const ordered: unknown[] = Array.from(list, () => undefined)
  for (const [at, one] of list.entries()) {
    const place = places[at] ?? at
    const isPlace = typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < list.length
    if (!isPlace) return { ok: false, why: `a vector for input ${shown(place)}` }
    if (ordered[place] !== undefined) return { ok: false, why: `two vectors for input ${place}` }
    ordered[place] = one
  }
  return { ok: true, value: ordered }
}

/** Numbers, where anybody will read them: what is packed may hold what is none. */
const unpackedFor = (request: EmbeddingsBody, vector: Vector | undefined): Vector | undefined => {
  const [form, ...more] = formsOf(request)
  if (vector === undefined || !('base64' in vector) || (form === 'base64' && more.length === 0)) return vector
  return packedLength(vector.base64) === 0 ? vector : numbersIn(floatsOf(vector.base64))
}

/** Reads an answer in this form; `vectorOf` tells how a provider writes one vector. */
export const readAnswer = (
  body: unknown,
  request: EmbeddingsBody,
  readVector: (one: unknown) => Vector | undefined = vectorOf,
): Checked<OperationAnswer> => {
  if (!isRecord(body) || !Array.isArray(body['data'])) return { ok: false, why: 'no list of vectors' }
  const { length } = body['data']
  if (length !== request.inputs.length)
    return { ok: false, why: `${length} vectors for ${request.inputs.length} inputs` }
  const ordered = inOrder(body['data'])
  if (!ordered.ok) return ordered
  const vectors = asMany(
    ordered.value.map(one => unpackedFor(request, readVector(one))),
    request,
  )
  if (!vectors.ok) return vectors
  const { usage: told, model, id: upstreamId } = body
  const usage = isRecord(told) ? usageOf(told['prompt_tokens'] ?? told['total_tokens']) : undefined
  return {
    ok: true,
    value: {
      result: { type: 'embeddings', vectors: vectors.value },
      ...(isText(model) && { model }),
      ...(isText(upstreamId) && { upstreamId }),
      ...(usage !== undefined && { usage }),
    },
  }
}

const members = new Set(['object', 'data', 'model', 'usage'])

/** What look-alikes tell beside it stays, also where it is written anew. */
const decodeAnswer = (body: unknown, request: EmbeddingsBody): Checked<OperationAnswer> => {
  const read = readAnswer(body, request)
  return read.ok && isRecord(body)
    ? { ok: true, value: { ...read.value, extensions: othersOf(body, members, id) } }
    : read
}

/** Every vector in the one form that was asked for; OpenAI's own form knows one at a time. */
const encodeAnswer: OperationDialect<EmbeddingsBody>['encodeAnswer'] = (answer, request) => {
  const [form = 'float', ...more] = formsOf(request)
  const count = answer.usage?.input ?? 0
  return {
    value: {
      object: 'list',
      data: inForm(answer.result, form).map((embedding, index) => ({ object: 'embedding', index, embedding })),
      model: answer.model ?? request.target,
      usage: { prompt_tokens: count, total_tokens: count },
      ...answer.extensions?.[id],
    },
    losses: more.map(other => ({ field: `encoding_format.${other}`, why: 'vectors come in one form at a time' })),
  }
}

/** Some look-alikes give floats whatever is asked, and official clients read them as base64: rubbish without an error. */
const passes = (body: unknown, request: EmbeddingsBody): boolean => {
  if (!isRecord(body) || body['object'] !== 'list' || !isRecord(body['usage'])) return false
  if (!Array.isArray(body['data']) || typeof body['usage']['prompt_tokens'] !== 'number') return false
  const [form] = formsOf(request)
  const { length } = body['data']
  if (new Set(body['data'].map(one => (isRecord(one) ? one['index'] : undefined))).size < length) return false
  return body['data'].every(
    one => isRecord(one) && 'index' in one && (typeof one['embedding'] === 'string') === (form === 'base64'),
  )
}

/** `POST /v1/embeddings`. Vectors of all forms are given back as they were asked for. */
export const openaiEmbeddings: OperationDialect<EmbeddingsBody> = {
  id,
  operations: ['embeddings'],
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  passes,
}

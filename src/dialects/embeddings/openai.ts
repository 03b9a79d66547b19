/** Embeddings as OpenAI and its look-alikes have them. */
import type { DialectId } from '../../domain/ids.ts'
import type { EmbeddingInput, EmbeddingsBody, OperationAnswer, Vector } from '../../domain/operation.ts'
import type { Usage } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { floatsOf, packed } from './floats.ts'

const id = 'openai' as DialectId

const known = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user'])
type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const isTexts = (value: readonly unknown[]): value is readonly string[] => value.every(one => typeof one === 'string')
const isIds = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every(one => Number.isInteger(one))

const wrong = (at: string, why: string): Checked<never> => ({ ok: false, at, why })
const rightInput = 'a text, a list of texts, or lists of token ids would be right'

const isInputs = (value: readonly unknown[]): value is readonly EmbeddingInput[] => isTexts(value) || value.every(isIds)

const readInput = (input: unknown): Checked<readonly EmbeddingInput[]> => {
  if (typeof input === 'string' || isIds(input)) return { ok: true, value: [input] }
  if (!Array.isArray(input)) return wrong('input', `input is missing or no list; ${rightInput}`)
  const list: readonly unknown[] = input
  if (list.length === 0) return wrong('input', `input is an empty list; ${rightInput}`)
  if (isInputs(list)) return { ok: true, value: list }
  const place = list.findIndex((one: unknown) => typeof one !== 'string' && !isIds(one))
  return wrong(`input[${place < 0 ? 0 : place}]`, `input holds what is neither text nor token ids; ${rightInput}`)
}

const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0

/** The members whose form can be wrong, looked at one by one. */
const faultIn = ({ model, dimensions, encoding_format: format }: Json): Checked<never> | undefined => {
  if (typeof model !== 'string' || model === '')
    return wrong('model', 'model is missing; the name of a pool or model would be right')
  if (!isAbsent(dimensions) && !isCount(dimensions))
    return wrong('dimensions', 'dimensions is no positive whole number')
  if (isAbsent(format) || format === 'float' || format === 'base64') return undefined
  return wrong(
    'encoding_format',
    `encoding_format is ${JSON.stringify(format).slice(0, 40)}; "float" or "base64" would be right`,
  )
}

const decodeRequest = (body: unknown): Checked<EmbeddingsBody> => {
  if (!isRecord(body)) return wrong('', 'the body is no object; {"model": …, "input": …} would be right')
  const fault = faultIn(body)
  if (fault !== undefined) return fault
  const inputs = readInput(body['input'])
  if (!inputs.ok) return inputs
  const { model, dimensions, encoding_format: format, user } = body
  const rest = Object.entries(body).filter(([name]) => !known.has(name))
  return {
    ok: true,
    value: {
      operation: 'embeddings',
      target: String(model),
      stream: false,
      streamUsage: false,
      inputs: inputs.value,
      encoding: format === 'base64' ? 'base64' : 'float',
      extensions: rest.length === 0 ? {} : { [id]: Object.fromEntries(rest) },
      ...(isCount(dimensions) && { dimensions }),
      ...(typeof user === 'string' && { endUser: user }),
    },
  }
}

const isPlain = (input: EmbeddingInput): input is string | readonly number[] =>
  typeof input === 'string' || input.every(one => typeof one === 'number')

/** Parts that are text alone are one text here. */
const flat = (input: EmbeddingInput): string | readonly number[] | undefined => {
  if (isPlain(input)) return input
  let text = ''
  for (const part of input) {
    if (typeof part === 'number' || part.type !== 'text') return undefined
    text += part.text
  }
  return text
}

const encodeRequest = (request: EmbeddingsBody, model: string): Checked<Encoded<WireBody>> => {
  const inputs = request.inputs.map(flat)
  if (inputs.some(one => one === undefined)) return { ok: false, why: 'takes no pictures among what is embedded' }
  const { dimensions, encoding, endUser, extensions, purpose, truncate } = request
  const losses = [
    ...(purpose === undefined ? [] : [{ field: 'purpose', why: 'there is no way to tell what the vectors are for' }]),
    ...(truncate === undefined
      ? []
      : [{ field: 'truncate', why: 'there is no way to tell what to do with long inputs' }]),
  ]
  const json = {
    model,
    input: inputs,
    ...(encoding === 'base64' && { encoding_format: 'base64' }),
    ...(dimensions !== undefined && { dimensions }),
    ...(endUser !== undefined && { user: endUser }),
    ...extensions[id],
  }
  return { ok: true, value: { value: { json }, losses } }
}

const usageOf = (usage: unknown): Usage | undefined => {
  if (!isRecord(usage) || typeof usage['prompt_tokens'] !== 'number') return undefined
  const none = tokens(0)
  return {
    input: tokens(usage['prompt_tokens']),
    inputCached: none,
    inputCacheWritten: none,
    output: none,
    reasoning: none,
  }
}

const vectorOf = (one: unknown): Vector | undefined => {
  const vector = isRecord(one) ? one['embedding'] : undefined
  if (typeof vector === 'string') return { base64: vector }
  return Array.isArray(vector) && vector.every(each => typeof each === 'number') ? vector : undefined
}
const placeOf = (one: unknown, fallback: number): number =>
  isRecord(one) && Number.isInteger(one['index']) ? Number(one['index']) : fallback

const decodeAnswer = (body: unknown): Checked<OperationAnswer> => {
  if (!isRecord(body) || !Array.isArray(body['data'])) return { ok: false, why: 'no list of vectors' }
  const placed = body['data'].map((one, place) => ({ place: placeOf(one, place), vector: vectorOf(one) }))
  const vectors = placed.sort((left, right) => left.place - right.place).map(({ vector }) => vector)
  if (!vectors.every(vector => vector !== undefined)) return { ok: false, why: 'a vector that is no list of numbers' }
  const usage = usageOf(body['usage'])
  return {
    ok: true,
    value: {
      result: { type: 'embeddings', vectors },
      ...(typeof body['model'] === 'string' && { model: body['model'] }),
      ...(usage !== undefined && { usage }),
    },
  }
}

const asked = (vector: Vector, encoding: EmbeddingsBody['encoding']): string | readonly number[] => {
  if ('base64' in vector) return encoding === 'base64' ? vector.base64 : floatsOf(vector.base64)
  return encoding === 'base64' ? packed(vector) : vector
}

const encodeAnswer: OperationDialect<EmbeddingsBody>['encodeAnswer'] = (answer, { encoding, target }) => {
  const vectors = answer.result.type === 'embeddings' ? answer.result.vectors : []
  const count = answer.usage?.input ?? 0
  return {
    value: {
      object: 'list',
      data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: asked(vector, encoding) })),
      model: answer.model ?? target,
      usage: { prompt_tokens: count, total_tokens: count },
    },
    losses: [],
  }
}

/** `POST /v1/embeddings`. Vectors of both encodings are given back as they were asked for. */
export const openaiEmbeddings: OperationDialect<EmbeddingsBody> = {
  id,
  operations: ['embeddings'],
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
}

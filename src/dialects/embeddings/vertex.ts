/** Embeddings as Vertex has them for its earlier models: instances to predict, with parameters for all of them. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { EmbeddingsBody, OperationAnswer, Vector } from '../../domain/operation.ts'
import type { Address } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import type { OperationDialect } from '../../ports/operation-dialect.ts'
import { inForm } from './forms.ts'
import { differing, mannerOf } from './gemini-request.ts'
import type { Manner } from './gemini-request.ts'
import { googleLosses, taskTypeOf, titleOf } from './gemini.ts'
import { answered, asked, asMany, isText, listOf, numbersIn, textsOf, usageOf, wrong } from './wire.ts'

const id = 'vertex' as DialectId

/** Gemini's first embedder takes one text a call here, the others before it up to 250. */
const mostFor = (model: string): number => (/gemini-embedding/.test(model) ? 1 : 250)

/** An instance in the words of a request of Gemini's: all wishes but the task are told once for all of them. */
const asRequest = (instance: Json, parameters: Json): Json => ({
  taskType: instance['task_type'] ?? instance['taskType'],
  title: instance['title'],
  ...parameters,
})

const readInstance = (one: unknown, at: string): Checked<string> => {
  const content = isRecord(one) ? one['content'] : undefined
  return isText(content) ? { ok: true, value: content } : wrong(`${at}.content`, 'it is no text')
}

const decodeRequest = (body: unknown, address: Address = {}): Checked<EmbeddingsBody> => {
  const instances = isRecord(body) ? listOf(body['instances']) : []
  if (instances.length === 0) return wrong('instances', 'there are no instances; [{"content": …}] would be right')
  const parameters = isRecord(body) && isRecord(body['parameters']) ? body['parameters'] : {}
  const inputs: string[] = []
  const manners: Manner[] = []
  for (const [place, one] of instances.entries()) {
    const at = `instances[${place}]`
    const [content, manner] = [
      readInstance(one, at),
      mannerOf(asRequest(isRecord(one) ? one : {}, parameters), `${at}.`),
    ]
    if (!content.ok) return content
    if (!manner.ok) return manner
    inputs.push(content.value)
    manners.push(manner.value)
  }
  const { title, ...wishes } = manners[0] ?? {}
  return asked(address.model ?? '', inputs, { ...wishes, extensions: { [id]: { title, ...differing(manners) } } })
}

const embeddingsIn = (one: unknown): Json => (isRecord(one) && isRecord(one['embeddings']) ? one['embeddings'] : {})

/** Each vector's own count, summed up. */
const countIn = (predictions: readonly unknown[]): number | undefined => {
  let sum: number | undefined
  for (const one of predictions) {
    const { statistics } = embeddingsIn(one)
    const count = isRecord(statistics) ? statistics['token_count'] : undefined
    if (typeof count === 'number') sum = (sum ?? 0) + count
  }
  return sum
}

const decodeAnswer = (body: unknown, request: EmbeddingsBody): Checked<OperationAnswer> => {
  if (!isRecord(body) || !Array.isArray(body['predictions'])) return { ok: false, why: 'no predictions' }
  const { predictions } = body
  const found = predictions.map((one): Vector | undefined => numbersIn(embeddingsIn(one)['values']))
  return answered(asMany(found, request), usageOf(countIn(predictions)))
}

/** `:predict` of `text-embedding-005`, `text-multilingual-embedding-002`, `gemini-embedding-001` and their like. */
export const vertexEmbeddings: OperationDialect<EmbeddingsBody> = {
  id,
  operations: ['embeddings'],
  decodeRequest,
  encodeRequest: (request, model) => {
    const texts = textsOf(request, { most: mostFor(model) })
    if (!texts.ok) return { ...texts, why: `${texts.why} with ${model}` }
    const [task, title, { dimensions, truncate }] = [taskTypeOf(request), titleOf(request), request]
    const autoTruncate = truncate === undefined ? undefined : truncate !== 'none'
    const isPlain = dimensions === undefined && autoTruncate === undefined
    const json = {
      instances: texts.value.map(content => ({
        content,
        task_type: task,
        title: task === 'RETRIEVAL_DOCUMENT' ? title : undefined,
      })),
      parameters: isPlain ? undefined : { outputDimensionality: dimensions, autoTruncate },
    }
    return { ok: true, value: { value: { json }, losses: googleLosses(request) } }
  },
  decodeAnswer,
  encodeAnswer: ({ result, usage }) => {
    const vectors = inForm(result, 'float')
    // One count for all, told of the only vector that there is; Google tells each its own.
    const statistics = vectors.length === 1 && usage !== undefined ? { token_count: usage.input } : undefined
    return {
      value: { predictions: vectors.map(values => ({ embeddings: { values, statistics } })) },
      losses: [],
    }
  },
  // The path names the model.
  editRequest: ({ bytes }) => bytes,
}

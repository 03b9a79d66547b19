/** Embeddings as Gemini has them: one content a call, or many requests in one. */
import { isRecord } from '../../domain/json.ts'
import { found as shown } from '../findings.ts'
import type { Json } from '../../domain/json.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { Part } from '../../domain/message.ts'
import type { EmbeddingInput, EmbeddingsBody, OperationAnswer } from '../../domain/operation.ts'
import type { Loss } from '../../domain/outcome.ts'
import type { Address, RawBody } from '../../domain/request.ts'
import type { Checked } from '../../domain/units.ts'
import type { Encoded } from '../../ports/dialect.ts'
import type { OperationDialect, WireBody } from '../../ports/operation-dialect.ts'
import { editMembers } from '../json-text.ts'
import { formsOf, inForm } from './forms.ts'
import { differing, mannerOf, readContent, taskTypes } from './gemini-request.ts'
import type { Manner } from './gemini-request.ts'
import {
  answered,
  asked,
  asMany,
  beyond,
  isText,
  isTokens,
  listOf,
  numbersIn,
  strangers,
  usageOf,
  userLoss,
  wrong,
} from './wire.ts'

const id = 'gemini' as DialectId

/** More requests than this in one are refused. */
const most = 100

/** What Google calls a use of vectors; undefined where none was named. */
export const taskTypeOf = ({ purpose }: EmbeddingsBody): string | undefined =>
  purpose === undefined ? undefined : taskTypes[purpose]

/** A title of the document, where the client named one in this form. */
export const titleOf = ({ extensions }: EmbeddingsBody): string | undefined => {
  const title = extensions[id]?.['title'] ?? extensions['vertex']?.['title']
  return isText(title) ? title : undefined
}

interface Read {
  readonly inputs: readonly EmbeddingInput[]
  readonly manners: readonly Manner[]
}

/** Every request in this list; a single one stands for itself. */
const readAll = (list: readonly unknown[], isMany: boolean): Checked<Read> => {
  const inputs: EmbeddingInput[] = []
  const manners: Manner[] = []
  for (const [place, one] of list.entries()) {
    const at = isMany ? `requests[${place}].` : ''
    if (!isRecord(one)) return wrong(`requests[${place}]`, `it is ${shown(one)}; {"content": …} would be right`)
    const [content, manner] = [readContent(one['content'], `${at}content`), mannerOf(one, at)]
    if (!content.ok) return content
    if (!manner.ok) return manner
    inputs.push(content.value)
    manners.push(manner.value)
  }
  return { ok: true, value: { inputs, manners } }
}

const decodeRequest = (body: unknown, address: Address = {}): Checked<EmbeddingsBody> => {
  if (!isRecord(body)) return wrong('', 'the body is no object; {"content": {"parts": [{"text": …}]}} would be right')
  const { requests } = body
  const isMany = requests !== undefined
  const list: readonly unknown[] = isMany ? listOf(requests) : [body]
  if (list.length === 0)
    return wrong('requests', 'requests is no list with anything in it; [{"content": …}] would be right')
  const read = readAll(list, isMany)
  if (!read.ok) return read
  const { inputs, manners } = read.value
  const { title, ...wishes } = manners[0] ?? {}
  const own = { requests: isMany ? list.length : undefined, title, ...differing(manners) }
  return asked(address.model ?? '', inputs, { ...wishes, extensions: { [id]: own } })
}

const writePart = (part: Part): Json | undefined => {
  if (part.type === 'text') return { text: part.text }
  if (part.type !== 'image' && part.type !== 'audio' && part.type !== 'file') return undefined
  const { source, mediaType: mimeType } = part
  if ('base64' in source)
    return { inlineData: { mimeType: mimeType === '' ? 'image/png' : mimeType, data: source.base64 } }
  return 'url' in source ? { fileData: { mimeType, fileUri: source.url } } : undefined
}

/** An input as Google's content; undefined if it holds what cannot be told. */
export const contentOf = (input: EmbeddingInput): Json | undefined => {
  if (typeof input === 'string') return { parts: [{ text: input }] }
  if (isTokens(input)) return undefined
  const parts = input.map(writePart)
  return parts.includes(undefined) ? undefined : { parts }
}

/** True if this goes to the door for many. */
export const isBatch = ({ inputs, raw }: EmbeddingsBody & { readonly raw?: RawBody }): boolean =>
  raw?.dialect === id ? 'requests' in raw.json : inputs.length !== 1

/** What Google has no words for. */
export const googleLosses = (request: EmbeddingsBody): readonly Loss[] => {
  const { truncate, extensions } = request
  return [
    ...userLoss(request),
    ...(truncate === 'start' ? [{ field: 'truncate', why: 'only the end is cut' }] : []),
    ...strangers(extensions, id),
  ]
}

const bare = (model: string): string => (model.includes('/') ? model : `models/${model}`)

const encodeRequest = (request: EmbeddingsBody, model: string): Checked<Encoded<WireBody>> => {
  const why = beyond(request, { most })
  if (why !== undefined) return { ok: false, why }
  const contents = request.inputs.map(contentOf)
  if (contents.includes(undefined)) return { ok: false, why: 'takes texts, pictures and sound, nothing else' }
  const [taskType, title, { dimensions, truncate }] = [taskTypeOf(request), titleOf(request), request]
  const requests = contents.map(content => ({
    model: bare(model),
    content,
    taskType,
    title: taskType === taskTypes.document ? title : undefined,
    outputDimensionality: dimensions,
  }))
  const [first] = requests
  const json = isBatch(request) || first === undefined ? { requests } : first
  const cut = truncate === 'none' ? [{ field: 'truncate', why: 'long inputs are cut' }] : []
  return { ok: true, value: { value: { json }, losses: [...googleLosses(request), ...cut] } }
}

const valuesIn = (one: unknown) => numbersIn(isRecord(one) ? one['values'] : undefined)

const decodeAnswer = (body: unknown, request: EmbeddingsBody): Checked<OperationAnswer> => {
  if (!isRecord(body)) return { ok: false, why: 'no object' }
  const list = Array.isArray(body['embeddings']) ? body['embeddings'] : [body['embedding']]
  const told = body['usageMetadata']
  return answered(asMany(list.map(valuesIn), request), isRecord(told) ? usageOf(told['promptTokenCount']) : undefined)
}

const encodeAnswer: OperationDialect<EmbeddingsBody>['encodeAnswer'] = (answer, request) => {
  const embeddings = inForm(answer.result, formsOf(request)[0] ?? 'float').map(values => ({ values }))
  const wasBatch = request.extensions[id]?.['requests'] !== undefined
  const count = answer.usage?.input
  return {
    value: {
      ...(wasBatch ? { embeddings } : { embedding: embeddings[0] ?? { values: [] } }),
      ...(count !== undefined && { usageMetadata: { promptTokenCount: count } }),
    },
    losses: [],
  }
}

/** Each request within one names its model again. */
const editRequest = ({ bytes, json }: RawBody, model: string): Uint8Array => {
  const name = bare(model)
  const { requests } = json
  if (!Array.isArray(requests)) return 'model' in json ? editMembers(bytes, { model: JSON.stringify(name) }) : bytes
  if (requests.every(one => isRecord(one) && one['model'] === name)) return bytes
  return editMembers(bytes, {
    requests: JSON.stringify(requests.map(one => ({ ...(isRecord(one) && one), model: name }))),
  })
}

/** `:embedContent` and `:batchEmbedContents`. */
export const geminiEmbeddings: OperationDialect<EmbeddingsBody> = {
  id,
  operations: ['embeddings'],
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  editRequest,
}

/** Vertex has the later models at `:embedContent` too, one content a call, with all wishes in a member of their own. */
export const geminiOnVertex: OperationDialect<EmbeddingsBody> = {
  ...geminiEmbeddings,
  id: 'vertex-gemini' as DialectId,
  encodeRequest: (request, model) => {
    const why = beyond(request, { most: 1 })
    if (why !== undefined) return { ok: false, why: `${why} with ${model}` }
    const content = contentOf(request.inputs[0] ?? '')
    if (content === undefined) return { ok: false, why: 'takes texts, pictures and sound, nothing else' }
    const [taskType, title, { dimensions, truncate }] = [taskTypeOf(request), titleOf(request), request]
    const autoTruncate = truncate === undefined ? undefined : truncate !== 'none'
    const config = { taskType, title, outputDimensionality: dimensions, autoTruncate }
    const isPlain = Object.values(config).every(value => value === undefined)
    const json = { content, embedContentConfig: isPlain ? undefined : config }
    return { ok: true, value: { value: { json }, losses: googleLosses(request) } }
  },
}

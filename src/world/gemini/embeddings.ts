/** Gemini's embeddings, one by one and many at once. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import type { WorldModel } from '../models.ts'
import { jsonWork, object } from '../operation.ts'
import type { Came, Operation, Planned } from '../operation.ts'
import { vectorOf } from '../operations/vector.ts'
import type { Complaint, Json } from '../speech.ts'
import { contentText } from './contents.ts'
import { geminiVoice } from './gemini.ts'
import { invalid, unknownModel } from './manners.ts'
import { listIn, member, objectIn, strangerIn } from './members.ts'

const members = new Set(['model', 'content', 'taskType', 'title', 'outputDimensionality', 'embedContentConfig'])

const sizeOf = (request: unknown, full: number): number => {
  const wanted =
    member(request, 'outputDimensionality') ?? member(objectIn(request, 'embedContentConfig'), 'outputDimensionality')
  return typeof wanted === 'number' ? wanted : full
}

const faultIn = (request: Json, full: number): Complaint | undefined => {
  const stranger = strangerIn(request, members)
  if (stranger !== undefined)
    return invalid(`Invalid JSON payload received. Unknown name "${stranger}": Cannot find field.`)
  if (contentText(member(request, 'content')) === '')
    return invalid('* EmbedContentRequest.content: contents is required\n')
  const size = sizeOf(request, full)
  return Number.isInteger(size) && size >= 1 && size <= full
    ? undefined
    : invalid(`* EmbedContentRequest.output_dimensionality: must be in the range [1, ${full}].\n`)
}

const embedding = (request: Json, full: number): Json => ({
  values: vectorOf(contentText(member(request, 'content')), full, sizeOf(request, full)),
})

const plan = ({ route, body, models }: Came): Planned => {
  const name = route.model ?? ''
  const model: WorldModel | undefined = modelFor('embed', models, { provider: 'gemini', name })
  if (model === undefined) return object(unknownModel(name))
  const isBatch = route.verb === 'batchEmbedContents'
  const requests = isBatch ? listIn(body, 'requests').map(one => ({ ...Object(one) }) as Json) : [body]
  if (requests.length === 0)
    return object(invalid('* BatchEmbedContentsRequest.requests: at least one request is required\n'))
  const full = model.dimensions ?? 3072
  const complaint = requests.map(one => faultIn(one, full)).find(found => found !== undefined)
  if (complaint !== undefined) return object(complaint)
  const inputTokens = requests.reduce((sum, one) => sum + estimateTokens(contentText(member(one, 'content'))), 0)
  return jsonWork({ model, inputTokens }, () => {
    const embeddings = requests.map(one => embedding(one, full))
    return isBatch ? { embeddings } : { embedding: embeddings[0] }
  })
}

const address = /^\/v1(?:beta|alpha)?\/models\/([^/:]+):(embedContent|batchEmbedContents)$/

/** Both. */
export const geminiEmbeddings: Operation = {
  name: 'embeddings',
  voice: geminiVoice,
  route: (method, path) => {
    const [, model, verb] = (method === 'POST' ? address.exec(path) : null) ?? []
    return model === undefined || verb === undefined ? undefined : { model, verb }
  },
  plan,
}

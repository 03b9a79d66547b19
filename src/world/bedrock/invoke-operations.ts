/** Bedrock's invoke for models that do not chat: vectors, rankings and pictures, each in its maker's form. */
import { estimateTokens } from '../estimate-tokens.ts'
import { modelNamed } from '../models.ts'
import type { Craft, WorldModel } from '../models.ts'
import { object } from '../operation.ts'
import type { Operation, Planned } from '../operation.ts'
import { drawPng } from '../operations/draw-png.ts'
import { nearness, vectorOf } from '../operations/vector.ts'
import { isJson, listOf } from '../speech.ts'
import type { Json } from '../speech.ts'
import { bedrockVoice, invalid, unknownModel } from './manners.ts'
import { modelIn } from './paths.ts'

/** What a body comes to: the answer with the tokens that it took, or what is wrong. */
type Worked = { readonly answer: Json; readonly tokens: number } | string

const titanEmbed = ({ inputText: text, dimensions, embeddingTypes }: Json, model: WorldModel): Worked => {
  if (typeof text !== 'string' || text === '')
    return 'Malformed input request: #: required key [inputText] not found, please reformat your input and try again.'
  const full = model.dimensions ?? 1024
  if (dimensions !== undefined && ![256, 512, 1024].includes(Number(dimensions)))
    return `Malformed input request: #/dimensions: ${String(dimensions)} is not a valid enum value, please reformat your input and try again.`
  const embedding = vectorOf(text, full, Number(dimensions ?? full))
  const tokens = estimateTokens(text)
  const byType = embeddingTypes === undefined || listOf(embeddingTypes).includes('float') ? { float: embedding } : {}
  return { answer: { embedding, embeddingsByType: byType, inputTextTokenCount: tokens }, tokens }
}

const cohereEmbed = ({ texts, input_type: kind, embedding_types: types }: Json, model: WorldModel): Worked => {
  const inputs = listOf(texts).filter(text => typeof text === 'string')
  if (inputs.length === 0)
    return 'Malformed input request: #: required key [texts] not found, please reformat your input and try again.'
  if (typeof kind !== 'string')
    return 'Malformed input request: #: required key [input_type] not found, please reformat your input and try again.'
  const vectors = inputs.map(text => vectorOf(text, model.dimensions ?? 1024))
  const tokens = inputs.reduce((sum, text) => sum + estimateTokens(text), 0)
  const isByType = Array.isArray(types)
  return {
    answer: {
      id: '00000000-0000-4000-8000-000000000000',
      texts: inputs,
      embeddings: isByType ? { float: vectors } : vectors,
      response_type: isByType ? 'embeddings_by_type' : 'embeddings_floats',
    },
    tokens,
  }
}

const cohereRerank = ({ query, documents, top_n: most }: Json): Worked => {
  const texts = listOf(documents).map(one => (typeof one === 'string' ? one : JSON.stringify(one)))
  if (typeof query !== 'string' || texts.length === 0)
    return 'Malformed input request: #: required key [query] or [documents] not found, please reformat your input and try again.'
  const results = texts
    .map((text, index) => ({ index, relevance_score: nearness(query, text) }))
    .sort((one, other) => other.relevance_score - one.relevance_score)
    .slice(0, typeof most === 'number' ? most : texts.length)
  return { answer: { results }, tokens: estimateTokens(query) }
}

const titanImage = ({ taskType: task, textToImageParams: params, imageGenerationConfig: config }: Json): Worked => {
  const text = isJson(params) ? params['text'] : undefined
  if (task !== 'TEXT_IMAGE' || typeof text !== 'string')
    return 'Malformed input request: #/taskType: only TEXT_IMAGE with a text is known here, please reformat your input and try again.'
  const count = isJson(config) && typeof config['numberOfImages'] === 'number' ? config['numberOfImages'] : 1
  const images = Array.from({ length: count }, (_, place) => drawPng(`${text} ${place}`).toString('base64'))
  return { answer: { images, error: null }, tokens: estimateTokens(text) }
}

interface Kind {
  readonly name: string
  readonly does: Craft
  readonly model: RegExp
  work(body: Json, model: WorldModel): Worked
}

const kinds: readonly Kind[] = [
  { name: 'embeddings', does: 'embed', model: /^amazon\.titan-embed/, work: titanEmbed },
  { name: 'embeddings', does: 'embed', model: /^cohere\.embed/, work: cohereEmbed },
  { name: 'rerank', does: 'rerank', model: /^cohere\.rerank/, work: cohereRerank },
  { name: 'images.generations', does: 'draw', model: /^amazon\.titan-image/, work: titanImage },
]

const planned = (model: WorldModel, worked: Worked): Planned => {
  if (typeof worked === 'string') return object(invalid(worked))
  const { answer, tokens } = worked
  return {
    ok: true,
    work: {
      model,
      inputTokens: tokens,
      stream: false,
      make: () => ({
        contentType: 'application/json',
        headers: { 'x-amzn-bedrock-input-token-count': String(tokens), 'x-amzn-bedrock-invocation-latency': '1' },
        frames: [{ data: JSON.stringify(answer), tokens: 1 }],
      }),
    },
  }
}

/** All of them. */
export const invokeOperations: readonly Operation[] = kinds.map(({ name, does, model: known, work }) => ({
  name,
  voice: bedrockVoice,
  route: (method, path) => {
    const found = method === 'POST' ? modelIn(path) : undefined
    return found?.verb === 'invoke' && known.test(found.model) ? { model: found.model } : undefined
  },
  plan: ({ route, body, models }) => {
    const model = modelNamed(models, 'bedrock', route.model ?? '')
    return model?.does === does ? planned(model, work(body, model)) : object(unknownModel)
  },
}))

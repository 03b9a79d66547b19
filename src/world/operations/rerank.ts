/** Rankings of documents by how many words they share with a question, in the forms of Cohere, Jina, Voyage and vLLM. */
import { cohereVoice } from '../cohere/cohere.ts'
import { uuidOf } from '../cohere/manners.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { modelFor } from '../models.ts'
import { voiceOf } from '../openai.ts'
import { selfHostedFlavour } from '../openai-flavours.ts'
import { jsonWork, object, postTo } from '../operation.ts'
import type { Operation, Planned } from '../operation.ts'
import { isJson, listOf } from '../speech.ts'
import type { Complaint, Json, Voice } from '../speech.ts'
import { jinaVoice, voyageVoice } from './ranking-voices.ts'
import { nearness } from './vector.ts'

interface Ranked {
  readonly index: number
  readonly score: number
  readonly text: string
}

/** What is written of a ranking. */
interface Ranking {
  readonly seed: string
  readonly model: string
  readonly tokens: number
  readonly ranked: readonly Ranked[]
  readonly count: number
  readonly body: Json
}

interface Form {
  readonly voice: Voice
  readonly paths: readonly string[]
  /** How many of the best are wanted. */
  readonly most: string
  readonly members: ReadonlySet<string> | undefined
  write(ranking: Ranking): Json
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const forms: readonly Form[] = [
  {
    voice: cohereVoice,
    paths: ['/v2/rerank', '/v1/rerank'],
    most: 'top_n',
    members: words(
      'documents max_tokens_per_doc model priority query top_n return_documents max_chunks_per_doc rank_fields',
    ),
    write: ({ seed, ranked, count }) => ({
      id: uuidOf(seed),
      results: ranked.map(({ index, score }) => ({ index, relevance_score: score })),
      // Up to a hundred documents are one unit.
      meta: { api_version: { version: '2' }, billed_units: { search_units: Math.ceil(count / 100) } },
    }),
  },
  {
    voice: jinaVoice,
    paths: ['/rerank'],
    most: 'top_n',
    members: words(
      'documents max_chunk_length max_doc_length max_query_length model overlap query return_documents return_embeddings top_n truncation',
    ),
    write: ({ model, tokens, ranked, body }) => ({
      model,
      object: 'list',
      usage: { total_tokens: tokens },
      results: ranked.map(({ index, score, text }) => ({
        index,
        relevance_score: score,
        ...(body['return_documents'] !== false && { document: { text } }),
      })),
    }),
  },
  {
    voice: voyageVoice,
    paths: ['/rerank'],
    most: 'top_k',
    members: words('documents model query return_documents top_k truncation'),
    write: ({ model, tokens, ranked, body }) => ({
      object: 'list',
      data: ranked.map(({ index, score, text }) => ({
        relevance_score: score,
        index,
        ...(body['return_documents'] === true && { document: text }),
      })),
      model,
      usage: { total_tokens: tokens },
    }),
  },
  {
    voice: voiceOf(selfHostedFlavour),
    paths: ['/rerank'],
    most: 'top_n',
    members: undefined,
    write: ({ seed, model, tokens, ranked }) => ({
      id: `rerank-${seed.length}${uuidOf(seed).replaceAll('-', '')}`,
      model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
      results: ranked.map(({ index, score, text }) => ({
        index,
        document: { text, multi_modal: null },
        relevance_score: score,
      })),
    }),
  },
]

const textOf = (document: unknown): string => {
  if (typeof document === 'string') return document
  return isJson(document) && typeof document['text'] === 'string' ? document['text'] : JSON.stringify(document ?? '')
}

const invalid = (message: string, status = 400): Complaint => ({ status, kind: 'invalid', message })

const faultIn = (body: Json, { members, most }: Form): Complaint | undefined => {
  const stranger = members === undefined ? undefined : Object.keys(body).find(name => !members.has(name))
  if (stranger !== undefined) return invalid(`unknown field: parameter '${stranger}' is not a valid field`, 422)
  const { query, documents } = body
  if (typeof query !== 'string' || query === '') return invalid('invalid request: query must not be empty')
  if (listOf(documents).length === 0) return invalid('invalid request: list of documents must not be empty')
  const wanted = body[most]
  return wanted === undefined || wanted === null || (Number.isInteger(wanted) && Number(wanted) >= 1)
    ? undefined
    : invalid(`invalid request: ${most} must be a positive integer`)
}

const plan = (body: Json, models: Parameters<Operation['plan']>[0]['models'], form: Form): Planned => {
  const name = String(body['model'])
  const { provider, manners } = form.voice
  const model = modelFor('rerank', models, { provider, name })
  if (model === undefined) return object(manners.unread({ what: 'model-missing', model: name }))
  const complaint = faultIn(body, form)
  if (complaint !== undefined) return object(complaint)
  const query = String(body['query'])
  const texts = listOf(body['documents']).map(textOf)
  const wanted = body[form.most]
  const ranked = texts
    .map((text, index) => ({ index, text, score: nearness(query, text) }))
    .sort((one, other) => other.score - one.score)
    .slice(0, typeof wanted === 'number' ? wanted : texts.length)
  const tokens = texts.reduce((sum, text) => sum + estimateTokens(text) + estimateTokens(query), 0)
  return jsonWork({ model, inputTokens: tokens }, seed =>
    form.write({ seed, model: model.id, tokens, ranked, count: texts.length, body }),
  )
}

/** All four. */
export const rerank: readonly Operation[] = forms.map(form => ({
  name: 'rerank',
  voice: form.voice,
  route: postTo(...form.paths),
  plan: ({ body, models }) => plan(body, models, form),
}))

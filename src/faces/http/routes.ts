/** Paths to endpoints. */
import type { Address } from '../../domain/request.ts'
import { openaiImageEdits, openaiImages } from '../../dialects/images/openai.ts'
import { openaiSpeech } from '../../dialects/speech/openai.ts'
import { givesAll, openaiTranscriptions, openaiTranslations } from '../../dialects/transcriptions/openai.ts'
import { converse } from './converse.ts'
import type { Tongue } from './converse.ts'
import { countTokens } from './count-tokens.ts'
import { readDecision, route } from './decisions.ts'
import type { Front } from './front.ts'
import { alive, metrics, ready } from './health.ts'
import { listGoogleModels, readGoogleModel } from './google-models.ts'
import { invoke } from './invoke.ts'
import { listModels, readModel } from './models.ts'
import { needsSocket } from './needs-socket.ts'
import { operate } from './operate.ts'
import { operateForm } from './operate-form.ts'
import {
  cohereEmbed,
  cohereRank,
  embeddings,
  googleEmbeddings,
  invocationIn,
  moderations,
  rankingIn,
} from './operation-tongues.ts'
import { passThrough } from './pass-through.ts'
import { lookup } from './paths.ts'
import { stored } from './stored-responses.ts'
import {
  anthropic,
  anthropicCounting,
  bedrock,
  cohere,
  completions,
  countedOnBedrock,
  google,
  googleCounting,
  invoked,
  openai,
  responses,
} from './tongues.ts'
import { unknownVerb } from './unknown-verb.ts'
import { publishersModel } from './vertex.ts'
import type { Visit } from './visit.ts'

/** What answers at a path. `rest` is what stands for the open part of an endpoint that has one. */
export interface Endpoint {
  /** `{}` stands for any text. */
  readonly path: string
  readonly method: string
  /** Needs no key; or asks for one itself. */
  readonly isPublic?: boolean
  /** Stays open while the house is closing. */
  readonly isLast?: boolean
  readonly answer: (front: Front, visit: Visit, rest: string) => void
}

const post = (path: string, answer: Endpoint['answer']): Endpoint => ({ path, method: 'POST', answer })
const get = (path: string, answer: Endpoint['answer']): Endpoint => ({ path, method: 'GET', answer })
const open = (path: string, answer: Endpoint['answer']): Endpoint => ({
  ...get(path, answer),
  isPublic: true,
  isLast: true,
})

/** What is answered where the path names the model and says whether it streams. */
const addressedBy =
  (answer: (front: Front, visit: Visit) => void, more: Omit<Address, 'model'>): Endpoint['answer'] =>
  (front, visit, model) => {
    visit.address = { ...more, model, ...(visit.query !== '' && { query: visit.query }) }
    answer(front, visit)
  }
/** The same where two dialects share the beginning of a path, so that errors are told in the right one. */
const addressedAs = (
  { dialect }: Tongue,
  answer: (front: Front, visit: Visit) => void,
  more: Omit<Address, 'model'>,
): Endpoint['answer'] =>
  addressedBy((front, visit) => {
    visit.dialect = dialect
    answer(front, visit)
  }, more)
const addressed = (tongue: Tongue, more: Omit<Address, 'model'>): Endpoint['answer'] =>
  addressedAs(tongue, converse(tongue), more)

/** What Google's clients ask of a model; later ones ask it in the stable version. */
const googlesVerbs = (version: string): readonly Endpoint[] => {
  const at = (verb: string, answer: Endpoint['answer']): Endpoint => post(`${version}/models/{}:${verb}`, answer)
  const counted = countTokens(googleCounting, tokens => ({ totalTokens: tokens }))
  return [
    at('generateContent', addressed(google, { stream: false })),
    at('streamGenerateContent', addressed(google, { stream: true })),
    at('countTokens', addressedAs(google, counted, {})),
    at('embedContent', addressedAs(google, operate(googleEmbeddings), {})),
    at('batchEmbedContents', addressedAs(google, operate(googleEmbeddings), {})),
  ]
}

const endpoints: readonly Endpoint[] = [
  post('/v1/chat/completions', converse(openai)),
  post('/v1/messages', converse(anthropic)),
  post(
    '/v1/messages/count_tokens',
    countTokens(anthropicCounting, tokens => ({ input_tokens: tokens })),
  ),
  post('/v1/responses', converse(responses)),
  post(
    '/v1/responses/input_tokens',
    countTokens(responses, tokens => ({ object: 'response.input_tokens', input_tokens: tokens })),
  ),
  // The longer paths first: an id is any text.
  post('/v1/responses/{}/cancel', stored('/cancel')),
  get('/v1/responses/{}/input_items', stored('/input_items')),
  get('/v1/responses/{}', stored('')),
  { path: '/v1/responses/{}', method: 'DELETE', answer: stored('') },
  post('/v1/completions', converse(completions)),
  ...['/v1beta', '/v1'].flatMap(googlesVerbs),
  post(
    '/model/{}/count-tokens',
    addressedBy(
      countTokens(countedOnBedrock, tokens => ({ inputTokens: tokens })),
      {},
    ),
  ),
  post('/model/{}/converse', addressed(bedrock, { stream: false })),
  post('/model/{}/converse-stream', addressed(bedrock, { stream: true })),
  post('/model/{}/invoke', addressedAs(invoked, invoke(invoked, invocationIn), { stream: false })),
  post('/model/{}/invoke-with-response-stream', addressed(invoked, { stream: true })),
  ...['/v1', '/v1beta1'].flatMap(version => [
    post(`${version}/projects/{}/locations/{}/publishers/{}/models/{}`, publishersModel(2)),
    post(`${version}/publishers/{}/models/{}`, publishersModel(0)),
  ]),
  post('/v2/chat', converse(cohere)),
  post('/v1/embeddings', operate(embeddings)),
  post('/v2/embed', operate(cohereEmbed)),
  post('/v1/rerank', operate(rankingIn)),
  post('/v2/rerank', operate(cohereRank)),
  post('/v1/moderations', operate(moderations)),
  post('/v1/images/generations', operate({ dialect: openaiImages })),
  post('/v1/images/edits', operateForm({ dialect: openaiImageEdits })),
  post('/v1/audio/speech', operate({ dialect: openaiSpeech })),
  post('/v1/audio/transcriptions', operateForm({ dialect: openaiTranscriptions(givesAll) })),
  post('/v1/audio/translations', operateForm({ dialect: openaiTranslations(givesAll) })),
  post('/v1/route', route),
  get('/v1/realtime', needsSocket),
  { path: '/passthrough/{}', method: '*', answer: passThrough },
  get('/v1/models', listModels),
  get('/v1/models/{}', readModel),
  get('/v1beta/models', listGoogleModels),
  get('/v1beta/models/{}', readGoogleModel),
  post('/v1beta/models/{}', (front, visit, rest) =>
    unknownVerb(front, visit, rest.slice(rest.lastIndexOf(':') + 1), verbs),
  ),
  get('/v1/decisions/{}', readDecision),
  open('/healthz', alive),
  open('/readyz', ready),
  open('/metrics', metrics),
]

/** What Google's clients may ask of a model. */
const verbs = endpoints.flatMap(({ path }) => /^\/v1beta\/models\/\{\}:(\w+)$/.exec(path)?.[1] ?? [])

/** Every path, for those who look for one. */
export const paths: readonly string[] = [...new Set(endpoints.map(({ path }) => path.replaceAll('{}', '{id}')))]

const find = lookup(endpoints.map(endpoint => ({ path: endpoint.path, found: endpoint })))

/** What answers at this path by this method, else what answers there by others; undefined if nothing does. */
export const endpointAt = (
  path: string,
  method: string,
): { readonly endpoint: Endpoint; readonly rest: string; readonly methods: readonly string[] } | undefined => {
  const matches = find(path)
  const [first] = matches
  if (first === undefined) return undefined
  const asked = method === 'HEAD' ? 'GET' : method
  const { found, rest } = matches.find(({ found: one }) => one.method === asked || one.method === '*') ?? first
  return { endpoint: found, rest, methods: methodsOf(matches.map(one => one.found.method)) }
}

/** Made once for each set of methods, as it is asked for with every request. */
const knownMethods = new Map<string, readonly string[]>()
const methodsOf = (own: readonly string[]): readonly string[] => {
  const name = own.join()
  const known = knownMethods.get(name) ?? allOf(own)
  knownMethods.set(name, known)
  return known
}
const allOf = (own: readonly string[]): readonly string[] => {
  if (own.includes('*')) return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
  const all = own.flatMap(method => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return [...new Set([...all, 'OPTIONS'])]
}

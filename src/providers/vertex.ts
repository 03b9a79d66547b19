/** Vertex AI: Gemini, Claude, Mistral and everybody else's models in a Google Cloud project, each by its own publisher's door. */
import { anthropicMessages } from '../dialects/anthropic-messages/index.ts'
import { geminiOnVertex } from '../dialects/embeddings/gemini.ts'
import { vertexEmbeddings } from '../dialects/embeddings/vertex.ts'
import { gemini } from '../dialects/gemini/index.ts'
import { openaiChat } from '../dialects/openai-chat/index.ts'
import { bearer, headerKey } from './authorize.ts'
import { hostedQuirks, onVertex } from './claude-hosts.ts'
import { claudePrefills } from './go-on.ts'
import { vertexCounting, vertexPath } from './google-models.ts'
import type { Place } from './google-models.ts'
import { vertexLine } from './lines.ts'
import { googleMedia } from './media.ts'
import { modelMakers } from './model-makers.ts'
import { speak } from './speak.ts'
import type { ProviderMaker, ProviderSettings } from './speak.ts'
import type { At, Service, Voice } from './voice.ts'

/** What Google's own client asks; the stable version lacks some of what Gemini can. */
const geminiVersion = 'v1beta1'
/** What the other publishers' models are asked in. */
const partnerVersion = 'v1'

const hostOf = (region: string): string => {
  if (region === 'global') return 'https://aiplatform.googleapis.com'
  // Places of many regions.
  if (region === 'us' || region === 'eu') return `https://aiplatform.${region}.rep.googleapis.com`
  return `https://${region}-aiplatform.googleapis.com`
}

/** The publisher's own name of the model, without the publisher. */
const nameWithin = (model: string): string => model.slice(model.lastIndexOf('/') + 1)
const isClaude = (model: string): boolean => /^(?:publishers\/anthropic\/models\/|anthropic\/)?claude/.test(model)
const isMistral = (model: string): boolean =>
  /^(?:publishers\/mistralai\/models\/|mistralai\/)?(?:mistral|codestral|ministral)/.test(model)
/** Open models are asked for as `publisher/model`. */
const isOpen = (model: string): boolean =>
  /^(?!google\/|models\/|publishers\/|projects\/|endpoints\/)[a-z\d-]+\//.test(model) &&
  !isClaude(model) &&
  !isMistral(model)
const isGoogles = (model: string): boolean => !isClaude(model) && !isMistral(model) && !isOpen(model)

const rawVerb = ({ stream }: At): string => (stream ? ':streamRawPredict' : ':rawPredict')

/** A publisher's models, whose bodies Vertex passes on as they are. */
const rawPath =
  (place: Place, publisher: string) =>
  (at: At): string => {
    const name = encodeURIComponent(nameWithin(at.model)).replaceAll('%40', '@')
    return `${place(partnerVersion)}/publishers/${publisher}/models/${name}${rawVerb(at)}`
  }

const inputTokens = (answer: unknown): number | undefined => {
  const count =
    answer !== null && typeof answer === 'object' && 'input_tokens' in answer ? answer.input_tokens : undefined
  return typeof count === 'number' ? count : undefined
}

const claudeVoice = (place: Place): Voice => ({
  dialect: anthropicMessages,
  path: rawPath(place, 'anthropic'),
  serves: isClaude,
  edits: onVertex,
  quirks: hostedQuirks,
  prefills: claudePrefills,
  needsLength: true,
  passes: ['anthropic-beta'],
  counting: {
    path: `${place(partnerVersion)}/publishers/anthropic/models/count-tokens:rawPredict`,
    body: ({ max_tokens: _length, stream: _stream, ...chat }, { model }) => ({ ...chat, model: nameWithin(model) }),
    read: inputTokens,
  },
})

const mistralVoice = (place: Place): Voice => {
  const { quirks, prefills } = modelMakers['mistral'] ?? {}
  return {
    dialect: openaiChat,
    path: rawPath(place, 'mistralai'),
    serves: isMistral,
    edits: (_, { model }) => ({ model: nameWithin(model).split('@', 1)[0] }),
    ...(quirks !== undefined && { quirks }),
    ...(prefills !== undefined && { prefills }),
  }
}

const openVoice = (place: Place): Voice => ({
  dialect: openaiChat,
  path: `${place(partnerVersion)}/endpoints/openapi/chat/completions`,
  serves: isOpen,
  // Their templates know the older roles and names.
  quirks: { noDeveloper: true, rename: { max_completion_tokens: 'max_tokens' } },
})

/** Embedders from Gemini's second on take contents, as its chats do; those before it are asked for predictions. */
const isLater = (model: string): boolean => /(?:^|\/)gemini-embedding-(?!001)/.test(model)

const embeddings = (place: Place, version: string): readonly Service[] => [
  { dialect: geminiOnVertex, path: vertexPath(place, version, ':embedContent'), serves: isLater },
  {
    dialect: vertexEmbeddings,
    path: vertexPath(place, partnerVersion, ':predict'),
    serves: model => isGoogles(model) && !isLater(model),
  },
]

const hasKey = ({ credentials }: ProviderSettings): boolean =>
  credentials.some(({ reference }) => !reference.startsWith('google:'))

/** Vertex AI in a project and a place; with a key alone, Gemini without either. */
export const vertex: ProviderMaker = settings => {
  const { id, options } = settings
  const { project, region = 'global', apiVersion = geminiVersion } = options ?? {}
  const isKeyed = hasKey(settings)
  if (project === undefined && !isKeyed) {
    const why = `the provider "${id}" has no project; vertex needs the Google Cloud project that is asked, e.g. acme`
    return { ok: false, why, at: 'project' }
  }
  // A key belongs to a project already.
  const place: Place = version => (isKeyed ? `/${version}` : `/${version}/projects/${project}/locations/${region}`)
  return {
    ok: true,
    value: speak({
      settings,
      system: 'gcp.vertex_ai',
      url: settings.url ?? hostOf(isKeyed ? 'global' : region),
      authorize: isKeyed ? headerKey('x-goog-api-key') : bearer,
      dialect: gemini,
      path: vertexPath(place, apiVersion),
      lines: [vertexLine(apiVersion, isKeyed ? '' : place(apiVersion).slice(apiVersion.length + 2))],
      serves: isGoogles,
      counting: vertexCounting(place, apiVersion),
      services: [
        ...embeddings(place, apiVersion),
        ...googleMedia(verb => vertexPath(place, verb === ':predict' ? partnerVersion : apiVersion, verb), true),
      ],
      also: isKeyed ? [] : [claudeVoice(place), mistralVoice(place), openVoice(place)],
    }),
  }
}

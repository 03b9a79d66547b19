/** Gemini's own dialect, as the world writes it: independent of the gateway's own codec. */
import { base62, chanceOf, letters } from '../chance.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import type { WorldModel } from '../models.ts'
import { drawPng } from '../operations/draw-png.ts'
import { bearerOf, headerOf } from '../speech.ts'
import type { Asked, Complaint, Frame, Json, Reply, Route, Speech, ToolCall, Voice } from '../speech.ts'
import { geminiError, geminiManners, noKey } from './manners.ts'
import { member, objectIn } from './members.ts'
import { needsSignatures, understandGemini } from './request.ts'
import { signatureOf } from './signature.ts'

const finishes: Readonly<Record<Reply['finish'], string>> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  length: 'MAX_TOKENS',
  calls: 'STOP',
  refusal: 'SAFETY',
}

/** Models that think tell so in their usage, and sign their calls. */
const isThinking = ({ id }: WorldModel): boolean => /^gemini-(?:2\.5|[3-9])/.test(id)

const usageOf = (reply: Reply, spoken: number): Json => {
  const { inputTokens, thoughtTokens, asked } = reply
  const image = 258 * asked.images
  const details = [
    { modality: 'TEXT', tokenCount: inputTokens - image },
    ...(image > 0 ? [{ modality: 'IMAGE', tokenCount: image }] : []),
  ]
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: spoken,
    totalTokenCount: inputTokens + spoken + thoughtTokens,
    promptTokensDetails: details,
    ...(spoken >= pictureTokens &&
      picturesOf(reply).length > 0 && { candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: pictureTokens }] }),
    ...(thoughtTokens > 0 && { thoughtsTokenCount: thoughtTokens }),
  }
}

const responseOf = (reply: Reply, candidate: Json, spoken: number): Json => ({
  candidates: [candidate],
  usageMetadata: usageOf(reply, spoken),
  modelVersion: reply.asked.model.id,
  responseId: letters(chanceOf(reply.seed), 23, base62),
})

/** Only the first of several calls is signed, since one thought led to them all. */
const callPart = ({ asked, seed }: Reply, { name, input }: ToolCall, place: number): Json => {
  const id = needsSignatures(asked.model)
    ? { id: letters(chanceOf(`${seed}/${place}`), 8, 'abcdefghijklmnopqrstuvwxyz0123456789') }
    : {}
  const args: unknown = JSON.parse(input)
  const isSigned = isThinking(asked.model) && place === 0
  return { functionCall: { name, args, ...id }, ...(isSigned && { thoughtSignature: signatureOf(name) }) }
}

const showsThoughts = ({ asked }: Reply): boolean => {
  const config = objectIn(objectIn(asked.body, 'generationConfig'), 'thinkingConfig')
  return member(config, 'includeThoughts') === true
}

const ratings: readonly Json[] = [
  { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true },
  { category: 'HARM_CATEGORY_HARASSMENT', probability: 'NEGLIGIBLE' },
]

/** What a picture counts for in an answer. */
const pictureTokens = 1290

/** Models that draw give one picture after their words. */
const picturesOf = ({ asked, refusal }: Reply): readonly Json[] =>
  asked.model.id.endsWith('-image') && refusal === undefined
    ? [{ inlineData: { mimeType: 'image/png', data: drawPng(asked.text).toString('base64') } }]
    : []

/** What is said, in the pieces of a stream, each with how many tokens it took. */
const partsOf = (reply: Reply): readonly (readonly [part: Json, tokens: number])[] => {
  if (reply.refusal !== undefined) return []
  const thoughts = showsThoughts(reply) ? reply.cut(reply.thought ?? '') : []
  return [
    ...thoughts.map(text => [{ text, thought: true }, 0] as const),
    ...reply.cut(reply.text).map(text => [{ text }, estimateTokens(text)] as const),
    ...picturesOf(reply).map(part => [part, pictureTokens] as const),
    ...reply.calls.map(
      (call, place) => [callPart(reply, call, place), estimateTokens(call.name) + estimateTokens(call.input)] as const,
    ),
  ]
}

const content = (parts: readonly Json[]): Json => ({ parts, role: 'model' })

/** A thinking model's words are signed too, at their end, where nothing is called. */
const endSignature = ({ asked, calls, thought }: Reply): Json =>
  needsSignatures(asked.model) && calls.length === 0 && thought !== undefined
    ? { thoughtSignature: signatureOf('a text') }
    : {}

const endOf = (reply: Reply): Json => ({
  finishReason: finishes[reply.finish],
  ...(reply.finish === 'calls' &&
    needsSignatures(reply.asked.model) && { finishMessage: 'Model generated function call(s).' }),
  ...(reply.refusal !== undefined && { safetyRatings: ratings }),
})

const whole = (reply: Reply): Json => {
  const parts: Json[] = []
  if (reply.refusal === undefined) {
    if (showsThoughts(reply) && reply.thought !== undefined) parts.push({ text: reply.thought, thought: true })
    if (reply.text !== '') parts.push({ text: reply.text, ...endSignature(reply) })
    parts.push(...picturesOf(reply), ...reply.calls.map((call, place) => callPart(reply, call, place)))
  }
  // A refused answer has no content at all.
  const said = reply.refusal === undefined ? { content: content(parts) } : {}
  const spoken = reply.refusal === undefined ? reply.outputTokens + pictureTokens * picturesOf(reply).length : 0
  const candidates = Array.from({ length: reply.asked.choices }, (_, index) => ({ ...said, ...endOf(reply), index }))
  return { ...responseOf(reply, {}, spoken * reply.asked.choices), candidates }
}

/** Every event is a whole answer with what is new, and the usage so far. */
function* responses(reply: Reply): Iterable<readonly [response: Json, tokens: number]> {
  let spoken = 0
  for (let index = 0; index < reply.asked.choices; index++) {
    const parts = partsOf(reply)
    for (const [part, tokens] of parts) {
      spoken += tokens
      yield [responseOf(reply, { content: content([part]), index }, spoken), Math.max(1, tokens)]
    }
    const last = reply.refusal === undefined ? { content: content([{ text: '', ...endSignature(reply) }]) } : {}
    yield [responseOf(reply, { ...last, ...endOf(reply), index }, spoken), 0]
  }
}

/** With line ends as Google sends them. */
const sse = (value: unknown): string => `data: ${JSON.stringify(value)}\r\n\r\n`

function* stream(reply: Reply): Iterable<Frame> {
  const isArray = reply.asked.form === 'array'
  let before = '['
  for (const [response, tokens] of responses(reply)) {
    yield { data: isArray ? before + JSON.stringify(response, undefined, 2) : sse(response), tokens }
    before = '\n,\r\n'
  }
  if (isArray) yield { data: '\n]', tokens: 0 }
}

const generation = /^\/v1(?:beta|alpha)?\/models\/([^/:]+):(generateContent|streamGenerateContent|countTokens)$/
const listing = /^\/v1(?:beta|alpha)?\/models(?:\/([^/:]+))?$/

const routeOf = (method: string, path: string, query: URLSearchParams): Route | undefined => {
  const [, model, verb] = (method === 'POST' ? generation.exec(path) : null) ?? []
  if (model !== undefined) {
    if (verb === 'countTokens') return { to: 'count', model }
    const form = query.get('alt') === 'sse' ? 'sse' : 'array'
    return { to: 'chat', model, form: verb === 'generateContent' ? 'whole' : form }
  }
  const listed = method === 'GET' ? listing.exec(path) : null
  if (listed === null) return undefined
  return listed[1] === undefined ? { to: 'models' } : { to: 'model', id: listed[1] }
}

const methodsOf = ({ does = 'chat' }: WorldModel): readonly string[] => {
  if (does === 'embed') return ['embedContent', 'batchEmbedContents']
  if (does === 'draw') return ['predict']
  return does === 'talk' ? ['bidiGenerateContent'] : ['generateContent', 'countTokens']
}

const modelRow = (model: WorldModel): Json => ({
  name: `models/${model.id}`,
  version: '001',
  displayName: model.id,
  inputTokenLimit: model.contextWindow,
  outputTokenLimit: model.maxOutput,
  supportedGenerationMethods: methodsOf(model),
})

/** Where an array is asked for, an error comes in one too. */
const errorAt = (complaint: Complaint, url: string): unknown =>
  url.includes(':streamGenerateContent') && !url.includes('alt=sse') ? [geminiError(complaint)] : geminiError(complaint)

/** Google, whatever of its own it is asked. */
export const geminiVoice: Voice = {
  prefix: '/gemini',
  provider: 'gemini',
  manners: geminiManners,
  key: (headers, query) => headerOf(headers, 'x-goog-api-key') ?? query.get('key') ?? bearerOf(headers),
  unwelcome: (_, key) => (key === undefined || key === '' ? noKey : undefined),
  headers: () => ({ server: 'scaffolding on HTTPServer2', 'x-content-type-options': 'nosniff' }),
  error: (complaint, _, url) => errorAt(complaint, url),
  tellsRetryInBody: true,
}

/** Google's own way to talk with its models. */
export const geminiSpeech: Speech = {
  ...geminiVoice,
  route: routeOf,
  understand: understandGemini,
  whole,
  stream,
  streamType: ({ form }: Asked) => (form === 'array' ? 'application/json; charset=UTF-8' : 'text/event-stream'),
  counted: ({ inputTokens, images }) => ({
    totalTokens: inputTokens,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: inputTokens - 258 * images },
      ...(images > 0 ? [{ modality: 'IMAGE', tokenCount: 258 * images }] : []),
    ],
  }),
  list: models => ({ models: models.map(modelRow) }),
  single: modelRow,
  errorFrame: (complaint, _, { asked }) =>
    asked.form === 'array' ? `\n,\r\n${JSON.stringify(geminiError(complaint))}\n]` : sse(geminiError(complaint)),
}

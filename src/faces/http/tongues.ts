/** The dialects as clients come with them. */
import { isRecord } from '../../domain/json.ts'
import { anthropicMessages, decodeCountTokens } from '../../dialects/anthropic-messages/index.ts'
import { claudeOnBedrock, nativeBody } from '../../dialects/anthropic-messages/hosted.ts'
import { bedrockConverse } from '../../dialects/bedrock-converse/index.ts'
import { cohereChat } from '../../dialects/cohere-chat/index.ts'
import { invokeStream } from '../../dialects/event-stream.ts'
import { serverSentEvents } from '../../dialects/framing.ts'
import { gemini } from '../../dialects/gemini/index.ts'
import { jsonArray } from '../../dialects/json-array.ts'
import { openaiChat } from '../../dialects/openai-chat/index.ts'
import { openaiCompletions } from '../../dialects/openai-completions/index.ts'
import { openaiResponses } from '../../dialects/openai-responses/index.ts'
import type { Dialect } from '../../ports/dialect.ts'
import type { Address } from '../../domain/request.ts'
import type { Tongue } from './converse.ts'
import { itemsOf } from './kept-items.ts'
import { memoryOf } from './stored-responses.ts'
import { parseBody } from './parse-body.ts'

export const openai: Tongue = { dialect: openaiChat, passes: ['openai-beta'], isSteered: true }
export const anthropic: Tongue = {
  dialect: anthropicMessages,
  passes: ['anthropic-version', 'anthropic-beta'],
  isSteered: false,
}
/** The same without the limit on output tokens, which is not asked for where nothing is put out. */
export const anthropicCounting: Tongue = {
  ...anthropic,
  dialect: { ...anthropicMessages, decodeRequest: decodeCountTokens },
}

export const responses: Tongue = {
  dialect: openaiResponses,
  passes: ['openai-beta'],
  isSteered: true,
  memory: memoryOf,
  complete: (front, visit, body) => front.items.complete(visit.caller.key, body),
  keep: (front, visit, told) => front.items.remember(visit.caller.key, itemsOf(told)),
}
export const completions: Tongue = { dialect: openaiCompletions, passes: ['openai-beta'], isSteered: true }
const asksForEvents = (query: string | undefined): boolean => /(?:^|&)alt=sse(?:&|$)/.test(query ?? '')
export const google: Tongue = {
  dialect: gemini,
  passes: [],
  isSteered: false,
  framing: address => (asksForEvents(address?.query) ? serverSentEvents : jsonArray),
}
/** What is counted may stand in a request of its own. */
const counted = (body: unknown): unknown =>
  body !== null && typeof body === 'object' && 'generateContentRequest' in body ? body.generateContentRequest : body
export const googleCounting: Tongue = {
  ...google,
  dialect: { ...gemini, decodeRequest: (body, address) => gemini.decodeRequest(counted(body), address) },
}
export const bedrock: Tongue = { dialect: bedrockConverse, passes: [], isSteered: false }
const memberOf = (body: unknown, name: string): unknown => (isRecord(body) ? body[name] : undefined)

/** The JSON in this base64; undefined if it is none. */
const inBase64 = (value: unknown): unknown => {
  if (typeof value !== 'string') return undefined
  try {
    return JSON.parse(Buffer.from(value, 'base64').toString('utf8'))
  } catch {
    // Whoever decodes it tells that the body is no object.
    return undefined
  }
}

/** What is counted on Bedrock stands in a request of its own: of Converse, or, packed, of Anthropic's own form. */
export const countedOnBedrock = (bytes: Buffer): Tongue => {
  const parsed = parseBody(bytes)
  const input = memberOf(parsed.ok ? parsed.value.json : undefined, 'input')
  const native = memberOf(input, 'invokeModel')
  const dialect: Dialect =
    native === undefined
      ? {
          ...bedrockConverse,
          decodeRequest: (_, address) => bedrockConverse.decodeRequest(memberOf(input, 'converse'), address),
        }
      : {
          ...anthropicMessages,
          decodeRequest: (_, address) => decodeCountTokens(named(inBase64(memberOf(native, 'body')), address)),
        }
  return { ...bedrock, dialect }
}
/** The body as Anthropic's own door takes it: the path names the model, and versions are told in headers. */
const named = (body: unknown, address: Address | undefined): unknown => {
  if (!isRecord(body)) return body
  const { anthropic_version: _version, anthropic_beta: _betas, ...rest } = body
  return { ...rest, model: address?.model }
}

/** Claude as AWS hosts it: the path names the model, and events come as AWS wraps them. */
export const invoked: Tongue = {
  dialect: claudeOnBedrock,
  passes: ['anthropic-version', 'anthropic-beta'],
  isSteered: false,
  native: nativeBody,
  framing: () => invokeStream,
}
export const cohere: Tongue = { dialect: cohereChat, passes: [], isSteered: false }

/** In whose words an error is told at paths that begin so; the first that fits counts. */
const families: readonly (readonly [prefix: string, dialect: Dialect])[] = [
  ['/v1/messages/', anthropicMessages],
  ['/v1/responses/', openaiResponses],
  ['/v1/completions/', openaiCompletions],
  ['/v1beta/', gemini],
  ['/v1beta1/', gemini],
  ['/v1/projects/', gemini],
  ['/v1/publishers/', gemini],
  ['/model/', bedrockConverse],
  ['/v2/', cohereChat],
]

/** Whose words an error is told in at this path, whether it leads anywhere or not. */
export const dialectAt = (path: string, isAnthropic: boolean): Dialect => {
  if (isAnthropic) return anthropicMessages
  // Only Google's clients ask something of a model by its name.
  if (/^\/v1\/models\/.+:[a-zA-Z]+(?:Contents?|Tokens)$/.test(path)) return gemini
  return families.find(([prefix]) => path.startsWith(prefix) || `${path}/` === prefix)?.[1] ?? openaiChat
}

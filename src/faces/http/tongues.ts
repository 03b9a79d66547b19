/** The dialects as clients come with them. */
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
import type { Tongue } from './converse.ts'

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

export const responses: Tongue = { dialect: openaiResponses, passes: ['openai-beta'], isSteered: true }
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
  ['/model/', bedrockConverse],
  ['/v2/', cohereChat],
]

/** Whose words an error is told in at this path, whether it leads anywhere or not. */
export const dialectAt = (path: string, isAnthropic: boolean): Dialect => {
  if (isAnthropic) return anthropicMessages
  return families.find(([prefix]) => path.startsWith(prefix) || `${path}/` === prefix)?.[1] ?? openaiChat
}

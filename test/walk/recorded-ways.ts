/** How each recorded surface is read here, and how a reader finds the same who knows only its documentation. */
import { openaiEmbeddings } from '../../src/dialects/embeddings/openai.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { bedrockConverse } from '../../src/dialects/bedrock-converse/index.ts'
import { cohereChat } from '../../src/dialects/cohere-chat/index.ts'
import { invokeStream } from '../../src/dialects/event-stream.ts'
import { gemini as geminiDialect } from '../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/index.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/index.ts'
import type { Dialect, Framing } from '../../src/ports/dialect.ts'
import type { OperationDialect } from '../../src/ports/operation-dialect.ts'
import type { RecordedItem } from '../recorded-items.ts'
import { messages } from '../seen/anthropic.ts'
import { cohere, converse, gemini } from '../seen/clouds.ts'
import { chat, responses } from '../seen/openai.ts'
import type { Reader } from '../seen/seen.ts'

/** A conversation in a dialect. */
export interface ChatWay {
  readonly dialect: Dialect
  readonly framing?: Framing
  readonly reader: Reader
}
/** What is done with an answer: decoded as a conversation or an operation, counted, or passed on as it is. */
export type Way =
  | { readonly as: 'chat'; readonly chat: ChatWay }
  | { readonly as: 'operation'; readonly operation: OperationDialect }
  | { readonly as: 'count'; readonly provider: string }
  | { readonly as: 'pass' }

const inChat = (dialect: Dialect, reader: Reader, framing?: Framing): Way => ({
  as: 'chat',
  chat: { dialect, reader, ...(framing !== undefined && { framing }) },
})
const inOpenai = inChat(openaiChat, chat)
const inGemini = inChat(geminiDialect, gemini)
const inConverse = inChat(bedrockConverse, converse)
const pass: Way = { as: 'pass' }

const ways: Readonly<Record<string, Way>> = {
  chat: inOpenai,
  openai_compat_chat: inOpenai,
  responses: inChat(openaiResponses, responses),
  completions: inChat(openaiCompletions, chat),
  messages: inChat(anthropicMessages, messages),
  generateContent: inGemini,
  streamGenerateContent: inGemini,
  converse: inConverse,
  'converse-stream': inConverse,
  v2_chat: inChat(cohereChat, cohere),
  embeddings: { as: 'operation', operation: openaiEmbeddings },
  count_tokens: { as: 'count', provider: 'anthropic' },
  countTokens: { as: 'count', provider: 'gemini' },
  'count-tokens': { as: 'count', provider: 'bedrock' },
}

/** Claude since the Messages API, by the id that the path names. */
const isClaude = (path: string): boolean => /anthropic\.claude-(?!v\d|instant)/.test(path)

/** How this item is read; what nobody decodes is passed on. */
export const wayOf = ({ surface, path }: RecordedItem): Way => {
  if (surface.startsWith('invoke')) return isClaude(path) ? inChat(anthropicMessages, messages, invokeStream) : pass
  // A chat at an address that only ends like a completion's.
  if (surface === 'completions' && path.includes('/prompts/')) return inOpenai
  return Object.hasOwn(ways, surface) ? (ways[surface] ?? pass) : pass
}

/** How each recorded surface is read here, and how a reader finds the same who knows only its documentation. */
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { bedrockConverse } from '../../src/dialects/bedrock-converse/index.ts'
import { cohereChat } from '../../src/dialects/cohere-chat/index.ts'
import { cohereEmbeddings, cohereOnBedrock } from '../../src/dialects/embeddings/cohere.ts'
import { geminiEmbeddings } from '../../src/dialects/embeddings/gemini.ts'
import { novaEmbeddings } from '../../src/dialects/embeddings/nova.ts'
import { openaiEmbeddings } from '../../src/dialects/embeddings/openai.ts'
import { perplexityEmbeddings } from '../../src/dialects/embeddings/perplexity.ts'
import { titanEmbeddings } from '../../src/dialects/embeddings/titan.ts'
import { vertexEmbeddings } from '../../src/dialects/embeddings/vertex.ts'
import { invokeStream } from '../../src/dialects/event-stream.ts'
import { gemini as geminiDialect } from '../../src/dialects/gemini/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { openaiCompletions } from '../../src/dialects/openai-completions/index.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/index.ts'
import { cohereRerank, cohereRerankV1 } from '../../src/dialects/rerank/cohere.ts'
import { jinaRerank } from '../../src/dialects/rerank/jina.ts'
import { voyageRerank } from '../../src/dialects/rerank/voyage.ts'
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
const operating = (operation: OperationDialect): Way => ({ as: 'operation', operation })
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
  embeddings: operating(openaiEmbeddings),
  'perplexity embeddings': operating(perplexityEmbeddings),
  v2_embed: operating(cohereEmbeddings),
  batchEmbedContents: operating(geminiEmbeddings),
  predict: operating(vertexEmbeddings),
  v1_rerank: operating(cohereRerankV1),
  v2_rerank: operating(cohereRerank),
  'together rerank': operating(jinaRerank),
  'voyage rerank': operating(voyageRerank),
  count_tokens: { as: 'count', provider: 'anthropic' },
  countTokens: { as: 'count', provider: 'gemini' },
  'count-tokens': { as: 'count', provider: 'bedrock' },
}

/** What answers at an invocation, by the model that the path names; others than these have forms of their own. */
const invoked: readonly (readonly [model: RegExp, way: Way])[] = [
  [/amazon\.titan-embed/, operating(titanEmbeddings)],
  [/amazon\.nova.*embeddings/, operating(novaEmbeddings)],
  [/cohere\.embed/, operating(cohereOnBedrock)],
  [/anthropic\.claude-(?!v\d|instant)/, inChat(anthropicMessages, messages, invokeStream)],
]

/** How this item is read; what nobody decodes is passed on. */
export const wayOf = ({ provider, surface, path }: RecordedItem): Way => {
  if (surface.startsWith('invoke')) return invoked.find(([model]) => model.test(path))?.[1] ?? pass
  // A chat at an address that only ends like a completion's.
  if (surface === 'completions' && path.includes('/prompts/')) return inOpenai
  const own = `${provider} ${surface}`
  const name = Object.hasOwn(ways, own) ? own : surface
  return Object.hasOwn(ways, name) ? (ways[name] ?? pass) : pass
}

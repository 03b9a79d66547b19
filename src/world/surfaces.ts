/** Whom the world plays, and everything that each of them can be asked. */
import { anthropicSpeech } from './anthropic.ts'
import { converseSpeech } from './bedrock/converse.ts'
import { invokeOperations } from './bedrock/invoke-operations.ts'
import { invokeSpeech } from './bedrock/invoke.ts'
import { cohereSpeech } from './cohere/cohere.ts'
import { cohereEmbed } from './cohere/embed.ts'
import { completionSpeeches } from './completions.ts'
import { geminiEmbeddings } from './gemini/embeddings.ts'
import { geminiSpeech } from './gemini/gemini.ts'
import { imagen } from './gemini/imagen.ts'
import { openaiSpeeches } from './openai.ts'
import type { Operation } from './operation.ts'
import { moderations } from './operations/moderations.ts'
import { openaiEmbeddings } from './operations/openai-embeddings.ts'
import { openaiFiles } from './operations/openai-files.ts'
import { openaiImages } from './operations/openai-images.ts'
import { openaiSpeech } from './operations/openai-speech.ts'
import { rerank } from './operations/rerank.ts'
import { transcriptions } from './operations/transcriptions.ts'
import { geminiLive } from './realtime/gemini-live.ts'
import { openaiRealtime } from './realtime/openai-realtime.ts'
import type { Talk } from './realtime/talk.ts'
import { keptResponses } from './responses/kept.ts'
import { responsesSpeech } from './responses/responses.ts'
import type { Speech } from './speech.ts'

/** The providers, each with the path that its official client takes as its base. */
export const bases: Readonly<Record<string, string>> = {
  anthropic: '/anthropic',
  openai: '/openai/v1',
  mistral: '/mistral/v1',
  selfhosted: '/selfhosted/v1',
  gemini: '/gemini',
  cohere: '/cohere',
  bedrock: '/bedrock',
  jina: '/jina/v1',
  voyage: '/voyage/v1',
}

/** Every way to chat. */
export const speeches: readonly Speech[] = [
  anthropicSpeech,
  ...openaiSpeeches,
  ...completionSpeeches,
  responsesSpeech,
  geminiSpeech,
  cohereSpeech,
  converseSpeech,
  invokeSpeech,
]

/** Everything beside chats. */
export const operations: readonly Operation[] = [
  ...keptResponses,
  ...openaiEmbeddings,
  moderations,
  ...openaiImages,
  openaiSpeech,
  ...transcriptions,
  ...openaiFiles,
  geminiEmbeddings,
  imagen,
  cohereEmbed,
  ...invokeOperations,
  ...rerank,
]

/** Every way to talk over a WebSocket. */
export const talks: readonly Talk[] = [openaiRealtime, geminiLive]

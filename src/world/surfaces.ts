/** Whom the world plays, and everything that each of them can be asked. */
import { anthropicSpeech } from './anthropic.ts'
import { geminiSpeech } from './gemini/gemini.ts'
import { openaiSpeeches } from './openai.ts'
import type { Operation } from './operation.ts'
import type { Speech } from './speech.ts'

/** The providers, each with the path that its official client takes as its base. */
export const bases: Readonly<Record<string, string>> = {
  anthropic: '/anthropic',
  openai: '/openai/v1',
  mistral: '/mistral/v1',
  selfhosted: '/selfhosted/v1',
  gemini: '/gemini',
}

/** Every way to chat. */
export const speeches: readonly Speech[] = [anthropicSpeech, ...openaiSpeeches, geminiSpeech]

/** Everything beside chats. */
export const operations: readonly Operation[] = []

/** The dialects we speak, one line each. */
import type { DialectId } from '../domain/ids.ts'
import type { Dialect } from '../ports/dialect.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import { cohereChat } from './cohere-chat/index.ts'
import { gemini } from './gemini/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiCompletions } from './openai-completions/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

/** Every dialect by its id. */
export const dialects: ReadonlyMap<DialectId, Dialect> = new Map(
  [openaiChat, openaiResponses, anthropicMessages, cohereChat, openaiCompletions, gemini, bedrockConverse].map(
    dialect => [dialect.id, dialect],
  ),
)

/** The dialects we speak, one line each. */
import type { DialectId } from '../domain/ids.ts'
import type { Dialect } from '../ports/dialect.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { cohereChat } from './cohere-chat/index.ts'
import { openaiChat } from './openai-chat/index.ts'

/** Every dialect by its id. */
export const dialects: ReadonlyMap<DialectId, Dialect> = new Map(
  [openaiChat, anthropicMessages, cohereChat].map(dialect => [dialect.id, dialect]),
)

/** The dialects as clients come with them. */
import { anthropicMessages, decodeCountTokens } from '../../dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../dialects/openai-chat/index.ts'
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

/** In whose words an error is told at paths that begin so; the first that fits counts. */
const families: readonly (readonly [prefix: string, dialect: Dialect])[] = [['/v1/messages/', anthropicMessages]]

/** Whose words an error is told in at this path, whether it leads anywhere or not. */
export const dialectAt = (path: string, isAnthropic: boolean): Dialect => {
  if (isAnthropic) return anthropicMessages
  return families.find(([prefix]) => path.startsWith(prefix) || `${path}/` === prefix)?.[1] ?? openaiChat
}

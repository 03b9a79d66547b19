/** What a block that only Anthropic knows says in words, for providers that would otherwise get nothing of it. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

const textsIn = (content: unknown): readonly string[] => {
  if (typeof content === 'string') return [content]
  if (!Array.isArray(content)) return []
  return content.flatMap((block: unknown) =>
    isRecord(block) && block['type'] === 'text' && typeof block['text'] === 'string' ? [block['text']] : [],
  )
}
const told = (...words: readonly unknown[]): readonly string[] =>
  words.filter((word): word is string => typeof word === 'string' && word !== '')

/** The words, ready to be spread; none where the block holds no text of the client's own. */
export const wordsOf = (block: Json): { readonly words?: string } => {
  const { type, title, source, content } = block
  const texts = type === 'search_result' ? textsIn(content) : isRecord(source) ? textsIn(source['content']) : []
  if (texts.length === 0 || (type !== 'search_result' && type !== 'document')) return {}
  const head = told(title, source).join('\n')
  return { words: [...told(head), ...texts].join('\n\n') }
}

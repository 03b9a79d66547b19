/** Reasoning as look-alikes tell it: five forms, one after the other, some of them side by side with the same words. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, without } from '../fields.ts'

/** One piece of reasoning; in a stream, of the block that `index` names. */
export interface Thought {
  readonly text?: string
  readonly signature?: string
  /** Encrypted reasoning. */
  readonly redacted?: string
  readonly index?: number
  /** What else was told with it, e.g. `format` and `id` of OpenRouter. */
  readonly others?: Json
}

const forms: Readonly<Record<string, { readonly text?: string; readonly redacted?: string }>> = {
  'reasoning.text': { text: 'text' },
  'reasoning.summary': { text: 'summary' },
  'reasoning.encrypted': { redacted: 'data' },
  thinking: { text: 'thinking' },
  redacted_thinking: { redacted: 'data' },
}
const known = new Set(['text', 'summary', 'data', 'thinking', 'signature', 'index'])
/** Types that say no more than the members already do. */
const plainTypes = new Set<unknown>(['reasoning.text', 'reasoning.encrypted', 'thinking', 'redacted_thinking'])

const word = (value: unknown): string | undefined => (isWord(value) ? value : undefined)

/** What a detail says: its words, its proof, its ciphertext; undefined if it is of no known type. */
const wordsOf = (detail: Json): Pick<Thought, 'text' | 'signature' | 'redacted'> | undefined => {
  const type = detail['type']
  const form = typeof type === 'string' && Object.hasOwn(forms, type) ? forms[type] : undefined
  if (form === undefined) return undefined
  const text = word(detail[form.text ?? ''])
  const redacted = word(detail[form.redacted ?? ''])
  const signature = word(detail['signature'])
  return {
    ...(text !== undefined && { text }),
    ...(signature !== undefined && { signature }),
    ...(redacted !== undefined && { redacted }),
  }
}
const othersOf = (detail: Json): Json | undefined => {
  const rest = without(detail, known)
  return rest !== undefined && plainTypes.has(detail['type']) ? without(rest, new Set(['type'])) : rest
}
const readDetail = (detail: unknown): Thought | undefined => {
  if (!isRecord(detail)) return undefined
  const words = wordsOf(detail)
  if (words === undefined || Object.keys(words).length === 0) return undefined
  const { index } = detail
  const others = othersOf(detail)
  return { ...words, ...(typeof index === 'number' && { index }), ...(others !== undefined && { others }) }
}
const readDetails = (details: unknown): readonly Thought[] => {
  if (!Array.isArray(details)) return []
  return details.flatMap((detail: unknown) => readDetail(detail) ?? [])
}

const none: readonly Thought[] = []

/** The reasoning in a message or delta: from `reasoning_details` or `thinking_blocks`, with the plain forms where those hold no words. */
export const readThoughts = (delta: Json): readonly Thought[] => {
  const { reasoning_details: details, thinking_blocks: blocks, reasoning_content: content, reasoning } = delta
  const plain = word(content) ?? word(reasoning)
  const hasDetails = Array.isArray(details) || Array.isArray(blocks)
  if (!hasDetails) return plain === undefined ? none : [{ text: plain }]
  const fromDetails = readDetails(details)
  const thoughts = fromDetails.length > 0 ? fromDetails : readDetails(blocks)
  if (plain === undefined || thoughts.some(({ text }) => text !== undefined)) return thoughts
  return [{ text: plain }, ...thoughts]
}

/** The forms above, which are read and so are no unknown members. */
export const thoughtMembers: readonly string[] = [
  'reasoning_details',
  'thinking_blocks',
  'reasoning_content',
  'reasoning',
]

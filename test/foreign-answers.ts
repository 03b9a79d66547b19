/** Recorded whole answers of every dialect of the registry, decoded: what any one of them must be able to tell of the others. */
import { dialects } from '../src/dialects/registry.ts'
import { collect } from '../src/domain/response.ts'
import type { Answer } from '../src/domain/response.ts'
import type { StreamEvent } from '../src/domain/stream-event.ts'
import { recordings } from './recordings.ts'
import { hasShared } from './shared.ts'

export interface ForeignAnswer {
  readonly dialect: string
  readonly name: string
  readonly events: readonly StreamEvent[]
  readonly answer: Answer
}

/** Where each dialect's answers were recorded. */
const surfaces: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': ['chat', 'openai_compat_chat'],
  'openai-responses': ['responses'],
  'openai-completions': ['completions'],
  'anthropic-messages': ['messages'],
  gemini: ['generateContent'],
  'bedrock-converse': ['converse'],
  'cohere-chat': ['v2_chat'],
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // A stream, or a page of a proxy: no whole answer.
    return undefined
  }
}

/** Every whole answer that ended well, of every dialect but this one, no more than so many of each. */
export const foreignAnswers = (own: string, most = 150): readonly ForeignAnswer[] => {
  if (!hasShared) return []
  const found: ForeignAnswer[] = []
  const counts = new Map<string, number>()
  const others = [...dialects.values()].filter(({ id }) => id !== own)
  for (const { id: name, surface, stream, response } of recordings()) {
    if (stream || response.status >= 300) continue
    const dialect = others.find(({ id }) => surfaces[id]?.includes(surface) === true)
    const body = dialect === undefined ? undefined : parse(response.body.text ?? '')
    if (dialect === undefined || body === undefined || (counts.get(dialect.id) ?? 0) >= most) continue
    const events = dialect.decodeAnswer(body)
    const answer = collect(events)
    if (answer.failure !== undefined) continue
    counts.set(dialect.id, (counts.get(dialect.id) ?? 0) + 1)
    found.push({ dialect: dialect.id, name, events, answer })
  }
  return found
}

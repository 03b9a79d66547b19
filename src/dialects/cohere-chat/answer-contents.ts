/** Parts of an answer's content while their pieces come in: text, thinking, and what only this dialect knows. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Json } from '../../domain/json.ts'
import { otherMembers, textOf } from '../fields.ts'
import { carried, dialect } from './wire.ts'

/** A part that is open. `block` is our number for it, `place` Cohere's among the contents. */
export interface OpenContent {
  readonly kind: 'text' | 'thinking' | 'other'
  readonly block: number
  readonly place: number
  readonly type: string
  members: Json | undefined
  readonly citations: unknown[]
}

const known = {
  text: new Set(['type', 'text']),
  thinking: new Set(['type', 'thinking']),
  other: new Set(['type']),
}
const none: readonly StreamEvent[] = []

const kindOf = (type: string): OpenContent['kind'] => {
  if (type === 'text' || type === '') return 'text'
  return type === 'thinking' ? 'thinking' : 'other'
}

/** Adds a piece to a part. Log probabilities go along with the first words that come with them. */
export const feedContent = (open: OpenContent, delta: Json, logprobs: unknown[]): readonly StreamEvent[] => {
  const { block, kind } = open
  const rest = otherMembers(delta, known[kind])
  if (rest !== undefined) open.members = { ...open.members, ...rest }
  if (kind === 'other') return none
  const text = textOf(delta, kind)
  if (text === '') return none
  if (kind === 'thinking') return [{ type: 'reasoning-delta', block, text }]
  const told = logprobs.splice(0)
  return [{ type: 'text-delta', block, text, ...carried(told.length === 0 ? undefined : { logprobs: told }) }]
}

/** Opens a part as our `block`th; the words that it begins with come as its first piece. */
export const openContent = (
  content: Json,
  at: { readonly block: number; readonly place: number },
): { readonly open: OpenContent; readonly events: readonly StreamEvent[] } => {
  const type = textOf(content, 'type')
  const kind = kindOf(type)
  const { block } = at
  const open: OpenContent = { kind, ...at, type, members: undefined, citations: [] }
  if (kind === 'other') return { open, events: none }
  return { open, events: [{ type: kind === 'text' ? 'text-start' : 'reasoning-start', block }] }
}

/** Ends a part; the end of a text waits for its citations. */
export const closeContent = ({ kind, block, type, members }: OpenContent): readonly StreamEvent[] => {
  if (kind === 'text') return none
  if (kind === 'thinking') return [{ type: 'reasoning-end', block, ...carried(members) }]
  return [{ type: 'opaque', block, dialect, kind: type, value: { type, ...members } }]
}

/** The end of a text, with its citations. */
export const settle = ({ block, members, citations }: OpenContent): readonly StreamEvent[] => [
  { type: 'text-end', block, ...carried({ ...members, ...(citations.length > 0 && { citations }) }) },
]

/** What the model thought, as one item of an answer tells it in its summary and in its content, while the pieces come in. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { thoughtsIn } from './input.ts'
import { missing } from './open-item.ts'
import type { Items, OpenItem, OpenThought } from './open-item.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, without } from '../fields.ts'
import { carriedWith } from './wire.ts'

type Kind = 'summary' | 'content'
const none: readonly StreamEvent[] = []
const known = new Set(['type', 'id', 'summary', 'content', 'encrypted_content', 'status'])

const closeAll = (thoughts: OpenItem['thoughts']): readonly StreamEvent[] =>
  [...thoughts.values()].flatMap(thought => {
    if (thought.isClosed) return none
    thought.isClosed = true
    return [{ type: 'reasoning-end' as const, block: thought.block }]
  })

const startOf = ({ head, thoughts }: OpenItem, block: number, kind: Kind, redacted?: string): StreamEvent => {
  const isFirst = thoughts.size === 0
  const form = {
    ...(isFirst ? isWord(head['id']) && { id: head['id'] } : { more: true }),
    ...(kind === 'content' && { kind }),
  }
  return {
    type: 'reasoning-start',
    block,
    ...(redacted !== undefined && { redacted }),
    ...carriedWith(form, isFirst ? without(head, known) : undefined),
  }
}

const thoughtAt = (
  items: Items,
  open: OpenItem,
  kind: Kind,
  place: number,
): { readonly thought: OpenThought; readonly events: readonly StreamEvent[] } => {
  const key = `${kind} ${place}`
  const found = open.thoughts.get(key)
  if (found !== undefined) return { thought: found, events: none }
  const before = closeAll(open.thoughts)
  const thought: OpenThought = { block: items.blocks++, said: '', isClosed: false }
  const start = startOf(open, thought.block, kind)
  open.thoughts.set(key, thought)
  return { thought, events: [...before, start] }
}

/** A piece of a text of this kind, at this place. */
export const growThought = (
  items: Items,
  open: OpenItem,
  at: { readonly kind: Kind; readonly place: number },
  text: string,
): readonly StreamEvent[] => {
  const { thought, events } = thoughtAt(items, open, at.kind, at.place)
  if (text === '' || thought.isClosed) return events
  thought.said += text
  return [...events, { type: 'reasoning-delta', block: thought.block, text }]
}
/** A text of this kind, whole: what its pieces have not told. */
export const doneThought = (
  items: Items,
  open: OpenItem,
  at: { readonly kind: Kind; readonly place: number },
  whole: unknown,
): readonly StreamEvent[] => {
  const said = open.thoughts.get(`${at.kind} ${at.place}`)?.said ?? ''
  return growThought(items, open, at, missing(said, whole))
}

/** How the item ended, where it says more than the proof does. */
const endForm = (item: Json): Json | undefined => {
  const { status, content, encrypted_content: proof } = item
  const form = {
    ...(isWord(status) && status !== 'in_progress' && { status }),
    ...(Array.isArray(content) && content.length === 0 && { content: [] }),
    ...(proof === null && { encrypted_content: null }),
  }
  return Object.keys(form).length === 0 ? undefined : form
}

/** Ends an item: what its pieces have not told, and its proof with the last of them; without any text the proof stands alone. */
export const doneThoughts = (items: Items, open: OpenItem, item: Json): readonly StreamEvent[] => {
  const { encrypted_content: proof } = item
  const texts = (kind: Kind): readonly StreamEvent[] =>
    thoughtsIn(item[kind]).flatMap((text, place) => doneThought(items, open, { kind, place }, text))
  const events: StreamEvent[] = [...texts('summary'), ...texts('content')]
  const last = [...open.thoughts.values()].findLast(({ isClosed }) => !isClosed)
  const ending = carriedWith(endForm(item))
  if (last !== undefined) {
    last.isClosed = true
    events.push({ type: 'reasoning-end', block: last.block, ...(isWord(proof) && { signature: proof }), ...ending })
  } else if (open.thoughts.size === 0) {
    const block = items.blocks++
    events.push(startOf(open, block, 'summary', isWord(proof) ? proof : undefined))
    events.push({ type: 'reasoning-end', block, ...ending })
  }
  return events
}

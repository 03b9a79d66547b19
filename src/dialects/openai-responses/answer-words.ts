/** What the model said in one message of an answer, while its pieces come in. */
import type { Extensions } from '../../domain/message.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { missing } from './open-item.ts'
import type { Items, OpenItem, OpenPart } from './open-item.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, without } from '../fields.ts'
import { carriedWith, openaiResponsesId } from './wire.ts'

type Kind = OpenPart['kind']

const none: readonly StreamEvent[] = []
const known = {
  message: new Set(['type', 'id', 'role', 'content', 'status']),
  text: new Set(['type', 'text', 'annotations', 'logprobs']),
}

/** How the item was told, carried by the first of its parts. */
const marksOf = ({ head, parts }: OpenItem): { readonly extensions?: Extensions } => {
  if (parts.size > 0) return {}
  const members = without(head, known.message)
  return carriedWith({ ...(isWord(head['id']) && { id: head['id'] }) }, members && { message: members })
}

/** The part at this place, begun if it is new; words that come after its end, or of another kind, begin it once more. */
const partAt = (
  items: Items,
  open: OpenItem,
  place: number,
  { kind, text = '' }: { readonly kind: Kind; readonly text?: string },
): { readonly part: OpenPart; readonly events: readonly StreamEvent[] } => {
  const found = open.parts.get(place)
  const isSame = found?.kind === kind
  if (isSame && (!found.isClosed || text === '')) return { part: found, events: none }
  const before = [...open.parts.values()].flatMap(part => closePart(part))
  const marks = marksOf(open)
  const block = items.blocks++
  const said = isSame ? found.said : ''
  const part: OpenPart = { kind, block, said, annotations: [], hasLogprobs: false, isClosed: false, marks }
  open.parts.set(place, part)
  return { part, events: kind === 'text' ? [...before, { type: 'text-start', block, ...marks }] : before }
}

const logprobsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const grow = (part: OpenPart, text: string, logprobs: readonly unknown[]): readonly StreamEvent[] => {
  if (text === '' || part.isClosed) return none
  part.said += text
  if (part.kind === 'refusal') {
    const { marks } = part
    part.marks = {}
    return [{ type: 'refusal-delta', block: part.block, text, ...marks }]
  }
  if (logprobs.length > 0) part.hasLogprobs = true
  const extensions = logprobs.length > 0 ? carriedWith(undefined, { logprobs }) : {}
  return [{ type: 'text-delta', block: part.block, text, ...extensions }]
}

/** Ends a part; `last` is what its item tells at its own end. */
const closePart = (part: OpenPart, members: Json = {}, form?: Json): readonly StreamEvent[] => {
  if (part.isClosed) return none
  part.isClosed = true
  if (part.kind === 'refusal') return none
  const { annotations, block } = part
  const own = { ...members, ...(annotations.length > 0 && { annotations }) }
  return [{ type: 'text-end', block, ...carriedWith(form, Object.keys(own).length > 0 ? own : undefined) }]
}

/** A piece of words at this place. */
export const growWords = (
  items: Items,
  open: OpenItem,
  place: number,
  piece: { readonly kind: Kind; readonly text: string; readonly logprobs?: unknown },
): readonly StreamEvent[] => {
  const { part, events } = partAt(items, open, place, piece)
  return [...events, ...grow(part, piece.text, logprobsOf(piece.logprobs))]
}
/** An annotation of the words at this place. */
export const annotate = (items: Items, open: OpenItem, place: number, annotation: unknown): readonly StreamEvent[] => {
  const { part, events } = partAt(items, open, place, { kind: 'text' })
  part.annotations.push(annotation)
  return events
}

/** Members of a finished part that no piece told. */
const restOf = (part: OpenPart, piece: Json): Json => {
  const { annotations, logprobs } = piece
  if (Array.isArray(annotations) && annotations.length > 0) part.annotations = [...annotations]
  const rest = without(piece, known.text)
  const isOwed = !part.hasLogprobs && Array.isArray(logprobs) && logprobs.length > 0
  return { ...rest, ...(isOwed && { logprobs }) }
}
/** What of the whole no piece has told. */
const owed = ({ parts }: OpenItem, place: number, kind: Kind, whole: unknown): string => {
  const found = parts.get(place)
  return missing(found?.kind === kind ? found.said : '', whole)
}
const readPart = (items: Items, open: OpenItem, place: number, piece: Json): readonly StreamEvent[] => {
  const { type } = piece
  if (type === 'refusal') {
    return growWords(items, open, place, { kind: 'refusal', text: owed(open, place, 'refusal', piece['refusal']) })
  }
  if (type !== 'output_text' && type !== 'text') {
    const value = { ...open.head, content: [piece] }
    return [
      { type: 'opaque', block: items.blocks++, dialect: openaiResponsesId, kind: isWord(type) ? type : '', value },
    ]
  }
  const text = owed(open, place, 'text', piece['text'])
  const { part, events } = partAt(items, open, place, { kind: 'text', text })
  const words = grow(part, text, [])
  const rest = restOf(part, piece)
  return Object.keys(rest).length > 0 && !part.isClosed
    ? [...events, ...words, ...closePart(part, rest)]
    : [...events, ...words]
}

/** What a finished message holds beyond its pieces. */
export const readWords = (items: Items, open: OpenItem, item: Json): readonly StreamEvent[] => {
  const { content } = item
  const list: readonly unknown[] = Array.isArray(content) ? content : []
  if (list.length === 0 && open.parts.size === 0) {
    const marks = marksOf(open)
    const block = items.blocks++
    return [
      { type: 'text-start', block, ...marks },
      { type: 'text-end', block, ...carriedWith({ empty: true }) },
    ]
  }
  // Some servers count the parts on from the item before.
  const places = list.length === open.parts.size ? [...open.parts.keys()] : []
  return list.flatMap((piece: unknown, place) =>
    isRecord(piece) ? readPart(items, open, places[place] ?? place, piece) : none,
  )
}

/** Ends all parts of a message. An end that was not the usual one is told with the last. */
export const closeParts = ({ parts: all }: OpenItem, item: Json): readonly StreamEvent[] => {
  const { status } = item
  const isUnusual = isWord(status) && status !== 'completed' && status !== 'in_progress'
  const parts = [...all.values()].filter(({ isClosed }) => !isClosed)
  return parts.flatMap((part, place) =>
    closePart(part, {}, isUnusual && place === parts.length - 1 ? { more: true, status } : undefined),
  )
}

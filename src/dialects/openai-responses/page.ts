/** A response while it is written: its items so far, and the events that have told them. */
import type { StreamEvent, Usage } from '../../domain/stream-event.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { giveId } from './proof.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { noLosses } from './wire.ts'

type Writable = Record<string, unknown>

/** An item that is being written; `item` is what it has become so far. */
export interface WrittenItem {
  readonly index: number
  readonly item: Writable
  isDone: boolean
}
/** A part of a message; `piece` is what it has become so far. */
export interface WrittenPart {
  readonly index: number
  readonly piece: Writable
  isDone: boolean
}
/** The message, reasoning item or call that a block of events is written to. */
export type WrittenBlock =
  | { readonly kind: 'words'; readonly owner: WrittenMessage; readonly part: WrittenPart }
  | {
      readonly kind: 'thought'
      readonly owner: WrittenThought
      readonly isSummary: boolean
      piece: WrittenPart | undefined
    }
  | { readonly kind: 'call'; readonly owner: WrittenItem }
export interface WrittenMessage extends WrittenItem {
  readonly parts: WrittenPart[]
}
export interface WrittenThought extends WrittenItem {
  /** How many of its texts may still grow. */
  openBlocks: number
  readonly summary: WrittenPart[]
  readonly content: WrittenPart[]
}

/** Everything about one response that is being written. */
export interface Page {
  readonly context: AnswerContext
  readonly losses: Losses
  /** True where only the last event will be read, so that ids may still change. */
  readonly isWhole: boolean
  /** The ids of items and calls so far: no two may have the same. */
  readonly ids: Set<string>
  readonly output: WrittenItem[]
  readonly blocks: Map<number, WrittenBlock>
  /** The events that were told and not yet handed out. */
  readonly told: Json[]
  sequence: number
  /** The response around its output; undefined before the start. */
  head: Json | undefined
  /** The last item, where it is a message or reasoning that may go on. */
  message: WrittenMessage | undefined
  thought: WrittenThought | undefined
  usage: Usage | undefined
  serviceTier: string | undefined
  end: Extract<StreamEvent, { type: 'choice-end' }> | undefined
  hasEnded: boolean
}

/** A page with nothing on it. */
export const newPage = (context: AnswerContext, isWhole: boolean): Page => ({
  context,
  losses: noLosses(),
  isWhole,
  ids: new Set(),
  output: [],
  blocks: new Map(),
  told: [],
  sequence: context.nextEvent ?? 0,
  head: undefined,
  message: undefined,
  thought: undefined,
  usage: undefined,
  serviceTier: undefined,
  end: undefined,
  hasEnded: false,
})

/** Tells an event, numbered. */
export const tell = (page: Page, type: string, members: Json): void => {
  page.told.push({ type, ...members, sequence_number: page.sequence++ })
}

/** This id for the next item, or one of ours where there is none or it is taken already. */
export const freeId = (page: Page, kind: string, wanted: unknown): string => {
  const isFree = isWord(wanted) && !page.ids.has(wanted)
  const id = isFree ? wanted : giveId(kind, page.context.id, page.output.length)
  page.ids.add(id)
  return id
}

/** Where an item stands, as its events say it. */
export const placeOf = ({ index, item }: WrittenItem): Json => ({ item_id: item['id'], output_index: index })

/** Puts an item on the page; `begun` is what it looks like before anything in it was told. */
export const putItem = <Item extends WrittenItem>(page: Page, item: Item, begun: Json): Item => {
  page.output.push(item)
  tell(page, 'response.output_item.added', { output_index: item.index, item: begun })
  return item
}
/** Ends an item. */
export const endItem = (page: Page, item: WrittenItem): void => {
  if (item.isDone) return
  item.isDone = true
  tell(page, 'response.output_item.done', { output_index: item.index, item: { ...item.item } })
}

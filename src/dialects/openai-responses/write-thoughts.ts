/** What the model thought, written: reasoning items with their summaries, their content and their proof. */
import type { Extensions } from '../../domain/message.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { endItem, freeId, placeOf, putItem, tell } from './page.ts'
import type { Page, WrittenBlock, WrittenItem, WrittenPart, WrittenThought } from './page.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'
import { formOf, plainMembers } from './wire.ts'

type Named<Type extends StreamEvent['type']> = Extract<StreamEvent, { type: Type }>
type ThoughtBlock = Extract<WrittenBlock, { kind: 'thought' }>

const newThought = (page: Page, { redacted, extensions }: Named<'reasoning-start'>): WrittenThought => {
  const form = formOf(extensions)
  const index = page.output.length
  const id = freeId(page, 'rs', form['id'])
  const head = { ...plainMembers(extensions), id, type: 'reasoning' }
  const proof = redacted === undefined ? {} : { encrypted_content: redacted }
  const thought: WrittenThought = {
    index,
    item: { ...head, summary: [], ...proof },
    isDone: false,
    summary: [],
    content: [],
    openBlocks: 0,
  }
  return putItem(page, thought, { ...head, summary: [] })
}

/** The reasoning item that may have gone on goes on no more; it ends once all that it holds was told. */
export const leaveThought = (page: Page): void => {
  const { thought } = page
  page.thought = undefined
  if (thought !== undefined && thought.openBlocks === 0) endItem(page, thought)
}

/** Begins a text of reasoning, in an item of its own unless it goes on with the last. */
export const startThought = (page: Page, event: Named<'reasoning-start'>): void => {
  const form = formOf(event.extensions)
  if (form['more'] !== true) leaveThought(page)
  const owner = page.thought ?? newThought(page, event)
  page.thought = owner
  owner.openBlocks++
  page.blocks.set(event.block, { kind: 'thought', owner, isSummary: form['kind'] !== 'content', piece: undefined })
}

const summaryAt = (owner: WrittenThought, { index }: WrittenPart): Json => ({ ...placeOf(owner), summary_index: index })
const contentAt = (owner: WrittenThought, { index }: WrittenPart): Json => ({ ...placeOf(owner), content_index: index })

/** The text that the words of a block belong to: it begins with the first of them. */
const pieceOf = (page: Page, open: ThoughtBlock): WrittenPart => {
  if (open.piece !== undefined) return open.piece
  const { owner, isSummary } = open
  const list = isSummary ? owner.summary : owner.content
  const type = isSummary ? 'summary_text' : 'reasoning_text'
  const piece: WrittenPart = { index: list.length, piece: { type, text: '' }, isDone: false }
  list.push(piece)
  owner.item[isSummary ? 'summary' : 'content'] = list.map(one => one.piece)
  open.piece = piece
  const part = { type, text: '' }
  if (isSummary) tell(page, 'response.reasoning_summary_part.added', { ...summaryAt(owner, piece), part })
  else tell(page, 'response.content_part.added', { ...contentAt(owner, piece), part })
  return piece
}
/** Thinks in words. */
export const think = (page: Page, event: Named<'reasoning-delta'>): void => {
  if (page.blocks.get(event.block) === undefined) startThought(page, { type: 'reasoning-start', block: event.block })
  const open = page.blocks.get(event.block)
  if (open?.kind !== 'thought' || open.owner.isDone) return
  const piece = pieceOf(page, open)
  piece.piece['text'] = `${String(piece.piece['text'])}${event.text}`
  const { owner } = open
  if (open.isSummary)
    tell(page, 'response.reasoning_summary_text.delta', { ...summaryAt(owner, piece), delta: event.text })
  else tell(page, 'response.reasoning_text.delta', { ...contentAt(owner, piece), delta: event.text })
}

const endPiece = (page: Page, { owner, isSummary, piece }: Omit<ThoughtBlock, 'kind'>): void => {
  if (piece === undefined || piece.isDone) return
  piece.isDone = true
  const part = { ...piece.piece }
  if (isSummary) {
    tell(page, 'response.reasoning_summary_text.done', { ...summaryAt(owner, piece), text: part['text'] })
    tell(page, 'response.reasoning_summary_part.done', { ...summaryAt(owner, piece), part })
  } else {
    tell(page, 'response.reasoning_text.done', { ...contentAt(owner, piece), text: part['text'] })
    tell(page, 'response.content_part.done', { ...contentAt(owner, piece), part })
  }
}
/** What the end of a text tells of its item. */
const finishItem = (
  { item, content: told }: WrittenThought,
  extensions: Extensions | undefined,
  isWhole: boolean,
): void => {
  const { id, status, content, encrypted_content: proof } = formOf(extensions)
  // A kept answer tells its ids only at the end, and a proof may hold for its item's id alone.
  if (isWord(id) && isWhole) item['id'] = id
  if (isWord(status)) item['status'] = status
  if (Array.isArray(content) && told.length === 0) item['content'] = []
  if (proof === null) item['encrypted_content'] ??= null
  Object.assign(item, { ...plainMembers(extensions), ...item })
}
/** Ends a text of reasoning; the proof belongs to the whole item. */
export const endThought = (page: Page, { block, signature, extensions }: Named<'reasoning-end'>): void => {
  const open = page.blocks.get(block)
  if (open?.kind !== 'thought' || open.owner.isDone) return
  endPiece(page, open)
  page.blocks.delete(block)
  open.owner.openBlocks--
  finishItem(open.owner, extensions, page.isWhole)
  if (signature !== undefined) open.owner.item['encrypted_content'] = signature
  if (page.thought !== open.owner && open.owner.openBlocks === 0) endItem(page, open.owner)
}
const isThought = (item: WrittenItem): item is WrittenThought => 'summary' in item
/** Ends whatever reasoning was never ended. */
export const endThoughts = (page: Page): void => {
  page.thought = undefined
  for (const owner of page.output) {
    if (!isThought(owner) || owner.isDone) continue
    for (const piece of owner.summary) endPiece(page, { owner, isSummary: true, piece })
    for (const piece of owner.content) endPiece(page, { owner, isSummary: false, piece })
    endItem(page, owner)
  }
}

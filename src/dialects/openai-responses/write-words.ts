/** What the model said, written: messages of text and refusals. */
import { formMember } from '../../domain/foreign.ts'
import type { Extensions } from '../../domain/message.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { endItem, freeId, placeOf, putItem, tell } from './page.ts'
import type { Page, WrittenBlock, WrittenItem, WrittenMessage, WrittenPart } from './page.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, recordOf, without } from '../fields.ts'
import { ownMembers, plainMembers } from './wire.ts'

type Boundary = Extract<StreamEvent, { type: 'text-start' | 'text-end' }>
type Named<Type extends StreamEvent['type']> = Extract<StreamEvent, { type: Type }>

const partAt = (message: WrittenMessage, { index }: WrittenPart): Json => ({
  ...placeOf(message),
  content_index: index,
})
const listIn = (piece: Record<string, unknown>, member: string): unknown[] => {
  const list = piece[member]
  return Array.isArray(list) ? list : []
}

/** Ends a part: its words once more, whole. */
const endPart = (page: Page, message: WrittenMessage, part: WrittenPart): void => {
  if (part.isDone) return
  part.isDone = true
  const at = partAt(message, part)
  const { piece } = part
  if (piece['type'] === 'refusal') tell(page, 'response.refusal.done', { ...at, refusal: piece['refusal'] })
  else tell(page, 'response.output_text.done', { ...at, text: piece['text'], logprobs: piece['logprobs'] })
  tell(page, 'response.content_part.done', { ...at, part: { ...piece } })
}
/** Ends the message, if all of it was told. */
export const leaveMessage = (page: Page, isForced = false): void => {
  const { message } = page
  page.message = undefined
  if (message === undefined) return
  for (const part of message.parts) if (isForced || part.piece['type'] === 'refusal') endPart(page, message, part)
  if (message.parts.every(({ isDone }) => isDone)) endItem(page, message)
}
const isMessage = (item: WrittenItem): item is WrittenMessage => 'parts' in item
/** Ends what is still open of all messages. */
export const endMessages = (page: Page): void => {
  for (const message of page.output) {
    if (!isMessage(message) || message.isDone) continue
    for (const part of message.parts) endPart(page, message, part)
    endItem(page, message)
  }
}

const marks = new Set(['message', 'logprobs', 'annotations'])
/** True for the first part of an item that came in this dialect. */
const beginsItem = (extensions: Extensions | undefined): boolean => {
  const form = ownMembers(extensions)[formMember]
  return isRecord(form) && form['more'] !== true
}
const newMessage = (page: Page, extensions: Extensions | undefined): WrittenMessage => {
  const form = recordOf(ownMembers(extensions), formMember)
  const index = page.output.length
  const id = freeId(page, 'msg', form['id'])
  const head = { ...recordOf(ownMembers(extensions), 'message'), id, type: 'message', role: 'assistant' }
  const message: WrittenMessage = {
    index,
    item: { ...head, status: isWord(form['status']) ? form['status'] : 'completed', content: [] },
    isDone: false,
    parts: [],
  }
  return putItem(page, message, { ...head, status: 'in_progress', content: [] })
}
const messageFor = (page: Page, extensions: Extensions | undefined): WrittenMessage => {
  if (page.message !== undefined && !beginsItem(extensions)) return page.message
  leaveMessage(page)
  page.message = newMessage(page, extensions)
  return page.message
}

const putPart = (
  page: Page,
  block: number,
  piece: Record<string, unknown>,
  extensions: Extensions | undefined,
): void => {
  const message = messageFor(page, extensions)
  const part: WrittenPart = { index: message.parts.length, piece, isDone: false }
  message.parts.push(part)
  listIn(message.item, 'content').push(piece)
  page.blocks.set(block, { kind: 'words', owner: message, part })
  tell(page, 'response.content_part.added', { ...partAt(message, part), part: structuredPiece(piece) })
}
/** A part as it is at its start, which later words do not change. */
const structuredPiece = (piece: Json): Json =>
  piece['type'] === 'refusal' ? { ...piece, refusal: '' } : { ...piece, text: '', annotations: [], logprobs: [] }

type WordsBlock = Extract<WrittenBlock, { kind: 'words' }>
/** The part of this type that a block is written to and that may still grow. */
const openPart = (page: Page, block: number, type: string): WordsBlock | undefined => {
  const open = page.blocks.get(block)
  return open?.kind === 'words' && !open.part.isDone && open.part.piece['type'] === type ? open : undefined
}

/** Begins a text. */
export const startText = (page: Page, { block, extensions }: Pick<Boundary, 'block' | 'extensions'>): void => {
  const rest = without(plainMembers(extensions), marks)
  putPart(page, block, { ...rest, type: 'output_text', text: '', annotations: [], logprobs: [] }, extensions)
}
/** Says words. */
export const say = (page: Page, { block, text, extensions }: Named<'text-delta'>): void => {
  if (openPart(page, block, 'output_text') === undefined) startText(page, { block, ...(extensions && { extensions }) })
  const open = openPart(page, block, 'output_text')
  if (open === undefined) return
  const { owner, part } = open
  const { logprobs } = ownMembers(extensions)
  const told: readonly unknown[] = Array.isArray(logprobs) ? logprobs : []
  part.piece['text'] = `${String(part.piece['text'])}${text}`
  if (told.length > 0) listIn(part.piece, 'logprobs').push(...told)
  tell(page, 'response.output_text.delta', { ...partAt(owner, part), delta: text, logprobs: told })
}
/** Refuses in words. */
export const refuse = (page: Page, { block, text, extensions }: Named<'refusal-delta'>): void => {
  if (openPart(page, block, 'refusal') === undefined) putPart(page, block, { type: 'refusal', refusal: '' }, extensions)
  const open = openPart(page, block, 'refusal')
  if (open === undefined) return
  const { owner, part } = open
  part.piece['refusal'] = `${String(part.piece['refusal'])}${text}`
  tell(page, 'response.refusal.delta', { ...partAt(owner, part), delta: text })
}

/** What the end of a text carries beside it. */
const finishPiece = (
  page: Page,
  message: WrittenMessage,
  part: WrittenPart,
  extensions: Extensions | undefined,
): void => {
  const own = plainMembers(extensions)
  const form = recordOf(ownMembers(extensions), formMember)
  if (isWord(form['status'])) message.item['status'] = form['status']
  if (form['empty'] === true && message.parts.length === 1) message.item['content'] = []
  Object.assign(part.piece, { ...without(own, marks), ...part.piece })
  const { annotations, logprobs } = own
  if (Array.isArray(logprobs)) part.piece['logprobs'] = logprobs
  const list: readonly unknown[] = Array.isArray(annotations) ? annotations : []
  for (const [place, annotation] of list.entries()) {
    listIn(part.piece, 'annotations').push(annotation)
    tell(page, 'response.output_text.annotation.added', {
      ...partAt(message, part),
      annotation_index: place,
      annotation,
    })
  }
}
/** Ends a text; its message may go on as long as nothing else came after it. */
export const endText = (page: Page, { block, extensions }: Boundary): void => {
  const open = page.blocks.get(block)
  if (open?.kind !== 'words' || open.part.isDone) return
  const { owner, part } = open
  finishPiece(page, owner, part, extensions)
  endPart(page, owner, part)
  if (page.message !== owner && owner.parts.every(({ isDone }) => isDone)) endItem(page, owner)
}

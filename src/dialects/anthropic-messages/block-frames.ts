/** The frames of one content block after another: start, deltas, stop. */
import type { AnswerContext, Frame } from '../../ports/dialect.ts'
import { writeCaller } from './caller.ts'
import type { BlockEvent, Pen } from '../block-order.ts'
import { callIds } from './response.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { dialect, ownMembers } from './wire.ts'

const none: readonly Frame[] = []

/** An event of the wire as a frame. */
export const frameOf = (event: Json & { readonly type: string }): Frame => ({
  event: event.type,
  data: JSON.stringify(event),
})

/** Where the writing stands: the number of the block, and whether its content_block_start was sent. */
interface Page {
  index: number
  isOpen: boolean
  readonly losses: Losses
  readonly callId: (id: string) => string
}
const firstPage = (context: AnswerContext, losses: Losses): Page => ({
  index: 0,
  isOpen: false,
  losses,
  callId: callIds(context),
})

const start = (page: Page, content: Json): Frame => {
  page.isOpen = true
  return frameOf({ type: 'content_block_start', index: page.index, content_block: content })
}
const grow = (page: Page, delta: Json): Frame => frameOf({ type: 'content_block_delta', index: page.index, delta })
const stop = (page: Page): Frame => {
  page.isOpen = false
  return frameOf({ type: 'content_block_stop', index: page.index++ })
}

/** A delta, after the start if that was not sent yet: a block without content is never told. */
const growNew = (page: Page, empty: Json, delta: Json): readonly Frame[] =>
  page.isOpen ? [grow(page, delta)] : [start(page, empty), grow(page, delta)]

const emptyText: Json = { type: 'text', text: '' }
const emptyThinking: Json = { type: 'thinking', thinking: '', signature: '' }

type Named<Event, Type> = Event extends { readonly type: infer Types } ? (Type extends Types ? Event : never) : never
type Writers = {
  readonly [Type in BlockEvent['type']]: (event: Named<BlockEvent, Type>, page: Page) => readonly Frame[]
}
const writeText = ({ text }: { readonly text: string }, page: Page): readonly Frame[] =>
  growNew(page, emptyText, { type: 'text_delta', text })

const writers: Writers = {
  'text-start': () => none,
  'text-delta': writeText,
  'refusal-delta': writeText,
  'text-end'(event, page) {
    const given = ownMembers(event.extensions)['citations']
    const citations: readonly unknown[] = Array.isArray(given) ? given : []
    const frames = citations.flatMap(citation => growNew(page, emptyText, { type: 'citations_delta', citation }))
    return page.isOpen ? [...frames, stop(page)] : frames
  },
  'reasoning-start': (event, page) =>
    event.redacted === undefined
      ? none
      : [start(page, { type: 'redacted_thinking', data: event.redacted }), stop(page)],
  'reasoning-delta': ({ text }, page) => growNew(page, emptyThinking, { type: 'thinking_delta', thinking: text }),
  'reasoning-end'({ signature }, page) {
    if (!page.isOpen && signature === undefined) return none
    return [...growNew(page, emptyThinking, { type: 'signature_delta', signature: signature ?? '' }), stop(page)]
  },
  'tool-call-start'({ callId, name, extensions }, page) {
    return [
      start(page, {
        ...writeCaller(ownMembers(extensions)),
        type: 'tool_use',
        id: page.callId(callId),
        name,
        input: {},
      }),
    ]
  },
  'tool-call-delta': ({ input }, page) =>
    page.isOpen ? [grow(page, { type: 'input_json_delta', partial_json: input })] : none,
  'tool-call-end': (_event, page) => (page.isOpen ? [stop(page)] : none),
  opaque({ dialect: owner, kind, value }, page) {
    if (owner === dialect && isRecord(value)) return [start(page, value), stop(page)]
    page.losses.add(`content.${kind}`, `only ${owner} knows this kind of content`)
    return none
  },
}

/** The frames that this event adds to its block. */
const writeEvent = <Event extends BlockEvent>(event: Event, page: Page): readonly Frame[] => {
  if ('extensions' in event) page.losses.addForeign(event.extensions, 'content.')
  const write = writers[event.type] as (event: Event, page: Page) => readonly Frame[]
  return write(event, page)
}

/** Ends the open block before its own end came. */
const endEarly = (page: Page, isReasoning: boolean): readonly Frame[] => {
  if (!page.isOpen) return none
  return isReasoning ? [grow(page, { type: 'signature_delta', signature: '' }), stop(page)] : [stop(page)]
}

/** Writes the blocks of one answer, one after another. */
export const blockPen = (context: AnswerContext, losses: Losses): Pen => {
  const page = firstPage(context, losses)
  return { write: event => writeEvent(event, page), stop: isReasoning => endEarly(page, isReasoning) }
}

/** The frames of one content block after another: start where there is one, deltas, stop. */
import type { AnswerContext, Frame } from '../../ports/dialect.ts'
import { writeRedacted } from './redacted.ts'
import type { BlockEvent, Pen } from '../block-order.ts'
import { callIds } from './response.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { jsonText } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { dialect, memberOf, ownMembers } from './wire.ts'

const none: readonly Frame[] = []

/** An event of the wire as a frame. */
export const frameOf = (event: string, body: Json): Frame => ({ event, data: JSON.stringify(body) })

/** Where the writing stands: the number of the block, and whether anything of it was sent. */
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
  return frameOf('contentBlockStart', { start: content, contentBlockIndex: page.index })
}
/** A delta; of text and reasoning the first one is the start. */
const grow = (page: Page, delta: Json): Frame => {
  page.isOpen = true
  return frameOf('contentBlockDelta', { delta, contentBlockIndex: page.index })
}
const stop = (page: Page): Frame => {
  page.isOpen = false
  return frameOf('contentBlockStop', { contentBlockIndex: page.index++ })
}
const stopIfOpen = (page: Page): readonly Frame[] => (page.isOpen ? [stop(page)] : none)

/** Our own blocks as they came: those that a stream can begin, in their pieces, and any other as one delta. */
const writeOwn = (value: Json, page: Page): readonly Frame[] => {
  const [name, block] = memberOf(value) ?? []
  if (name === undefined) return none
  if (!isRecord(block) || !['toolUse', 'toolResult', 'image'].includes(name)) return [grow(page, value), stop(page)]
  const { input, content, source, ...members } = block
  const frames = [start(page, { [name]: members })]
  if (input !== undefined) frames.push(grow(page, { toolUse: { input: jsonText(input) || '{}' } }))
  if (content !== undefined) frames.push(grow(page, { toolResult: content }))
  if (source !== undefined) frames.push(grow(page, { image: { source } }))
  return [...frames, stop(page)]
}

type Named<Event, Type> = Event extends { readonly type: infer Types } ? (Type extends Types ? Event : never) : never
type Writers = {
  readonly [Type in BlockEvent['type']]: (event: Named<BlockEvent, Type>, page: Page) => readonly Frame[]
}
const writeText = ({ text }: { readonly text: string }, page: Page): readonly Frame[] => [grow(page, { text })]

const writers: Writers = {
  'text-start': () => none,
  'text-delta': writeText,
  'refusal-delta': writeText,
  'text-end'(event, page) {
    const given = ownMembers(event.extensions)['citations']
    const citations: readonly unknown[] = Array.isArray(given) ? given : []
    return [...citations.map(citation => grow(page, { citation })), ...stopIfOpen(page)]
  },
  'reasoning-start': (event, page) =>
    event.redacted === undefined
      ? none
      : [grow(page, { reasoningContent: { redactedContent: writeRedacted(event.redacted) } }), stop(page)],
  'reasoning-delta': ({ text }, page) => [grow(page, { reasoningContent: { text } })],
  'reasoning-end': ({ signature }, page) =>
    signature === undefined ? stopIfOpen(page) : [grow(page, { reasoningContent: { signature } }), stop(page)],
  'tool-call-start': ({ callId, name, extensions }, page) => [
    start(page, { toolUse: { ...ownMembers(extensions), toolUseId: page.callId(callId), name } }),
  ],
  'tool-call-delta': ({ input }, page) => (page.isOpen ? [grow(page, { toolUse: { input } })] : none),
  'tool-call-end': (_event, page) => stopIfOpen(page),
  opaque({ dialect: owner, kind, value }, page) {
    if (owner === dialect && isRecord(value)) return writeOwn(value, page)
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

/** Writes the blocks of one answer, one after another. */
export const blockPen = (context: AnswerContext, losses: Losses): Pen => {
  const page = firstPage(context, losses)
  return { write: event => writeEvent(event, page), stop: () => stopIfOpen(page) }
}

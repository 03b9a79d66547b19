/** Contents, plans, calls and citations of a stream, written one content at a time. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame } from '../../ports/dialect.ts'
import { nameRefusal, nameThought } from './answer-losses.ts'
import { isPlan } from './messages.ts'
import { callId } from './response.ts'
import { endMark } from './stream.ts'
import { writeCall } from './write-messages.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { listOf, textOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { dialect, ownMembers } from './wire.ts'

/** The events that belong to the content of an answer. */
export type ContentEvent = Exclude<
  StreamEvent,
  { type: 'response-start' | 'usage' | 'choice-end' | 'response-end' | 'response-failed' }
>
type Named<Type extends ContentEvent['type']> = Extract<ContentEvent, { type: Type }>

export interface ContentWriter {
  push(event: ContentEvent): readonly Frame[]
  /** Closes what is open, and tells what the end of the answer carries for its content. */
  close(own: Json): readonly Frame[]
  /** True once a refusal was told, in words. */
  isRefusal(): boolean
}

/** An event as its frame. The official client takes any data with the mark of the end in it for the end. */
export const frameOf = (type: string, members: Json): Frame => ({
  event: type,
  data: JSON.stringify({ type, ...members }).replaceAll(endMark, '\\u005bDONE]'),
})

interface OpenCall {
  readonly index: number
  isFed: boolean
}
interface Writing {
  readonly context: AnswerContext
  readonly losses: Losses
  /** The content that is open. */
  open: { readonly block: number; readonly index: number } | undefined
  readonly plans: Set<number>
  readonly calls: Map<number, OpenCall>
  contents: number
  callCount: number
  citations: number
  isRefusal: boolean
}

const none: readonly Frame[] = []

const closeContent = (writing: Writing): readonly Frame[] => {
  const { open } = writing
  writing.open = undefined
  return open === undefined ? none : [frameOf('content-end', { index: open.index })]
}
const openContent = (writing: Writing, block: number, content: Json): readonly Frame[] => {
  if (writing.open?.block === block) return none
  const closed = closeContent(writing)
  const index = writing.contents++
  writing.open = { block, index }
  return [...closed, frameOf('content-start', { index, delta: { message: { content } } })]
}
const contentDelta = (writing: Writing, content: Json, others: Json = {}): Frame =>
  frameOf('content-delta', { index: writing.open?.index ?? 0, delta: { message: { content } }, ...others })

const probabilities = (writing: Writing, logprobs: unknown): readonly Frame[] =>
  listOf(logprobs).map(one => contentDelta(writing, { text: '' }, { logprobs: one }))
const cite = (writing: Writing, citations: unknown): readonly Frame[] =>
  listOf(citations).flatMap(citation => {
    const index = writing.citations++
    return [
      frameOf('citation-start', { index, delta: { message: { citations: citation } } }),
      frameOf('citation-end', { index }),
    ]
  })

const openText = (writing: Writing, block: number): readonly Frame[] =>
  openContent(writing, block, { type: 'text', text: '' })
const say = (writing: Writing, event: Named<'text-delta' | 'refusal-delta'>): readonly Frame[] => {
  const opened = openText(writing, event.block)
  const [first, ...more] = listOf(ownMembers(event.extensions)['logprobs'])
  const told = contentDelta(writing, { text: event.text }, first === undefined ? {} : { logprobs: first })
  return [...opened, told, ...probabilities(writing, more)]
}
const endText = (writing: Writing, { block, extensions }: Named<'text-start' | 'text-end'>): readonly Frame[] => {
  const { citations, logprobs, ...others } = ownMembers(extensions)
  const isLate = Object.keys(others).length > 0 || listOf(logprobs).length > 0
  const opened = isLate ? openText(writing, block) : none
  const late = Object.keys(others).length > 0 ? [contentDelta(writing, others)] : none
  const frames = [...opened, ...late, ...probabilities(writing, logprobs), ...cite(writing, citations)]
  return writing.open?.block === block ? [...frames, ...closeContent(writing)] : frames
}

const think = (writing: Writing, { block, text }: Named<'reasoning-delta'>): readonly Frame[] => {
  if (writing.plans.has(block)) return [frameOf('tool-plan-delta', { delta: { message: { tool_plan: text } } })]
  const opened = openContent(writing, block, { type: 'thinking', thinking: '' })
  return [...opened, contentDelta(writing, { thinking: text })]
}
const endThought = (writing: Writing, event: Named<'reasoning-end'>): readonly Frame[] => {
  nameThought(event, writing.losses)
  if (writing.open?.block !== event.block) return none
  const { tool_plan: _mark, ...own } = ownMembers(event.extensions)
  const late = Object.keys(own).length > 0 ? [contentDelta(writing, own)] : none
  return [...late, ...closeContent(writing)]
}

const feedCall = (writing: Writing, block: number, input: string): readonly Frame[] => {
  const call = writing.calls.get(block)
  if (call === undefined) return none
  call.isFed = true
  const message = { tool_calls: { function: { arguments: input } } }
  return [frameOf('tool-call-delta', { index: call.index, delta: { message } })]
}
/** A call without arguments says so: clients parse them as JSON. */
const endCall = (writing: Writing, block: number): readonly Frame[] => {
  const call = writing.calls.get(block)
  if (call === undefined) return none
  const fed = call.isFed ? none : feedCall(writing, block, '{}')
  writing.calls.delete(block)
  return [...fed, frameOf('tool-call-end', { index: call.index })]
}

const startCall = (writing: Writing, event: Named<'tool-call-start'>): readonly Frame[] => {
  const { block, name, extensions } = event
  const closed = [...closeContent(writing), ...endCall(writing, block)]
  const index = writing.callCount++
  writing.calls.set(block, { index, isFed: false })
  const id = callId(event.callId, name, index, writing.context)
  const call = writeCall({ name, input: '', ...(extensions && { extensions }) }, id)
  const called = isRecord(call['function']) ? call['function'] : {}
  const message = { tool_calls: { ...call, function: { ...called, arguments: '' } } }
  return [...closed, frameOf('tool-call-start', { index, delta: { message } })]
}
const writeOpaque = (writing: Writing, event: Named<'opaque'>): readonly Frame[] => {
  if (event.dialect !== dialect || !isRecord(event.value)) {
    writing.losses.add(`content.${event.kind}`, `only ${event.dialect} knows this kind of content`)
    return none
  }
  const opened = openContent(writing, event.block, { ...event.value, type: textOf(event.value, 'type') })
  return [...opened, ...closeContent(writing)]
}

const startThought = (writing: Writing, event: Named<'reasoning-start'>): readonly Frame[] => {
  nameThought(event, writing.losses)
  if (isPlan(ownMembers(event.extensions))) writing.plans.add(event.block)
  return none
}

const write = (writing: Writing, event: ContentEvent): readonly Frame[] => {
  switch (event.type) {
    case 'text-start':
      return openText(writing, event.block)
    case 'refusal-delta':
      writing.isRefusal = true
      nameRefusal(writing.losses)
      return say(writing, event)
    case 'text-delta':
      return say(writing, event)
    case 'text-end':
      return endText(writing, event)
    case 'reasoning-start':
      return startThought(writing, event)
    case 'reasoning-delta':
      return think(writing, event)
    case 'reasoning-end':
      return endThought(writing, event)
    case 'tool-call-start':
      return startCall(writing, event)
    case 'tool-call-delta':
      return feedCall(writing, event.block, event.input)
    case 'tool-call-end':
      return endCall(writing, event.block)
    case 'opaque':
      return writeOpaque(writing, event)
  }
}

const close = (writing: Writing, own: Json): readonly Frame[] => {
  const { logprobs, citations } = own
  const isLate = listOf(logprobs).length > 0 && writing.open === undefined
  // No block has this number.
  const opened = isLate ? openText(writing, -1) : none
  const told = probabilities(writing, logprobs)
  const calls = [...writing.calls.keys()].flatMap(block => endCall(writing, block))
  return [...opened, ...told, ...closeContent(writing), ...calls, ...cite(writing, citations)]
}

/** A writer for the content of one answer. Text that goes on after a call has begun goes on in a content of its own. */
export const contentWriter = (context: AnswerContext, losses: Losses): ContentWriter => {
  const writing: Writing = {
    context,
    losses,
    open: undefined,
    plans: new Set(),
    calls: new Map(),
    contents: 0,
    callCount: 0,
    citations: 0,
    isRefusal: false,
  }
  return {
    push(event) {
      if ('extensions' in event) losses.addForeign(event.extensions, 'content.')
      return write(writing, event)
    },
    close: own => close(writing, own),
    isRefusal: () => writing.isRefusal,
  }
}

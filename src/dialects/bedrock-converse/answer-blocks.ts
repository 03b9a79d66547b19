/** Content blocks of an answer while they come in: start, deltas, stop, each told as events. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { readCallId } from './call-id.ts'
import { joinedBlobs, readRedacted } from './redacted.ts'
import { answerTool } from './output.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputText, jsonText, otherMembers, parseJson, textOf } from '../fields.ts'
import { carried, dialect, memberOf } from './wire.ts'

/** A block that is open. `block` is our number for it. */
export type OpenBlock =
  | { readonly kind: 'text'; readonly block: number; readonly citations: unknown[]; readonly others: Json | undefined }
  | { readonly kind: 'reasoning'; readonly block: number; readonly others: Json | undefined; signature: string }
  /** Encrypted reasoning, whose pieces are joined before it is told. */
  | { readonly kind: 'redacted'; readonly block: number; readonly pieces: string[] }
  | { readonly kind: 'tool-call'; readonly block: number; fed: boolean }
  /** The input of the tool that is the answer, read as text. */
  | { readonly kind: 'answer'; readonly block: number; fed: boolean }
  /** What is told whole: `name` is the member that the block consists of. */
  | { readonly kind: 'opaque'; readonly block: number; readonly name: string; value: Json; json: string }

/** What a block's start says: the block, and the events so far. */
export interface Started {
  readonly open: OpenBlock
  readonly events: readonly StreamEvent[]
}

const none: readonly StreamEvent[] = []
const known = {
  toolUse: new Set(['toolUseId', 'name', 'input', 'type']),
  reasoning: new Set(['text', 'signature']),
  citations: new Set(['content', 'citations']),
}

const opaque = (name: string, value: Json, block: number): Started => ({
  open: { kind: 'opaque', block, name, value, json: '' },
  events: none,
})

const isCall = (use: Json): boolean => use['type'] !== 'server_tool_use'

const startToolUse = (use: Json, block: number): Started => {
  // Who calls a tool of the provider's own answers it as well.
  if (!isCall(use)) return opaque('toolUse', use, block)
  const name = textOf(use, 'name')
  if (name === answerTool)
    return { open: { kind: 'answer', block, fed: false }, events: [{ type: 'text-start', block }] }
  const callId = readCallId(textOf(use, 'toolUseId'))
  const others = carried(otherMembers(use, known.toolUse))
  return {
    open: { kind: 'tool-call', block, fed: false },
    events: [{ type: 'tool-call-start', block, callId, name, ...others }],
  }
}

/** Opens the block that a contentBlockStart speaks of as our `block`th. */
export const startBlock = (start: Json, block: number): Started | undefined => {
  const [name, value] = memberOf(start) ?? []
  if (name === undefined || !isRecord(value)) return undefined
  return name === 'toolUse' ? startToolUse(value, block) : opaque(name, value, block)
}

const startText = (block: number, others?: Json): Started => ({
  open: { kind: 'text', block, citations: [], others },
  events: [{ type: 'text-start', block }],
})
const startReasoning = (block: number, others?: Json): Started => ({
  open: { kind: 'reasoning', block, others, signature: '' },
  events: [{ type: 'reasoning-start', block }],
})

/** The block that a delta speaks of whose start never came, which is usual for text and reasoning; undefined if that cannot be told. */
export const impliedBlock = (delta: Json, block: number): Started | undefined => {
  const [name, value] = memberOf(delta) ?? []
  if (name === 'text' || name === 'citation') return startText(block)
  if (name !== 'reasoningContent' || !isRecord(value)) return undefined
  return 'redactedContent' in value
    ? { open: { kind: 'redacted', block, pieces: [] }, events: none }
    : startReasoning(block)
}

const growText = (open: Extract<OpenBlock, { kind: 'text' }>, delta: Json): readonly StreamEvent[] => {
  if (isRecord(delta['citation'])) open.citations.push(delta['citation'])
  const text = textOf(delta, 'text')
  return text === '' ? none : [{ type: 'text-delta', block: open.block, text }]
}
const growReasoning = (open: Extract<OpenBlock, { kind: 'reasoning' }>, delta: Json): readonly StreamEvent[] => {
  const content = delta['reasoningContent']
  if (!isRecord(content)) return none
  open.signature += textOf(content, 'signature')
  const text = textOf(content, 'text')
  return text === '' ? none : [{ type: 'reasoning-delta', block: open.block, text }]
}
const growRedacted = (open: Extract<OpenBlock, { kind: 'redacted' }>, delta: Json): readonly StreamEvent[] => {
  const content = delta['reasoningContent']
  const piece = isRecord(content) ? textOf(content, 'redactedContent') : ''
  if (piece !== '') open.pieces.push(piece)
  return none
}
const growToolCall = (
  open: Extract<OpenBlock, { kind: 'tool-call' | 'answer' }>,
  delta: Json,
): readonly StreamEvent[] => {
  const use = delta['toolUse']
  const input = isRecord(use) ? textOf(use, 'input') : ''
  if (input === '') return none
  open.fed = true
  const { block } = open
  return [
    open.kind === 'answer' ? { type: 'text-delta', block, text: input } : { type: 'tool-call-delta', block, input },
  ]
}
/** Results come as a list of content, images in pieces of bytes, and calls of the provider's own tools as JSON text. */
const growOpaque = (open: Extract<OpenBlock, { kind: 'opaque' }>, delta: Json): readonly StreamEvent[] => {
  const more = delta[open.name]
  if (Array.isArray(more)) {
    const before = open.value['content']
    open.value = { ...open.value, content: [...(Array.isArray(before) ? before : []), ...more] }
  } else if (isRecord(more)) {
    const { input, ...members } = more
    if (typeof input === 'string') open.json += input
    open.value = { ...open.value, ...members }
  }
  return none
}

/** Applies one delta. Deltas of kinds that are not known change nothing. */
export const growBlock = (open: OpenBlock, delta: Json): readonly StreamEvent[] => {
  switch (open.kind) {
    case 'text':
      return growText(open, delta)
    case 'reasoning':
      return growReasoning(open, delta)
    case 'redacted':
      return growRedacted(open, delta)
    case 'tool-call':
    case 'answer':
      return growToolCall(open, delta)
    case 'opaque':
      return growOpaque(open, delta)
  }
}

const endText = (open: Extract<OpenBlock, { kind: 'text' }>): readonly StreamEvent[] => {
  const { block, citations, others } = open
  return [{ type: 'text-end', block, ...carried({ ...others, ...(citations.length > 0 && { citations }) }) }]
}
const endOpaque = ({ block, name, value, json }: Extract<OpenBlock, { kind: 'opaque' }>): readonly StreamEvent[] => {
  const whole = json === '' ? value : { ...value, input: parseJson(json) ?? json }
  const kind = name === 'toolUse' ? textOf(value, 'type') : name
  return [{ type: 'opaque', block, dialect, kind, value: { [name]: whole } }]
}

/** Closes a block. */
export const endBlock = (open: OpenBlock): readonly StreamEvent[] => {
  const { block } = open
  switch (open.kind) {
    case 'text':
      return endText(open)
    case 'reasoning': {
      const { signature, others } = open
      return [{ type: 'reasoning-end', block, ...(signature !== '' && { signature }), ...carried(others) }]
    }
    case 'redacted':
      return [
        { type: 'reasoning-start', block, redacted: readRedacted(joinedBlobs(open.pieces)) },
        { type: 'reasoning-end', block },
      ]
    case 'tool-call':
      return [{ type: 'tool-call-end', block }]
    case 'answer': {
      const end: StreamEvent = { type: 'text-end', block }
      return open.fed ? [end] : [{ type: 'text-delta', block, text: '{}' }, end]
    }
    case 'opaque':
      return endOpaque(open)
  }
}

const wholeText = (text: string, block: number, others?: Json): readonly StreamEvent[] => {
  const { open, events } = startText(block, others)
  return [...events, ...growBlock(open, { text }), ...endBlock(open)]
}
const wholeReasoning = (content: Json, block: number): readonly StreamEvent[] | undefined => {
  const { reasoningText: told, redactedContent } = content
  if (typeof redactedContent === 'string') return endBlock({ kind: 'redacted', block, pieces: [redactedContent] })
  if (!isRecord(told)) return undefined
  const { open, events } = startReasoning(block, otherMembers(told, known.reasoning))
  return [...events, ...growBlock(open, { reasoningContent: told }), ...endBlock(open)]
}
const wholeToolUse = (use: Json, block: number): readonly StreamEvent[] => {
  const { open, events } = startToolUse(use, block)
  const { input } = use
  const isAnswer = open.kind === 'answer'
  const text = isAnswer ? jsonText(input ?? {}) || '{}' : inputText(input)
  return [...events, ...growBlock(open, { toolUse: { input: text } }), ...endBlock(open)]
}
const wholeCitations = ({ content, ...members }: Json, block: number): readonly StreamEvent[] => {
  const texts = (Array.isArray(content) ? content : []).map((one: unknown) =>
    isRecord(one) ? textOf(one, 'text') : '',
  )
  return wholeText(texts.join(''), block, otherMembers(members, new Set()))
}

/** The events of a block of a kind that others know too; undefined for any other. */
const wholeKnown = (name: string, value: unknown, block: number): readonly StreamEvent[] | undefined => {
  if (name === 'text' && typeof value === 'string') return wholeText(value, block)
  if (!isRecord(value)) return undefined
  switch (name) {
    case 'toolUse':
      return isCall(value) ? wholeToolUse(value, block) : undefined
    case 'citationsContent':
      return wholeCitations(value, block)
    case 'reasoningContent':
      return wholeReasoning(value, block)
    default:
      return undefined
  }
}

/** A block that came whole, as events. */
export const wholeBlock = (content: unknown, block: number): readonly StreamEvent[] => {
  const [name, value] = (isRecord(content) ? memberOf(content) : undefined) ?? ['', undefined]
  const told = wholeKnown(name, value, block)
  if (told !== undefined) return told
  const kind = name === 'toolUse' && isRecord(value) ? textOf(value, 'type') : name
  return [{ type: 'opaque', block, dialect, kind, value: content }]
}

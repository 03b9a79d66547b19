/** Content blocks of an answer while they come in: start, deltas, stop, each told as events. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { readCaller } from './caller.ts'
import { answerTool } from './output.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputText, jsonText, otherMembers, parseJson, textOf } from '../fields.ts'
import { carried, dialect } from './wire.ts'

/** A block that is open. `block` is our number for it. */
export type OpenBlock =
  | { readonly kind: 'text'; readonly block: number; readonly members: Json; readonly citations: unknown[] }
  | { readonly kind: 'reasoning'; readonly block: number; readonly members: Json | undefined; signature: string }
  | { readonly kind: 'tool-call'; readonly block: number; readonly input: unknown; fed: boolean }
  /** The input of the tool that is the answer, read as text. */
  | { readonly kind: 'answer'; readonly block: number; readonly input: unknown; fed: boolean }
  | { readonly kind: 'opaque'; readonly block: number; value: Record<string, unknown>; json: string }

/** What a block's start says: the block, and the events so far. */
export interface Started {
  readonly open: OpenBlock
  readonly events: readonly StreamEvent[]
}

const none: readonly StreamEvent[] = []
const known = {
  text: new Set(['type', 'text', 'citations']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted: new Set(['type', 'data']),
  toolUse: new Set(['type', 'id', 'name', 'input']),
}

const startText = (content: Json, block: number): Started => {
  const text = textOf(content, 'text')
  const citations: unknown[] = Array.isArray(content['citations']) ? [...content['citations']] : []
  return {
    open: { kind: 'text', block, members: otherMembers(content, known.text) ?? {}, citations },
    events:
      text === ''
        ? [{ type: 'text-start', block }]
        : [
            { type: 'text-start', block },
            { type: 'text-delta', block, text },
          ],
  }
}
const startThinking = (content: Json, block: number): Started => {
  const text = textOf(content, 'thinking')
  const start: StreamEvent = { type: 'reasoning-start', block }
  return {
    open: {
      kind: 'reasoning',
      block,
      members: otherMembers(content, known.thinking),
      signature: textOf(content, 'signature'),
    },
    events: text === '' ? [start] : [start, { type: 'reasoning-delta', block, text }],
  }
}
const startRedacted = (content: Json, block: number): Started => ({
  open: { kind: 'reasoning', block, members: otherMembers(content, known.redacted), signature: '' },
  events: [{ type: 'reasoning-start', block, redacted: textOf(content, 'data') }],
})
const startToolUse = (content: Json, block: number): Started => ({
  open: { kind: 'tool-call', block, input: content['input'], fed: false },
  events: [
    {
      type: 'tool-call-start',
      block,
      callId: textOf(content, 'id'),
      name: textOf(content, 'name'),
      ...carried(readCaller(otherMembers(content, known.toolUse))),
    },
  ],
})

const startAnswer = (content: Json, block: number): Started => ({
  open: { kind: 'answer', block, input: content['input'], fed: false },
  events: [{ type: 'text-start', block }],
})

/** Opens a block as our `block`th. A kind that is not known is kept whole until its stop. */
export const startBlock = (content: Json, block: number): Started => {
  switch (content['type']) {
    case 'text':
      return startText(content, block)
    case 'thinking':
      return startThinking(content, block)
    case 'redacted_thinking':
      return startRedacted(content, block)
    case 'tool_use':
      return content['name'] === answerTool ? startAnswer(content, block) : startToolUse(content, block)
    default:
      return { open: { kind: 'opaque', block, value: { ...content }, json: '' }, events: none }
  }
}

/** The block that a delta speaks of whose start never came; undefined if that cannot be told. */
export const impliedBlock = (delta: Json): Json | undefined => {
  if (delta['type'] === 'text_delta') return { type: 'text', text: '' }
  return delta['type'] === 'thinking_delta' ? { type: 'thinking', thinking: '' } : undefined
}

/** Grows the members of an opaque block by those of its delta: strings and lists are joined, anything else is replaced. */
const growOpaque = (open: Extract<OpenBlock, { kind: 'opaque' }>, delta: Json): void => {
  if (delta['type'] === 'input_json_delta') {
    open.json += textOf(delta, 'partial_json')
    return
  }
  if (delta['type'] === 'citations_delta') {
    const before = open.value['citations']
    open.value['citations'] = [...(Array.isArray(before) ? before : []), delta['citation']]
    return
  }
  const grown = Object.entries(delta).filter(([key, more]) => key !== 'type' && more !== null)
  const joined = grown.map(([key, more]): [string, unknown] => {
    const before = open.value[key]
    return [key, typeof before === 'string' && typeof more === 'string' ? before + more : more]
  })
  open.value = { ...open.value, ...Object.fromEntries(joined) }
}

const growText = (open: Extract<OpenBlock, { kind: 'text' }>, delta: Json): readonly StreamEvent[] => {
  if (delta['type'] === 'citations_delta') open.citations.push(delta['citation'])
  if (delta['type'] !== 'text_delta') return none
  const text = textOf(delta, 'text')
  return text === '' ? none : [{ type: 'text-delta', block: open.block, text }]
}
const growReasoning = (open: Extract<OpenBlock, { kind: 'reasoning' }>, delta: Json): readonly StreamEvent[] => {
  if (delta['type'] === 'signature_delta') open.signature = textOf(delta, 'signature')
  if (delta['type'] !== 'thinking_delta') return none
  const text = textOf(delta, 'thinking')
  return text === '' ? none : [{ type: 'reasoning-delta', block: open.block, text }]
}
const growToolCall = (
  open: Extract<OpenBlock, { kind: 'tool-call' | 'answer' }>,
  delta: Json,
): readonly StreamEvent[] => {
  if (delta['type'] !== 'input_json_delta') return none
  const input = textOf(delta, 'partial_json')
  if (input === '') return none
  open.fed = true
  const { block } = open
  return [
    open.kind === 'answer' ? { type: 'text-delta', block, text: input } : { type: 'tool-call-delta', block, input },
  ]
}

/** Applies one delta. Deltas of kinds that are not known change nothing. */
export const growBlock = (open: OpenBlock, delta: Json): readonly StreamEvent[] => {
  switch (open.kind) {
    case 'text':
      return growText(open, delta)
    case 'tool-call':
    case 'answer':
      return growToolCall(open, delta)
    case 'reasoning':
      return growReasoning(open, delta)
    case 'opaque':
      growOpaque(open, delta)
      return none
  }
}

const endText = (open: Extract<OpenBlock, { kind: 'text' }>): readonly StreamEvent[] => {
  const { block, members, citations } = open
  const all = citations.length === 0 ? members : { ...members, citations }
  return [{ type: 'text-end', block, ...(Object.keys(all).length > 0 && carried(all)) }]
}
const endToolCall = (open: Extract<OpenBlock, { kind: 'tool-call' }>): readonly StreamEvent[] => {
  const { block } = open
  // Some look-alikes give the input whole at the start and send no delta.
  const input = open.fed ? '' : inputText(open.input)
  const end: StreamEvent = { type: 'tool-call-end', block }
  return input === '' ? [end] : [{ type: 'tool-call-delta', block, input }, end]
}
const endAnswer = (open: Extract<OpenBlock, { kind: 'answer' }>): readonly StreamEvent[] => {
  const { block } = open
  const end: StreamEvent = { type: 'text-end', block }
  return open.fed ? [end] : [{ type: 'text-delta', block, text: jsonText(open.input ?? {}) || '{}' }, end]
}
const endOpaque = (open: Extract<OpenBlock, { kind: 'opaque' }>): readonly StreamEvent[] => {
  const kind = textOf(open.value, 'type')
  const input = open.json === '' ? undefined : (parseJson(open.json) ?? open.json)
  const value = input === undefined ? open.value : { ...open.value, input }
  return [{ type: 'opaque', block: open.block, dialect, kind, value }]
}

/** Closes a block. */
export const endBlock = (open: OpenBlock): readonly StreamEvent[] => {
  switch (open.kind) {
    case 'text':
      return endText(open)
    case 'tool-call':
      return endToolCall(open)
    case 'reasoning': {
      const { block, members, signature } = open
      return [{ type: 'reasoning-end', block, ...(signature !== '' && { signature }), ...carried(members) }]
    }
    case 'answer':
      return endAnswer(open)
    case 'opaque':
      return endOpaque(open)
  }
}

/** A block that came whole, as events. */
export const wholeBlock = (content: unknown, block: number): readonly StreamEvent[] => {
  const { open, events } = startBlock(isRecord(content) ? content : { type: '', value: content }, block)
  return [...events, ...endBlock(open)]
}

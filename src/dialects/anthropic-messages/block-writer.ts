/** Writes one content block at a time as frames, whatever order the events of several blocks come in. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { AnswerContext, Frame } from '../../ports/dialect.ts'
import { callIdFor } from './response.ts'
import type { Json, Losses } from './wire.ts'
import { dialect, idFitter, isRecord, ownMembers } from './wire.ts'

/** The events that belong to a block. */
export type BlockEvent = Extract<StreamEvent, { block: number }>

const none: readonly Frame[] = []

/** An event of the wire as a frame. */
export const frameOf = (event: Json & { readonly type: string }): Frame => ({
  event: event.type,
  data: JSON.stringify(event),
})

interface Current {
  readonly block: number
  readonly kind: 'text' | 'reasoning' | 'tool-call'
  /** True once its content_block_start was sent. */
  sent: boolean
}

const kindOf = (event: BlockEvent): Current['kind'] => {
  if (event.type.startsWith('tool-call')) return 'tool-call'
  return event.type.startsWith('reasoning') ? 'reasoning' : 'text'
}
const isLast = (event: BlockEvent): boolean => event.type.endsWith('-end') || event.type === 'opaque'

/** Frames for the blocks of one answer. */
export interface BlockWriter {
  push(event: BlockEvent): readonly Frame[]
  /** Closes what is open and writes what had to wait. */
  close(): readonly Frame[]
}

/**
 * A writer of blocks. Calls and reasoning keep the floor until they end, and later blocks wait; text gives way to the next
 * block at once, so that nothing streams late, and goes on in a block of its own if more of it comes.
 */
export const blockWriter = (context: AnswerContext, losses: Losses): BlockWriter => {
  const fitted = idFitter()
  const waiting = new Map<number, BlockEvent[]>()
  let current: Current | undefined
  let next = 0

  const start = (content: Json): Frame => frameOf({ type: 'content_block_start', index: next, content_block: content })
  const delta = (value: Json): Frame => frameOf({ type: 'content_block_delta', index: next, delta: value })
  const stop = (): Frame => frameOf({ type: 'content_block_stop', index: next++ })
  const whole = (content: Json): readonly Frame[] => [start(content), stop()]

  /** A delta of the current block, with its start if that was not sent yet: an empty block is never told. */
  const grow = (content: Json, value: Json): readonly Frame[] => {
    if (current?.sent === true) return [delta(value)]
    if (current !== undefined) current.sent = true
    return [start(content), delta(value)]
  }
  const emptyText = { type: 'text', text: '' }
  const emptyThinking = { type: 'thinking', thinking: '', signature: '' }

  const endText = (event: Extract<BlockEvent, { type: 'text-end' | 'text-start' }>): readonly Frame[] => {
    const citations = ownMembers(event.extensions)['citations']
    const frames = (Array.isArray(citations) ? citations : []).flatMap((citation: unknown) =>
      grow(emptyText, { type: 'citations_delta', citation }),
    )
    return current?.sent === true ? [...frames, stop()] : frames
  }
  const endReasoning = (signature: string | undefined): readonly Frame[] => {
    if (current?.sent !== true && signature === undefined) return none
    return [...grow(emptyThinking, { type: 'signature_delta', signature: signature ?? '' }), stop()]
  }
  const startCall = (event: Extract<BlockEvent, { type: 'tool-call-start' }>): readonly Frame[] => {
    if (current !== undefined) current.sent = true
    const id = fitted(callIdFor(event.callId, context))
    return [start({ ...ownMembers(event.extensions), type: 'tool_use', id, name: event.name, input: {} })]
  }
  const writeOpaque = (event: Extract<BlockEvent, { type: 'opaque' }>): readonly Frame[] => {
    if (event.dialect === dialect && isRecord(event.value)) return whole(event.value)
    losses.add(`content.${event.kind}`, `only ${event.dialect} knows this kind of content`)
    return none
  }

  const write = (event: BlockEvent): readonly Frame[] => {
    switch (event.type) {
      case 'text-delta':
      case 'refusal-delta':
        return grow(emptyText, { type: 'text_delta', text: event.text })
      case 'text-end':
        return endText(event)
      case 'reasoning-start':
        return event.redacted === undefined ? none : whole({ type: 'redacted_thinking', data: event.redacted })
      case 'reasoning-delta':
        return grow(emptyThinking, { type: 'thinking_delta', thinking: event.text })
      case 'reasoning-end':
        return endReasoning(event.signature)
      case 'tool-call-start':
        return startCall(event)
      case 'tool-call-delta':
        return current?.sent === true ? [delta({ type: 'input_json_delta', partial_json: event.input })] : none
      case 'tool-call-end':
        return current?.sent === true ? [stop()] : none
      case 'opaque':
        return writeOpaque(event)
      default:
        return none
    }
  }

  const take = (event: BlockEvent): readonly Frame[] => {
    current ??= { block: event.block, kind: kindOf(event), sent: false }
    const frames = write(event)
    if (isLast(event)) current = undefined
    return frames
  }
  /** Ends the current block before its own end came. */
  const yieldFloor = (): readonly Frame[] => {
    if (current === undefined) return none
    const frames = current.kind === 'reasoning' ? endReasoning(undefined) : current.sent ? [stop()] : none
    current = undefined
    return frames
  }
  const drain = (): readonly Frame[] => {
    const frames: Frame[] = []
    while (current === undefined && waiting.size > 0) {
      const [block, events] = waiting.entries().next().value!
      waiting.delete(block)
      for (const event of events) frames.push(...take(event))
    }
    return frames
  }

  /** Ends, and arguments without a call, begin nothing. */
  const begins = (event: BlockEvent): boolean => !event.type.endsWith('-end') && event.type !== 'tool-call-delta'
  const push = (event: BlockEvent): readonly Frame[] => {
    if (current === undefined || current.block === event.block) {
      const frames = current === undefined && !begins(event) ? none : take(event)
      return current === undefined && waiting.size > 0 ? [...frames, ...drain()] : frames
    }
    if (current.kind === 'text' && begins(event)) return [...yieldFloor(), ...push(event)]
    const queue = waiting.get(event.block)
    if (queue !== undefined) queue.push(event)
    else if (begins(event)) waiting.set(event.block, [event])
    return none
  }
  return {
    push(event) {
      if ('extensions' in event) losses.addForeign(event.extensions, 'content.')
      return push(event)
    },
    close() {
      const frames = [...yieldFloor()]
      while (waiting.size > 0) frames.push(...drain(), ...yieldFloor())
      return frames
    },
  }
}

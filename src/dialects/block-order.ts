/** Writes one content block at a time, whatever order the events of several blocks come in. */
import type { StreamEvent } from '../domain/stream-event.ts'
import type { Frame } from '../ports/dialect.ts'

/** The events that belong to a block. */
export type BlockEvent = Extract<StreamEvent, { block: number }>

/** How one dialect writes the blocks of an answer, one after another. */
export interface Pen {
  /** The frames of an event of the block that is written. */
  write(event: BlockEvent): readonly Frame[]
  /** Stops the block that is written before its end; nothing where none was begun. */
  stop(isReasoning: boolean): readonly Frame[]
}

const none: readonly Frame[] = []

interface Floor {
  readonly block: number
  readonly kind: 'text' | 'reasoning' | 'tool-call'
}
const floorOf = ({ type, block }: BlockEvent): Floor => {
  if (type.startsWith('tool-call')) return { block, kind: 'tool-call' }
  return { block, kind: type.startsWith('reasoning') ? 'reasoning' : 'text' }
}
const isLast = ({ type }: BlockEvent): boolean => type.endsWith('-end') || type === 'opaque'
/** Ends, and arguments without a call, begin nothing. */
const begins = ({ type }: BlockEvent): boolean => !type.endsWith('-end') && type !== 'tool-call-delta'

/** Which block has the floor, and what waits for it. */
interface Order {
  readonly pen: Pen
  readonly waiting: Map<number, BlockEvent[]>
  floor: Floor | undefined
}

const take = (order: Order, event: BlockEvent): readonly Frame[] => {
  order.floor ??= floorOf(event)
  const frames = order.pen.write(event)
  if (isLast(event)) order.floor = undefined
  return frames
}

const yieldFloor = (order: Order): readonly Frame[] => {
  const frames = order.floor === undefined ? none : order.pen.stop(order.floor.kind === 'reasoning')
  order.floor = undefined
  return frames
}

/** Writes the blocks that wait, oldest first, until one has not ended. */
const drain = (order: Order): readonly Frame[] => {
  const frames: Frame[] = []
  for (const [block, events] of order.waiting) {
    if (order.floor !== undefined) break
    order.waiting.delete(block)
    for (const event of events) frames.push(...take(order, event))
  }
  return frames
}

const push = (order: Order, event: BlockEvent): readonly Frame[] => {
  const { floor, waiting } = order
  if (floor === undefined) return begins(event) ? next(order, take(order, event)) : none
  if (floor.block === event.block) return next(order, take(order, event))
  if (floor.kind === 'text' && begins(event)) return [...yieldFloor(order), ...push(order, event)]
  const queue = waiting.get(event.block)
  if (queue !== undefined) queue.push(event)
  else if (begins(event)) waiting.set(event.block, [event])
  return none
}
const next = (order: Order, frames: readonly Frame[]): readonly Frame[] =>
  order.floor === undefined && order.waiting.size > 0 ? [...frames, ...drain(order)] : frames

/** Frames for the blocks of one answer. */
interface BlockOrder {
  push(event: BlockEvent): readonly Frame[]
  /** Closes what is open and writes what had to wait. */
  close(): readonly Frame[]
}

/**
 * Brings the events of several blocks into order. Calls and reasoning keep the floor until they end, and later blocks wait;
 * text gives way to the next block at once, so that nothing streams late, and goes on in a block of its own if more of it
 * comes.
 */
export const blockOrder = (pen: Pen): BlockOrder => {
  const order: Order = { pen, waiting: new Map(), floor: undefined }
  return {
    push: event => push(order, event),
    close() {
      const frames = [...yieldFloor(order)]
      while (order.waiting.size > 0) frames.push(...drain(order), ...yieldFloor(order))
      return frames
    },
  }
}

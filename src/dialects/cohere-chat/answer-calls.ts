/** Tool calls of an answer while their pieces come in. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Json } from '../../domain/json.ts'
import { otherMembers, recordOf, textOf } from '../fields.ts'
import { carried } from './wire.ts'

/** A call that is open. */
export interface OpenCall {
  readonly block: number
  /** Arguments that may yet turn out to be `null`, which means none. */
  held: string
  isTold: boolean
}

const known = {
  call: new Set(['id', 'type', 'function']),
  called: new Set(['name', 'arguments']),
}
const none: readonly StreamEvent[] = []
const nothing = 'null'

/** Tells arguments once it is sure that they are some. */
export const feedCall = (call: OpenCall, input: string): readonly StreamEvent[] => {
  const { block } = call
  if (call.isTold) return input === '' ? none : [{ type: 'tool-call-delta', block, input }]
  call.held += input
  if (nothing.startsWith(call.held)) return none
  call.isTold = true
  return [{ type: 'tool-call-delta', block, input: call.held }]
}

/** Opens a call as our `block`th. */
export const openCall = (
  call: Json,
  block: number,
): { readonly open: OpenCall; readonly events: readonly StreamEvent[] } => {
  const called = recordOf(call, 'function')
  const inner = otherMembers(called, known.called)
  const rest = otherMembers(call, known.call)
  const start: StreamEvent = {
    type: 'tool-call-start',
    block,
    callId: textOf(call, 'id'),
    name: textOf(called, 'name'),
    ...carried(inner === undefined ? rest : { ...rest, function: inner }),
  }
  const open: OpenCall = { block, held: '', isTold: false }
  return { open, events: [start, ...feedCall(open, textOf(called, 'arguments'))] }
}

/** Ends a call. */
export const closeCall = ({ block, held, isTold }: OpenCall): readonly StreamEvent[] => {
  const end: StreamEvent = { type: 'tool-call-end', block }
  const isOwed = !isTold && held !== '' && held !== nothing
  return isOwed ? [{ type: 'tool-call-delta', block, input: held }, end] : [end]
}

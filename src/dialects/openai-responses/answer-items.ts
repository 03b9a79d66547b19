/** The items of an answer's output while their pieces come in. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { doneThoughts } from './answer-thoughts.ts'
import { closeParts, readWords } from './answer-words.ts'
import { missing } from './open-item.ts'
import type { Items, OpenItem } from './open-item.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText, without } from '../fields.ts'
import { carriedWith, openaiResponsesId } from './wire.ts'

const none: readonly StreamEvent[] = []
const knownCall = new Set(['type', 'id', 'call_id', 'name', 'arguments', 'status'])

const clientCalls = new Set<unknown>([
  'function_call',
  'custom_tool_call',
  'computer_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'mcp_approval_request',
])
/** True for an item whose result the client owes. */
export const isCall = ({ head }: OpenItem): boolean => clientCalls.has(head['type'])

/** Its id, and at its end its status where that is not the usual one. */
const callForm = ({ id, status }: Json, isWhole: boolean): Json | undefined => {
  const form = { ...(isWord(id) && { id }), ...(isWhole && isWord(status) && status !== 'completed' && { status }) }
  return Object.keys(form).length === 0 ? undefined : form
}
/** Tells a call once there is a name. */
export const beginCall = (
  items: Items,
  { call, id }: OpenItem,
  item: Json,
  isWhole = false,
): readonly StreamEvent[] => {
  const { name, call_id: callId } = item
  if (call.block !== undefined || !isWord(name)) return none
  call.block = items.blocks++
  const start: StreamEvent = {
    type: 'tool-call-start',
    block: call.block,
    callId: isWord(callId) ? callId : (id ?? ''),
    name,
    ...carriedWith(callForm(item, isWhole), without(item, knownCall)),
  }
  if (call.said === '') return [start]
  return [start, { type: 'tool-call-delta', block: call.block, input: call.said }]
}
/** A piece of a call's arguments. */
export const growCall = ({ call }: OpenItem, input: string): readonly StreamEvent[] => {
  if (input === '') return none
  call.said += input
  return call.block === undefined ? none : [{ type: 'tool-call-delta', block: call.block, input }]
}
const argumentsOf = (value: unknown): unknown =>
  isRecord(value) && Object.keys(value).length > 0 ? jsonText(value) : value
const doneCall = (items: Items, open: OpenItem, item: Json): readonly StreamEvent[] => {
  const events = [
    ...beginCall(items, open, item, true),
    ...growCall(open, missing(open.call.said, argumentsOf(item['arguments']))),
  ]
  const { block } = open.call
  return block === undefined ? events : [...events, { type: 'tool-call-end', block }]
}

const opaque = (items: Items, item: Json): readonly StreamEvent[] => [
  {
    type: 'opaque',
    block: items.blocks++,
    dialect: openaiResponsesId,
    kind: isWord(item['type']) ? item['type'] : 'item',
    value: item,
  },
]

/** Ends an item, with whatever it holds beyond its pieces; undefined where its end was not told. */
export const doneItem = (items: Items, open: OpenItem, item: Json | undefined): readonly StreamEvent[] => {
  if (open.isDone) return none
  open.isDone = true
  const whole = item ?? open.head
  switch (whole['type']) {
    case 'message':
      return [...readWords(items, open, whole), ...closeParts(open, whole)]
    case 'reasoning':
      return doneThoughts(items, open, whole)
    case 'function_call':
      return doneCall(items, open, whole)
    default:
      return opaque(items, whole)
  }
}

/** Calls of functions, and items that only this dialect knows, written. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { endItem, placeOf, putItem, tell } from './page.ts'
import type { Page, WrittenItem } from './page.ts'
import { giveId } from './proof.ts'
import { addLoss, formOf, isRecord, isWord, openaiResponsesId, plainMembers } from './wire.ts'
import type { Json } from './wire.ts'

type Named<Type extends StreamEvent['type']> = Extract<StreamEvent, { type: Type }>

/** Begins a call. */
export const startCall = (page: Page, { block, callId, name, extensions }: Named<'tool-call-start'>): void => {
  const index = page.output.length
  const { id, status } = formOf(extensions)
  const head = {
    ...plainMembers(extensions),
    id: isWord(id) ? id : giveId('fc', page.context.id, index),
    type: 'function_call',
    call_id: callId === '' ? giveId('call', page.context.id, index) : callId,
    name,
    arguments: '',
  }
  const owner: WrittenItem = { index, item: { ...head, status: isWord(status) ? status : 'completed' }, isDone: false }
  page.blocks.set(block, { kind: 'call', owner })
  putItem(page, owner, { ...head, status: 'in_progress' })
}
/** Says a piece of its arguments. */
export const feedCall = (page: Page, block: number, input: string): void => {
  const open = page.blocks.get(block)
  if (open?.kind !== 'call' || open.owner.isDone) return
  const { item } = open.owner
  item['arguments'] = `${String(item['arguments'])}${input}`
  tell(page, 'response.function_call_arguments.delta', { ...placeOf(open.owner), delta: input })
}
/** Ends a call. One without arguments says so: clients parse them as JSON. */
export const endCall = (page: Page, block: number): void => {
  const open = page.blocks.get(block)
  if (open?.kind !== 'call' || open.owner.isDone) return
  const { owner } = open
  if (owner.item['arguments'] === '') feedCall(page, block, '{}')
  const { name, arguments: input } = owner.item
  tell(page, 'response.function_call_arguments.done', { ...placeOf(owner), name, arguments: input })
  endItem(page, owner)
}
/** Ends whatever call was never ended. */
export const endCalls = (page: Page): void => {
  for (const [block, open] of page.blocks) if (open.kind === 'call') endCall(page, block)
}

const begun = (item: Json): Json => (item['type'] === 'custom_tool_call' ? { ...item, input: '' } : item)
/** An item of this dialect as it was; an event of a type that nobody knows goes along by itself. */
export const writeOpaque = (page: Page, { dialect, kind, value }: Named<'opaque'>): void => {
  if (dialect !== openaiResponsesId || !isRecord(value)) {
    addLoss(page.losses, `content.${kind}`, `only ${dialect} knows this kind of content`)
    return
  }
  if (kind.startsWith('response.') || kind === 'event') {
    const { type: _type, sequence_number: _number, ...members } = value
    tell(page, kind, members)
    return
  }
  const index = page.output.length
  const item: WrittenItem = { index, item: { ...value }, isDone: false }
  putItem(page, item, begun(value))
  if (kind === 'custom_tool_call' && typeof value['input'] === 'string') {
    const at = { item_id: isWord(value['id']) ? value['id'] : '', output_index: index }
    if (value['input'] !== '') tell(page, 'response.custom_tool_call_input.delta', { ...at, delta: value['input'] })
    tell(page, 'response.custom_tool_call_input.done', { ...at, input: value['input'] })
  }
  endItem(page, item)
}

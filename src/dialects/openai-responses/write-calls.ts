/** Calls of functions, and items that only this dialect knows, written. */
import type { StreamEvent } from '../../domain/stream-event.ts'
import { endItem, freeId, placeOf, putItem, tell } from './page.ts'
import type { Page, WrittenItem } from './page.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'
import { formOf, openaiResponsesId, plainMembers } from './wire.ts'

type Named<Type extends StreamEvent['type']> = Extract<StreamEvent, { type: Type }>

/** Begins a call. */
export const startCall = (page: Page, { block, callId, name, extensions }: Named<'tool-call-start'>): void => {
  const index = page.output.length
  const { id, status } = formOf(extensions)
  const head = {
    ...plainMembers(extensions),
    id: freeId(page, 'fc', id),
    type: 'function_call',
    call_id: freeId(page, 'call', callId),
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
const tellInput = (page: Page, item: WrittenItem): void => {
  const { type, input } = item.item
  if (type !== 'custom_tool_call' || typeof input !== 'string') return
  if (input !== '') tell(page, 'response.custom_tool_call_input.delta', { ...placeOf(item), delta: input })
  tell(page, 'response.custom_tool_call_input.done', { ...placeOf(item), input })
}
const itemWith = ({ output }: Page, id: unknown): WrittenItem | undefined =>
  output.find(({ item }) => item['id'] === id)

/** An item of this dialect as it was; one of which events were told already comes to its end. */
const writeItem = (page: Page, value: Json): void => {
  const announced = itemWith(page, value['id'])
  if (announced !== undefined && !announced.isDone && announced.item['type'] === value['type']) {
    Object.assign(announced.item, value)
    return endItem(page, announced)
  }
  const index = page.output.length
  const item: WrittenItem = { index, item: { ...value, id: freeId(page, 'item', value['id']) }, isDone: false }
  putItem(page, item, begun(item.item))
  tellInput(page, item)
  endItem(page, item)
}

/** An event that goes along as it is, about an item where that stands here. */
const writeEvent = (page: Page, kind: string, { type: _type, sequence_number: _number, ...members }: Json): void => {
  const { item } = members
  if (kind === 'response.output_item.added' && isRecord(item)) {
    putItem(
      page,
      { index: page.output.length, item: { ...item, id: freeId(page, 'item', item['id']) }, isDone: false },
      item,
    )
    return
  }
  const about = isWord(members['item_id']) ? itemWith(page, members['item_id']) : undefined
  tell(page, kind, about === undefined ? members : { ...members, output_index: about.index })
}

/** What only this dialect knows: an item, or an event of a type that nobody here knows. */
export const writeOpaque = (page: Page, { dialect, kind, value }: Named<'opaque'>): void => {
  if (dialect !== openaiResponsesId || !isRecord(value)) {
    page.losses.add(`content.${kind}`, `only ${dialect} knows this kind of content`)
    return
  }
  if (kind.startsWith('response.')) writeEvent(page, kind, value)
  else writeItem(page, value)
}
/** Ends whatever item was announced and never came. */
export const endOthers = (page: Page): void => {
  for (const item of page.output) endItem(page, item)
}

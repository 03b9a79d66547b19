/** Events of a stream set right where they break the published schema, whoever wrote them; unknown members and types stay. */
import { mend, rules, textOr } from '../mend.ts'
import type { Fix } from '../mend.ts'
import { mendItem, mendPart } from './mend-item.ts'
import { mendAnnotation, pieceLogprobs } from './mend-members.ts'
import { mendResponse } from './mend-response.ts'
import { giveId } from './proof.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'

const looseText: Fix = value => (typeof value === 'string' ? value : null)

/** What was told of the items so far: their ids, and the names of calls. */
interface Told {
  around: string
  readonly ids: Map<unknown, string>
  readonly names: Map<unknown, string>
  /** The places of parts within each item, as they were given, in the order in which they began. */
  readonly parts: Map<unknown, unknown[]>
}

const response: Fix = value => mendResponse(isRecord(value) ? value : {})

const item =
  (told: Told, place: unknown): Fix =>
  value => {
    if (!isRecord(value)) return value
    const mended = mendItem(value, told.around, Number(place))
    const { id, name } = mended
    if (isWord(id)) told.ids.set(place, id)
    if (isWord(name)) told.names.set(place, name)
    return mended
  }

const wholes: ReadonlyMap<string, string> = new Map([
  ['response.refusal.done', 'refusal'],
  ['response.reasoning_text.done', 'text'],
  ['response.reasoning_summary_text.done', 'text'],
  ['response.custom_tool_call_input.done', 'input'],
])
const piece =
  /^response\.(?:refusal|reasoning_(?:summary_)?text|function_call_arguments|custom_tool_call_input)\.delta$/
/** The words of an event that holds nothing else. */
const words = (type: string): ReturnType<typeof rules> => {
  if (piece.test(type)) return rules({ delta: textOr('') })
  const member = wholes.get(type)
  return member === undefined ? [] : rules({ [member]: textOr('') })
}

/** Members that the event's type must have beside its place. */
const own = (type: string, told: Told, place: unknown): ReturnType<typeof rules> => {
  switch (type) {
    case 'response.output_item.added':
    case 'response.output_item.done':
      return rules({ item: item(told, place) })
    case 'response.output_text.delta':
      return rules({ delta: textOr(''), logprobs: pieceLogprobs })
    case 'response.output_text.done':
      return rules({ text: textOr(''), logprobs: pieceLogprobs })
    case 'response.content_part.added':
    case 'response.content_part.done':
    case 'response.reasoning_summary_part.added':
    case 'response.reasoning_summary_part.done':
      return rules({
        part: value => mendPart(value) ?? { type: 'output_text', text: '', annotations: [], logprobs: [] },
      })
    case 'response.output_text.annotation.added':
      return rules({ annotation: value => mendAnnotation(value) ?? null })
    case 'response.function_call_arguments.done':
      return rules({ name: value => (isWord(value) ? value : (told.names.get(place) ?? '')), arguments: textOr('') })
    case 'error':
      return rules({ code: looseText, message: textOr(''), param: looseText })
    default:
      return words(type)
  }
}

const ofResponse = /^response\.(?:created|in_progress|queued|completed|incomplete|failed|cancelled)$/
const withContent = /^response\.(?:content_part|output_text|refusal|reasoning_text|reasoning_part)\./
/** Events about something inside an item. */
const isWithin =
  /^response\.(?:content_part|output_text|refusal|reasoning_[a-z_]+|function_call_arguments|custom_tool_call_input)\./
const withSummary = /^response\.reasoning_summary_/
/** The place of a part among those of its item: some servers count on from the item before. */
const contentIndex =
  (told: Told, place: unknown): Fix =>
  given => {
    const parts = told.parts.get(place) ?? []
    told.parts.set(place, parts)
    const index = parts.indexOf(given)
    return index === -1 ? parts.push(given) - 1 : index
  }
const integer: Fix = value => (Number.isInteger(value) ? value : 0)

/** Where an event about something inside an item says that it stands. */
const placed = (type: string, told: Told, event: Json): ReturnType<typeof rules> => {
  const { output_index: place } = event
  if (type.startsWith('response.output_item.')) return rules({ output_index: integer })
  if (!('item_id' in event) && !isWithin.test(type)) return []
  const id: Fix = value => (isWord(value) ? value : (told.ids.get(place) ?? giveId('item', told.around, Number(place))))
  return rules({
    item_id: id,
    output_index: integer,
    ...(withContent.test(type) && { content_index: contentIndex(told, place) }),
    ...(withSummary.test(type) && { summary_index: integer }),
  })
}

/** Parts of reasoning go by another name on some servers. */
const renamed = (event: Json): Json => {
  const { type } = event
  if (typeof type !== 'string' || !type.startsWith('response.reasoning_part.')) return event
  return { ...event, type: type.replace('reasoning_part', 'content_part') }
}

/** True for an event that tells nothing: one of no type, or about an item that is not there. */
const isSenseless = ({ type, item: about }: Json): boolean => {
  if (typeof type !== 'string') return true
  return type.startsWith('response.output_item.') && (!isRecord(about) || !isWord(about['type']))
}
const mendAround = (event: Json, told: Told, numbered: Fix): Json => {
  const mended = mend(event, [
    ['response', response],
    ['sequence_number', numbered],
  ])
  if (isRecord(mended['response'])) told.around = String(mended['response']['id']).replace(/[^a-zA-Z0-9_-]/g, '_')
  return mended
}

/** Mends one event; undefined for one that tells nothing. */
export type EventMender = (event: Json) => Json | undefined
/** Mends the events of one stream, one after the other, and numbers those that came without a number. */
export const eventMender = (): EventMender => {
  const told: Told = { around: '', ids: new Map(), names: new Map(), parts: new Map() }
  let next = 0
  return given => {
    if (isSenseless(given)) return undefined
    const event = renamed(given)
    const { sequence_number: number, output_index: place } = event
    const type = String(event['type'])
    const sequence = Number.isInteger(number) ? Number(number) : next
    next = sequence + 1
    const numbered: Fix = () => sequence
    if (ofResponse.test(type)) return mendAround(event, told, numbered)
    return mend(event, [...placed(type, told, event), ...own(type, told, place), ['sequence_number', numbered]])
  }
}

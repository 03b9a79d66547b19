/** The choices of a whole answer, written. */
import type { OpaquePart, Part, ReasoningPart, ToolCallPart } from '../../domain/message.ts'
import type { Choice } from '../../domain/response.ts'
import { nameEnd } from './answer-losses.ts'
import { wireFinish } from './finish.ts'
import { citationsOf, extraContent, logprobsOf, pictureOf, toldAsExtra } from './google-extras.ts'
import { writeDetails } from './write-thought.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf, without } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { joined, openaiChatId, ownMembers } from './wire.ts'

/** True for the older form of a call, by the mark that reading left on it. */
export const isLegacy = (own: Json): boolean => own['function_call'] === null
const marks = new Set(['function_call', 'function'])

/** A call as the wire has it; '' stands for no arguments, which clients parse as JSON all the same. */
export const writeCall = (part: ToolCallPart, id: string): Json => {
  const own = ownMembers(part.extensions)
  const called = { ...recordOf(own, 'function'), name: part.name, arguments: part.input === '' ? '{}' : part.input }
  return { ...without(own, marks), id, type: 'function', function: called }
}

/** An own block as it was, if an answer can hold it: a custom tool's call, sound, an image, a part of content. */
export const opaqueMember = (part: Pick<OpaquePart, 'dialect' | 'kind' | 'value'>): string | undefined => {
  if (part.dialect !== openaiChatId || !isRecord(part.value)) return undefined
  if (part.kind === 'custom') return 'tool_calls'
  return part.kind === 'audio' || part.kind === 'images' ? part.kind : 'content_parts'
}

/** A message while its parts are written. */
interface Draft {
  readonly losses: Losses
  /** The id for a call that came without one. */
  readonly callId: (callId: string, place: number) => string
  text: string | undefined
  refusal: string | undefined
  readonly reasoning: ReasoningPart[]
  logprobs: unknown
  legacyCall: Json | undefined
  audio: unknown
  /** What Google tells beside the words. */
  extra: Json
  /** Members that are lists, by name. */
  readonly lists: Record<'tool_calls' | 'images' | 'content_parts', unknown[]>
}

const draftCall = (draft: Draft, part: ToolCallPart): void => {
  const { tool_calls: calls } = draft.lists
  const written = { ...writeCall(part, draft.callId(part.callId, calls.length)), ...extraContent(part.extensions) }
  if (isLegacy(ownMembers(part.extensions))) draft.legacyCall = recordOf(written, 'function')
  else calls.push(written)
}
const draftOpaque = (draft: Draft, part: OpaquePart): void => {
  const member = opaqueMember(part)
  const picture = pictureOf(part)
  if (picture !== undefined) draft.lists.images.push(picture)
  else if (member === undefined)
    draft.losses.add(`content.${part.kind}`, `only ${part.dialect} knows this kind of content`)
  else if (member === 'audio') draft.audio = part.value
  else if (member === 'tool_calls' || member === 'images') draft.lists[member].push(part.value)
  else draft.lists.content_parts.push(part.value)
}
const draftPart = (draft: Draft, part: Part): void => {
  draft.losses.addForeign(part.extensions, 'content.', toldAsExtra)
  switch (part.type) {
    case 'text':
      draft.text = (draft.text ?? '') + part.text
      draft.extra = { ...draft.extra, ...extraContent(part.extensions) }
      draft.logprobs = joined(draft.logprobs, ownMembers(part.extensions)['logprobs'])
      return
    case 'refusal':
      draft.refusal = (draft.refusal ?? '') + part.text
      draft.logprobs = joined(draft.logprobs, ownMembers(part.extensions)['logprobs'])
      return
    case 'reasoning':
      draft.reasoning.push(part)
      return
    case 'tool-call':
      return draftCall(draft, part)
    case 'opaque':
      return draftOpaque(draft, part)
    default:
      draft.losses.add(`content.${part.type}`, 'an answer of OpenAI cannot hold it')
  }
}

/** No words at all are an empty text, unless something else was said. */
const contentOf = ({ text, refusal, legacyCall, audio, lists }: Draft): string | null => {
  if (text !== undefined) return text
  const saysElse =
    refusal !== undefined || legacyCall !== undefined || audio !== undefined || lists.tool_calls.length > 0
  return saysElse ? null : ''
}
const messageOf = (draft: Draft, others: Json): Json => {
  const { refusal, reasoning, legacyCall, audio, extra, lists } = draft
  const words = reasoning.map(({ text }) => text).join('')
  const details = writeDetails(reasoning)
  return {
    role: 'assistant',
    content: contentOf(draft),
    refusal: refusal ?? null,
    ...(words !== '' && { reasoning_content: words }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(legacyCall !== undefined && { function_call: legacyCall }),
    ...(audio !== undefined && { audio }),
    ...extra,
    ...others,
  }
}

const apart = new Set(['message', 'logprobs'])
/** What the end of a choice carries for its message, for its log probabilities, and for itself. */
export const ownOfEnd = (own: Json): { readonly message: Json; readonly logprobs: unknown; readonly others: Json } => ({
  message: recordOf(own, 'message'),
  logprobs: own['logprobs'],
  others: without(own, apart) ?? {},
})

/** A choice as the wire has it. `id` is for calls that came without one. */
export const writeChoice = (choice: Choice, index: number, id: string, losses: Losses): Json => {
  const draft: Draft = {
    losses,
    callId: (callId, place) => (callId === '' ? `call_${id}_${index}_${place}` : callId),
    text: undefined,
    refusal: undefined,
    reasoning: [],
    logprobs: undefined,
    legacyCall: undefined,
    audio: undefined,
    extra: {},
    lists: { tool_calls: [], images: [], content_parts: [] },
  }
  for (const part of choice.parts) draftPart(draft, part)
  nameEnd(choice, losses)
  const { message, logprobs, others } = ownOfEnd(ownMembers(choice.extensions))
  const citations = citationsOf(choice.extensions, draft.text ?? '')
  if (citations.length > 0) draft.extra = { ...draft.extra, annotations: citations }
  return {
    ...others,
    index,
    message: messageOf(draft, message),
    logprobs: joined(draft.logprobs, logprobs) ?? logprobsOf(choice.extensions) ?? null,
    finish_reason: wireFinish(choice.reason ?? 'stop', choice.raw),
  }
}

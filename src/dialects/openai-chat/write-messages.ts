/** The conversation of a request, as OpenAI says it. */
import type { Message, Part, ToolCallPart, ToolResultPart } from '../../domain/message.ts'
import { foreignLosses } from '../../domain/foreign.ts'
import { ownReasoning } from './messages.ts'
import { isLegacy, writeCall } from './write-answer.ts'
import { writeContent, writePart } from './write-parts.ts'
import type { Writing } from './write-parts.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, recordOf, without } from '../fields.ts'
import { openaiChatId, ownMembers } from './wire.ts'

/** Messages as they are written; media out of tool results wait until the last of them is told. */
interface Conversation {
  readonly written: Json[]
  waiting: Json[]
}

const roleOnly = new Set(['role'])
/** The message's own members. */
const extras = (message: Message, { losses }: Writing): Json => {
  for (const { field, why } of foreignLosses(message.extensions, openaiChatId, roleOnly))
    losses.add(`messages.${field}`, why)
  return without(ownMembers(message.extensions), roleOnly) ?? {}
}

/** Tool results must follow their calls directly, so what they cannot hold comes after all of them, as the user's. */
const flush = (conversation: Conversation): void => {
  if (conversation.waiting.length === 0) return
  conversation.written.push({ role: 'user', content: conversation.waiting })
  conversation.waiting = []
}
const say = (conversation: Conversation, message: Json): void => {
  if (message['role'] !== 'tool') flush(conversation)
  conversation.written.push(message)
}

const sayResult = (conversation: Conversation, part: ToolResultPart, message: Json, writing: Writing): void => {
  const { losses } = writing
  losses.addForeign(part.extensions, 'messages.tool-result.')
  if (part.isError) losses.add('messages.tool-result.isError', 'OpenAI has no mark for a failed tool call')
  if (part.cache !== undefined && !writing.isOwn) losses.add('messages.cache', 'OpenAI takes no cache marks')
  const isText = (one: Part): boolean =>
    one.type === 'text' ||
    (one.type === 'opaque' && one.words !== undefined) ||
    (writing.isOwn && one.type !== 'reasoning')
  const others = part.output.filter(one => !isText(one))
  const media = others.map(one => writePart(one, writing)).filter(one => one !== undefined)
  const content = writeContent(part.output.filter(isText), writing)
  say(conversation, { ...message, content })
  if (media.length === 0) return
  conversation.waiting.push(
    { type: 'text', text: `Further content of the result of tool call ${part.callId}:` },
    ...media,
  )
}

/** Results of the older form of call find it by the function's name, which is among the message's own members. */
const answering = (message: Message, { callId }: ToolResultPart): Json =>
  ownMembers(message.extensions)['role'] === 'function' ? { role: 'function' } : { role: 'tool', tool_call_id: callId }

/** Results first and in order, each a message of its own; then, as the user's, what else the message holds. */
const sayUser = (conversation: Conversation, message: Message, writing: Writing): void => {
  const others = extras(message, writing)
  const rest: Part[] = []
  for (const part of message.parts) {
    if (part.type !== 'tool-result') rest.push(part)
    else sayResult(conversation, part, { ...others, ...answering(message, part) }, writing)
  }
  if (rest.length === 0 && message.parts.length > 0) return
  say(conversation, { ...others, role: 'user', content: writeContent(rest, writing) })
}

const toolCall = (part: ToolCallPart, writing: Writing): Json => {
  writing.losses.addForeign(part.extensions, 'messages.')
  if (part.cache !== undefined && !writing.isOwn) {
    writing.losses.add('messages.cache', 'OpenAI takes no cache marks')
  }
  return writeCall(part, part.callId)
}

/** A single refusal after everything else has a member of its own; others stay in the content. */
const splitRefusal = (parts: readonly Part[]): { readonly content: readonly Part[]; readonly refusal?: string } => {
  const last = parts.at(-1)
  if (last?.type !== 'refusal' || parts.filter(({ type }) => type === 'refusal').length > 1) return { content: parts }
  return { content: parts.slice(0, -1), refusal: last.text }
}

const ownCall = (part: Part): Json | undefined =>
  part.type === 'opaque' && part.dialect === openaiChatId && isRecord(part.value) && !isAbsent(part.value['id'])
    ? part.value
    : undefined

const isMedia = ({ type }: Part): boolean => type === 'image' || type === 'audio' || type === 'file'

/** What the parts of an assistant's message come to. */
interface Spoken {
  readonly calls: readonly Json[]
  readonly oldCall?: Json
  readonly words: readonly Part[]
  /** Reasoning in the form in which it came. */
  readonly thoughts: Json
}
const sort = (message: Message, writing: Writing): Spoken => {
  const calls: Json[] = []
  const words: Part[] = []
  let oldCall: Json | undefined
  const thoughts = ownReasoning(message)
  const keepsReasoning = Object.keys(thoughts).length > 0
  for (const part of message.parts) {
    const own = ownCall(part)
    if (own !== undefined) calls.push(own)
    else if (part.type === 'tool-call') {
      const call = toolCall(part, writing)
      if (isLegacy(ownMembers(part.extensions))) oldCall = recordOf(call, 'function')
      else calls.push(call)
    } else if (!writing.isOwn && isMedia(part)) {
      writing.losses.add(`messages.${part.type}`, 'OpenAI takes none in assistant messages')
    } else if (part.type !== 'reasoning' || !keepsReasoning) words.push(part)
  }
  return { calls, words, thoughts, ...(oldCall !== undefined && { oldCall }) }
}

const sayAssistant = (conversation: Conversation, message: Message, writing: Writing): void => {
  const others = extras(message, writing)
  const { calls, oldCall, words, thoughts } = sort(message, writing)
  const { content: parts, refusal } = splitRefusal(words)
  const content = writeContent(parts, writing)
  const isSilent = content === '' && (calls.length > 0 || oldCall !== undefined || refusal !== undefined)
  say(conversation, {
    ...others,
    ...thoughts,
    role: 'assistant',
    content: isSilent ? null : content,
    ...(refusal !== undefined && { refusal }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(oldCall !== undefined && { function_call: oldCall }),
  })
}

const saySystem = (conversation: Conversation, message: Message, writing: Writing): void => {
  const role = ownMembers(message.extensions)['role'] === 'developer' ? 'developer' : 'system'
  say(conversation, { ...extras(message, writing), role, content: writeContent(message.parts, writing) })
}

/** The messages as OpenAI says them. */
export const writeMessages = (messages: readonly Message[], writing: Writing): readonly Json[] => {
  const conversation: Conversation = { written: [], waiting: [] }
  for (const message of messages) {
    if (message.role === 'assistant') sayAssistant(conversation, message, writing)
    else if (message.role === 'system') saySystem(conversation, message, writing)
    else sayUser(conversation, message, writing)
  }
  flush(conversation)
  if (!writing.isOwn && messages.at(-1)?.role === 'assistant') {
    writing.losses.add(
      'messages.prefill',
      'OpenAI answers anew after a last turn of the assistant, and does not go on with it',
    )
  }
  return conversation.written
}

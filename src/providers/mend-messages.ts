/** Messages as a look-alike takes them: its roles, its ids of calls, its order, its content. */
import { isRecord } from '../domain/json.ts'
import type { Json } from '../domain/json.ts'
import { fingerprint } from '../domain/fingerprint.ts'
import type { Loss } from '../domain/outcome.ts'

/** What a provider takes otherwise in messages. */
export interface MessageQuirks {
  /** It knows no `developer` role: such messages become `system`. */
  readonly noDeveloper?: boolean
  /** It takes ids of tool calls of nine letters and digits only: others are replaced, a call's and its result's alike. */
  readonly nineLetterIds?: boolean
  /** It refuses `name` beside a message's content; told as a loss. */
  readonly noNames?: boolean
  /** It takes texts as one string: lists of nothing but text are joined. */
  readonly textContent?: boolean
  /** It wants user and assistant to take turns: texts of one role in a row are joined. */
  readonly takesTurns?: boolean
}

type Messages = readonly unknown[]

const isDeveloper = (message: unknown): boolean => isRecord(message) && message['role'] === 'developer'
const asSystem = (message: unknown): unknown =>
  isDeveloper(message) ? { ...Object(message), role: 'system' } : message

const isNine = (id: unknown): boolean => typeof id !== 'string' || /^[a-zA-Z0-9]{9}$/.test(id)
const nine = (id: unknown): unknown => (isNine(id) ? id : fingerprint(id).slice(0, 9))

const callsOf = (message: Json): readonly unknown[] =>
  Array.isArray(message['tool_calls']) ? message['tool_calls'] : []
const hasOtherId = (message: unknown): boolean =>
  isRecord(message) &&
  (!isNine(message['tool_call_id']) || callsOf(message).some(call => isRecord(call) && !isNine(call['id'])))
const withNine = (message: unknown): unknown => {
  if (!isRecord(message) || !hasOtherId(message)) return message
  const calls = callsOf(message).map(call => (isRecord(call) ? { ...call, id: nine(call['id']) } : call))
  return {
    ...message,
    ...(message['tool_call_id'] !== undefined && { tool_call_id: nine(message['tool_call_id']) }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

/** A tool's result may need its name; what people are called is lost. */
const hasName = (message: unknown): boolean =>
  isRecord(message) && message['name'] !== undefined && message['role'] !== 'tool' && message['role'] !== 'function'
const withoutName = (message: unknown): unknown => {
  if (!isRecord(message) || !hasName(message)) return message
  const { name: _, ...rest } = message
  return rest
}

const textOf = (part: unknown): string | undefined =>
  isRecord(part) && part['type'] === 'text' && typeof part['text'] === 'string' ? part['text'] : undefined
/** The parts as one text; undefined if one of them is none. */
const joined = (content: unknown): string | undefined => {
  if (!Array.isArray(content)) return undefined
  const texts = content.map(textOf)
  return texts.length > 0 && texts.every(text => text !== undefined) ? texts.join('\n') : undefined
}
const isJoinable = (message: unknown): boolean => isRecord(message) && joined(message['content']) !== undefined
const asText = (message: unknown): unknown =>
  isRecord(message) && isJoinable(message) ? { ...message, content: joined(message['content']) } : message

/** What a message says and nothing else, so that it may be joined with another. */
const sayingOf = (message: unknown): { readonly role: unknown; readonly text: string } | undefined => {
  if (!isRecord(message) || (message['role'] !== 'user' && message['role'] !== 'assistant')) return undefined
  const text = typeof message['content'] === 'string' ? message['content'] : joined(message['content'])
  const isBare = Object.keys(message).every(key => key === 'role' || key === 'content')
  return text === undefined || !isBare ? undefined : { role: message['role'], text }
}
const inTurns = (messages: Messages): Messages => {
  const turns: unknown[] = []
  for (const message of messages) {
    const said = sayingOf(message)
    const before = sayingOf(turns.at(-1))
    if (said === undefined || before === undefined || said.role !== before.role) turns.push(message)
    else turns[turns.length - 1] = { role: said.role, content: `${before.text}\n\n${said.text}` }
  }
  return turns.length === messages.length ? messages : turns
}

const mapped = (messages: Messages, needs: (one: unknown) => boolean, mend: (one: unknown) => unknown): Messages =>
  messages.some(needs) ? messages.map(mend) : messages

/** The messages, if one of them is not as this provider takes it. */
export const mendMessages = (
  who: string,
  quirks: MessageQuirks,
  body: Json,
): { readonly edits: Json; readonly losses: readonly Loss[] } | undefined => {
  const given: unknown = body['messages']
  if (!Array.isArray(given)) return undefined
  let messages: Messages = given
  if (quirks.noDeveloper === true) messages = mapped(messages, isDeveloper, asSystem)
  if (quirks.nineLetterIds === true) messages = mapped(messages, hasOtherId, withNine)
  const isNamed = quirks.noNames === true && messages.some(hasName)
  if (isNamed) messages = messages.map(withoutName)
  if (quirks.textContent === true) messages = mapped(messages, isJoinable, asText)
  if (quirks.takesTurns === true) messages = inTurns(messages)
  if (messages === given) return undefined
  const losses = isNamed ? [{ field: 'messages.name', why: `${who} does not take names beside messages` }] : []
  return { edits: { messages }, losses }
}

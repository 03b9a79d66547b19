/** The messages of a request in Cohere's format: in order, or what is wrong with them. */
import { isJson, listOf } from '../speech.ts'
import type { Json } from '../speech.ts'

const partsOf = (message: unknown): readonly Json[] =>
  isJson(message) ? listOf(message['content']).filter(isJson) : []

/** The texts of a message, joined. */
export const messageText = (message: unknown): string => {
  const content = isJson(message) ? message['content'] : undefined
  if (typeof content === 'string') return content
  return partsOf(message)
    .map(part => {
      if (typeof part['text'] === 'string') return part['text']
      return isJson(part['document']) ? JSON.stringify(part['document']['data'] ?? part['document']) : ''
    })
    .filter(text => text !== '')
    .join('\n')
}

/** How many images the messages show. */
export const imagesIn = (messages: readonly unknown[]): number =>
  messages.flatMap(partsOf).filter(part => part['type'] === 'image_url').length

const roles = new Set<unknown>(['user', 'assistant', 'system', 'tool', 'developer'])
const partTypes: Readonly<Record<string, ReadonlySet<unknown>>> = {
  user: new Set(['text', 'image_url']),
  assistant: new Set(['text', 'thinking']),
  system: new Set(['text']),
  developer: new Set(['text']),
  tool: new Set(['text', 'document']),
}

/** The first thing that Cohere would refuse in these messages, in its words. */
export const complaintAboutMessages = (messages: unknown): string | undefined => {
  if (!Array.isArray(messages) || messages.length === 0)
    return 'invalid request: messages must be at least 1 message long.'
  for (const [place, message] of messages.entries()) {
    const fault = faultOf(message, place) ?? faultInOrder(messages, place)
    if (fault !== undefined) return fault
  }
  const last: unknown = messages.at(-1)
  return isJson(last) && last['role'] === 'assistant'
    ? 'invalid request: the last message must be from the user or a tool.'
    : undefined
}

const faultOf = (message: unknown, place: number): string | undefined => {
  const at = `invalid request: message at index ${place}`
  if (!isJson(message)) return `${at} must be an object.`
  const { role, tool_call_id: id } = message
  if (!roles.has(role)) return `${at} has an invalid role '${String(role)}'.`
  if (role === 'tool' && typeof id !== 'string') return `${at} must have a tool_call_id.`
  const calls = listOf(message['tool_calls'])
  return role === 'assistant' && calls.length > 0 ? faultInCalls(calls, at) : faultInContent(message, at)
}

const isEmpty = (content: unknown): boolean =>
  content === undefined || content === null || content === '' || (Array.isArray(content) && content.length === 0)

const faultInContent = (message: Json, at: string): string | undefined => {
  const role = String(message['role'])
  if (isEmpty(message['content']))
    return `${at} must have non-empty content${role === 'assistant' ? ' or tool calls' : ''}.`
  const strange = partsOf(message).find(part => partTypes[role]?.has(part['type']) !== true)
  return strange === undefined
    ? undefined
    : `${at} has an invalid content type '${String(strange['type'])}' for role ${role}.`
}

const faultInCalls = (calls: readonly unknown[], at: string): string | undefined =>
  calls.every(call => isJson(call) && typeof call['id'] === 'string' && isJson(call['function']))
    ? undefined
    : `${at} has tool calls without id or function.`

const idsOf = (message: unknown): readonly unknown[] =>
  isJson(message) ? listOf(message['tool_calls']).map(call => (isJson(call) ? call['id'] : undefined)) : []
const roleOf = (message: unknown): unknown => (isJson(message) ? message['role'] : undefined)

/** Results follow the calls that they answer, all of them, at once. */
const faultInOrder = (messages: readonly unknown[], place: number): string | undefined => {
  const message = messages[place]
  if (roleOf(message) === 'tool') {
    const before = messages.slice(0, place).findLast(one => roleOf(one) !== 'tool')
    const id = isJson(message) ? message['tool_call_id'] : undefined
    return idsOf(before).includes(id)
      ? undefined
      : `invalid request: tool call id '${String(id)}' not found in the previous assistant message's tool calls.`
  }
  const given: unknown[] = []
  for (let at = place + 1; roleOf(messages[at]) === 'tool'; at++) {
    const result = messages[at]
    if (isJson(result)) given.push(result['tool_call_id'])
  }
  const missing = idsOf(message).filter(id => !given.includes(id))
  return missing.length === 0
    ? undefined
    : `invalid request: missing tool results for tool calls: ${missing.join(', ')}.`
}

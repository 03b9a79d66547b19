/** The conversation of a request, as read. */
import type { Message, Part, ReasoningPart, ToolCallPart } from '../../domain/message.ts'
import { readContent } from './parts.ts'
import { readThoughts, thoughtMembers } from './thoughts.ts'
import { formMember } from '../../domain/foreign.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, recordOf, without } from '../fields.ts'
import { optionalText, report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, openaiChatId, ownMembers, readCache } from './wire.ts'

const known = {
  message: new Set(['role', 'content', 'cache_control']),
  assistant: new Set(['role', 'content', 'refusal', 'tool_calls', 'function_call', 'cache_control']),
  tool: new Set(['role', 'content', 'tool_call_id', 'cache_control']),
  call: new Set(['id', 'type', 'function']),
  calledFunction: new Set(['name', 'arguments']),
}

/** What reading one message needs to know: where it stands, and the legacy function calls so far. */
interface Place {
  readonly findings: Findings
  readonly at: string
  readonly functions: LegacyCalls
}
/** Legacy function calls have no ids: each gets one by its turn, and its result finds it by name. */
interface LegacyCalls {
  count: number
  readonly byName: Map<string, string>
}

/** Some clients mark a whole message for the cache: that is its last part. */
const marked = (parts: readonly Part[], cacheControl: unknown): readonly Part[] => {
  const last = parts.at(-1)
  if (last === undefined || !isRecord(cacheControl)) return parts
  return [...parts.slice(0, -1), { ...last, ...readCache(cacheControl) }]
}

const requiredContent = (message: Json, { findings, at }: Place): readonly Part[] => {
  const content = message['content']
  if (isAbsent(content)) report(findings, `${at}.content`, content, 'a string or a list of parts')
  return marked(readContent(findings, `${at}.content`, content) ?? [], message['cache_control'])
}

const plainMessage = (role: 'system' | 'user', message: Json, place: Place): Message => {
  const others = without(message, known.message)
  const rest = message['role'] === 'developer' ? { ...others, role: 'developer' } : others
  return { role, parts: requiredContent(message, place), ...carried(rest) }
}

const argumentsOf = (value: unknown, at: string, findings: Findings): string => {
  if (isAbsent(value)) return ''
  if (typeof value === 'string') return value
  report(findings, at, value, 'JSON text, as a string')
  return ''
}

const functionCall = (call: Json, called: Json, { findings, at }: Place): ToolCallPart => {
  const callId = requiredWord(findings, `${at}.id`, call['id'])
  const name = requiredWord(findings, `${at}.function.name`, called['name'])
  const input = argumentsOf(called['arguments'], `${at}.function.arguments`, findings)
  const inner = without(called, known.calledFunction)
  const rest = without(call, known.call)
  const extra = inner === undefined ? rest : { ...rest, function: inner }
  return { type: 'tool-call', callId, name, input, ...carried(extra) }
}
const toolCall = (call: unknown, place: Place): Part | undefined => {
  if (!isRecord(call)) return report(place.findings, place.at, call, 'an object with id and function')
  const type = call['type']
  if (isWord(type) && type !== 'function') {
    requiredWord(place.findings, `${place.at}.id`, call['id'])
    return { type: 'opaque', dialect: openaiChatId, kind: type, value: call }
  }
  const called = call['function']
  if (!isRecord(called))
    return report(place.findings, `${place.at}.function`, called, 'an object with name and arguments')
  return functionCall(call, called, place)
}
const toolCalls = (value: unknown, { findings, at, functions }: Place): readonly Part[] => {
  if (isAbsent(value)) return []
  if (!Array.isArray(value)) {
    report(findings, at, value, 'a list of tool calls')
    return []
  }
  return value.flatMap((call: unknown, index) => toolCall(call, { findings, at: `${at}[${index}]`, functions }) ?? [])
}

const legacyCall = (value: unknown, { findings, at, functions }: Place): readonly Part[] => {
  if (isAbsent(value)) return []
  if (!isRecord(value)) {
    report(findings, at, value, 'an object with name and arguments')
    return []
  }
  const name = requiredWord(findings, `${at}.name`, value['name'])
  const callId = `call_function_${functions.count++}`
  functions.byName.set(name, callId)
  const input = argumentsOf(value['arguments'], `${at}.arguments`, findings)
  // Null marks the older form.
  return [{ type: 'tool-call', callId, name, input, ...carried({ function_call: null }) }]
}

const forms = new Set(thoughtMembers)
const notForms = (message: Json): Json => without(message, forms) ?? {}
/** Reasoning that a client sends back, in whichever of the usual forms; the forms stay with its first part, word for word, and are lost nowhere: what they say is said. */
const reasoningOf = (message: Json): readonly ReasoningPart[] => {
  const own = without(message, new Set(Object.keys(notForms(message))))
  return readThoughts(message).map(({ text, signature, redacted }, place) => ({
    type: 'reasoning',
    text: text ?? '',
    ...(signature !== undefined && { signature }),
    ...(redacted !== undefined && { redacted }),
    ...(place === 0 && carried({ [formMember]: own })),
  }))
}

const assistantMessage = (message: Json, place: Place): Message => {
  const { findings, at } = place
  const content = message['content'] === '' ? [] : readContent(findings, `${at}.content`, message['content'])
  const refusal = optionalText(findings, `${at}.refusal`, message['refusal'])
  const reasoning = reasoningOf(message)
  const spoken: readonly Part[] = [
    ...reasoning,
    ...(content ?? []),
    ...(refusal === undefined || refusal === '' ? [] : [{ type: 'refusal' as const, text: refusal }]),
    ...toolCalls(message['tool_calls'], { ...place, at: `${at}.tool_calls` }),
    ...legacyCall(message['function_call'], { ...place, at: `${at}.function_call` }),
  ]
  const parts = marked(spoken, message['cache_control'])
  const rest = reasoning.length > 0 ? notForms(message) : message
  return { role: 'assistant', parts, ...carried(without(rest, known.assistant)) }
}

const result = (callId: string, message: Json, place: Place): Message => ({
  role: 'tool',
  parts: [{ type: 'tool-result', callId, output: requiredContent(message, place), isError: false }],
  ...carried(without(message, known.tool)),
})
const toolMessage = (message: Json, place: Place): Message =>
  result(requiredWord(place.findings, `${place.at}.tool_call_id`, message['tool_call_id']), message, place)

const functionMessage = (message: Json, place: Place): Message => {
  const name = requiredWord(place.findings, `${place.at}.name`, message['name'])
  const callId = place.functions.byName.get(name) ?? `call_function_${name}`
  const content = message['content'] ?? ''
  const read = result(callId, { ...message, content }, place)
  return { ...read, ...carried({ ...ownMembers(read.extensions), role: 'function' }) }
}

const readMessage = (message: unknown, place: Place): Message | undefined => {
  if (!isRecord(message)) return report(place.findings, place.at, message, 'an object with role and content')
  const role = message['role']
  switch (role) {
    case 'system':
    case 'developer':
      return plainMessage('system', message, place)
    case 'user':
      return plainMessage('user', message, place)
    case 'assistant':
      return assistantMessage(message, place)
    case 'tool':
      return toolMessage(message, place)
    case 'function':
      return functionMessage(message, place)
    default: {
      const right = 'one of "system", "developer", "user", "assistant", "tool", "function"'
      return report(place.findings, `${place.at}.role`, role, right)
    }
  }
}

/** The messages of a body. What is wrong with them is told with its path, such as `messages[2].content`. */
export const readMessages = (findings: Findings, messages: unknown): readonly Message[] => {
  if (!Array.isArray(messages) || messages.length === 0) {
    report(findings, 'messages', messages, 'a list of at least one message')
    return []
  }
  const functions: LegacyCalls = { count: 0, byName: new Map() }
  const read: Message[] = []
  for (const [index, one] of messages.entries()) {
    const message = readMessage(one, { findings, at: `messages[${index}]`, functions })
    if (message !== undefined) read.push(message)
  }
  return read
}

/** The forms that look-alikes use for reasoning, where this message came with some; empty where it did not. */
export const ownReasoning = (message: Message): Json => {
  const first = message.parts.find(part => part.type === 'reasoning')
  return recordOf(ownMembers(first?.extensions), formMember)
}

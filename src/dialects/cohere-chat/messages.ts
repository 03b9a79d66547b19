/** The conversation of a request, as read. */
import type { Message, Part, ToolCallPart } from '../../domain/message.ts'
import { readContent } from './parts.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { optionalList, optionalText, report, requiredWord } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried } from './wire.ts'

const known = {
  message: new Set(['role', 'content']),
  assistant: new Set(['role', 'content', 'tool_calls', 'tool_plan']),
  tool: new Set(['role', 'content', 'tool_call_id']),
  call: new Set(['id', 'type', 'function']),
  called: new Set(['name', 'arguments']),
}

/** A plan is reasoning; null marks the member that it stands in, so that nobody counts it as lost. */
export const planMark: Json = { tool_plan: null }
/** True for reasoning that is a plan for tool calls. */
export const isPlan = (own: Json): boolean => own['tool_plan'] === null

/** The arguments as written; a model that has none to give may write `null`. */
export const argumentsText = (text: string): string => (text.trim() === 'null' ? '' : text)

const toolCall = (call: unknown, at: string, findings: Findings): readonly ToolCallPart[] => {
  if (!isRecord(call)) {
    report(findings, at, call, 'an object with id and function')
    return []
  }
  const called = call['function']
  if (!isRecord(called)) {
    report(findings, `${at}.function`, called, 'an object with name and arguments')
    return []
  }
  const input = optionalText(findings, `${at}.function.arguments`, called['arguments']) ?? ''
  const inner = otherMembers(called, known.called)
  const rest = otherMembers(call, known.call)
  return [
    {
      type: 'tool-call',
      callId: requiredWord(findings, `${at}.id`, call['id']),
      name: requiredWord(findings, `${at}.function.name`, called['name']),
      input: argumentsText(input),
      ...carried(inner === undefined ? rest : { ...rest, function: inner }),
    },
  ]
}

const assistant = (message: Json, at: string, findings: Findings): Message => {
  const plan = optionalText(findings, `${at}.tool_plan`, message['tool_plan']) ?? ''
  const calls = optionalList(findings, `${at}.tool_calls`, message['tool_calls'])
  const planned: readonly Part[] = plan === '' ? [] : [{ type: 'reasoning', text: plan, ...carried(planMark) }]
  const content = message['content'] === '' ? [] : readContent(message['content'], `${at}.content`, findings)
  return {
    role: 'assistant',
    parts: [
      ...planned,
      ...content,
      ...calls.flatMap((call, place) => toolCall(call, `${at}.tool_calls[${place}]`, findings)),
    ],
    ...carried(otherMembers(message, known.assistant)),
  }
}

const requiredContent = (message: Json, at: string, findings: Findings): readonly Part[] => {
  const { content } = message
  if (isAbsent(content)) report(findings, `${at}.content`, content, 'a string or a list of parts')
  return readContent(content, `${at}.content`, findings)
}

const result = (message: Json, at: string, findings: Findings): Message => ({
  role: 'tool',
  parts: [
    {
      type: 'tool-result',
      callId: requiredWord(findings, `${at}.tool_call_id`, message['tool_call_id']),
      output: requiredContent(message, at, findings),
      isError: false,
    },
  ],
  ...carried(otherMembers(message, known.tool)),
})

const readMessage = (message: unknown, at: string, findings: Findings): readonly Message[] => {
  if (!isRecord(message)) {
    report(findings, at, message, 'an object with role and content')
    return []
  }
  const { role } = message
  switch (role) {
    case 'system':
    case 'user':
      return [{ role, parts: requiredContent(message, at, findings), ...carried(otherMembers(message, known.message)) }]
    case 'assistant':
      return [assistant(message, at, findings)]
    case 'tool':
      return [result(message, at, findings)]
    default:
      report(findings, `${at}.role`, role, 'one of "system", "user", "assistant", "tool"')
      return []
  }
}

/** The messages of a body. What is wrong with them is told with its path, such as `messages[2].content`. */
export const readMessages = (messages: unknown, findings: Findings): readonly Message[] => {
  if (Array.isArray(messages) && messages.length > 0) {
    return messages.flatMap((message: unknown, place) => readMessage(message, `messages[${place}]`, findings))
  }
  report(findings, 'messages', messages, 'a list of at least one message')
  return []
}

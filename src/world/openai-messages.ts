/** The messages of a request in OpenAI's chat format: in order, or what is wrong with them. */
import { isJson, listOf } from './speech.ts'
import type { Json } from './speech.ts'

/** What is wrong and where. */
export interface MessageFault {
  readonly message: string
  readonly param: string
  readonly code?: string
}

const roles = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

/** The first thing that the provider would refuse in these messages. */
export const complaintAboutMessages = (messages: unknown): MessageFault | undefined => {
  if (messages === undefined)
    return { message: "Missing required parameter: 'messages'.", param: 'messages', code: 'missing_required_parameter' }
  if (!Array.isArray(messages))
    return {
      message: "Invalid type for 'messages': expected an array of objects.",
      param: 'messages',
      code: 'invalid_type',
    }
  if (messages.length === 0) {
    return {
      message:
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      param: 'messages',
      code: 'empty_array',
    }
  }
  for (const [place, message] of messages.entries()) {
    const fault = faultOf(message, place) ?? faultInOrder(messages, place)
    if (fault !== undefined) return fault
  }
  return undefined
}

const faultOf = (message: unknown, place: number): MessageFault | undefined => {
  const at = `messages[${place}]`
  if (!isJson(message))
    return { message: `Invalid type for '${at}': expected an object.`, param: at, code: 'invalid_type' }
  const { role, content } = message
  if (typeof role !== 'string' || !roles.has(role)) {
    return {
      message: `Invalid value: '${String(role)}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`,
      param: `${at}.role`,
      code: 'invalid_value',
    }
  }
  if (content === undefined || content === null) {
    return role === 'assistant'
      ? emptyAssistant(message, at)
      : { message: `Invalid value for 'content': expected a string, got null.`, param: `${at}.content` }
  }
  if (typeof content === 'string') return undefined
  if (!Array.isArray(content)) {
    return {
      message: `Invalid type for '${at}.content': expected one of a string or array of objects, but got an ${typeof content} instead.`,
      param: `${at}.content`,
      code: 'invalid_type',
    }
  }
  return faultInParts(content, at)
}

const emptyAssistant = (message: Json, at: string): MessageFault | undefined =>
  listOf(message['tool_calls']).length > 0 ||
  isJson(message['function_call']) ||
  typeof message['refusal'] === 'string' ||
  isJson(message['audio'])
    ? undefined
    : { message: `Invalid value for 'content': expected a string, got null.`, param: `${at}.content` }

const members: Readonly<Record<string, string>> = {
  text: 'text',
  refusal: 'refusal',
  image_url: 'image_url',
  input_audio: 'input_audio',
  file: 'file',
}

const faultInParts = (parts: readonly unknown[], at: string): MessageFault | undefined => {
  for (const [place, part] of parts.entries()) {
    const where = `${at}.content[${place}]`
    const type = isJson(part) ? part['type'] : undefined
    if (!isJson(part) || typeof type !== 'string' || !Object.hasOwn(members, type)) {
      return {
        message: `Invalid value: '${String(type)}'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', and 'file'.`,
        param: `${where}.type`,
        code: 'invalid_value',
      }
    }
    const member = members[type] ?? type
    if (part[member] === undefined) {
      return {
        message: `Missing required parameter: '${where}.${member}'.`,
        param: `${where}.${member}`,
        code: 'missing_required_parameter',
      }
    }
    if (type === 'image_url' && !hasUrl(part)) {
      return {
        message: `Invalid type for '${where}.image_url': expected an object with a url.`,
        param: `${where}.image_url`,
        code: 'invalid_type',
      }
    }
  }
  return undefined
}
const hasUrl = ({ image_url: image }: Json): boolean => isJson(image) && typeof image['url'] === 'string'

const idsOf = (message: unknown): readonly unknown[] =>
  isJson(message) ? listOf(message['tool_calls']).map(call => (isJson(call) ? call['id'] : undefined)) : []

/** Results follow the calls that they answer, all of them, at once. */
const faultInOrder = (messages: readonly unknown[], place: number): MessageFault | undefined => {
  const message = messages[place]
  const role = isJson(message) ? message['role'] : undefined
  if (role === 'tool') {
    let before = place - 1
    while (isJson(messages[before]) && roleOf(messages[before]) === 'tool') before--
    const id = isJson(message) ? message['tool_call_id'] : undefined
    return idsOf(messages[before]).includes(id)
      ? undefined
      : {
          message:
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          param: `messages.[${place}].role`,
        }
  }
  const wanted = idsOf(message)
  const given = resultsAfter(messages, place)
  const missing = wanted.filter(id => !given.includes(id))
  return missing.length === 0
    ? undefined
    : {
        message: `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${missing.join(', ')}`,
        param: `messages.[${place + 1}].role`,
      }
}

const roleOf = (message: unknown): unknown => (isJson(message) ? message['role'] : undefined)
const resultsAfter = (messages: readonly unknown[], place: number): readonly unknown[] => {
  const found: unknown[] = []
  for (let at = place + 1; roleOf(messages[at]) === 'tool'; at++) {
    const message = messages[at]
    if (isJson(message)) found.push(message['tool_call_id'])
  }
  return found
}

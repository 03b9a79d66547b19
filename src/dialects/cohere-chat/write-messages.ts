/** The conversation of a request, as Cohere says it. */
import type { Message, Part, ToolCallPart, ToolResultPart } from '../../domain/message.ts'
import { isPlan } from './messages.ts'
import { writeContent } from './write-parts.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { dialect, ownMembers } from './wire.ts'

/** Messages as they are written; images out of tool results wait until the last of them is told. */
interface Conversation {
  readonly written: Json[]
  waiting: Part[]
  readonly losses: Losses
}

/** The message's own members. */
const extras = ({ extensions }: Message, losses: Losses): Json => {
  losses.addForeign(extensions, 'messages.')
  return ownMembers(extensions)
}

/** Tool results follow their calls directly, so what they cannot hold comes after all of them, as the user's. */
const flush = (conversation: Conversation): void => {
  if (conversation.waiting.length === 0) return
  conversation.written.push({ role: 'user', content: writeContent(conversation.waiting, conversation.losses) })
  conversation.waiting = []
}
const say = (conversation: Conversation, message: Json): void => {
  if (message['role'] !== 'tool') flush(conversation)
  conversation.written.push(message)
}

const nameMarks = ({ cache }: Part, losses: Losses): void => {
  if (cache !== undefined) losses.add('messages.cache', 'Cohere caches prompts by itself and takes no marks')
}

/** The result of a tool holds text and documents. */
const isHeld = (part: Part): boolean => part.type !== 'image' && part.type !== 'audio' && part.type !== 'reasoning'

const sayResult = (conversation: Conversation, part: ToolResultPart, others: Json): void => {
  const { losses } = conversation
  losses.addForeign(part.extensions, 'messages.tool-result.')
  if (part.isError) losses.add('messages.tool-result.isError', 'Cohere has no mark for a failed tool call')
  nameMarks(part, losses)
  const content = writeContent(part.output.filter(isHeld), losses)
  say(conversation, { ...others, role: 'tool', tool_call_id: part.callId, content })
  const beside = part.output.filter(one => !isHeld(one))
  if (beside.length === 0) return
  conversation.waiting.push(
    { type: 'text', text: `Further content of the result of tool call ${part.callId}:` },
    ...beside,
  )
}

const isListed = (part: Part): boolean =>
  part.type === 'opaque' && part.dialect === dialect && part.kind === 'documents'

/** Results first and in order, each a message of its own; then, as the user's, what else the message holds. */
const sayUser = (conversation: Conversation, message: Message): void => {
  const others = extras(message, conversation.losses)
  const rest: Part[] = []
  for (const part of message.parts) {
    if (part.type === 'tool-result') sayResult(conversation, part, others)
    else if (!isListed(part)) rest.push(part)
  }
  const isTold = rest.length === 0 && message.parts.some(({ type }) => type === 'tool-result')
  if (!isTold) say(conversation, { ...others, role: 'user', content: writeContent(rest, conversation.losses) })
}

/** A call as the wire has it; '' stands for no arguments, which clients parse as JSON all the same. */
export const writeCall = (part: Pick<ToolCallPart, 'name' | 'input' | 'extensions'>, id: string): Json => {
  const { function: called, ...own } = ownMembers(part.extensions)
  return {
    ...own,
    id,
    type: 'function',
    function: {
      ...recordOf({ called }, 'called'),
      name: part.name,
      arguments: part.input === '' ? '{}' : part.input,
    },
  }
}

const sayAssistant = (conversation: Conversation, message: Message): void => {
  const { losses } = conversation
  const calls: Json[] = []
  const content: Part[] = []
  let plan = ''
  for (const part of message.parts) {
    if (part.type === 'tool-call') {
      nameMarks(part, losses)
      losses.addForeign(part.extensions, 'messages.')
      calls.push(writeCall(part, part.callId))
    } else if (part.type === 'reasoning' && isPlan(ownMembers(part.extensions))) plan += part.text
    else content.push(part)
  }
  const written = writeContent(content, losses)
  const isSilent = written === '' && (calls.length > 0 || plan !== '')
  say(conversation, {
    ...extras(message, losses),
    role: 'assistant',
    ...(!isSilent && { content: written }),
    ...(plan !== '' && { tool_plan: plan }),
    ...(calls.length > 0 && { tool_calls: calls }),
  })
}

/** The messages as Cohere says them. */
export const writeMessages = (messages: readonly Message[], losses: Losses): readonly Json[] => {
  const conversation: Conversation = { written: [], waiting: [], losses }
  for (const message of messages) {
    if (message.role === 'assistant') sayAssistant(conversation, message)
    else if (message.role === 'system') {
      const content = writeContent(message.parts, losses)
      say(conversation, { ...extras(message, losses), role: 'system', content })
    } else sayUser(conversation, message)
  }
  flush(conversation)
  return conversation.written
}

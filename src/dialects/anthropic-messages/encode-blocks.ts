/** Parts of a message, written as Anthropic's content blocks. */
import type {
  MediaPart,
  OpaquePart,
  Part,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../domain/message.ts'
import { writeCaller } from './caller.ts'
import { writeMedia } from './media.ts'
import { isForeign } from './signature.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { dialect, ownMembers, writeCache } from './wire.ts'

/** A block on its way; `call` and `answers` name tool calls by the sender's own ids. */
export interface Block {
  readonly value: Json
  readonly call?: string
  readonly answers?: string
}

/** Undefined for text without a visible character, which Anthropic refuses. */
const writeText = (part: TextPart | RefusalPart, losses: Losses): Json | undefined => {
  losses.addForeign(part.extensions, 'messages.')
  if (part.text.trim() === '') return undefined
  return { ...ownMembers(part.extensions), type: 'text', text: part.text, ...writeCache(part.cache) }
}

const writeThinking = (part: ReasoningPart, losses: Losses): Json | undefined => {
  const own = ownMembers(part.extensions)
  const proof = part.redacted ?? part.signature
  if (proof === undefined || isForeign(proof)) {
    losses.add('messages.reasoning', 'Anthropic takes back only reasoning that it has signed')
    return undefined
  }
  if (part.redacted !== undefined) return { ...own, type: 'redacted_thinking', data: proof }
  return { ...own, type: 'thinking', thinking: part.text, signature: proof }
}

const writeToolCall = (part: ToolCallPart, losses: Losses): Json => {
  losses.addForeign(part.extensions, 'messages.')
  const input = inputOf(part.input)
  if (input === undefined) losses.add('messages.tool-call.input', 'the arguments are no JSON object')
  return {
    ...writeCaller(ownMembers(part.extensions)),
    type: 'tool_use',
    id: part.callId,
    name: part.name,
    input: input ?? {},
    ...writeCache(part.cache),
  }
}

/** Our own block as it was; undefined, with a loss, for one that another dialect knows. */
export const writeOpaque = (part: OpaquePart, prefix: string, losses: Losses): Json | undefined => {
  if (part.dialect === dialect && isRecord(part.value)) return part.value
  losses.add(`${prefix}.${part.kind}`, `only ${part.dialect} knows this kind of content`)
  return part.words === undefined ? undefined : { type: 'text', text: part.words }
}

const writeOutputPart = (part: Part, losses: Losses): Json | undefined => {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return writeText(part, losses)
    case 'image':
    case 'file':
    case 'audio':
      return writeMedia(part, losses)
    case 'opaque':
      return writeOpaque(part, 'messages', losses)
    default:
      losses.add(`messages.tool-result.${part.type}`, 'a tool result cannot hold it')
      return undefined
  }
}
/** A lone text without marks is written as a string, as most senders do. */
const shortest = (blocks: readonly Json[]): string | readonly Json[] => {
  const [only] = blocks
  const isPlain = blocks.length === 1 && only !== undefined && only['type'] === 'text' && Object.keys(only).length === 2
  return isPlain && typeof only['text'] === 'string' ? only['text'] : blocks
}

const writeToolResult = (part: ToolResultPart, losses: Losses): Json => {
  losses.addForeign(part.extensions, 'messages.')
  const output = part.output.map(one => writeOutputPart(one, losses)).filter(block => block !== undefined)
  return {
    ...ownMembers(part.extensions),
    type: 'tool_result',
    tool_use_id: part.callId,
    ...(output.length > 0 && { content: shortest(output) }),
    ...(part.isError && { is_error: true }),
    ...writeCache(part.cache),
  }
}

const plain = (value: Json | undefined): readonly Block[] => (value === undefined ? [] : [{ value }])

type Role = 'user' | 'assistant' | 'system'

const writeAnyMedia = (part: MediaPart, role: Role, losses: Losses): readonly Block[] => {
  if (role === 'user') return plain(writeMedia(part, losses))
  losses.add(`messages.${part.type}`, `Anthropic takes none in ${role} messages`)
  return []
}
/** Blocks that belong to one role only. */
const writeBound = (
  part: ReasoningPart | ToolCallPart | ToolResultPart,
  role: Role,
  losses: Losses,
): readonly Block[] => {
  if (role !== (part.type === 'tool-result' ? 'user' : 'assistant')) {
    losses.add(`messages.${part.type}`, `Anthropic takes none in ${role} messages`)
    return []
  }
  if (part.type === 'reasoning') return plain(writeThinking(part, losses))
  return part.type === 'tool-call'
    ? [{ value: writeToolCall(part, losses), call: part.callId }]
    : [{ value: writeToolResult(part, losses), answers: part.callId }]
}
const writePart = (part: Part, role: Role, losses: Losses): readonly Block[] => {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return plain(writeText(part, losses))
    case 'opaque':
      return plain(writeOpaque(part, 'messages', losses))
    case 'image':
    case 'file':
    case 'audio':
      return writeAnyMedia(part, role, losses)
    default:
      return writeBound(part, role, losses)
  }
}

/** The blocks of these parts; what Anthropic cannot take is left out and named. */
export const writeParts = (parts: readonly Part[], role: Role, losses: Losses): readonly Block[] =>
  parts.flatMap(part => writePart(part, role, losses))

/** Content for a message or the system prompt: a string if it is one plain text. */
export const contentOf = (blocks: readonly Json[]): string | readonly Json[] => shortest(blocks)

/** Parts of a message, written as Bedrock's content blocks. */
import type {
  CacheMark,
  MediaPart,
  OpaquePart,
  Part,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../domain/message.ts'
import type { Family } from './family.ts'
import { writeMedia } from './media.ts'
import type { DocumentNames } from './media.ts'
import { writeRedacted } from './redacted.ts'
import { isForeign } from './signature.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputOf, parseJson } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { dialect, ownMembers } from './wire.ts'

/** A block on its way; `call` and `answers` name tool calls by the sender's own ids. */
export interface Block {
  readonly value: Json
  readonly call?: string
  readonly answers?: string
}
/** What all blocks of a request are written with. */
export interface Writing {
  readonly family: Family
  /** A client of this dialect asked for this very model. */
  readonly isOwn: boolean
  readonly names: DocumentNames
  readonly losses: Losses
}
type Role = 'user' | 'assistant' | 'system'

const plain = (value: Json | undefined): readonly Block[] => (value === undefined ? [] : [{ value }])

/** Undefined for text without a visible character, which Bedrock refuses. Text that cites has a block of its own. */
const writeText = (part: TextPart | RefusalPart, role: Role, losses: Losses): Json | undefined => {
  losses.addForeign(part.extensions, 'messages.')
  const { json: _json, ...own } = ownMembers(part.extensions)
  if (role === 'assistant' && Object.keys(own).length > 0) {
    return { citationsContent: { ...(part.text !== '' && { content: [{ text: part.text }] }), ...own } }
  }
  return part.text.trim() === '' ? undefined : { text: part.text }
}

const writeReasoning = (part: ReasoningPart, { family, isOwn, losses }: Writing): Json | undefined => {
  const proof = part.redacted ?? part.signature
  const isTaken = proof === undefined ? isOwn : (family.signs || isOwn) && !isForeign(proof)
  if (!isTaken) {
    losses.add('messages.reasoning', 'a model takes back only reasoning that it has signed itself')
    return undefined
  }
  if (part.redacted !== undefined) return { reasoningContent: { redactedContent: writeRedacted(part.redacted) } }
  const { text, signature } = part
  return {
    reasoningContent: {
      reasoningText: { ...ownMembers(part.extensions), text, ...(signature !== undefined && { signature }) },
    },
  }
}

const writeToolCall = (part: ToolCallPart, losses: Losses): Json => {
  losses.addForeign(part.extensions, 'messages.')
  const input = inputOf(part.input)
  if (input === undefined) losses.add('messages.tool-call.input', 'the arguments are no JSON object')
  const { callId: toolUseId, name } = part
  return { toolUse: { ...ownMembers(part.extensions), toolUseId, name, input: input ?? {} } }
}

/** Our own block as it was; of one that another dialect knows, with a loss, the words. */
export const writeOpaque = (part: OpaquePart, prefix: string, losses: Losses): Json | undefined => {
  if (part.dialect === dialect && isRecord(part.value)) return part.value
  losses.add(`${prefix}.${part.kind}`, `only ${part.dialect} knows this kind of content`)
  return part.words === undefined || part.words.trim() === '' ? undefined : { text: part.words }
}

/** A result's text; an object where the sender wrote one, or the model takes nothing else. */
const writeResultText = (part: TextPart | RefusalPart, { family, isOwn, losses }: Writing): Json | undefined => {
  losses.addForeign(part.extensions, 'messages.')
  const wasJson = Object.hasOwn(ownMembers(part.extensions), 'json')
  const needsJson = family.jsonResults && !isOwn
  if (!wasJson && !needsJson) return part.text.trim() === '' ? undefined : { text: part.text }
  const value = parseJson(part.text)
  if (wasJson || isRecord(value)) return { json: value ?? null }
  return { json: { result: part.text } }
}
const writeOutputPart = (part: Part, writing: Writing): Json | undefined => {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return writeResultText(part, writing)
    case 'image':
    case 'file':
    case 'audio':
      return writeMedia(part, writing.names, writing.losses)
    case 'opaque':
      return writeOpaque(part, 'messages', writing.losses)
    default:
      writing.losses.add(`messages.tool-result.${part.type}`, 'a tool result cannot hold it')
      return undefined
  }
}

/** How it went; a model that takes no word for it is told in the content. */
const statusOf = (part: ToolResultPart, { family, isOwn, losses }: Writing): Json => {
  if (!part.isError) return ownMembers(part.extensions)['status'] === null ? { status: 'success' } : {}
  if (family.status || isOwn) return { status: 'error' }
  losses.add('messages.tool-result.isError', 'this model takes no status of a result; it was told in words')
  return {}
}
const writeToolResult = (part: ToolResultPart, writing: Writing): Json => {
  writing.losses.addForeign(part.extensions, 'messages.')
  const { status: _status, ...own } = ownMembers(part.extensions)
  const content = part.output.map(one => writeOutputPart(one, writing)).filter(block => block !== undefined)
  const status = statusOf(part, writing)
  const isUntold = part.isError && status['status'] === undefined
  const failed: Json = writing.family.jsonResults ? { json: { error: true } } : { text: 'This call failed.' }
  return {
    toolResult: { ...own, toolUseId: part.callId, content: isUntold ? [failed, ...content] : content, ...status },
  }
}

const writeAnyMedia = (part: MediaPart, role: Role, { names, losses }: Writing): readonly Block[] => {
  if (role === 'user') return plain(writeMedia(part, names, losses))
  losses.add(`messages.${part.type}`, `Bedrock takes none in ${role} messages`)
  return []
}
/** Blocks that belong to one role only. */
const writeBound = (
  part: ReasoningPart | ToolCallPart | ToolResultPart,
  role: Role,
  writing: Writing,
): readonly Block[] => {
  if (role !== (part.type === 'tool-result' ? 'user' : 'assistant')) {
    writing.losses.add(`messages.${part.type}`, `Bedrock takes none in ${role} messages`)
    return []
  }
  if (part.type === 'reasoning') return plain(writeReasoning(part, writing))
  return part.type === 'tool-call'
    ? [{ value: writeToolCall(part, writing.losses), call: part.callId }]
    : [{ value: writeToolResult(part, writing), answers: part.callId }]
}
const writePart = (part: Part, role: Role, writing: Writing): readonly Block[] => {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return plain(writeText(part, role, writing.losses))
    case 'opaque':
      return plain(writeOpaque(part, 'messages', writing.losses))
    case 'image':
    case 'file':
    case 'audio':
      return writeAnyMedia(part, role, writing)
    default:
      return writeBound(part, role, writing)
  }
}

const markOf = (part: Part): CacheMark | undefined =>
  part.cache ?? (part.type === 'tool-result' ? part.output.find(({ cache }) => cache !== undefined)?.cache : undefined)

const cachePoint = (part: Part, { family, isOwn, losses }: Writing): readonly Block[] => {
  const mark = markOf(part)
  if (mark === undefined) return []
  if (!isOwn && family.caches === 'nowhere') {
    losses.add('messages.cache', 'this model takes no cache points')
    return []
  }
  const isKept = mark.ttl !== undefined && (isOwn || family.caches === 'everywhere')
  return [{ value: { cachePoint: { type: 'default', ...(isKept && { ttl: mark.ttl }) } } }]
}

/** The blocks of these parts; what Bedrock cannot take is left out and named. */
export const writeParts = (parts: readonly Part[], role: Role, writing: Writing): readonly Block[] =>
  parts.flatMap(part => {
    const blocks = writePart(part, role, writing)
    return blocks.length === 0 ? blocks : [...blocks, ...cachePoint(part, writing)]
  })

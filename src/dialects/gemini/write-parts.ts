/** Parts of a turn, written. */
import type { OpaquePart, Part, ReasoningPart, RefusalPart, TextPart, ToolCallPart } from '../../domain/message.ts'
import { givenCallId } from './call-id.ts'
import { writeMedia } from './media.ts'
import { isForeign, signatureMembers, signatureOf } from './signature.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputOf } from '../fields.ts'
import { dialect, hasArguments, ownToWrite } from './wire.ts'
import type { Writing } from './writing.ts'

/** The part's own members, with its signature unless another provider made it. */
const extras = ({ extensions, cache }: Part, { losses, isOwn }: Writing): Json => {
  const signature = signatureOf(extensions)
  losses.addForeign(extensions, 'messages.', signature === undefined ? undefined : signatureMembers)
  if (cache !== undefined && !isOwn) losses.add('messages.cache', 'Gemini caches prompts by itself and takes no marks')
  const { thoughtSignature: _signature, ...own } = ownToWrite(extensions)
  if (signature === undefined) return own
  if (!isForeign(signature)) return { ...own, thoughtSignature: signature }
  losses.add('messages.thoughtSignature', 'Gemini takes back only what it has signed')
  return own
}

/** Undefined for text that says nothing, which Vertex refuses. */
const writeText = (part: TextPart | RefusalPart, writing: Writing): Json | undefined => {
  const own = extras(part, writing)
  if (part.text === '' && Object.keys(own).length === 0 && !writing.isOwn) return undefined
  return { ...own, text: part.text }
}

const writeThought = (part: ReasoningPart, writing: Writing): Json | undefined => {
  const { signature, redacted, text } = part
  const isProven = signature !== undefined && !isForeign(signature)
  if (redacted !== undefined || (!isProven && (signature !== undefined || !writing.isOwn))) {
    writing.losses.add('messages.reasoning', 'Gemini takes back only thoughts that it has signed')
    return undefined
  }
  return { ...ownToWrite(part.extensions), text, thought: true, ...(isProven && { thoughtSignature: signature }) }
}

const writeCall = (part: ToolCallPart, writing: Writing): Json => {
  const { functionCall: others, ...own } = extras(part, writing)
  const args = inputOf(part.input)
  if (args === undefined) writing.losses.add('messages.tool-call.input', 'the arguments are no JSON object')
  const id = givenCallId(part.callId)
  return {
    ...own,
    functionCall: {
      ...(isRecord(others) ? others : {}),
      ...(id !== undefined && { id }),
      name: part.name,
      ...(hasArguments(part) && { args: args ?? {} }),
    },
  }
}

/** An image of an answer that a client of OpenAI's dialect gives back. */
const imageOf = ({ dialect: owner, kind, value }: OpaquePart): string | undefined => {
  if (owner !== 'openai-chat' || kind !== 'images' || !isRecord(value)) return undefined
  const image = value['image_url']
  return isRecord(image) && typeof image['url'] === 'string' ? image['url'] : undefined
}
const writeOpaque = (part: OpaquePart, writing: Writing): Json | undefined => {
  if (part.dialect === dialect && isRecord(part.value)) return part.value
  const url = imageOf(part)
  if (url !== undefined) return writeMedia({ type: 'image', mediaType: '', source: { url } }, false, writing.losses)
  writing.losses.add(`messages.${part.kind}`, `only ${part.dialect} knows this kind of content`)
  return part.words === undefined ? undefined : { text: part.words }
}

/** A part other than a result; undefined, with a loss, for what Gemini cannot take. */
export const writePart = (part: Part, writing: Writing): Json | undefined => {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return writeText(part, writing)
    case 'reasoning':
      return writeThought(part, writing)
    case 'tool-call':
      return writeCall(part, writing)
    case 'image':
    case 'audio':
    case 'file':
      return writeMedia(part, writing.isOwn, writing.losses)
    case 'opaque':
      return writeOpaque(part, writing)
    case 'tool-result':
      return undefined
  }
}

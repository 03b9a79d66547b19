/** The parts of a message's content, as Cohere says them. */
import { isInCloud } from '../../domain/message.ts'
import type { MediaPart, OpaquePart, Part, ReasoningPart } from '../../domain/message.ts'
import { listed } from './documents.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { dialect, ownMembers } from './wire.ts'

const writeImage = (part: MediaPart, losses: Losses): readonly Json[] => {
  const { source } = part
  if ('fileId' in source || 'text' in source) {
    losses.add('messages.image', 'Cohere takes images by URL or as data')
    return []
  }
  if ('url' in source && isInCloud(source.url)) {
    losses.add('messages.image', `Cohere cannot read a cloud's own storage (${source.url})`)
    return []
  }
  const own = ownMembers(part.extensions)
  const url = 'url' in source ? source.url : `data:${part.mediaType};base64,${source.base64}`
  return [{ ...own, type: 'image_url', image_url: { ...recordOf(own, 'image_url'), url } }]
}

const decodeText = (base64: string): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(base64), one => one.charCodeAt(0)))
  } catch {
    // No base64, or no text behind it: nothing that can be told.
    return undefined
  }
}
const isTextual = (mediaType: string): boolean => mediaType.startsWith('text/') || mediaType === 'application/json'
const plainText = ({ source, mediaType }: MediaPart): string | undefined => {
  if ('text' in source) return source.text
  return 'base64' in source && isTextual(mediaType) ? decodeText(source.base64) : undefined
}
const writeFile = (part: MediaPart, losses: Losses): readonly Json[] => {
  const text = plainText(part)
  if (text !== undefined) {
    if (part.name !== undefined) losses.add('messages.file.name', 'a file is told as text, which has no name')
    return [{ type: 'text', text }]
  }
  if (part.mediaType.startsWith('image/')) return writeImage(part, losses)
  losses.add(`messages.${part.type}`, `Cohere takes text and images, not ${part.mediaType || 'files of other kinds'}`)
  return []
}
const writeMedia = (part: MediaPart, losses: Losses): readonly Json[] =>
  part.type === 'image' ? writeImage(part, losses) : writeFile(part, losses)

const writeReasoning = (part: ReasoningPart, losses: Losses): readonly Json[] => {
  if (part.signature !== undefined || part.redacted !== undefined) {
    losses.add('messages.reasoning.signature', 'Cohere keeps no proof of who thought; the words are told')
  }
  return part.text === '' ? [] : [{ ...ownMembers(part.extensions), type: 'thinking', thinking: part.text }]
}

/** A part that only another dialect knows, in words if it has some. */
const writeOpaque = ({ dialect: owner, kind, value, words }: OpaquePart, losses: Losses): readonly Json[] => {
  // Documents of the list stand beside the messages.
  if (owner === dialect) return kind !== listed && isRecord(value) ? [value] : []
  const isTold = words !== undefined
  losses.add(`messages.${kind}`, `only ${owner} knows this part${isTold ? '; it was told in words' : ''}`)
  return isTold ? [{ type: 'text', text: words }] : []
}

/** A part as Cohere says it; none, with a loss, if it cannot be said. */
const writePart = (part: Part, losses: Losses): readonly Json[] => {
  losses.addForeign(part.extensions, 'messages.')
  if (part.cache !== undefined) losses.add('messages.cache', 'Cohere caches prompts by itself and takes no marks')
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ ...ownMembers(part.extensions), type: 'text', text: part.text }]
    case 'image':
    case 'audio':
    case 'file':
      return writeMedia(part, losses)
    case 'reasoning':
      return writeReasoning(part, losses)
    case 'opaque':
      return writeOpaque(part, losses)
    default:
      losses.add(`messages.${part.type}`, 'this part has no place in content')
      return []
  }
}

/** Content as Cohere says it: a string for one plain text, else a list. */
export const writeContent = (parts: readonly Part[], losses: Losses): string | readonly Json[] => {
  const written = parts.flatMap(part => writePart(part, losses))
  const [only] = written
  if (only === undefined) return ''
  const isPlain = written.length === 1 && only['type'] === 'text' && Object.keys(only).length === 2
  return isPlain ? String(only['text']) : written
}

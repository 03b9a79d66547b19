/** Images and documents, written as Anthropic's blocks. */
import { isInCloud } from '../../domain/message.ts'
import type { MediaPart, MediaSource } from '../../domain/message.ts'
import { textOfContentSource } from './blocks.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import type { Losses } from '../own-members.ts'
import { ownMembers, writeCache } from './wire.ts'

/** How base64 begins for the formats that can be told by their first bytes. */
const beginnings: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['JVBERi0', 'application/pdf'],
]
const mediaTypeOf = (declared: string, base64: string): string => {
  // OpenAI's clients often send no type, or a general one.
  const plain = declared.split(';', 1)[0]!.trim().toLowerCase()
  if (plain !== '' && plain !== 'application/octet-stream') return plain === 'image/jpg' ? 'image/jpeg' : plain
  return beginnings.find(([start]) => base64.startsWith(start))?.[1] ?? ''
}

interface Inline {
  readonly mediaType: string
  readonly base64: string
}
/** A `data:` URL taken apart; undefined for any other URL. */
const inlineOf = (url: string): Inline | undefined => {
  if (!url.startsWith('data:')) return undefined
  const comma = url.indexOf(',')
  const head = url.slice('data:'.length, comma)
  if (comma === -1 || !head.endsWith(';base64')) return undefined
  return { mediaType: head.slice(0, -';base64'.length), base64: url.slice(comma + 1) }
}

const decodeText = (base64: string): string | undefined => {
  try {
    const binary = atob(base64)
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, one => one.charCodeAt(0)))
  } catch {
    return undefined
  }
}

interface Source {
  readonly block: 'image' | 'document'
  readonly source: Json
}
const textSource = (text: string): Source => ({
  block: 'document',
  source: { type: 'text', media_type: 'text/plain', data: text },
})

const inlineSource = (declared: string, base64: string): Source | undefined => {
  const mediaType = mediaTypeOf(declared, base64)
  const source = { type: 'base64', media_type: mediaType, data: base64 }
  if (mediaType.startsWith('image/')) return { block: 'image', source }
  if (mediaType === 'application/pdf') return { block: 'document', source }
  if (!mediaType.startsWith('text/') && mediaType !== 'application/json') return undefined
  const text = decodeText(base64)
  return text === undefined ? undefined : textSource(text)
}
const sourceOf = (source: MediaSource, part: MediaPart): Source | undefined => {
  const block = part.type === 'image' || part.mediaType.startsWith('image/') ? 'image' : 'document'
  if ('text' in source) return textSource(source.text)
  // A file lies with the one provider that it was sent to; Anthropic's ids all begin like this.
  if ('fileId' in source)
    return source.fileId.startsWith('file_') ? { block, source: { type: 'file', file_id: source.fileId } } : undefined
  if ('base64' in source) return inlineSource(part.mediaType, source.base64)
  if (isInCloud(source.url)) return undefined
  const inline = inlineOf(source.url)
  if (inline === undefined) return { block, source: { type: 'url', url: source.url } }
  return inlineSource(inline.mediaType === '' ? part.mediaType : inline.mediaType, inline.base64)
}

/** The source as the sender wrote it, as long as it still says the same. */
const withOthers = (made: Source, part: MediaPart): Json => {
  const others = ownMembers(part.extensions)['source']
  if (!isRecord(others)) return made.source
  if (others['type'] !== 'content') return { ...others, ...made.source }
  return 'text' in part.source && textOfContentSource(others) === part.source.text ? others : made.source
}

const wordsFor = ({ source, mediaType, type }: MediaPart): string => {
  if ('fileId' in source) return `a file that lies with another provider (${source.fileId})`
  if ('url' in source && isInCloud(source.url)) return `what lies in a cloud's own storage (${source.url})`
  return mediaType === '' ? `${type} of no known media type` : mediaType
}

/** An image or document block; undefined, with a loss, for what Anthropic cannot take. */
export const writeMedia = (part: MediaPart, losses: Losses): Json | undefined => {
  losses.addForeign(part.extensions, 'messages.')
  const made = part.type === 'audio' ? undefined : sourceOf(part.source, part)
  if (made === undefined) {
    losses.add(`messages.${part.type}`, `Anthropic takes images, PDF and text, not ${wordsFor(part)}`)
    return undefined
  }
  return {
    ...ownMembers(part.extensions),
    type: made.block,
    source: withOthers(made, part),
    ...(made.block === 'document' && part.name !== undefined && { title: part.name }),
    ...writeCache(part.cache),
  }
}

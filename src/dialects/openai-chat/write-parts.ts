/** The parts of a message's content, as written. */
import { isInCloud } from '../../domain/message.ts'
import type { MediaPart, OpaquePart, Part, ReasoningPart, TextPart } from '../../domain/message.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { kinDetail, saidOfImage } from './kin.ts'
import { openaiChatId, ownMembers, writeCache } from './wire.ts'

const audioFormats: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/wave': 'wav',
  'audio/x-wav': 'wav',
}

/** What writing a message needs to know of the request. */
export interface Writing {
  readonly losses: Losses
  /** True if the request came in this dialect, so that look-alikes' own words may go back out. */
  readonly isOwn: boolean
}

/** The part's own members, with its cache mark where look-alikes asked for one. */
const extras = (part: Part, { losses, isOwn }: Writing, said?: ReadonlySet<string>): Json => {
  losses.addForeign(part.extensions, 'messages.', said)
  const own = ownMembers(part.extensions)
  if (part.cache === undefined) return own
  if (isOwn) return { ...own, ...writeCache(part.cache) }
  losses.add('messages.cache', 'OpenAI caches prompts by itself and takes no marks')
  return own
}

const writeText = (part: TextPart, writing: Writing): Json => ({
  ...extras(part, writing),
  type: 'text',
  text: part.text,
})

const asDataUrl = (mediaType: string, base64: string): string => `data:${mediaType};base64,${base64}`

const writeImage = (part: MediaPart, own: Json, { losses, isOwn }: Writing): Json | undefined => {
  const { source } = part
  if ('fileId' in source || 'text' in source) {
    losses.add('messages.image', 'OpenAI takes images by URL or as data')
    return undefined
  }
  if ('url' in source && isInCloud(source.url) && !isOwn) {
    losses.add('messages.image', `OpenAI cannot read a cloud's own storage (${source.url})`)
    return undefined
  }
  const url = 'url' in source ? source.url : asDataUrl(part.mediaType, source.base64)
  const detail = kinDetail(part.extensions)
  const image = { ...(detail !== undefined && { detail }), ...recordOf(own, 'image_url'), url }
  return { ...own, type: 'image_url', image_url: image }
}
const writeAudio = (part: MediaPart, own: Json, { losses }: Writing): Json | undefined => {
  if (!('base64' in part.source)) {
    losses.add('messages.audio', 'OpenAI takes audio only as data')
    return undefined
  }
  const format = Object.hasOwn(audioFormats, part.mediaType)
    ? audioFormats[part.mediaType]
    : part.mediaType.replace(/^audio\//, '')
  const inner = { ...recordOf(own, 'input_audio'), data: part.source.base64, format }
  return { ...own, type: 'input_audio', input_audio: inner }
}
/** A file by URL, in the forms in which it came; OpenAI itself has none. */
const writeFileAt = (url: string, own: Json, inner: Json, { losses, isOwn }: Writing): Json | undefined => {
  if (own['document_url'] === null) return { ...own, type: 'document_url', document_url: url }
  if (own['file_url'] === null) return { ...own, type: 'file_url', file_url: { url } }
  if (isOwn) return { ...own, type: 'file', file: { ...inner, file_data: url } }
  losses.add('messages.file.url', 'OpenAI takes files as data or by id, not by URL')
  return undefined
}
/** A file lies with the one provider that it was sent to; Anthropic's ids begin as OpenAI's do not, and Google's are addresses. */
const writeFileId = (fileId: string, own: Json, inner: Json, { losses, isOwn }: Writing): Json | undefined => {
  if (isOwn || !(fileId.startsWith('file_') || fileId.includes('://')))
    return { ...own, type: 'file', file: { ...inner, file_id: fileId } }
  losses.add('messages.file', `the file lies with another provider (${fileId})`)
  return undefined
}
const writeFile = (part: MediaPart, own: Json, writing: Writing): Json | undefined => {
  const { source, mediaType, name } = part
  const inner = { ...recordOf(own, 'file'), ...(name !== undefined && { filename: name }) }
  if ('url' in source) return writeFileAt(source.url, own, inner, writing)
  if ('fileId' in source) return writeFileId(source.fileId, own, inner, writing)
  if ('base64' in source) {
    const data = mediaType === '' ? source.base64 : asDataUrl(mediaType, source.base64)
    return { ...own, type: 'file', file: { ...inner, file_data: data } }
  }
  if (name !== undefined) {
    writing.losses.add('messages.file.name', 'a file of plain text is told as text, which has no name')
  }
  return { ...own, type: 'text', text: source.text }
}
const writeMedia = (part: MediaPart, writing: Writing): Json | undefined => {
  const isImage = part.type === 'image'
  const own = extras(part, writing, isImage ? saidOfImage(part.extensions) : undefined)
  if (isImage) return writeImage(part, own, writing)
  return part.type === 'audio' ? writeAudio(part, own, writing) : writeFile(part, own, writing)
}

const writeReasoning = (part: ReasoningPart, writing: Writing): Json | undefined => {
  if (!writing.isOwn) {
    writing.losses.add('messages.reasoning', 'OpenAI takes no reasoning back in the conversation')
    return undefined
  }
  const { text: words, signature } = part
  return {
    ...extras(part, writing),
    type: 'thinking',
    thinking: [{ type: 'text', text: words }],
    ...(signature !== undefined && { signature }),
  }
}

/** A part that only another dialect knows, in words if it has some. */
const writeForeign = ({ dialect, kind, words }: OpaquePart, { losses }: Writing): Json | undefined => {
  const isTold = words !== undefined
  losses.add(`messages.${kind}`, `only ${dialect} knows this part${isTold ? '; it was told in words' : ''}`)
  return isTold ? { type: 'text', text: words } : undefined
}

/** A part of content as OpenAI says it; undefined, with a loss, if it cannot be said. */
export const writePart = (part: Part, writing: Writing): Json | undefined => {
  switch (part.type) {
    case 'text':
      return writeText(part, writing)
    case 'image':
    case 'audio':
    case 'file':
      return writeMedia(part, writing)
    case 'refusal':
      return { ...extras(part, writing), type: 'refusal', refusal: part.text }
    case 'reasoning':
      return writeReasoning(part, writing)
    case 'opaque':
      if (part.dialect === openaiChatId && isRecord(part.value)) return part.value
      return writeForeign(part, writing)
    default:
      writing.losses.add(`messages.${part.type}`, 'this part has no place in content')
      return undefined
  }
}

/** Content as OpenAI says it: a string for one plain text, else a list. */
export const writeContent = (parts: readonly Part[], writing: Writing): string | readonly Json[] => {
  const written: Json[] = []
  for (const part of parts) {
    const one = writePart(part, writing)
    if (one !== undefined) written.push(one)
  }
  const [only] = written
  if (only === undefined) return ''
  const isPlain = written.length === 1 && only['type'] === 'text' && Object.keys(only).length === 2
  return isPlain ? String(only['text']) : written
}

/** Images, sound, video and documents, both ways. */
import type { MediaPart, MediaSource } from '../../domain/message.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { otherMembers } from '../fields.ts'
import { optionalText, requiredText } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { camelRecord, carried, ownToWrite } from './wire.ts'

const kindOf = (mediaType: string): MediaPart['type'] => {
  if (mediaType.startsWith('image/')) return 'image'
  return mediaType.startsWith('audio/') ? 'audio' : 'file'
}
/** Files that lie with Google are read by nobody else. */
const isGoogles = (uri: string): boolean =>
  uri.startsWith('gs://') || /^https:\/\/generativelanguage\.googleapis\.com\/\S*files\//.test(uri)

interface Blob {
  readonly source: MediaSource
  readonly mediaType: string
  readonly name: string | undefined
  readonly others: Json | undefined
}
const known = {
  inline: new Set(['mimeType', 'data', 'displayName']),
  file: new Set(['mimeType', 'fileUri', 'displayName']),
}

const readBlob = (part: Json, key: 'inlineData' | 'fileData', at: string, findings: Findings): Blob => {
  const blob = camelRecord(part, key) ?? {}
  const here = `${at}.${key}`
  const mediaType = optionalText(findings, `${here}.mimeType`, blob['mimeType']) ?? ''
  const name = optionalText(findings, `${here}.displayName`, blob['displayName'])
  if (key === 'inlineData') {
    const source = { base64: requiredText(findings, `${here}.data`, blob['data']) }
    return { source, mediaType, name, others: otherMembers(blob, known.inline) }
  }
  const uri = requiredText(findings, `${here}.fileUri`, blob['fileUri'])
  const source = isGoogles(uri) ? { fileId: uri } : { url: uri }
  return { source, mediaType, name, others: otherMembers(blob, known.file) }
}

const around = new Set(['inlineData', 'fileData'])

/** A part with `inlineData` or `fileData`. */
export const readMedia = (part: Json, key: 'inlineData' | 'fileData', at: string, findings: Findings): MediaPart => {
  const { source, mediaType, name, others } = readBlob(part, key, at, findings)
  const rest = otherMembers(part, around)
  const own = others === undefined ? rest : { ...rest, blob: others }
  return {
    type: kindOf(mediaType),
    mediaType,
    source,
    ...(name !== undefined && { name }),
    ...carried(own),
  }
}

/** How base64 begins for the formats that can be told by their first bytes. */
const beginnings: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['JVBERi0', 'application/pdf'],
  ['SUQz', 'audio/mp3'],
  ['T2dnUw', 'audio/ogg'],
]
/** How addresses end; Gemini wants to be told the type of what it fetches. */
const endings: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['pdf', 'application/pdf'],
  ['mp3', 'audio/mp3'],
  ['wav', 'audio/wav'],
  ['mp4', 'video/mp4'],
  ['txt', 'text/plain'],
])
const spellings: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['audio/x-wav', 'audio/wav'],
])

const inlineType = (declared: string, base64: string): string => {
  const plain = declared.split(';', 1)[0]!.trim().toLowerCase()
  if (plain !== '' && plain !== 'application/octet-stream') return spellings.get(plain) ?? plain
  return beginnings.find(([start]) => base64.startsWith(start))?.[1] ?? plain
}
const urlType = (part: MediaPart, url: string): string => {
  if (part.mediaType !== '') return spellings.get(part.mediaType) ?? part.mediaType
  const ending = /\.([a-z0-9]{2,4})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase()
  return endings.get(ending ?? '') ?? (part.type === 'image' ? 'image/jpeg' : part.type === 'audio' ? 'audio/mp3' : '')
}

/** A `data:` URL taken apart; undefined for any other URL. */
const inlineOf = (url: string): { readonly mediaType: string; readonly base64: string } | undefined => {
  const [, mediaType, base64] = /^data:([^,]*?);base64,([\s\S]*)$/.exec(url) ?? []
  return mediaType === undefined || base64 === undefined ? undefined : { mediaType, base64 }
}

interface Written {
  readonly key: 'inlineData' | 'fileData'
  readonly value: Json
}
const inlineData = (mediaType: string, base64: string): Written => {
  const mimeType = inlineType(mediaType, base64)
  return { key: 'inlineData', value: { ...(mimeType !== '' && { mimeType }), data: base64 } }
}
/** As one of Google's own clients wrote it. */
const asWritten = ({ source, mediaType }: MediaPart): Written | undefined => {
  const type = mediaType === '' ? {} : { mimeType: mediaType }
  if ('base64' in source) return { key: 'inlineData', value: { ...type, data: source.base64 } }
  const fileUri = 'url' in source ? source.url : 'fileId' in source ? source.fileId : undefined
  return fileUri === undefined ? undefined : { key: 'fileData', value: { ...type, fileUri } }
}
const fileData = (part: MediaPart, fileUri: string): Written => {
  const mimeType = urlType(part, fileUri)
  return { key: 'fileData', value: { ...(mimeType !== '' && { mimeType }), fileUri } }
}

const written = (part: MediaPart): Written | undefined => {
  const { source, mediaType } = part
  if ('base64' in source) return inlineData(mediaType, source.base64)
  if ('text' in source) return undefined
  if ('fileId' in source) return isGoogles(source.fileId) ? fileData(part, source.fileId) : undefined
  if (source.url.startsWith('s3://')) return undefined
  const inline = inlineOf(source.url)
  if (inline === undefined) return source.url.startsWith('data:') ? undefined : fileData(part, source.url)
  return inlineData(inline.mediaType === '' ? mediaType : inline.mediaType, inline.base64)
}

const nameOf = ({ name, type }: MediaPart, isOwn: boolean, losses: Losses): Json => {
  if (name === undefined) return {}
  if (isOwn) return { displayName: name }
  // The Gemini API refuses the member that Vertex takes.
  losses.add(`messages.${type}.name`, 'Gemini takes files without names')
  return {}
}

const textOf = (part: MediaPart, text: string, losses: Losses): Json => {
  nameOf(part, false, losses)
  return { text }
}

const whyNot = (source: MediaSource): string => {
  if ('fileId' in source) return 'the file lies with another provider'
  return 'url' in source && source.url.startsWith('s3://')
    ? `Google cannot read another cloud's storage (${source.url})`
    : 'the data is not base64'
}

/** A part with the media; undefined, with a loss, for a file that lies with another provider. */
export const writeMedia = (part: MediaPart, isOwn: boolean, losses: Losses): Json | undefined => {
  losses.addForeign(part.extensions, 'messages.')
  if (part.cache !== undefined) losses.add('messages.cache', 'Gemini caches prompts by itself and takes no marks')
  // Plain text needs no wrapping that makes it longer.
  if ('text' in part.source) return textOf(part, part.source.text, losses)
  const made = isOwn ? (asWritten(part) ?? written(part)) : written(part)
  if (made === undefined) {
    losses.add(`messages.${part.type}`, whyNot(part.source))
    return undefined
  }
  const { blob, ...own } = ownToWrite(part.extensions)
  const { key, value } = made
  return { ...own, [key]: { ...(isRecord(blob) ? blob : {}), ...value, ...nameOf(part, isOwn, losses) } }
}

/** The parts of a message's content, as read. */
import type { MediaSource, OpaquePart, Part } from '../../domain/message.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, without } from '../fields.ts'
import { optionalText, report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, openaiChatId, readCache } from './wire.ts'

type Place = { readonly findings: Findings; readonly at: string }
type Read = (part: Json, place: Place) => Part

const known = {
  text: new Set(['type', 'text', 'cache_control']),
  image_url: new Set(['type', 'image_url', 'cache_control']),
  input_audio: new Set(['type', 'input_audio', 'cache_control']),
  file: new Set(['type', 'file', 'cache_control']),
  refusal: new Set(['type', 'refusal', 'cache_control']),
  thinking: new Set(['type', 'thinking', 'signature', 'cache_control']),
  url: new Set(['url']),
  audio: new Set(['data', 'format']),
  fileMembers: new Set(['file_data', 'file_id', 'filename']),
} as const

/** What is left of a part and of the object inside it, as extensions; with the cache mark. */
const leftovers = (part: Json, names: ReadonlySet<string>, inner?: readonly [string, Json | undefined]): Json => {
  const outer = without(part, names)
  const rest = inner?.[1] === undefined ? outer : { ...outer, [inner[0]]: inner[1] }
  return { ...carried(rest), ...readCache(part['cache_control']) }
}

const text: Read = (part, { findings, at }) => {
  const value = part['text']
  if (typeof value !== 'string') report(findings, `${at}.text`, value, 'a string')
  return { type: 'text', text: typeof value === 'string' ? value : '', ...leftovers(part, known.text) }
}

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*?);base64,/i
/** The source behind a data URL or another URL. */
const sourceOf = (url: string): { readonly mediaType: string; readonly source: MediaSource } => {
  const match = url.startsWith('data:') ? dataUrl.exec(url.slice(0, 300)) : null
  return match === null
    ? { mediaType: '', source: { url } }
    : { mediaType: (match[1] ?? '').toLowerCase(), source: { base64: url.slice(match[0].length) } }
}

const image: Read = (part, { findings, at }) => {
  const given = part['image_url']
  // Mistral takes the bare URL as well.
  const url = isRecord(given) ? given['url'] : given
  if (!isWord(url)) report(findings, `${at}.image_url.url`, url, 'a URL or data URL')
  const inner = isRecord(given) ? without(given, known.url) : undefined
  return {
    type: 'image',
    ...sourceOf(isWord(url) ? url : ''),
    ...leftovers(part, known.image_url, ['image_url', inner]),
  }
}

const audioTypes: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', wav: 'audio/wav' }
const audio: Read = (part, { findings, at }) => {
  const given = part['input_audio']
  const inner: Json = isRecord(given) ? given : {}
  const { data, format } = inner
  if (!isRecord(given)) report(findings, `${at}.input_audio`, given, 'an object with data and format')
  else if (!isWord(data)) report(findings, `${at}.input_audio.data`, data, 'base64 text')
  else if (!isWord(format)) report(findings, `${at}.input_audio.format`, format, '"wav" or "mp3"')
  const name = isWord(format) ? format : ''
  return {
    type: 'audio',
    mediaType: Object.hasOwn(audioTypes, name) ? (audioTypes[name] ?? '') : `audio/${name}`,
    source: { base64: isWord(data) ? data : '' },
    ...leftovers(part, known.input_audio, ['input_audio', without(inner, known.audio)]),
  }
}

const fileSource = (inner: Json): { readonly mediaType: string; readonly source: MediaSource } | undefined => {
  const { file_data: data, file_id: fileId } = inner
  if (isWord(fileId)) return { mediaType: '', source: { fileId } }
  if (!isWord(data)) return undefined
  // Bare base64 has no colon; whatever has one is a URL of some kind.
  return /^[a-z][a-z0-9+.-]*:/i.test(data.slice(0, 20)) ? sourceOf(data) : { mediaType: '', source: { base64: data } }
}
const file: Read = (part, { findings, at }) => {
  const given = part['file']
  const inner: Json = isRecord(given) ? given : {}
  const source = fileSource(inner)
  if (!isRecord(given)) report(findings, `${at}.file`, given, 'an object with file_data or file_id')
  else if (source === undefined)
    report(findings, `${at}.file.file_data`, inner['file_data'], 'a data URL, or a file_id')
  const name = optionalText(findings, `${at}.file.filename`, inner['filename'])
  return {
    type: 'file',
    ...(source ?? { mediaType: '', source: { text: '' } }),
    ...(name !== undefined && { name }),
    ...leftovers(part, known.file, ['file', without(inner, known.fileMembers)]),
  }
}

const refusal: Read = (part, { findings, at }) => {
  const value = part['refusal']
  if (typeof value !== 'string') report(findings, `${at}.refusal`, value, 'a string')
  return { type: 'refusal', text: typeof value === 'string' ? value : '', ...leftovers(part, known.refusal) }
}

/** The words in Mistral's thinking: a string, or a list of text parts. */
export const thinkingText = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return ''
  return value.map((one: unknown) => (isRecord(one) && typeof one['text'] === 'string' ? one['text'] : '')).join('')
}
const thinking: Read = part => ({
  type: 'reasoning',
  text: thinkingText(part['thinking']),
  ...(isWord(part['signature']) && { signature: part['signature'] }),
  ...leftovers(part, known.thinking),
})

const opaque = (part: Json, kind: string): OpaquePart => ({ type: 'opaque', dialect: openaiChatId, kind, value: part })

/**
 * A file by URL, as Mistral (`document_url`) and Z.ai (`file_url`) take it. The member that held the URL is kept as null, so
 * that the part can go back as it came and no other dialect takes it for something that it cannot say.
 */
const byUrl: Read = part => {
  const kind = String(part['type'])
  const given = part[kind]
  const url = isRecord(given) ? given['url'] : given
  if (!isWord(url)) return opaque(part, kind)
  const rest = without(part, new Set(['type', kind, 'cache_control']))
  const source = { mediaType: '', source: { url } }
  return { type: 'file', ...source, ...carried({ ...rest, [kind]: null }), ...readCache(part['cache_control']) }
}

const readers = new Map<string, Read>([
  ['text', text],
  ['image_url', image],
  ['input_audio', audio],
  ['file', file],
  ['refusal', refusal],
  ['thinking', thinking],
  ['document_url', byUrl],
  ['file_url', byUrl],
])

const readPart = (part: unknown, place: Place): Part | undefined => {
  if (!isRecord(part)) return report(place.findings, place.at, part, 'an object with a type')
  const type = part['type']
  if (!isWord(type)) return report(place.findings, `${place.at}.type`, type, 'a type such as "text"')
  const read = readers.get(type)
  return read === undefined ? opaque(part, type) : read(part, place)
}

/** The parts of a content that is a string or a list; undefined if it is absent. A part of an unknown type stays whole, as opaque. */
export const readContent = (findings: Findings, at: string, content: unknown): readonly Part[] | undefined => {
  if (isAbsent(content)) return undefined
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) return report(findings, at, content, 'a string or a list of parts')
  const parts: Part[] = []
  for (const [place, one] of content.entries()) {
    const part = readPart(one, { findings, at: `${at}[${place}]` })
    if (part !== undefined) parts.push(part)
  }
  return parts
}

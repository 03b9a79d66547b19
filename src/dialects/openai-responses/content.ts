/** The parts of a message's or a result's content, as read. */
import type { MediaSource, OpaquePart, Part } from '../../domain/message.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, without } from '../fields.ts'
import { optionalText, report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carriedWith, openaiResponsesId, readCache } from './wire.ts'

/** Where a part stands, and how its item was told where the part is the first of it. */
interface Place {
  readonly findings: Findings
  readonly at: string
  readonly form: Json | undefined
  readonly members: Json | undefined
}
type Read = (part: Json, place: Place) => Part

const breakpoint = 'prompt_cache_breakpoint'
const known = {
  text: new Set(['type', 'text', breakpoint]),
  spoken: new Set(['type', 'text', 'annotations', 'logprobs']),
  refusal: new Set(['type', 'refusal']),
  image: new Set(['type', 'image_url', 'file_id', breakpoint]),
  file: new Set(['type', 'file_data', 'file_id', 'file_url', 'filename', breakpoint]),
}

const extensionsOf = (part: Json, names: ReadonlySet<string>, { form, members }: Place) => {
  const rest = without(part, names)
  return carriedWith(form, rest === undefined ? members : { ...members, ...rest })
}

const textOf = (part: Json, member: string, { findings, at }: Place): string => {
  const value = part[member]
  if (typeof value === 'string') return value
  report(findings, `${at}.${member}`, value, 'a string')
  return ''
}

const inputText: Read = (part, place) => ({
  type: 'text',
  text: textOf(part, 'text', place),
  ...extensionsOf(part, known.text, place),
  ...readCache(part[breakpoint]),
})

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0
/** Annotations and log probabilities of words that were said: lists that hold nothing are only form. */
export const spokenMembers = (part: Json): { readonly form: Json; readonly members: Json } => {
  const form: Record<string, unknown> = {}
  const members: Record<string, unknown> = {}
  for (const name of ['annotations', 'logprobs']) {
    const value = part[name]
    if (isEmptyList(value)) form[name] = value
    else if (value !== undefined) members[name] = value
  }
  return { form, members }
}
const joinedMembers = (left: Json | undefined, right: Json): Json | undefined =>
  left === undefined && Object.keys(right).length === 0 ? undefined : { ...left, ...right }
const outputText: Read = (part, place) => {
  const { form, members } = spokenMembers(part)
  const lists = Object.keys(form).length === 0 ? {} : { part: form }
  const isFirst = place.form !== undefined
  const told =
    isFirst || Object.keys(lists).length > 0 ? { ...(!isFirst && { more: true }), ...place.form, ...lists } : undefined
  return {
    type: 'text',
    text: textOf(part, 'text', place),
    ...extensionsOf(part, known.spoken, { ...place, form: told, members: joinedMembers(place.members, members) }),
  }
}
const refusal: Read = (part, place) => ({
  type: 'refusal',
  text: textOf(part, 'refusal', place),
  ...extensionsOf(part, known.refusal, place),
})

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*?);base64,/i
/** The source behind a data URL or another URL. */
const sourceOf = (url: string): { readonly mediaType: string; readonly source: MediaSource } => {
  const match = url.startsWith('data:') ? dataUrl.exec(url.slice(0, 300)) : null
  return match === null
    ? { mediaType: '', source: { url } }
    : { mediaType: (match[1] ?? '').toLowerCase(), source: { base64: url.slice(match[0].length) } }
}

const image: Read = (part, place) => {
  const { image_url: url, file_id: fileId } = part
  const found = isWord(url) ? sourceOf(url) : { mediaType: '', source: { fileId: isWord(fileId) ? fileId : '' } }
  if (!isWord(url) && !isWord(fileId))
    report(place.findings, `${place.at}.image_url`, url, 'a URL, a data URL, or a file_id')
  return { type: 'image', ...found, ...extensionsOf(part, known.image, place), ...readCache(part[breakpoint]) }
}

const fileSource = (part: Json): { readonly mediaType: string; readonly source: MediaSource } | undefined => {
  const { file_data: data, file_id: fileId, file_url: url } = part
  if (isWord(data)) {
    // Bare base64 has no colon; whatever has one is a URL of some kind.
    return /^[a-z][a-z0-9+.-]*:/i.test(data.slice(0, 20)) ? sourceOf(data) : { mediaType: '', source: { base64: data } }
  }
  if (isWord(url)) return { mediaType: '', source: { url } }
  return isWord(fileId) ? { mediaType: '', source: { fileId } } : undefined
}
const file: Read = (part, place) => {
  const source = fileSource(part)
  if (source === undefined)
    report(place.findings, `${place.at}.file_data`, part['file_data'], 'a data URL, a file_url, or a file_id')
  const name = optionalText(place.findings, `${place.at}.filename`, part['filename'])
  return {
    type: 'file',
    ...(source ?? { mediaType: '', source: { text: '' } }),
    ...(name !== undefined && { name }),
    ...extensionsOf(part, known.file, place),
    ...readCache(part[breakpoint]),
  }
}

const readers = new Map<string, Read>([
  ['input_text', inputText],
  // Look-alikes take the word of chat completions, too.
  ['text', inputText],
  ['output_text', outputText],
  ['refusal', refusal],
  ['input_image', image],
  ['input_file', file],
])
const opaque = (part: Json, kind: string, { form, members }: Place): OpaquePart => ({
  type: 'opaque',
  dialect: openaiResponsesId,
  kind,
  value: part,
  ...carriedWith({ ...form, within: true }, members),
})

const readPart = (part: unknown, place: Place): Part | undefined => {
  if (!isRecord(part)) return report(place.findings, place.at, part, 'an object with a type')
  const type = part['type']
  if (!isWord(type)) return report(place.findings, `${place.at}.type`, type, 'a type such as "input_text"')
  const read = readers.get(type)
  return read === undefined ? opaque(part, type, place) : read(part, place)
}

/** How an item was told, and its unknown members: the first of its parts carries them. */
export interface ItemMarks {
  readonly form: Json | undefined
  readonly members: Json | undefined
}
const unmarked: ItemMarks = { form: undefined, members: undefined }

/** The parts of a content that is a string or a list. A part of an unknown type stays whole, as opaque. */
export const readContent = (
  findings: Findings,
  at: string,
  content: unknown,
  marks: ItemMarks = unmarked,
): readonly Part[] => {
  const { form, members } = marks
  if (typeof content === 'string') return [{ type: 'text', text: content, ...carriedWith(form, members) }]
  if (!Array.isArray(content)) {
    report(findings, at, content, 'a string or a list of parts')
    return []
  }
  const parts: Part[] = []
  for (const [index, one] of content.entries()) {
    const part = readPart(one, { findings, at: `${at}[${index}]`, ...(parts.length === 0 ? marks : unmarked) })
    if (part !== undefined) parts.push(part)
  }
  return parts
}

/** The mark of a content that is a list where a string would have said the same. */
export const listMark = (content: unknown): Json =>
  Array.isArray(content) && content.length === 1 ? { list: true } : {}

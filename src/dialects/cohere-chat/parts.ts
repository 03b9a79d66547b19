/** The parts of a message's content, as read. */
import type { MediaSource, Part } from '../../domain/message.ts'
import { inlineDocument } from './documents.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, isWord, otherMembers, textOf } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, dialect } from './wire.ts'

const known = {
  text: new Set(['type', 'text']),
  thinking: new Set(['type', 'thinking']),
  image: new Set(['type', 'image_url']),
  url: new Set(['url']),
}

const text = (part: Json, at: string, findings: Findings): Part => {
  if (typeof part['text'] !== 'string') report(findings, `${at}.text`, part['text'], 'a string')
  return { type: 'text', text: textOf(part, 'text'), ...carried(otherMembers(part, known.text)) }
}
const thinking = (part: Json, at: string, findings: Findings): Part => {
  if (typeof part['thinking'] !== 'string') report(findings, `${at}.thinking`, part['thinking'], 'a string')
  return { type: 'reasoning', text: textOf(part, 'thinking'), ...carried(otherMembers(part, known.thinking)) }
}

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*?);base64,/i
const sourceOf = (url: string): { readonly mediaType: string; readonly source: MediaSource } => {
  const match = url.startsWith('data:') ? dataUrl.exec(url.slice(0, 300)) : null
  return match === null
    ? { mediaType: '', source: { url } }
    : { mediaType: (match[1] ?? '').toLowerCase(), source: { base64: url.slice(match[0].length) } }
}
const image = (part: Json, at: string, findings: Findings): Part => {
  const given = part['image_url']
  const url = isRecord(given) ? given['url'] : given
  if (!isWord(url)) report(findings, `${at}.image_url.url`, url, 'a URL or data URL')
  const inner = isRecord(given) ? otherMembers(given, known.url) : undefined
  const rest = otherMembers(part, known.image)
  return {
    type: 'image',
    ...sourceOf(isWord(url) ? url : ''),
    ...carried(inner === undefined ? rest : { ...rest, image_url: inner }),
  }
}

const readPart = (part: unknown, at: string, findings: Findings): readonly Part[] => {
  if (!isRecord(part)) {
    report(findings, at, part, 'an object with a type')
    return []
  }
  const { type } = part
  switch (type) {
    case 'text':
      return [text(part, at, findings)]
    case 'thinking':
      return [thinking(part, at, findings)]
    case 'image_url':
      return [image(part, at, findings)]
    case 'document':
      return [inlineDocument(part)]
    default: {
      if (!isWord(type)) report(findings, `${at}.type`, type, 'a type such as "text"')
      return [{ type: 'opaque', dialect, kind: isWord(type) ? type : '', value: part }]
    }
  }
}

/** The parts of a content that is a string or a list; none if it is absent. A part of an unknown type stays whole, as opaque. */
export const readContent = (content: unknown, at: string, findings: Findings): readonly Part[] => {
  if (isAbsent(content)) return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (Array.isArray(content)) {
    return content.flatMap((part: unknown, place) => readPart(part, `${at}[${place}]`, findings))
  }
  report(findings, at, content, 'a string or a list of parts')
  return []
}

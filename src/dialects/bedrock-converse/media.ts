/** Images, documents, video and sound, both ways: Bedrock takes bytes or an address in S3, each with a word for its format. */
import type { MediaPart, MediaSource } from '../../domain/message.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { otherMembers } from '../fields.ts'
import { report, requiredText } from '../findings.ts'
import type { Findings } from '../findings.ts'
import type { Losses } from '../own-members.ts'
import { carried, memberOf, ownMembers } from './wire.ts'

/** The blocks that hold media. */
export type MediaKind = 'image' | 'document' | 'video' | 'audio'

const mediaTypes: Readonly<Record<MediaKind, Readonly<Record<string, string>>>> = {
  image: { png: 'image/png', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' },
  document: {
    pdf: 'application/pdf',
    csv: 'text/csv',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    html: 'text/html',
    txt: 'text/plain',
    md: 'text/markdown',
  },
  video: {
    mp4: 'video/mp4',
    mov: 'video/quicktime',
    mkv: 'video/x-matroska',
    webm: 'video/webm',
    flv: 'video/x-flv',
    mpeg: 'video/mpeg',
    mpg: 'video/mpg',
    wmv: 'video/x-ms-wmv',
    three_gp: 'video/3gpp',
  },
  audio: {
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    flac: 'audio/flac',
    ogg: 'audio/ogg',
    opus: 'audio/opus',
    aac: 'audio/aac',
    m4a: 'audio/mp4',
    webm: 'audio/webm',
    pcm: 'audio/pcm',
    mka: 'audio/x-matroska',
  },
}
/** Other names of the same. */
const aliases: Readonly<Record<string, readonly [MediaKind, string]>> = {
  'image/jpg': ['image', 'jpeg'],
  'audio/mp3': ['audio', 'mp3'],
  'audio/x-wav': ['audio', 'wav'],
  'audio/wave': ['audio', 'wav'],
  'audio/x-m4a': ['audio', 'm4a'],
  'text/x-markdown': ['document', 'md'],
  'application/csv': ['document', 'csv'],
  'application/json': ['document', 'txt'],
  'video/mpg': ['video', 'mpg'],
}
const formats: ReadonlyMap<string, readonly [MediaKind, string]> = new Map([
  ...Object.entries(mediaTypes).flatMap(([kind, types]) =>
    Object.entries(types).map(([format, type]) => [type, [kind as MediaKind, format]] as const),
  ),
  ...Object.entries(aliases),
])

/** How base64 begins for the formats that can be told by their first bytes. */
const beginnings: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['JVBERi0', 'application/pdf'],
]

const known = {
  block: new Set(['format', 'source', 'name']),
  bytes: new Set(['bytes']),
  text: new Set(['text']),
  content: new Set(['content']),
}

/** The text of a `content` source that holds nothing but text; undefined if it holds more. */
const textOfContent = (content: unknown): string | undefined => {
  if (!Array.isArray(content)) return undefined
  const texts = content.map((one: unknown) =>
    isRecord(one) && Object.keys(one).length === 1 ? one['text'] : undefined,
  )
  return texts.every(text => typeof text === 'string') ? texts.join('\n') : undefined
}

interface ReadSource {
  readonly source: MediaSource
  /** What of the source no MediaSource holds. */
  readonly others?: Json
}
const readSource = (source: Json): ReadSource | undefined => {
  const [kind, value] = memberOf(source) ?? ['', undefined]
  if (kind === 'bytes' && typeof value === 'string') return { source: { base64: value } }
  if (kind === 'text' && typeof value === 'string') return { source: { text: value } }
  if (kind === 'content') {
    const text = textOfContent(value)
    return text === undefined ? undefined : { source: { text }, others: source }
  }
  if (kind !== 's3Location' || !isRecord(value) || typeof value['uri'] !== 'string') return undefined
  const others = otherMembers(value, new Set(['uri']))
  return { source: { url: value['uri'] }, ...(others !== undefined && { others: { s3Location: others } }) }
}

/** The media type that a word for a format stands for, and what has to be kept of that word. */
const readFormat = (
  kind: MediaKind,
  given: unknown,
  source: MediaSource,
): { readonly mediaType: string; readonly kept: Json } => {
  const types = mediaTypes[kind]
  // A document of plain text needs no format; the mark tells that it had none.
  if (typeof given !== 'string') return { mediaType: 'text' in source ? 'text/plain' : '', kept: { format: null } }
  if (Object.hasOwn(types, given)) return { mediaType: types[given]!, kept: {} }
  // Some send the media type itself.
  const mediaType = given.includes('/') ? given : `${kind === 'document' ? 'application' : kind}/${given}`
  return { mediaType, kept: { format: given } }
}

/** A block of media as a part; undefined if its source is of a kind that is not known, and the block must stay opaque. */
export const readMedia = (kind: MediaKind, block: Json, at: string, findings: Findings): MediaPart | undefined => {
  const given = block['source']
  if (!isRecord(given)) {
    report(findings, `${at}.source`, given, 'an object with bytes or s3Location')
    return undefined
  }
  const read = readSource(given)
  if (read === undefined) return undefined
  const { mediaType, kept } = readFormat(kind, block['format'], read.source)
  const others = otherMembers(block, known.block)
  return {
    type: kind === 'image' || kind === 'audio' ? kind : 'file',
    mediaType,
    source: read.source,
    ...(kind === 'document' && { name: requiredText(findings, `${at}.name`, block['name']) }),
    ...carried({ ...others, ...(read.others !== undefined && { source: read.others }), ...kept }),
  }
}

/** Documents by name: Bedrock takes few characters, and each name once. */
export interface DocumentNames {
  fit(name: string | undefined, losses: Losses): string
}
/** No names yet. Who asked for the very model has names that suit it. */
export const documentNames = (isOwn: boolean): DocumentNames => {
  const used = new Set<string>()
  return {
    fit(name, losses) {
      if (isOwn && name !== undefined) return name
      const given = name ?? 'document'
      const plain = given
        .replace(/[^\w\s\-()[\]]+/g, '-')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 190)
      const base = plain === '' || plain === '-' ? 'document' : plain
      let fit = base
      for (let turn = 2; used.has(fit); turn++) fit = `${base} (${turn})`
      used.add(fit)
      if (name !== undefined && name !== fit) {
        losses.add(
          'messages.file.name',
          'Bedrock takes letters, digits, blanks, hyphens and brackets alone, and each name once',
        )
      }
      return fit
    },
  }
}

interface Written {
  readonly kind: MediaKind
  readonly format?: string
  readonly source: Json
}

/** A `data:` URL taken apart; undefined for any other URL. */
const inlineOf = (url: string): { readonly mediaType: string; readonly base64: string } | undefined => {
  if (!url.startsWith('data:')) return undefined
  const comma = url.indexOf(',')
  const head = url.slice('data:'.length, comma)
  if (comma === -1 || !head.endsWith(';base64')) return undefined
  return { mediaType: head.slice(0, -';base64'.length), base64: url.slice(comma + 1) }
}

const typeOf = (declared: string, base64: string): string => {
  // OpenAI's clients often send no type, or a general one.
  const plain = declared.split(';', 1)[0]!.trim().toLowerCase()
  if (plain !== '' && plain !== 'application/octet-stream') return plain
  return beginnings.find(([start]) => base64.startsWith(start))?.[1] ?? ''
}
const formatOf = (mediaType: string): readonly [MediaKind, string] | undefined =>
  formats.get(mediaType) ?? (mediaType.startsWith('text/') ? ['document', 'txt'] : undefined)

const byType = (mediaType: string, source: Json): Written | undefined => {
  const found = formatOf(mediaType)
  return found === undefined ? undefined : { kind: found[0], format: found[1], source }
}
const sourceOf = (part: MediaPart): Written | undefined => {
  const { source, mediaType } = part
  if ('text' in source)
    return { kind: 'document', format: formatOf(mediaType)?.[1] ?? 'txt', source: { text: source.text } }
  if ('fileId' in source) return undefined
  if ('base64' in source) return byType(typeOf(mediaType, source.base64), { bytes: source.base64 })
  const inline = inlineOf(source.url)
  if (inline !== undefined) {
    const declared = inline.mediaType === '' ? mediaType : inline.mediaType
    return byType(typeOf(declared, inline.base64), { bytes: inline.base64 })
  }
  if (!source.url.startsWith('s3://')) return undefined
  const others = ownMembers(part.extensions)['source']
  const location = isRecord(others) && isRecord(others['s3Location']) ? others['s3Location'] : {}
  return byType(mediaType, { s3Location: { ...location, uri: source.url } })
}

const wordsFor = ({ source, mediaType, type }: MediaPart): string => {
  if ('fileId' in source) return `a file that lies with another provider (${source.fileId})`
  if ('url' in source && !source.url.startsWith('data:') && !source.url.startsWith('s3://')) return 'a URL of the web'
  return mediaType === '' ? `${type} of no known media type` : mediaType
}

/** The words that are left of what Bedrock cannot take: an address can at least be told. */
const lost = (part: MediaPart, losses: Losses): Json | undefined => {
  losses.add(`messages.${part.type}`, `Bedrock takes bytes and addresses in S3, not ${wordsFor(part)}`)
  const url = 'url' in part.source ? part.source.url : ''
  return /^https?:/.test(url) ? { text: `[${part.type}: ${url}]` } : undefined
}

/** The source and the format as the sender wrote them, as long as they still say the same. */
const asWritten = (made: Written, { source, extensions }: MediaPart): Omit<Written, 'kind'> => {
  const { source: others, format } = ownMembers(extensions)
  const isText = 'text' in source
  const isSame = isText && isRecord(others) && textOfContent(others['content']) === source.text
  const kept = isSame ? others : made.source
  if (typeof format === 'string') return { source: kept, format }
  const { format: usual } = made
  return format === null && isText ? { source: kept } : { source: kept, ...(usual !== undefined && { format: usual }) }
}

/** A block of media; with a loss, the words that are left of what Bedrock cannot take, or undefined where none are. */
export const writeMedia = (part: MediaPart, names: DocumentNames, losses: Losses): Json | undefined => {
  losses.addForeign(part.extensions, 'messages.')
  const made = sourceOf(part)
  if (made === undefined) return lost(part, losses)
  const { source: _source, format: _format, ...members } = ownMembers(part.extensions)
  const name = made.kind === 'document' ? { name: names.fit(part.name, losses) } : {}
  return { [made.kind]: { ...members, ...name, ...asWritten(made, part) } }
}

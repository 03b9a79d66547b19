/** The parts of a message's or a result's content, as written. */
import { isInCloud } from '../../domain/message.ts'
import type { MediaPart, OpaquePart, Part, TextPart } from '../../domain/message.ts'
import { kinDetail, saidOfImage } from './kin.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { recordOf, without } from '../fields.ts'
import type { Losses } from '../own-members.ts'
import { formOf, openaiResponsesId, plainMembers, writeCache } from './wire.ts'

/** What writing a message needs to know of the request. */
export interface Writing {
  readonly losses: Losses
  /** True if the request came in this dialect, so that its own words may go back out. */
  readonly isOwn: boolean
}

const messageOnly = new Set(['message'])
/** The part's own members, without those of its item. */
const extras = (part: Part, { losses, isOwn }: Writing): Json => {
  const said = part.type === 'image' ? saidOfImage(part.extensions) : undefined
  losses.addForeign(part.extensions, 'messages.', said)
  const own = without(plainMembers(part.extensions), messageOnly) ?? {}
  if (part.cache === undefined || isOwn) return own
  losses.add('messages.cache', 'OpenAI caches prompts by itself and takes no marks of others')
  return own
}
const mark = (part: Part, { isOwn }: Writing): Json => (isOwn ? writeCache(part.cache) : {})

const writeText = (part: TextPart, writing: Writing): Json => ({
  ...extras(part, writing),
  type: 'input_text',
  text: part.text,
  ...mark(part, writing),
})

const asDataUrl = (mediaType: string, base64: string): string => `data:${mediaType};base64,${base64}`

/** A file lies with the one provider that it was sent to; Anthropic's ids begin as OpenAI's do not. */
const isOurs = (fileId: string, { isOwn }: Writing): boolean => isOwn || !fileId.startsWith('file_')

/** Media in another cloud's storage, which is told to be lost. */
const isOutOfReach = ({ source, type }: MediaPart, { isOwn, losses }: Writing): boolean => {
  if (isOwn || !('url' in source) || !isInCloud(source.url)) return false
  losses.add(`messages.${type}`, `OpenAI cannot read a cloud's own storage (${source.url})`)
  return true
}

const writeImage = (part: MediaPart, own: Json, writing: Writing): Json | undefined => {
  const { source } = part
  const detail = writing.isOwn ? {} : { detail: kinDetail(part.extensions) ?? 'auto' }
  if ('fileId' in source && isOurs(source.fileId, writing)) {
    return { ...detail, ...own, type: 'input_image', file_id: source.fileId, ...mark(part, writing) }
  }
  if ('fileId' in source || 'text' in source) {
    writing.losses.add('messages.image', 'OpenAI takes images by URL, as data, or by an id of its own')
    return undefined
  }
  if (isOutOfReach(part, writing)) return undefined
  const url = 'url' in source ? source.url : asDataUrl(part.mediaType, source.base64)
  return { ...detail, ...own, type: 'input_image', image_url: url, ...mark(part, writing) }
}
const writeFileSource = (part: MediaPart, writing: Writing): Json | undefined => {
  const { source, mediaType, name } = part
  if (isOutOfReach(part, writing)) return undefined
  if ('url' in source) return { file_url: source.url }
  if ('base64' in source) {
    // OpenAI takes no data without a name.
    const filename = name === undefined && !writing.isOwn ? { filename: 'file' } : {}
    return { ...filename, file_data: mediaType === '' ? source.base64 : asDataUrl(mediaType, source.base64) }
  }
  if ('fileId' in source && isOurs(source.fileId, writing)) return { file_id: source.fileId }
  if ('fileId' in source) writing.losses.add('messages.file', `the file lies with another provider (${source.fileId})`)
  return undefined
}
const writeFile = (part: MediaPart, own: Json, writing: Writing): Json | undefined => {
  const { source, name } = part
  if ('text' in source) {
    if (name !== undefined)
      writing.losses.add('messages.file.name', 'a file of plain text is told as text, which has no name')
    return { ...own, type: 'input_text', text: source.text }
  }
  const written = writeFileSource(part, writing)
  if (written === undefined) return undefined
  return {
    ...own,
    type: 'input_file',
    ...(name !== undefined && { filename: name }),
    ...written,
    ...mark(part, writing),
  }
}

/** A part that only another dialect knows, in words if it has some. */
const writeOpaque = (part: OpaquePart, { losses }: Writing): Json | undefined => {
  const { dialect, kind, words, value } = part
  if (dialect === openaiResponsesId && isRecord(value)) return value
  const isTold = words !== undefined
  losses.add(`messages.${kind}`, `only ${dialect} knows this part${isTold ? '; it was told in words' : ''}`)
  return isTold ? { type: 'input_text', text: words } : undefined
}

/** A part that a user, a developer or a tool may send; undefined, with a loss, if it cannot be said. */
const writePart = (part: Part, writing: Writing): Json | undefined => {
  switch (part.type) {
    case 'text':
      return writeText(part, writing)
    case 'image':
      return writeImage(part, extras(part, writing), writing)
    case 'file':
      return writeFile(part, extras(part, writing), writing)
    case 'opaque':
      return writeOpaque(part, writing)
    case 'refusal':
      return { ...extras(part, writing), type: 'input_text', text: part.text }
    default:
      writing.losses.add(`messages.${part.type}`, 'OpenAI takes none in the input of a response')
      return undefined
  }
}

/** Content as OpenAI says it: a string for one plain text, else a list. `form` says how it came. */
export const writeContent = (parts: readonly Part[], writing: Writing, form: Json): string | readonly Json[] => {
  const written: Json[] = []
  for (const part of parts) {
    const one = writePart(part, writing)
    if (one !== undefined) written.push(one)
  }
  const [only] = written
  if (only === undefined) return form['list'] === true ? [] : ''
  const isPlain = written.length === 1 && only['type'] === 'input_text' && Object.keys(only).length === 2
  return isPlain && form['list'] !== true ? String(only['text']) : written
}

/** What the model said, as it may be given back. */
export const writeSpoken = (part: Part, writing: Writing): Json | undefined => {
  if (part.type !== 'text' && part.type !== 'refusal') return writePart(part, writing)
  const own = extras(part, writing)
  if (part.type === 'refusal') return { ...own, type: 'refusal', refusal: part.text }
  return { type: 'output_text', text: part.text, ...recordOf(formOf(part.extensions), 'part'), ...own }
}

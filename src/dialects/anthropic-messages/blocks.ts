/** Content blocks of a request, read into parts. */
import type { MediaPart, MediaSource, Part, ToolResultPart } from '../../domain/message.ts'
import { wordsOf } from './block-words.ts'
import { readCallId } from './call-id.ts'
import { readCaller } from './caller.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputText, isAbsent, otherMembers } from '../fields.ts'
import { optionalText, report, requiredText } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, dialect, readCache } from './wire.ts'

/** One block with its place, as every reader gets it. */
interface Place {
  readonly block: Json
  readonly at: string
  readonly findings: Findings
}

const known = {
  text: new Set(['type', 'text', 'cache_control']),
  image: new Set(['type', 'source', 'cache_control']),
  document: new Set(['type', 'source', 'title', 'cache_control']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted: new Set(['type', 'data']),
  toolUse: new Set(['type', 'id', 'name', 'input', 'cache_control']),
  toolResult: new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']),
  base64: new Set(['type', 'media_type', 'data']),
  url: new Set(['type', 'url']),
  file: new Set(['type', 'file_id']),
}

const readOpaque = ({ block, at, findings }: Place): Part => {
  const kind = requiredText(findings, `${at}.type`, block['type'])
  return { type: 'opaque', dialect, kind, value: block, ...wordsOf(block) }
}

const readTextBlock = ({ block, at, findings }: Place): Part => ({
  type: 'text',
  text: requiredText(findings, `${at}.text`, block['text']),
  ...readCache(block['cache_control']),
  ...carried(otherMembers(block, known.text)),
})

interface ReadSource {
  readonly mediaType: string
  readonly source: MediaSource
  /** What of the source no MediaSource holds. */
  readonly others?: Json
}

/** The text of a `content` source that holds nothing but text; undefined if it holds more. */
export const textOfContentSource = (source: Json): string | undefined => {
  const content = source['content']
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts: string[] = []
  for (const block of content) {
    if (!isRecord(block) || block['type'] !== 'text' || typeof block['text'] !== 'string') return undefined
    texts.push(block['text'])
  }
  return texts.join('\n')
}

/** A source of a kind that is known; undefined if the block must stay opaque. */
const readSource = (source: Json, at: string, findings: Findings): ReadSource | undefined => {
  const text = (key: string): string => requiredText(findings, `${at}.${key}`, source[key])
  const others = (names: ReadonlySet<string>): { readonly others?: Json } => {
    const members = otherMembers(source, names)
    return members === undefined ? {} : { others: members }
  }
  switch (source['type']) {
    case 'base64':
      return { mediaType: text('media_type'), source: { base64: text('data') }, ...others(known.base64) }
    case 'url':
      return { mediaType: '', source: { url: text('url') }, ...others(known.url) }
    case 'file':
      return { mediaType: '', source: { fileId: text('file_id') }, ...others(known.file) }
    case 'text':
      return {
        mediaType: optionalText(findings, `${at}.media_type`, source['media_type']) ?? 'text/plain',
        source: { text: text('data') },
        ...others(known.base64),
      }
    case 'content': {
      const whole = textOfContentSource(source)
      return whole === undefined ? undefined : { mediaType: 'text/plain', source: { text: whole }, others: source }
    }
    default:
      return undefined
  }
}

const readMedia = (place: Place, type: 'image' | 'file'): Part => {
  const { block, at, findings } = place
  const given = block['source']
  if (!isRecord(given)) {
    report(findings, `${at}.source`, given, 'an object with a type such as "base64" or "url"')
    return readOpaque(place)
  }
  const read = readSource(given, `${at}.source`, findings)
  if (read === undefined) return readOpaque(place)
  const name = type === 'file' ? optionalText(findings, `${at}.title`, block['title']) : undefined
  const others = otherMembers(block, type === 'image' ? known.image : known.document)
  const members = read.others === undefined ? others : { ...others, source: read.others }
  const mediaType =
    read.mediaType === '' && type === 'file' && 'url' in read.source ? 'application/pdf' : read.mediaType
  const part: MediaPart = {
    type,
    mediaType,
    source: read.source,
    ...(name !== undefined && { name }),
    ...readCache(block['cache_control']),
    ...carried(members),
  }
  return part
}

const readThinking = ({ block, at, findings }: Place): Part => {
  const signature = optionalText(findings, `${at}.signature`, block['signature'])
  return {
    type: 'reasoning',
    text: requiredText(findings, `${at}.thinking`, block['thinking']),
    ...(signature !== undefined && signature !== '' && { signature }),
    ...carried(otherMembers(block, known.thinking)),
  }
}
const readRedacted = ({ block, at, findings }: Place): Part => ({
  type: 'reasoning',
  text: '',
  redacted: requiredText(findings, `${at}.data`, block['data']),
  ...carried(otherMembers(block, known.redacted)),
})

const readToolUse = ({ block, at, findings }: Place): Part => {
  const input = block['input']
  if (!isAbsent(input) && !isRecord(input)) report(findings, `${at}.input`, input, 'an object')
  return {
    type: 'tool-call',
    callId: readCallId(requiredText(findings, `${at}.id`, block['id'])),
    name: requiredText(findings, `${at}.name`, block['name']),
    input: inputText(input),
    ...readCache(block['cache_control']),
    ...carried(readCaller(otherMembers(block, known.toolUse))),
  }
}

const resultReaders: Readonly<Record<string, (place: Place) => Part>> = {
  text: readTextBlock,
  image: place => readMedia(place, 'image'),
  document: place => readMedia(place, 'file'),
}
const readToolResult = ({ block, at, findings }: Place): ToolResultPart => {
  const isError = block['is_error']
  if (!isAbsent(isError) && typeof isError !== 'boolean') report(findings, `${at}.is_error`, isError, 'true or false')
  const content = isAbsent(block['content']) || block['content'] === '' ? [] : block['content']
  return {
    type: 'tool-result',
    callId: readCallId(requiredText(findings, `${at}.tool_use_id`, block['tool_use_id'])),
    output: readContent(content, `${at}.content`, resultReaders, findings),
    isError: isError === true,
    ...readCache(block['cache_control']),
    ...carried(otherMembers(block, known.toolResult)),
  }
}

const misplaced =
  (right: string) =>
  (place: Place): Part => {
    report(place.findings, `${place.at}.type`, place.block['type'], right)
    return readOpaque(place)
  }
const readers: Readonly<Record<'system' | 'user' | 'assistant', Readonly<Record<string, (place: Place) => Part>>>> = {
  system: { text: readTextBlock },
  user: {
    ...resultReaders,
    tool_result: readToolResult,
    tool_use: misplaced('a block that a user message may hold; tool_use belongs to an assistant message'),
    thinking: misplaced('a block that a user message may hold; thinking belongs to an assistant message'),
  },
  assistant: {
    ...resultReaders,
    thinking: readThinking,
    redacted_thinking: readRedacted,
    tool_use: readToolUse,
    tool_result: misplaced('a block that an assistant message may hold; tool_result belongs to a user message'),
  },
}

const readContent = (
  content: unknown,
  at: string,
  by: Readonly<Record<string, (place: Place) => Part>>,
  findings: Findings,
): readonly Part[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) {
    report(findings, at, content, 'a string or a list of content blocks')
    return []
  }
  return content.map((block: unknown, place) => {
    const here = `${at}[${place}]`
    if (!isRecord(block)) {
      report(findings, here, block, 'a content block, an object with a type')
      return { type: 'text', text: '' }
    }
    const type = block['type']
    const read = typeof type === 'string' && Object.hasOwn(by, type) ? by[type] : undefined
    return (read ?? readOpaque)({ block, at: here, findings })
  })
}

/** The parts of a message's content, or of the system prompt. A block of a kind that is not known stays whole, as opaque. */
export const readBlocks = (
  content: unknown,
  at: string,
  role: 'system' | 'user' | 'assistant',
  findings: Findings,
): readonly Part[] => readContent(content, at, readers[role], findings)

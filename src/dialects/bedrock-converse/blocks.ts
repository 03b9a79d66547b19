/** Content blocks of a request, read into parts. */
import type { Part, ToolResultPart } from '../../domain/message.ts'
import { readCallId } from './call-id.ts'
import { readMedia } from './media.ts'
import type { MediaKind } from './media.ts'
import { readRedacted } from './redacted.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { inputText, isAbsent, jsonText, otherMembers } from '../fields.ts'
import { report, requiredText } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { carried, dialect, memberOf, readCachePoint } from './wire.ts'

/** The value of one block with its kind and place, as every reader gets it. */
interface Place {
  readonly kind: string
  readonly value: unknown
  readonly at: string
  readonly findings: Findings
}
type Read = (place: Place) => Part

const known = {
  toolUse: new Set(['toolUseId', 'name', 'input', 'type']),
  toolResult: new Set(['toolUseId', 'content', 'status']),
  reasoning: new Set(['text', 'signature']),
  citations: new Set(['content']),
}

const textIn = (value: unknown): string => (isRecord(value) && typeof value['text'] === 'string' ? value['text'] : '')

/** What a block that only Bedrock knows says in words, for providers that would otherwise get nothing of it. */
const wordsOf = (kind: string, value: unknown): { readonly words?: string } => {
  if (!isRecord(value)) return {}
  if (kind === 'guardContent') {
    const words = textIn(value['text'])
    return words === '' ? {} : { words }
  }
  if (kind !== 'searchResult' || !Array.isArray(value['content'])) return {}
  const head = [value['title'], value['source']].filter(word => typeof word === 'string').join('\n')
  return { words: [head, ...value['content'].map(textIn)].filter(text => text !== '').join('\n\n') }
}
const opaque: Read = ({ kind, value }) => ({
  type: 'opaque',
  dialect,
  kind,
  value: { [kind]: value },
  ...wordsOf(kind, value),
})

const text: Read = ({ value, at, findings }) => {
  if (typeof value === 'string') return { type: 'text', text: value }
  report(findings, `${at}.text`, value, 'a string')
  return { type: 'text', text: '' }
}

const media =
  (kind: MediaKind): Read =>
  place => {
    const { value, at, findings } = place
    if (!isRecord(value)) report(findings, `${at}.${kind}`, value, 'an object with format and source')
    return (isRecord(value) ? readMedia(kind, value, `${at}.${kind}`, findings) : undefined) ?? opaque(place)
  }

/** A value that is no text, told as text; the mark says that it was a value. */
const json: Read = ({ value }) => ({ type: 'text', text: jsonText(value), ...carried({ json: null }) })

const reasoning: Read = place => {
  const { value, at, findings } = place
  if (!isRecord(value)) {
    report(findings, `${at}.reasoningContent`, value, 'an object with reasoningText or redactedContent')
    return opaque(place)
  }
  const { reasoningText, redactedContent } = value
  if (typeof redactedContent === 'string')
    return { type: 'reasoning', text: '', redacted: readRedacted(redactedContent) }
  if (!isRecord(reasoningText)) return opaque(place)
  const { signature } = reasoningText
  return {
    type: 'reasoning',
    text: requiredText(findings, `${at}.reasoningContent.reasoningText.text`, reasoningText['text']),
    ...(typeof signature === 'string' && signature !== '' && { signature }),
    ...carried(otherMembers(reasoningText, known.reasoning)),
  }
}

const toolUse: Read = place => {
  const { value, at, findings } = place
  const here = `${at}.toolUse`
  if (!isRecord(value)) {
    report(findings, here, value, 'an object with toolUseId, name and input')
    return opaque(place)
  }
  // Who calls a tool of the provider's own answers it as well.
  if (value['type'] === 'server_tool_use') return opaque(place)
  const { input } = value
  if (!isAbsent(input) && !isRecord(input)) report(findings, `${here}.input`, input, 'an object')
  return {
    type: 'tool-call',
    callId: readCallId(requiredText(findings, `${here}.toolUseId`, value['toolUseId'])),
    name: requiredText(findings, `${here}.name`, value['name']),
    input: inputText(input),
    ...carried(otherMembers(value, known.toolUse)),
  }
}

const resultReaders: Readonly<Record<string, Read>> = {
  text,
  json,
  image: media('image'),
  document: media('document'),
  video: media('video'),
}
const readResult = (value: Json, at: string, findings: Findings): ToolResultPart => {
  const { content, status } = value
  const isRight = isAbsent(status) || status === 'success' || status === 'error'
  if (!isRight) report(findings, `${at}.status`, status, '"success" or "error"')
  return {
    type: 'tool-result',
    callId: readCallId(requiredText(findings, `${at}.toolUseId`, value['toolUseId'])),
    output: isAbsent(content) ? [] : readContent(content, `${at}.content`, resultReaders, findings),
    isError: status === 'error',
    ...carried({ ...otherMembers(value, known.toolResult), ...(status === 'success' && { status: null }) }),
  }
}
const toolResult: Read = place => {
  const { value, at, findings } = place
  if (isRecord(value)) return readResult(value, `${at}.toolResult`, findings)
  report(findings, `${at}.toolResult`, value, 'an object with toolUseId and content')
  return opaque(place)
}

/** Text with the places that it cites. */
const citations: Read = place => {
  const { value } = place
  const content = isRecord(value) ? value['content'] : undefined
  if (!isRecord(value) || !(isAbsent(content) || Array.isArray(content))) return opaque(place)
  return { type: 'text', text: (content ?? []).map(textIn).join(''), ...carried(otherMembers(value, known.citations)) }
}

const misplaced =
  (right: string): Read =>
  place => {
    report(place.findings, `${place.at}.${place.kind}`, place.value, right)
    return opaque(place)
  }
const shared = {
  text,
  image: media('image'),
  document: media('document'),
  video: media('video'),
  audio: media('audio'),
}
const readers: Readonly<Record<'system' | 'user' | 'assistant', Readonly<Record<string, Read>>>> = {
  system: { text },
  user: {
    ...shared,
    toolResult,
    toolUse: misplaced('left out: a user message holds no calls, they belong to an assistant message'),
  },
  assistant: { ...shared, reasoningContent: reasoning, toolUse, citationsContent: citations },
}

/** Puts a cache point on the part before it; one that stands first stays a block. */
const marked = (parts: Part[], point: unknown): void => {
  const last = parts.at(-1)
  if (last === undefined || last.cache !== undefined || last.type === 'reasoning' || last.type === 'opaque') {
    parts.push({ type: 'opaque', dialect, kind: 'cachePoint', value: { cachePoint: point } })
  } else parts[parts.length - 1] = { ...last, cache: readCachePoint(point) }
}

const readContent = (
  content: unknown,
  at: string,
  by: Readonly<Record<string, Read>>,
  findings: Findings,
): readonly Part[] => {
  if (!Array.isArray(content)) {
    report(findings, at, content, 'a list of content blocks')
    return []
  }
  const parts: Part[] = []
  for (const [place, block] of content.entries()) {
    const here = `${at}[${place}]`
    const member = isRecord(block) ? memberOf(block) : undefined
    if (member === undefined) {
      report(findings, here, block, 'a content block, an object with one member such as text or toolUse')
      continue
    }
    const [kind, value] = member
    if (kind === 'cachePoint') marked(parts, value)
    else parts.push((Object.hasOwn(by, kind) ? by[kind]! : opaque)({ kind, value, at: here, findings }))
  }
  return parts
}

/** The parts of a message's content, or of the system prompt. A block of a kind that is not known stays whole, as opaque. */
export const readBlocks = (
  content: unknown,
  at: string,
  role: 'system' | 'user' | 'assistant',
  findings: Findings,
): readonly Part[] => readContent(content, at, readers[role], findings)

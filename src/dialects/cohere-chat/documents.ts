/** Documents that an answer may cite, and what they say in words to models that know none. */
import type { Message, OpaquePart } from '../../domain/message.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isWord, jsonText } from '../fields.ts'
import { dialect } from './wire.ts'

/** The kinds of block: one of the list beside the messages, and one among the parts of a tool's result. */
export const [listed, inline] = ['documents', 'document']

const line = ([name, value]: readonly [string, unknown]): string =>
  `${name}: ${typeof value === 'string' ? value : jsonText(value)}`

/** A document's data in words: a line for each field, its id first. */
const wordsOf = (document: unknown): string => {
  if (typeof document === 'string') return document
  if (!isRecord(document)) return ''
  const { id, data } = document
  const fields = isRecord(data) ? Object.entries(data).map(line) : isWord(data) ? [data] : []
  return [...(isWord(id) ? [`id: ${id}`] : []), ...fields].join('\n')
}

const opaque = (kind: string, value: unknown, document: unknown): OpaquePart => {
  const words = wordsOf(document)
  return { type: 'opaque', dialect, kind, value, ...(words !== '' && { words: `Document\n${words}` }) }
}

/** A part of content that is a document. */
export const inlineDocument = (part: Json): OpaquePart => opaque(inline, part, part['document'])

/** The messages with the documents before the last thing that the user says, where any dialect tells them in words. */
export const withDocuments = (messages: readonly Message[], documents: readonly unknown[]): readonly Message[] => {
  const place = messages.findLastIndex(({ role }) => role === 'user')
  if (documents.length === 0 || place === -1) return messages
  const parts = documents.map(one => opaque(listed, one, one))
  return messages.map((message, at) => (at === place ? { ...message, parts: [...parts, ...message.parts] } : message))
}

/** The documents in the messages, as they were given beside them. */
export const documentsIn = (messages: readonly Message[]): readonly unknown[] =>
  messages.flatMap(({ parts }) =>
    parts.flatMap(part =>
      part.type === 'opaque' && part.dialect === dialect && part.kind === listed ? [part.value] : [],
    ),
  )

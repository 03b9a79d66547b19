/** The words of a conversation, as far as they are looked at: a bounded part, whatever its size. */
import type { Message, Part } from '../domain/message.ts'
import type { Conversation } from '../domain/request.ts'

/** At most so many characters are kept of the beginning and of the end. */
interface Most {
  readonly head: number
  readonly tail: number
}
const ofLast: Most = { head: 3_000, tail: 1_500 }
const ofSystem: Most = { head: 1_400, tail: 400 }
const ofEarlier: Most = { head: 300, tail: 0 }
/** So many messages are walked from either end. */
const walked = 64

/** What a conversation says, cut short, and how much there was. */
export interface RequestText {
  /** The last turn of the user: its beginning and, if it was cut, its end. */
  readonly last: string
  /** Characters of that turn before it was cut. */
  readonly lastLength: number
  readonly system: string
  readonly systemLength: number
  /** Beginnings of what was said before. */
  readonly earlier: string
  /** Texts that stand beside the question as parts of their own or as files. */
  readonly documents: number
  readonly images: number
  readonly userTurns: number
  /** The user's turn was followed by results of tools. */
  readonly endsInResults: boolean
}

const textIn = (part: Part): string => {
  if (part.type === 'text') return part.text
  return part.type === 'file' && 'text' in part.source ? part.source.text : ''
}

/** The pieces as one text, from the front, no longer than `most`. */
const fromFront = (pieces: readonly string[], most: number): string => {
  let text = ''
  for (const piece of pieces) {
    if (text.length >= most) break
    text += (text === '' ? '' : '\n') + piece.slice(0, most - text.length)
  }
  return text
}
const fromBack = (pieces: readonly string[], most: number): string => {
  let text = ''
  for (const piece of pieces.toReversed()) {
    const left = most - text.length
    if (left <= 0) break
    text = piece.slice(Math.max(0, piece.length - left)) + (text === '' ? '' : '\n') + text
  }
  return text
}
const lengthOf = (pieces: readonly string[]): number => pieces.reduce((sum, { length }) => sum + length, 0)

/** Whole where it fits, else beginning and end with a line between them. */
const cut = (pieces: readonly string[], { head, tail }: Most): string =>
  lengthOf(pieces) <= head + tail || tail === 0
    ? fromFront(pieces, head + tail)
    : `${fromFront(pieces, head)}\n${fromBack(pieces, tail)}`

const piecesOf = (message: Message | undefined): readonly string[] =>
  message === undefined ? [] : message.parts.map(textIn).filter(text => text !== '')

const near = (messages: readonly Message[]): readonly Message[] =>
  messages.length <= 2 * walked ? messages : [...messages.slice(0, walked), ...messages.slice(-walked)]

/** Tools' results are handed over in a turn of their own; in some dialects that turn is a user's. */
const isResults = ({ role, parts }: Message): boolean =>
  role === 'tool' || (parts.length > 0 && parts.every(part => part.type === 'tool-result'))

/** The same bounded time and memory for a body of any size. */
export const textOf = ({ messages }: Pick<Conversation, 'messages'>): RequestText => {
  const some = near(messages)
  const at = some.findLastIndex(message => message.role === 'user' && !isResults(message))
  const asked = some[at]
  const pieces = piecesOf(asked)
  const system = some.filter(({ role }) => role === 'system').flatMap(piecesOf)
  const before = some.slice(0, Math.max(0, at)).filter(({ role }) => role !== 'system')
  const earlier = [before[0], ...before.slice(1).slice(-2)].map(message => cut(piecesOf(message), ofEarlier))
  return {
    last: cut(pieces, ofLast),
    lastLength: lengthOf(pieces),
    system: cut(system, ofSystem),
    systemLength: lengthOf(system),
    earlier: earlier.filter(text => text !== '').join('\n'),
    documents: asked?.parts.filter(({ type }) => type === 'file').length ?? 0,
    images: asked?.parts.filter(({ type }) => type === 'image').length ?? 0,
    userTurns: some.filter(message => message.role === 'user' && !isResults(message)).length,
    endsInResults: some.slice(at + 1).some(isResults),
  }
}

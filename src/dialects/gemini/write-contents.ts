/** A conversation, written: turns of user and model, every result directly behind its call. */
import type { Message, ToolResultPart } from '../../domain/message.ts'
import { givenCallId } from './call-id.ts'
import { writeResponse } from './function-response.ts'
import { isForeign, signatureMembers, signatureOf } from './signature.ts'
import { isSigned, withSignatures } from './signed-calls.ts'
import type { Json } from '../../domain/json.ts'
import { isWord } from '../fields.ts'
import { ownMembers, ownToWrite } from './wire.ts'
import { writePart } from './write-parts.ts'
import type { Writing } from './writing.ts'

interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: Json[]
  readonly others: Json
}
interface Call {
  /** Undefined where Gemini gave none. */
  readonly id: string | undefined
  readonly name: string
  readonly turn: number
  isAnswered: boolean
}
interface Conversation {
  readonly writing: Writing
  readonly turns: Turn[]
  readonly calls: Map<string, Call>
  /** Results by the turn whose calls they answer. */
  readonly results: Map<number, Json[]>
  /** All calls, also those whose id came twice. */
  readonly all: Call[]
}

/** A result that belongs to no call is still worth reading. */
const orphan = (part: ToolResultPart, { writing, turns }: Conversation): void => {
  writing.losses.add('messages.tool-result', 'a result without a call before it was told as user content')
  const parts = part.output.map(one => writePart(one, writing)).filter(one => one !== undefined)
  turns.push({ role: 'user', parts, others: {} })
}

/** Of its own clients' turns Gemini knows the order best; of all others' results follow their calls. */
const takeResult = (part: ToolResultPart, conversation: Conversation, turn: Turn): void => {
  const { writing, calls, results } = conversation
  const call = calls.get(part.callId)
  if (call !== undefined) call.isAnswered = true
  const { name, ...others } = ownMembers(part.extensions)
  if (writing.isOwn) {
    const told = { id: givenCallId(part.callId), name: isWord(name) ? name : (call?.name ?? '') }
    const plain = { ...part, extensions: { ...part.extensions, gemini: others } }
    turn.parts.push(...writeResponse(plain, told, writing))
    return
  }
  if (call === undefined) return orphan(part, conversation)
  results.set(call.turn, [...(results.get(call.turn) ?? []), ...writeResponse(part, call, writing)])
}

const takeParts = (message: Message, turn: Turn, conversation: Conversation): void => {
  const { writing, calls, all, turns } = conversation
  for (const part of message.parts) {
    if (part.type === 'tool-result') {
      takeResult(part, conversation, turn)
      continue
    }
    const written = writePart(part, writing)
    if (written !== undefined) turn.parts.push(written)
    if (part.type !== 'tool-call') continue
    const call = { id: givenCallId(part.callId), name: part.name, turn: turns.length - 1, isAnswered: false }
    calls.set(part.callId, call)
    all.push(call)
  }
}

/** A client of OpenAI's dialect keeps the signature of the words beside them, in the message. */
const signWords = ({ extensions }: Message, { parts }: Turn): void => {
  const signature = signatureOf(extensions)
  const place = parts.findLastIndex(part => typeof part['text'] === 'string' && part['thought'] !== true)
  if (signature === undefined || isForeign(signature) || place === -1) return
  parts[place] = { ...parts[place], thoughtSignature: signature }
}

const isJoined = (message: Message): boolean => Object.hasOwn(ownMembers(message.extensions), 'joined')
/** What the role says is in the turn. The result of a call of old names the function, which its call does too. */
const saidOfMessage = new Set(['role'])
const saidOfResult = new Set(['role', 'name'])
const nameLosses = ({ role, extensions }: Message, { losses }: Writing): void => {
  const said = role === 'tool' ? saidOfResult : saidOfMessage
  const isTold = signatureOf(extensions) !== undefined
  losses.addForeign(extensions, 'messages.', isTold ? new Set([...said, ...signatureMembers]) : said)
}

const takeMessage = (message: Message, conversation: Conversation): void => {
  const { writing, turns } = conversation
  nameLosses(message, writing)
  const role = message.role === 'assistant' ? 'model' : 'user'
  const last = turns.at(-1)
  if (writing.isOwn && isJoined(message) && last?.role === role) return takeParts(message, last, conversation)
  const turn: Turn = { role, parts: [], others: ownToWrite(message.extensions) }
  turns.push(turn)
  takeParts(message, turn, conversation)
  signWords(message, turn)
}

/** A system message among the others, told as part of the user's turn. */
const takeSystem = (message: Message, { writing, turns }: Conversation): void => {
  nameLosses(message, writing)
  writing.losses.add('messages.system.position', 'a later system message was told as part of the user turn')
  const parts = message.parts.map(part => writePart(part, writing)).filter(part => part !== undefined)
  const told = parts.map(part =>
    isWord(part['text']) ? { ...part, text: `<system>\n${part['text']}\n</system>` } : part,
  )
  turns.push({ role: 'user', parts: told, others: {} })
}

/** Gemini takes as many results as there were calls. */
const missing = (calls: readonly Call[], turn: number, { losses }: Writing): readonly Json[] => {
  const open = calls.filter(call => call.turn === turn && !call.isAnswered)
  if (open.length > 0)
    losses.add('messages.tool-call', 'a call without a result was given an empty error as its result')
  return open.map(({ id, name }) => ({
    functionResponse: { ...(id !== undefined && { id }), name, response: { error: 'No result was given.' } },
  }))
}

/** Appends a turn, joined to the last if that is of the same role. */
const join = (turns: Turn[], turn: Turn): void => {
  if (turn.parts.length === 0) return
  const last = turns.at(-1)
  if (last?.role === turn.role) last.parts.push(...turn.parts)
  else turns.push({ ...turn, parts: [...turn.parts] })
}
const inOrder = ({ turns, results, all, writing }: Conversation): readonly Turn[] => {
  const placed: Turn[] = []
  for (const [place, turn] of turns.entries()) {
    join(placed, turn)
    const parts = [...(results.get(place) ?? []), ...missing(all, place, writing)]
    join(placed, { role: 'user', parts, others: {} })
  }
  return placed
}

const opening: Turn = { role: 'user', parts: [{ text: '.' }], others: {} }
/** There must be a turn, and none of the model's calls may come first. */
const userFirst = (turns: readonly Turn[], { losses }: Writing): readonly Turn[] => {
  const [first] = turns
  if (first !== undefined && (first.role === 'user' || !first.parts.some(part => 'functionCall' in part))) return turns
  losses.add('messages', 'a conversation must begin with a user turn; one of a single full stop was put first')
  return [opening, ...turns]
}

const writeSystem = (messages: readonly Message[], writing: Writing): Json => {
  const parts: Json[] = []
  let isNamed = false
  for (const message of messages) {
    const { parts: given, extensions } = message
    nameLosses(message, writing)
    isNamed ||= ownMembers(extensions)['role'] === null
    for (const part of given) {
      const isText = part.type === 'text' || writing.isOwn
      const written = isText ? writePart(part, writing) : undefined
      if (!isText) writing.losses.add(`messages.system.${part.type}`, 'Gemini takes only text as its instruction')
      if (written !== undefined) parts.push(written)
    }
  }
  return parts.length === 0 ? {} : { systemInstruction: { parts, ...(isNamed && { role: 'user' }) } }
}

/** `systemInstruction` and `contents`, ready to be spread. */
export const writeContents = (messages: readonly Message[], writing: Writing): Json => {
  const first = messages.findIndex(({ role }) => role !== 'system')
  const leading = first === -1 ? messages : messages.slice(0, first)
  const conversation: Conversation = { writing, turns: [], calls: new Map(), results: new Map(), all: [] }
  for (const message of messages.slice(leading.length)) {
    if (message.role === 'system') takeSystem(message, conversation)
    else takeMessage(message, conversation)
  }
  const turns = writing.isOwn ? conversation.turns : userFirst(inOrder(conversation), writing)
  const contents = turns.map(({ role, parts, others }): Json => ({ ...others, role, parts }))
  return {
    ...writeSystem(leading, writing),
    contents: writing.abilities.signed && !isSigned(contents) ? withSignatures(contents) : contents,
  }
}

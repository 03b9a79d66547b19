/** The conversation of a request, read: turns, and which result belongs to which call. */
import type { Message, Part } from '../../domain/message.ts'
import { makeCallId } from './call-id.ts'
import { readResponse } from './function-response.ts'
import { kindOf, partOf, readPart, wholeCalls } from './parts.ts'
import type { Findings, Json } from './wire.ts'
import { camelKeys, carried, isAbsent, isRecord, otherMembers, report, someMembers } from './wire.ts'

interface OpenCall {
  readonly id: string
  readonly name: string
  readonly isGiven: boolean
}
/** What reading a turn needs to know of those before it. */
interface Conversation {
  readonly findings: Findings
  /** Calls that wait for their result, oldest first. */
  readonly open: OpenCall[]
  /** Calls and results without an id so far. */
  unnamed: number
}

const knownOfContent = new Set(['role', 'parts'])

const openCall = (conversation: Conversation, part: Part): Part => {
  if (part.type !== 'tool-call') return part
  const isGiven = part.callId !== ''
  const id = isGiven ? part.callId : makeCallId(part.name, conversation.unnamed++)
  conversation.open.push({ id, name: part.name, isGiven })
  return { ...part, callId: id }
}

/** The call that a result answers: by id, else the oldest of its name, else the oldest at all. */
const answered = ({ open }: Conversation, id: string | undefined, name: string): OpenCall | undefined => {
  const byId = id === undefined ? -1 : open.findIndex(call => call.id === id)
  const nameless = id === undefined ? open : open.filter(call => !call.isGiven)
  const call =
    byId === -1 ? (nameless.find(one => one.name === name) ?? (id === undefined ? open[0] : undefined)) : open[byId]
  if (call !== undefined) open.splice(open.indexOf(call), 1)
  return call
}

const readResult = (conversation: Conversation, part: Json, at: string): Part => {
  const { id, name, part: result } = readResponse(part, at, conversation.findings)
  const call = answered(conversation, id, name)
  const callId = call?.id ?? id ?? makeCallId(name, conversation.unnamed++)
  // Whoever knows the call knows its name; otherwise it must be kept to be said again.
  const own = { ...result.extensions?.['gemini'], ...(call?.name !== name && { name }) }
  return { ...result, callId, ...carried(someMembers(own)) }
}

const readOne = (conversation: Conversation, given: unknown, at: string): Part => {
  const part = partOf(given, at, conversation.findings)
  if (kindOf(part) === 'functionResponse') return readResult(conversation, part, at)
  return openCall(conversation, readPart(part, at, conversation.findings))
}

/** Google takes one part without a list around it. */
const listed = (parts: unknown): readonly unknown[] | undefined => {
  if (Array.isArray(parts)) return parts
  if (isAbsent(parts)) return []
  return isRecord(parts) ? [parts] : undefined
}

/** Results are messages of their own; null marks those that stand in one turn with what is before them. */
const byRole = (parts: readonly Part[], others: Json | undefined): readonly Message[] => {
  const messages: { readonly role: 'user' | 'tool'; readonly parts: Part[] }[] = []
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user'
    const last = messages.at(-1)
    if (last?.role === role) last.parts.push(part)
    else messages.push({ role, parts: [part] })
  }
  return messages.map((message, place) => ({ ...message, ...carried(place === 0 ? others : { joined: null }) }))
}

const roles = new Set<unknown>(['user', 'model', 'function', 'tool'])
const readTurn = (conversation: Conversation, given: unknown, at: string): readonly Message[] => {
  const { findings } = conversation
  if (!isRecord(given)) {
    report(findings, at, given, 'a turn, an object with role and parts')
    return []
  }
  const content = camelKeys(given)
  const role = content['role'] ?? 'user'
  if (!roles.has(role)) report(findings, `${at}.role`, role, '"user" or "model"')
  const list = listed(content['parts'])
  if (list === undefined) report(findings, `${at}.parts`, content['parts'], 'a list of parts')
  const parts = wholeCalls(list ?? []).map((part, place) => readOne(conversation, part, `${at}.parts[${place}]`))
  const others = otherMembers(content, knownOfContent)
  if (role === 'model') return [{ role: 'assistant', parts, ...carried(others) }]
  return parts.length === 0 ? [{ role: 'user', parts }] : byRole(parts, others)
}

/** The system prompt; its role says nothing, and null marks that it was told. */
export const readSystem = (given: unknown, findings: Findings): readonly Message[] => {
  if (isAbsent(given)) return []
  if (!isRecord(given)) {
    report(findings, 'systemInstruction', given, 'an object with parts')
    return []
  }
  const content = camelKeys(given)
  const list = listed(content['parts'])
  if (list === undefined) report(findings, 'systemInstruction.parts', content['parts'], 'a list of parts')
  const parts = (list ?? []).map((part, place) => {
    const at = `systemInstruction.parts[${place}]`
    return readPart(partOf(part, at, findings), at, findings)
  })
  const others = otherMembers(content, knownOfContent)
  const own = isAbsent(content['role']) ? others : { ...others, role: null }
  return parts.length === 0 ? [] : [{ role: 'system', parts, ...carried(own) }]
}

/** The turns. One turn alone may stand without a list around it. */
export const readContents = (given: unknown, findings: Findings): readonly Message[] => {
  const contents = isRecord(given) ? [given] : given
  if (!Array.isArray(contents) || contents.length === 0) {
    report(findings, 'contents', given, 'a list of at least one turn')
    return []
  }
  const conversation: Conversation = { findings, open: [], unnamed: 0 }
  return contents.flatMap((turn: unknown, place) => readTurn(conversation, turn, `contents[${place}]`))
}

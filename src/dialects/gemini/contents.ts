/** The conversation of a request, read: turns, and which result belongs to which call. */
import type { Message, Part } from '../../domain/message.ts'
import { makeCallId } from './call-id.ts'
import { readResponse } from './function-response.ts'
import { kindOf, partOf, readPart } from './parts.ts'
import { givenTurns, partsIn } from './turns.ts'
import type { GivenTurn } from './turns.ts'
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'
import { isAbsent, otherMembers } from '../fields.ts'
import { report } from '../findings.ts'
import type { Findings } from '../findings.ts'
import { camelKeys, carried, someMembers } from './wire.ts'

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

const roleAndParts = new Set(['role', 'parts'])

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

const readTurn = (conversation: Conversation, { role, parts: given, others }: GivenTurn): readonly Message[] => {
  const parts = given.map(({ value, at }) => readOne(conversation, value, at))
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
  const parts = partsIn(content['parts'], 'systemInstruction.parts', findings).map(({ value, at }) =>
    readPart(partOf(value, at, findings), at, findings),
  )
  const others = otherMembers(content, roleAndParts)
  const own = isAbsent(content['role']) ? others : { ...others, role: null }
  return parts.length === 0 ? [] : [{ role: 'system', parts, ...carried(own) }]
}

/** The conversation of a request. */
export const readContents = (given: unknown, findings: Findings): readonly Message[] => {
  const conversation: Conversation = { findings, open: [], unnamed: 0 }
  return givenTurns(given, findings).flatMap(turn => readTurn(conversation, turn))
}

/** What a look-alike wants otherwise than its dialect says, and the edits of a body that follow from it. */
import { fingerprint } from '../domain/fingerprint.ts'
import type { Loss } from '../domain/outcome.ts'
import { isRecord } from './told.ts'

/** How a provider differs from the dialect that it speaks. */
export interface Quirks {
  /** Members of a request that it refuses, left out and told as a loss. */
  readonly drop?: readonly string[]
  /** Members that are called otherwise here: the dialect's name to this provider's. */
  readonly rename?: Readonly<Record<string, string>>
  /** It knows no `developer` role: such messages become `system`. */
  readonly noDeveloper?: boolean
  /** It refuses `stream_options`; it tells usage on streams unasked, if at all. */
  readonly noStreamOptions?: boolean
  /** It takes ids of tool calls of nine letters and digits only: others are replaced, a call's and its result's alike. */
  readonly nineLetterIds?: boolean
  /** False where even an untouched request must be built anew. */
  readonly express?: boolean
}

type Json = Readonly<Record<string, unknown>>
/** Members to write; undefined takes one out. */
export type Edits = Readonly<Record<string, unknown>>

const isDeveloper = (message: unknown): boolean => isRecord(message) && message['role'] === 'developer'

const lossesOf = (who: string, quirks: Quirks, body: Json): readonly Loss[] =>
  // `null` asks for nothing, so nothing is lost with it.
  (quirks.drop ?? [])
    .filter(member => body[member] !== undefined && body[member] !== null)
    .map(member => ({ field: member, why: `${who} does not take ${member}` }))

const renamed = (quirks: Quirks, body: Json): Edits => {
  const edits: Record<string, unknown> = {}
  for (const [from, to] of Object.entries(quirks.rename ?? {})) {
    if (body[from] === undefined) continue
    edits[from] = undefined
    if (body[to] === undefined) edits[to] = body[from]
  }
  return edits
}

const removed = (members: readonly string[], body: Json): Edits =>
  Object.fromEntries(members.filter(member => body[member] !== undefined).map(member => [member, undefined]))

const asSystem = (message: unknown): unknown =>
  isDeveloper(message) ? { ...Object(message), role: 'system' } : message

const isNine = (id: unknown): boolean => typeof id !== 'string' || /^[a-zA-Z0-9]{9}$/.test(id)
const nine = (id: unknown): unknown => (isNine(id) ? id : fingerprint(id).slice(0, 9))

const callsOf = (message: Json): readonly unknown[] =>
  Array.isArray(message['tool_calls']) ? message['tool_calls'] : []
const hasOtherId = (message: unknown): boolean =>
  isRecord(message) &&
  (!isNine(message['tool_call_id']) || callsOf(message).some(call => isRecord(call) && !isNine(call['id'])))
const withNine = (message: unknown): unknown => {
  if (!isRecord(message) || !hasOtherId(message)) return message
  const calls = callsOf(message).map(call => (isRecord(call) ? { ...call, id: nine(call['id']) } : call))
  return {
    ...message,
    ...(message['tool_call_id'] !== undefined && { tool_call_id: nine(message['tool_call_id']) }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

/** The messages, if one of them is not as this provider takes it. */
const mendedMessages = ({ noDeveloper, nineLetterIds }: Quirks, messages: unknown): Edits => {
  if (!Array.isArray(messages)) return {}
  const roles = noDeveloper === true && messages.some(isDeveloper) ? messages.map(asSystem) : messages
  const ids = nineLetterIds === true && roles.some(hasOtherId) ? roles.map(withNine) : roles
  return ids === messages ? {} : { messages: ids }
}

/** What these quirks change in a body of the dialect, and what is lost by it. Without need of a change, both are empty. */
export const editsFor = (
  who: string,
  quirks: Quirks,
  body: Json,
): { readonly edits: Edits; readonly losses: readonly Loss[] } => ({
  edits: {
    ...removed(quirks.drop ?? [], body),
    ...removed(quirks.noStreamOptions === true ? ['stream_options'] : [], body),
    ...renamed(quirks, body),
    ...mendedMessages(quirks, body['messages']),
  },
  losses: lossesOf(who, quirks, body),
})

/** A copy of the body with the edits made. */
export const edited = (body: Json, edits: Edits): Json => {
  const copy: Record<string, unknown> = { ...body }
  for (const [member, value] of Object.entries(edits)) {
    if (value === undefined) delete copy[member]
    else copy[member] = value
  }
  return copy
}

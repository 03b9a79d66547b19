/** What a look-alike wants otherwise than its dialect says, and the edits of a body that follow from it. */
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
  /** False where even an untouched request must be built anew. */
  readonly express?: boolean
}

type Json = Readonly<Record<string, unknown>>
/** Members to write; undefined takes one out. */
export type Edits = Readonly<Record<string, unknown>>

const isDeveloper = (message: unknown): boolean => isRecord(message) && message['role'] === 'developer'

/** What these quirks change in a body of the dialect, and what is lost by it. Without need of a change, both are empty. */
export const editsFor = (
  who: string,
  quirks: Quirks,
  body: Json,
): { readonly edits: Edits; readonly losses: readonly Loss[] } => {
  const edits: Record<string, unknown> = {}
  const losses: Loss[] = []
  for (const member of quirks.drop ?? []) {
    // `null` asks for nothing, so nothing is lost with it.
    if (body[member] === undefined) continue
    edits[member] = undefined
    if (body[member] !== null) losses.push({ field: member, why: `${who} does not take ${member}` })
  }
  for (const [from, to] of Object.entries(quirks.rename ?? {})) {
    if (body[from] === undefined) continue
    edits[from] = undefined
    if (body[to] === undefined) edits[to] = body[from]
  }
  if (quirks.noStreamOptions === true && body['stream_options'] !== undefined) edits['stream_options'] = undefined
  const messages = body['messages']
  if (quirks.noDeveloper === true && Array.isArray(messages) && messages.some(isDeveloper)) {
    edits['messages'] = messages.map(message => (isDeveloper(message) ? { ...message, role: 'system' } : message))
  }
  return { edits, losses }
}

/** A copy of the body with the edits made. */
export const edited = (body: Json, edits: Edits): Json => {
  const copy: Record<string, unknown> = { ...body }
  for (const [member, value] of Object.entries(edits)) {
    if (value === undefined) delete copy[member]
    else copy[member] = value
  }
  return copy
}

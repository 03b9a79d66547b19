/** What Anthropic would say against a body: what the recorded world knows of its rules, and what it does not look at. */
import { understandMessages } from '../src/world/anthropic-request.ts'
import type { WorldModel } from '../src/world/models.ts'

type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const blocksOf = (body: Json): readonly Json[] =>
  (body['messages'] as readonly Json[]).flatMap(({ content }) =>
    Array.isArray(content) ? content.filter(isRecord) : [],
  )

/** The first complaint about what is sent to one of these models, or nothing. */
export const complaintOf = (body: Json, models: readonly WorldModel[]): string | undefined => {
  const understood = understandMessages(body, models, false)
  if (!understood.ok) return 'complaint' in understood ? understood.complaint.message : 'not understood'
  const calls = blocksOf(body).filter(({ type }) => type === 'tool_use')
  if (calls.some(({ id }) => !/^[a-zA-Z0-9_-]+$/.test(String(id)))) return 'an id that does not fit'
  if (new Set(calls.map(({ id }) => id)).size < calls.length) return '`tool_use` ids must be unique'
  if (blocksOf(body).some(({ type, text }) => type === 'text' && String(text).trim() === '')) return 'a blank text'
  const { thinking, max_tokens: most, tool_choice: choice, temperature } = body
  if (!isRecord(thinking) || thinking['type'] !== 'enabled') return undefined
  if (Number(thinking['budget_tokens']) < 1024 || Number(thinking['budget_tokens']) >= Number(most)) return 'a budget'
  if (isRecord(choice) && !['auto', 'none'].includes(String(choice['type']))) return 'a forced call while thinking'
  return temperature === undefined || temperature === 1 ? undefined : 'a temperature while thinking'
}

/** Who called a tool: the model itself, as everywhere else, or code that runs at the provider. */
import { isRecord } from '../../domain/json.ts'
import type { Json } from '../../domain/json.ts'

const direct = { type: 'direct' }

/** The other members of a call. A call by the model itself is marked by null: that is lost nowhere, since others know none but these. */
export const readCaller = (others: Json | undefined): Json | undefined => {
  const caller = others?.['caller']
  const isDirect = isRecord(caller) && caller['type'] === 'direct' && Object.keys(caller).length === 1
  return isDirect ? { ...others, caller: null } : others
}
/** The way back. */
export const writeCaller = (own: Json): Json => (own['caller'] === null ? { ...own, caller: direct } : own)

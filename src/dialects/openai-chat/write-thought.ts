/** Reasoning of an answer, written: its words as `reasoning_content`, its proof as `reasoning_details`. */
import type { ReasoningPart } from '../../domain/message.ts'
import { ownMembers } from './wire.ts'
import type { Json } from './wire.ts'

type Thought = Pick<ReasoningPart, 'text' | 'signature' | 'redacted' | 'extensions'>

/** The detail that a client must send back for the reasoning to count; undefined where words alone say it all. */
export const writeDetail = (part: Thought, index: number): Json | undefined => {
  const own = ownMembers(part.extensions)
  if (part.redacted !== undefined) return { ...own, type: 'reasoning.encrypted', data: part.redacted, index }
  const isSummary = own['type'] === 'reasoning.summary'
  if (part.signature === undefined && Object.keys(own).length === 0) return undefined
  return {
    ...own,
    ...(isSummary ? { type: 'reasoning.summary', summary: part.text } : { type: 'reasoning.text', text: part.text }),
    ...(part.signature !== undefined && { signature: part.signature }),
    index,
  }
}

/** Reasoning of an answer, written: its words as `reasoning_content`, its proof as `reasoning_details`. */
import type { ReasoningPart } from '../../domain/message.ts'
import type { Json } from '../../domain/json.ts'
import { ownMembers } from './wire.ts'

type Thought = Pick<ReasoningPart, 'text' | 'signature' | 'redacted' | 'extensions'>

/** True where words alone do not say it all. */
const needsDetail = ({ signature, redacted, extensions }: Thought): boolean =>
  signature !== undefined || redacted !== undefined || Object.keys(ownMembers(extensions)).length > 0

const detailOf = ({ text, signature, redacted, extensions }: Thought, index: number): Json => {
  const own = ownMembers(extensions)
  if (redacted !== undefined) return { ...own, type: 'reasoning.encrypted', data: redacted, index }
  const isSummary = own['type'] === 'reasoning.summary'
  return {
    ...own,
    ...(isSummary ? { type: 'reasoning.summary', summary: text } : { type: 'reasoning.text', text }),
    ...(signature !== undefined && { signature }),
    index,
  }
}

/** The detail that a client must send back for the reasoning to count; undefined where words alone say it all. */
export const writeDetail = (thought: Thought, index: number): Json | undefined =>
  needsDetail(thought) ? detailOf(thought, index) : undefined

/** The details of all of an answer's reasoning if any of it needs one: who reads details reads nothing else. */
export const writeDetails = (thoughts: readonly Thought[]): readonly Json[] =>
  thoughts.some(needsDetail) ? thoughts.map(detailOf) : []

/** What of a request only the provider that keeps its earlier answers can make sense of. */
import type { ChatBody } from '../../domain/request.ts'
import { isAbsent } from '../fields.ts'
import { openaiResponsesId, ownMembers } from './wire.ts'

const members = ['previous_response_id', 'conversation', 'prompt', 'background'] as const

/**
 * The members of a request that need the memory of a provider of this dialect, e.g. `previous_response_id`; empty if none
 * does. No translation can carry them: who does not speak this dialect is no candidate.
 */
export const needsMemory = ({ extensions, messages }: Pick<ChatBody, 'extensions' | 'messages'>): readonly string[] => {
  const own = ownMembers(extensions)
  const named: string[] = members.filter(member => !isAbsent(own[member]) && own[member] !== false)
  const isReferring = messages.some(({ parts }) =>
    parts.some(part => part.type === 'opaque' && part.dialect === openaiResponsesId && part.kind === 'item_reference'),
  )
  return isReferring ? [...named, 'input.item_reference'] : named
}

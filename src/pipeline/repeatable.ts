/** Whether a request may be asked of several providers at once, or once more on a copy, without doing anything twice. */
import type { RequestShape } from '../domain/decision.ts'
import { isInCloud } from '../domain/message.ts'
import type { Part } from '../domain/message.ts'
import type { Operation } from '../domain/operation.ts'
import { isConversation } from '../domain/request.ts'
import type { ModelRequest } from '../domain/request.ts'

/** A conversation has one other side; counting and what is passed on are for one provider; a line to it may do anything. */
const lone: ReadonlySet<Operation> = new Set(['realtime', 'count-tokens', 'passthrough'])

/** True where the client itself, in words, wants the answer to be kept by whoever gives it. */
const asksToKeep = ({ raw, extensions }: ModelRequest): boolean => {
  const given = [raw?.json, ...Object.values(extensions)]
  return given.some(members => members?.['store'] === true)
}

/** Members by which a request names what a provider was given before. */
const deposits = ['cachedContent', 'cached_content'] as const

const liesWithProvider = (part: Part): boolean => {
  if (part.type === 'tool-result') return part.output.some(liesWithProvider)
  return 'source' in part && ('fileId' in part.source || ('url' in part.source && isInCloud(part.source.url)))
}

/** Whoever else was asked would answer without what it names, and might be first. */
const namesDeposit = (request: ModelRequest): boolean => {
  const isNamed = Object.values(request.extensions).some(own => deposits.some(member => own[member] !== undefined))
  return isNamed || (isConversation(request) && request.messages.some(({ parts }) => parts.some(liesWithProvider)))
}

/**
 * False for what one provider alone can do, what names something that a provider keeps, what is to be kept, and what
 * has tools that the provider itself runs.
 */
export const isRepeatable = (
  request: ModelRequest,
  { hasServerTools }: Pick<RequestShape, 'hasServerTools'>,
): boolean => {
  const { memory, operation } = request
  if (lone.has(operation) || hasServerTools === true) return false
  if (memory !== undefined && (memory.refersBy.length > 0 || memory.id !== undefined)) return false
  return !asksToKeep(request) && !namesDeposit(request)
}

/** Whether a request may be asked of several providers at once, or once more on a copy, without doing anything twice. */
import type { RequestShape } from '../domain/decision.ts'
import type { Operation } from '../domain/operation.ts'
import type { ModelRequest } from '../domain/request.ts'

/** A conversation has one other side; counting and what is passed on are for one provider; a line to it may do anything. */
const lone: ReadonlySet<Operation> = new Set(['realtime', 'count-tokens', 'passthrough'])

/** True where the client itself, in words, wants the answer to be kept by whoever gives it. */
const asksToKeep = ({ raw, extensions }: ModelRequest): boolean => {
  const given = [raw?.json, ...Object.values(extensions)]
  return given.some(members => members?.['store'] === true)
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
  return !asksToKeep(request)
}

/** Requests that refer to kept answers: whether this caller may have what they mean, and who keeps it. */
import type { Bounds } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { Attempt } from '../domain/outcome.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { ProviderAdapter } from '../ports/provider.ts'
import type { House } from './house.ts'
import type { Ledger } from './ledger.ts'

/** As servers understand it: escapes undone. What cannot be undone is refused before it is sent. */
const plain = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    // It leads nowhere, so it names nothing either.
    return ''
  }
}

/** The id of the kept answer that is meant: by the request itself, or by the path that it is passed on to. */
export const keptIdOf = (request: ModelRequest): string | undefined => {
  if (request.memory !== undefined || request.operation !== 'passthrough') return request.memory?.id
  const path = plain(request.path.split('?', 1)[0] ?? '')
  return /\/responses\/+([^/]+)/.exec(path)?.[1]
}

/**
 * Why the kept answer cannot be had; undefined if it can, or if none is meant. What another key's request made is not
 * there for this one, in the very words of what never was.
 */
export const unrecalled = (request: ModelRequest): Failure | undefined => {
  const { memory, keeper, caller, operation } = request
  const id = keptIdOf(request)?.slice(0, 100)
  if (id === undefined) return undefined
  const isForeign = keeper !== undefined && keeper.key !== caller.key
  // By its path at a provider also what was not made here can be had; what another made here cannot.
  const isUnknown = keeper === undefined && memory !== undefined
  if (operation === 'passthrough' && (isUnknown || isForeign)) {
    return { kind: 'target-unknown', message: `Response with id '${id}' not found.`, param: 'response_id' }
  }
  // Of what was made elsewhere or long ago, the provider itself knows whether it is there.
  if (!isForeign) return undefined
  const [param = 'previous_response_id'] = memory?.refersBy ?? []
  return { kind: 'invalid-request', message: `Previous response with id '${id}' not found.`, param }
}

/** Who may serve what refers to kept answers; undefined where nothing is referred to. */
export const keptBound = (
  { memory, keeper }: ModelRequest,
  candidates: readonly Candidate[],
  { adapters }: House,
): Bounds['kept'] => {
  if (memory === undefined || memory.refersBy.length === 0) return undefined
  const able = candidates.filter(
    ({ provider, model }) => adapters.get(provider)?.speaks(memory.dialect, model) === true,
  )
  return {
    refersBy: memory.refersBy,
    ...(keeper !== undefined && { by: keeper.deployment }),
    able: able.map(({ id }) => id),
  }
}

/** The credentials that will do: what one account keeps, no other finds. */
export const fitFor = ({ keeper }: ModelRequest, { credentials }: ProviderAdapter): ProviderAdapter['credentials'] => {
  const own = credentials.filter(({ id }) => id === keeper?.credential)
  return own.length === 0 ? credentials : own
}

/**
 * An answer that its provider keeps can be asked for from its first piece on. What was translated from another dialect has
 * no id but ours; what was only read as events has its own.
 */
export const rememberKept = (
  { request, pool }: Pick<Ledger, 'request' | 'pool'>,
  { candidate, credential, lane }: Attempt,
  id: string,
  { kept, adapters }: House,
): void => {
  const { memory } = request
  if (memory?.keeps !== true) return
  if (lane !== 'express' && adapters.get(candidate.provider)?.speaks(memory.dialect, candidate.model) !== true) return
  kept.remember(id, {
    deployment: candidate.id,
    provider: candidate.provider,
    ...(credential !== undefined && { credential }),
    key: request.caller.key,
    ...(pool !== undefined && { pool }),
  })
}

/** What was thrown away is not there any more. */
export const forgetKept = ({ memory }: ModelRequest, { kept }: House): void => {
  if (memory?.isEnd === true && memory.id !== undefined) kept.forget(memory.id)
}

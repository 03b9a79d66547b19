/** May this caller ask for this at all: refused before anything is spent. */
import { isAllowed } from '../domain/caller.ts'
import type { Failure } from '../domain/failure.ts'
import { faultOfPassed } from '../domain/passed-path.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { FoundRoute, Route } from '../routing/route.ts'
import type { House } from './house.ts'
import { unrecalled } from './recalled.ts'

export type Admitted = { readonly ok: true; readonly route: Route } | { readonly ok: false; readonly failure: Failure }

const refused = (failure: Failure): Admitted => ({ ok: false, failure })

const mostNames = 12

const listed = (names: readonly string[]): string =>
  names.length <= mostNames
    ? names.join(', ')
    : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`

const meant = (nearest: readonly string[]): string =>
  nearest.length === 0 ? '' : `; did you mean ${nearest.map(name => `"${name}"`).join(' or ')}?`

const unknown = (asked: string, found: Extract<FoundRoute, { ok: false }>): Failure => {
  const { kind, nearest, names } = found
  if (kind === 'policy') {
    const message = `there is no policy "${asked}"${meant(nearest)} (there are ${listed(names)})`
    return { kind: 'invalid-request', message, param: 'x-signalbox-policy' }
  }
  const message = `there is no pool, alias or model "${asked}"${meant(nearest)} (there are ${listed(names)})`
  return { kind: 'target-unknown', message, param: 'model' }
}

/** The names that this caller may hear of: others' pools are nobody's business. */
const visible = (names: readonly string[], request: ModelRequest): readonly string[] => {
  const { allow } = request.caller
  if (allow?.pools === undefined && allow?.models === undefined) return names
  const known = [...(allow.pools ?? []), ...(allow.models ?? [])]
  return known.includes('*') ? names : names.filter(name => known.includes(name))
}

const hidden = (
  found: Extract<FoundRoute, { ok: false }>,
  request: ModelRequest,
): Extract<FoundRoute, { ok: false }> => ({
  ...found,
  names: visible(found.names, request),
  nearest: visible(found.nearest, request),
})

const routeFor = (request: ModelRequest, { routes }: House): FoundRoute => {
  const { wishes, target, keeper, memory } = request
  if (request.operation !== 'passthrough') return routes.find(target, wishes.policy)
  if (keeper === undefined || memory === undefined) return routes.provider(request.provider, wishes.policy)
  const found = routes.deployment(keeper.deployment, wishes.policy)
  if (!found.ok || keeper.pool === undefined) return found
  return { ok: true, route: { ...found.route, pool: keeper.pool } }
}

const notFound = (found: Extract<FoundRoute, { ok: false }>, request: ModelRequest): Failure => {
  const { wishes, target, caller } = request
  if (found.kind === 'policy') return unknown(wishes.policy ?? '', found)
  if (request.operation !== 'passthrough') return unknown(target, hidden(found, request))
  const names = found.names.filter(name => isAllowed(caller.allow?.providers, name))
  const message = `there is no provider "${request.provider}"${meant(found.nearest.filter(name => names.includes(name)))}`
  return { kind: 'target-unknown', message: `${message} (there are ${listed(names)})`, param: 'provider' }
}

/** What is wrong with it wherever it leads. */
const faultOf = (request: ModelRequest): Failure | undefined => {
  // What a chat has left behind is a chat's.
  const operation = request.memory === undefined ? request.operation : 'chat'
  if (!isAllowed(request.caller.allow?.operations, operation)) {
    return { kind: 'forbidden', message: `this key may not ask for ${operation}` }
  }
  const fault = request.operation === 'passthrough' ? faultOfPassed(request.path) : undefined
  return fault === undefined ? unrecalled(request) : { kind: 'invalid-request', message: fault, param: 'path' }
}

/** The route of what was asked for, if this caller may take it. */
export const admit = (request: ModelRequest, house: House): Admitted => {
  const { wishes, caller } = request
  const fault = faultOf(request)
  if (fault !== undefined) return refused(fault)
  const found = routeFor(request, house)
  if (!found.ok) return refused(notFound(found, request))
  const { pool } = found.route
  if (pool !== undefined && !isAllowed(caller.allow?.pools, pool)) {
    return refused({ kind: 'forbidden', message: `this key may not use the pool "${pool}"`, param: 'model' })
  }
  if (wishes.policy !== undefined && !isAllowed(caller.allow?.policies, wishes.policy)) {
    const message = `this key may not choose the policy "${wishes.policy}"`
    return refused({ kind: 'forbidden', message, param: 'x-signalbox-policy' })
  }
  return found
}

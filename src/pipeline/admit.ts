/** May this caller ask for this at all: refused before anything is spent. */
import { isAllowed } from '../domain/caller.ts'
import type { Caller } from '../domain/caller.ts'
import type { Failure } from '../domain/failure.ts'
import { faultOfPassed } from '../domain/passed-path.ts'
import type { ModelRequest } from '../domain/request.ts'
import type { FoundRoute, Route } from '../routing/route.ts'
import { findTarget, inOneRoute } from './further-models.ts'
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

const unknown = (asked: string, found: Extract<FoundRoute, { ok: false }>, param = 'model'): Failure => {
  const { kind, nearest, names } = found
  if (kind === 'policy') {
    const message = `there is no policy "${asked}"${meant(nearest)} (there are ${listed(names)})`
    return { kind: 'invalid-request', message, param: 'x-signalbox-policy' }
  }
  const message = `there is no pool, alias or model "${asked}"${meant(nearest)} (there are ${listed(names)})`
  return { kind: 'target-unknown', message, param }
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
  if (request.operation !== 'passthrough') return findTarget(target, wishes.policy, routes)
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

/** Why this caller may not take this route, which was asked for by this member of the request. */
const barredFrom = ({ pool }: Route, { allow }: Caller, param: string): Failure | undefined =>
  pool === undefined || isAllowed(allow?.pools, pool)
    ? undefined
    : { kind: 'forbidden', message: `this key may not use the pool "${pool}"`, param }

/**
 * Why this caller may not have this model behind the first: a key that names its pools and no models may not go round
 * them, also not behind one of them.
 */
const barredBehind = (route: Route, caller: Caller, name: string): Failure | undefined => {
  const { pools, models } = caller.allow ?? {}
  const isConfined = pools !== undefined && models === undefined && !pools.includes('*')
  if (route.pool !== undefined || !isConfined) return barredFrom(route, caller, 'models')
  return { kind: 'forbidden', message: `this key may use pools alone, and "${name}" is none`, param: 'models' }
}

/** The route with those of the further models behind it, if there are any and this caller may take them all. */
const withFurther = (first: Route, request: ModelRequest, house: House): Admitted => {
  const { caller, wishes, operation } = request
  const names = operation === 'passthrough' ? undefined : wishes.models
  if (names === undefined) return { ok: true, route: first }
  const further: Route[] = []
  for (const name of names) {
    const found = findTarget(name, wishes.policy, house.routes)
    if (!found.ok) return refused(unknown(name, hidden(found, request), 'models'))
    const barred = barredBehind(found.route, caller, name)
    if (barred !== undefined) return refused(barred)
    further.push(found.route)
  }
  return { ok: true, route: inOneRoute(first, further) }
}

/** The route of what was asked for, if this caller may take it. */
export const admit = (request: ModelRequest, house: House): Admitted => {
  const { wishes, caller } = request
  const fault = faultOf(request)
  if (fault !== undefined) return refused(fault)
  const found = routeFor(request, house)
  if (!found.ok) return refused(notFound(found, request))
  const barred = barredFrom(found.route, caller, 'model')
  if (barred !== undefined) return refused(barred)
  if (wishes.policy !== undefined && !isAllowed(caller.allow?.policies, wishes.policy)) {
    const message = `this key may not choose the policy "${wishes.policy}"`
    return refused({ kind: 'forbidden', message, param: 'x-signalbox-policy' })
  }
  return withFurther(found.route, request, house)
}

/** One request from its head to its endpoint: where it goes, from where it may come, and who asks. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Failure } from '../../domain/failure.ts'
import { didYouMean } from '../../domain/nearest.ts'
import { authenticate } from './authenticate.ts'
import { allowOrigin, mayCall, preflight } from './cross-origin.ts'
import type { Origins } from './cross-origin.ts'
import type { Front } from './front.ts'
import { guard, invalid, refuse, sendNothing } from './reply.ts'
import { endpointAt, paths } from './routes.ts'
import type { Endpoint } from './routes.ts'
import { dialectAt } from './tongues.ts'
import { Visit, targetOf } from './visit.ts'

/** What new work is told while the house is closing; official clients try again elsewhere. */
export const closing: Failure = {
  kind: 'internal',
  status: 503,
  message: 'the gateway is shutting down and takes no new requests; send it again',
}

const isAnthropic = ({ headers }: IncomingMessage): boolean => headers['anthropic-version'] !== undefined

/** A request whose host is missing or said twice means different things to different readers. */
const hasOneHost = ({ rawHeaders, httpVersion }: IncomingMessage): boolean => {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') hosts++
  }
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0')
}

type Found = NonNullable<ReturnType<typeof endpointAt>>

/** What the request is wrong in whatever it wants; true if it was refused. */
const isMalformed = (front: Front, visit: Visit): boolean => {
  const { request } = visit
  const target = targetOf(request.url ?? '')
  if (target !== undefined) {
    visit.path = target.path
    visit.query = target.query
    visit.dialect = dialectAt(target.path, isAnthropic(request))
  }
  if (target !== undefined && hasOneHost(request)) return false
  visit.closes = true
  const why =
    target === undefined
      ? 'the request target is neither a path nor an http address; a path such as /v1/models would be right'
      : 'the request must name its host once, in one host header'
  refuse(front, visit, invalid(why))
  return true
}

const lost = (front: Front, visit: Visit): void => {
  const near = didYouMean(visit.path.slice(0, 64), paths) || `; there are ${paths.join(', ')}`
  refuse(front, visit, invalid(`there is nothing at ${visit.path.slice(0, 200)}${near}`, { status: 404 }))
}

const wrongMethod = (front: Front, visit: Visit, { endpoint, methods }: Found): void => {
  const message = `${visit.request.method} is not answered at ${visit.path}; ${endpoint.method} would be right`
  refuse(front, visit, invalid(message, { status: 405 }), ['allow', methods.join(', ')])
}

const answerOptions = (front: Front, visit: Visit, found: Found | undefined): void => {
  const methods = found?.methods ?? ['GET', 'HEAD', 'POST', 'OPTIONS']
  const { headers } = visit.request
  const isPreflight = headers.origin !== undefined && headers['access-control-request-method'] !== undefined
  sendNothing(front, visit, isPreflight ? preflight(headers, methods) : ['allow', methods.join(', ')])
}

/** What follows an endpoint's path, with its escapes read; undefined if they make no sense. */
const unescaped = (rest: string): string | undefined => {
  if (!rest.includes('%')) return rest
  try {
    return decodeURIComponent(rest)
  } catch {
    // The caller refuses the path.
    return undefined
  }
}

/** The caller, or true if the visit was refused. */
const isStranger = (front: Front, visit: Visit, endpoint: Endpoint, origins: Origins): boolean => {
  const { origin } = visit.request.headers
  if (front.keyring.isOpen && origin !== undefined && !mayCall(origins, origin)) {
    const message = `pages of ${origin.slice(0, 100)} may not call a gateway that asks for no key; name the origin under server.cors, or configure keys`
    refuse(front, visit, { kind: 'forbidden', message })
    return true
  }
  if (endpoint.isPublic === true) return false
  const caller = authenticate(front.keyring, visit.request.headers)
  if ('kind' in caller) {
    refuse(front, visit, caller)
    return true
  }
  visit.caller = caller
  return false
}

const enter = (front: Front, visit: Visit): void => {
  const origins: Origins = { allowed: front.settings.corsOrigins, isOpen: front.keyring.isOpen }
  visit.standing = allowOrigin(origins, visit.request.headers.origin)
  if (isMalformed(front, visit)) return
  const { method = 'GET' } = visit.request
  const found = endpointAt(visit.path, method)
  if (method === 'OPTIONS') return answerOptions(front, visit, found)
  if (found === undefined) return lost(front, visit)
  const { endpoint, rest } = found
  const isRight = found.methods.includes(method)
  if (!isRight) return wrongMethod(front, visit, found)
  if (isStranger(front, visit, endpoint, origins)) return
  if (front.isDraining && endpoint.isLast !== true) return refuse(front, visit, closing, ['retry-after', '1'])
  const id = unescaped(rest)
  if (id === undefined) return refuse(front, visit, invalid(`the path ${visit.path.slice(0, 200)} has a broken escape`))
  endpoint.answer(front, visit, id)
}

/** Answers one request. Never throws. */
export const receive = (front: Front, request: IncomingMessage, response: ServerResponse, awaits: boolean): void => {
  const visit = new Visit(request, response, front.clock.now())
  visit.awaitsContinue = awaits
  front.visits.set(request.socket, visit)
  guard(front, visit, () => enter(front, visit))
}

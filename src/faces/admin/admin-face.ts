/** The HTTP face of the admin API and of its login, to be mounted before the data plane. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { deliverWaiting } from '../../admin/change.ts'
import { hideSecrets } from '../../admin/hide-secrets.ts'
import type { AdminHouse } from '../../admin/house.ts'
import { perform } from '../../admin/operation.ts'
import { AdminRefusal } from '../../admin/refusal.ts'
import type { IssuerConfig } from '../../config/settings.ts'
import { didYouMean } from '../../domain/nearest.ts'
import { sendDone, sendError, sendJson, sendNothing, sendRefusal } from './answer.ts'
import type { Exchange } from './answer.ts'
import { sealOf } from './cookies.ts'
import { loginOf } from './login.ts'
import type { Login } from './login.ts'
import { openApi } from './open-api.ts'
import { BodyRefusal, hasBody, readJson } from './read-json.ts'
import { refusedEntries } from './refused-entries.ts'
import { apiRoot, placeAt, routes } from './routes.ts'
import type { Place, Route } from './routes.ts'
import { isOwnPage, sessionsIn } from './sessions.ts'
import type { Sessions } from './sessions.ts'
import { addressOf, KnownRefusal, whoAsks } from './who-asks.ts'
import type { FindCaller, Visitor } from './who-asks.ts'

export interface AdminFaceOptions {
  readonly house: AdminHouse
  readonly find: FindCaller
  /** Known to all processes of the house; cookies are signed and sealed with keys derived from it. */
  readonly secret: string | Uint8Array
  /** With whom people sign in: those with a `login`. */
  issuers(): readonly IssuerConfig[]
  /** The text that a reference stands for. */
  readSecret(reference: string): Promise<string>
}

/** Answers a request to the admin API; false if it is none. Never throws. */
export type AdminFace = (request: IncomingMessage, response: ServerResponse) => boolean

interface Desk {
  readonly house: AdminHouse
  readonly find: FindCaller
  readonly sessions: Sessions
  readonly login: Login
  readonly refused: ReturnType<typeof refusedEntries>
  readonly document: string
}

const loginPaths = ['/admin/login', '/admin/callback', '/admin/logout']

const lost = (exchange: Exchange, path: string): void => {
  const known = [...new Set(routes.map(route => route.path))]
  const near = didYouMean(path.slice(0, 64), known) || `; ${apiRoot}/openapi.json tells what there is`
  const shown = hideSecrets(path).slice(0, 200)
  sendError(exchange, 404, { code: 'not_found', message: `there is nothing at ${apiRoot}${shown}${near}` })
}

const routeFor = (exchange: Exchange, place: Place): Route | undefined => {
  const { method } = exchange.request
  const found = place.routes.find(one => one.method === (method === 'HEAD' ? 'GET' : method))
  if (found !== undefined) return found
  const allowed = place.routes.map(one => one.method).join(', ')
  if (method === 'OPTIONS') sendNothing(exchange, 204, { allow: allowed })
  else {
    const message = `${method ?? ''} is not answered here; ${allowed} would be right`
    sendError(exchange, 405, { code: 'invalid', message }, { allow: allowed })
  }
  return undefined
}

/** One value for each name: said twice, different readers would take different ones. */
const queryOf = (query: string): Readonly<Record<string, string>> => {
  const found = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    if (found.has(name))
      throw new AdminRefusal('invalid', 'a parameter stands twice in the query', hideSecrets(name).slice(0, 64))
    found.set(name, value)
  }
  return Object.fromEntries(found)
}

/** The version that if-match or if-none-match names. */
const expectedIn = ({ headers }: IncomingMessage): { readonly expected?: number } => {
  const { 'if-match': match, 'if-none-match': none } = headers
  if (none === '*') return { expected: 0 }
  if (match === undefined || match === '*') return {}
  const version = /^"(\d{1,15})"$/.exec(match)?.[1]
  if (version === undefined)
    throw new AdminRefusal('invalid', 'if-match holds one etag as it was told, such as "17"', 'if-match')
  return { expected: Number(version) }
}

const demandOwnPage = (request: IncomingMessage, { operation }: Route, { session }: Visitor): void => {
  if (session === undefined || !operation.changes || isOwnPage(request, session)) return
  throw new AdminRefusal(
    'forbidden',
    'a change by cookie must come from our own page, with what /me tells as csrf in the header x-signalbox-csrf',
  )
}

const carryOut = async (desk: Desk, exchange: Exchange, place: Place, query: string): Promise<void> => {
  const { house } = desk
  const { request, id } = exchange
  const visitor = await whoAsks(request, desk.find, desk.sessions)
  const route = routeFor(exchange, place)
  if (route === undefined) return
  const { operation } = route
  demandOwnPage(request, route, visitor)
  if (operation.body === undefined && hasBody(request)) throw new BodyRefusal(400, 'this takes no body')
  const body = operation.body === undefined ? undefined : await readJson(request, house.clock)
  const asked = { house, actor: visitor.actor, ids: place.ids, request: id, ...expectedIn(request) }
  const done = await perform(operation, { ...asked, query: queryOf(query), body })
  const { session } = visitor
  const told =
    operation.name === 'me.get' && session !== undefined ? { value: { ...Object(done.value), csrf: session.csrf } } : {}
  await sendDone(exchange, { ...done, ...told })
}

/** Audits who was not let in, and answers. Refusals of operations are audited where they arise. */
const refuse = async (desk: Desk, exchange: Exchange, refusal: AdminRefusal): Promise<void> => {
  const { request, id } = exchange
  const isDoor = refusal.code === 'unauthenticated' || refusal instanceof KnownRefusal
  if (isDoor) {
    const address = addressOf(request)
    const key = refusal instanceof KnownRefusal ? { key: refusal.key } : {}
    const path = hideSecrets((request.url ?? '').split('?', 1)[0] ?? '').slice(0, 200)
    await desk.refused({
      who: { ...key, ...(address !== undefined && { address }) },
      action: 'admin.enter',
      object: `${request.method ?? ''} ${path}`,
      refused: `${refusal.code}: ${refusal.message}`,
      request: id,
    })
  }
  if (refusal instanceof BodyRefusal) sendError(exchange, refusal.status, { code: 'invalid', message: refusal.message })
  else sendRefusal(exchange, refusal)
}

const fail = async (desk: Desk, exchange: Exchange, error: unknown): Promise<void> => {
  if (error instanceof AdminRefusal) return refuse(desk, exchange, error)
  desk.house.alarm(`the admin request ${exchange.id} failed`, error)
  if (exchange.response.headersSent) return void exchange.response.destroy()
  const message = 'something went wrong that nobody foresaw; the log knows more under this request id'
  sendError(exchange, 500, { code: 'internal', message })
}

const answer = async (desk: Desk, exchange: Exchange, path: string, query: string): Promise<void> => {
  if (loginPaths.includes(path)) return desk.login(exchange, path, query)
  const below = path.slice(apiRoot.length)
  if (below === '/openapi.json') return sendJson(exchange, 200, JSON.parse(desk.document))
  const place = placeAt(below)
  if (place === undefined) throw new AdminRefusal('invalid', 'the path has a broken escape')
  if (place.routes.length > 0) return carryOut(desk, exchange, place, query)
  // Whoever may not come in learns nothing of what there is.
  await whoAsks(exchange.request, desk.find, desk.sessions)
  lost(exchange, below)
}

/** The face; what an earlier process left to be audited is written first. */
export const adminFace = (options: AdminFaceOptions): AdminFace => {
  const { house, find } = options
  const seal = sealOf(options.secret)
  const sessions = sessionsIn({ records: house.store.records, clock: house.clock, seal })
  const refused = refusedEntries(house)
  const login = loginOf({ ...options, sessions, seal, refused })
  const desk: Desk = { house, find, sessions, login, refused, document: JSON.stringify(openApi()) }
  deliverWaiting(house).catch((error: unknown) => house.alarm('waiting audit entries cannot be read', error))
  return (request, response) => {
    const url = request.url ?? ''
    const [path = '', ...rest] = url.split('?')
    const isOurs = path === apiRoot || path.startsWith(`${apiRoot}/`) || loginPaths.includes(path)
    if (!isOurs) return false
    const exchange: Exchange = { request, response, id: `adm_${randomUUID().replaceAll('-', '')}` }
    if (request.headers.expect !== undefined) response.writeContinue()
    answer(desk, exchange, path, rest.join('?'))
      .catch((error: unknown) => fail(desk, exchange, error))
      .catch((error: unknown) => {
        house.alarm(`the admin request ${exchange.id} could not be answered`, error)
        response.destroy()
      })
    return true
  }
}

/** Signing in with an OpenID provider: authorisation code with PKCE, a state that is good once and in one browser. */
import type { AdminHouse } from '../../admin/house.ts'
import { AdminRefusal } from '../../admin/refusal.ts'
import type { IssuerConfig } from '../../config/settings.ts'
import type { Millis } from '../../domain/units.ts'
import { sendNothing } from './answer.ts'
import type { Exchange } from './answer.ts'
import { cookieIn, cookieText, digestOf, isSame, randomText } from './cookies.ts'
import type { Seal } from './cookies.ts'
import { dutyIn } from './login-duty.ts'
import { openIdClients } from './open-id.ts'
import type { OpenIdClients } from './open-id.ts'
import type { refusedEntries } from './refused-entries.ts'
import { isOwnPage } from './sessions.ts'
import type { Sessions } from './sessions.ts'
import { addressOf } from './who-asks.ts'

/** Answers /admin/login, /admin/callback and /admin/logout. Rejects with an AdminRefusal. */
export type Login = (exchange: Exchange, path: string, query: string) => Promise<void>

interface LoginNeeds {
  readonly house: AdminHouse
  readonly sessions: Sessions
  readonly seal: Seal
  readonly refused: ReturnType<typeof refusedEntries>
  issuers(): readonly IssuerConfig[]
  readSecret(reference: string): Promise<string>
}

/** What the browser keeps while its person is away at the provider, sealed. */
interface Away {
  readonly issuer: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly until: number
}

const cookie = 'signalbox-login'
const patience = 600_000
/** Where people go once they are in, or out. */
const home = '/'

const isSecure = (issuer: IssuerConfig): boolean => issuer.login?.redirect.startsWith('https:') === true

const isAway = (value: unknown): value is Away =>
  value !== null && typeof value === 'object' && 'state' in value && 'verifier' in value && 'until' in value

const issuerFor = (issuers: readonly IssuerConfig[], named: string | null): IssuerConfig => {
  const able = issuers.filter(one => one.login !== undefined)
  const found = named === null && able.length === 1 ? able[0] : able.find(one => one.id === named)
  if (found !== undefined) return found
  const known =
    able.length === 0 ? 'none is configured' : `name one: ${able.map(one => `?issuer=${one.id}`).join(', ')}`
  throw new AdminRefusal('not-found', `there is no such OpenID provider to sign in with; ${known}`, 'issuer')
}

const leave = async (needs: LoginNeeds, clients: OpenIdClients, exchange: Exchange, query: string): Promise<void> => {
  const issuer = issuerFor(needs.issuers(), new URLSearchParams(query).get('issuer'))
  const client = await clients.of(issuer)
  const away: Away = {
    issuer: issuer.id,
    state: randomText(),
    nonce: randomText(),
    verifier: randomText(),
    until: needs.house.clock.now() + patience,
  }
  const secure = isSecure(issuer)
  const kept = cookieText(cookie, needs.seal.seal(away), { path: '/admin', maxAge: patience / 1000, secure })
  sendNothing(exchange, 303, { location: await client.addressFor(away), 'set-cookie': kept })
}

const refusal = (why: string): AdminRefusal =>
  new AdminRefusal('forbidden', `you are not signed in: ${why}; begin again at /admin/login`)

/** What this browser was sent away with, if it comes back with it for the first time and in time. */
const broughtBack = async (needs: LoginNeeds, { request }: Exchange, asked: URLSearchParams): Promise<Away> => {
  const { house, seal } = needs
  const sealed = cookieIn(request.headers.cookie, cookie)
  const away = sealed === undefined ? undefined : seal.open(sealed)
  if (!isAway(away)) throw refusal('this browser did not begin it')
  const [state, ...more] = asked.getAll('state')
  if (state === undefined || more.length > 0 || !isSame(state, away.state))
    throw refusal('the state is not the one that this browser was given')
  if (away.until <= house.clock.now()) throw refusal('it took too long')
  const isFirst = await house.store.records.put(`admin/login/${digestOf(state)}`, true, 0, patience as Millis)
  if (!isFirst) throw refusal('the state was used before')
  return away
}

const comeBack = async (
  needs: LoginNeeds,
  clients: OpenIdClients,
  exchange: Exchange,
  query: string,
): Promise<void> => {
  const asked = new URLSearchParams(query)
  const away = await broughtBack(needs, exchange, asked)
  const issuer = issuerFor(needs.issuers(), away.issuer)
  const client = await clients.of(issuer)
  const claims = await client.claimsFor(away, asked).catch((error: unknown) => {
    needs.house.alarm('a sign-in failed at the OpenID provider', error)
    throw refusal('the provider did not vouch for you')
  })
  const granted = dutyIn(issuer, claims)
  if (!granted.ok) throw refusal(granted.why)
  const { user, duty } = granted.value
  const address = addressOf(exchange.request)
  const who = { user, role: duty.role, ...(address !== undefined && { address }) }
  const session = await needs.sessions.begin({ user, issuer: issuer.id, duty }, isSecure(issuer))
  const at = needs.house.clock.now()
  await needs.house.audit.append({
    at,
    who,
    action: 'admin.login',
    object: `issuer:${issuer.id}`,
    after: duty,
    request: exchange.id,
  })
  const gone = cookieText(cookie, '', { path: '/admin', maxAge: 0, secure: isSecure(issuer) })
  sendNothing(exchange, 303, { location: home, 'set-cookie': [session, gone] })
}

const logout = async ({ sessions, house }: LoginNeeds, exchange: Exchange): Promise<void> => {
  const { request, id } = exchange
  const session = await sessions.of(request)
  if (session !== undefined) {
    if (!isOwnPage(request, session))
      throw new AdminRefusal('forbidden', 'signing out must come from our own page, with x-signalbox-csrf')
    const who = { user: session.user, role: session.duty.role }
    await house.audit.append({
      at: house.clock.now(),
      who,
      action: 'admin.logout',
      object: `issuer:${session.issuer}`,
      request: id,
    })
  }
  sendNothing(exchange, 204, { 'set-cookie': await sessions.end(request) })
}

const methods: Readonly<Record<string, string>> = {
  '/admin/login': 'GET',
  '/admin/callback': 'GET',
  '/admin/logout': 'POST',
}

/** The way in and out for people. */
export const loginOf = (needs: LoginNeeds): Login => {
  const clients = openIdClients(needs)
  const go = async (exchange: Exchange, path: string, query: string): Promise<void> => {
    const method = methods[path] ?? ''
    if (exchange.request.method !== method) throw new AdminRefusal('invalid', `${method} would be right here`)
    if (path === '/admin/login') return leave(needs, clients, exchange, query)
    return path === '/admin/logout' ? logout(needs, exchange) : comeBack(needs, clients, exchange, query)
  }
  return async (exchange, path, query) => {
    try {
      await go(exchange, path, query)
    } catch (error) {
      if (!(error instanceof AdminRefusal) || error.code !== 'forbidden') throw error
      const address = addressOf(exchange.request)
      const who = address === undefined ? {} : { address }
      await needs.refused({
        who,
        action: `admin.${path.slice('/admin/'.length)}`,
        object: path,
        refused: error.message,
        request: exchange.id,
      })
      throw error
    }
  }
}

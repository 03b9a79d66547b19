/** Signing in to the admin API with an OpenID provider, and all that must not let anybody in. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAdmin, rootSecret } from '../../../test/admin-house.ts'
import type { OpenedAdmin } from '../../../test/admin-house.ts'
import { openIdProvider } from '../../../test/open-id-provider.ts'
import type { OpenIdProvider } from '../../../test/open-id-provider.ts'
import type { IssuerConfig } from '../../config/settings.ts'

let admin: OpenedAdmin
let provider: OpenIdProvider
const issuers: IssuerConfig[] = []

const issuerOf = (more: Partial<IssuerConfig> = {}): IssuerConfig => ({
  id: 'people',
  issuer: provider.issuer,
  audiences: ['signalbox'],
  algorithms: ['RS256'],
  claims: { role: 'groups.roles', user: 'email' },
  caller: {},
  login: { clientId: 'signalbox', clientSecret: 'client-secret', redirect: 'http://gateway.example/admin/callback' },
  ...more,
})

beforeEach(async () => {
  provider = await openIdProvider()
  provider.claims = { email: 'ada@example.com', groups: { roles: ['staff', 'editor', 'viewer'] } }
  issuers.splice(0, issuers.length, issuerOf())
  admin = await openAdmin({ issuers })
})
afterEach(async () => {
  await admin.close()
  await provider.close()
})

/** A browser: it keeps cookies and follows nothing by itself. */
class Browser {
  readonly cookies = new Map<string, string>()

  async get(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie !== '' && { cookie }), ...(init.headers as Record<string, string> | undefined) }
    const response = await fetch(`${admin.url}${path}`, { ...init, redirect: 'manual', headers })
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      const equals = pair.indexOf('=')
      if (/Max-Age=0/.test(set)) this.cookies.delete(pair.slice(0, equals))
      else this.cookies.set(pair.slice(0, equals), pair.slice(equals + 1))
    }
    return response
  }

  /** Goes to the provider; gives the path that it comes back to. */
  async leave(): Promise<string> {
    const response = await this.get('/admin/login')
    expect(response.status).toBe(303)
    const back = new URL(await provider.approve(response.headers.get('location') ?? ''))
    return back.pathname + back.search
  }

  async signIn(): Promise<Response> {
    return this.get(await this.leave())
  }
}

const meOf = async (browser: Browser) => {
  const response = await browser.get('/admin/api/v1/me')
  return (await response.json()) as { readonly user?: string; readonly csrf?: string; readonly duty?: object }
}

describe('somebody who signs in', () => {
  it('is who the provider says, with the highest of the roles that are known here', async () => {
    const browser = new Browser()
    const response = await browser.signIn()
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    expect(await meOf(browser)).toMatchObject({ user: 'ada@example.com', duty: { role: 'editor' } })
    expect(await admin.audited()).toMatchObject([
      { action: 'admin.login', who: { user: 'ada@example.com', role: 'editor' } },
    ])
  })
  it('has a cookie that no script reads, and that only TLS carries where there is TLS', async () => {
    const plain = (await new Browser().signIn()).headers.getSetCookie()[0] ?? ''
    expect(plain).toMatch(/^signalbox-session=\S+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Lax$/)
    const login = { ...issuerOf().login, redirect: 'https://gateway.example/admin/callback' } as IssuerConfig['login']
    issuers[0] = issuerOf({ ...(login !== undefined && { login }) })
    const secure = (await new Browser().signIn()).headers.getSetCookie()[0] ?? ''
    expect(secure).toMatch(/^__Host-signalbox-session=\S+; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/)
  })
  it('changes things only from our own page', async () => {
    const browser = new Browser()
    provider.claims = { email: 'ada@example.com', groups: { roles: 'admin' } }
    await browser.signIn()
    const { csrf = '' } = await meOf(browser)
    const put = (headers: Readonly<Record<string, string>>) =>
      browser.get('/admin/api/v1/teams/search', {
        method: 'PUT',
        body: '{}',
        headers: { 'content-type': 'application/json', ...headers },
      })
    expect((await put({})).status).toBe(403)
    expect((await put({ 'x-signalbox-csrf': `${csrf}x` })).status).toBe(403)
    expect((await put({ 'x-signalbox-csrf': csrf, origin: 'https://evil.example' })).status).toBe(403)
    expect((await put({ 'x-signalbox-csrf': csrf, origin: 'null' })).status).toBe(403)
    expect((await put({ 'x-signalbox-csrf': csrf, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await put({ 'x-signalbox-csrf': csrf, 'sec-fetch-site': 'same-site' })).status).toBe(403)
    expect((await put({ 'x-signalbox-csrf': csrf, origin: admin.url })).status).toBe(201)
  })
  it('is out after signing out, also where the cookie was kept, and after eight hours', async () => {
    const browser = new Browser()
    await browser.signIn()
    const kept = new Map(browser.cookies)
    const { csrf = '' } = await meOf(browser)
    expect((await browser.get('/admin/logout', { method: 'POST' })).status).toBe(403)
    const out = await browser.get('/admin/logout', { method: 'POST', headers: { 'x-signalbox-csrf': csrf } })
    expect(out.status).toBe(204)
    for (const [name, value] of kept) browser.cookies.set(name, value)
    expect((await browser.get('/admin/api/v1/me')).status).toBe(401)
    await browser.signIn()
    admin.clock.advance(8 * 3_600_000 - 1)
    expect((await browser.get('/admin/api/v1/me')).status).toBe(200)
    admin.clock.advance(1)
    expect((await browser.get('/admin/api/v1/me')).status).toBe(401)
  })
  it('has what the claims say and never more for one that is missing', async () => {
    const mapped = issuerOf({ claims: { role: 'role', organisation: 'org', team: 'team' } })
    issuers[0] = mapped
    const cases: readonly (readonly [Record<string, unknown>, object | undefined])[] = [
      [
        { role: 'owner', org: 'acme' },
        { role: 'owner', organisation: 'acme' },
      ],
      [
        { role: 'owner', team: 'search' },
        { role: 'owner', team: 'search' },
      ],
      [{ role: 'owner' }, undefined],
      [{ role: 'owner', org: ['acme', 'other'] }, undefined],
      [{ role: 'boss', org: 'acme' }, undefined],
      [{ role: ['constructor', '__proto__'], org: 'acme' }, undefined],
      [{ org: 'acme' }, undefined],
    ]
    for (const [claims, duty] of cases) {
      provider.claims = claims
      const browser = new Browser()
      const response = await browser.signIn()
      expect(response.status, JSON.stringify(claims)).toBe(duty === undefined ? 403 : 303)
      if (duty !== undefined) expect((await meOf(browser)).duty).toEqual(duty)
      else expect(browser.cookies.has('signalbox-session')).toBe(false)
    }
  })
})

describe('a state', () => {
  it('is good once, though the browser and its cookie are the right ones', async () => {
    const browser = new Browser()
    const back = await browser.leave()
    const cookies = new Map(browser.cookies)
    expect((await browser.get(back)).status).toBe(303)
    const again = new Browser()
    for (const [name, value] of cookies) again.cookies.set(name, value)
    const told = await again.get(back)
    expect(told.status).toBe(403)
    expect(await told.text()).toContain('used before')
    expect(provider.exchanges).toBe(1)
    expect((await admin.audited()).at(-1)).toMatchObject({ action: 'admin.callback' })
  })
  it('is good in no other browser, with or without an errand of its own', async () => {
    const back = await new Browser().leave()
    const thief = new Browser()
    expect((await thief.get(back)).status).toBe(403)
    await thief.leave()
    expect((await thief.get(back)).status).toBe(403)
    expect(provider.exchanges).toBe(0)
    expect(thief.cookies.has('signalbox-session')).toBe(false)
  })
  it('is good for ten minutes, as it was sent, and not twice in one address', async () => {
    const late = new Browser()
    const back = await late.leave()
    admin.clock.advance(600_000)
    expect((await late.get(back)).status).toBe(403)
    const other = new Browser()
    const path = await other.leave()
    const state = new URLSearchParams(path.split('?')[1]).get('state') ?? ''
    const wrong = await other.get(path.replace(state, `${state}x`))
    expect(wrong.status).toBe(403)
    expect(await wrong.text()).toContain('not the one that this browser was given')
    expect((await other.get(`${path}&state=${state}`)).status).toBe(403)
    expect((await other.get('/admin/callback')).status).toBe(403)
    expect(provider.exchanges).toBe(0)
  })
  it('in a cookie that was touched, or made by somebody else, is none', async () => {
    const browser = new Browser()
    const back = await browser.leave()
    const kept = browser.cookies.get('signalbox-login') ?? ''
    for (const touched of [`${kept.slice(0, -2)}AA`, kept.slice(4), '', 'e30', `${kept}.${kept}`]) {
      browser.cookies.set('signalbox-login', touched)
      expect((await browser.get(back)).status).toBe(403)
    }
    expect(provider.exchanges).toBe(0)
  })
})

describe('a provider', () => {
  it.each([
    ['another nonce', { nonce: 'replayed' }],
    ['another audience', { aud: 'somebody-else' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['no subject', { sub: undefined }],
  ])('that vouches with %s lets nobody in', async (_, lies) => {
    provider.lies = lies
    const browser = new Browser()
    expect((await browser.signIn()).status).toBe(403)
    expect(browser.cookies.has('signalbox-session')).toBe(false)
    expect(admin.alarms).toHaveLength(1)
  })
  it('whose tokens somebody else signed, or by another algorithm than is configured, lets nobody in', async () => {
    provider.forges = true
    expect((await new Browser().signIn()).status).toBe(403)
    provider.forges = false
    issuers[0] = issuerOf({ algorithms: ['ES256'] })
    expect((await new Browser().signIn()).status).toBe(403)
    issuers[0] = issuerOf({ algorithms: ['ES256', 'RS256'] })
    expect((await new Browser().signIn()).status).toBe(303)
  })
  it('that says no, or cannot be reached, lets nobody in', async () => {
    const browser = new Browser()
    const state = new URLSearchParams((await browser.leave()).split('?')[1]).get('state') ?? ''
    expect((await browser.get(`/admin/callback?error=access_denied&state=${state}`)).status).toBe(403)
    issuers[0] = issuerOf({ issuer: 'http://127.0.0.1:1' })
    expect((await browser.get('/admin/login')).status).toBe(503)
    expect((await browser.get('/admin/login?issuer=other')).status).toBe(404)
  })
  it('calls the issuer by its name to the letter', async () => {
    issuers[0] = issuerOf({ issuer: provider.issuer.replace('127.0.0.1', 'localhost') })
    const told = await new Browser().get('/admin/login')
    // The provider names itself by the host that it was asked at, so that this one is right …
    expect(told.status).toBe(303)
    issuers[0] = issuerOf({ issuer: `${provider.issuer}/realm` })
    // … and this one is not there.
    expect((await new Browser().get('/admin/login')).status).toBe(503)
  })
})

describe('cookies', () => {
  it('of a session that was not signed here open nothing', async () => {
    const browser = new Browser()
    await browser.signIn()
    const real = browser.cookies.get('signalbox-session') ?? ''
    const [id = '', signature = ''] = real.split('.')
    for (const forged of [id, `${id}.`, `${id}x.${signature}`, `.${signature}`, `${id}.${signature}x`, rootSecret]) {
      browser.cookies.set('signalbox-session', forged)
      expect((await browser.get('/admin/api/v1/me')).status).toBe(401)
    }
    const twice = await fetch(`${admin.url}/admin/api/v1/me`, {
      headers: { cookie: `signalbox-session=${real}; signalbox-session=x` },
    })
    expect(twice.status).toBe(401)
  })
  it('keep nothing in the store by which a session could be opened', async () => {
    const browser = new Browser()
    await browser.signIn()
    const [id = ''] = (browser.cookies.get('signalbox-session') ?? '').split('.')
    const kept = await admin.house.store.records.list('admin/', { limit: 100 })
    expect(kept.some(({ key }) => key.startsWith('admin/session/'))).toBe(true)
    expect(JSON.stringify(kept)).not.toContain(id)
  })
})

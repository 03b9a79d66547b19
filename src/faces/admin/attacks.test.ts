/** Ways in and around the admin API that lead nowhere. */
import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataSecret, openAdmin, rootSecret } from '../../../test/admin-house.ts'
import type { OpenedAdmin } from '../../../test/admin-house.ts'

let admin: OpenedAdmin
beforeEach(async () => {
  admin = await openAdmin()
})
afterEach(async () => {
  await admin.close()
  expect(admin.alarms).toEqual([])
})

const errorOf = (told: { readonly body: Readonly<Record<string, unknown>> }) =>
  told.body['error'] as { readonly code: string; readonly message: string; readonly param?: string }

/** A request with a path exactly as written, which fetch would tidy up. */
const raw = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(admin.url)
    const sent = request({ hostname, port, path, method, headers }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('error', reject).end()
  })

const root = { authorization: `Bearer ${rootSecret}` }

describe('the door', () => {
  it.each([
    ['nothing', {}],
    ['a key that nobody has', { authorization: 'Bearer sk-sb-admin-00000000000000000000' }],
    ['the beginning of a key', { authorization: `Bearer ${rootSecret.slice(0, -1)}` }],
    ['a key with more behind it', { authorization: `Bearer ${rootSecret}x` }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['two keys in one', { authorization: `Bearer ${rootSecret}, Bearer ${rootSecret}` }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`root:${rootSecret}`).toString('base64')}` }],
    ['a header of the data plane', { 'x-api-key': rootSecret }],
    ['another header of the data plane', { 'api-key': rootSecret }],
    ['a header of Google', { 'x-goog-api-key': rootSecret }],
    ['a cookie with the key', { cookie: `signalbox-session=${rootSecret}` }],
    ['a header that a proxy would set', { 'x-forwarded-user': 'root', 'x-forwarded-for': '127.0.0.1' }],
  ])('stays shut for %s', async (_, headers) => {
    for (const path of ['/me', '/keys', '/no-such-thing']) {
      const told = await raw(`/admin/api/v1${path}`, headers)
      expect(told.status).toBe(401)
      expect(told.text).not.toContain(rootSecret)
    }
    const entries = await admin.audited()
    expect(entries).toHaveLength(3)
    expect(JSON.stringify(entries)).not.toContain(rootSecret)
  })
  it('stays shut for a key of the data plane, whatever it asks', async () => {
    for (const [method, path] of [
      ['GET', '/me'],
      ['POST', '/keys'],
      ['GET', '/audit'],
      ['DELETE', '/teams/x'],
    ] as const) {
      const told = await admin.ask(method, path, { key: dataSecret, ...(method === 'POST' && { body: {} }) })
      expect(told.status).toBe(403)
    }
    expect((await admin.audited()).map(({ who }) => who.key)).toEqual(['plain', 'plain', 'plain', 'plain'])
  })
  it('takes no key from the query, and repeats none', async () => {
    for (const name of ['key', 'access_token', rootSecret]) {
      const told = await raw(`/admin/api/v1/me?${name}=${rootSecret}`, root)
      expect(told.status).toBe(400)
      expect(told.text).not.toContain(rootSecret)
    }
    const lost = await raw(`/admin/api/v1/keys/${rootSecret}`, root)
    expect(lost.status).toBe(404)
    expect(lost.text).not.toContain(rootSecret)
    await admin.ask('POST', `/keys/${rootSecret}/revoke`)
    expect(JSON.stringify(await admin.audited())).not.toContain(rootSecret)
  })
  it('lets no page of another origin in, and is kept by no cache', async () => {
    const told = await admin.ask('GET', '/me', { headers: { origin: 'https://evil.example' } })
    expect(told.headers.get('access-control-allow-origin')).toBeNull()
    expect(told.headers.get('cache-control')).toBe('no-store')
    expect(told.headers.get('x-content-type-options')).toBe('nosniff')
    const before = await admin.ask('OPTIONS', '/keys', { headers: { origin: 'https://evil.example' } })
    expect(before.headers.get('access-control-allow-methods')).toBeNull()
  })
})

describe('members that a body may not have', () => {
  const stray = [
    'id',
    'origin',
    'digests',
    'createdAt',
    'prefix',
    'secret',
    'limits',
    'revokedAt',
    'admin',
    'role',
    'version',
  ]

  it.each(stray)('%s is refused of every record, and nothing is made', async member => {
    const value = member === 'digests' ? [{ digest: 'x' }] : member === 'createdAt' ? 0 : 'x'
    const bodies: readonly (readonly [string, string, object])[] = [
      ['PUT', '/organisations/acme', {}],
      ['PUT', '/teams/search', {}],
      ['PUT', '/users/ada', {}],
      ['POST', '/keys', {}],
      ['POST', '/limits', { level: 'pool', of: 'support', measure: 'usd', amount: 1, per: 'day' }],
    ]
    for (const [method, path, body] of bodies) {
      const told = await admin.ask(method, path, { body: { ...body, [member]: value } })
      expect(told.status, `${path} ${member}`).toBe(400)
      expect(errorOf(told).param).toBe(member)
    }
    expect(admin.changes()).toBe(0)
    const kept = await admin.house.store.records.list('tenancy/', { limit: 10 })
    expect(kept).toEqual([])
  })
  it('are refused in what is nested, too', async () => {
    const told = await admin.ask('POST', '/keys', { body: { duty: { role: 'viewer', everywhere: true } } })
    expect(errorOf(told)).toMatchObject({ code: 'invalid', param: 'duty.everywhere' })
    const near = await admin.ask('POST', '/keys', { body: { allow: { pool: ['x'] } } })
    expect(errorOf(near).message).toContain('pools')
  })
  it('cannot be put where every object would have them', async () => {
    const texts = [
      '{"__proto__":{"role":"owner"}}',
      '{"\\u005f\\u005fproto__":{"role":"owner"}}',
      '{"metadata":{"__proto__":"x"}}',
      '{"metadata":{"constructor":"x"}}',
      '{"constructor":{"prototype":{"role":"owner"}}}',
      '{"allow":{"pools":{"__proto__":[]}}}',
    ]
    for (const text of texts) {
      expect((await admin.ask('PUT', '/teams/search', { raw: text })).status).toBe(400)
      expect((await admin.ask('POST', '/policies/p/versions', { raw: `{"policy":${text}}` })).status).toBe(400)
    }
    expect(({} as Record<string, unknown>)['role']).toBeUndefined()
    for (const id of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      expect((await admin.ask('GET', `/teams/${id}`)).status).toBe(404)
      expect((await admin.ask('GET', `/keys/${id}`)).status).toBe(404)
      expect((await admin.ask('GET', `/pools/${id}`)).status).toBe(404)
      expect((await raw(`/admin/api/v1/teams?${id}=1`, root)).status).toBe(400)
    }
    expect((await admin.ask('PUT', '/teams/__proto__', { body: {} })).status).toBe(400)
  })
})

describe('paths', () => {
  it.each([
    '/admin/api/v1/teams/../keys',
    '/admin/api/v1/teams/..%2fkeys',
    '/admin/api/v1/teams/%2e%2e%2f%2e%2e%2fkey%2fkey_1',
    '/admin/api/v1/teams/..%5ckeys',
    '/admin/api/v1/teams/%00',
    '/admin/api/v1/teams/a%0d%0aset-cookie:%20x=1',
    '/admin/api/v1/teams/%',
    '/admin/api/v1/teams/%ff%fe',
    '/admin/api/v1//teams',
    '/admin/api/v1/teams/',
    '/admin/api/v1/TEAMS',
    '/admin/api/v1/teams/%E2%80%AEcba',
    `/admin/api/v1/teams/${'a'.repeat(2000)}`,
    '/admin/api/v1/',
    '/admin/api/v1',
  ])('%s lead nowhere', async path => {
    const told = await raw(path, root)
    expect([400, 404]).toContain(told.status)
    expect(told.text).toContain('"error"')
  })
  it('make no record under a name that would lie elsewhere', async () => {
    for (const id of ['..', '.', 'a%2fb', '%2e%2e%2fkey%2fx', 'a%20b', 'a%0ab', '%20', 'ü', 'a'.repeat(129)]) {
      expect(
        (
          await raw(
            `/admin/api/v1/teams/${id === 'ü' ? '%C3%BC' : id}`,
            { ...root, 'content-type': 'application/json' },
            'PUT',
          )
        ).status,
      ).toBe(400)
      const told = await admin.ask('PUT', `/teams/${encodeURIComponent(decodeURIComponent(id))}`, { body: {} })
      expect([400, 404, 405]).toContain(told.status)
    }
    expect(await admin.house.store.records.list('tenancy/', { limit: 10 })).toEqual([])
  })
  it('of other pages are left to others', async () => {
    for (const path of ['/', '/admin', '/admin/api', '/admin/api/v10/me', '/v1/models', '/Admin/api/v1/me']) {
      expect((await raw(path)).status).toBe(418)
    }
  })
})

describe('bodies', () => {
  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['text/xml', 415],
    ['application/json; charset=utf-16', 415],
    ['application/jsonp', 415],
    ['application/json;charset=UTF-8', 201],
  ])('of the type %s are answered %d', async (type, status) => {
    const told = await admin.ask('PUT', '/teams/search', { raw: '{}', headers: { 'content-type': type } })
    expect(told.status).toBe(status)
  })
  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['very deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['deep in a policy', `{"a":${'{"a":'.repeat(80)}1${'}'.repeat(80)}}`],
    ['more than one', '{}{}'],
    ['with a byte order mark and no more', '\ufeff'],
  ])('that are %s are refused', async (_, text) => {
    const told = await admin.ask('PUT', '/teams/search', { raw: text })
    expect(told.status).toBe(400)
    expect(told.text.length).toBeLessThan(500)
  })
  it('that are no UTF-8 are refused', async () => {
    const told = await admin.ask('PUT', '/teams/search', {
      raw: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    })
    expect(told.status).toBe(400)
  })
  it('that are huge are refused before they are read, also where their length is not told', async () => {
    const huge = `{"name":"${'x'.repeat(2_000_000)}"}`
    expect((await admin.ask('PUT', '/teams/search', { raw: huge })).status).toBe(413)
    const stream = new Blob([huge]).stream()
    const response = await fetch(`${admin.url}/admin/api/v1/teams/search`, {
      method: 'PUT',
      headers: { ...root, 'content-type': 'application/json' },
      body: stream,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
  })
  it('that are packed, or where none belongs, are refused', async () => {
    const packed = { raw: '{}', headers: { 'content-encoding': 'gzip' } }
    expect((await admin.ask('PUT', '/teams/search', packed)).status).toBe(415)
    expect((await admin.ask('DELETE', '/teams/search', { body: {} })).status).toBe(400)
    expect((await admin.ask('POST', '/keys/x/revoke', { body: { id: 'y' } })).status).toBe(400)
  })
})

describe('what is written into logs and lists', () => {
  it.each(['a\nb', 'a\rb', 'a\u0000b', 'a\u001b[31mb', 'a\u2028b', 'a\u202eb', 'a\u2066b', '', 'x'.repeat(201)])(
    'is on one line, shows what it is and is not too long: %j',
    async name => {
      const told = await admin.ask('PUT', '/teams/search', { body: { name } })
      expect(told.status).toBe(400)
      expect(errorOf(told).param).toBe('name')
    },
  )
  it('is bounded in number', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`m${at}`, 'x']))
    expect((await admin.ask('PUT', '/teams/search', { body: { metadata } })).status).toBe(400)
    const pools = Array.from({ length: 1001 }, (_, at) => `p${at}`)
    expect((await admin.ask('PUT', '/teams/search', { body: { allow: { pools } } })).status).toBe(400)
  })
  it('of addresses is an address', async () => {
    for (const one of [
      '10.0.0.0/33',
      '::1/129',
      'localhost',
      '10.0.0.1/8/8',
      'fe80::1%eth0',
      '10.0.0.0/-1',
      '0x7f.1',
    ]) {
      expect((await admin.ask('POST', '/keys', { body: { addresses: [one] } })).status, one).toBe(400)
    }
  })
})

describe('queries', () => {
  it('say each thing once, and nothing that nobody reads', async () => {
    for (const query of [
      'limit=1&limit=2',
      'limit=0',
      'limit=501',
      'limit=x',
      'limit=1e2x',
      'offset=1',
      'after=',
      'limit[$gt]=1',
    ]) {
      expect((await admin.ask('GET', `/teams?${query}`)).status, query).toBe(400)
    }
    expect((await admin.ask('GET', '/decisions?after=x')).status).toBe(400)
  })
  it('reach no other kind of record by where a page begins', async () => {
    await admin.ask('PUT', '/users/ada', { body: {} })
    for (const after of ['../', '!', '~', '\u{10ffff}', '/../user/']) {
      const told = await admin.ask('GET', `/teams?after=${encodeURIComponent(after)}`)
      expect(told.text).not.toContain('ada')
    }
  })
})

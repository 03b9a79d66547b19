/** Organisations, teams, users, keys and limits through the admin API: what is made, changed, refused and audited. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataSecret, openAdmin, rootSecret } from '../../../test/admin-house.ts'
import type { OpenedAdmin } from '../../../test/admin-house.ts'
import type { VirtualKey } from '../../domain/tenancy.ts'

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

describe('the hierarchy', () => {
  it('is put, read, replaced and deleted, and whoever else runs is told', async () => {
    const made = await admin.ask('PUT', '/organisations/acme', { body: { name: 'Acme' } })
    expect(made.status).toBe(201)
    expect(made.body).toEqual({ id: 'acme', name: 'Acme', origin: 'api' })
    expect((await admin.ask('PUT', '/teams/search', { body: { organisation: 'acme' } })).status).toBe(201)
    const again = await admin.ask('PUT', '/organisations/acme', { body: { name: 'Acme Ltd' } })
    expect(again.status).toBe(200)
    const list = await admin.ask('GET', '/organisations')
    expect(list.body['data']).toEqual([
      { id: 'acme', name: 'Acme Ltd', origin: 'api' },
      { id: 'filed', origin: 'file' },
    ])
    const held = await admin.ask('DELETE', '/organisations/acme')
    expect(held.status).toBe(409)
    expect(errorOf(held).message).toContain('team "search"')
    expect((await admin.ask('DELETE', '/teams/search')).status).toBe(204)
    expect((await admin.ask('DELETE', '/organisations/acme')).status).toBe(204)
    expect((await admin.ask('GET', '/organisations/acme')).status).toBe(404)
    expect(admin.changes()).toBe(5)
  })
  it('is read page by page, of the file and of the store alike, each once', async () => {
    for (const id of ['a', 'b', 'g', 'z']) await admin.ask('PUT', `/teams/${id}`, { body: {} })
    const seen: unknown[] = []
    let after = ''
    for (let pages = 0; pages < 9; pages += 1) {
      const page = await admin.ask('GET', `/teams?limit=2${after}`)
      seen.push(...(page.body['data'] as { readonly id: string }[]).map(one => one.id))
      if (page.body['next'] === undefined) break
      after = `&after=${String(page.body['next'])}`
    }
    expect(seen).toEqual(['a', 'b', 'filed-team', 'g', 'z'])
  })
  it('is changed only over the version that was read', async () => {
    const made = await admin.ask('PUT', '/teams/search', { body: {}, headers: { 'if-none-match': '*' } })
    expect(made.etag).toMatch(/^"\d+"$/)
    const second = await admin.ask('PUT', '/teams/search', { body: {}, headers: { 'if-none-match': '*' } })
    expect(second.status).toBe(412)
    const right = await admin.ask('PUT', '/teams/search', { body: { name: 'S' }, headers: { 'if-match': made.etag } })
    expect(right.status).toBe(200)
    const stale = await admin.ask('PUT', '/teams/search', { body: { name: 'T' }, headers: { 'if-match': made.etag } })
    expect(stale.status).toBe(412)
    expect((await admin.ask('DELETE', '/teams/search', { headers: { 'if-match': made.etag } })).status).toBe(412)
    expect((await admin.ask('DELETE', '/teams/search', { headers: { 'if-match': 'W/"x"' } })).status).toBe(400)
    expect((await admin.ask('GET', '/teams/search')).body['name']).toBe('S')
  })
  it('that stands in the file is read-only, and it is said where it stands', async () => {
    for (const [method, path] of [
      ['PUT', '/teams/filed-team'],
      ['DELETE', '/teams/filed-team'],
    ] as const) {
      const told = await admin.ask(method, path, method === 'PUT' ? { body: { organisation: 'filed' } } : {})
      expect(told.status).toBe(409)
      expect(errorOf(told)).toMatchObject({ code: 'read_only' })
      expect(errorOf(told).message).toContain('tenancy.teams.filed-team')
    }
    const revoked = await admin.ask('POST', '/keys/root/revoke')
    expect(errorOf(revoked).message).toContain('keys.root')
    const limit = await admin.ask('DELETE', `/limits/${encodeURIComponent('organisation:filed usd month')}`)
    expect(errorOf(limit).code).toBe('read_only')
  })
  it('has nothing that hangs on what is not there, however many do it at once', async () => {
    expect(errorOf(await admin.ask('PUT', '/teams/x', { body: { organisation: 'nobody' } })).param).toBe('organisation')
    await admin.ask('PUT', '/teams/doomed', { body: {} })
    const [gone, ...keys] = await Promise.all([
      admin.ask('DELETE', '/teams/doomed'),
      ...Array.from({ length: 8 }, () => admin.ask('POST', '/keys', { body: { team: 'doomed' } })),
    ])
    const made = keys.filter(({ status }) => status === 201).length
    const isThere = (await admin.ask('GET', '/teams/doomed')).status === 200
    expect(isThere).toBe(made > 0)
    expect(gone?.status).toBe(made > 0 ? 409 : 204)
  })
  it('is looked at anew where what a record hangs on goes while it is written', async () => {
    await admin.ask('PUT', '/teams/doomed', { body: {} })
    const records = admin.house.store.records as { putAll: OpenedAdmin['house']['store']['records']['putAll'] }
    const { putAll } = records
    records.putAll = async changes => {
      records.putAll = putAll
      await admin.house.store.records.delete('tenancy/team/doomed')
      return putAll(changes)
    }
    const told = await admin.ask('POST', '/keys', { body: { team: 'doomed' } })
    expect(told.status).toBe(400)
    expect(errorOf(told).message).toBe('there is no team "doomed"')
    expect(await admin.house.store.records.list('tenancy/key/', { limit: 9 })).toEqual([])
  })
  it('lets no team, user or key be moved from under its limits', async () => {
    await admin.ask('PUT', '/organisations/acme', { body: {} })
    await admin.ask('PUT', '/teams/search', { body: { organisation: 'acme' } })
    const moved = await admin.ask('PUT', '/teams/search', { body: { organisation: 'filed' } })
    expect(moved.status).toBe(409)
    const foreign = await admin.ask('POST', '/keys', { body: { team: 'search', organisation: 'filed' } })
    expect(errorOf(foreign).message).toContain('not part of')
  })
})

describe('keys', () => {
  const stored = async (id: unknown) =>
    (await admin.house.store.records.get<VirtualKey>(`tenancy/key/${String(id)}`))?.value

  it('show their secret once and never again, in no answer, record or audit entry', async () => {
    const made = await admin.ask('POST', '/keys', {
      body: { name: 'ci', team: 'filed-team', addresses: ['10.0.0.0/8'] },
    })
    expect(made.status).toBe(201)
    const secret = String(made.body['secret'])
    expect(secret).toMatch(/^sk-sb-[0-9a-f]{64}$/)
    const id = String(made.body['id'])
    const rotated = await admin.ask('POST', `/keys/${id}/rotate`, { body: { overlap: 60 } })
    const younger = String(rotated.body['secret'])
    expect(younger).not.toBe(secret)
    const texts = [
      (await admin.ask('GET', `/keys/${id}`)).text,
      (await admin.ask('GET', '/keys')).text,
      (await admin.ask('GET', '/audit')).text,
      JSON.stringify(await stored(id)),
    ]
    const digests = (await stored(id))?.digests.map(one => one.digest) ?? []
    expect(digests).toHaveLength(2)
    for (const text of texts) for (const one of [secret, younger]) expect(text).not.toContain(one)
    for (const text of texts.slice(0, 3)) for (const one of digests) expect(text).not.toContain(one)
  })
  it('keep the older secret for as long as the overlap says, and not at all where it has leaked', async () => {
    const { body } = await admin.ask('POST', '/keys', { body: { duty: { role: 'viewer' } } })
    const [id, first] = [String(body['id']), String(body['secret'])]
    const second = String((await admin.ask('POST', `/keys/${id}/rotate`, { body: { overlap: 60 } })).body['secret'])
    expect((await admin.ask('GET', '/me', { key: first })).status).toBe(200)
    expect((await admin.ask('GET', '/me', { key: second })).body['duty']).toEqual({ role: 'viewer' })
    admin.clock.advance(60_000)
    expect((await admin.ask('GET', '/me', { key: first })).status).toBe(401)
    const third = String((await admin.ask('POST', `/keys/${id}/rotate`, { body: { overlap: 0 } })).body['secret'])
    expect((await admin.ask('GET', '/me', { key: second })).status).toBe(401)
    expect((await admin.ask('GET', '/me', { key: third })).status).toBe(200)
    expect(third).toMatch(/^sk-sb-admin-/)
  })
  it('are revoked for good', async () => {
    const { body } = await admin.ask('POST', '/keys', { body: { duty: { role: 'viewer' } } })
    const [id, secret] = [String(body['id']), String(body['secret'])]
    expect((await admin.ask('POST', `/keys/${id}/revoke`)).body['state']).toBe('revoked')
    expect((await admin.ask('GET', '/me', { key: secret })).status).toBe(401)
    for (const [path, sent] of [
      ['revoke', undefined],
      ['rotate', { overlap: 0 }],
    ] as const) {
      expect((await admin.ask('POST', `/keys/${id}/${path}`, { body: sent })).status).toBe(409)
    }
    expect((await admin.ask('PATCH', `/keys/${id}`, { body: { name: 'x' } })).status).toBe(409)
  })
  it('are changed member by member, and null takes a member away', async () => {
    const { body } = await admin.ask('POST', '/keys', {
      body: { name: 'a', allow: { pools: ['support'] }, expiresAt: '2026-06-01T00:00:00+02:00' },
    })
    const changed = await admin.ask('PATCH', `/keys/${String(body['id'])}`, { body: { expiresAt: null, name: 'b' } })
    expect(changed.body).toMatchObject({ name: 'b', allow: { pools: ['support'] }, state: 'active' })
    expect(changed.body).not.toHaveProperty('expiresAt')
    const past = await admin.ask('PATCH', `/keys/${String(body['id'])}`, {
      body: { expiresAt: '2025-01-01T00:00:00Z' },
    })
    expect(errorOf(past).param).toBe('expiresAt')
    const raised = await admin.ask('PATCH', `/keys/${String(body['id'])}`, { body: { duty: { role: 'owner' } } })
    expect(raised.status).toBe(409)
  })
  it('leave the house one owner at least, also where two are taken away at once', async () => {
    const settings = admin.house.settings()
    const bare = { ...settings, keys: settings.keys.filter(({ id }) => id !== 'root') }
    const one = await admin.ask('POST', '/keys', { body: { duty: { role: 'owner' } } })
    const two = await admin.ask('POST', '/keys', { body: { duty: { role: 'owner' } } })
    await admin.close()
    admin = await openAdmin({ settings: bare })
    // The same records in a house whose file names no owner.
    for (const made of [one, two]) {
      const id = String(made.body['id'])
      const digest = (await import('node:crypto')).hash('sha256', String(made.body['secret']))
      const record = {
        id,
        prefix: '',
        digests: [{ digest }],
        origin: 'api',
        limits: [],
        createdAt: 0,
        duty: { role: 'owner' },
      }
      await admin.house.store.records.put(`tenancy/key/${id}`, record, 0)
    }
    const [first, second] = [String(one.body['secret']), String(two.body['secret'])]
    const both = await Promise.all([
      admin.ask('POST', `/keys/${String(one.body['id'])}/revoke`, { key: second }),
      admin.ask('POST', `/keys/${String(two.body['id'])}/revoke`, { key: first }),
    ])
    const states = both.map(({ status }) => status).sort()
    expect(states[0]).toBe(200)
    expect([401, 409]).toContain(states[1])
    const left = both[0]?.status === 200 ? two : one
    const key = String(left.body['secret'])
    const id = String(left.body['id'])
    for (const body of [{ duty: null }, { duty: { role: 'admin' } }, { expiresAt: '2026-02-01T00:00:00Z' }]) {
      expect((await admin.ask('PATCH', `/keys/${id}`, { key, body })).status).toBe(409)
    }
    expect((await admin.ask('GET', '/me', { key })).body['duty']).toEqual({ role: 'owner' })
  })
})

describe('limits', () => {
  const path = `/limits/${encodeURIComponent('team:filed-team usd month')}`
  const budget = { level: 'team', of: 'filed-team', measure: 'usd', amount: 5_000_000, per: 'month' }

  it('are set, told with how they stand, overridden for a while, reset and taken away', async () => {
    const made = await admin.ask('POST', '/limits', { body: budget })
    expect(made.body).toMatchObject({ id: 'team:filed-team usd month', kind: 'budget', window: 'calendar', hard: true })
    const told = await admin.ask('GET', path)
    expect(told.body['standing']).toMatchObject({ used: 0, reserved: 0, cap: 5_000_000 })
    const until = '2026-01-02T00:00:00Z'
    const over = await admin.ask('PUT', `${path}/override`, { body: { amount: 9, until } })
    expect(over.body['override']).toEqual({ amount: 9, until: '2026-01-02T00:00:00.000Z' })
    expect((await admin.ask('GET', path)).body['standing']).toMatchObject({ cap: 9 })
    expect((await admin.ask('DELETE', `${path}/override`)).body).not.toHaveProperty('override')
    expect((await admin.ask('POST', `${path}/reset`)).status).toBe(204)
    const softer = await admin.ask('PATCH', path, { body: { hard: false, soft: [0.8] } })
    expect(softer.body).toMatchObject({ hard: false, soft: [0.8], amount: 5_000_000 })
    expect((await admin.ask('POST', '/limits', { body: budget })).status).toBe(409)
    expect((await admin.ask('DELETE', path)).status).toBe(204)
    expect((await admin.ask('GET', path)).status).toBe(404)
    const actions = (await admin.audited()).map(one => one.action)
    const sets = ['create', 'override', 'end-override', 'reset', 'update', 'create', 'delete']
    expect(actions).toEqual(sets.map(one => `limit.${one}`))
  })
  it('must make sense', async () => {
    const wrong = [
      { ...budget, amount: 1.5 },
      { ...budget, amount: -1 },
      { ...budget, of: 'nobody' },
      { ...budget, zone: 'Mars/Olympus' },
      { ...budget, measure: 'concurrent' },
      { ...budget, level: 'tag', of: 'tier' },
      { ...budget, soft: [1.5] },
      { ...budget, per: 'fortnight' },
      { ...budget, of: 'x\ny' },
    ]
    for (const body of wrong) expect((await admin.ask('POST', '/limits', { body })).status).toBe(400)
    const late = { amount: 1, until: '2025-01-01T00:00:00Z' }
    await admin.ask('POST', '/limits', { body: budget })
    expect((await admin.ask('PUT', `${path}/override`, { body: late })).status).toBe(400)
  })
  it('of each subject of a level are reset for one of them', async () => {
    await admin.ask('POST', '/limits', { body: { level: 'run', of: '*', measure: 'usd', amount: 1, per: 'total' } })
    expect((await admin.ask('POST', `/limits/${encodeURIComponent('run:r1 usd total')}/reset`)).status).toBe(204)
    expect((await admin.ask('POST', `/limits/${encodeURIComponent('run:* usd total')}/reset`)).status).toBe(400)
    expect((await admin.ask('POST', `/limits/${encodeURIComponent('run:r1 usd day')}/reset`)).status).toBe(404)
  })
  it('go with the subject that they are of', async () => {
    await admin.ask('PUT', '/teams/t', { body: {} })
    await admin.ask('POST', '/limits', { body: { ...budget, of: 't' } })
    await admin.ask('DELETE', '/teams/t')
    expect((await admin.ask('GET', `/limits?level=team&of=t`)).body['data']).toEqual([])
  })
})

describe('the audit log', () => {
  it('has each change with who, what, before and after, and each refusal', async () => {
    await admin.ask('PUT', '/teams/search', { body: { name: 'one' } })
    await admin.ask('PUT', '/teams/search', { body: { name: 'two' } })
    await admin.ask('DELETE', '/teams/filed-team')
    await admin.ask('GET', '/teams', { key: dataSecret })
    await admin.ask('GET', '/teams', { key: 'sk-sb-admin-guessed-0000000000000' })
    const entries = await admin.audited()
    const who = { key: 'root', role: 'owner', address: '127.0.0.1' }
    expect(entries.map(({ action, object }) => `${action} ${object}`)).toEqual([
      'team.put team:search',
      'team.put team:search',
      'team.delete team:filed-team',
      'admin.enter GET /admin/api/v1/teams',
      'admin.enter GET /admin/api/v1/teams',
    ])
    expect(entries[0]).toMatchObject({ who, after: { name: 'one' } })
    expect(entries[1]).toMatchObject({ who, before: { name: 'one' }, after: { name: 'two' } })
    expect(entries[2]?.refused).toContain('read-only')
    expect(entries[3]).toMatchObject({ who: { key: 'plain', address: '127.0.0.1' } })
    expect(entries[3]?.refused).toContain('a key for models')
    expect(entries[4]?.refused).toContain('unauthenticated')
    expect(JSON.stringify(entries)).not.toContain('guessed')
  })
  it('gets what a process that died left to be written', async () => {
    const entry = { at: admin.clock.now(), who: {}, action: 'team.put', object: 'team:left', request: 'adm_dead' }
    await admin.house.store.records.put('admin/audit/adm_dead', entry, 0)
    expect(await admin.audited()).toEqual([])
    admin.clock.advance(60_001)
    expect(await admin.audited()).toMatchObject([{ object: 'team:left' }])
    expect(await admin.audited()).toHaveLength(1)
  })
  it('that cannot be written keeps what has to be written, and the change holds', async () => {
    const { append } = admin.house.audit
    const broken = admin.house.audit as { append: typeof append }
    broken.append = () => Promise.reject(new Error('no room'))
    expect((await admin.ask('PUT', '/teams/search', { body: {} })).status).toBe(201)
    expect(admin.alarms).toHaveLength(1)
    admin.alarms.length = 0
    broken.append = append
    admin.clock.advance(60_001)
    expect(await admin.audited()).toMatchObject([{ object: 'team:search' }])
  })
  it('is not filled by a flood at the door', async () => {
    for (let count = 0; count < 70; count += 1) await admin.ask('GET', '/me', { key: 'sk-sb-admin-wrong-000000000000' })
    expect(await admin.audited()).toHaveLength(60)
    admin.clock.advance(60_000)
    await admin.ask('GET', '/me', { key: 'sk-sb-admin-wrong-000000000000' })
    expect((await admin.audited()).at(-1)).toMatchObject({ after: { refusedAndNotTold: 10 } })
    expect((await admin.ask('GET', '/me', { key: rootSecret })).status).toBe(200)
  })
})

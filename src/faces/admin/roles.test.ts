/** Every operation of the admin API by every role in every place: who may, who may not, and what is seen of others. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAdmin } from '../../../test/admin-house.ts'
import type { OpenedAdmin } from '../../../test/admin-house.ts'
import { furnish, soundRequests } from '../../../test/admin-requests.ts'
import { tracesOf } from '../../../test/admin-traces.ts'
import type { Duty, Role } from '../../domain/caller.ts'
import { routes } from './routes.ts'

const roles: readonly Role[] = ['viewer', 'editor', 'admin', 'owner']
const scopes = {
  house: {},
  organisation: { organisation: 'acme' },
  team: { team: 'search' },
  'team in its organisation': { organisation: 'acme', team: 'search' },
  'other organisation': { organisation: 'other' },
  'other team': { team: 'foreign' },
  'sister team': { organisation: 'acme', team: 'ads' },
} as const
type Scope = keyof typeof scopes

const everywhere = Object.keys(scopes) as readonly Scope[]
const house: readonly Scope[] = ['house']
const within: readonly Scope[] = ['house', 'organisation', 'team', 'team in its organisation']
const above: readonly Scope[] = ['house', 'organisation']

/** The least role and the places from which it may be done, said once more and by hand. */
const rules: Readonly<Record<string, readonly [Role, readonly Scope[]]>> = {
  'me.get': ['viewer', everywhere],
  'health.get': ['viewer', house],
  'organisation.list': ['viewer', everywhere],
  'organisation.get': ['viewer', above],
  'organisation.put': ['admin', house],
  'organisation.delete': ['admin', house],
  'team.list': ['viewer', everywhere],
  'team.get': ['viewer', within],
  'team.put': ['admin', above],
  'team.delete': ['admin', above],
  'user.list': ['viewer', everywhere],
  'user.get': ['viewer', within],
  'user.put': ['admin', within],
  'user.delete': ['admin', within],
  'key.list': ['viewer', everywhere],
  'key.get': ['viewer', within],
  'key.create': ['editor', within],
  'key.update': ['editor', within],
  'key.rotate': ['editor', within],
  'key.revoke': ['editor', within],
  'limit.list': ['viewer', everywhere],
  'limit.create': ['editor', within],
  'limit.get': ['viewer', within],
  'limit.update': ['editor', within],
  'limit.delete': ['editor', within],
  'limit.reset': ['editor', within],
  'limit.override': ['editor', within],
  'limit.end-override': ['editor', within],
  'policy.list': ['viewer', house],
  'policy.get': ['viewer', house],
  'policy.versions': ['viewer', house],
  'policy.draft': ['editor', house],
  'policy.diff': ['viewer', house],
  'policy.dry-run': ['viewer', house],
  'policy.publish': ['editor', house],
  'policy.rollback': ['editor', house],
  'pool.list': ['viewer', everywhere],
  'pool.get': ['viewer', everywhere],
  'provider.list': ['viewer', house],
  'provider.get': ['viewer', house],
  'decision.list': ['viewer', everywhere],
  'decision.get': ['viewer', within],
  'usage.get': ['viewer', everywhere],
  'audit.list': ['admin', house],
  'audit.verify': ['admin', house],
}

let admin: OpenedAdmin
const keys = new Map<string, string>()

const usage = {
  asked: [] as unknown[],
  query(query: unknown) {
    this.asked.push(query)
    return (async function* () {})()
  },
}

beforeAll(async () => {
  admin = await openAdmin({ traces: tracesOf(4), usage })
  await furnish(admin)
  for (const role of roles) {
    for (const scope of everywhere) {
      const duty: Duty = { role, ...scopes[scope] }
      const made = await admin.ask('POST', '/keys', { body: { duty } })
      expect(made.status, made.text).toBe(201)
      keys.set(`${role} ${scope}`, String(made.body['secret']))
    }
  }
})
afterAll(() => admin.close())

const keyOf = (role: Role, scope: Scope): string => keys.get(`${role} ${scope}`) ?? ''

describe('the rules', () => {
  it('are there for every operation that is answered, and so is a sound request', () => {
    const answered = routes.map(({ operation }) => operation.name).sort()
    expect(Object.keys(rules).sort()).toEqual(answered)
    expect(Object.keys(soundRequests).sort()).toEqual(answered)
  })
})

describe.each(Object.entries(rules))('%s', (name, [least, from]) => {
  it.each(roles)('is done by a role of %s where it may and nowhere else', async role => {
    for (const scope of everywhere) {
      const prepare = soundRequests[name]
      if (prepare === undefined) throw new Error(`there is no request for ${name}`)
      const { method, path, body } = await prepare(admin)
      const told = await admin.ask(method, path, { key: keyOf(role, scope), ...(body !== undefined && { body }) })
      const may = roles.indexOf(role) >= roles.indexOf(least) && from.includes(scope)
      const where = `${role}, ${scope}: ${told.status} ${told.text.slice(0, 200)}`
      if (may) expect(told.status, where).toBeLessThan(300)
      else expect([403, 404], where).toContain(told.status)
    }
  })
})

describe('whoever holds a duty in a part of the house', () => {
  it('sees in lists nothing of the others', async () => {
    const { body } = await admin.ask('POST', '/keys', { body: { team: 'search', name: 'theirs' } })
    await admin.ask('POST', '/limits', {
      body: { level: 'team', of: 'search', measure: 'usd', amount: 1, per: 'day' },
    })
    for (const scope of ['other organisation', 'other team', 'sister team'] as const) {
      for (const list of ['/organisations', '/teams', '/users', '/keys', '/limits', '/decisions']) {
        const told = await admin.ask('GET', `${list}?limit=500`, { key: keyOf('owner', scope) })
        expect(told.status).toBe(200)
        expect(told.text, `${list}, ${scope}`).not.toContain('search')
        expect(told.text).not.toContain(String(body['id']))
      }
    }
    const own = await admin.ask('GET', '/keys?limit=500', { key: keyOf('viewer', 'team') })
    expect(own.text).toContain(String(body['id']))
  })
  it('gets usage of that part alone, whatever was asked for', async () => {
    const path = '/usage?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z'
    await admin.ask('GET', path, { key: keyOf('viewer', 'team in its organisation') })
    expect(usage.asked.at(-1)).toMatchObject({ where: { organisation: ['acme'], team: ['search'] } })
    const other = await admin.ask('GET', `${path}&where=team=foreign`, { key: keyOf('viewer', 'team') })
    expect(other.status).toBe(403)
  })
  it('gives nobody more than that, in role or in place', async () => {
    const given: readonly (readonly [Role, Scope, Duty, boolean])[] = [
      ['admin', 'house', { role: 'owner' }, false],
      ['admin', 'house', { role: 'admin' }, true],
      ['editor', 'house', { role: 'viewer' }, false],
      ['owner', 'organisation', { role: 'owner' }, false],
      ['owner', 'organisation', { role: 'owner', organisation: 'other' }, false],
      ['owner', 'organisation', { role: 'owner', team: 'foreign' }, false],
      ['owner', 'organisation', { role: 'viewer', team: 'search' }, true],
      ['admin', 'team', { role: 'admin', team: 'search' }, true],
      ['admin', 'team', { role: 'owner', team: 'search' }, false],
      ['admin', 'team', { role: 'viewer', organisation: 'acme' }, false],
    ]
    for (const [role, scope, duty, may] of given) {
      const body = { team: 'search', duty }
      const told = await admin.ask('POST', '/keys', { key: keyOf(role, scope), body })
      expect(told.status, `${role}, ${scope} gives ${JSON.stringify(duty)}: ${told.text}`).toBe(may ? 201 : 403)
    }
  })
  it('does not take over a key that may do more, though it lies within that part', async () => {
    const made = await admin.ask('POST', '/keys', { body: { team: 'search', duty: { role: 'owner' } } })
    const path = `/keys/${String(made.body['id'])}`
    for (const [verb, body] of [
      ['/rotate', { overlap: 0 }],
      ['/revoke', undefined],
    ] as const) {
      expect((await admin.ask('POST', `${path}${verb}`, { key: keyOf('owner', 'team'), body })).status).toBe(403)
      expect((await admin.ask('POST', `${path}${verb}`, { key: keyOf('admin', 'house'), body })).status).toBe(403)
    }
    const lowered = await admin.ask('PATCH', path, { key: keyOf('owner', 'team'), body: { duty: null } })
    expect(lowered.status).toBe(403)
  })
  it('does not raise the limits by which that part itself is bounded', async () => {
    const body = { level: 'organisation', of: 'acme', measure: 'usd', amount: 5, per: 'year' }
    expect((await admin.ask('POST', '/limits', { body })).status).toBe(201)
    const path = `/limits/${encodeURIComponent('organisation:acme usd year')}`
    const key = keyOf('owner', 'organisation')
    expect((await admin.ask('GET', path, { key })).status).toBe(200)
    expect((await admin.ask('PATCH', path, { key, body: { amount: 500 } })).status).toBe(403)
    expect((await admin.ask('POST', `${path}/reset`, { key })).status).toBe(403)
    expect((await admin.ask('DELETE', path, { key })).status).toBe(403)
    const every = { level: 'team', of: '*', measure: 'usd', amount: 5, per: 'year' }
    expect((await admin.ask('POST', '/limits', { key, body: every })).status).toBe(403)
    const pool = { ...every, level: 'pool', of: 'support' }
    expect((await admin.ask('POST', '/limits', { key, body: pool })).status).toBe(403)
    const below = { ...every, of: 'search' }
    expect((await admin.ask('POST', '/limits', { key, body: below })).status).toBe(201)
  })
})

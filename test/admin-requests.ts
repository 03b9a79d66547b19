/** One sound request for every operation of the admin API, and what each needs to be there. */
import { rootSecret } from './admin-house.ts'
import type { OpenedAdmin, Told } from './admin-house.ts'

export interface Sound {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

/** Makes what the request needs, as the owner, and tells the request. */
type Prepare = (admin: OpenedAdmin) => Promise<Sound>

const must = (told: Told): Told => {
  if (told.status >= 300) throw new Error(told.text)
  return told
}
const idOf = (told: Told): string => encodeURIComponent(String(must(told).body['id']))

const at =
  (method: string, path: string, body?: unknown): Prepare =>
  () =>
    Promise.resolve({ method, path, ...(body !== undefined && { body }) })

let names = 0
const fresh = (): string => `fresh-${(names += 1)}`

const withKey =
  (method: string, path: string, body?: unknown): Prepare =>
  async admin => {
    const id = idOf(await admin.ask('POST', '/keys', { key: rootSecret, body: { team: 'search' } }))
    return { method, path: `/keys/${id}${path}`, ...(body !== undefined && { body }) }
  }

const limited = async (admin: OpenedAdmin): Promise<string> => {
  const key = idOf(await admin.ask('POST', '/keys', { body: { team: 'search' } }))
  const body = { level: 'key', of: key, measure: 'usd', amount: 5, per: 'month' }
  return idOf(await admin.ask('POST', '/limits', { body }))
}
const withLimit =
  (method: string, path: string, body?: unknown): Prepare =>
  async admin => ({ method, path: `/limits/${await limited(admin)}${path}`, ...(body !== undefined && { body }) })

const policy = { steps: [{ use: 'capable' }, { use: 'cheap', with: { withoutFloor: true } }] }
const withPolicy =
  (method: string, path: string, body?: unknown): Prepare =>
  async admin => {
    const name = fresh()
    must(await admin.ask('POST', `/policies/${name}/versions`, { body: { policy } }))
    must(await admin.ask('POST', `/policies/${name}/versions`, { body: { policy, note: 'again' } }))
    must(await admin.ask('POST', `/policies/${name}/publish`, { body: { version: 1 } }))
    must(await admin.ask('POST', `/policies/${name}/publish`, { body: { version: 2 } }))
    return { method, path: `/policies/${name}${path}`, ...(body !== undefined && { body }) }
  }

/** By the operation's name. What belongs to somebody belongs to the team `search` of the organisation `acme`. */
export const soundRequests: Readonly<Record<string, Prepare>> = {
  'me.get': at('GET', '/me'),
  'health.get': at('GET', '/health'),
  'organisation.list': at('GET', '/organisations'),
  'organisation.get': at('GET', '/organisations/acme'),
  'organisation.put': at('PUT', '/organisations/acme', { name: 'Acme' }),
  'organisation.delete': async admin => {
    const id = fresh()
    must(await admin.ask('PUT', `/organisations/${id}`, { body: {} }))
    return { method: 'DELETE', path: `/organisations/${id}` }
  },
  'team.list': at('GET', '/teams'),
  'team.get': at('GET', '/teams/search'),
  'team.put': at('PUT', '/teams/search', { organisation: 'acme', name: 'Search' }),
  'team.delete': async admin => {
    const id = fresh()
    must(await admin.ask('PUT', `/teams/${id}`, { body: { organisation: 'acme' } }))
    return { method: 'DELETE', path: `/teams/${id}` }
  },
  'user.list': at('GET', '/users'),
  'user.get': at('GET', '/users/ada'),
  'user.put': at('PUT', '/users/ada', { team: 'search', metadata: { floor: '2' } }),
  'user.delete': async admin => {
    const id = fresh()
    must(await admin.ask('PUT', `/users/${id}`, { body: { team: 'search' } }))
    return { method: 'DELETE', path: `/users/${id}` }
  },
  'key.list': at('GET', '/keys?limit=500'),
  'key.get': withKey('GET', ''),
  'key.create': at('POST', '/keys', { team: 'search', allow: { pools: ['support'] } }),
  'key.update': withKey('PATCH', '', { name: 'ci', expiresAt: null }),
  'key.rotate': withKey('POST', '/rotate', { overlap: 60 }),
  'key.revoke': withKey('POST', '/revoke'),
  'limit.list': at('GET', '/limits?limit=500'),
  'limit.create': async admin => {
    const of = idOf(await admin.ask('POST', '/keys', { body: { team: 'search' } }))
    return {
      method: 'POST',
      path: '/limits',
      body: { level: 'key', of, measure: 'requests', amount: 1, per: 'minute' },
    }
  },
  'limit.get': withLimit('GET', ''),
  'limit.update': withLimit('PATCH', '', { amount: 7 }),
  'limit.delete': withLimit('DELETE', ''),
  'limit.reset': withLimit('POST', '/reset'),
  'limit.override': withLimit('PUT', '/override', { amount: 9, until: '2027-01-01T00:00:00Z' }),
  'limit.end-override': withLimit('DELETE', '/override'),
  'policy.list': at('GET', '/policies'),
  'policy.get': withPolicy('GET', ''),
  'policy.versions': withPolicy('GET', '/versions'),
  'policy.draft': withPolicy('POST', '/versions', { policy }),
  'policy.diff': withPolicy('GET', '/diff?from=1&to=2'),
  'policy.dry-run': withPolicy('POST', '/dry-run', { version: 1 }),
  'policy.publish': withPolicy('POST', '/publish', { version: 1 }),
  'policy.rollback': withPolicy('POST', '/rollback'),
  'pool.list': at('GET', '/pools'),
  'pool.get': at('GET', '/pools/support'),
  'provider.list': at('GET', '/providers'),
  'provider.get': at('GET', '/providers/openai'),
  'decision.list': at('GET', '/decisions'),
  'decision.get': at('GET', '/decisions/dec_1'),
  'usage.get': at('GET', '/usage?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&by=team,model'),
  'audit.list': at('GET', '/audit'),
  'audit.verify': at('GET', '/audit/verify'),
}

/** Organisation `acme` with the team `search` and the user `ada`, and others beside them. */
export const furnish = async (admin: OpenedAdmin): Promise<void> => {
  for (const organisation of ['acme', 'other'])
    must(await admin.ask('PUT', `/organisations/${organisation}`, { body: {} }))
  must(await admin.ask('PUT', '/teams/search', { body: { organisation: 'acme' } }))
  must(await admin.ask('PUT', '/teams/ads', { body: { organisation: 'acme' } }))
  must(await admin.ask('PUT', '/teams/foreign', { body: { organisation: 'other' } }))
  must(await admin.ask('PUT', '/users/ada', { body: { team: 'search' } }))
}

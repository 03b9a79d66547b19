/** A house with an admin API on a real port over a real SQLite file, with keys of every role, for tests. */
import { hash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deliverWaiting } from '../src/admin/change.ts'
import type { AdminHouse, AuditEntry } from '../src/admin/house.ts'
import { recordKey } from '../src/admin/tenancy-records.ts'
import { readConfig } from '../src/config/load.ts'
import type { IssuerConfig, Settings } from '../src/config/settings.ts'
import type { Caller } from '../src/domain/caller.ts'
import type { DecisionTrace } from '../src/domain/decision.ts'
import type { VirtualKey } from '../src/domain/tenancy.ts'
import { adminFace } from '../src/faces/admin/admin-face.ts'
import { compareDecisions, knownProviderTypes } from '../src/gateway.ts'
import { sqliteStore } from '../src/platform/stores/sqlite.ts'
import { memoryMeters } from '../src/platform/meters/memory.ts'
import { standingOf } from '../src/tenancy/standing.ts'
import { testClock } from './clock.ts'
import type { TestClock } from './clock.ts'

/** What stands in the configuration of the house. */
const written = `
providers: { openai: { type: openai, key: '\${PROVIDER_KEY}' } }
deployments:
  mini: { provider: openai, model: gpt-4o-mini }
  large: { provider: openai, model: gpt-4o }
pools:
  support: { candidates: [mini, large], policy: plain }
  secret: { candidates: [large] }
policies: { plain: { steps: [{ use: capable }, { use: priority }] } }
tenancy:
  organisations: { filed: { budget: { usd: 5, per: month } } }
  teams: { filed-team: { organisation: filed } }
keys:
  root: { value: '\${ROOT_KEY}', admin: true }
  plain: { value: '\${PLAIN_KEY}', team: filed-team }
store: { durable: memory }
`

export const rootSecret = 'sk-sb-admin-root-0123456789abcdef'
export const dataSecret = 'sk-sb-plain-0123456789abcdef'

const environment = { PROVIDER_KEY: 'sk-provider-0123456789', ROOT_KEY: rootSecret, PLAIN_KEY: dataSecret }

/** The settings that the house has. */
export const settingsOf = (text = written): Settings => {
  const read = readConfig(text, { file: 'test.yaml', env: environment, providerTypes: knownProviderTypes })
  if (!read.ok) throw new Error(read.findings.map(one => one.message).join('\n'))
  return read.settings
}

/** What the references of the file's keys stand for. */
const secrets = new Map([
  ['${ROOT_KEY}', rootSecret],
  ['${PLAIN_KEY}', dataSecret],
])

const digestOf = (secret: string): string => hash('sha256', secret)

export interface Told {
  readonly status: number
  readonly etag: string
  readonly text: string
  readonly headers: Headers
  /** The body as JSON; undefined where there is none. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface AskOptions {
  readonly key?: string | undefined
  readonly body?: unknown
  /** As it is, instead of `body`. */
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export interface OpenedAdmin {
  readonly house: AdminHouse
  readonly clock: TestClock
  readonly url: string
  readonly alarms: unknown[]
  /** How often the rest of the house was told to look anew. */
  changes(): number
  ask(method: string, path: string, options?: AskOptions): Promise<Told>
  audited(): Promise<readonly AuditEntry[]>
  close(): Promise<void>
}

interface AdminOptions {
  readonly issuers?: readonly IssuerConfig[]
  readonly traces?: readonly DecisionTrace[]
  readonly usage?: AdminHouse['usage']
  readonly settings?: Settings
}

/** The caller of a key that was made through the API, as a keyring would find it. */
const callerOf = ({ id, duty, team, organisation, user }: VirtualKey): Caller => ({
  key: id,
  ...(duty !== undefined && { duty }),
  ...(team !== undefined && { team }),
  ...(organisation !== undefined && { organisation }),
  ...(user !== undefined && { user }),
})

/** Opens it; the key with `rootSecret` is its owner. */
export const openAdmin = async (options: AdminOptions = {}): Promise<OpenedAdmin> => {
  const folder = mkdtempSync(join(tmpdir(), 'admin-'))
  const clock = testClock()
  const store = await sqliteStore(join(folder, 'state.db'), clock)
  const meters = memoryMeters(clock)
  const settings = options.settings ?? settingsOf()
  const alarms: unknown[] = []
  const traces = options.traces ?? []
  await store.journal.append(
    'decisions',
    traces.map(entry => ({ key: entry.decision.id, entry })),
  )
  let changes = 0
  const house: AdminHouse = {
    clock,
    store,
    settings: () => settings,
    audit: {
      append: entry => store.journal.append('audit', [{ entry }]),
      read: (after, limit) => store.journal.read('audit', after, limit),
      verify: () => Promise.resolve({ ok: true }),
    },
    mint: kind => {
      const secret = `sk-sb-${kind === 'admin' ? 'admin-' : ''}${randomBytes(32).toString('hex')}`
      return { secret, prefix: secret.slice(0, 12), digest: digestOf(secret) }
    },
    changed: () => {
      changes += 1
    },
    meters,
    standing: limits => standingOf(meters, limits),
    ...(options.usage !== undefined && { usage: options.usage }),
    running: {
      deployments: () => [{ id: 'mini', circuit: { state: 'closed' } }],
      parts: () => [store.health()],
      recent: count => Promise.resolve(traces.slice(-count)),
      decision: id => Promise.resolve(traces.find(one => one.decision.id === id)),
      words: () => 'in words',
      compare: compareDecisions,
    },
    alarm: (message, error) => alarms.push([message, error]),
  }
  const find = async (secret: string): Promise<Caller | undefined> => {
    const own = settings.keys.find(({ reference }) => secrets.get(reference) === secret)
    if (own !== undefined) return own.caller
    const page = await store.records.list<VirtualKey>(recordKey('key', ''), { limit: 100_000 })
    const now = clock.now()
    const found = page.find(({ value }) =>
      value.digests.some(({ digest, until }) => digest === digestOf(secret) && (until ?? Infinity) > now),
    )?.value
    if (found === undefined || found.revokedAt !== undefined || (found.expiresAt ?? Infinity) <= now) return undefined
    return callerOf(found)
  }
  const face = adminFace({
    house,
    find,
    secret: 'a secret of the house that nobody knows',
    issuers: () => options.issuers ?? [],
    readSecret: reference => Promise.resolve(reference),
  })
  const server = createServer((request, response) => {
    if (!face(request, response)) response.writeHead(418).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask: OpenedAdmin['ask'] = async (method, path, { key = rootSecret, body, raw, headers = {} } = {}) => {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(`${url}/admin/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== '' && { authorization: `Bearer ${key}` }),
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent as BodyInit }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type') === 'application/json'
    return {
      status: response.status,
      etag: response.headers.get('etag') ?? '',
      headers: response.headers,
      text,
      body: isJson ? (JSON.parse(text) as Told['body']) : {},
    }
  }
  return {
    house,
    clock,
    url,
    alarms,
    changes: () => changes,
    ask,
    audited: async () => {
      await deliverWaiting(house)
      return (await store.journal.read<AuditEntry>('audit', undefined, 10_000)).map(({ entry }) => entry)
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
      await meters.close()
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Real servers that tell their models, change their mind, die and come back. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testClock } from '../../test/clock.ts'
import type { TestClock } from '../../test/clock.ts'
import type { CredentialId, ProviderId } from '../domain/ids.ts'
import { millis } from '../domain/units.ts'
import type { ListedModel, ModelList } from '../ports/model-list.ts'
import { discoverModels } from './discover-models.ts'
import type { Discovery, KnownModels } from './discover-models.ts'
import { systemClock } from './process.ts'
import { undiciTransport } from './undici-transport.ts'
import type { UndiciTransport } from './undici-transport.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server on a port that stays the same while it dies and comes back. */
class ModelServer {
  readonly asked: { readonly url: string; readonly key: string | undefined }[] = []
  answer: Answer
  port = 0
  #server: Server | undefined

  constructor(answer: Answer) {
    this.answer = answer
  }

  get isUp(): boolean {
    return this.#server !== undefined
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      this.asked.push({ url: request.url ?? '', key: request.headers.authorization })
      this.answer(request, response)
    })
    await new Promise<void>(resolve => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.address() as AddressInfo).port
    this.#server = server
    return this
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    server?.closeAllConnections()
    if (server !== undefined) await new Promise(resolve => server.close(resolve))
  }
}

const models =
  (...ids: readonly string[]): Answer =>
  (_, response) =>
    void response.end(JSON.stringify({ data: ids.map(id => ({ id })) }))

const listAt = (server: ModelServer, id = 'local', about = false): ModelList => {
  const wire = (path: string) => ({
    method: 'GET' as const,
    url: `http://127.0.0.1:${server.port}${path}`,
    headers: [],
    body: '',
  })
  return {
    provider: id as ProviderId,
    credentials: [{ id: 'c' as CredentialId, reference: '${KEY}', weight: 1 }],
    request: wire('/v1/models'),
    authorize: (request, secret) => ({ ...request, headers: ['authorization', `Bearer ${secret}`] }),
    read: body => {
      if (!body.startsWith('{')) return { ok: false, why: 'no list' }
      const { data } = JSON.parse(body) as { data: readonly { id: string }[] }
      return { ok: true, value: data.map(one => ({ model: one.id })) }
    },
    ...(about && {
      about: (model: string) => wire(`/about/${model}`),
      readAbout: (listed: ListedModel, body: string) => ({
        ...listed,
        accepts: body === 'vision' ? (['image'] as const) : [],
      }),
    }),
  }
}

let clock: TestClock
let transport: UndiciTransport
let server: ModelServer
let discovery: Discovery
let said: string[]
let changes: KnownModels[]
const ids = (known: KnownModels, id = 'local') => known.get(id as ProviderId)?.map(({ model }) => model)

const make = (secret: () => Promise<string> = () => Promise.resolve('k3y')): Discovery =>
  discoverModels({
    transport,
    clock,
    secrets: { read: secret },
    tell: (level, message) => void said.push(`${level}: ${message}`),
    changed: known => void changes.push(known),
  })
/** Lets a minute pass, and waits for the round that falls due then. */
const nextRound = async (): Promise<void> => {
  const before = server.asked.length
  clock.advance(60_000)
  await discovery.refresh()
  if (server.isUp) expect(server.asked.length).toBeGreaterThan(before)
}

beforeEach(async () => {
  clock = testClock()
  transport = undiciTransport({ clock: systemClock() })
  said = []
  changes = []
  server = await new ModelServer(models('a', 'b')).start()
  discovery = make()
})
afterEach(async () => {
  discovery.close()
  await transport.close()
  await server.stop()
})

describe('models', () => {
  it('are known after the first round, asked for with the key of the provider', async () => {
    await discovery.watch([listAt(server)])
    expect(ids(discovery.known())).toEqual(['a', 'b'])
    expect(changes).toHaveLength(1)
    expect(said).toEqual(['info: local has a, b'])
    expect(server.asked).toEqual([{ url: '/v1/models', key: 'Bearer k3y' }])
  })
  it('come and go, each minute once, and nothing is said where nothing changed', async () => {
    await discovery.watch([listAt(server)])
    await nextRound()
    expect(changes).toHaveLength(1)
    server.answer = models('b', 'c')
    clock.advance(59_000)
    expect(server.asked).toHaveLength(2)
    await nextRound()
    expect(ids(discovery.known())).toEqual(['b', 'c'])
    expect(changes).toHaveLength(2)
    expect(said.slice(1)).toEqual(['info: local has c', 'info: local no longer has a'])
  })
  it('stay known while their server is dead, which is said once, and are asked for when it returns', async () => {
    await discovery.watch([listAt(server)])
    await server.stop()
    await nextRound()
    await nextRound()
    expect(ids(discovery.known())).toEqual(['a', 'b'])
    expect(changes).toHaveLength(1)
    expect(said.slice(1)).toEqual([
      expect.stringMatching(/^error: local does not tell its models: .*; the 2 known before stay$/),
    ])
    server.answer = models('a', 'b', 'c')
    await server.start()
    await nextRound()
    expect(ids(discovery.known())).toEqual(['a', 'b', 'c'])
    expect(said.slice(2)).toEqual(['info: local tells its models again', 'info: local has c'])
  })
  it('are found once a server comes that was not there at first', async () => {
    await server.stop()
    await discovery.watch([listAt(server)])
    expect(ids(discovery.known())).toBeUndefined()
    expect(said).toEqual([expect.stringMatching(/none is known$/)])
    await server.start()
    await nextRound()
    expect(ids(discovery.known())).toEqual(['a', 'b'])
  })
  it('of a server that answers nonsense, an error or for ever stay as they were', async () => {
    await discovery.watch([listAt(server)])
    const bad: readonly Answer[] = [
      (_, response) => void response.end('<html>'),
      (_, response) => void response.writeHead(503).end('{"data":[]}'),
      (_, response) => void response.end(' '.repeat(9 * 1024 * 1024)),
    ]
    for (const answer of bad) {
      server.answer = answer
      await nextRound()
      expect(ids(discovery.known())).toEqual(['a', 'b'])
    }
    const asked = new Promise<void>(resolve => {
      server.answer = () => resolve()
    })
    clock.advance(60_000)
    await asked
    clock.advance(3_000)
    await discovery.refresh()
    expect(ids(discovery.known())).toEqual(['a', 'b'])
    expect(changes).toHaveLength(1)
    expect(said.filter(one => one.startsWith('error'))).toHaveLength(1)
  })
  it('are asked for one by one where that tells more, new ones only', async () => {
    server.answer = (request, response) =>
      request.url === '/about/a' ? void response.end('vision') : models('a', 'b')(request, response)
    await discovery.watch([listAt(server, 'local', true)])
    expect(discovery.known().get('local' as ProviderId)).toEqual([
      { model: 'a', accepts: ['image'] },
      { model: 'b', accepts: [] },
    ])
    await nextRound()
    expect(server.asked.map(({ url }) => url)).toEqual(['/v1/models', '/about/a', '/about/b', '/v1/models'])
  })
  it('are not asked for without the key that they need, and that is said without it', async () => {
    discovery = make(() => Promise.reject(new Error('the environment variable KEY is not set')))
    await discovery.watch([listAt(server)])
    expect(server.asked).toEqual([])
    expect(said).toEqual([
      'error: local does not tell its models: the environment variable KEY is not set; none is known',
    ])
  })
})

describe('other lists', () => {
  it('take the place of those before; what is known of providers that stay is kept', async () => {
    const other = await new ModelServer(models('x')).start()
    await discovery.watch([listAt(server), listAt(other, 'other')])
    await server.stop()
    await discovery.watch([listAt(server)])
    expect([...discovery.known().keys()]).toEqual(['local'])
    expect(ids(discovery.known())).toEqual(['a', 'b'])
    const before = other.asked.length
    await nextRound()
    expect(other.asked).toHaveLength(before)
    await other.stop()
  })
  it('are not disturbed by an answer that was still under way', async () => {
    let finish = (): void => undefined
    const asked = new Promise<void>(resolve => {
      server.answer = (request, response) => {
        finish = () => models('late')(request, response)
        resolve()
      }
    })
    const first = discovery.watch([listAt(server)])
    await asked
    server.answer = models('new')
    const second = discovery.watch([listAt(server)])
    finish()
    await Promise.all([first, second])
    expect(ids(discovery.known())).toEqual(['new'])
    expect(changes).toHaveLength(1)
    expect(said).toEqual(['info: local has new'])
    expect(clock.waiting()).toBe(1)
  })
  it('can be none, and after the end nobody is asked', async () => {
    await discovery.watch([listAt(server)])
    discovery.close()
    clock.advance(600_000)
    expect(server.asked).toHaveLength(1)
    await discovery.watch([])
    expect(clock.waiting()).toBe(0)
  })
  it('wait no longer than they are told to', async () => {
    const quick = discoverModels({
      transport,
      clock,
      secrets: { read: () => Promise.resolve('') },
      every: millis(5_000),
      within: millis(10),
      tell: () => undefined,
      changed: () => undefined,
    })
    await quick.watch([listAt(server)])
    clock.advance(5_000)
    await quick.refresh()
    expect(server.asked).toHaveLength(2)
    quick.close()
  })
})

/** The loop that does things, with a network and a clock that the test moves. */
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../test/clock.ts'
import { fakeDialect, requestOf } from '../../test/fake-dialect.ts'
import type { Delivery } from '../domain/delivery.ts'
import type { RoutingDecision } from '../domain/decision.ts'
import type { Candidate } from '../domain/deployment.ts'
import type { Failure } from '../domain/failure.ts'
import type { GatewayEvent } from '../domain/gateway-event.ts'
import type {
  CredentialId,
  DecisionId,
  DeploymentId,
  DialectId,
  ModelId,
  ProviderId,
  SpanId,
  TraceId,
} from '../domain/ids.ts'
import type { ContentTrigger, Execution, Patience } from '../domain/policy.ts'
import type { ChatRequest } from '../domain/request.ts'
import { millis, tokens, unit } from '../domain/units.ts'
import type { Millis } from '../domain/units.ts'
import type { Transport, WireListener } from '../ports/transport.ts'
import { bearer } from '../providers/authorize.ts'
import { speak } from '../providers/speak.ts'
import { Dispatch } from './dispatch.ts'
import type { Hands } from './hands.ts'
import type { Lane } from './lane.ts'

const candidate = (id: string): Candidate => ({
  id: id as DeploymentId,
  provider: id as ProviderId,
  model: `model-${id}` as ModelId,
  dialect: 'fake' as DialectId,
  contextWindow: tokens(1000),
  accepts: ['text'],
  weight: 1,
  priority: 1,
  limits: {},
  tags: {},
  quality: {},
})

const patience: Patience = {
  maxAttempts: 3,
  retriesPerCandidate: 0,
  maxWait: millis(2000),
  connect: millis(1000),
  firstToken: millis(8000),
  whole: millis(20_000),
  idle: millis(5000),
  total: millis(60_000),
}

/** One exchange, told by the test what the upstream does. */
interface Wire {
  readonly url: string
  readonly key: string
  header(name: string): string | undefined
  readonly listener: WireListener
  isStopped: boolean
  isPaused: boolean
  say(...words: readonly string[]): void
}

interface Scene {
  readonly wires: Wire[]
  readonly deliveries: Delivery[]
  readonly began: Lane[]
  readonly endings: (Failure | undefined)[]
  readonly events: GatewayEvent[]
  readonly dispatch: Dispatch
  readonly clock: ReturnType<typeof testClock>
  readonly words: () => string
  /** What the outlet answers to a delivery. */
  open: boolean
}

interface Plan {
  readonly ids?: readonly string[]
  readonly patience?: Partial<Patience>
  readonly execution?: Execution<Millis>
  readonly request?: Partial<ChatRequest>
  readonly credentials?: readonly string[]
  readonly fallbackOn?: readonly ContentTrigger[]
  readonly secrets?: (reference: string) => Promise<string>
  readonly mayRetry?: (id: string) => boolean
  readonly mayAskSeveral?: () => boolean
  readonly staysWithFirst?: boolean
}

const scene = async (plan: Plan = {}): Promise<Scene> => {
  const clock = testClock()
  const ids = plan.ids ?? ['a', 'b', 'c']
  const wires: Wire[] = []
  const transport: Transport = {
    send: ({ url, headers }, listener) => {
      const encoder = new TextEncoder()
      const wire: Wire = {
        url,
        key: headers[headers.indexOf('authorization') + 1] ?? '',
        header: name => (headers.includes(name) ? headers[headers.indexOf(name) + 1] : undefined),
        listener,
        isStopped: false,
        isPaused: false,
        say: (...words) => {
          for (const word of words) listener.data(encoder.encode(`data: ${word}\n\n`))
        },
      }
      wires.push(wire)
      return {
        pause: () => void (wire.isPaused = true),
        resume: () => void (wire.isPaused = false),
        stop: () => void (wire.isStopped = true),
      }
    },
  }
  const limits: Patience = { ...patience, ...plan.patience }
  const decision: RoutingDecision = {
    id: 'd' as DecisionId,
    policy: { name: 'p', version: '1' },
    ranked: ids.map(id => ({ candidate: candidate(id), excluded: false, tier: 0, reasons: [] })),
    excluded: [],
    propensity: {},
    decidedBy: 'tie',
    confidence: unit(1),
    seed: 's',
    execution: plan.execution ?? { mode: 'fallback' },
    patience: limits,
    fallbackOn: plan.fallbackOn ?? [],
    midStream: 'error',
  }
  const adapters = new Map(
    ids.map(id => {
      const credentials = (plan.credentials ?? ['k1']).map(key => ({
        id: key as CredentialId,
        reference: key,
        weight: 1,
      }))
      const settings = { id: id as ProviderId, credentials, version: '0' }
      const url = `http://${id}.test`
      return [id, speak({ settings, system: id, dialect: fakeDialect, url, path: '/chat', authorize: bearer })] as const
    }),
  )
  const made = {
    wires,
    clock,
    deliveries: [] as Delivery[],
    began: [] as Lane[],
    endings: [] as (Failure | undefined)[],
    events: [] as GatewayEvent[],
    open: true,
  }
  let spans = 0
  const hands: Hands = {
    request: requestOf({ stream: true, ...plan.request }),
    clock,
    transport,
    secrets: { read: plan.secrets ?? (async reference => `secret-${reference}`) },
    patience: limits,
    refusalFails: decision.fallbackOn.includes('refusal'),
    adapter: provider => adapters.get(provider),
    priceOf: () => undefined,
    credential: (adapter, _candidate, except) => adapter.credentials.find(one => !except.includes(one.id)),
    credentialsLeft: (adapter, _candidate, except) =>
      adapter.credentials.filter(one => !except.includes(one.id)).length,
    isOpen: () => false,
    mayRetry: ({ id }) => plan.mayRetry?.(id) ?? true,
    mayAskSeveral: plan.mayAskSeveral ?? (() => true),
    staysWithFirst: plan.staysWithFirst ?? false,
    resting: () => ({ kind: 'upstream-credential', message: 'all rest' }),
    span: () => `span-${spans++}` as SpanId,
    draw: () => 0.5,
    tell: event => void made.events.push(event),
  }
  const dispatch = new Dispatch(decision, hands, {
    begin: lane => void made.began.push(lane),
    deliver: delivery => {
      made.deliveries.push(delivery)
      return all.open
    },
    end: failure => void made.endings.push(failure),
    goOn: () => undefined,
    opened: () => undefined,
    drained: () => undefined,
  })
  const words = (): string =>
    made.deliveries
      .flatMap(({ events }) => events ?? [])
      .map(one => (one.type === 'text-delta' ? one.text : ''))
      .join(' ')
  const all: Scene = Object.assign(made, { dispatch, words })
  dispatch.start()
  await settle()
  return all
}

const streaming = { status: 200, headers: { 'content-type': 'text/event-stream' } }
const failing = (status: number, body = '{}', headers = {}) => ({ status, headers, body })
const answerWith = ({ listener }: Wire, { status, headers, body }: ReturnType<typeof failing>): void => {
  listener.head({ status, headers })
  listener.data(new TextEncoder().encode(body))
  listener.end()
}

describe('one candidate that answers', () => {
  it('serves, and ends once', async () => {
    const one = await scene()
    const [wire] = one.wires
    wire?.listener.head(streaming)
    wire?.say('hello', 'world', '.')
    expect(one.words().trim()).toBe('hello world')
    expect(one.endings).toEqual([undefined])
    expect(one.began.map(lane => lane.candidate.id)).toEqual(['a'])
    expect(one.dispatch.attempts).toMatchObject([
      { index: 0, kind: 'primary', committed: true, size: 10, url: 'http://a.test/chat' },
    ])
    expect(one.dispatch.attempts[0]).not.toHaveProperty('failure')
  })

  it('leaves the connection to end by itself for a moment, then closes it', async () => {
    const one = await scene()
    const [wire] = one.wires
    wire?.listener.head(streaming)
    wire?.say('hello', '.')
    expect(wire?.isStopped).toBe(false)
    one.clock.advance(1000)
    expect(wire?.isStopped).toBe(true)
  })

  it('leaves no timer behind where the upstream ended properly', async () => {
    const one = await scene()
    one.wires[0]?.listener.head(streaming)
    one.wires[0]?.say('hello', '.')
    one.wires[0]?.listener.end()
    expect(one.clock.waiting()).toBe(0)
    expect(one.endings).toEqual([undefined])
  })
})

describe('a candidate that fails before content', () => {
  const falls: readonly (readonly [string, (wire: Wire) => void, string])[] = [
    ['a server error', wire => answerWith(wire, failing(500)), 'upstream-overloaded'],
    ['a page in place of JSON', wire => answerWith(wire, failing(200, '<html>sorry</html>')), 'upstream-garbled'],
    ['a refused key', wire => answerWith(wire, failing(401)), 'upstream-credential'],
    [
      'an unreachable host',
      ({ listener }) => listener.error({ kind: 'connect', message: 'refused' }),
      'upstream-unreachable',
    ],
    [
      'a slow connection',
      ({ listener }) => listener.error({ kind: 'connect-timeout', message: 'slow' }),
      'upstream-timeout',
    ],
    [
      'a stream that breaks off',
      ({ listener }) => {
        listener.head(streaming)
        listener.error({ kind: 'closed', message: 'reset' })
      },
      'upstream-unreachable',
    ],
    [
      'a stream that ends without a word',
      wire => {
        wire.listener.head(streaming)
        wire.say('.')
      },
      'upstream-garbled',
    ],
    [
      'a failure told inside the stream',
      wire => {
        wire.listener.head(streaming)
        wire.say('!overloaded_error')
      },
      'upstream-overloaded',
    ],
  ]
  it.each(falls)('%s: the next one serves unseen', async (_what, fall, kind) => {
    const one = await scene()
    const [first] = one.wires
    if (first !== undefined) fall(first)
    await settle()
    expect(one.deliveries).toEqual([])
    expect(one.began).toEqual([])
    expect(one.wires.map(({ url }) => url)).toEqual(['http://a.test/chat', 'http://b.test/chat'])
    one.wires[1]?.listener.head(streaming)
    one.wires[1]?.say('from b', '.')
    expect(one.words().trim()).toBe('from b')
    expect(one.endings).toEqual([undefined])
    expect(one.dispatch.attempts).toMatchObject([
      { index: 0, committed: false, failure: { kind } },
      { index: 1, committed: true, kind: 'fallback', trigger: kind },
    ])
  })

  it('ends with the last failure when all have failed', async () => {
    const one = await scene()
    for (const at of [0, 1, 2]) {
      const wire = one.wires[at]
      if (wire !== undefined) answerWith(wire, failing(500, `{"error":{"message":"no ${at}"}}`))
      await settle()
    }
    expect(one.endings).toMatchObject([{ kind: 'upstream-overloaded' }])
    expect(one.endings[0]?.message).toContain('no 2')
    expect(one.began).toEqual([])
    expect(one.clock.waiting()).toBe(0)
  })

  it('is asked again with its other key', async () => {
    const one = await scene({ credentials: ['k1', 'k2'] })
    const [first] = one.wires
    if (first !== undefined) answerWith(first, failing(401))
    await settle()
    expect(one.wires.map(({ url, key }) => [url, key])).toEqual([
      ['http://a.test/chat', 'Bearer secret-k1'],
      ['http://a.test/chat', 'Bearer secret-k2'],
    ])
  })

  it('is asked with one key after another, within the attempts that there are', async () => {
    const three = { ids: ['a'], credentials: ['k1', 'k2', 'k3'] }
    const refuseAll = async (plan: Plan): Promise<Scene> => {
      const one = await scene(plan)
      for (const status of [401, 402, 403, 401]) {
        const last = one.wires.at(-1)
        if (last !== undefined && one.endings.length === 0) answerWith(last, failing(status))
        await settle()
      }
      return one
    }
    const all = await refuseAll({ ...three, patience: { maxAttempts: 9 } })
    expect(all.wires.map(({ key }) => key)).toEqual(['Bearer secret-k1', 'Bearer secret-k2', 'Bearer secret-k3'])
    expect(all.endings).toHaveLength(1)
    const two = await refuseAll({ ...three, patience: { maxAttempts: 2 } })
    expect(two.wires.map(({ key }) => key)).toEqual(['Bearer secret-k1', 'Bearer secret-k2'])
    expect(two.endings).toMatchObject([{ kind: 'upstream-quota' }])
  })

  it('is left where its secret cannot be read, which is never told', async () => {
    const one = await scene({
      ids: ['a', 'b'],
      secrets: async () => Promise.reject(new Error('the variable A_KEY is not set')),
    })
    expect(one.wires).toEqual([])
    expect(one.endings).toMatchObject([{ kind: 'upstream-credential' }])
    expect(one.endings[0]?.message).toContain('A_KEY is not set')
  })

  it('is told of once where its secret cannot be read after the client has left', async () => {
    const { promise, reject } = Promise.withResolvers<string>()
    const one = await scene({ secrets: () => promise })
    one.dispatch.abort()
    reject(new Error('the file is gone'))
    await settle()
    expect(one.events.map(({ type }) => type)).toEqual(['attempt-started', 'attempt-ended'])
    expect(one.dispatch.attempts).toMatchObject([{ failure: { kind: 'cancelled' } }])
  })

  it('is not asked again once the retries of its pool are used up, and nobody else who failed last', async () => {
    const answeredWell = new Set(['c'])
    const one = await scene({ patience: { retriesPerCandidate: 1 }, mayRetry: id => answeredWell.has(id) })
    if (one.wires[0] !== undefined) answerWith(one.wires[0], failing(503))
    await settle()
    expect(one.wires.map(({ url }) => url)).toEqual(['http://a.test/chat', 'http://c.test/chat'])
    answeredWell.clear()
    if (one.wires[1] !== undefined) answerWith(one.wires[1], failing(503))
    await settle()
    expect(one.endings).toMatchObject([{ kind: 'upstream-overloaded' }])
  })

  it('waits for a retry, and an abort takes the wait back', async () => {
    const one = await scene({ patience: { retriesPerCandidate: 1 } })
    const [first] = one.wires
    if (first !== undefined) answerWith(first, failing(503))
    await one.clock.pass(100)
    expect(one.wires).toHaveLength(1)
    one.dispatch.abort()
    await one.clock.pass(10_000)
    expect(one.wires).toHaveLength(1)
    expect(one.endings).toMatchObject([{ kind: 'cancelled' }])
    expect(one.clock.waiting()).toBe(0)
  })
})

describe('before anything was shown', () => {
  it('a stream that stops without a word was no answer, and the next one is asked', async () => {
    const one = await scene()
    one.wires[0]?.listener.head(streaming)
    one.wires[0]?.listener.data(new TextEncoder().encode(': a moment\n\n'))
    one.wires[0]?.listener.end()
    await settle()
    expect(one.dispatch.attempts).toMatchObject([{ failure: { kind: 'upstream-garbled' } }])
    expect(one.wires).toHaveLength(2)
  })
  it('what is streamed unasked to whoever waits for the whole may break off, and the next one answers', async () => {
    const one = await scene({ request: { stream: false } })
    one.wires[0]?.listener.head(streaming)
    one.wires[0]?.say('some')
    expect(one.began).toEqual([])
    one.wires[0]?.listener.end()
    await settle()
    expect(one.dispatch.attempts).toMatchObject([{ committed: false, failure: { kind: 'stream-broken' } }])
    answerWith(one.wires[1]!, failing(200, '{"text":"other"}', { 'content-type': 'application/json' }))
    expect([one.words().trim(), one.endings]).toEqual(['other', [undefined]])
  })
})

describe('after content', () => {
  const opened = async (plan?: Plan): Promise<Scene> => {
    const one = await scene(plan)
    one.wires[0]?.listener.head(streaming)
    one.wires[0]?.say('some')
    return one
  }
  it('a broken stream ends as a failure and nobody else is asked', async () => {
    const one = await opened()
    one.wires[0]?.listener.error({ kind: 'closed', message: 'reset' })
    await settle()
    expect(one.endings).toMatchObject([{ kind: 'stream-broken' }])
    expect(one.wires).toHaveLength(1)
    expect(one.dispatch.attempts).toMatchObject([{ committed: true, failure: { kind: 'stream-broken' }, size: 4 }])
  })
  it('an early end is no clean end', async () => {
    const one = await opened()
    one.wires[0]?.listener.end()
    expect(one.endings).toMatchObject([{ kind: 'stream-broken' }])
    expect(one.deliveries.flatMap(({ events }) => events ?? []).map(({ type }) => type)).not.toContain('response-end')
  })
  it('a failure told inside the stream is the ending, not a piece of the answer', async () => {
    const one = await opened()
    one.wires[0]?.say('!overloaded_error')
    expect(one.endings).toMatchObject([{ kind: 'upstream-overloaded' }])
    expect(one.deliveries.flatMap(({ events }) => events ?? []).map(({ type }) => type)).toEqual(['text-delta'])
  })
  it('silence breaks it', async () => {
    const one = await opened()
    await one.clock.pass(4999)
    expect(one.endings).toEqual([])
    await one.clock.pass(1)
    expect(one.endings).toMatchObject([{ kind: 'upstream-timeout' }])
    expect(one.wires[0]?.isStopped).toBe(true)
  })
  it('any byte keeps it alive', async () => {
    const one = await opened()
    for (let times = 0; times < 5; times++) {
      await one.clock.pass(4000)
      one.wires[0]?.listener.data(new TextEncoder().encode(': ping\n\n'))
    }
    expect(one.endings).toEqual([])
  })
  it('a client that is slow is waited for', async () => {
    const one = await scene()
    one.open = false
    one.wires[0]?.listener.head(streaming)
    one.wires[0]?.say('some')
    expect(one.wires[0]?.isPaused).toBe(true)
    await one.clock.pass(20_000)
    expect(one.endings).toEqual([])
    one.open = true
    one.dispatch.resume()
    expect(one.wires[0]?.isPaused).toBe(false)
    await one.clock.pass(5000)
    expect(one.endings).toMatchObject([{ kind: 'upstream-timeout' }])
  })
  it('an abort closes the socket at once and nothing is told any more', async () => {
    const one = await opened()
    one.dispatch.abort()
    expect(one.wires[0]?.isStopped).toBe(true)
    one.wires[0]?.say('more', '.')
    expect(one.words().trim()).toBe('some')
    expect(one.endings).toMatchObject([{ kind: 'cancelled' }])
    expect(one.dispatch.attempts).toMatchObject([{ failure: { kind: 'cancelled' }, committed: true }])
    one.dispatch.abort()
    expect(one.endings).toHaveLength(1)
  })
})

describe('deadlines', () => {
  it('a stream without content in time is left for the next', async () => {
    const one = await scene()
    one.wires[0]?.listener.head(streaming)
    await one.clock.pass(8000)
    expect(one.wires).toHaveLength(2)
    expect(one.wires[0]?.isStopped).toBe(true)
    expect(one.dispatch.attempts).toMatchObject([{ failure: { kind: 'upstream-timeout' } }])
  })
  it('a whole answer has a longer one of its own', async () => {
    const one = await scene({ request: { stream: false } })
    await one.clock.pass(19_999)
    expect(one.wires).toHaveLength(1)
    await one.clock.pass(1)
    expect(one.wires).toHaveLength(2)
  })
  it('the total ends everything, also what streams well', async () => {
    const one = await scene()
    one.wires[0]?.listener.head(streaming)
    for (let second = 0; second < 60; second++) {
      one.wires[0]?.say('word')
      await one.clock.pass(1000)
    }
    expect(one.endings).toMatchObject([{ kind: 'upstream-timeout', message: 'no whole answer within 60 s' }])
    expect(one.clock.waiting()).toBe(0)
  })
})

describe('several lanes', () => {
  it('race: the first content wins, the others are stopped at their sockets and recorded', async () => {
    const one = await scene({ execution: { mode: 'race', width: 3 } })
    expect(one.wires.map(({ url }) => url)).toEqual(['http://a.test/chat', 'http://b.test/chat', 'http://c.test/chat'])
    for (const wire of one.wires) wire.listener.head(streaming)
    one.wires[1]?.say('from b')
    expect(one.wires.map(({ isStopped }) => isStopped)).toEqual([true, false, true])
    one.wires[1]?.say('.')
    expect(one.words().trim()).toBe('from b')
    expect(one.endings).toEqual([undefined])
    const made = [...one.dispatch.attempts].sort((left, right) => left.index - right.index)
    expect(made.map(({ kind, failure }) => [kind, failure?.kind])).toEqual([
      ['primary', 'cancelled'],
      ['race', undefined],
      ['race', 'cancelled'],
    ])
  })
  it('race: goes on with those that are left, and to the next move when none is', async () => {
    const one = await scene({ ids: ['a', 'b', 'c'], execution: { mode: 'race', width: 2 } })
    if (one.wires[0] !== undefined) answerWith(one.wires[0], failing(500))
    await settle()
    expect(one.wires).toHaveLength(2)
    if (one.wires[1] !== undefined) answerWith(one.wires[1], failing(500))
    await settle()
    expect(one.wires.map(({ url }) => url)).toEqual(['http://a.test/chat', 'http://b.test/chat', 'http://c.test/chat'])
  })
  it('race: lanes that fail at once do not open the rest twice', async () => {
    const one = await scene({ execution: { mode: 'race', width: 2 }, credentials: [] })
    expect(one.dispatch.attempts.map(({ candidate: { id } }) => id)).toEqual(['a', 'b', 'c'])
    expect(one.endings).toMatchObject([{ kind: 'upstream-credential' }])
  })
  it('race: every lane counts as an attempt, and a lane that lost tells when it was sent', async () => {
    const one = await scene({ execution: { mode: 'race', width: 3 } })
    for (const { listener } of one.wires.slice(0, 2)) listener.sent?.()
    one.wires[0]?.listener.head(streaming)
    one.wires[0]?.say('from a', '.')
    expect(one.dispatch.begun).toBe(3)
    const made = [...one.dispatch.attempts].sort((left, right) => left.index - right.index)
    expect(made.map(({ sentAt }) => sentAt !== undefined)).toEqual([true, true, false])
  })
  it('race: is none for what must not be done twice', async () => {
    const one = await scene({ execution: { mode: 'race', width: 3 }, mayAskSeveral: () => false })
    expect(one.wires).toHaveLength(1)
  })
  it('race: the word of one that finds the request at fault is the last, unless somebody answers', async () => {
    const one = await scene({ execution: { mode: 'race', width: 2 } })
    if (one.wires[0] !== undefined) answerWith(one.wires[0], failing(400, '{"error":{"message":"no such field"}}'))
    await settle()
    expect(one.endings).toEqual([])
    if (one.wires[1] !== undefined) answerWith(one.wires[1], failing(500))
    await settle()
    expect(one.wires).toHaveLength(2)
    expect(one.endings).toMatchObject([{ kind: 'upstream-invalid' }])
  })
  it('hedge: a first that fails early is not waited for, and not asked again before the second', async () => {
    const hedge = { mode: 'hedge', after: millis(300) } as const
    const one = await scene({ execution: hedge, patience: { retriesPerCandidate: 1 } })
    await one.clock.pass(50)
    if (one.wires[0] !== undefined) answerWith(one.wires[0], failing(503))
    await settle()
    expect(one.wires.map(({ url }) => url)).toEqual(['http://a.test/chat', 'http://b.test/chat'])
    await one.clock.pass(300)
    expect(one.wires.map(({ url }) => url)).toEqual(['http://a.test/chat', 'http://b.test/chat', 'http://c.test/chat'])
    await one.clock.pass(10_000)
    expect(one.dispatch.begun).toBe(3)
  })
  it("hedge: what becomes of the first after the second has begun is nobody's wait", async () => {
    const one = await scene({ execution: { mode: 'hedge', after: millis(300) } })
    await one.clock.pass(300)
    if (one.wires[0] !== undefined) answerWith(one.wires[0], failing(503))
    await settle()
    expect(one.wires).toHaveLength(2)
    one.wires[1]?.listener.head(streaming)
    one.wires[1]?.say('from b', '.')
    expect(one.dispatch.attempts).toMatchObject([
      { kind: 'primary', failure: { kind: 'upstream-overloaded' } },
      { kind: 'hedge', committed: true },
    ])
    expect(one.clock.waiting()).toBe(1)
  })
  it('hedge: the second starts only when the first is late', async () => {
    const one = await scene({ execution: { mode: 'hedge', after: millis(300) } })
    await one.clock.pass(299)
    expect(one.wires).toHaveLength(1)
    await one.clock.pass(1)
    expect(one.wires).toHaveLength(2)
    one.wires[0]?.listener.head(streaming)
    one.wires[0]?.say('from a', '.')
    expect(one.wires[1]?.isStopped).toBe(true)
    expect(one.words().trim()).toBe('from a')
  })
  it.each([
    ['the cap has no room any more', { mayAskSeveral: [true, false] }],
    ['it has failed meanwhile and the pool has no retries left', { mayRetry: [true, true, false] }],
  ] as const)('hedge: the second is not asked where %s', async (_, told) => {
    const [several, retry] = [
      'mayAskSeveral' in told ? [...told.mayAskSeveral] : [],
      'mayRetry' in told ? [...told.mayRetry] : [],
    ]
    const execution = { mode: 'hedge', after: millis(300) } as const
    const one = await scene({
      execution,
      mayAskSeveral: () => several.shift() ?? true,
      mayRetry: () => retry.shift() ?? true,
    })
    await one.clock.pass(1_000)
    expect(one.wires).toHaveLength(1)
    if (one.wires[0] !== undefined) answerWith(one.wires[0], failing(503))
    await settle()
    // Its failure is another matter: then somebody has to be asked.
    expect(one.wires).toHaveLength(2)
  })
  it('hedge: a first that is quick enough stays alone', async () => {
    const one = await scene({ execution: { mode: 'hedge', after: millis(300) } })
    one.wires[0]?.listener.head(streaming)
    one.wires[0]?.say('from a')
    await one.clock.pass(1000)
    expect(one.wires).toHaveLength(1)
  })
})

describe('a client that waits for the whole', () => {
  it('is not kept waiting by an upstream that never ends: past 64 MiB the next one answers', async () => {
    const one = await scene({ ids: ['a', 'b'], request: { stream: false } })
    const [first] = one.wires
    first?.listener.head(streaming)
    for (let sent = 0; sent <= 64 && first?.isStopped === false; sent++) first.say('x'.repeat(1024 * 1024))
    expect(first?.isStopped).toBe(true)
    expect(one.deliveries).toEqual([])
    await settle()
    one.wires[1]?.listener.head(streaming)
    one.wires[1]?.say('from b', '.')
    expect(one.dispatch.attempts.map(({ failure }) => failure?.message)).toEqual([
      'a answered with more than 64 MiB',
      undefined,
    ])
    expect(one.words().trim()).toBe('from b')
  })
})

describe('the trace', () => {
  it('goes on to each upstream, whose parent is its own attempt', async () => {
    const trace = { traceId: '0af7651916cd43dd8448eb211c80319c' as TraceId, sampled: true, state: 'vendor=1' }
    const one = await scene({ ids: ['a', 'b'], request: { trace } })
    if (one.wires[0] !== undefined) answerWith(one.wires[0], failing(500))
    await settle()
    const told = one.wires.map(({ header }) => [header('traceparent'), header('tracestate')])
    expect(told).toEqual([
      ['00-0af7651916cd43dd8448eb211c80319c-span-0-01', 'vendor=1'],
      ['00-0af7651916cd43dd8448eb211c80319c-span-1-01', 'vendor=1'],
    ])
  })
})

describe('what is told', () => {
  it('of each attempt: that it started, that it was answered, how it ended', async () => {
    const one = await scene({ ids: ['a', 'b'] })
    if (one.wires[0] !== undefined) answerWith(one.wires[0], failing(429, '{}', { 'retry-after': '30' }))
    await settle()
    one.wires[1]?.listener.head(streaming)
    one.wires[1]?.say('x', '.')
    expect(one.events.map(({ type }) => type)).toEqual([
      'attempt-started',
      'attempt-answered',
      'attempt-ended',
      'attempt-started',
      'attempt-answered',
      'attempt-spoke',
      'attempt-ended',
    ])
    expect(one.dispatch.attempts[0]).toMatchObject({ credential: 'k1', failure: { retryAfter: 30_000 } })
  })
})

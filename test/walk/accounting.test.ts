/** The accounting identity: what attempts cost, what requests cost, what every level's counter says and what upstreams count is one sum. */
import { expect, it } from 'vitest'
import { VirtualClock } from '../../benchmarks/drill/virtual-clock.ts'
import { readConfig } from '../../src/config/load.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { Caller } from '../../src/domain/caller.ts'
import type { GatewayEvent, Settled } from '../../src/domain/gateway-event.ts'
import type { RequestId, SpanId, TraceId } from '../../src/domain/ids.ts'
import type { Window } from '../../src/domain/limit.ts'
import { createGateway, knownProviderTypes } from '../../src/gateway.ts'
import { memoryMeters } from '../../src/platform/meters/memory.ts'
import { memoryStore } from '../../src/platform/stores/memory.ts'
import type { Exchange, Transport, WireListener } from '../../src/ports/transport.ts'
import { chanceOf } from '../chance.ts'
import type { Chance } from '../chance.ts'

const requests = Number(process.env['REQUESTS'] ?? 200_000)
const atOnce = 200

/** Whole millionths a token, so that the upstream's own sum needs no rounding. */
const prices = { dear: [3, 15], fair: [1, 4], free: [0, 0] } as const
type Place = keyof typeof prices
const places = Object.keys(prices) as readonly Place[]

const text = [
  'providers:',
  ...places.map(id => `  ${id}-house: { type: openai-compatible, url: 'http://${id}.test/v1', key: '\${UP_KEY}' }`),
  'deployments:',
  ...places.map(
    id =>
      `  ${id}: { provider: ${id}-house, model: ${id}, contextWindow: 4000, maxOutput: 400, accepts: [text], price: { input: ${prices[id][0]}, output: ${prices[id][1]} } }`,
  ),
  'pools:',
  '  plain: { candidates: [dear, fair, free], policy: plain }',
  '  raced: { candidates: [dear, fair, free], policy: raced }',
  '  hedged: { candidates: [fair, dear, free], policy: hedged }',
  'policies:',
  ...['plain', 'raced', 'hedged'].flatMap(name => [
    `  ${name}:`,
    '    steps: [{ use: healthy }, { use: random }]',
    ...(name === 'raced' ? ['    execution: { mode: race, width: 2 }'] : []),
    ...(name === 'hedged' ? ['    execution: { mode: hedge, after: 100ms }'] : []),
    '    patience: { maxAttempts: 3, firstToken: 1s, idle: 1s, total: 5s }',
  ]),
  'tenancy:',
  '  organisations: { acme: { budget: { usd: 40, per: total } } }',
  '  teams:',
  '    a: { organisation: acme, budget: { usd: 12, per: total } }',
  '    b: { organisation: acme, budget: { usd: 30, per: total }, limits: { concurrent: 80 } }',
  '  users: { "*": { budget: { usd: 7, per: total } } }',
  '  providers: { dear-house: { budget: { usd: 25, per: total } }, fair-house: { budget: { usd: 1000, per: total } } }',
  '  models: { fair: { budget: { tokens: 900M, per: total, hard: false } } }',
  '  tags: { "job=*": { budget: { usd: 9, per: total } } }',
  '  runs: { "*": { budget: { usd: 3, per: total } } }',
  'keys:',
  ...[0, 1, 2, 3, 4, 5].map(
    key => `  k${key}: { value: '\${KEY_${key}}', team: ${key % 2 === 0 ? 'a' : 'b'}, budget: { usd: 6, per: total } }`,
  ),
  'live: { breaker: { failuresInRow: 1000, failureShare: 1 } }',
  'store: { durable: memory }',
  'telemetry: { log: off }',
].join('\n')

const encoder = new TextEncoder()
const ids = () => {
  let count = 0
  const next = (length: number): string => (++count).toString(16).padStart(length, '0')
  return {
    request: () => `req_${++count}` as RequestId,
    trace: () => next(32) as TraceId,
    span: () => next(16) as SpanId,
  }
}

/** Upstreams that fail in every way; each answer that ends is billed by its own count. */
const upstream = (clock: VirtualClock, chance: Chance) => {
  let billed = 0
  const usageOf = (place: Place, most: number) => {
    const [input, output] = [chance.whole(300) + 1, chance.whole(most) + 1]
    const [inPrice, outPrice] = prices[place]
    return { usage: { prompt_tokens: input, completion_tokens: output }, cost: input * inPrice + output * outPrice }
  }
  const whole = (place: Place, most: number, isStream: boolean, listener: WireListener): void => {
    const { usage, cost } = usageOf(place, most)
    billed += cost
    const base = { id: 'x', created: 1, model: place }
    if (!isStream) {
      const message = { role: 'assistant', content: 'words' }
      const choices = [{ index: 0, message, finish_reason: 'stop' }]
      listener.head({ status: 200, headers: { 'content-type': 'application/json' } })
      listener.data(encoder.encode(JSON.stringify({ ...base, object: 'chat.completion', choices, usage })))
      return listener.end()
    }
    const chunk = (more: object): Uint8Array =>
      encoder.encode(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...more })}\n\n`)
    listener.head({ status: 200, headers: { 'content-type': 'text/event-stream' } })
    listener.data(chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'words' } }] }))
    listener.data(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }))
    listener.data(chunk({ choices: [], usage }))
    listener.data(encoder.encode('data: [DONE]\n\n'))
    listener.end()
  }
  const broken = (place: Place, listener: WireListener): void => {
    listener.head({ status: 200, headers: { 'content-type': 'text/event-stream' } })
    const delta = { role: 'assistant', content: 'some words that came' }
    listener.data(
      encoder.encode(
        `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: place, choices: [{ index: 0, delta }] })}\n\n`,
      ),
    )
    listener.error({ kind: 'closed', message: 'the connection was closed' })
  }
  const error = (status: number, listener: WireListener): void => {
    listener.head({ status, headers: { 'content-type': 'application/json' } })
    listener.data(encoder.encode('{"error":{"message":"no","type":"server_error"}}'))
    listener.end()
  }
  const transport: Transport = {
    send(request, listener): Exchange {
      const place = (new URL(request.url).hostname.split('.')[0] ?? 'free') as Place
      const body = JSON.parse(
        typeof request.body === 'string' ? request.body : Buffer.from(request.body as Uint8Array).toString(),
      ) as {
        max_tokens?: number
        stream?: boolean
      }
      const fate = chance.next()
      let isOver = false
      const cancel = clock.after(chance.whole(250), () => {
        if (isOver || fate > 0.97) return
        if (fate < 0.7) return whole(place, body.max_tokens ?? 400, body.stream === true, listener)
        if (fate < 0.78) return error(503, listener)
        if (fate < 0.83) return error(429, listener)
        if (fate < 0.88) return listener.error({ kind: 'connect', message: 'refused' })
        if (fate < 0.92) return error(400, listener)
        return broken(place, listener)
      })
      return {
        pause: () => undefined,
        resume: () => undefined,
        stop: () => {
          isOver = true
          cancel()
        },
      }
    },
  }
  return { transport, billed: () => billed }
}

const incoming = (chance: Chance, place: number) => {
  const isStream = chance.is(0.5)
  const json = {
    model: chance.pick(['plain', 'raced', 'hedged', 'fair']),
    messages: [{ role: 'user', content: 'word '.repeat(1 + chance.whole(50)) }],
    ...(chance.is(0.6) && { max_tokens: 1 + chance.whole(400) }),
    ...(isStream && { stream: true, stream_options: { include_usage: true } }),
  }
  const read = openaiChat.decodeRequest(json)
  if (!read.ok || read.value.operation !== 'chat') throw new Error('it makes no request')
  const key = chance.whole(6)
  const caller = {
    key: `k${key}`,
    organisation: 'acme',
    team: key % 2 === 0 ? 'a' : 'b',
    ...(chance.is(0.5) && { user: `u${chance.whole(4)}` }),
  } as Caller
  const wishes: { readonly tags: Readonly<Record<string, string>>; readonly run?: string } = {
    tags: chance.is(0.5) ? { job: `j${chance.whole(5)}` } : {},
    ...(chance.is(0.3) && { run: `r${chance.whole(30)}` }),
  }
  const raw = { dialect: openaiChat.id, json, bytes: encoder.encode(JSON.stringify(json)) }
  return { body: read.value, caller, wishes, ...(place % 7 !== 0 && { raw }) }
}

/** All that was booked under a name. */
class Sums {
  readonly #sums = new Map<string, number>()
  add(name: string | undefined, amount: number): void {
    if (name !== undefined) this.#sums.set(name, (this.#sums.get(name) ?? 0) + amount)
  }
  get all(): ReadonlyMap<string, number> {
    return this.#sums
  }
}

const total: Window = { kind: 'total' }

it(`holds over ${requests} random requests with faults: attempts, requests, counters of every level, upstreams`, async () => {
  const chance = chanceOf(7)
  const clock = new VirtualClock()
  const env = Object.fromEntries([
    ['UP_KEY', 'sk-upstream-0123456789'],
    ...[0, 1, 2, 3, 4, 5].map(key => [`KEY_${key}`, `sk-sb-key-of-number-${key}`]),
  ])
  const read = readConfig(text, { file: 'signalbox.yaml', env, providerTypes: knownProviderTypes })
  if (!read.ok) throw new Error(JSON.stringify(read.findings))
  const world = upstream(clock, chance)
  const meters = memoryMeters(clock)
  const sums = new Sums()
  const caps = new Map<string, number>()
  let [ofAttempts, ofRequests, counted, answered, refused, clamped] = [0, 0, 0, 0, 0, 0]
  const book = ({ attempts, cost, caller, tags, run, failure }: Settled): void => {
    ofRequests += cost.amount
    if (failure === undefined) answered += 1
    for (const { candidate, cost: own, losses } of attempts) {
      const amount = own?.amount ?? 0
      ofAttempts += amount
      if (own?.source === 'usage') counted += amount
      if (losses.some(({ field }) => field === 'limits.maxOutputTokens')) clamped += 1
      sums.add('organisation:acme', amount)
      sums.add(`team:${caller.team}`, amount)
      if (caller.user !== undefined) sums.add(`user:${caller.user}`, amount)
      sums.add(`key:${caller.key}`, amount)
      sums.add(`provider:${candidate.provider}`, amount)
      if (tags['job'] !== undefined) sums.add(`tag:job=${tags['job']}`, amount)
      if (run !== undefined) sums.add(`run:${run}`, amount)
    }
  }
  const telemetry = (event: GatewayEvent): void => {
    if (event.type === 'request-settled') book(event.settled)
    if (event.type === 'limit-refused') refused += 1
  }
  const made = createGateway(read.settings, {
    clock,
    transport: world.transport,
    secrets: { read: () => Promise.resolve('sk-upstream-0123456789') },
    ids: ids(),
    store: memoryStore(clock),
    telemetry,
    meters: {
      ...meters,
      reserve: demand => {
        const grant = meters.reserve(demand)
        if (!(grant instanceof Promise) && grant.granted)
          for (const [place, { meter, cap }] of demand.claims.entries()) {
            const { used = 0, reserved = 0 } = grant.balances[place] ?? {}
            if (used + reserved > cap) caps.set(meter, used + reserved)
          }
        return grant
      },
    },
  })
  if (!made.ok) throw new Error(made.why)
  const gateway = made.value
  const started = new Map<number, ReturnType<typeof gateway.handle>>()
  for (let place = 0; place < requests; place++) {
    started.set(place, gateway.handle(incoming(chance, place), { begin() {}, deliver: () => true, end() {} }))
    // Some clients leave at once, some later.
    if (chance.is(0.02)) clock.after(chance.whole(200), () => started.get(place)?.abort())
    if (place % atOnce !== atOnce - 1) continue
    await clock.run(Infinity, true)
    started.clear()
  }
  await clock.run(Infinity, true)
  expect(gateway.inFlight()).toBe(0)
  expect(caps).toEqual(new Map())
  expect(ofAttempts).toBe(ofRequests)
  // What broke off is estimated; what ended is what its upstream counted, losers of races that ended included.
  expect(counted).toBe(world.billed())
  for (const [name, sum] of sums.all) {
    const meter = `${name} usd total`
    const [balance] = await meters.read([{ meter, window: total }])
    if (name !== 'provider:free-house') expect([meter, balance]).toEqual([meter, { used: sum, reserved: 0 }])
  }
  const [atOnceNow] = await meters.read([{ meter: 'team:b concurrent', window: { kind: 'held' } }])
  expect(atOnceNow).toEqual({ used: 0, reserved: 0 })
  // It is a test of something: budgets had an end, answers were cut shorter, and money was spent.
  console.log(`${answered} answered, ${refused} refusals, ${clamped} made shorter, $${ofRequests / 1e6}`)
  expect(refused).toBeGreaterThan(requests / 100)
  expect(answered).toBeGreaterThan(requests / 10)
}, 300_000)

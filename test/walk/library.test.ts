/** The house held as a library: the same decisions as over HTTP, byte for byte, and streams that obey whoever reads them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Settings } from '../../src/config/settings.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import { serveHttp } from '../../src/faces/http/serve.ts'
import type { HttpFace } from '../../src/faces/http/serve.ts'
import { keyringOf } from '../../src/faces/http/authenticate.ts'
import { readSettings } from '../../src/faces/cli/settings-file.ts'
import { ask, createGateway, GatewayError, localCaller } from '../../src/index.ts'
import type {
  Clock,
  DecisionTrace,
  Instant,
  OwnedGateway,
  Platform,
  RequestId,
  SpanId,
  StreamEvent,
  TraceId,
  Wishes,
} from '../../src/index.ts'
import { processSecrets, systemClock } from '../../src/platform/process.ts'
import { memoryStore } from '../../src/platform/stores/memory.ts'
import { journalListener } from '../../src/platform/telemetry/journal.ts'
import { undiciTransport } from '../../src/platform/undici-transport.ts'
import type { Script } from '../../src/world/reply.ts'
import { serveWorld } from '../../src/world/serve-world.ts'
import type { World, WorldOptions } from '../../src/world/serve-world.ts'
import { providerKey, providersOf, twoDialects, until } from './open-house.ts'

const env = { WORLD_KEY: providerKey }

/** Time stands still, so that nothing but the requests tells one house from another; timers run. */
const frozen: Clock = { now: () => Date.UTC(2026, 5, 1, 12) as Instant, after: systemClock().after }

/** The same names in the same order for every house. */
const countedIds = (): Platform['ids'] => {
  const counts = { request: 0, trace: 0, span: 0 }
  const next = (what: keyof typeof counts, length: number): string => String(++counts[what]).padStart(length, '0')
  return {
    request: () => `req_${next('request', 32)}` as RequestId,
    trace: () => next('trace', 32) as TraceId,
    span: () => next('span', 16) as SpanId,
  }
}

const settingsOf = (text: string): Settings => {
  const { settings, findings } = readSettings(text, 'test', env)
  if (settings === undefined) throw new Error(JSON.stringify(findings, undefined, 1))
  return settings
}

interface Held {
  readonly gateway: OwnedGateway
  /** What was decided so far can be read. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** A gateway on parts of the machine, as a program would hold it. */
const hold = (settings: Settings, clock: Clock = systemClock()): Held => {
  const store = memoryStore(clock)
  const transport = undiciTransport({ clock })
  const complain = (message: string): never => {
    throw new Error(message)
  }
  const journal = journalListener({ journal: store.journal, clock: systemClock(), complain })
  const secrets = processSecrets(env, clock)
  const made = createGateway(settings, { store, clock, transport, secrets, telemetry: journal.hear, ids: countedIds() })
  if (!made.ok) throw new Error(made.why)
  return {
    gateway: made.value,
    flush: () => journal.flush(),
    close: async () => {
      await journal.close()
      await transport.close()
      await store.close()
    },
  }
}

const openWorld = (options: WorldOptions): Promise<World> =>
  serveWorld({ pace: 'instant', key: providerKey, ...options })
const collected = async (events: AsyncIterable<StreamEvent>): Promise<readonly StreamEvent[]> => {
  const all: StreamEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
const textOf = (events: readonly StreamEvent[]): string =>
  events.map(event => (event.type === 'text-delta' ? event.text : '')).join('')

describe('the same settings and the same facts', () => {
  /** All that a decision may rest on: scores, prices, chance, turns, sessions, circuits, limits, latency. */
  const config = (world: World): string =>
    [
      providersOf(world),
      'deployments:',
      '  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, price: { input: 0.15, output: 0.6 }, quality: 0.8, weight: 2, accepts: [text, tools] }',
      '  large: { provider: openai, model: gpt-4o-2024-08-06, price: { input: 2.5, output: 10 }, quality: 0.9, weight: 1, accepts: [text, tools] }',
      '  haiku: { provider: anthropic, model: claude-3-haiku-20240307, price: { input: 0.25, output: 1.25 }, quality: 0.79, weight: 3, accepts: [text], limits: { rpm: 20 } }',
      'pools:',
      '  weighted: { candidates: [mini, large, haiku], policy: by-weight, task: chat }',
      '  turns: { candidates: [mini, large, haiku], policy: by-turns }',
      '  quick: { candidates: [mini, large, haiku], policy: by-speed }',
      '  steady: { candidates: [mini, large, haiku], policy: by-session }',
      '  canary: { candidates: [mini, large, haiku], policy: by-arm }',
      'policies:',
      '  by-weight: { steps: [{ use: capable }, { use: healthy }, { use: within-limits }, { use: weighted }], patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 9s, idle: 9s, total: 30s } }',
      '  by-turns: { steps: [{ use: capable }, { use: healthy }, { use: quality-floor, with: { at: 0.79 } }, { use: cheap, with: { within: $1 } }, { use: round-robin }], patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 9s, idle: 9s, total: 30s } }',
      '  by-speed: { steps: [{ use: healthy }, { use: fast, with: { within: 20% } }, { use: random }], patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 9s, idle: 9s, total: 30s } }',
      '  by-session: { steps: [{ use: healthy }, { use: random }], seed: session, patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 9s, idle: 9s, total: 30s } }',
      '  by-arm:',
      '    steps:',
      '      - healthy',
      '      - when: { request.path: /v1/chat/completions }',
      '        then:',
      '          - split:',
      '              by: session',
      '              arms:',
      '                canary: { share: 40%, steps: [{ use: adaptive }] }',
      '                rest: { steps: [{ use: cheap, with: { withoutFloor: true }, blend: value }, { use: good, blend: value, weight: 2 }, { use: weighted }] }',
      '        otherwise: [{ use: only, with: { deployments: haiku } }]',
      '    fallback: [haiku, mini]',
      '    patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 9s, idle: 9s, total: 30s }',
      'server: { host: 127.0.0.1, port: 0 }',
      'store: { durable: memory }',
      'telemetry: { log: off }',
    ].join('\n')

  const tool = { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }
  interface Asked {
    readonly body: Readonly<Record<string, unknown>> & { readonly stream?: boolean }
    readonly headers?: Readonly<Record<string, string>>
    readonly wishes?: Partial<Wishes>
    /** What the world does to OpenAI's models meanwhile. */
    readonly isDown?: boolean
  }
  const pools = ['weighted', 'turns', 'quick', 'steady', 'canary']
  const session = 'talk-7' as Wishes['session'] & string
  const asked: readonly Asked[] = pools
    .flatMap((model): readonly Asked[] => [
      { body: { model } },
      { body: { model, stream: true, temperature: 0.2, max_tokens: 50, metadata: { tier: 'gold' } } },
      { body: { model, tools: [tool] } },
      {
        body: { model, stream: true },
        headers: { 'x-signalbox-session': session, 'x-signalbox-tags': 'team=red' },
        wishes: { session, tags: { team: 'red' } },
      },
      { body: { model }, headers: { 'x-signalbox-ignore': 'anthropic' }, wishes: { ignore: ['anthropic'] } },
      { body: { model }, isDown: true },
      { body: { model, stream: true }, isDown: true },
      { body: { model } },
    ])
    .map(one => ({ ...one, body: { ...one.body, messages: [{ role: 'user', content: 'Hello there' }] } }))

  interface Told {
    readonly explained: string
    readonly decided: string
    readonly text: string
  }
  const worldly = async (): Promise<World> =>
    openWorld({ script: ({ model, nth }) => ({ text: `${model} says ${nth}` }) })
  const play = (world: World, { isDown = false }: Asked): void =>
    world.switches.change({ provider: 'openai' }, { fail: isDown ? { kind: '503' } : null })

  const overHttp = async (world: World): Promise<readonly Told[]> => {
    const settings = settingsOf(config(world))
    const held = hold(settings, frozen)
    const keyring = keyringOf([])
    if (!keyring.ok) throw new Error(keyring.why)
    const face: HttpFace = await serveHttp({
      gateway: held.gateway,
      settings: settings.server,
      keyring: keyring.value,
      clock: frozen,
    })
    const told: Told[] = []
    for (const one of asked) {
      play(world, one)
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...one.headers },
        body: JSON.stringify(one.body),
      }
      const route = (await (await fetch(`${face.url}/v1/route`, init)).json()) as { readonly trace: DecisionTrace }
      const answer = await fetch(`${face.url}/v1/chat/completions`, init)
      const events = [...openaiChat.decodeAnswer(one.body.stream === true ? {} : await answer.json())]
      const streamed = one.body.stream === true ? await answer.text() : ''
      await held.flush()
      const read = await fetch(`${face.url}/v1/decisions/${answer.headers.get('x-signalbox-decision') ?? ''}`)
      const { trace } = (await read.json()) as { readonly trace: DecisionTrace }
      told.push({
        explained: JSON.stringify(route.trace),
        decided: JSON.stringify(trace),
        text: one.body.stream === true ? contentIn(streamed) : textOf(events),
      })
    }
    await face.close()
    await held.close()
    return told
  }
  const contentIn = (stream: string): string =>
    [...stream.matchAll(/^data: (\{.*)$/gm)]
      .map(
        ([, data = '']) =>
          JSON.parse(data) as { readonly choices: readonly { readonly delta: { readonly content?: string } }[] },
      )
      .map(({ choices }) => choices[0]?.delta.content ?? '')
      .join('')

  const inProcess = async (world: World): Promise<readonly Told[]> => {
    const held = hold(settingsOf(config(world)), frozen)
    const told: Told[] = []
    for (const one of asked) {
      play(world, one)
      const decoded = openaiChat.decodeRequest(one.body)
      if (!decoded.ok) throw new Error(decoded.why)
      const bytes = Buffer.from(JSON.stringify(one.body))
      const raw = { dialect: openaiChat.id, json: one.body, bytes }
      // A program has no path; where a policy asks for one, it says itself which it stands for.
      const wishes = { ...one.wishes, path: '/v1/chat/completions' }
      const incoming = { body: decoded.value, caller: localCaller, raw, wishes }
      const explained = held.gateway.explain(incoming)
      if (!explained.ok) throw new Error(explained.failure.message)
      const decisions: string[] = []
      const forget = held.gateway.listen(event => {
        if (event.type === 'decision-made') decisions.push(JSON.stringify(event.trace))
      })
      const text =
        one.body.stream === true
          ? textOf(await collected(held.gateway.stream(incoming)))
          : (await held.gateway.collect(incoming)).choices
              .flatMap(({ parts }) => parts)
              .map(part => (part.type === 'text' ? part.text : ''))
              .join('')
      forget()
      told.push({ explained: JSON.stringify(explained.trace), decided: decisions.join('\n'), text })
    }
    await held.close()
    return told
  }

  it('give the same decision in the process and over HTTP, byte for byte, request after request', async () => {
    // A world of its own for each, so that both meet the same luck.
    const [there, here] = [await worldly(), await worldly()]
    // Its address is part of neither facts nor decision.
    const [http, library] = [await overHttp(there), await inProcess(here)]
    await there.close()
    await here.close()
    expect(library.map(({ explained }) => explained)).toEqual(http.map(({ explained }) => explained))
    // A program has no dialect; nothing decides by it.
    const plain = (decided: string): string => decided.replace('"dialect":"openai-chat","inputTokens"', '"inputTokens"')
    expect(library.map(({ decided }) => plain(decided))).toEqual(http.map(({ decided }) => plain(decided)))
    expect(library.map(({ text }) => text)).toEqual(http.map(({ text }) => text))
    expect(library.every(({ text }) => text !== '')).toBe(true)
    // It was no idle comparison: chance, turns and outages led to different first choices.
    const firsts = http.map(({ decided }) => (JSON.parse(decided) as DecisionTrace).decision.ranked[0]?.candidate.id)
    expect(new Set(firsts)).toEqual(new Set(['mini', 'large', 'haiku']))
    const arms = http.map(({ decided }) => (JSON.parse(decided) as DecisionTrace).decision.arms?.[0]?.arm)
    expect(new Set(arms)).toEqual(new Set([undefined, 'canary', 'rest']))
    // A dry run decides as the request does at its own path.
    expect(http.every(({ explained }) => explained.includes('"path":"/v1/chat/completions"'))).toBe(true)
  })
})

describe('a stream in the process', () => {
  const story = 'Once upon a time there was a signal box. '
  const script: Script = ({ asked }) =>
    asked.text.includes('long')
      ? { text: story.repeat(12_000) }
      : { text: story.repeat(asked.text.includes('word') ? 1 : 100) }
  let world: World
  let paced: World
  let held: Held
  let slow: Held
  beforeAll(async () => {
    world = await openWorld({ script })
    paced = await openWorld({ script, pace: 0.2 })
    const rest = '\nserver: { port: 0 }\nstore: { durable: memory }\ntelemetry: { log: off }'
    held = hold(settingsOf(twoDialects(world) + rest))
    slow = hold(settingsOf(twoDialects(paced) + rest))
  })
  afterEach(() => world.switches.clear())
  afterAll(async () => {
    await held.close()
    await slow.close()
    await world.close()
    await paced.close()
  })
  const idle = ({ gateway }: Held): Promise<void> => until('nothing is under way', () => gateway.inFlight() === 0)
  const noticed = (where: World): Promise<void> =>
    until('the upstream sees the reader leave', () => where.seen().at(-1)?.closedAt !== undefined)

  it.each(['speaks-openai', 'speaks-anthropic'])('on %s gives the events of one whole answer', async target => {
    const events = await collected(held.gateway.stream(ask({ target, messages: 'A word' })))
    expect(textOf(events)).toBe(story)
    expect(events[0]?.type).toBe('response-start')
    expect(events.at(-1)?.type).toBe('response-end')
    const answer = await held.gateway.collect(ask({ target, messages: 'A word', system: 'Be brief.' }))
    expect(answer).toMatchObject({ choices: [{ reason: 'stop', parts: [{ type: 'text', text: story }] }] })
    expect(answer.usage?.output).toBeGreaterThan(0)
  })
  it('asks nobody before it is read', async () => {
    const before = world.seen().length
    const stream = held.gateway.stream(ask({ target: 'both', messages: 'A word' }))
    await new Promise(resolve => setImmediate(resolve))
    expect(held.gateway.inFlight()).toBe(0)
    await collected(stream)
    expect(world.seen()).toHaveLength(before + 1)
  })
  it('stops the upstream when the loop is left', async () => {
    let heard = 0
    for await (const event of slow.gateway.stream(ask({ target: 'both', messages: 'Speak' }))) {
      if (event.type === 'text-delta' && ++heard === 3) break
    }
    await noticed(paced)
    expect(paced.seen().at(-1)?.complete).toBe(false)
    await idle(slow)
  })
  it('stops the upstream when the loop throws', async () => {
    const read = async (): Promise<void> => {
      for await (const event of slow.gateway.stream(ask({ target: 'speaks-anthropic', messages: 'Speak' }))) {
        if (event.type === 'text-delta') throw new RangeError('enough')
      }
    }
    await expect(read()).rejects.toThrow('enough')
    await noticed(paced)
    await idle(slow)
  })
  it('ends as cancelled when its signal is aborted, and stops the upstream', async () => {
    const controller = new AbortController()
    const events: StreamEvent[] = []
    for await (const event of slow.gateway.stream(ask({ target: 'both', messages: 'Speak' }), controller.signal)) {
      events.push(event)
      if (event.type === 'text-delta') controller.abort()
    }
    expect(events.at(-1)).toMatchObject({ type: 'response-failed', failure: { kind: 'cancelled' } })
    await noticed(paced)
    expect(paced.seen().at(-1)?.complete).toBe(false)
    await idle(slow)
  })
  it('asks nobody when its signal was aborted before', async () => {
    const before = world.seen().length
    const events = await collected(
      held.gateway.stream(ask({ target: 'both', messages: 'A word' }), AbortSignal.abort()),
    )
    expect(events).toMatchObject([{ type: 'response-failed', failure: { kind: 'cancelled' } }])
    expect(world.seen()).toHaveLength(before)
  })
  it('lets go of its signal when it is over', async () => {
    const controller = new AbortController()
    await collected(held.gateway.stream(ask({ target: 'both', messages: 'A word' }), controller.signal))
    controller.abort()
    await idle(held)
    expect(world.seen().at(-1)).toMatchObject({ complete: true })
  })
  it('makes the upstream wait for a slow reader, and loses nothing', async () => {
    const stream = held.gateway.stream(ask({ target: 'speaks-openai', messages: 'A long one' }))[Symbol.asyncIterator]()
    const first = await stream.next()
    const sent = (): number => world.seen().at(-1)?.bytes ?? 0
    // It sends what the sockets between us hold, and then waits for as long as nobody reads.
    let last = -1
    for (let turns = 0; turns < 2_000; turns++) {
      if (sent() !== last) turns = 0
      last = sent()
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(world.seen().at(-1)?.endedAt).toBeUndefined()
    const events: StreamEvent[] = first.done === true ? [] : [first.value]
    for (let next = await stream.next(); next.done !== true; next = await stream.next()) events.push(next.value)
    expect(textOf(events)).toBe(story.repeat(12_000))
    expect(sent()).toBeGreaterThan(1.5 * last)
    console.log(`${last} of ${sent()} bytes were sent before the upstream waited`)
  })
})

describe('a failure in the process', () => {
  let world: World
  let held: Held
  beforeAll(async () => {
    world = await openWorld({})
    held = hold(
      settingsOf(`${twoDialects(world)}\nserver: { port: 0 }\nstore: { durable: memory }\ntelemetry: { log: off }`),
    )
  })
  afterAll(async () => {
    await held.close()
    await world.close()
  })
  const failed = (target: string, signal?: AbortSignal): Promise<unknown> =>
    held.gateway.collect(ask({ target, messages: 'Hello' }), signal).then(
      () => undefined,
      (error: unknown) => error,
    )

  it('of a name that is not there rejects with what was meant', async () => {
    const error = await failed('bothh')
    expect(GatewayError.is(error)).toBe(true)
    expect(error).toMatchObject({ failure: { kind: 'target-unknown', param: 'model' } })
    expect(String(error)).toMatch(/no pool, alias or model "bothh"; did you mean "both"/)
  })
  it('of the upstream rejects with its kind, and a stream tells it as its last event', async () => {
    world.switches.change({}, { fail: { kind: '400-context' } })
    expect(await failed('both')).toMatchObject({ failure: { kind: 'context-overflow' } })
    const events = await collected(held.gateway.stream(ask({ target: 'both', messages: 'Hello' })))
    expect(events).toMatchObject([{ type: 'response-failed', failure: { kind: 'context-overflow' } }])
    world.switches.clear()
  })
  it('of an abort rejects as cancelled', async () => {
    expect(await failed('both', AbortSignal.abort())).toMatchObject({ failure: { kind: 'cancelled' } })
  })
  it('is known for one by whoever has another copy of the library', () => {
    const [key] = Object.getOwnPropertySymbols(new GatewayError({ kind: 'internal', message: 'x' }))
    expect(key === undefined ? undefined : Symbol.keyFor(key)).toBeDefined()
    expect(GatewayError.is({ failure: { kind: 'internal', message: 'x' } })).toBe(false)
  })
})

/** Spans as a real collector receives them: names and types by OpenTelemetry's own registry, and no collector can do harm. */
import type { Attempt } from '../../domain/outcome.ts'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import * as official from '@opentelemetry/semantic-conventions/incubating'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { settle, testClock } from '../../../test/clock.ts'
import type { TestClock } from '../../../test/clock.ts'
import { collector, decodeTraces } from '../../../test/otlp.ts'
import type { DecodedSpan } from '../../../test/otlp.ts'
import { hasShared, shared } from '../../../test/shared.ts'
import {
  at,
  attemptOf,
  decisionOf,
  fallbackStory,
  mini,
  settledEvent,
  shadowEvent,
  sonnet,
  storyStart,
} from '../../../test/story.ts'
import type { Settled } from '../../domain/gateway-event.ts'
import type { SpanId } from '../../domain/ids.ts'
import { microUsd, tokens } from '../../domain/units.ts'
import { spansOf } from '../otlp/request-spans.ts'
import { genAiNames } from '../otlp/semantic-names.ts'
import { undiciTransport } from '../undici-transport.ts'
import { spanExporter } from './opentelemetry.ts'
import type { SpanExporterOptions } from './opentelemetry.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const start = async (answer?: Parameters<typeof collector>[0], change: Partial<SpanExporterOptions> = {}) => {
  const clock: TestClock = testClock()
  const complaints: string[] = []
  const there = await collector(answer)
  const transport = undiciTransport({ clock })
  const exporter = spanExporter({
    clock,
    transport,
    otlp: there.url,
    complain: message => void complaints.push(message),
    ...change,
  })
  closing.push(
    () => there.close(),
    () => transport.close(),
  )
  return { clock, complaints, there, exporter, transport }
}

/** The spans of one story, as a collector decodes them. */
const told = async (change: Partial<Settled> = {}, options: Partial<SpanExporterOptions> = {}) => {
  const { exporter, there } = await start(undefined, options)
  exporter.hear(settledEvent(change))
  await exporter.flush()
  const request = there.received[0]?.traces
  if (request === undefined) throw new Error('nothing was received')
  const [server, route, ...attempts] = request.spans
  if (server === undefined) throw new Error('there is no span')
  return { server, route, attempts, request, received: there.received[0] }
}

const valuesOf = (span: DecodedSpan | undefined) =>
  Object.fromEntries([...(span?.attributes ?? [])].map(([name, { value }]) => [name, value]))

describe('a settled request', () => {
  it('is a server span, with the route in it, with each attempt in that', async () => {
    const { server, route, attempts } = await told(fallbackStory())
    expect([server.name, route?.name, ...attempts.map(span => span.name)]).toEqual([
      'POST /v1/chat/completions',
      'route support',
      'chat gpt-4o-mini',
      'chat claude-sonnet-4',
    ])
    expect([server.kind, route?.kind, ...attempts.map(span => span.kind)]).toEqual([
      'SERVER',
      'INTERNAL',
      'CLIENT',
      'CLIENT',
    ])
    expect(server.parentSpanId).toBe('')
    expect(route?.parentSpanId).toBe(server.spanId)
    expect(attempts.map(span => span.parentSpanId)).toEqual([route?.spanId, route?.spanId])
    for (const span of [server, ...attempts]) expect(span.traceId).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(new Set([server, route, ...attempts].map(span => span?.spanId)).size).toBe(4)
  })
  it('stands at its time, to the nanosecond', async () => {
    const { server, attempts } = await told({
      endedAt: at(810.123456),
      attempts: [attemptOf({ startedAt: at(100.5) })],
    })
    expect(server.start).toBe(BigInt(storyStart) * 1_000_000n)
    expect(attempts[0]?.start).toBe(BigInt(storyStart) * 1_000_000n + 100_500_000n)
    const off = Number(server.end - (BigInt(storyStart) * 1_000_000n + 810_123_456n))
    expect(Math.abs(off)).toBeLessThan(300)
  })
  it('carries on the trace of the caller', async () => {
    const { server, route } = await told({
      trace: {
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736' as Settled['trace']['traceId'],
        parent: '00f067aa0ba902b7' as SpanId,
        sampled: true,
        state: 'vendor=1',
      },
    })
    expect(server).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: '00f067aa0ba902b7',
      traceState: 'vendor=1',
    })
    expect(server.flags & 0x301).toBe(0x301)
    expect((route?.flags ?? 0) & 0x301).toBe(0x101)
  })
  it('is not told where the caller does not want its trace kept', async () => {
    const { exporter, there } = await start()
    exporter.hear(settledEvent({ trace: { ...settledEvent().settled.trace, sampled: false } }))
    await exporter.flush()
    expect(there.received).toEqual([])
    expect(exporter.dropped()).toBe(0)
  })
  it('tells how an answer went on that broke off, and what a judge thought of one', async () => {
    const [first, second] = fallbackStory().attempts ?? []
    if (first === undefined || second === undefined) throw new Error('a story of two attempts was wanted')
    const on: Attempt = { ...second, kind: 'continue', goesOn: { by: 'prefill', overlap: 3 }, judged: 'passed' }
    const { attempts } = await told({ ...fallbackStory(), attempts: [first, on] })
    expect(valuesOf(attempts[1])).toMatchObject({
      'signalbox.attempt.kind': 'continue',
      'signalbox.attempt.goes_on_by': 'prefill',
      'signalbox.attempt.overlap': 3n,
      'signalbox.attempt.judged': 'passed',
    })
  })
  it('tells of each attempt what it truly spoke to', async () => {
    const { attempts } = await told(fallbackStory())
    expect(valuesOf(attempts[1])).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-4',
      'gen_ai.response.model': 'claude-sonnet-4-20250514',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.conversation.id': 'conversation-7',
      'gen_ai.request.stream': true,
      'gen_ai.usage.input_tokens': 1000n,
      'gen_ai.usage.output_tokens': 51n,
      'gen_ai.usage.cache_read.input_tokens': 400n,
      'gen_ai.response.time_to_first_chunk': 0.29,
      'server.address': '127.0.0.1',
      'server.port': 8080n,
      'signalbox.attempt.index': 1n,
      'signalbox.attempt.kind': 'fallback',
      'signalbox.attempt.trigger': 'upstream-overloaded',
      'signalbox.attempt.committed': true,
      'signalbox.attempt.cancelled': false,
    })
    expect(valuesOf(attempts[0])).toMatchObject({
      'server.address': 'api.openai.com',
      'server.port': 443n,
      'signalbox.attempt.committed': false,
    })
  })
  it('tells of a number of choices only where it is not one, and of a kind of output only where it is JSON', async () => {
    const decision = decisionOf([mini], { request: { params: { n: 1, response_format: 'text' } } })
    const { attempts } = await told({ decision })
    expect(attempts[0]?.attributes.has('gen_ai.request.choice.count')).toBe(false)
    expect(attempts[0]?.attributes.has('gen_ai.output.type')).toBe(false)
  })
  it('tells the decision: the chain, what was left out and why, and the odds', async () => {
    const decision = decisionOf([mini, sonnet], {
      signals: { 'candidate.circuit': { by: { [sonnet.id]: { open: true, why: 'three failures' } } } },
      request: { params: {} },
    })
    const { route } = await told({ decision })
    const values = valuesOf(route)
    expect(values).toMatchObject({
      'signalbox.pool': 'support',
      'signalbox.policy.name': 'tried',
      'signalbox.policy.version': decision.decision.policy.version,
      'signalbox.candidates': ['mini'],
      'signalbox.selected': 'mini',
      'signalbox.propensity': 1,
      'signalbox.confidence': 1,
      'signalbox.seed': 'seed-1',
    })
    expect(values['signalbox.excluded']).toEqual([expect.stringMatching(/^sonnet:.*three failures/)])
  })
  it('tells the scores by which it was decided', async () => {
    const dear = { ...sonnet, price: { inputPerMillion: microUsd(9e6), outputPerMillion: microUsd(9e6) } }
    const { route } = await told({ decision: decisionOf([dear, mini]) })
    expect(valuesOf(route)).toMatchObject({
      'signalbox.strategy': expect.stringContaining('cheap'),
      'signalbox.candidates': ['mini', 'sonnet'],
    })
    expect(route?.attributes.get('signalbox.scores')).toEqual({ type: 'double[]', value: [2000, 13_500] })
  })
  it('tells the outcome on the server span', async () => {
    const { server } = await told(fallbackStory())
    expect(valuesOf(server)).toMatchObject({
      'http.request.method': 'POST',
      'http.response.status_code': 200n,
      'signalbox.fallback.used': true,
      'signalbox.fallback.count': 1n,
      'signalbox.fallback.reason': 'upstream_5xx',
      'signalbox.cost.amount': 0.002004,
      'signalbox.cost.currency': 'USD',
      'signalbox.cost.source': 'usage',
      'signalbox.key.id': 'ci',
      'signalbox.tenant': 'acme',
      'signalbox.task': 'chat',
      'signalbox.overhead_us': 250n,
    })
  })
  it('tells of each attempt what it alone cost', async () => {
    const cost = { amount: microUsd(120), source: 'estimate' } as const
    const { attempts } = await told({ attempts: [attemptOf({ cost }), attemptOf({ index: 1, kind: 'race' })] })
    const [one, other] = attempts.map(valuesOf)
    expect(one).toMatchObject({
      'signalbox.attempt.cost.amount': 0.000_12,
      'signalbox.attempt.cost.source': 'estimate',
    })
    expect(other).not.toHaveProperty('signalbox.attempt.cost.amount')
  })
  it('has the answer that nobody was shown beside its own attempts, where the trace is kept', async () => {
    const { exporter, there } = await start()
    const event = shadowEvent()
    exporter.hear(event)
    exporter.hear(shadowEvent({ trace: { ...event.shadow.trace, sampled: false } }))
    await exporter.flush()
    const spans = there.received[0]?.traces?.spans ?? []
    expect(spans.map(({ name }) => name)).toEqual(['chat claude-sonnet-4'])
    expect(spans[0]?.parentSpanId).toBe(event.shadow.routeSpan)
    expect(valuesOf(spans[0])).toMatchObject({
      'signalbox.attempt.kind': 'shadow',
      'signalbox.experiment.arm': 'next',
      'signalbox.deployment': 'sonnet',
    })
  })
  it('that was turned away before any decision is one span', async () => {
    const { server, request } = await told({
      decision: undefined,
      attempts: [],
      served: undefined,
      failure: { kind: 'forbidden', message: 'the key ci may not use it' },
    })
    expect(request.spans).toHaveLength(1)
    expect(server.status.code).toBe('UNSET')
    expect(valuesOf(server)).toMatchObject({ 'error.type': 'forbidden', 'http.response.status_code': 403n })
  })
})

describe('errors', () => {
  it('of a provider are on its attempt, with their kind, and without its words', async () => {
    const { server, attempts } = await told(fallbackStory())
    expect(attempts[0]?.status).toEqual({
      code: 'ERROR',
      message: 'upstream-overloaded (503, server_error, overloaded)',
    })
    expect(attempts[0]?.attributes.get('error.type')).toEqual({ type: 'string', value: 'upstream-overloaded' })
    expect(attempts[1]?.status.code).toBe('UNSET')
    expect(attempts[1]?.attributes.has('error.type')).toBe(false)
    expect(server.status.code).toBe('UNSET')
  })
  it('that the client was told are on the server span, if they are not its own', async () => {
    const failed = (kind: 'upstream-timeout' | 'invalid-request' | 'cancelled') =>
      told({ attempts: [], served: undefined, failure: { kind, message: 'say' } })
    expect((await failed('upstream-timeout')).server.status).toEqual({ code: 'ERROR', message: 'say' })
    expect((await failed('invalid-request')).server.status.code).toBe('UNSET')
    expect((await failed('cancelled')).server.status.code).toBe('UNSET')
  })
  it('after the first content count, though 200 had been told', async () => {
    const failure = { kind: 'stream-broken', message: 'openai: broke' } as const
    const { server } = await told({ failure, attempts: [attemptOf({ failure })] })
    expect(server.status.code).toBe('ERROR')
    expect(valuesOf(server)).toMatchObject({ 'error.type': 'stream-broken', 'http.response.status_code': 200n })
  })
  it('are none where an attempt only lost a race', async () => {
    const loser = attemptOf({
      index: 1,
      kind: 'race',
      spanId: 'a00000000000000f' as SpanId,
      committed: false,
      failure: { kind: 'cancelled', message: 'lost' },
    })
    const { attempts } = await told({ attempts: [attemptOf(), loser] })
    expect(attempts[1]?.status.code).toBe('UNSET')
    expect(valuesOf(attempts[1])).toMatchObject({ 'signalbox.attempt.cancelled': true, 'error.type': 'cancelled' })
  })
})

/** Stories that between them use every attribute. */
const everyStory = (): readonly Partial<Settled>[] => {
  const params = {
    n: 3,
    temperature: 1,
    top_p: 1,
    top_k: 40,
    seed: -7,
    frequency_penalty: 0,
    presence_penalty: 2,
    response_format: 'json_schema',
  }
  const decision = decisionOf([mini, sonnet], { request: { params, maxOutputTokens: tokens(512) } })
  const usage = {
    input: tokens(9),
    inputCached: tokens(1),
    inputCacheWritten: tokens(2),
    output: tokens(8),
    reasoning: tokens(3),
  }
  const loss = { field: 'sampling.topK', why: 'it has none' }
  return [
    { decision, attempts: [attemptOf({ usage, firstTokenAt: at(1100), losses: [loss] })] },
    { ...fallbackStory(), decision },
    { failure: { kind: 'internal', message: 'say' } },
    {
      streamed: false,
      attempts: [attemptOf({ url: 'not an address', failure: { kind: 'upstream-garbled', message: 'x' } })],
    },
  ]
}

/** A type of the registry as it is on the wire. */
const wireType = (type: unknown): string => {
  const plain = typeof type === 'string' ? type : 'string'
  return plain === 'boolean[]' || plain === 'any' ? 'string' : plain
}

describe('names', () => {
  it.skipIf(!hasShared)(
    'inside gen_ai.* are in the registry, each with its type; required ones are there',
    async () => {
      const text = readFileSync(`${shared}/data/specs/otel-genai/registry-snapshot-2026-05-11.yaml`, 'utf8')
      const registry = parse(text) as {
        readonly registry: { readonly attributes: readonly { readonly key: string; readonly type: unknown }[] }
        readonly refinements: {
          readonly spans: readonly {
            readonly id: string
            readonly attributes: readonly {
              readonly key: string
              readonly type: unknown
              readonly requirement_level: unknown
            }[]
          }[]
        }
      }
      const types = new Map(registry.registry.attributes.map(({ key, type }) => [key, wireType(type)]))
      const inference = registry.refinements.spans.find(({ id }) => id === 'gen_ai.inference.client')
      const required =
        inference?.attributes.filter(one => one.requirement_level === 'required').map(one => one.key) ?? []
      expect(required).toEqual(['gen_ai.operation.name', 'gen_ai.provider.name'])
      const seen = new Set<string>()
      for (const story of everyStory()) {
        const { request, attempts } = await told(story)
        for (const attempt of attempts)
          for (const name of required) expect(attempt.attributes.has(name), name).toBe(true)
        for (const span of request.spans) {
          for (const [name, { type }] of span.attributes) {
            if (!name.startsWith('gen_ai.')) continue
            seen.add(name)
            expect(types.get(name), `${name} is in no registry`).toBeDefined()
            expect(`${name} ${type}`).toBe(`${name} ${types.get(name)}`)
          }
        }
      }
      // All that the table knows was seen: no name goes unchecked.
      expect([...seen].sort()).toEqual(
        Object.values(genAiNames('1.41'))
          .map(({ name }) => name)
          .sort(),
      )
    },
  )
  it('of release 1.41 are those of the official package', () => {
    const known = new Set<unknown>(Object.values(official).filter(value => typeof value === 'string'))
    for (const { name } of Object.values(genAiNames('1.41'))) expect(known.has(name), name).toBe(true)
  })
  it('are otherwise ours, or of the general conventions', async () => {
    const known = new Set<unknown>(Object.values(official).filter(value => typeof value === 'string'))
    for (const story of everyStory()) {
      const { request } = await told(story)
      for (const span of request.spans) {
        for (const name of span.attributes.keys()) {
          expect(name.startsWith('signalbox.') || known.has(name), name).toBe(true)
        }
      }
      for (const name of request.resource.keys()) expect(known.has(name), name).toBe(true)
    }
  })
  it('that a convention does not know stand inside gen_ai.* only where they are asked for', async () => {
    const plain = await told(fallbackStory())
    const compat = await told(fallbackStory(), { compat: true })
    const names = ['gen_ai.system', 'gen_ai.fallback.reason', 'gen_ai.usage.cost']
    const all = (spans: readonly DecodedSpan[]) => names.filter(name => spans.some(span => span.attributes.has(name)))
    expect(all(plain.request.spans)).toEqual([])
    expect(all(compat.request.spans)).toEqual(names)
    expect(valuesOf(compat.server)).toMatchObject({
      'gen_ai.fallback.reason': 'upstream_5xx',
      'gen_ai.usage.cost': 0.002004,
    })
    expect(valuesOf(compat.attempts[1])).toMatchObject({ 'gen_ai.system': 'anthropic' })
  })
  it('newer than 1.41 come with the official switch', async () => {
    const [story] = everyStory()
    const env = { OTEL_SEMCONV_STABILITY_OPT_IN: 'http, gen_ai_latest_experimental' }
    const { attempts } = await told(story, { env })
    expect(attempts[0]?.attributes.get('gen_ai.usage.cache_write.input_tokens')).toEqual({ type: 'int', value: 2n })
    expect(attempts[0]?.attributes.has('gen_ai.usage.cache_creation.input_tokens')).toBe(false)
    expect(attempts[0]?.attributes.get('gen_ai.request.top_k')).toEqual({ type: 'int', value: 40n })
    expect(attempts[0]?.attributes.get('gen_ai.request.seed')).toEqual({ type: 'int', value: -7n })
  })
  it('of the sender are its service, version and instance', async () => {
    const { request } = await told({}, { env: { OTEL_SERVICE_NAME: 'front door' } })
    expect(request.resource.get('service.name')?.value).toBe('front door')
    expect([...request.resource.keys()]).toEqual(['service.name', 'service.version', 'service.instance.id'])
    expect(request.scope.name).toBe('signalbox')
    expect(request.schemaUrl).toBe('https://opentelemetry.io/schemas/1.41.0')
  })
})

describe('the bytes', () => {
  it('are those that the official encoder means', async () => {
    // The official one writes a whole number as an int whatever its name wants, so the numbers here are none.
    const story = settledEvent({ ...fallbackStory(), cost: { amount: microUsd(1234), source: 'estimate' } })
    const spans = spansOf(story.settled, { names: genAiNames('1.41'), compat: true })
    const { exporter, there } = await start(undefined, { compat: true })
    exporter.hear(story)
    await exporter.flush()
    const resource = {
      attributes: Object.fromEntries(
        [...(there.received[0]?.traces.resource ?? [])].map(([name, { value }]) => [name, value]),
      ),
    }
    const instrumentationScope = there.received[0]?.traces.scope
    const hrTime = (instant: number) => [Math.floor(instant / 1000), Math.round((instant % 1000) * 1e6)]
    const readable = spans.map(span => ({
      spanContext: () => ({ traceId: span.trace, spanId: span.id, traceFlags: 1 }),
      parentSpanContext: span.parent && { traceId: span.trace, spanId: span.parent, traceFlags: 1 },
      name: span.name,
      kind: { internal: 0, server: 1, client: 2 }[span.kind],
      startTime: hrTime(span.start),
      endTime: hrTime(span.end),
      attributes: Object.fromEntries(span.attributes.map(({ named, value }) => [named.name, value])),
      status: span.failure === undefined ? { code: 0 } : { code: 2, message: span.failure },
      events: [],
      links: [],
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
      resource,
      instrumentationScope,
    }))
    const bytes = ProtobufTraceSerializer.serializeRequest(
      readable as unknown as Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0],
    )
    const asWhole = (span: DecodedSpan) => ({
      ...span,
      attributes: [...span.attributes].map(([name, { value }]) => [
        name,
        typeof value === 'bigint' ? Number(value) : value,
      ]),
    })
    const expected = decodeTraces(bytes ?? new Uint8Array()).spans
    expect(there.spans().map(asWhole)).toEqual(expected.map(asWhole))
  })
  it('hold long texts and lists, cut to a bound, and every script', async () => {
    const long = '⚙️'.repeat(2000)
    const { server } = await told({ target: long, session: 'сессия 会话 🚂' })
    expect(String(server.attributes.get('signalbox.target')?.value).length).toBe(512)
    expect(server.attributes.get('gen_ai.conversation.id')?.value).toBe('сессия 会话 🚂')
  })
  it('hold a thousand spans of many sizes', async () => {
    const { exporter, there } = await start()
    for (let turn = 0; turn < 400; turn += 1) exporter.hear(settledEvent({ session: 's'.repeat(turn) }))
    await exporter.flush()
    expect(there.spans()).toHaveLength(1200)
    expect(
      there
        .spans()
        .filter(span => span.kind === 'SERVER')
        .map(span => String(span.attributes.get('gen_ai.conversation.id')?.value ?? '').length),
    ).toEqual(Array.from({ length: 400 }, (_, turn) => turn))
  })
})

describe('a collector', () => {
  it('is sent protobuf at /v1/traces with the headers that it wants, compressed if wished', async () => {
    const { received } = await told({}, { headers: { Authorization: 'Bearer otlp' } })
    expect(received?.path).toBe('/v1/traces')
    expect(received?.headers).toMatchObject({ 'content-type': 'application/x-protobuf', authorization: 'Bearer otlp' })
    expect(received?.headers['content-encoding']).toBeUndefined()
    const zipped = await told({}, { gzip: true })
    expect(zipped.received?.headers['content-encoding']).toBe('gzip')
    expect(zipped.request.spans).toHaveLength(3)
  })
  it('may be named by the whole address', async () => {
    const { there, clock, transport } = await start()
    const exporter = spanExporter({ clock, transport, otlp: `${there.url}/v1/traces/`, complain: () => {} })
    exporter.hear(settledEvent())
    await exporter.flush()
    expect(there.received[0]?.path).toBe('/v1/traces')
  })
  it('gets what is waiting once a second, and sooner where much is waiting', async () => {
    const { exporter, there, clock } = await start()
    exporter.hear(settledEvent())
    clock.advance(999)
    await settle()
    expect(there.received).toEqual([])
    clock.advance(1)
    await there.until(1)
    for (let turn = 0; turn < 160; turn += 1) exporter.hear(settledEvent())
    await clock.pass(0)
    await there.until(2)
    expect(there.received[1]?.traces.spans).toHaveLength(480)
  })
  it.each([429, 502, 503, 504])('that answers %i is asked again later', async status => {
    const { exporter, there, clock, complaints } = await start((response, turn) =>
      turn === 1 ? response.writeHead(status).end() : response.end(),
    )
    exporter.hear(settledEvent())
    const flushed = exporter.flush()
    await there.until(1)
    await clock.pass(700)
    expect(there.received).toHaveLength(1)
    await clock.pass(600)
    await there.until(2)
    await flushed
    expect(exporter.dropped()).toBe(0)
    expect(complaints).toEqual([])
  })
  it('that says when to come again is asked then', async () => {
    const { exporter, there, clock } = await start((response, turn) =>
      turn === 1 ? response.writeHead(429, { 'retry-after': '7' }).end() : response.end(),
    )
    exporter.hear(settledEvent())
    const flushed = exporter.flush()
    await there.until(1)
    for (let turn = 0; turn < 5; turn += 1) await settle()
    await clock.pass(6999)
    expect(there.received).toHaveLength(1)
    await clock.pass(1)
    await there.until(2)
    await flushed
  })
  it('that asks for more patience than there is loses the spans, counted and told', async () => {
    const { exporter, complaints } = await start(response => response.writeHead(503, { 'retry-after': '3600' }).end())
    exporter.hear(settledEvent())
    await exporter.flush()
    expect(exporter.dropped()).toBe(1)
    expect(complaints).toEqual([
      expect.stringMatching(/^3 spans did not reach the collector at 127\.0\.0\.1:\d+: it answered 503$/),
    ])
  })
  it('that refuses is not asked again', async () => {
    const { exporter, there, complaints } = await start(response => response.writeHead(400).end('no'))
    exporter.hear(settledEvent())
    await exporter.flush()
    expect(there.received).toHaveLength(1)
    expect(exporter.dropped()).toBe(1)
    expect(complaints).toEqual([expect.stringContaining('it answered 400')])
  })
  it('that takes only some tells how many it refused', async () => {
    // partial_success { rejected_spans: 2, error_message: "no" }
    const partial = Buffer.from([0x0a, 6, 0x08, 2, 0x12, 2, 0x6e, 0x6f])
    const { exporter, complaints } = await start(response => response.end(partial))
    for (let turn = 0; turn < 5; turn += 1) exporter.hear(settledEvent())
    await exporter.flush()
    expect(exporter.dropped()).toBe(2)
    expect(complaints).toEqual([expect.stringMatching(/^2 spans .* it refused them$/)])
  })
  it('that is dead costs nobody anything: what does not fit is dropped and counted, and it is told once a minute', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = server.address() as { port: number }
    await new Promise(resolve => server.close(resolve))
    const { exporter, clock, complaints } = await start(undefined, { otlp: `http://127.0.0.1:${port}`, room: 100 })
    for (let turn = 0; turn < 250; turn += 1) exporter.hear(settledEvent())
    expect(exporter.dropped()).toBe(150)
    const closed = exporter.close()
    for (let turn = 0; turn < 10; turn += 1) await clock.pass(1000)
    await closed
    expect(exporter.dropped()).toBe(250)
    expect(complaints).toHaveLength(1)
    exporter.hear(settledEvent())
    expect(exporter.dropped()).toBe(251)
  })
  it('that never answers is given up, and does not keep the house from closing', async () => {
    const { exporter, there, clock } = await start(() => {})
    exporter.hear(settledEvent())
    const closed = exporter.close()
    await there.until(1)
    await clock.pass(5000)
    await closed
    expect(exporter.dropped()).toBe(1)
    expect(there.received).toHaveLength(1)
  })
  it('that never answers is left after ten seconds and asked anew', async () => {
    const { exporter, there, clock } = await start((response, turn) => turn > 1 && response.end())
    exporter.hear(settledEvent())
    const flushed = exporter.flush()
    await there.until(1)
    await clock.pass(12_000)
    await there.until(2)
    await flushed
    expect(exporter.dropped()).toBe(0)
  })
})

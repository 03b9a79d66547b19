/** Answers as clients get them: heads, bodies, streams and failures, in the dialect that they asked in. */
import { describe, expect, it } from 'vitest'
import { candidate, failing, saying, span, words } from '../../../test/fake-gateway.ts'
import { openFace } from '../../../test/http-face.ts'
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import type { Failure } from '../../domain/failure.ts'
import type { ModelId, ProviderId } from '../../domain/ids.ts'
import { gzipSync, zstdCompressSync } from 'node:zlib'

const chat = '/v1/chat/completions'
const hello = { model: 'support', messages: [{ role: 'user', content: 'hi' }] }
const streamed = { ...hello, stream: true }
const message = { ...hello, max_tokens: 9 }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const overloaded: Failure = {
  kind: 'upstream-overloaded',
  message: 'openai is overloaded',
  retryAfter: 1500 as Failure['retryAfter'] & number,
}

describe('a client of responses', () => {
  it('finds what it asked for in its answer, whole or streamed, whoever gave it', async () => {
    using open = await openFace()
    open.gateway.play = saying('Hello')
    const asked = { model: 'support', input: 'hi', instructions: 'Be brief.', temperature: 0.5, metadata: { a: 'b' } }
    const { model: _model, input: _input, ...repeated } = asked
    expect(await (await open.post('/v1/responses', asked)).json()).toMatchObject(repeated)
    const stream = await (await open.post('/v1/responses', { ...asked, stream: true })).text()
    const completed = stream.split('\n').find(line => line.startsWith('data: {"type":"response.completed"'))
    expect(JSON.parse(completed?.slice(6) ?? 'null')).toMatchObject({ response: repeated })
  })
})

describe('the head of a whole answer', () => {
  it('tells who served, why, at what cost, and where feedback goes', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin({ attempts: 2, fallback: 'upstream-overloaded', losses: [{ field: 'sampling.topK', why: 'none' }] })
      for (const event of words('Hello')) asked.sink.deliver(deliveryOf([event]))
      asked.end(undefined, { attempts: 2, fallback: 'upstream-overloaded' })
    }
    const response = await open.post(chat, hello)
    expect(response.status).toBe(200)
    const told = Object.fromEntries([...response.headers].filter(([name]) => /^x-|trace/.test(name)))
    expect(told).toEqual({
      'x-request-id': 'req-1',
      'x-signalbox-span-id': span,
      traceresponse: `00-0af7651916cd43dd8448eb211c80319c-${span}-01`,
      'x-signalbox-decision': 'dec-1',
      'x-signalbox-policy': 'floor-then-cheap@abc123',
      'x-signalbox-strategy': '1:cheap',
      'x-signalbox-confidence': '0.9',
      'x-signalbox-provider': 'openai',
      'x-signalbox-model': 'gpt-4o-mini',
      'x-signalbox-overhead-us': '250',
      'x-signalbox-attempts': '2',
      'x-signalbox-fallback': 'upstream-overloaded',
      'x-signalbox-cost-usd': '0.001234',
      'x-signalbox-losses': 'sampling.topK',
      'x-signalbox-cache': 'off',
    })
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    })
  })
  it('holds no character that a header may not hold, whatever things are called', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      const odd = { ...candidate, provider: 'grün\r\nset-cookie: a=b' as ProviderId, model: 'm→n \ud800' as ModelId }
      asked.begin({
        candidate: odd,
        losses: [
          { field: 'a,b\n', why: '' },
          { field: 'x'.repeat(9000), why: '' },
        ],
      })
      asked.sink.deliver(deliveryOf(words('Hello')))
      asked.end()
    }
    const { status, headers } = await open.post(chat, hello)
    expect(status).toBe(200)
    expect(headers.get('set-cookie')).toBeNull()
    expect(headers.get('x-signalbox-provider')).toBe('gr%C3%BCn%0D%0Aset-cookie: a=b')
    expect(headers.get('x-signalbox-model')).toBe('m%E2%86%92n %EF%BF%BD')
    expect(headers.get('x-signalbox-losses')?.slice(0, 11)).toBe('a%2Cb%0A, x')
    expect(headers.get('x-signalbox-losses')?.length).toBeLessThan(2100)
  })
})

describe('a whole answer', () => {
  it('goes through byte for byte on the express lane', async () => {
    using open = await openFace()
    const body = '{ "id":"x", "made_up" : [1, 2],\n"choices":[] }'
    open.gateway.play = asked => {
      asked.begin({ lane: 'express' })
      asked.sink.deliver({ ...nothing, bytes: bytes(body.slice(0, 9)) })
      asked.sink.deliver({ ...nothing, bytes: bytes(body.slice(9)) })
      asked.end()
    }
    expect(await (await open.post(chat, hello)).text()).toBe(body)
  })
  it('is written in the words of Anthropic for who asks in them, with what could not be told', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin()
      const start = { type: 'response-start', model: 'm', extensions: {} } as const
      asked.sink.deliver(deliveryOf([start, { type: 'text-delta', block: 0, text: 'one' }]))
      asked.sink.deliver(deliveryOf([{ type: 'text-delta', block: 0, choice: 1, text: 'two' }]))
      asked.sink.deliver(deliveryOf([{ type: 'choice-end', reason: 'stop' }, { type: 'response-end' }]))
      asked.end()
    }
    const response = await open.post('/v1/messages', message)
    expect(response.headers.get('x-signalbox-losses')).toBe('choices')
    expect(await response.json()).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'one' }] })
  })
  it('shows the decision in its body if asked to, and leaves every other byte', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin({ lane: 'express' })
      asked.sink.deliver({ ...nothing, bytes: bytes('{"id" : "x"}') })
      asked.end()
    }
    const text = await (await open.post(chat, hello, { 'x-signalbox-explain': '1' })).text()
    expect(text.startsWith('{"id" : "x","signalbox":{')).toBe(true)
    expect(JSON.parse(text).signalbox).toMatchObject({
      decision: 'dec-1',
      policy: 'floor-then-cheap@abc123',
      strategy: '1:cheap',
      ranked: [{ deployment: 'mini', propensity: 1 }],
      served: 'mini',
      attempts: 1,
      cost: { usd: 0.001234, source: 'usage' },
    })
  })
  it('that fails is an error with a status, though some of it had come', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin()
      asked.sink.deliver(deliveryOf(words('Hello').slice(0, 3)))
      asked.end({ kind: 'stream-broken', message: 'cut off in the middle' })
    }
    const response = await open.post(chat, hello)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { code: 'stream-broken' } })
  })
  it('that never came is an internal error, not an empty success', async () => {
    using open = await openFace()
    open.gateway.play = asked => asked.end()
    expect((await open.post(chat, hello)).status).toBe(500)
    expect((await open.post(chat, streamed)).status).toBe(500)
  })
})

describe('a streamed answer', () => {
  it('has a head that proxies understand, and ends in [DONE]', async () => {
    using open = await openFace()
    const response = await open.post(chat, streamed)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(response.headers.get('x-signalbox-decision')).toBe('dec-1')
    expect(response.headers.get('x-signalbox-cost-usd')).toBeNull()
    const text = await response.text()
    expect(text).toMatch(/"content":"Hello "/)
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })
  it('goes through byte for byte on the express lane', async () => {
    using open = await openFace()
    const frames = ['data: {"a":1}\n\n', ': odd comment\n\ndata: {"b":"é"}\n\n', 'data: [DONE]\n\n']
    open.gateway.play = asked => {
      asked.begin({ lane: 'express' })
      for (const frame of frames) asked.sink.deliver({ ...nothing, bytes: bytes(frame) })
      asked.sink.deliver(nothing)
      asked.end()
    }
    expect(await (await open.post(chat, streamed)).text()).toBe(frames.join(''))
  })
  it('that fails before its first piece is an error with a status and no stream', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin({ attempts: 2, fallback: 'upstream-timeout' })
      asked.end(overloaded, { attempts: 2, fallback: 'upstream-timeout' })
    }
    const response = await open.post(chat, streamed)
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('retry-after')).toBe('2')
    expect(response.headers.get('retry-after-ms')).toBe('1500')
    expect(response.headers.get('x-signalbox-attempts')).toBe('2')
    expect(response.headers.get('x-signalbox-fallback')).toBe('upstream-timeout')
    expect(await response.json()).toMatchObject({ error: { code: 'upstream-overloaded', param: null } })
  })
  it.each(['express', 'translated'] as const)(
    'that fails after it (%s) ends in a typed error, never cleanly',
    async lane => {
      using open = await openFace()
      open.gateway.play = asked => {
        asked.begin({ lane })
        asked.sink.deliver(
          lane === 'express'
            ? { ...nothing, bytes: bytes('data: {"choices":[]}\n\n'), content: true }
            : deliveryOf(words('Hello').slice(0, 3)),
        )
        asked.end({ kind: 'stream-broken', message: 'cut off in the middle' })
      }
      const openai = await (await open.post(chat, streamed)).text()
      expect(openai).not.toContain('[DONE]')
      const last = openai.trimEnd().split('\n\n').at(-1) ?? ''
      expect(JSON.parse(last.slice(last.indexOf('{')))).toMatchObject({ error: { code: 'stream-broken' } })
      const anthropic = await (await open.post('/v1/messages', { ...message, stream: true })).text()
      expect(anthropic).not.toContain('message_stop')
      expect(anthropic.trimEnd().split('\n\n').at(-1)).toMatch(/^event: error\ndata: \{"type":"error"/)
    },
  )
  it('tells what it loses on the way in a comment at its end, since its head has left', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin()
      for (const event of words('Hello').slice(0, 3)) asked.sink.deliver(deliveryOf([event]))
      asked.sink.deliver(deliveryOf([{ type: 'text-delta', block: 0, choice: 1, text: 'two' }]))
      for (const event of words('Hello').slice(3)) asked.sink.deliver(deliveryOf([event]))
      asked.end()
    }
    const response = await open.post('/v1/messages', { ...message, stream: true })
    expect(response.headers.get('x-signalbox-losses')).toBeNull()
    expect(await response.text()).toMatch(/message_stop"\}\n\n: x-signalbox-losses: choices\n\n$/)
  })
  it('whose events tell of the failure does not tell it twice', async () => {
    using open = await openFace()
    const failure: Failure = { kind: 'stream-broken', message: 'cut off in the middle' }
    open.gateway.play = asked => {
      asked.begin()
      asked.sink.deliver(deliveryOf(words('Hello').slice(0, 3)))
      asked.sink.deliver(deliveryOf([{ type: 'response-failed', failure }]))
      asked.end(failure)
    }
    expect((await (await open.post(chat, streamed)).text()).split('cut off in the middle')).toHaveLength(2)
  })
})

describe('what the gateway is asked', () => {
  it('is the body, the caller, the wishes of the headers and the place in the trace', async () => {
    using open = await openFace()
    const response = await open.post(
      chat,
      { ...hello, metadata: { tier: 'gold', team: 'from body' }, user: 'u-1' },
      {
        'x-signalbox-tags': 'team=search, region=eu',
        'x-tenant-id': 'acme',
        'x-portkey-metadata': '{"_user":"jo","n":1}',
        'x-signalbox-session': 's-1',
        'x-signalbox-run': 'run-7',
        'x-signalbox-lock': 'openai',
        'x-signalbox-only': 'openai, anthropic',
        'x-signalbox-ignore': 'groq',
        'x-budget-cap': '0.05',
        'x-signalbox-max-attempts': '2',
        'x-signalbox-timeout-ms': '2500',
        'x-signalbox-task': 'code',
        'x-signalbox-cache': 'refresh',
        'x-fagi-route-policy': 'theirs',
        'x-signalbox-policy': 'ours',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
        tracestate: 'vendor=1',
      },
    )
    expect(response.headers.get('traceresponse')).toMatch(/-00$/)
    const [asked] = open.gateway.calls
    expect(asked?.incoming).toMatchObject({
      caller: { key: 'ci' },
      body: { target: 'support', endUser: 'u-1', metadata: { tier: 'gold' } },
      wishes: {
        policy: 'ours',
        tags: { tier: 'gold', team: 'search', region: 'eu', tenant: 'acme', _user: 'jo', n: '1' },
        session: 's-1',
        run: 'run-7',
        lock: 'openai',
        only: ['openai', 'anthropic'],
        ignore: ['groq'],
        budgetCap: 50_000,
        maxAttempts: 2,
        timeout: 2500,
        task: 'code',
      },
      trace: {
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        parent: '00f067aa0ba902b7',
        sampled: false,
        state: 'vendor=1',
      },
      raw: { dialect: 'openai-chat' },
    })
  })
  it('holds the bytes as they came, without a byte order mark, whatever packing they came in', async () => {
    using open = await openFace()
    const text = '{ "model":"support",  "new_field":{"__proto__":1}, "messages":[{"role":"user","content":"é"}] }'
    const packs = { identity: Buffer.from(`\ufeff${text}`), gzip: gzipSync(text), zstd: zstdCompressSync(text) }
    for (const [packing, body] of Object.entries(packs)) {
      const headers = { authorization: 'Bearer sk-sb-0123456789abcdef0123', 'content-encoding': packing }
      const response = await fetch(`${open.face.url}${chat}`, { method: 'POST', headers, body })
      expect(response.status, packing).toBe(200)
      const raw = open.gateway.calls.at(-1)?.incoming.raw
      expect(Buffer.from(raw?.bytes ?? []).toString(), packing).toBe(text)
    }
    expect(Object.hasOwn(Object.prototype, '1')).toBe(false)
  })
  it('holds the protocol headers that belong to the dialect, and no others', async () => {
    using open = await openFace()
    await open.post('/v1/messages?beta=true', message, {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'a,b',
      cookie: 'c',
    })
    expect(open.gateway.calls[0]?.incoming.raw?.headers).toEqual([
      'anthropic-version',
      '2023-06-01',
      'anthropic-beta',
      'a,b',
    ])
  })
  it('leaves out what OpenRouter’s members meant for us, and says what of it cannot be done', async () => {
    using open = await openFace()
    const provider = { order: ['openai', 'groq'], ignore: ['azure'], sort: 'price', preferred_max_latency: 2 }
    const response = await open.post(
      chat,
      { ...hello, provider, models: ['support', 'other'], route: 'fallback' },
      { 'x-signalbox-ignore': 'xai' },
    )
    expect(response.headers.get('x-signalbox-losses')).toBe('provider.preferred_max_latency')
    const { wishes, raw, body } = open.gateway.calls[0]?.incoming ?? {}
    expect(wishes).toEqual({
      tags: {},
      ignore: ['azure', 'xai'],
      order: ['openai', 'groq'],
      sort: 'cheap',
      models: ['other'],
      path: '/v1/chat/completions',
    })
    expect(raw?.json).toEqual(hello)
    expect(Buffer.from(raw?.bytes ?? []).toString()).toBe(JSON.stringify(hello))
    expect(JSON.stringify(body?.extensions)).not.toMatch(/provider|models|route/)
  })
  it('takes the first of models for a missing model, and narrows who may serve by body and header', async () => {
    using open = await openFace()
    const provider = { order: ['openai', 'groq'], allow_fallbacks: false, only: ['openai', 'azure'] }
    const { messages } = hello
    await open.post(chat, { messages, provider, models: ['support'] }, { 'x-signalbox-only': 'openai,groq' })
    const [first] = open.gateway.calls
    expect(first?.incoming.wishes).toMatchObject({ only: ['openai'], order: ['openai', 'groq'], allowFallbacks: false })
    expect(first?.incoming.wishes?.models).toBeUndefined()
    expect(first?.incoming.body.target).toBe('support')
    expect(JSON.parse(Buffer.from(first?.incoming.raw?.bytes ?? []).toString())).toEqual({ messages, model: 'support' })
  })
})

describe('failures', () => {
  it('tell clients whether and when to try again', async () => {
    using open = await openFace()
    open.gateway.play = failing({
      kind: 'upstream-invalid',
      message: 'no such parameter',
      param: 'seed',
      retriable: false,
    })
    const response = await open.post(chat, hello)
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(await response.json()).toMatchObject({ error: { param: 'seed' } })
    expect((await open.post(chat, hello, { authorization: 'Bearer wrong' })).headers.get('www-authenticate')).toMatch(
      /^Bearer/,
    )
  })
  it('that nobody foresaw are told as internal, without a stack, and to the alarm', async () => {
    const alarms: unknown[] = []
    using open = await openFace({ alarm: (_message, error) => alarms.push(error) })
    open.gateway.handle = () => {
      throw new Error('a secret detail')
    }
    const response = await open.post(chat, hello)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret detail')
    expect(alarms).toHaveLength(1)
    open.gateway.targets = () => {
      throw new Error('another')
    }
    expect((await open.get('/v1/models')).status).toBe(500)
    expect(alarms).toHaveLength(2)
  })
  it.each([false, true])('of an encoder end one request, not the house (stream: %s)', async stream => {
    const alarms: unknown[] = []
    using open = await openFace({ alarm: (_message, error) => alarms.push(error) })
    const impossible = { ...nothing, events: [null as never] }
    open.gateway.play = asked => {
      asked.begin()
      asked.sink.deliver(impossible)
      asked.end()
    }
    expect((await open.post(chat, { ...hello, stream })).status).toBe(500)
    expect(alarms).toHaveLength(1)
    expect(open.gateway.calls[0]?.isAborted).toBe(true)
    open.gateway.play = asked => {
      asked.begin()
      asked.sink.deliver(deliveryOf(words('Hello').slice(0, 3)))
      asked.sink.deliver(impossible)
      asked.end()
    }
    const broken = open.post(chat, { ...hello, stream })
    if (stream) await expect(broken.then(response => response.text())).rejects.toThrow()
    else expect((await broken).status).toBe(500)
    expect((await open.get('/healthz')).status).toBe(200)
  })
  it('of one request leave the connection fit for the next', async () => {
    using open = await openFace()
    open.gateway.play = failing(overloaded)
    expect((await open.post(chat, hello)).status).toBe(503)
    open.gateway.play = saying('Hello')
    expect((await open.post(chat, hello)).status).toBe(200)
  })
})

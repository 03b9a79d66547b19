/** Conversations against real sockets: what the listener hears of them, whatever the other side does. */
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settle, testClock } from '../../test/clock.ts'
import { openSocketUpstream } from '../../test/socket-client.ts'
import type { SocketUpstream } from '../../test/socket-client.ts'
import { until } from '../../test/walk/open-house.ts'
import type { Closing, MessageForm } from '../domain/conversation.ts'
import { millis } from '../domain/units.ts'
import type { Exchange, Transport, WireError, WireHead, WireListener, WireRequest } from '../ports/transport.ts'
import { socketTransport } from './socket-transport.ts'
import type { SocketTransport } from './socket-transport.ts'

const inner: Transport = {
  send: (_, listener) => {
    queueMicrotask(() => listener.end())
    return { pause() {}, resume() {}, stop() {} }
  },
}

interface Ear extends WireListener {
  readonly heard: string[]
  readonly forms: (MessageForm | undefined)[]
  head_: WireHead | undefined
  closing: Closing | undefined
  failed: WireError | undefined
  isOver: boolean
  isDrained: boolean
}
const ear = (): Ear => {
  const one: Ear = {
    heard: [],
    forms: [],
    head_: undefined,
    closing: undefined,
    failed: undefined,
    isOver: false,
    isDrained: false,
    head: head => void (one.head_ = head),
    data: (chunk, form) => {
      one.heard.push(Buffer.from(chunk).toString())
      one.forms.push(form)
    },
    end: closing => {
      expect(one.isOver).toBe(false)
      Object.assign(one, { closing, isOver: true })
    },
    error: failed => {
      expect(one.isOver).toBe(false)
      Object.assign(one, { failed, isOver: true })
    },
    drained: () => void (one.isDrained = true),
  }
  return one
}
const text = (words: string) => ({ form: 'text', data: new TextEncoder().encode(words) }) as const

describe('a conversation', () => {
  let upstream: SocketUpstream
  let transport: SocketTransport
  const clock = testClock()
  const wire = (more: Partial<WireRequest> = {}): WireRequest => ({
    method: 'GET',
    url: `${upstream.url.replace('http', 'ws')}/v1/realtime?model=x`,
    headers: ['authorization', 'Bearer k', 'x-two', 'a', 'x-two', 'b'],
    body: '',
    ...more,
  })
  const open = async (more: Partial<WireRequest> = {}): Promise<{ exchange: Exchange; to: Ear }> => {
    const to = ear()
    const exchange = transport.send(wire(more), to, millis(1_000))
    await until('it is open', () => to.head_ !== undefined)
    return { exchange, to }
  }
  beforeEach(async () => {
    upstream = await openSocketUpstream()
    transport = socketTransport(inner, { clock, every: millis(30_000) })
  })
  afterEach(() => {
    transport.close()
    upstream.close()
  })

  it('is opened with the headers, says first what is first, and tells messages by their form', async () => {
    const said: string[] = []
    upstream.manner = line => {
      line.on('message', (data: Buffer, isBinary) => {
        said.push(data.toString())
        line.send(data, { binary: !isBinary })
      })
    }
    const to = ear()
    const exchange = transport.send(wire({ opening: text('first') }), to, millis(1_000))
    exchange.write?.(text('early'))
    await until('it is open', () => to.head_ !== undefined)
    exchange.write?.({ form: 'binary', data: Uint8Array.of(65) })
    await until('all came back', () => to.heard.length === 3)
    expect(said).toEqual(['first', 'early', 'A'])
    expect([to.head_?.status, to.heard, to.forms]).toEqual([101, ['first', 'early', 'A'], ['binary', 'binary', 'text']])
    expect(upstream.requests[0]?.url).toBe('/v1/realtime?model=x')
    expect(upstream.requests[0]?.headers).toMatchObject({ authorization: 'Bearer k', 'x-two': 'a, b' })
  })
  it('that is refused tells status, headers and body', async () => {
    upstream.status = { status: 429, body: '{"error":"slow"}' }
    const { to } = await open()
    await until('it is over', () => to.isOver)
    expect([to.head_?.status, to.head_?.headers['content-type'], to.heard, to.failed]).toEqual([
      429,
      'application/json',
      ['{"error":"slow"}'],
      undefined,
    ])
  })
  it.each([
    [1000, ''],
    [1011, 'broken'],
    [4123, 'own'],
  ])('that the other side closes with %i ends with that', async (code, reason) => {
    const { to } = await open()
    upstream.lines[0]?.close(code, reason)
    await until('it is over', () => to.isOver)
    expect(to.closing).toEqual({ code, reason })
  })
  it('that breaks off without a word is an error', async () => {
    const { to } = await open()
    upstream.lines[0]?.terminate()
    await until('it is over', () => to.isOver)
    expect(to.failed).toMatchObject({ kind: 'closed', message: expect.stringContaining('without a word') })
  })
  it('with nobody at the address, or with an address that is none, is an error too', async () => {
    const nobody = ear()
    const free = await openSocketUpstream()
    free.close()
    transport.send(wire({ url: free.url.replace('http', 'ws') }), nobody, millis(1_000))
    await until('it is over', () => nobody.isOver)
    expect(nobody.failed).toMatchObject({ kind: 'connect', message: expect.stringContaining('ECONNREFUSED') })
    const wrong = ear()
    transport.send(wire({ headers: ['x', 'a\nb'] }), wrong, millis(1_000))
    await until('it is over', () => wrong.isOver)
    expect(wrong.failed?.kind).toBe('protocol')
  })
  it('has a time for connecting, and none for the answer', async () => {
    const mute = createServer(() => undefined)
    await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve))
    const address = mute.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const connected = new Promise(resolve => mute.once('connection', resolve))
    const to = ear()
    const exchange = transport.send(wire({ url: `ws://127.0.0.1:${port}/` }), to, millis(1_000))
    await connected
    await settle()
    await clock.pass(60_000)
    expect(to.isOver).toBe(false)
    exchange.stop()
    const late = ear()
    transport.send(wire(), late, millis(1_000))
    clock.advance(1_000)
    expect(late.failed?.kind).toBe('connect-timeout')
    mute.close()
  })
  it('is given up where the other side answers nothing any more', async () => {
    const { to } = await open()
    const [line] = upstream.lines
    await clock.pass(30_000)
    await until('the pong came', () => line?.bufferedAmount === 0)
    await settle()
    await clock.pass(30_000)
    expect(to.isOver).toBe(false)
    await settle()
    line?.pause()
    await clock.pass(30_000)
    await clock.pass(30_000)
    expect(to.failed).toMatchObject({ kind: 'closed', message: expect.stringContaining('does not answer') })
  })
  it('is closed with the code that is given, and hears how the other side took it', async () => {
    const { exchange, to } = await open()
    exchange.write?.(text('last words'))
    exchange.close?.({ code: 1000, reason: 'r'.repeat(200) })
    await until('it is over', () => to.isOver)
    expect(to.closing?.code).toBe(1000)
    expect(upstream.closed[0]?.reason).toBe(`${'r'.repeat(120)}...`)
  })
  it('that is stopped says goodbye, and tells nothing more', async () => {
    const { exchange, to } = await open()
    exchange.stop()
    await until('the other side hears it', () => upstream.closed.length === 1)
    expect([upstream.closed[0]?.code, to.isOver]).toEqual([1001, false])
    const early = ear()
    transport.send(wire(), early, millis(1_000)).stop()
    await settle()
    expect([early.isOver, early.head_]).toEqual([false, undefined])
  })
  it('asks to wait while too much is under way, and says when it can take more', async () => {
    const { exchange, to } = await open()
    upstream.lines[0]?.pause()
    const message = text('z'.repeat(1024 * 1024))
    let goesOn = true
    for (let at = 0; at < 64 && goesOn; at += 1) {
      goesOn = exchange.write?.(message) ?? true
      await settle()
    }
    expect(goesOn).toBe(false)
    upstream.lines[0]?.resume()
    await until('it can take more', () => to.isDrained)
  })
  it('hears nothing while it is paused', async () => {
    const { exchange, to } = await open()
    exchange.pause()
    upstream.lines[0]?.send('later')
    await settle()
    await settle()
    expect(to.heard).toEqual([])
    exchange.resume()
    await until('it is heard', () => to.heard.length === 1)
  })
  it('ends as aborted where the transport is closed, and none is begun after it', async () => {
    const { to } = await open()
    transport.close()
    expect(to.failed?.kind).toBe('aborted')
    const late = ear()
    transport.send(wire(), late, millis(1_000))
    await until('it is over', () => late.isOver)
    expect(late.failed?.kind).toBe('aborted')
  })
  it('is none where the address is of HTTP', async () => {
    const to = ear()
    transport.send(wire({ url: upstream.url }), to, millis(1_000))
    await until('it is over', () => to.isOver)
    expect([to.head_, to.closing, to.failed]).toEqual([undefined, undefined, undefined])
  })
})

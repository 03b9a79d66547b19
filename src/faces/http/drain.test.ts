/** The orderly end: what is under way ends well or is told, what is new is refused, and the port is shut. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { testClock } from '../../../test/clock.ts'
import { saying, words } from '../../../test/fake-gateway.ts'
import type { Asked } from '../../../test/fake-gateway.ts'
import { openFace, secret } from '../../../test/http-face.ts'
import type { Opened } from '../../../test/http-face.ts'
import { dial, post } from '../../../test/raw-client.ts'
import { deliveryOf } from '../../domain/delivery.ts'
import { millis } from '../../domain/units.ts'

const chat = '/v1/chat/completions'
const hello = { model: 'support', messages: [{ role: 'user', content: 'hi' }] }
const streamed = { ...hello, stream: true }
const half = words('Hello there').slice(0, 3)

const started = async (open: Opened): Promise<{ readonly asked: Asked; readonly response: Response }> => {
  open.gateway.play = asked => {
    asked.begin()
    asked.sink.deliver(deliveryOf(half))
  }
  const next = open.gateway.next()
  const response = await open.post(chat, streamed)
  return { asked: await next, response }
}

describe('draining', () => {
  it('lets a stream under way end, and then the port is closed', async () => {
    using open = await openFace()
    const { asked, response } = await started(open)
    let isOver = false
    const drained = open.face.drain(millis(60_000)).then(() => (isOver = true))
    expect((await open.get('/readyz')).status).toBe(503)
    expect(isOver).toBe(false)
    for (const event of words('Hello there').slice(3)) asked.sink.deliver(deliveryOf([event]))
    asked.end()
    expect(await response.text()).toMatch(/\[DONE\]\n\n$/)
    await drained
    await expect(dial(open.face.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
  it('refuses new work meanwhile, in the client’s words, and asks it to come again elsewhere', async () => {
    using open = await openFace()
    const { asked } = await started(open)
    const drained = open.face.drain(millis(60_000))
    const response = await open.post('/v1/messages', { ...hello, max_tokens: 5 })
    expect(response.status).toBe(503)
    expect(response.headers.get('connection')).toBe('close')
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } })
    const ready = await open.get('/readyz')
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'draining', in_flight: 0 }])
    expect((await open.get('/healthz')).status).toBe(200)
    expect(open.gateway.calls).toHaveLength(1)
    asked.end()
    await drained
  })
  it('ends what takes too long with a typed error, never as a clean end, and stops its upstream', async () => {
    const clock = testClock()
    using open = await openFace({ clock })
    const { asked, response } = await started(open)
    open.gateway.play = () => undefined
    const silent = open.gateway.next()
    const whole = open.post(chat, hello)
    const waiting = await silent
    const drained = open.face.drain(millis(5_000))
    await clock.pass(5_000)
    const text = await response.text()
    expect(text).not.toContain('[DONE]')
    expect(text).toMatch(/"error":\{.*shutting down/)
    expect((await whole).status).toBe(503)
    await Promise.all([asked.aborted, waiting.aborted])
    // What the gateway says afterwards is not heard any more.
    asked.end({ kind: 'cancelled', message: 'gone' })
    let isOver = false
    void drained.then(() => (isOver = true))
    for (let turn = 0; turn < 200 && !isOver; turn++) await clock.pass(50)
    await drained
  })
  it('waits for no idle connection, whether it ever asked for something or not', async () => {
    const clock = testClock()
    using open = await openFace({ clock })
    const idle = await dial(open.face.port)
    const closed = once(idle, 'close')
    idle.resume()
    await open.get('/healthz')
    let isOver = false
    const drained = open.face.drain(millis(60_000)).then(() => (isOver = true))
    for (let turn = 0; turn < 20 && !isOver; turn++) await clock.pass(50)
    await closed
    await drained
  })
  it('lets a body that is coming become an answer', async () => {
    using open = await openFace()
    open.gateway.play = saying('Hello there')
    const text = post(chat, JSON.stringify(hello), [`authorization: Bearer ${secret}`])
    const socket = await dial(open.face.port)
    socket.write(text.slice(0, -5))
    const answered = once(socket, 'data')
    await open.get('/healthz')
    const drained = open.face.drain(millis(60_000))
    socket.write(text.slice(-5))
    const [answer] = await answered
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/)
    await drained
  })
})

describe('closing', () => {
  it('breaks off what is under way, and stops its upstream', async () => {
    const open = await openFace()
    const { asked, response } = await started(open)
    await open.face.close()
    await expect(response.text()).rejects.toThrow()
    await asked.aborted
  })
})

describe('opening', () => {
  it('says what is wrong if the port is taken', async () => {
    using open = await openFace()
    const settings = { host: '127.0.0.1', port: open.face.port, maxBodyBytes: 1, corsOrigins: [], drain: millis(1) }
    await expect(openFace({ settings })).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: another process/)
  })
})

/** Conversations under pressure: many of them, sides that do not read, messages that are too large, and a house that closes. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { millis } from '../../src/domain/units.ts'
import { SocketClient, openSocketUpstream } from '../socket-client.ts'
import type { SocketUpstream } from '../socket-client.ts'
import { openHouse, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

let upstream: SocketUpstream
let house: OpenHouse
const hello = (line: WebSocket): void => line.send('{"type":"session.created"}')

beforeAll(async () => {
  upstream = await openSocketUpstream()
})
beforeEach(async () => {
  upstream.manner = hello
  for (const list of [upstream.requests, upstream.lines, upstream.closed]) list.length = 0
  house = await openHouse({
    config: () =>
      [
        'providers:',
        `  openai: { type: openai, url: '${upstream.url}/v1', key: '\${WORLD_KEY}' }`,
        'deployments:',
        '  rt: { provider: openai, model: gpt-realtime }',
      ].join('\n'),
  })
})
afterEach(() => house.close())
afterAll(() => upstream.close())

const talk = () => new SocketClient(`${house.url}/v1/realtime?model=rt`, { authorization: `Bearer ${virtualKey}` })

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')
const held = (): number => {
  if (typeof collectGarbage === 'function') collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

describe('conversations under pressure', () => {
  it('leave nothing behind, however many were held', async () => {
    const round = async (): Promise<number> => {
      const before = upstream.closed.length
      for (let at = 0; at < 10; at += 1) {
        const clients = Array.from({ length: 20 }, talk)
        await Promise.all(clients.map(client => client.type('session.created')))
        for (const client of clients) client.socket.close(1000)
        await Promise.all(clients.map(client => client.end()))
      }
      await until('all are closed', () => upstream.closed.length === before + 200)
      await until('all are told', () => house.running.house.gateway.inFlight() === 0)
      for (const list of [upstream.requests, upstream.lines, upstream.closed, house.events, house.settled]) {
        Object.assign(list, { length: 0 })
      }
      await house.running.house.flush()
      return held()
    }
    await round()
    const before = await round()
    const after = await round()
    // A conversation's own objects are some 20 KB: 200 that stayed would be seen.
    expect(after - before).toBeLessThan(1_500_000)
  })
  it('make an upstream wait whose client does not read, and lose nothing', async () => {
    const message = 'x'.repeat(256 * 1024)
    const count = 200
    upstream.manner = line => {
      hello(line)
      line.on('message', () => {
        for (let at = 0; at < count; at += 1) line.send(`${at} ${message}`)
      })
    }
    const client = talk()
    await client.type('session.created')
    client.say('go')
    await until('the upstream is asked', () => (upstream.lines[0]?.bufferedAmount ?? 0) > 0)
    client.socket.pause()
    const waits = (): boolean => {
      const amount = upstream.lines[0]?.bufferedAmount ?? 0
      return amount > 30_000_000
    }
    // What the upstream could not get rid of lies with it, not with us: some buffers of ours and the kernel's are full.
    for (let turn = 0; turn < 500; turn += 1) await new Promise(resolve => setImmediate(resolve))
    expect(waits()).toBe(true)
    client.socket.resume()
    await client.until(() => client.heard.length === count + 1)
    expect(client.heard.slice(1).every(({ text }, at) => text === `${at} ${message}`)).toBe(true)
    client.socket.close()
  })
  it('make a client wait whose upstream does not read, and lose nothing', async () => {
    const message = 'y'.repeat(256 * 1024)
    const count = 150
    let heard = 0
    let isInOrder = true
    upstream.manner = line => {
      hello(line)
      line.on('message', (data: Buffer) => {
        isInOrder &&= data.toString().startsWith(`${heard++} y`)
      })
      line.pause()
    }
    const client = talk()
    await client.type('session.created')
    for (let at = 0; at < count; at += 1) client.say(`${at} ${message}`)
    for (let turn = 0; turn < 500; turn += 1) await new Promise(resolve => setImmediate(resolve))
    expect(client.socket.bufferedAmount).toBeGreaterThan(20_000_000)
    upstream.lines[0]?.resume()
    await until('all of it has arrived', () => heard === count)
    expect(isInOrder).toBe(true)
    client.socket.close()
  })
  it('end where a message is too large', async () => {
    const client = talk()
    await client.type('session.created')
    client.say(Buffer.alloc(33 * 1024 * 1024))
    expect((await client.end()).code).toBe(1009)
    await until('the upstream hears it', () => upstream.closed.length === 1)
  })
  it('are told to begin anew where the house closes, once their time is over', async () => {
    const client = talk()
    await client.type('session.created')
    const drained = house.running.http.drain(millis(100))
    const late = await talk().answer()
    expect([late.status, late.headers['retry-after']]).toEqual([503, '1'])
    expect(await client.end()).toMatchObject({ code: 1012, reason: expect.stringContaining('shutting down') })
    expect(client.heard.at(-1)?.text).toContain('"type":"error"')
    await drained
    expect(upstream.closed).toEqual([{ code: 1001, reason: '' }])
  })
  it('may end by themselves while the house closes', async () => {
    const client = talk()
    await client.type('session.created')
    const drained = house.running.http.drain(millis(60_000))
    client.socket.close(1000, 'done')
    await drained
    expect(client.closed).toEqual({ code: 1000, reason: 'done' })
  })
})

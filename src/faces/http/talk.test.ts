/** The client's side of a conversation, with a gateway that the test plays: when it is let in, when it has to wait, and how it is let go. */
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../../test/clock.ts'
import type { Asked } from '../../../test/fake-gateway.ts'
import { bearer, openFace } from '../../../test/http-face.ts'
import { SocketClient } from '../../../test/socket-client.ts'
import { until } from '../../../test/walk/open-house.ts'
import type { Closing, SocketMessage } from '../../domain/conversation.ts'
import { nothing } from '../../domain/delivery.ts'

const say = (asked: Asked, text: string): boolean =>
  asked.sink.deliver({ ...nothing, bytes: new TextEncoder().encode(text), form: 'text', content: true })

const scene = async () => {
  const clock = testClock()
  const opened = await openFace({ clock })
  const heard: SocketMessage[] = []
  const closings: Closing[] = []
  const state = { takes: true }
  opened.gateway.play = ({ call }) =>
    Object.assign(call, {
      send: (message: SocketMessage) => heard.push(message) > 0 && state.takes,
      close: (closing: Closing) => void closings.push(closing),
    })
  const next = opened.gateway.next()
  const client = new SocketClient(`${opened.face.url}/v1/realtime?model=x`, bearer)
  const asked = await next
  return { clock, opened, client, asked, heard, closings, state }
}

describe('a client of a conversation', () => {
  it('is let in once somebody has answered, or a second after somebody listens', async () => {
    const first = await scene()
    await settle()
    expect(first.client.socket.readyState).toBe(0)
    first.asked.begin()
    say(first.asked, 'hello')
    await first.client.until(() => first.client.heard.length === 1)
    const second = await scene()
    second.asked.sink.opened?.()
    second.clock.advance(999)
    await settle()
    expect(second.client.socket.readyState).toBe(0)
    second.clock.advance(1)
    await until('it is open', () => second.client.socket.readyState === 1)
    first.opened[Symbol.dispose]()
    second.opened[Symbol.dispose]()
  })
  it('waits while the upstream cannot take more', async () => {
    const { asked, client, heard, state, opened } = await scene()
    asked.begin()
    await until('it is open', () => client.socket.readyState === 1)
    state.takes = false
    client.say('one')
    await until('it is heard', () => heard.length === 1)
    client.say('two')
    for (let turn = 0; turn < 20; turn += 1) await settle()
    expect(heard).toHaveLength(1)
    state.takes = true
    asked.sink.drained?.()
    await until('it is heard', () => heard.length === 2)
    opened[Symbol.dispose]()
  })
  it('that reads nothing for too long is let go, and the upstream with it', async () => {
    const { clock, asked, client, opened } = await scene()
    asked.begin()
    await until('it is open', () => client.socket.readyState === 1)
    client.socket.pause()
    const message = 'x'.repeat(1024 * 1024)
    for (let at = 0; at < 64 && say(asked, message); at += 1) await settle()
    expect(asked.isAborted).toBe(false)
    clock.advance(119_999)
    expect(asked.isAborted).toBe(false)
    clock.advance(1)
    expect(asked.isAborted).toBe(true)
    client.socket.resume()
    expect((await client.end()).code).toBe(1013)
    opened[Symbol.dispose]()
  })
  it('that reads again in time goes on', async () => {
    const { clock, asked, client, opened } = await scene()
    asked.begin()
    await until('it is open', () => client.socket.readyState === 1)
    client.socket.pause()
    for (let at = 0; at < 64 && say(asked, 'x'.repeat(1024 * 1024)); at += 1) await settle()
    client.socket.resume()
    await until('more is asked for', () => asked.resumed === 1)
    clock.advance(200_000)
    expect(asked.isAborted).toBe(false)
    opened[Symbol.dispose]()
  })
  it('that answers no ping has gone', async () => {
    const { clock, asked, client, opened } = await scene()
    asked.begin()
    await until('it is open', () => client.socket.readyState === 1)
    client.socket.pause()
    clock.advance(30_000)
    await settle()
    clock.advance(30_000)
    await until('the call is given up', () => asked.isAborted)
    opened[Symbol.dispose]()
  })
  it('is told why on an open line, and by a code that says whose fault it was', async () => {
    const codes: Readonly<Record<string, number>> = {
      'upstream-overloaded': 1013,
      'stream-broken': 1011,
      forbidden: 1008,
    }
    for (const [kind, code] of Object.entries(codes)) {
      const { asked, client, opened } = await scene()
      asked.begin()
      await until('it is open', () => client.socket.readyState === 1)
      asked.end({ kind, message: 'no more' } as Parameters<Asked['end']>[0])
      expect(await client.end()).toEqual({ code, reason: 'no more' })
      expect(JSON.parse(client.heard[0]?.text ?? '')).toMatchObject({ type: 'error', error: { code: kind } })
      opened[Symbol.dispose]()
    }
  })
  it('says goodbye with its own code', async () => {
    const { asked, client, closings, opened } = await scene()
    asked.begin()
    await until('it is open', () => client.socket.readyState === 1)
    client.socket.close(4001, 'own')
    await until('the call hears it', () => closings.length === 1)
    expect(closings).toEqual([{ code: 4001, reason: 'own' }])
    opened[Symbol.dispose]()
  })
})

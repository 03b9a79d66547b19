/** Clients that read slowly, leave, stall or send too much: nothing grows without bound, and upstreams hear of it. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { settle, testClock } from '../../../test/clock.ts'
import { words } from '../../../test/fake-gateway.ts'
import type { Asked } from '../../../test/fake-gateway.ts'
import { openFace, secret, serverConfig } from '../../../test/http-face.ts'
import type { Opened } from '../../../test/http-face.ts'
import { dial, exchange, hear, post, roomIn, untilClosed } from '../../../test/raw-client.ts'
import { deliveryOf, nothing } from '../../domain/delivery.ts'
import { millis } from '../../domain/units.ts'

const chat = '/v1/chat/completions'
const key = `authorization: Bearer ${secret}`
const hello = '{"model":"support","messages":[{"role":"user","content":"hi"}]}'
const streamed = '{"model":"support","messages":[{"role":"user","content":"hi"}],"stream":true}'
const frame = new TextEncoder().encode(`data: {"x":"${'a'.repeat(64 * 1024)}"}\n\n`)

/** Delivers frames, again after each pause, until the kernel takes no more for this client; gives how many it took. */
const press = async (asked: Asked): Promise<number> => {
  let count = 0
  let turns = 0
  const fill = (): void => {
    turns = 0
    while (count < 10_000) {
      count++
      if (!asked.sink.deliver({ ...nothing, bytes: frame, content: true })) return
    }
  }
  asked.flow.resume = fill
  fill()
  for (; turns < 50 && count < 10_000; turns++) await settle()
  return count
}

/** A client that asks for a stream and does not read it. */
const deaf = async (open: Opened): Promise<{ readonly socket: Socket; readonly asked: Asked }> => {
  open.gateway.play = asked => asked.begin({ lane: 'express' })
  const next = open.gateway.next()
  const socket = await dial(open.face.port)
  socket.pause()
  socket.write(post(chat, streamed, [key]))
  return { socket, asked: await next }
}

describe('a client that reads slowly', () => {
  it('makes the upstream pause, and go on once it has read', async () => {
    using open = await openFace()
    const { socket, asked } = await deaf(open)
    // The kernel's buffers take some megabytes; after that it must stop, long before the end of memory.
    expect(await press(asked)).toBeLessThan(1_000)
    const resumed = new Promise<void>(resolve => {
      asked.flow.resume = resolve
    })
    socket.resume()
    await resumed
    expect(asked.isAborted).toBe(false)
    asked.end()
    socket.destroy()
  })
  it('gets every byte, however often it had to wait', async () => {
    using open = await openFace()
    const { socket, asked } = await deaf(open)
    let sent = 0
    const go = (): void => {
      while (sent < 120) {
        sent++
        if (!asked.sink.deliver({ ...nothing, bytes: frame, content: true })) return
      }
      asked.end()
    }
    asked.flow.resume = go
    go()
    const text = await hear(socket).until(/0\r\n\r\n$/)
    expect(text.split('a'.repeat(64 * 1024))).toHaveLength(121)
    socket.destroy()
  })
  it('that does not read at all is left, and the upstream stopped', async () => {
    using open = await openFace({ limits: { stall: millis(100) } })
    const { asked } = await deaf(open)
    await press(asked)
    await asked.aborted
    // What still comes is taken and thrown away.
    expect(asked.sink.deliver({ ...nothing, bytes: frame })).toBe(true)
    asked.end()
  })
})

describe('a client that leaves', () => {
  it.each(['before the first word', 'in the middle of a stream'])('%s stops the upstream', async when => {
    using open = await openFace()
    const { socket, asked } = await deaf(open)
    if (when !== 'before the first word') {
      const started = once(socket, 'data')
      asked.sink.deliver(deliveryOf(words('Hello').slice(0, 3)))
      socket.resume()
      await started
    }
    socket.destroy()
    await asked.aborted
    asked.end({ kind: 'cancelled', message: 'the client has left' })
    expect((await open.get('/healthz')).status).toBe(200)
  })
  it('in the middle of its body leaves nothing behind', async () => {
    using open = await openFace()
    for (let turn = 0; turn < 20; turn++) {
      const socket = await dial(open.face.port)
      socket.write(post(chat, hello, [key]).slice(0, -10))
      socket.destroy()
      await once(socket, 'close')
    }
    expect(open.gateway.calls).toHaveLength(0)
    expect((await open.post(chat, hello)).status).toBe(200)
  })
  it('after a whole answer aborts nothing', async () => {
    using open = await openFace()
    await exchange(open.face.port, [post(chat, hello, [key])])
    await open.get('/healthz')
    expect(open.gateway.calls[0]?.isAborted).toBe(false)
  })
})

describe('silence', () => {
  it('in the middle of a stream is broken by a comment, not before its first word', async () => {
    const clock = testClock()
    using open = await openFace({ clock })
    open.gateway.play = asked => asked.begin({ lane: 'express' })
    const next = open.gateway.next()
    const socket = await dial(open.face.port)
    const heard = hear(socket)
    socket.write(post(chat, streamed, [key]))
    const asked = await next
    await clock.pass(120_000)
    asked.sink.deliver({ ...nothing, bytes: new TextEncoder().encode('data: {"a":1}\n\n'), content: true })
    expect(await heard.until(/\{"a":1\}/)).not.toContain('\n: keep-alive\n')
    for (let turn = 0; turn < 6; turn++) {
      await clock.pass(10_000)
      asked.sink.deliver({ ...nothing, bytes: new TextEncoder().encode(`data: {"b":${turn}}\n\n`), content: true })
    }
    expect(await heard.until(/\{"b":5\}/)).not.toContain('\n: keep-alive\n')
    await clock.pass(31_000)
    await heard.until(/: keep-alive\n\n/)
    asked.end()
    await heard.until(/0\r\n\r\n$/)
    expect(clock.waiting()).toBe(0)
    socket.destroy()
  })
})

describe('memory', () => {
  it('is not taken by a body of 100 MB, which is refused while it comes', async () => {
    using open = await openFace()
    const socket = await dial(open.face.port)
    const heard = hear(socket)
    socket.write(`POST ${chat} HTTP/1.1\r\nhost: a\r\n${key}\r\ntransfer-encoding: chunked\r\n\r\n`)
    const piece = Buffer.alloc(1024 * 1024, 32)
    const before = process.memoryUsage()
    let most = 0
    for (let sent = 0; sent < 100 && socket.writable; sent++) {
      socket.write(`${piece.length.toString(16)}\r\n`)
      socket.write(piece)
      if (!socket.write('\r\n')) await roomIn(socket)
      const now = process.memoryUsage()
      most = Math.max(most, now.heapUsed - before.heapUsed)
    }
    await heard.until(/^HTTP\/1\.1 413 /)
    expect(most).toBeLessThan(64 * 1024 * 1024)
    socket.destroy()
  })
  it('for bodies that are not whole is bounded over all clients', async () => {
    using open = await openFace({ limits: { buffered: 3 * 1024 * 1024 } })
    const half = 'x'.repeat(900 * 1024)
    const head = `POST ${chat} HTTP/1.1\r\nhost: a\r\n${key}\r\ncontent-length: ${serverConfig.maxBodyBytes}\r\n\r\n`
    const sockets = await Promise.all(Array.from({ length: 8 }, () => dial(open.face.port)))
    const answers: string[] = []
    const refused = new Promise<void>(resolve => {
      for (const socket of sockets) {
        socket.on('data', chunk => {
          answers.push(String(chunk))
          // Three have room; five do not.
          if (answers.length === 5) resolve()
        })
        socket.write(head + half)
      }
    })
    await refused
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1/)
    for (const socket of sockets) socket.destroy()
    await Promise.all(sockets.map(socket => once(socket, 'close')))
    // What the others held is free again.
    expect((await open.post(chat, hello)).status).toBe(200)
  })
  it('is given back by thousands of requests that make no sense', async () => {
    using open = await openFace()
    const wrong = ['{"model":', '[]', '{"model":"m","messages":7}', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`]
    const round = async (): Promise<void> => {
      for (let turn = 0; turn < 25; turn++) {
        const bodies = wrong.map(body => post(chat, body, [key])).join('')
        const text = await untilClosed(
          open.face.port,
          `${bodies}GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
        )
        expect(text.match(/HTTP\/1\.1 400/g)).toHaveLength(4)
      }
    }
    await round()
    const before = process.memoryUsage().heapUsed
    for (let turn = 0; turn < 10; turn++) await round()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(48 * 1024 * 1024)
  })
})

describe('a body that comes in small pieces', () => {
  it('is read, wherever it is cut, and never waited for too long', async () => {
    using open = await openFace()
    const bytes = Buffer.from(post(chat, '{"model":"support","messages":[{"role":"user","content":"é€𝄞"}]}', [key]))
    for (const size of [1, 7, 33]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      expect((await exchange(open.face.port, pieces)).status, `${size}`).toBe(200)
    }
    expect(open.gateway.calls[0]?.incoming.body).toMatchObject({ messages: [{ parts: [{ text: 'é€𝄞' }] }] })
  })
  it('is given up when it is not whole in its time, though it never stops', async () => {
    const clock = testClock()
    using open = await openFace({ clock, limits: { body: millis(60_000), window: millis(10_000), least: 1 } })
    const socket = await dial(open.face.port)
    const answered = once(socket, 'data')
    socket.write(`POST ${chat} HTTP/1.1\r\nhost: a\r\n${key}\r\ncontent-length: 5000\r\n\r\n`)
    let isAnswered = false
    void answered.then(() => (isAnswered = true))
    for (let turn = 0; turn < 50 && !isAnswered; turn++) {
      socket.write('xx')
      await clock.pass(5_000)
    }
    expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 408 [\s\S]*not whole after 60 s|at least/)
    socket.destroy()
  })
})

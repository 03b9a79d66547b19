/** The laws of every transport, held against real servers. */
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { millis } from '../../src/domain/units.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Exchange, Transport, WireError, WireHead, WireRequest } from '../../src/ports/transport.ts'
import { settle, testClock } from '../clock.ts'

/** What a contract suite is given. */
export interface TransportCase {
  readonly make: (clock: Clock) => Transport & { close(): Promise<void> }
}

/** What a listener heard, in order, and promises for the moments that tests wait for. */
export const ear = () => {
  const heard: string[] = []
  const chunks: Uint8Array[] = []
  let wake = (): void => {}
  const state: { head?: WireHead; error?: WireError; ended: boolean } = { ended: false }
  const told = (what: string): void => {
    heard.push(what)
    wake()
  }
  return {
    heard,
    state,
    text: () => Buffer.concat(chunks).toString(),
    bytes: () => chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    listener: {
      head(head: WireHead) {
        state.head = head
        told('head')
      },
      data(chunk: Uint8Array) {
        chunks.push(chunk)
        told('data')
      },
      end() {
        state.ended = true
        told('end')
      },
      error(error: WireError) {
        state.error = error
        told(`error ${error.kind}`)
      },
    },
    async until(what: () => boolean): Promise<void> {
      while (!what()) await new Promise<void>(resolve => (wake = resolve))
    },
    done(): Promise<void> {
      return this.until(() => state.ended || state.error !== undefined)
    },
  }
}

export const post = (url: string, body: WireRequest['body'] = '{}'): WireRequest => ({
  method: 'POST',
  url,
  headers: ['content-type', 'application/json', 'authorization', 'Bearer s3cret'],
  body,
})

const soon = millis(5000)

/** Servers that are closed, with all their sockets, after each test. */
export const servers = () => {
  const open: (Server | TcpServer)[] = []
  const sockets = new Set<Socket>()
  const listen = async (server: Server | TcpServer, host: string): Promise<string> => {
    open.push(server)
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => socket.destroy())
    })
    await new Promise<void>(resolve => server.listen(0, host, () => resolve()))
    const { port } = server.address() as AddressInfo
    return `${host.includes(':') ? `[${host}]` : host}:${port}`
  }
  return {
    http: async (answer: (request: IncomingMessage, response: ServerResponse) => void, host = '127.0.0.1') =>
      `http://${await listen(createHttpServer(answer), host)}/v1/chat`,
    /** Answers the first bytes of each connection by hand. */
    tcp: async (answer: (socket: Socket) => void) =>
      `http://${await listen(
        createTcpServer({ allowHalfOpen: true }, socket => socket.once('data', () => answer(socket))),
        '127.0.0.1',
      )}/v1/chat`,
    listen,
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all(open.splice(0).map(server => new Promise(resolve => server.close(resolve))))
    },
  }
}

/** The laws, for one implementation. */
export const transportContract = (name: string, { make }: TransportCase): void => {
  describe(`${name} keeps the laws of a transport`, () => {
    const house = servers()
    const clock = testClock()
    let transport = make(clock)
    const send = (request: WireRequest, to = ear()) => {
      const exchange: Exchange = transport.send(request, to.listener, soon)
      return { ...to, exchange }
    }
    afterEach(async () => {
      vi.useRealTimers()
      await transport.close()
      await house.close()
      transport = make(clock)
    })

    it('has no other deadline than that for connecting', async () => {
      const asked = Promise.withResolvers<ServerResponse>()
      const url = await house.http((_, response) => asked.resolve(response))
      // Whoever carries this out may have timers of its own: an hour passes for them too. This test comes first since
      // undici makes its timer once and uses it again.
      vi.useFakeTimers({
        toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
      })
      const to = send(post(url))
      const response = await asked.promise
      const anHourLater = async (): Promise<void> => {
        clock.advance(3_600_000)
        vi.advanceTimersByTime(3_600_000)
        await settle()
      }
      await anHourLater()
      expect(to.heard).toEqual([])
      response.write('la')
      await to.until(() => to.heard.length === 2)
      await anHourLater()
      expect(to.heard).toEqual(['head', 'data'])
      response.end('te')
      await to.done()
      vi.useRealTimers()
      expect(to.text()).toBe('late')
    })

    it('sends method, path, query, headers and body as they are', async () => {
      let got: unknown
      const url = await house.http((request, response) => {
        const body: Buffer[] = []
        request.on('data', (chunk: Buffer) => body.push(chunk))
        request.on('end', () => {
          const { method, url: path, headers } = request
          got = { method, path, authorization: headers.authorization, body: Buffer.concat(body).toString() }
          response.end('{}')
        })
      })
      await send(post(`${url}?alt=sse`, '{"a":"ü"}')).done()
      expect(got).toEqual({
        method: 'POST',
        path: '/v1/chat?alt=sse',
        authorization: 'Bearer s3cret',
        body: '{"a":"ü"}',
      })
      await send(post(url, Buffer.from('bytes'))).done()
      expect(got).toMatchObject({ body: 'bytes' })
      await send({ method: 'GET', url, headers: [], body: '' }).done()
      expect(got).toMatchObject({ method: 'GET', body: '' })
    })

    it('tells head, data and end once each in order, and never before send returns', async () => {
      const url = await house.http((_, response) => {
        response.writeHead(201, { 'X-Request-Id': 'r1', 'set-cookie': ['a=1', 'b=2'] })
        response.end('hello')
      })
      const to = ear()
      transport.send(post(url), to.listener, soon)
      expect(to.heard).toEqual([])
      await to.done()
      expect(to.heard).toEqual(['head', 'data', 'end'])
      expect(to.state.head).toMatchObject({
        status: 201,
        headers: { 'x-request-id': 'r1', 'set-cookie': ['a=1', 'b=2'] },
      })
      expect(to.text()).toBe('hello')
    })

    it('tells an error of the address after send has returned', async () => {
      for (const url of ['', 'no address', 'ftp://127.0.0.1/x']) {
        const to = ear()
        transport.send(post(url), to.listener, soon)
        expect(to.heard).toEqual([])
        await to.done()
        expect(to.heard, url).toEqual(['error connect'])
      }
    })

    it('tells of a header that cannot be written, without its value', async () => {
      const url = await house.http((_, response) => response.end())
      const to = ear()
      transport.send({ ...post(url), headers: ['authorization', 'Bearer s3cret\nvalue'] }, to.listener, soon)
      expect(to.heard).toEqual([])
      await to.done()
      expect(to.state.error).toMatchObject({ kind: 'protocol', message: expect.stringContaining('authorization') })
      expect(JSON.stringify(to.state.error)).not.toContain('s3cret')
    })

    it('tells of a refused connection', async () => {
      const url = await house.http(() => {})
      await house.close()
      const to = send(post(url))
      await to.done()
      expect(to.heard).toEqual(['error connect'])
      expect(to.state.error?.message).toMatch(/^no connection to 127\.0\.0\.1:\d+: connect ECONNREFUSED/)
    })

    it('tells of a name that nobody has', async () => {
      const to = send(post('http://nobody.invalid/v1'))
      await to.done()
      expect(to.state.error).toMatchObject({ kind: 'connect', message: expect.stringContaining('nobody.invalid') })
    })

    it('speaks over IPv6', async () => {
      const url = await house.http((_, response) => response.end('six'), '::1')
      const to = send(post(url))
      await to.done()
      expect(to.text()).toBe('six')
    })

    it('passes over interim answers', async () => {
      const url = await house.tcp(socket => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n')
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok')
      })
      const to = send(post(url))
      await to.done()
      expect(to.heard).toEqual(['head', 'data', 'end'])
      expect(to.state.head?.status).toBe(200)
    })

    it('follows no redirect', async () => {
      const url = await house.http((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
      const to = send(post(url))
      await to.done()
      expect(to.state.head?.status).toBe(302)
    })

    it('tells that a server hung up before its answer', async () => {
      const url = await house.tcp(socket => socket.end())
      const to = send(post(url))
      await to.done()
      expect(to.heard).toEqual(['error closed'])
      expect(to.state.error?.message).toContain('before its answer began')
    })

    it('tells that a connection was reset in the middle of an answer', async () => {
      const url = await house.tcp(socket => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n', () =>
          socket.resetAndDestroy(),
        )
      })
      const to = send(post(url))
      await to.done()
      expect(to.heard).toEqual(['head', 'data', 'error closed'])
      expect(to.state.error?.message).toContain('in the middle of its answer')
    })

    it.each([
      ['fewer bytes than announced', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nhello'],
      ['fewer bytes than announced on a connection kept alive', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello'],
      ['no last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\nhello\r\n'],
    ])('takes no half answer for a whole one: %s', async (_, answer) => {
      const url = await house.tcp(socket => socket.end(answer))
      const to = send(post(url))
      await to.done()
      expect(to.heard).toEqual(['head', 'data', 'error closed'])
    })

    it('takes the end of the connection for the end where the answer says so', async () => {
      const url = await house.tcp(socket => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello'))
      const to = send(post(url))
      await to.done()
      expect(to.heard).toEqual(['head', 'data', 'end'])
    })

    it.each([
      ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', ['error protocol']],
      ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz', ['head', 'error protocol']],
      [
        'an upgrade that nobody asked for',
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
        ['error protocol'],
      ],
    ])('tells of a server that does not keep to HTTP: %s', async (_, answer, heard) => {
      const to = send(post(await house.tcp(socket => socket.write(answer))))
      await to.done()
      expect(to.heard).toEqual(heard)
    })

    it('takes headers of tens of kilobytes, and refuses them without bound', async () => {
      const withHeader = (size: number) =>
        house.tcp(socket => {
          socket.end(
            `HTTP/1.1 200 OK\r\nx-large: ${'a'.repeat(size)}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
          )
        })
      const large = send(post(await withHeader(60_000)))
      await large.done()
      expect(large.heard).toEqual(['head', 'end'])
      const giant = send(post(await withHeader(2_000_000)))
      await giant.done()
      expect(giant.heard).toEqual(['error protocol'])
    })

    it('gives up a connection that is not there within its time, by its clock, and closes the socket', async () => {
      const server = createTcpServer()
      const address = await house.listen(server, '127.0.0.1')
      const accepted = new Promise<Socket>(resolve => server.once('connection', resolve))
      const to = ear()
      // The handshake of TLS is never answered: connected, but not securely.
      transport.send(post(`https://${address}/v1`), to.listener, millis(300))
      const socket = await accepted
      const closed = new Promise(resolve => socket.on('close', resolve))
      socket.resume()
      clock.advance(299)
      await settle()
      expect(to.heard).toEqual([])
      clock.advance(1)
      await to.done()
      expect(to.heard).toEqual(['error connect-timeout'])
      expect(to.state.error?.message).toContain('300 ms')
      await closed
    })

    it('stops at the socket: before the answer, and the listener hears no more', async () => {
      const gone = Promise.withResolvers<void>()
      const asked = Promise.withResolvers<void>()
      const url = await house.http((_, response) => {
        response.on('close', () => gone.resolve())
        asked.resolve()
      })
      const to = send(post(url))
      await asked.promise
      to.exchange.stop()
      await gone.promise
      await settle()
      expect(to.heard).toEqual([])
      to.exchange.stop()
    })

    it('stops at the socket: in the middle of an answer', async () => {
      const gone = Promise.withResolvers<void>()
      const url = await house.http((_, response) => {
        response.on('close', () => gone.resolve())
        response.write('one')
      })
      const to = send(post(url))
      await to.until(() => to.heard.length === 2)
      to.exchange.stop()
      to.exchange.resume()
      await gone.promise
      await settle()
      expect(to.heard).toEqual(['head', 'data'])
    })

    it('stops at the socket: from within what the listener is told', async () => {
      const gone = Promise.withResolvers<void>()
      const url = await house.http((_, response) => {
        response.on('close', () => gone.resolve())
        response.writeHead(500).write('much')
      })
      const heard: string[] = []
      const silent = (what: string) => () => void heard.push(what)
      const exchange: Exchange = transport.send(
        post(url),
        {
          head() {
            heard.push('head')
            exchange.stop()
          },
          data: silent('data'),
          end: silent('end'),
          error: silent('error'),
        },
        soon,
      )
      await gone.promise
      await settle()
      expect(heard).toEqual(['head'])
    })

    it('stops at the socket: while it connects, at once, and right after send', async () => {
      const server = createTcpServer()
      const address = await house.listen(server, '127.0.0.1')
      const accepted = new Promise<Socket>(resolve => server.once('connection', resolve))
      const to = send(post(`https://${address}/v1`))
      const socket = await accepted
      const closed = new Promise(resolve => socket.on('close', resolve))
      socket.resume()
      to.exchange.stop()
      await closed
      const atOnce = send(post(`https://${address}/v1`))
      atOnce.exchange.stop()
      await settle()
      expect(to.heard).toEqual([])
      expect(atOnce.heard).toEqual([])
    })

    it('stops one exchange without harm to others at the same origin', async () => {
      let finish = (): void => {}
      const url = await house.http((request, response) => {
        if (request.headers['x-other'] === undefined) response.write('one')
        else {
          response.write('two')
          finish = () => response.end('end')
        }
      })
      const first = send(post(url))
      const other = send({ ...post(url), headers: ['x-other', '1'] })
      await first.until(() => first.heard.length === 2)
      await other.until(() => other.heard.length === 2)
      first.exchange.stop()
      finish()
      await other.done()
      expect(other.text()).toBe('twoend')
    })

    it('uses a connection again, also after an exchange was stopped before it began', async () => {
      const ports = new Set<number | undefined>()
      const url = await house.http((request, response) => {
        ports.add(request.socket.remotePort)
        response.end('ok')
      })
      await send(post(url)).done()
      await settle()
      const stopped = send(post(url))
      stopped.exchange.stop()
      await settle()
      await send(post(url)).done()
      expect(ports.size).toBe(1)
    })

    it('opens another connection where the server closed the idle one without a word', async () => {
      let connections = 0
      const url = await house.tcp(socket => {
        connections += 1
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', () => setImmediate(() => socket.end()))
      })
      for (const turn of [1, 2, 3]) {
        const to = send(post(url))
        await to.done()
        expect(to.text()).toBe('ok')
        for (let wait = 0; wait < 5; wait += 1) await settle()
        expect(connections).toBe(turn)
      }
    })

    it('asks afresh, once and unseen, where the server closes idle connections just as they are used again', async () => {
      const answered = new Map<Socket, number>()
      const server = createTcpServer(socket => {
        socket.on('data', () => {
          const before = answered.get(socket) ?? 0
          answered.set(socket, before + 1)
          if (before === 0) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
          else socket.resetAndDestroy()
        })
      })
      const url = `http://${await house.listen(server, '127.0.0.1')}/v1/chat`
      for (const connections of [8, 16]) {
        const all = Array.from({ length: 8 }, () => send(post(url)))
        await Promise.all(all.map(one => one.done()))
        expect(all.map(one => one.heard)).toEqual(Array.from({ length: 8 }, () => ['head', 'data', 'end']))
        expect(answered.size).toBe(connections)
      }
    })

    it('asks once only where the connection was new, had been at work, or had begun to answer', async () => {
      let requests = 0
      const server = createTcpServer(socket => {
        let here = 0
        socket.on('data', chunk => {
          requests += 1
          here += 1
          const path = String(chunk).split(' ')[1]
          if (path === '/first' && here === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
          else if (path === '/new') socket.destroy()
          else if (path === '/begun') socket.end('HTTP/1.1 103 Early Hints\r\n\r\n')
          else {
            clock.advance(1_001)
            socket.destroy()
          }
        })
      })
      const origin = `http://${await house.listen(server, '127.0.0.1')}`
      const ask = async (path: string) => {
        const to = send(post(origin + path))
        await to.done()
        await settle()
        return to.heard.at(-1)
      }
      expect(await ask('/new')).toBe('error closed')
      for (const path of ['/begun', '/slow']) {
        expect(await ask('/first')).toBe('end')
        expect(await ask(path)).toBe('error closed')
      }
      expect(requests).toBe(5)
    })

    it('pauses so that the sender is held back, and resumes without loss', async () => {
      const piece = Buffer.alloc(64 * 1024, 'x')
      const pieces = 400
      let written = 0
      const url = await house.http((_, response) => {
        const more = (): void => {
          while (written < pieces) {
            written += 1
            if (!response.write(piece)) return void response.once('drain', more)
          }
          response.end()
        }
        more()
      })
      const to = send(post(url))
      await to.until(() => to.heard.includes('data'))
      to.exchange.pause()
      let before = -1
      while (before !== written) {
        before = written
        for (let turn = 0; turn < 20; turn += 1) await settle()
      }
      expect(written).toBeLessThan(pieces)
      to.exchange.resume()
      await to.done()
      expect(to.bytes()).toBe(piece.length * pieces)
    })

    it('resumes one exchange from within what another is told', async () => {
      const url = await house.http((_, response) => {
        response.write('one')
        setImmediate(() => response.end('two'))
      })
      const held = send(post(url))
      held.exchange.pause()
      const to = ear()
      transport.send(
        post(url),
        { ...to.listener, data: chunk => (held.exchange.resume(), to.listener.data(chunk)) },
        soon,
      )
      await to.done()
      await held.done()
      expect([to.text(), held.text()]).toEqual(['onetwo', 'onetwo'])
    })

    it('gives chunks that may be kept', async () => {
      const url = await house.http((_, response) => {
        let at = 0
        const more = (): void => {
          at += 1
          response.write(`${at},`)
          if (at < 200) setImmediate(more)
          else response.end()
        }
        more()
      })
      const to = send(post(url))
      await to.done()
      expect(to.text()).toBe(Array.from({ length: 200 }, (_, at) => `${at + 1},`).join(''))
    })

    it('sends a new request from within the end and the failure of another', async () => {
      const good = await house.http((_, response) => response.end('ok'))
      const bad = await house.tcp(socket => socket.end())
      for (const first of [good, bad]) {
        const second = ear()
        const again = (): void => void transport.send(post(good), second.listener, soon)
        transport.send(post(first), { head() {}, data() {}, end: again, error: again }, soon)
        await second.done()
        expect(second.text()).toBe('ok')
      }
    })

    it('ends what is under way when it is closed, and takes nothing more', async () => {
      const url = await house.http((_, response) => response.write('one'))
      const to = send(post(url))
      await to.until(() => to.heard.length === 2)
      await transport.close()
      await to.done()
      expect(to.heard).toEqual(['head', 'data', 'error aborted'])
      for (const address of [url, await house.http((_, response) => response.end())]) {
        const late = send(post(address))
        expect(late.heard).toEqual([])
        await late.done()
        expect(late.heard).toEqual(['error aborted'])
      }
    })

    it('serves many at once', async () => {
      const url = await house.http((request, response) => {
        let body = ''
        request.on('data', (chunk: Buffer) => (body += chunk.toString()))
        request.on('end', () => response.end(body))
      })
      const all = Array.from({ length: 200 }, (_, at) => send(post(url, `{"at":${at}}`)))
      await Promise.all(all.map(one => one.done()))
      expect(all.map(one => one.text())).toEqual(all.map((_, at) => `{"at":${at}}`))
    })
  })
}

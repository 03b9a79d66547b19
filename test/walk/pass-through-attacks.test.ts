/** Clients that mean no good, where requests are passed on as they come: no request is smuggled, and none ends the process. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { exchange, untilClosed } from '../raw-client.ts'
import { openHouse, providerKey, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

interface Seen {
  readonly url: string
  readonly headers: readonly string[]
}
type Answer = (request: IncomingMessage, response: ServerResponse) => void
const fine: Answer = (_, response) => void response.end('fine')
let answer = fine
const seen: Seen[] = []
let upstream: Server
let house: OpenHouse
let port: number

beforeAll(async () => {
  upstream = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.rawHeaders.map(one => one.toLowerCase()) })
    request.resume().on('end', () => answer(request, response))
  })
  await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve))
  const address = upstream.address()
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`
  house = await openHouse({
    config: () =>
      [
        'providers:',
        `  files: { type: openai, url: '${url}/v1', key: '\${WORLD_KEY}' }`,
        'deployments:',
        '  mini: { provider: files, model: gpt-4o-mini-2024-07-18 }',
        'pools: { all: { candidates: [mini] } }',
      ].join('\n'),
  })
  port = Number(new URL(house.url).port)
})
afterEach(() => {
  seen.length = 0
  answer = fine
})
afterAll(async () => {
  await house.close()
  upstream.closeAllConnections()
})

const key = `authorization: Bearer ${virtualKey}`
const head = (...lines: readonly string[]): string =>
  ['POST /passthrough/files/files HTTP/1.1', 'host: localhost', key, ...lines, '', ''].join('\r\n')

describe('a body that breaks off', () => {
  it.each(['zz\r\n', '3\r\nabcdef\r\n', '-1\r\n', '3;\u0000\r\nabc\r\n', 'ffffffffffffffffff\r\n'])(
    'in the chunk %j ends its request alone',
    async chunk => {
      for (let round = 0; round < 3; round += 1) {
        await untilClosed(port, `${head('transfer-encoding: chunked')}${chunk}`).catch(() => undefined)
      }
      const answer = await exchange(port, [head('content-length: 0', 'connection: close')])
      expect([answer.status, answer.body]).toEqual([200, 'fine'])
    },
  )
})

describe('a body whose end is open to doubt', () => {
  it.each(['xchunked', 'gzip, chunked', 'chunked, identity', 'identity'])('as %s is not passed on', async coding => {
    const answer = await untilClosed(port, `${head(`transfer-encoding: ${coding}`, 'connection: close')}0\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(seen).toEqual([])
  })
})

describe('what a connection is told', () => {
  it('stays on it, however many headers name it', async () => {
    const lines = ['x-one: 1', 'x-two: 2', 'x-three: 3', 'connection: x-one', 'connection: close, X-Two']
    await exchange(port, [head('content-length: 0', ...lines)])
    const names = seen[0]?.headers.filter((_, at) => at % 2 === 0)
    expect(names).toContain('x-three')
    expect(names).not.toContain('x-one')
    expect(names).not.toContain('x-two')
  })
})

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${house.url}/passthrough/files${path}`, {
    redirect: 'manual',
    ...init,
    headers: { authorization: `Bearer ${virtualKey}` },
  })

describe('the credential of the provider', () => {
  it('does not come back from a server that repeats what it was sent', async () => {
    answer = ({ headers }, response) => {
      const { authorization = '' } = headers
      response.writeHead(302, { location: `https://example.com/?key=${authorization}`, 'x-echo': authorization })
      // Cut in the middle of the key, as the network may do it.
      response.write(`{"error":"no such key: ${authorization.slice(0, 20)}`, () =>
        setImmediate(() => response.end(`${authorization.slice(20)}"}`)),
      )
    }
    const got = await ask('/files')
    const all = [...got.headers.values(), await got.text()].join(' ')
    expect(all).not.toContain(providerKey)
    expect(all).toContain(`no such key: Bearer ${'*'.repeat(providerKey.length)}"}`)
  })
})

describe('what is the client’s own', () => {
  it('goes to nobody: keys of any name, and another method than the one that was admitted', async () => {
    const names = ['x-http-method-override', 'ocp-apim-subscription-key', 'xi-api-key', 'private-token', 'x_api_key']
    await exchange(port, [head('content-length: 0', 'connection: close', ...names.map(name => `${name}: abc`))])
    for (const name of names) expect(seen[0]?.headers).not.toContain(name)
  })
  it('is no key in a query, whichever sign parts it', async () => {
    expect((await ask('/files?a=1;key=abc')).status).toBe(400)
    expect(seen).toEqual([])
  })
})

describe('a stream that is passed on', () => {
  const chunk = (delta: object) =>
    `data: ${JSON.stringify({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'gpt-4o-mini-2024-07-18',
      choices: [{ index: 0, delta, finish_reason: null }],
    })}\n\n`
  it.each(['/chat/completions', '/ch%61t/completions', '/chat/completions/'])(
    'at %s costs what came, where the client wants no count',
    async path => {
      answer = (_, response) => {
        response.setHeader('content-type', 'text/event-stream')
        response.end(`${chunk({ content: 'word '.repeat(8000) })}data: [DONE]\n\n`)
      }
      const told = house.settled.length
      await (await ask(path, { method: 'POST', body: '{}' })).text()
      await until('the story is told', () => house.settled.length > told)
      expect(house.settled.at(-1)?.cost).toEqual({ amount: 6000, source: 'estimate' })
    },
  )
})

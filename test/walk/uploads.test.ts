/** Large files on their way to upstreams over real sockets: every byte, again for the next, and stopped when the client leaves. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { request as connectTo } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { upstream } from './media.ts'
import { openHouse, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void
let answers: readonly Answer[] = []
let servers: readonly Awaited<ReturnType<typeof upstream>>[] = []
let house: OpenHouse
beforeEach(async () => {
  servers = await Promise.all([0, 1].map(place => upstream((request, response) => answers[place]?.(request, response))))
  house = await openHouse({
    config: () =>
      [
        'providers:',
        ...servers.map(({ url }, place) => `  p${place}: { type: openai, url: '${url}', key: '\${WORLD_KEY}' }`),
        'deployments:',
        '  a: { provider: p0, model: whisper-1, price: { minute: 0.006 }, priority: 1 }',
        '  b: { provider: p1, model: whisper-1, price: { minute: 0.006 }, priority: 2 }',
        'pools: { hears: { candidates: [a, b], policy: in-order } }',
        'policies:',
        '  in-order:',
        '    steps: [{ use: capable }, { use: priority }]',
        '    patience: { maxAttempts: 3, retriesPerCandidate: 0, firstToken: 20s, idle: 20s, total: 60s }',
      ].join('\n'),
  })
})
afterEach(async () => {
  await house.close()
  await Promise.all(servers.map(server => server.close()))
})

const chunk = Buffer.from(Array.from({ length: 64 * 1024 }, (_, place) => (place * 31 + (place >> 8)) % 251))
/** The file that `count` chunks are, each marked with its place. */
function* fileOf(count: number): Generator<Buffer> {
  for (let place = 0; place < count; place++) {
    const marked = Buffer.from(chunk)
    marked.writeUInt32BE(place)
    yield marked
  }
}
const hashOf = (chunks: Iterable<Uint8Array>): string => {
  const hash = createHash('sha256')
  for (const one of chunks) hash.update(one)
  return hash.digest('hex')
}

const head = [
  '--b',
  'content-disposition: form-data; name="file"; filename="a.wav"',
  'content-type: audio/wav',
  '',
  '',
].join('\r\n')
const tail = ['', '--b', 'content-disposition: form-data; name="model"', '', 'hears', '--b--', ''].join('\r\n')

/** A client that sends the file chunk by chunk, as fast as it is taken. */
const send = (count: number) => {
  const { hostname, port } = new URL(house.url)
  const headers = { authorization: `Bearer ${virtualKey}`, 'content-type': 'multipart/form-data; boundary=b' }
  const request = connectTo({ hostname, port, method: 'POST', path: '/v1/audio/transcriptions', headers })
  const answered = new Promise<{ status: number; headers: IncomingMessage['headers']; body: string }>(
    (resolve, reject) => {
      request.on('error', reject)
      request.on('response', response => {
        let body = ''
        response.on('data', piece => (body += String(piece)))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      })
    },
  )
  const written = (async () => {
    request.write(head)
    for (const one of fileOf(count))
      if (!request.write(one)) await new Promise(resolve => request.once('drain', resolve))
    request.end(tail)
  })()
  return { request, answered, written }
}

/** What lies between the head of the file and the boundary behind it. */
const fileIn = (form: Buffer): Buffer => {
  const start = form.indexOf('\r\n\r\n', form.indexOf('name="file"')) + 4
  return form.subarray(start, form.lastIndexOf('\r\n--signalbox-'))
}
const hearing: Answer = (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (piece: Buffer) => chunks.push(piece))
  request.on('end', () => {
    const text = hashOf([fileIn(Buffer.concat(chunks))])
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text, seen: request.headers }))
  })
}
const count = 12 * 16

describe('a file', () => {
  it('arrives whole, with its length told', async () => {
    answers = [hearing]
    const { answered, written } = send(count)
    await written
    const { status, body } = await answered
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ text: hashOf(fileOf(count)) })
    const seen: unknown = JSON.parse(body)
    expect(seen).toMatchObject({ seen: { 'content-length': expect.stringMatching(/^125\d{5}$/) } })
  })

  it('of which the first has read half before it failed reaches the next whole', async () => {
    let read = 0
    answers = [
      (request, response) => {
        request.on('data', (piece: Buffer) => {
          read += piece.length
          if (read < 6 * 1024 * 1024 || response.headersSent) return
          request.pause()
          response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"too busy"}}')
        })
      },
      hearing,
    ]
    const { answered, written } = send(count)
    await written
    const { body, headers } = await answered
    expect(read).toBeGreaterThan(6 * 1024 * 1024)
    expect(read).toBeLessThan(12 * 1024 * 1024)
    expect(JSON.parse(body)).toMatchObject({ text: hashOf(fileOf(count)) })
    expect(headers).toMatchObject({ 'x-signalbox-fallback': 'upstream_5xx', 'x-signalbox-attempts': '2' })
    expect(house.settled[0]?.attempts.map(({ failure }) => failure?.kind)).toEqual(['upstream-overloaded', undefined])
  })

  it('is not read on by an upstream whose client has left', async () => {
    let isClosed = false
    let read = 0
    let resume = (): void => undefined
    answers = [
      (request, response) => {
        resume = () => void request.resume()
        request.on('data', (piece: Buffer) => {
          read += piece.length
          if (house.settled.length === 0 && read > 1024 * 1024) request.pause()
        })
        response.on('close', () => (isClosed = true))
        request.on('error', () => undefined)
      },
    ]
    const { request, answered, written } = send(count)
    const left = answered.catch((error: unknown) => error)
    await written
    await until('the upstream reads', () => read > 1024 * 1024)
    request.destroy()
    await left
    await until('it was settled', () => house.settled.length === 1)
    // Who does not read does not see a connection close, either.
    resume()
    await until('the upstream saw the connection close', () => isClosed)
    expect(read).toBeLessThan(12 * 1024 * 1024)
    expect(house.settled[0]?.failure?.kind).toBe('cancelled')
  })
})

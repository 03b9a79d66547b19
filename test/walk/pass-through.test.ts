/** Whatever a provider offers beside what is routed: passed on to it, checked, counted and told, over real sockets. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import OpenAI, { toFile } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, until, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly size: number
  readonly digest: string
}
const none: Seen = { method: '', url: '', headers: {}, size: 0, digest: '' }
type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** An upstream that answers as each test says and remembers what it got. */
const openUpstream = async () => {
  const seen: Seen[] = []
  const state: { answer: Answer; refusals: number; connections: number } = {
    answer: (_, response) => response.end('fine'),
    refusals: 0,
    connections: 0,
  }
  const server = createServer((request, response) => {
    const hash = createHash('sha256')
    let size = 0
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      size += chunk.length
    })
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      seen.push({ method, url, headers, size, digest: hash.digest('hex') })
      state.answer(request, response)
    })
  })
  server.on('connection', socket => {
    state.connections += 1
    if (state.refusals > 0) {
      state.refusals -= 1
      socket.destroy()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, seen, state, close: () => server.closeAllConnections() }
}

const folder = mkdtempSync(join(tmpdir(), 'pass-'))
/** A pair of AWS's keys, as a secret. */
const pair = join(folder, 'pair.json')
writeFileSync(pair, JSON.stringify({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }))

let upstream: Awaited<ReturnType<typeof openUpstream>>
let house: OpenHouse

beforeAll(async () => {
  upstream = await openUpstream()
  house = await openHouse({
    config: () =>
      [
        'providers:',
        `  files: { type: openai, url: '${upstream.url}/v1', key: '\${WORLD_KEY}' }`,
        `  claude: { type: anthropic, url: '${upstream.url}/a', key: '\${WORLD_KEY}', headers: { x-team: search } }`,
        `  aws: { type: bedrock, url: '${upstream.url}', region: eu-central-1, key: 'file:${pair}' }`,
        `  google: { type: gemini, url: '${upstream.url}', key: '\${WORLD_KEY}' }`,
        'deployments:',
        '  mini: { provider: files, model: gpt-4o-mini-2024-07-18, price: { input: 1, output: 2 } }',
        '  other: { provider: claude, model: claude-3-haiku-20240307 }',
        'pools: { all: { candidates: [mini] } }',
      ].join('\n'),
  })
})
afterEach(() => {
  upstream.seen.length = 0
  upstream.state.answer = (_, response) => response.end('fine')
})
afterAll(async () => {
  await house.close()
  upstream.close()
  rmSync(folder, { recursive: true, force: true })
})

const auth = { authorization: `Bearer ${virtualKey}` }
type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }
const ask = (path: string, init: Init = {}) =>
  fetch(`${house.url}/passthrough${path}`, { redirect: 'manual', ...init, headers: { ...auth, ...init.headers } })

/** As `fetch`, but the path goes out as it is written. */
const askRaw = (
  path: string,
  headers: Readonly<Record<string, string>> = auth,
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(house.url)
    const asked = send({ host: hostname, port, path, headers }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.on('error', reject).end()
  })

const blocks = 160
const looksEach = 16 * 1024 * 1024
/** Writes the block again and again, as fast as it is taken. */
const pour = (to: Writable, block: Buffer): void => {
  let left = blocks
  const more = (): void => {
    while (left > 0) {
      left -= 1
      if (!to.write(block)) return void to.once('drain', more)
    }
    to.end()
  }
  more()
}

describe('passing on', () => {
  it('leads to the provider with its key, with or without the version that its address has', async () => {
    const answer = await ask('/files/files?purpose=batch&limit=2')
    expect([answer.status, await answer.text()]).toEqual([200, 'fine'])
    await ask('/files/v1/files/')
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/v1/files?purpose=batch&limit=2', '/v1/files/'])
    expect(upstream.seen[0]?.headers['authorization']).toBe('Bearer sk-world-0123456789abcdef')
    expect(answer.headers.get('x-signalbox-provider')).toBe('files')
    expect(answer.headers.get('x-signalbox-span-id')).toMatch(/^[\da-f]{16}$/)
  })
  it('keeps the headers of client and provider, but for keys, cookies, connections and what is said to us', async () => {
    upstream.state.answer = (_, response) => {
      response.writeHead(
        201,
        [
          ['content-type', 'text/x-own'],
          ['set-cookie', 'a=b'],
          ['x-own', 'one'],
          ['x-own', 'two'],
          ['x-signalbox-cost-usd', '7'],
          ['x-request-id', 'req_theirs'],
          ['connection', 'close, x-hop'],
          ['x-hop', 'gone'],
        ].flat(),
      )
      response.end('made')
    }
    const answer = await ask('/claude/v1/messages/batches', {
      method: 'POST',
      body: '{}',
      headers: {
        'content-type': 'application/json',
        'anthropic-beta': 'files-2025-04-14',
        'x-api-key': virtualKey,
        cookie: 'session=1',
        'x-signalbox-tags': 'a=b',
        'x-forwarded-for': '10.0.0.1',
        'x-team': 'other',
        'x-kept': 'yes',
      },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('content-type')).toBe('text/x-own')
    expect(answer.headers.get('x-own')).toBe('one, two')
    expect(answer.headers.get('x-request-id')).toBe('req_theirs')
    expect(['set-cookie', 'x-hop', 'x-signalbox-cost-usd'].map(name => answer.headers.get(name))).toEqual([
      null,
      null,
      null,
    ])
    const { headers, url } = upstream.seen[0] ?? none
    expect(url).toBe('/a/v1/messages/batches')
    expect(headers).toMatchObject({
      'anthropic-beta': 'files-2025-04-14',
      'anthropic-version': '2023-06-01',
      'x-api-key': 'sk-world-0123456789abcdef',
      'x-kept': 'yes',
      'x-team': 'search',
    })
    for (const name of ['cookie', 'authorization', 'x-signalbox-tags', 'x-forwarded-for']) {
      expect(headers[name], name).toBeUndefined()
    }
  })
  it('keeps back what the client says belongs to its connection', async () => {
    await askRaw('/passthrough/files/files', { ...auth, connection: 'x-hop', 'x-hop': '1', 'x-kept': '2' })
    expect(upstream.seen[0]?.headers['x-hop']).toBeUndefined()
    expect(upstream.seen[0]?.headers['x-kept']).toBe('2')
  })
  it('serves the official client: a file goes up and its bytes come down', async () => {
    const client = new OpenAI({ baseURL: `${house.url}/passthrough/files`, apiKey: virtualKey, maxRetries: 0 })
    upstream.state.answer = (_, response) =>
      response.setHeader('content-type', 'application/json').end('{"id":"file-1","object":"file"}')
    const made = await client.files.create({
      file: await toFile(Buffer.from('{"a":1}\n'), 'batch.jsonl'),
      purpose: 'batch',
    })
    expect(made.id).toBe('file-1')
    expect(upstream.seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    const bytes = randomBytes(100_000)
    upstream.state.answer = (_, response) => response.setHeader('content-type', 'application/octet-stream').end(bytes)
    const content = await client.files.content('file-1')
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true)
  })
  it('passes large bodies both ways without holding them', async () => {
    const block = randomBytes(1024 * 1024)
    const hash = createHash('sha256')
    for (let at = 0; at < blocks; at += 1) hash.update(block)
    const digest = hash.digest('hex')
    upstream.state.answer = (_, response) => pour(response, block)
    setFlagsFromString('--expose-gc')
    const collectGarbage: unknown = runInNewContext('gc')
    const held = (): number => {
      if (typeof collectGarbage === 'function') collectGarbage()
      return process.memoryUsage().arrayBuffers
    }
    const before = held()
    let most = 0
    const down = createHash('sha256')
    await new Promise<void>((resolve, reject) => {
      const asked = send(`${house.url}/passthrough/files/files`, { method: 'POST', headers: auth }, response => {
        let size = 0
        response.on('data', (chunk: Buffer) => {
          if (Math.floor((size + chunk.length) / looksEach) > Math.floor(size / looksEach)) {
            most = Math.max(most, held() - before)
          }
          size += chunk.length
          down.update(chunk)
        })
        response.on('end', resolve)
      })
      asked.on('error', reject)
      pour(asked, block)
    })
    expect(upstream.seen[0]).toMatchObject({ size: blocks * block.length, digest })
    expect(down.digest('hex')).toBe(digest)
    // Buffers are given back some time after nobody holds them: half of what passed is far from all of it.
    expect(most).toBeLessThan((blocks * block.length) / 2)
  })
  it('gives back errors as they are, learns from them, and does not ask again', async () => {
    upstream.state.answer = (_, response) =>
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': '0' })
        .end('{"error":{"message":"slow down"}}')
    const answer = await ask('/google/v1beta/files')
    expect([answer.status, await answer.text()]).toEqual([429, '{"error":{"message":"slow down"}}'])
    expect(upstream.seen).toHaveLength(1)
    const told = house.settled.at(-1)
    expect(told?.failure?.kind).toBe('upstream-rate-limited')
    expect(told?.attempts.map(({ failure }) => failure?.kind)).toEqual(['upstream-rate-limited'])
    upstream.state.answer = (_, response) => response.writeHead(404).end('nothing here')
    const missing = await ask('/files/files/none')
    expect([missing.status, await missing.text()]).toEqual([404, 'nothing here'])
    expect(house.settled.at(-1)?.failure?.kind).toBe('upstream-invalid')
  })
  it('signs anew for a provider that wants signatures, whatever the client had signed', async () => {
    upstream.state.answer = (_, response) =>
      response
        .setHeader('content-type', 'application/json')
        .end(
          '{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5}}',
        )
    const answer = await ask('/aws/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse', {
      method: 'POST',
      body: '{"messages":[]}',
      headers: {
        'x-amz-date': '20200101T000000Z',
        'x-amz-security-token': 'theirs',
        'content-type': 'application/json',
      },
    })
    expect(answer.status).toBe(200)
    const { url, headers, size } = upstream.seen[0] ?? none
    expect([url, size]).toEqual(['/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse', 15])
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\//)
    expect(headers['x-amz-security-token']).toBeUndefined()
    expect(headers['x-amz-date']).not.toBe('20200101T000000Z')
    expect(house.settled.at(-1)?.attempts[0]).toMatchObject({
      upstreamModel: 'anthropic.claude-3-haiku-20240307-v1:0',
      usage: { input: 3, output: 2 },
    })
    expect(house.settled.at(-1)?.cost.source).toBe('usage')
  })
  it('passes redirects, ranges, 204 and 304 as they are', async () => {
    upstream.state.answer = (_, response) => response.writeHead(302, { location: 'https://example.com/x' }).end()
    const moved = await ask('/files/files/1/content')
    expect([moved.status, moved.headers.get('location')]).toEqual([302, 'https://example.com/x'])
    upstream.state.answer = ({ headers }, response) =>
      response.writeHead(206, { 'content-range': `bytes 0-2/9 of ${headers['range']}` }).end('abc')
    const part = await ask('/files/files/1/content', { headers: { range: 'bytes=0-2' } })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 0-2/9 of bytes=0-2',
      'abc',
    ])
    upstream.state.answer = (_, response) => response.writeHead(304, { etag: '"a"' }).end()
    const same = await ask('/files/files/1', { headers: { 'if-none-match': '"a"' } })
    expect([same.status, same.headers.get('etag')]).toEqual([304, '"a"'])
    upstream.state.answer = (_, response) => response.writeHead(204).end()
    expect((await ask('/files/files/1', { method: 'DELETE' })).status).toBe(204)
    upstream.state.answer = (_, response) => response.writeHead(200, { 'content-length': '12345' }).end()
    const head = await ask('/files/files/1', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '12345'])
    expect(upstream.seen.at(-1)?.method).toBe('HEAD')
  })
})

describe('what is passed on', () => {
  it('costs what the model costs that the answer names', async () => {
    const chat = {
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'gpt-4o-mini-2024-07-18',
      choices: [],
      usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
    }
    upstream.state.answer = (_, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(chat))
    const answer = await ask('/files/chat/completions', { method: 'POST', body: '{}' })
    expect(await answer.json()).toEqual(chat)
    expect(answer.headers.get('x-signalbox-cost-usd')).toBe('0.002')
    expect(house.settled.at(-1)).toMatchObject({
      operation: 'passthrough',
      cost: { amount: 2000, source: 'usage' },
      attempts: [{ upstreamModel: 'gpt-4o-mini-2024-07-18', usage: { input: 1000, output: 500 } }],
    })
  })
  it('costs by the catalogue where the model is no deployment here, as a stream too', async () => {
    const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`
    const frames = [
      event('message_start', {
        message: {
          id: 'm1',
          type: 'message',
          role: 'assistant',
          model: 'claude-3-5-haiku-20241022',
          content: [],
          stop_reason: null,
          usage: { input_tokens: 1_000_000, output_tokens: 1 },
        },
      }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hi' } }),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1_000_000 } }),
      event('message_stop', {}),
    ]
    upstream.state.answer = (_, response) =>
      response.setHeader('content-type', 'text/event-stream').end(frames.join(''))
    const answer = await ask('/claude/v1/messages', { method: 'POST', body: '{}' })
    expect(await answer.text()).toBe(frames.join(''))
    await until(
      'the story is told',
      () => house.settled.at(-1)?.attempts[0]?.upstreamModel === 'claude-3-5-haiku-20241022',
    )
    expect(house.settled.at(-1)?.cost).toEqual({ amount: 4_800_000, source: 'usage' })
  })
  it('is unpriced where nothing of it is known, and told all the same', async () => {
    await ask('/files/files')
    const told = house.settled.at(-1)
    expect(told).toMatchObject({ operation: 'passthrough', target: 'files/*', cost: { amount: 0, source: 'unpriced' } })
    expect(told?.decision?.decision.policy.name).toBe('(passthrough)')
    const { store } = house.running.house
    await house.running.house.flush()
    const entries = await store.journal.read<{ readonly operation: string }>('outcomes', undefined, 1000)
    expect(entries.some(({ entry }) => entry.operation === 'passthrough')).toBe(true)
  })
})

describe('what is not passed on', () => {
  it('is whatever does not stay below the address of the provider', async () => {
    const paths = [
      '/passthrough/files/../secret',
      '/passthrough/files/a/%2e%2e/b',
      '/passthrough/files/a/..%2f..%2fb',
      '/passthrough/files/a/%252e%252e/b',
      '/passthrough/files/..;/b',
      '/passthrough/files//evil.example/x',
      '/passthrough/files/https://evil.example/x',
      '/passthrough/files/%2f%2fevil.example',
      '/passthrough/files/a%5c..%5cb',
      '/passthrough/files/a%zz',
      '/passthrough/files/a%00b',
    ]
    for (const path of paths) expect([path, (await askRaw(path)).status]).toEqual([path, 400])
    const { body } = await askRaw('/passthrough/files/a/../b')
    expect(JSON.parse(body)).toMatchObject({ error: { param: 'path', code: 'invalid-request' } })
    expect(upstream.seen).toEqual([])
  })
  it('is a key in the query', async () => {
    for (const query of ['key=abc', 'api_key=abc', 'a=1&access%5ftoken=abc', 'X-Amz-Signature=1']) {
      expect([query, (await askRaw(`/passthrough/google/v1beta/files?${query}`)).status]).toEqual([query, 400])
    }
    expect(upstream.seen).toEqual([])
    expect((await askRaw('/passthrough/files/files?pageToken=abc')).status).toBe(200)
  })
  it('is a request without a key, or to a provider that is not there', async () => {
    expect((await askRaw('/passthrough/files/files', {})).status).toBe(401)
    const { status, body } = await askRaw('/passthrough/filez/files')
    expect(status).toBe(404)
    expect(body).toContain('did you mean \\"files\\"?')
    // What stands for a provider is no model.
    const chat = await fetch(`${house.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...auth, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'files/*', messages: [{ role: 'user', content: 'hi' }] }),
    })
    expect(chat.status).toBe(404)
  })
})

describe('a connection that fails', () => {
  it('is made again before anything was sent, with the whole body', async () => {
    upstream.state.refusals = 1
    const answer = await ask('/files/files/1', { method: 'PUT', body: 'the whole body' })
    expect(answer.status).toBe(200)
    expect(upstream.seen).toHaveLength(1)
    expect(upstream.seen[0]?.size).toBe(14)
  })
  it('is made again where it broke off, as long as all that was sent is still there', async () => {
    let breaks = 1
    upstream.state.answer = (request, response) => (breaks-- > 0 ? request.socket.destroy() : response.end('fine'))
    expect((await ask('/files/files/1', { method: 'PUT', body: 'the whole body' })).status).toBe(200)
    expect(upstream.seen.map(({ size }) => size)).toEqual([14, 14])
    upstream.seen.length = 0
    breaks = 1
    const large = await ask('/files/files/1', { method: 'PUT', body: Buffer.alloc(1024 * 1024) })
    expect([large.status, upstream.seen.length]).toEqual([502, 1])
  })
  it('is told at once where asking again might do something twice', async () => {
    // The upstream reads all of it and hangs up: nobody knows whether it did what was asked.
    upstream.state.answer = request => request.socket.destroy()
    const answer = await ask('/files/batches', { method: 'POST', body: '{}' })
    expect(answer.status).toBe(502)
    expect(upstream.seen).toHaveLength(1)
  })
  it('ends the answer in the middle, never as a whole one', async () => {
    upstream.state.answer = (_, response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('12345', () => response.destroy())
    }
    const answer = await ask('/files/files/1/content')
    await expect(answer.text()).rejects.toThrow()
    await until('the story is told', () => house.settled.at(-1)?.failure?.kind === 'stream-broken')
  })
  it('is closed where the client leaves', async () => {
    let closed = false
    upstream.state.answer = (_, response) => {
      response.write('1')
      response.on('close', () => (closed = true))
    }
    const controller = new AbortController()
    const answer = await ask('/files/files/1/content', { signal: controller.signal })
    expect(answer.status).toBe(200)
    controller.abort()
    await until('the upstream sees it', () => closed)
  })
})

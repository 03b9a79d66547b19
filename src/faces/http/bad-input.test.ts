/** Requests that are wrong in every way we know: each is refused with the right status, in the client's own words. */
import { gzipSync, brotliCompressSync, deflateSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settle } from '../../../test/clock.ts'
import { fakeGateway } from '../../../test/fake-gateway.ts'
import { breaches } from '../../../test/openai-schema.ts'
import { dial, exchange, hear, post } from '../../../test/raw-client.ts'
import type { RawResponse } from '../../../test/raw-client.ts'
import { hasShared } from '../../../test/shared.ts'
import type { VirtualKeyId } from '../../domain/ids.ts'
import { millis } from '../../domain/units.ts'
import { systemClock } from '../../platform/process.ts'
import { keyringOf } from './authenticate.ts'
import { serveHttp } from './serve.ts'
import type { HttpFace } from './serve.ts'

const secret = 'sk-sb-0123456789abcdef0123'
const key = `authorization: Bearer ${secret}`
const most = 256 * 1024
const gateway = fakeGateway()
let face: HttpFace

beforeAll(async () => {
  const keyring = keyringOf([{ caller: { key: 'ci' as VirtualKeyId }, secret }])
  if (!keyring.ok) throw new Error(keyring.why)
  face = await serveHttp({
    gateway,
    keyring: keyring.value,
    clock: systemClock(),
    settings: { host: '127.0.0.1', port: 0, maxBodyBytes: most, corsOrigins: ['*'], drain: millis(100) },
    limits: {
      head: millis(400),
      body: millis(1_500),
      window: millis(300),
      least: 16,
      checkEvery: millis(50),
      linger: millis(200),
    },
  })
})
afterAll(() => face.close())

const chat = '/v1/chat/completions'
const messages = '/v1/messages'
const good = '{"model":"support","messages":[{"role":"user","content":"hi"}]}'
const goodMessage = '{"model":"support","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}'

/** Is this OpenAI's error body, with this code. */
const isOpenAi = ({ body }: RawResponse, code: string): void => {
  const { error, ...rest } = JSON.parse(body)
  expect(rest).toEqual({})
  if (hasShared) expect(breaches('ErrorResponse', { error })).toEqual([])
  expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type'])
  expect(error.code).toBe(code)
  expect(error.message.length).toBeGreaterThan(10)
  expect(error.type).toMatch(/^[a-z_]+$/)
}
/** Is this Anthropic's. */
const isAnthropic = ({ body }: RawResponse, code: string): void => {
  const { type, error, request_id: id } = JSON.parse(body)
  expect(type).toBe('error')
  expect(error.type).toMatch(/_error$|^request_too_large$/)
  expect(error.code).toBe(code)
  expect(error.message.length).toBeGreaterThan(10)
  expect(id).toMatch(/^req/)
}

interface Case {
  readonly name: string
  readonly send: readonly (string | Uint8Array)[]
  readonly status: number
  readonly code?: string
  readonly dialect?: 'openai' | 'anthropic'
  /** What the message must say. */
  readonly says?: RegExp
}

const get = (path: string, headers: readonly string[] = [key], method = 'GET'): string =>
  [`${method} ${path} HTTP/1.1`, 'host: localhost', ...headers, '', ''].join('\r\n')
const chunked = (headers: string, rest: string): string =>
  `POST ${chat} HTTP/1.1\r\nhost: localhost\r\n${key}\r\n${headers}\r\n\r\n${rest}`
const packed = (encoding: string, body: Uint8Array): readonly (string | Uint8Array)[] => [
  `POST ${chat} HTTP/1.1\r\nhost: localhost\r\n${key}\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`,
  body,
]
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const withBody = (body: string, headers: readonly string[] = [key]): readonly string[] => [post(chat, body, headers)]
const deep = (levels: number): string =>
  `{"model":"m","messages":[{"role":"user","content":"hi"}],"x":${'['.repeat(levels)}${']'.repeat(levels)}}`

const malformedJson: readonly Case[] = [
  { name: 'an empty body', send: withBody(''), status: 400, says: /empty/ },
  { name: 'blanks', send: withBody('  \n '), status: 400, says: /the body ends at line 2/ },
  { name: 'no JSON', send: withBody('hello'), status: 400, says: /"h" at line 1, column 1/ },
  { name: 'JSON that is cut off', send: withBody('{"model":"support","mess'), status: 400, says: /a closing quote/ },
  {
    name: 'a missing brace',
    send: withBody('{"model":"support"'),
    status: 400,
    says: /the body ends at line 1, column 19/,
  },
  {
    name: 'a trailing comma',
    send: withBody('{"model":"support",}'),
    status: 400,
    says: /"}" at line 1, column 20; a key/,
  },
  { name: 'single quotes', send: withBody("{'model':1}"), status: 400, says: /a key in double quotes/ },
  { name: 'a missing colon', send: withBody('{"a" 1}'), status: 400, says: /a colon/ },
  { name: 'NaN', send: withBody('{"temperature": NaN}'), status: 400, says: /"N" at line 1, column 17/ },
  { name: 'a number with a leading zero', send: withBody('{"a": 012}'), status: 400, says: /a value/ },
  { name: 'a comment', send: withBody('{\n// no\n"a":1}'), status: 400, says: /"\/" at line 2, column 1/ },
  { name: 'two values', send: withBody('{} {}'), status: 400, says: /nothing more/ },
  { name: 'a raw line break in a string', send: withBody('{"a":"b\nc"}'), status: 400, says: /control character/ },
  { name: 'a broken escape', send: withBody('{"a":"\\x"}'), status: 400, says: /an escape such as/ },
  { name: 'the wrong bracket', send: withBody('{"a":[1}'), status: 400, says: /a comma or the closing bracket/ },
  { name: 'a list', send: withBody('[1]'), status: 400, says: /is a list/ },
  { name: 'a string', send: withBody('"hi"'), status: 400, says: /is a string/ },
  { name: 'a number', send: withBody('7'), status: 400, says: /is a number/ },
  { name: 'null', send: withBody('null'), status: 400, says: /is null/ },
  { name: 'true', send: withBody('true'), status: 400, says: /is a boolean/ },
  { name: 'bytes that are no UTF-8', send: packed('identity', bytes('{"a":"\xff\xfe"}')), status: 400, says: /UTF-8/ },
  { name: 'a cut code point', send: packed('identity', bytes('{"a":"\xe2\x82"}')), status: 400, says: /UTF-8/ },
  { name: 'an overlong encoding', send: packed('identity', bytes('{"a":"\xc0\xaf"}')), status: 400, says: /UTF-8/ },
  {
    name: 'UTF-16',
    send: packed('identity', Buffer.from(`\ufeff${good}`, 'utf16le')),
    status: 400,
    says: /looks like UTF-16/,
  },
  { name: 'lists within lists, 257 deep', send: withBody(deep(257)), status: 400, says: /256 levels/ },
  { name: 'lists within lists, 50,000 deep', send: withBody(deep(50_000)), status: 400, says: /256 levels/ },
  {
    name: 'openers alone, 200,000 of them',
    send: withBody(`{"messages":${'['.repeat(200_000)}`),
    status: 400,
    says: /the body ends/,
  },
  {
    name: 'objects within objects, 10,000 deep, for Anthropic',
    send: [post(messages, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, [key])],
    status: 400,
    dialect: 'anthropic',
    says: /256 levels/,
  },
]

const wrongBodies: readonly Case[] = [
  { name: 'no model', send: withBody('{"messages":[]}'), status: 400, says: /model/ },
  { name: 'a model that is a number', send: withBody('{"model":7,"messages":[]}'), status: 400, says: /model is/ },
  { name: 'messages that are no list', send: withBody('{"model":"m","messages":{}}'), status: 400, says: /messages/ },
  {
    name: 'a message that is no object',
    send: withBody('{"model":"m","messages":[7]}'),
    status: 400,
    says: /messages\[0\]/,
  },
  {
    name: 'a stream that is a string',
    send: withBody('{"model":"m","messages":[{"role":"user","content":"a"}],"stream":"yes"}'),
    status: 400,
    says: /stream/,
  },
  {
    name: 'no max_tokens for Anthropic',
    send: [post(messages, good, [key])],
    status: 400,
    dialect: 'anthropic',
    says: /max_tokens/,
  },
  {
    name: 'no messages where tokens are counted',
    send: [post(`${messages}/count_tokens`, '{"model":"m"}', [key])],
    status: 400,
    dialect: 'anthropic',
    says: /messages/,
  },
  {
    name: 'a price of pieces that nobody reckons with',
    send: withBody('{"model":"m","messages":[{"role":"user","content":"a"}],"provider":{"max_price":{"audio":1}}}'),
    status: 400,
    says: /provider\.max_price\.audio cannot be kept/,
  },
  {
    name: 'a provider that is no object',
    send: withBody('{"model":"m","messages":[{"role":"user","content":"a"}],"provider":"openai"}'),
    status: 400,
    says: /provider/,
  },
  {
    name: 'models that are no list',
    send: withBody('{"model":"m","messages":[{"role":"user","content":"a"}],"models":"b"}'),
    status: 400,
    says: /models/,
  },
]

const wrongHeads: readonly Case[] = [
  {
    name: 'form data',
    send: withBody(good, [key]).map(text => text.replace('application/json', 'multipart/form-data; boundary=x')),
    status: 415,
  },
  {
    name: 'a web form',
    send: withBody(good, [key]).map(text => text.replace('application/json', 'application/x-www-form-urlencoded')),
    status: 415,
  },
  {
    name: 'XML',
    send: withBody(good, [key]).map(text => text.replace('application/json', 'application/xml')),
    status: 415,
  },
  {
    name: 'another charset',
    send: withBody(good, [key]).map(text => text.replace('application/json', 'application/json; charset=iso-8859-1')),
    status: 415,
    says: /utf-8/,
  },
  { name: 'an unknown packing', send: packed('lzma', bytes(good)), status: 415, says: /gzip/ },
  { name: 'two packings', send: packed('gzip, br', bytes(good)), status: 415 },
  { name: 'gzip that is none', send: packed('gzip', bytes(good)), status: 400, says: /gzip/ },
  { name: 'gzip that is cut off', send: packed('gzip', gzipSync(good).subarray(0, 30)), status: 400 },
  { name: 'a gzip bomb', send: packed('gzip', gzipSync(Buffer.alloc(40 * most, 32))), status: 413, says: /unpacks/ },
  { name: 'a brotli bomb', send: packed('br', brotliCompressSync(Buffer.alloc(40 * most, 32))), status: 413 },
  { name: 'a zstd bomb', send: packed('zstd', zstdCompressSync(Buffer.alloc(40 * most, 32))), status: 413 },
  { name: 'a deflate bomb', send: packed('deflate', deflateSync(Buffer.alloc(40 * most, 32))), status: 413 },
  {
    name: 'a content-length beyond the limit',
    send: [chunked(`content-length: ${most + 1}`, 'x')],
    status: 413,
    says: /262144 bytes/,
  },
  {
    name: 'a content-length beyond all numbers',
    send: [chunked('content-length: 99999999999999999999999', 'x')],
    status: 400,
  },
  {
    name: 'chunks beyond the limit',
    send: [chunked('transfer-encoding: chunked', `${(most + 1).toString(16)}\r\n`), Buffer.alloc(most + 1, 32)],
    status: 413,
  },
  {
    name: 'too long a body for Anthropic',
    send: [`POST ${messages} HTTP/1.1\r\nhost: a\r\n${key}\r\ncontent-length: ${most * 2}\r\n\r\n`],
    status: 413,
    dialect: 'anthropic',
  },
  { name: 'headers of 40 KiB', send: [get('/v1/models', [key, `x-long: ${'a'.repeat(40_000)}`])], status: 431 },
  { name: 'a target of 40 KiB', send: [get(`/${'a'.repeat(40_000)}`)], status: 431 },
  {
    name: 'an unknown wish',
    send: withBody(good, [key, 'x-signalbox-polcy: a']),
    status: 400,
    says: /x-signalbox-policy/,
  },
  {
    name: 'an unknown wish for Anthropic',
    send: [post(messages, goodMessage, [key, 'x-signalbox-foo: a'])],
    status: 400,
    dialect: 'anthropic',
    says: /x-signalbox-foo/,
  },
  {
    name: 'a budget in words',
    send: withBody(good, [key, 'x-signalbox-budget-cap: lots']),
    status: 400,
    says: /US dollars/,
  },
  { name: 'a negative budget', send: withBody(good, [key, 'x-budget-cap: -1']), status: 400 },
  {
    name: 'a timeout of no time',
    send: withBody(good, [key, 'x-signalbox-timeout-ms: 0']),
    status: 400,
    says: /whole number/,
  },
  { name: 'half an attempt', send: withBody(good, [key, 'x-signalbox-max-attempts: 0.5']), status: 400 },
  { name: 'tags without values', send: withBody(good, [key, 'x-signalbox-tags: gold']), status: 400, says: /pairs/ },
  { name: 'metadata that is no JSON', send: withBody(good, [key, 'x-portkey-metadata: {a']), status: 400 },
  { name: 'an answer from the cache alone', send: withBody(good, [key, 'x-signalbox-cache: only']), status: 400 },
  { name: 'an empty lock', send: withBody(good, [key, 'x-signalbox-lock:']), status: 400 },
]

const strangers: readonly Case[] = [
  { name: 'no key', send: withBody(good, []), status: 401, code: 'unauthenticated', says: /no virtual key/ },
  {
    name: 'no key for Anthropic',
    send: [post(messages, goodMessage)],
    status: 401,
    code: 'unauthenticated',
    dialect: 'anthropic',
  },
  {
    name: 'a wrong key',
    send: withBody(good, ['authorization: Bearer sk-sb-wrong-wrong-wrong-wrong']),
    status: 401,
    code: 'unauthenticated',
    says: /not known/,
  },
  { name: 'a short key', send: withBody(good, ['x-api-key: short']), status: 401, code: 'unauthenticated' },
  {
    name: 'a key of 10,000 characters',
    send: withBody(good, [`x-api-key: ${'k'.repeat(10_000)}`]),
    status: 401,
    code: 'unauthenticated',
  },
  {
    name: 'a password in place of a key',
    send: withBody(good, ['authorization: Basic YTpi']),
    status: 401,
    code: 'unauthenticated',
    says: /no bearer key/,
  },
  {
    name: 'the beginning of a key',
    send: withBody(good, [`authorization: Bearer ${secret.slice(0, -1)}`]),
    status: 401,
    code: 'unauthenticated',
  },
]

const lost: readonly Case[] = [
  {
    name: 'a path with a slip',
    send: [post('/v1/chat/completion', good, [key])],
    status: 404,
    says: /did you mean "\/v1\/chat\/completions"/,
  },
  {
    name: 'a path without its version',
    send: [post('/chat/completions', good, [key])],
    status: 404,
    says: /\/v1\/chat\/completions/,
  },
  {
    name: 'a path beyond Anthropic’s',
    send: [post('/v1/messages/batches', '{}', [key])],
    status: 404,
    dialect: 'anthropic',
  },
  { name: 'a path that climbs', send: [get('/v1/../../etc/passwd')], status: 404 },
  { name: 'the root', send: [get('/')], status: 404 },
  { name: 'GET where POST is meant', send: [get(chat)], status: 405, says: /POST would be right/ },
  { name: 'DELETE of a model', send: [get('/v1/models/a', [key], 'DELETE')], status: 405 },
  { name: 'PUT of a message', send: [get(messages, [key], 'PUT')], status: 405, dialect: 'anthropic' },
  {
    name: 'a model that is not there',
    send: [get('/v1/models/suport')],
    status: 404,
    code: 'model_not_found',
    says: /did you mean "support"/,
  },
  { name: 'a model with a broken escape', send: [get('/v1/models/%zz')], status: 400, says: /escape/ },
  { name: 'a decision that is not there', send: [get('/v1/decisions/nothing')], status: 404 },
  { name: 'a decision of another key', send: [get('/v1/decisions/other')], status: 404 },
]

const noHttp: readonly Case[] = [
  { name: 'an unknown method', send: ['BREW /v1/models HTTP/1.1\r\nhost: a\r\n\r\n'], status: 400, says: /method/ },
  { name: 'CONNECT', send: ['CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n'], status: 405 },
  {
    name: 'a TLS hello',
    send: [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
    status: 400,
    says: /TLS/,
  },
  { name: 'HTTP/3.7', send: ['GET /v1/models HTTP/3.7\r\nhost: a\r\n\r\n'], status: 400, says: /HTTP\/1\.1/ },
  { name: 'no host', send: [`GET /v1/models HTTP/1.1\r\n${key}\r\n\r\n`], status: 400, says: /host/ },
  {
    name: 'two hosts',
    send: [`GET /v1/models HTTP/1.1\r\nhost: a\r\nhost: b\r\n${key}\r\n\r\n`],
    status: 400,
    says: /host/,
  },
  { name: 'a target that is no path', send: ['GET v1/models HTTP/1.1\r\nhost: a\r\n\r\n'], status: 400 },
  { name: 'a target with a blank', send: ['GET /v1/ models HTTP/1.1\r\nhost: a\r\n\r\n'], status: 400 },
  { name: 'a target of another protocol', send: [get('ftp://a/v1/models')], status: 400 },
  {
    name: 'length and chunks at once',
    send: [chunked('content-length: 5\r\ntransfer-encoding: chunked', '0\r\n\r\n')],
    status: 400,
  },
  {
    name: 'chunks and length at once',
    send: [chunked('transfer-encoding: chunked\r\ncontent-length: 5', '0\r\n\r\n')],
    status: 400,
  },
  { name: 'two lengths', send: [chunked('content-length: 5\r\ncontent-length: 6', 'hello')], status: 400 },
  { name: 'the same length twice', send: [chunked('content-length: 5\r\ncontent-length: 5', 'hello')], status: 400 },
  { name: 'a length with a sign', send: [chunked('content-length: +5', 'hello')], status: 400 },
  { name: 'a negative length', send: [chunked('content-length: -5', 'hello')], status: 400 },
  { name: 'a length in hexadecimal', send: [chunked('content-length: 0x5', 'hello')], status: 400 },
  { name: 'a list of lengths', send: [chunked('content-length: 5, 5', 'hello')], status: 400 },
  { name: 'an unknown transfer coding', send: [chunked('transfer-encoding: xchunked', '0\r\n\r\n')], status: 400 },
  {
    name: 'chunked before the last coding',
    send: [chunked('transfer-encoding: chunked, gzip', '0\r\n\r\n')],
    status: 400,
  },
  {
    name: 'a coding within chunks',
    send: [chunked('transfer-encoding: gzip, chunked', '0\r\n\r\n')],
    status: 400,
    says: /chunked/,
  },
  {
    name: 'a size of a chunk that is no number',
    send: [chunked('transfer-encoding: chunked', 'zz\r\nhello\r\n0\r\n\r\n')],
    status: 400,
  },
  {
    name: 'a chunk that is longer than it says',
    send: [chunked('transfer-encoding: chunked', '2\r\nhello\r\n0\r\n\r\n')],
    status: 400,
  },
  {
    name: 'a size of a chunk beyond all numbers',
    send: [chunked('transfer-encoding: chunked', 'fffffffffffffffff\r\n')],
    status: 400,
  },
  { name: 'a blank before the colon', send: [`GET /v1/models HTTP/1.1\r\nhost : a\r\n\r\n`], status: 400 },
  {
    name: 'a folded header',
    send: [`GET /v1/models HTTP/1.1\r\nhost: a\r\nx-a: b\r\n c\r\nauthorization\r\n\r\n`],
    status: 400,
  },
  { name: 'a header without a name', send: ['GET /v1/models HTTP/1.1\r\nhost: a\r\n: b\r\n\r\n'], status: 400 },
  { name: 'a NUL in a header', send: ['GET /v1/models HTTP/1.1\r\nhost: a\r\nx-a: b\0c\r\n\r\n'], status: 400 },
  { name: 'bare line feeds', send: ['GET /v1/models HTTP/1.1\nhost: a\n\n'], status: 400 },
  {
    name: 'nothing but noise',
    send: [Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 7 + 128) % 256))],
    status: 400,
  },
]

const slow: readonly Case[] = [
  { name: 'a head that never ends', send: [`GET /v1/models HTTP/1.1\r\nhost: a\r\nx-a:`], status: 408, says: /slowly/ },
  {
    name: 'a body that never comes',
    send: [chunked('content-length: 500', '')],
    status: 408,
    says: /0 bytes in 0\.3 s/,
  },
  { name: 'a body that stops', send: [chunked('content-length: 500', '{"model"')], status: 408, says: /slowly/ },
  {
    name: 'a chunk that stops',
    send: [chunked('transfer-encoding: chunked', '50\r\n{"model"')],
    status: 408,
    says: /slowly/,
  },
  {
    name: 'a body that stops, for Anthropic',
    send: [`POST ${messages} HTTP/1.1\r\nhost: a\r\n${key}\r\ncontent-length: 90\r\n\r\n{`],
    status: 408,
    dialect: 'anthropic',
    says: /slowly/,
  },
]

const tables: Readonly<Record<string, readonly Case[]>> = {
  'JSON that is none': malformedJson,
  'bodies that say the wrong thing': wrongBodies,
  'heads that are wrong': wrongHeads,
  strangers: strangers,
  'the wrong place': lost,
  'what is no HTTP': noHttp,
  'what is too slow': slow,
}

for (const [name, cases] of Object.entries(tables)) {
  describe(name, () => {
    it.each(cases)('$name is refused with $status', async ({ send, status, code, dialect, says }) => {
      const before = gateway.calls.length
      const response = await exchange(face.port, send)
      expect(`${response.status} ${response.body}`).toMatch(new RegExp(`^${status} `))
      expect(response.headers['content-type']).toBe('application/json')
      expect(response.headers['x-request-id']).toMatch(/^req/)
      const check = dialect === 'anthropic' ? isAnthropic : isOpenAi
      check(response, code ?? (status === 503 ? 'internal' : 'invalid-request'))
      if (says !== undefined) expect(JSON.parse(response.body).error.message).toMatch(says)
      expect(response.body).not.toContain(secret.slice(6))
      expect(gateway.calls.length).toBe(before)
    })
  })
}

describe('a client that does not go', () => {
  it('after it was told that it speaks no HTTP is cut off', async () => {
    const socket = await dial(face.port)
    const heard = hear(socket)
    socket.allowHalfOpen = true
    socket.write('noise\r\n\r\n')
    await heard.until(/^HTTP\/1\.1 400 [\s\S]*connection: close/)
    let isClosed = false
    socket.once('close', () => (isClosed = true))
    while (!isClosed) {
      socket.write('more noise')
      await settle()
    }
    expect(socket.destroyed).toBe(true)
  })
})

describe('after all of that', () => {
  it('the house still answers', async () => {
    expect(await exchange(face.port, [post(chat, good, [key])])).toMatchObject({ status: 200 })
    expect(Object.values(tables).flat().length).toBeGreaterThan(60)
  })
})

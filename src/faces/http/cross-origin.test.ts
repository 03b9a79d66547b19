/** Browsers of other origins: what they are let do, with keys and without. */
import { describe, expect, it } from 'vitest'
import { openFace, ringOf, secret, serverConfig } from '../../../test/http-face.ts'

const chat = '/v1/chat/completions'
const hello = { model: 'support', messages: [{ role: 'user', content: 'hi' }] }
const asked = 'authorization,content-type,x-stainless-lang,x-stainless-retry-count,x-signalbox-tags'

const preflight = (url: string, origin: string, more: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${url}${chat}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
      ...more,
    },
  })

describe('a page of another origin', () => {
  it('is told before it asks that it may send any header of ours and of the official clients', async () => {
    using open = await openFace()
    const { status, headers } = await preflight(open.face.url, 'https://app.example')
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-headers')).toBe(asked)
    expect(headers.get('access-control-allow-methods')).toBe('POST, OPTIONS')
    expect(headers.get('access-control-max-age')).toBe('86400')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })
  it('may read every header of ours, on answers, streams and errors alike', async () => {
    using open = await openFace()
    const origin = { origin: 'https://app.example' }
    const answer = await open.post(chat, hello, origin)
    const stream = await open.post(chat, { ...hello, stream: true }, origin)
    const error = await open.post(chat, 'no', origin)
    for (const { headers } of [answer, stream, error]) {
      expect(headers.get('access-control-allow-origin')).toBe('*')
      const exposed = (headers.get('access-control-expose-headers') ?? '').split(', ')
      const ours = [...headers.keys()].filter(name => /^x-(?:signalbox|request)|^traceresponse/.test(name))
      expect(ours.length).toBeGreaterThan(0)
      for (const name of ours) expect(exposed, name).toContain(name)
    }
  })
  it('is not let read if the origins are named and it is none of them', async () => {
    using open = await openFace({ settings: { ...serverConfig, corsOrigins: ['https://app.example'] } })
    const { headers } = await open.post(chat, hello, { origin: 'https://app.example' })
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('vary')).toBe('origin')
    const other = await open.post(chat, hello, { origin: 'https://evil.example' })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    expect(
      (await preflight(open.face.url, 'https://evil.example')).headers.get('access-control-allow-origin'),
    ).toBeNull()
  })
  it('may not spend from a gateway that asks for no key', async () => {
    using open = await openFace({ keyring: ringOf() })
    const evil = await open.post(chat, hello, { origin: 'https://evil.example' })
    expect(evil.status).toBe(403)
    expect((await open.get('/metrics', { origin: 'https://evil.example' })).status).toBe(403)
    expect(open.gateway.calls).toHaveLength(0)
    const local = await open.post(chat, hello, { origin: 'http://localhost:3000' })
    expect(local.status).toBe(200)
    expect(local.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    open.face.update({ settings: { ...serverConfig, corsOrigins: ['https://evil.example'] } })
    expect((await open.post(chat, hello, { origin: 'https://evil.example' })).status).toBe(200)
  })
  it.each(['http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'null', 'http://evil.example#localhost'])(
    'at %s does not pass for one of this machine',
    async origin => {
      using open = await openFace({ keyring: ringOf() })
      expect((await open.post(chat, hello, { origin })).status).toBe(403)
    },
  )
  it('is not answered with what it puts between the names of headers', async () => {
    using open = await openFace()
    const { headers } = await preflight(open.face.url, 'https://app.example', {
      'access-control-request-headers': 'a b, <script>',
    })
    expect(headers.get('access-control-allow-headers')).toBeNull()
  })
})

describe('keys', () => {
  it('come in any of the headers that official clients use', async () => {
    using open = await openFace()
    for (const name of ['x-api-key', 'x-goog-api-key', 'api-key']) {
      expect((await fetch(`${open.face.url}/v1/models`, { headers: { [name]: secret } })).status, name).toBe(200)
    }
    const both = { authorization: 'Bearer sk-the-client-sends-always', 'x-api-key': secret }
    expect((await fetch(`${open.face.url}/v1/models`, { headers: both })).status).toBe(200)
    expect((await open.get('/v1/models', { authorization: `bearer  ${secret} ` })).status).toBe(200)
  })
  it('that are wrong are wrong again the second time', async () => {
    using open = await openFace()
    const wrong = { authorization: 'Bearer sk-sb-not-this-one-0000000' }
    for (let turn = 0; turn < 3; turn++) expect((await open.get('/v1/models', wrong)).status).toBe(401)
  })
  it('are exchanged while the house is open', async () => {
    using open = await openFace()
    open.face.update({ keyring: ringOf('sk-sb-another-one-0123456789') })
    expect((await open.get('/v1/models')).status).toBe(401)
    expect((await open.get('/v1/models', { authorization: 'Bearer sk-sb-another-one-0123456789' })).status).toBe(200)
  })
  it('that could be guessed or stand twice make no keyring', () => {
    expect(() => ringOf('short')).toThrow(/has 5 characters; from 20 to 512/)
    expect(() => ringOf(secret, secret)).toThrow(/have the same value/)
  })
  it('are asked of nobody where there are none', async () => {
    using open = await openFace({ keyring: ringOf() })
    expect((await fetch(`${open.face.url}/v1/models`)).status).toBe(200)
    await open.post(chat, hello, { authorization: 'Bearer whatever' })
    expect(open.gateway.calls[0]?.incoming.caller).toEqual({ key: 'local' })
  })
})

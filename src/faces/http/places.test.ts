/** Every place of the face that is no chat: models, decisions, counts, health, numbers, and odd ways to ask for them. */
import { CohereClientV2 } from 'cohere-ai'
import { describe, expect, it } from 'vitest'
import { openFace, secret } from '../../../test/http-face.ts'
import { exchange, untilClosed } from '../../../test/raw-client.ts'

const hello = { model: 'support', messages: [{ role: 'user', content: 'hi' }] }
const key = `authorization: Bearer ${secret}`

describe('models', () => {
  it('are told in the shape of whose client asks', async () => {
    using open = await openFace()
    expect(await (await open.get('/v1/models')).json()).toEqual({
      object: 'list',
      data: [
        {
          id: 'support',
          object: 'model',
          created: 0,
          owned_by: 'signalbox',
          signalbox: { kind: 'pool', serves: ['openai/gpt-4o-mini'] },
        },
        {
          id: 'openai/gpt-4o-mini',
          object: 'model',
          created: 0,
          owned_by: 'openai',
          signalbox: { kind: 'model', serves: ['openai/gpt-4o-mini'] },
        },
      ],
    })
    const version = { 'anthropic-version': '2023-06-01' }
    expect(await (await open.get('/v1/models?limit=1', version)).json()).toMatchObject({
      data: [{ type: 'model', id: 'support', display_name: 'support (pool)', created_at: '1970-01-01T00:00:00Z' }],
      has_more: true,
      first_id: 'support',
      last_id: 'support',
    })
    const last = await (await open.get('/v1/models?before_id=openai/gpt-4o-mini', version)).json()
    expect(last).toMatchObject({ data: [{ id: 'support' }], has_more: false })
    for (const query of ['limit=0', 'limit=x', 'after_id=nobody']) {
      const response = await open.get(`/v1/models?${query}`, version)
      expect(response.status, query).toBe(400)
      expect(await response.json()).toMatchObject({ type: 'error' })
    }
  })
  it('are told to Google’s clients in pages, with what may be asked of them', async () => {
    using open = await openFace()
    const first = {
      name: 'models/support',
      displayName: 'support (pool)',
      description: 'served by openai/gpt-4o-mini',
      supportedGenerationMethods: ['generateContent', 'countTokens'],
      signalbox: { kind: 'pool', serves: ['openai/gpt-4o-mini'] },
    }
    expect(await (await open.get('/v1beta/models?pageSize=1')).json()).toEqual({ models: [first], nextPageToken: '1' })
    const second = await (await open.get('/v1beta/models?pageSize=1&pageToken=1')).json()
    expect(second).toEqual({ models: [expect.objectContaining({ name: 'models/openai/gpt-4o-mini' })] })
    expect(await (await open.get('/v1beta/models/support')).json()).toEqual(first)
    for (const query of ['pageSize=x', 'pageToken=9', 'pageToken=x']) {
      const response = await open.get(`/v1beta/models?${query}`)
      expect(response.status, query).toBe(400)
      expect(await response.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } })
    }
    const missing = await open.get('/v1beta/models/suport')
    expect(missing.status).toBe(404)
    expect(await missing.json()).toMatchObject({
      error: { message: expect.stringContaining('did you mean "support"') },
    })
  })
  it('are told to Google’s clients at the path of the stable version, too', async () => {
    using open = await openFace()
    const google = { 'x-goog-api-key': secret }
    const toldAt = async (path: string, headers = {}): Promise<string> =>
      (await (await open.get(path, headers)).text()).replace(/req_\w+/, '')
    for (const path of ['models?pageSize=1', 'models/support', 'models/nobody']) {
      expect(await toldAt(`/v1/${path}`, google), path).toBe(await toldAt(`/v1beta/${path}`))
    }
  })
  it('are told to Cohere’s clients, all or for one endpoint', async () => {
    using open = await openFace()
    const cohere = new CohereClientV2({ environment: open.face.url, token: secret, maxRetries: 0 })
    const first = { name: 'support', isDeprecated: false, endpoints: ['chat'], finetuned: false, contextLength: 0 }
    const { models, nextPageToken } = await cohere.models.list({ pageSize: 1, endpoint: 'chat' })
    expect({ models, nextPageToken }).toMatchObject({ models: [first], nextPageToken: '1' })
    expect((await cohere.models.list({ pageToken: '1' })).models).toMatchObject([{ name: 'openai/gpt-4o-mini' }])
    expect((await cohere.models.list({ endpoint: 'embed' })).models).toEqual([])
    expect(await cohere.models.get('support')).toMatchObject(first)
    await expect(cohere.models.get('suport')).rejects.toMatchObject({
      statusCode: 404,
      body: { message: expect.stringContaining('did you mean "support"') },
    })
    await expect(cohere.models.list({ pageToken: 'x' })).rejects.toMatchObject({ statusCode: 400 })
  })
  it('are refused in the words of whose path it is, though a name may look like Google’s', async () => {
    using open = await openFace()
    const unknown = { authorization: 'Bearer nobody' }
    const ofOpenai = await (await open.get('/v1/models/llama3:8b', unknown)).json()
    expect(ofOpenai).toMatchObject({ error: { code: 'unauthenticated' } })
    const ofGoogle = await (await open.post('/v1/models/llama3:8b:generateContent', {}, unknown)).json()
    expect(ofGoogle).toMatchObject({ error: { status: 'UNAUTHENTICATED' } })
  })
  it('of Google are not asked for what nobody does', async () => {
    using open = await openFace()
    const response = await open.post('/v1beta/models/support:generateContents', {})
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      error: { status: 'NOT_FOUND', message: expect.stringContaining('did you mean "generateContent"') },
    })
  })
  it('may be named with a slash, escaped or not', async () => {
    using open = await openFace()
    for (const id of ['openai/gpt-4o-mini', 'openai%2Fgpt-4o-mini']) {
      expect((await open.get(`/v1/models/${id}`)).status, id).toBe(200)
    }
  })
})

describe('a decision', () => {
  it('is shown for a request, and nobody is called', async () => {
    using open = await openFace()
    const openai = await (await open.post('/v1/route', hello)).json()
    expect(openai).toMatchObject({
      object: 'signalbox.decision',
      id: 'dec-1',
      words: 'mini, since it is cheapest',
      strategy: '1:cheap',
      trace: { facts: { seed: 'seed' }, decision: { id: 'dec-1' } },
    })
    const anthropic = await open.post('/v1/route', { ...hello, system: 'be brief' })
    expect(anthropic.status).toBe(200)
    expect(open.gateway.calls).toHaveLength(0)
  })
  it('that cannot be made is refused in the words of who asked', async () => {
    using open = await openFace()
    const openai = await open.post('/v1/route', { ...hello, model: 'nobody' })
    expect(openai.status).toBe(404)
    expect(await openai.json()).toMatchObject({ error: { code: 'model_not_found' } })
    const anthropic = await open.post('/v1/route', { ...hello, model: 'nobody', system: 'be brief' })
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: 'not_found_error' } })
  })
  it('that was made is shown to the key that it was made for', async () => {
    using open = await openFace()
    const response = await open.get('/v1/decisions/dec-1')
    expect(await response.json()).toMatchObject({ id: 'dec-1', words: 'in plain words', trace: { facts: {} } })
    expect((await open.get('/v1/decisions/other')).status).toBe(404)
    expect((await open.get('/v1/decisions/never')).status).toBe(404)
  })
  it('that cannot be read is an error of ours, told to the alarm', async () => {
    const alarms: string[] = []
    using open = await openFace({ alarm: message => alarms.push(message) })
    expect((await open.get('/v1/decisions/broken')).status).toBe(500)
    expect(alarms).toEqual(['a decision could not be read'])
  })
})

describe('health', () => {
  it('is told to everybody', async () => {
    using open = await openFace()
    expect(await (await fetch(`${open.face.url}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${open.face.url}/readyz`)).json()).toEqual({ status: 'ready', in_flight: 0 })
  })
  it('says why traffic should not come', async () => {
    using open = await openFace({ isReady: () => ({ ready: false, why: 'no credential could be read' }) })
    const response = await fetch(`${open.face.url}/readyz`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ why: 'no credential could be read' })
  })
})

describe('the numbers', () => {
  it('are read on this machine without a key, and through a proxy with one', async () => {
    using open = await openFace({ metrics: () => 'signalbox_requests_total 1\n' })
    const response = await fetch(`${open.face.url}/metrics`)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await response.text()).toBe('signalbox_requests_total 1\n')
    const forwarded = { 'x-forwarded-for': '10.0.0.1' }
    expect((await fetch(`${open.face.url}/metrics`, { headers: forwarded })).status).toBe(401)
    expect((await open.get('/metrics', forwarded)).status).toBe(200)
  })
})

describe('odd ways to ask', () => {
  const get = (target: string, headers: readonly string[] = [key]): string =>
    [`GET ${target} HTTP/1.1`, 'host: a', ...headers, '', ''].join('\r\n')

  it('are a slash at the end, a query, and the whole address', async () => {
    using open = await openFace()
    for (const target of [
      '/v1/models/',
      '/v1/models?x=1',
      '/v1/models/?x',
      'http://a.example/v1/models',
      'HTTP://a/v1/models?q',
    ]) {
      expect((await exchange(open.face.port, [get(target)])).status, target).toBe(200)
    }
  })
  it('are HEAD and OPTIONS', async () => {
    using open = await openFace()
    const head = await fetch(`${open.face.url}/healthz`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '15', ''])
    const options = await fetch(`${open.face.url}/v1/chat/completions`, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS'])
    const star = await exchange(open.face.port, ['OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'])
    expect(star.status).toBe(204)
    const wrong = await fetch(`${open.face.url}/healthz`, { method: 'POST' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })
  it('are HTTP/1.0 without a host, and a request to go on before the body', async () => {
    using open = await openFace()
    const old = await exchange(open.face.port, ['GET /healthz HTTP/1.0\r\n\r\n'])
    expect([old.status, old.isClosed]).toEqual([200, true])
    const body = JSON.stringify(hello)
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n${key}\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`
    expect((await exchange(open.face.port, [head, body])).status).toBe(200)
    // Refused by its head alone: nobody is asked to send the body.
    const stranger = head.replace(key, 'x-none: 1')
    const refused = await exchange(open.face.port, [stranger])
    expect([refused.status, refused.isClosed]).toEqual([401, true])
  })
  it('are a wish for another protocol, which nobody has to grant', async () => {
    using open = await openFace()
    const upgrade = ['connection: upgrade', 'upgrade: h2c, websocket', 'http2-settings: AAMAAABk', 'expect: miracles']
    const response = await exchange(open.face.port, [get('/healthz', upgrade)])
    expect([response.status, response.body]).toEqual([200, '{"status":"ok"}'])
  })
  it('are several requests before the first answer, each answered in its turn', async () => {
    using open = await openFace()
    const text = await untilClosed(
      open.face.port,
      [get('/healthz'), get('/nowhere'), get('/v1/models', [key, 'connection: close'])].join(''),
    )
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200'])
  })
})

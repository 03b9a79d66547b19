/** Attempts to get in, or around what a key may use: each is refused, and nobody is asked. */
import { request as rawRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, otherKey, providerKey, providersOf, virtualKey } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

let house: OpenHouse
beforeAll(async () => {
  house = await openHouse({
    config: world =>
      [
        providersOf(world),
        'deployments:',
        '  mini: { provider: openai, model: gpt-4o-mini-2024-07-18, price: { input: 0.15, output: 0.6 }, tags: { region: eu }, accepts: [text], contextWindow: 128000 }',
        '  haiku: { provider: anthropic, model: claude-3-haiku-20240307, price: { input: 0.25, output: 1.25 }, tags: { region: us }, accepts: [text], contextWindow: 128000 }',
        'aliases: { cheap: mini, sneaky: secret }',
        'pools:',
        '  open: { candidates: [mini, haiku], policy: any }',
        '  secret: { candidates: [haiku], policy: any }',
        'policies:',
        '  any: { steps: [{ use: priority }] }',
        '  other: { steps: [{ use: random }] }',
      ].join('\n'),
    keys: [
      'keys:',
      "  test: { value: '${TEST_KEY}', allow: { pools: [open], providers: [openai], policies: [any], operations: [chat] } }",
      "  regional: { value: '${OTHER_KEY}', allow: { regions: [us] } }",
    ].join('\n'),
  })
})
afterAll(async () => house.close())

interface Attempt {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const chat = { model: 'open', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 }

/** As it is written: no client tidies the path. */
const send = ({ path = '/v1/chat/completions', method = 'POST', headers = {}, body = chat }: Attempt) =>
  new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(house.url)
    const asked = rawRequest(
      { hostname, port, path, method, headers: { 'content-type': 'application/json', ...headers } },
      response => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    asked.on('error', reject)
    asked.end(typeof body === 'string' ? body : JSON.stringify(body))
  })

const bearer = { authorization: `Bearer ${virtualKey}` }
const secrets = [virtualKey, otherKey, providerKey]

/** How many answers upstreams have begun so far. */
const asked = (): number => house.settled.reduce((sum, { attempts }) => sum + attempts.length, 0)

const withKey = (attempts: Readonly<Record<string, Attempt>>): readonly (readonly [string, Attempt])[] =>
  Object.entries(attempts).map(([name, attempt]) => [name, { ...attempt, headers: { ...bearer, ...attempt.headers } }])

const strangers: Readonly<Record<string, Attempt>> = {
  'no key': {},
  'an empty key': { headers: { authorization: 'Bearer ' } },
  'another scheme': { headers: { authorization: `Basic ${Buffer.from(`x:${virtualKey}`).toString('base64')}` } },
  'the key in the query': { path: `/v1/chat/completions?api_key=${virtualKey}` },
  'the key in the query as Google’s clients send it': {
    path: `/v1beta/models/open:generateContent?key=${virtualKey.slice(0, -1)}x`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  },
  'the key in the body': { body: { ...chat, api_key: virtualKey } },
  'the key in a cookie': { headers: { cookie: `key=${virtualKey}` } },
  'the key in upper case': { headers: { authorization: `Bearer ${virtualKey.toUpperCase()}` } },
  'the beginning of a key': { headers: { authorization: `Bearer ${virtualKey.slice(0, -1)}` } },
  'more than a key': { headers: { authorization: `Bearer ${virtualKey}0` } },
  'two keys in one': { headers: { authorization: `Bearer ${virtualKey},${otherKey}` } },
  'a key that looks the same': {
    headers: { authorization: `Bearer ${Buffer.from(virtualKey.replace('a', 'а')).toString('latin1')}` },
  },
  'the key of the provider': { headers: { authorization: `Bearer ${providerKey}` } },
  'the name of a key': { headers: { authorization: 'Bearer test' } },
  'a member of every object': { headers: { 'x-api-key': '__proto__' } },
  'a key that is very long': { headers: { authorization: `Bearer sk-sb-${'0'.repeat(5000)}` } },
  'a signature of AWS with a key that is none': {
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu/bedrock/aws4_request, Signature=x' },
  },
  'a token that nobody signed': {
    headers: {
      authorization: `Bearer ${[{ alg: 'none' }, { sub: 'root', admin: true }].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`,
    },
  },
}

const around: Readonly<Record<string, Attempt>> = {
  'another pool': { body: { ...chat, model: 'secret' } },
  'another pool by its alias': { body: { ...chat, model: 'sneaky' } },
  'a model of a pool': { body: { ...chat, model: 'gpt-4o-mini-2024-07-18' } },
  'a model by its deployment': { body: { ...chat, model: 'mini' } },
  'a model with its provider': { body: { ...chat, model: 'openai/gpt-4o-mini-2024-07-18' } },
  'a model of another provider': { body: { ...chat, model: 'anthropic/claude-3-haiku-20240307' } },
  'a pool in upper case': { body: { ...chat, model: 'SECRET' } },
  'a pool with a blank': { body: { ...chat, model: ' secret' } },
  'a pool with a mark that nobody sees': { body: { ...chat, model: 'sec\u200bret' } },
  'a pool in letters that look the same': { body: { ...chat, model: 'ѕecret' } },
  'a pool in wide letters': { body: { ...chat, model: 'ｓecret' } },
  'a pool with a null': { body: { ...chat, model: 'secret\u0000open' } },
  'a path for a model': { body: { ...chat, model: '../secret' } },
  'a second member of the name': {
    body: '{"model":"open","model":"secret","messages":[{"role":"user","content":"Hi"}]}',
  },
  'a member of every object for a model': { body: { ...chat, model: '__proto__' } },
  'a list for a model': { body: { ...chat, model: ['secret'] } },
  'further models': { body: { ...chat, models: ['secret'] } },
  'another provider alone': { headers: { 'x-signalbox-only': 'anthropic' } },
  'another provider by a lock': { headers: { 'x-signalbox-lock': 'anthropic' } },
  'another provider by the body': { body: { ...chat, provider: { only: ['anthropic'] } } },
  'another policy': { headers: { 'x-signalbox-policy': 'other' } },
  'another policy by a synonym': { headers: { 'x-fagi-route-policy': 'other' } },
  'another operation': { path: '/v1/embeddings', body: { model: 'open', input: 'Hi' } },
  'a path of the provider': { path: '/passthrough/openai/files', method: 'GET', body: '' },
  'a path of another provider': { path: '/passthrough/anthropic/v1/messages', body: chat },
  'a path with dots': { path: '/passthrough/openai/../../etc/passwd', method: 'GET', body: '' },
  'a path with dots in per cent': { path: '/passthrough/openai/%2e%2e/%2e%2e/admin', method: 'GET', body: '' },
  'another host by its address in the path': { path: '/passthrough/http://127.0.0.1:1/', method: 'GET', body: '' },
  'another host as Portkey names it': {
    headers: { 'x-portkey-custom-host': 'http://169.254.169.254/', 'x-signalbox-lock': 'anthropic' },
  },
  'a header that there is none of': { headers: { 'x-signalbox-admin': '1' } },
  'a pool in the path of another dialect': {
    path: '/v1beta/models/secret:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  },
  'a pool in the path with per cent': {
    path: '/v1beta/models/%73ecret:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  },
  'a pool in the path as Bedrock’s clients send it': {
    path: '/model/secret/converse',
    body: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] },
  },
  'a pool in the dialect of Anthropic': { path: '/v1/messages', body: { ...chat, model: 'secret' } },
  'what another has been answered': { path: '/v1/responses/resp_1', method: 'GET', body: '' },
}

describe('whoever has no key', () => {
  it.each(Object.entries(strangers))('is let in by nothing: %s', async (_, attempt) => {
    const before = asked()
    const { status, text } = await send(attempt)
    expect(status).toBe(401)
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(asked()).toBe(before)
  })
})

describe('a key with limits', () => {
  it('is good for what it may use', async () => {
    expect((await send({ headers: bearer })).status).toBe(200)
  })
  it.each(withKey(around))('does not get around them: %s', async (_, attempt) => {
    const before = asked()
    const { status, text } = await send(attempt)
    expect([400, 403, 404]).toContain(status)
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(text).not.toContain('haiku')
    expect(asked()).toBe(before)
  })
  it('never falls back to a provider that it may not use', async () => {
    house.world.switches.change({ provider: 'openai' }, { fail: { kind: '500' } })
    const { status } = await send({ headers: bearer })
    house.world.switches.clear()
    expect(status).toBeGreaterThanOrEqual(500)
    expect(house.settled.at(-1)?.attempts.every(({ candidate }) => candidate.provider === 'openai')).toBe(true)
  })
  it('of a region is served in it alone', async () => {
    for (let count = 0; count < 5; count++) {
      const headers = { authorization: `Bearer ${otherKey}` }
      expect((await send({ headers })).status).toBe(200)
      expect(house.settled.at(-1)?.attempts.map(({ candidate }) => candidate.tags['region'])).toEqual(['us'])
    }
  })
  it('leaves nothing of itself in what is told and kept', async () => {
    await send({ headers: bearer })
    await send({ headers: { authorization: `Bearer ${virtualKey}0` } })
    const told = JSON.stringify(house.events) + house.running.house.metrics()
    for (const secret of secrets) expect(told).not.toContain(secret)
  })
  it('pollutes nothing by the names of its tags', async () => {
    const headers = { ...bearer, 'x-signalbox-tags': '__proto__=x,constructor=y,polluted=z' }
    const body =
      '{"model":"open","messages":[{"role":"user","content":"Hi"}],"metadata":{"__proto__":"a"},"__proto__":{"polluted":true}}'
    // The member is passed on as it is, and the upstream knows none of that name.
    expect([200, 400]).toContain((await send({ headers, body })).status)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

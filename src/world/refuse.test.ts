/** Every way to fail that a switch can ask for, as the official clients meet it. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { serveWorld } from './serve-world.ts'
import { failureKinds } from './switches.ts'
import type { FailureName } from './switches.ts'

const world = await serveWorld({ pace: 'instant' })
afterAll(() => world.close())
beforeEach(() => {
  world.switches.clear()
  world.clear()
})

const openai = new OpenAI({ baseURL: world.base('openai'), apiKey: 'any', maxRetries: 0 })
const anthropic = new Anthropic({ baseURL: world.base('anthropic'), apiKey: 'any', maxRetries: 0 })
const messages = [{ role: 'user' as const, content: 'hi' }]
/** Waits for what surely comes, however busy the machine is. */
const soon = { timeout: 30_000 }
const chat = () => openai.chat.completions.create({ model: 'gpt-4o', messages })
const message = () => anthropic.messages.create({ model: 'claude-3-haiku-20240307', max_tokens: 99, messages })

const chatPaths: Readonly<Record<string, string>> = {
  anthropic: '/v1/messages',
  gemini: '/v1beta/openai/chat/completions',
}
/** The raw answer of a provider, without a client that makes sense of it. */
const post = (provider: string, model: string, more: object = {}): Promise<Response> => {
  return fetch(world.base(provider) + (chatPaths[provider] ?? '/chat/completions'), {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages, max_tokens: 99, ...more }),
  })
}

const told: readonly (readonly [FailureName, number, string, string])[] = [
  ['500', 500, 'server_error', 'api_error'],
  ['503', 503, 'service_unavailable_error', 'api_error'],
  ['529', 529, 'server_error', 'overloaded_error'],
  ['429', 429, 'requests', 'rate_limit_error'],
  ['401', 401, 'invalid_request_error', 'authentication_error'],
  ['400-context', 400, 'invalid_request_error', 'invalid_request_error'],
]

describe.each(told)('the failure %s', (kind, status, openaiType, anthropicType) => {
  beforeEach(() => world.switches.change({}, { fail: { kind } }))

  it("reaches OpenAI's client as its own error", async () => {
    await expect(chat()).rejects.toMatchObject({ status, type: openaiType, error: { message: expect.any(String) } })
    expect(world.seen()[0]).toMatchObject({ status, complete: true, model: 'gpt-4o-2024-08-06' })
  })

  it("reaches Anthropic's client as its own error", async () => {
    await expect(message()).rejects.toMatchObject({
      status,
      error: { type: 'error', error: { type: anthropicType }, request_id: expect.stringMatching(/^req_/) },
    })
  })
})

describe('the failure', () => {
  it('html is the page of a proxy', async () => {
    world.switches.change({}, { fail: { kind: 'html' } })
    const answer = await post('openai', 'gpt-4o')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect(await answer.text()).toMatch(/^<!DOCTYPE html>/)
  })

  it('garbage is a success that holds no answer', async () => {
    world.switches.change({}, { fail: { kind: 'garbage' } })
    const whole = await post('openai', 'gpt-4o')
    expect(whole.status).toBe(200)
    await expect(whole.json()).rejects.toBeInstanceOf(SyntaxError)
    const streamed = await post('openai', 'gpt-4o', { stream: true })
    expect(streamed.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(await streamed.text()).toMatch(/^data: /)
  })

  it('empty is a success without a body', async () => {
    world.switches.change({}, { fail: { kind: 'empty' } })
    for (const more of [{}, { stream: true }]) {
      const answer = await post('anthropic', 'claude-3-haiku-20240307', more)
      expect([answer.status, await answer.text()]).toEqual([200, ''])
    }
  })

  it('hang says nothing until the client leaves, which is noted', async () => {
    world.switches.change({}, { fail: { kind: 'hang' } })
    const controller = new AbortController()
    const hanging = openai.chat.completions.create({ model: 'gpt-4o', messages }, { signal: controller.signal })
    await expect.poll(() => world.seen()[0]?.model, soon).toBe('gpt-4o-2024-08-06')
    controller.abort()
    await expect(hanging).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ bytes: 0, complete: false, closedAt: expect.any(Number) })
    expect(world.seen()[0]).not.toHaveProperty('status')
  })

  it('reset breaks the connection, which is not the client leaving', async () => {
    world.switches.change({}, { fail: { kind: 'reset' } })
    await expect(chat()).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ bytes: 0, complete: false })
    expect(world.seen()[0]).not.toHaveProperty('closedAt')
  })

  it('tells when to come again, if it was told', async () => {
    for (const kind of ['429', '503', '529'] as const) {
      world.switches.change({}, { fail: { kind, retryAfter: 7 } })
      expect((await post('openai', 'gpt-4o')).headers.get('retry-after')).toBe('7')
      world.switches.change({}, { fail: { kind } })
      expect((await post('openai', 'gpt-4o')).headers.get('retry-after')).toBeNull()
    }
  })

  it('hits the named share of the requests, the same ones for the same seed', async () => {
    world.switches.change({}, { fail: { kind: '500', rate: 0.5 } })
    const statuses = async (): Promise<readonly number[]> => {
      world.clear()
      const answers: number[] = []
      for (let nth = 0; nth < 40; nth++) answers.push((await post('openai', 'gpt-4o')).status)
      return answers
    }
    const first = await statuses()
    expect(first.filter(status => status === 500).length).toBeGreaterThan(10)
    expect(first.filter(status => status === 200).length).toBeGreaterThan(10)
    expect(await statuses()).toEqual(first)
  })

  it('hits nobody but the provider or the model that it was thrown for', async () => {
    world.switches.change({ model: 'gpt-4o-2024-08-06' }, { fail: { kind: '500' } })
    world.switches.change({ provider: 'mistral' }, { fail: { kind: '503' } })
    expect((await post('openai', 'gpt-4o')).status).toBe(500)
    expect((await post('openai', 'gpt-4o-mini')).status).toBe(200)
    expect((await post('mistral', 'mistral-large-2407')).status).toBe(503)
    expect((await post('selfhosted', 'llama-3.1-8b-instruct')).status).toBe(200)
  })

  it('has a name that the tests above know', () => {
    const others = ['html', 'garbage', 'empty', 'hang', 'reset']
    expect([...told.map(([kind]) => kind), ...others].sort()).toEqual([...failureKinds].sort())
  })
})

describe('a rate limit', () => {
  it("is told in OpenAI's headers until it is reached, then refused with the time to wait", async () => {
    world.switches.change({ provider: 'openai' }, { rateLimit: { rpm: 2 } })
    const remaining: (string | null)[] = []
    for (let nth = 0; nth < 2; nth++) {
      const { status, headers } = await post('openai', 'gpt-4o')
      expect(status).toBe(200)
      expect(headers.get('x-ratelimit-limit-requests')).toBe('2')
      remaining.push(headers.get('x-ratelimit-remaining-requests'))
    }
    expect(remaining).toEqual(['1', '0'])
    const full = await post('openai', 'gpt-4o')
    const wait = Number(full.headers.get('retry-after'))
    expect(full.status).toBe(429)
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(60)
    expect(full.headers.get('x-ratelimit-reset-requests')).toBe(`${wait}s`)
    expect(await full.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    await expect(chat()).rejects.toBeInstanceOf(OpenAI.RateLimitError)
  })

  it("is told in Anthropic's headers, with the moment of the reset", async () => {
    world.switches.change({}, { rateLimit: { rpm: 1 } })
    const { headers } = await post('anthropic', 'claude-3-haiku-20240307')
    expect(headers.get('anthropic-ratelimit-requests-limit')).toBe('1')
    expect(headers.get('anthropic-ratelimit-requests-remaining')).toBe('0')
    await expect(message()).rejects.toBeInstanceOf(Anthropic.RateLimitError)
    const full = await post('anthropic', 'claude-3-haiku-20240307')
    expect(full.headers.get('anthropic-ratelimit-requests-reset')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('is told by Google in the body alone, and by Mistral in headers of its own', async () => {
    world.switches.change({}, { rateLimit: { rpm: 1 } })
    expect((await post('mistral', 'mistral-large-2407')).headers.get('x-ratelimit-remaining-req-minute')).toBe('0')
    world.switches.change({ provider: 'gemini' }, { fail: { kind: '429', retryAfter: 9 } })
    expect(await (await post('gemini', 'gemini-1.5-pro')).json()).toEqual([
      {
        error: {
          code: 429,
          message: expect.any(String),
          status: 'RESOURCE_EXHAUSTED',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '9s' }],
        },
      },
    ])
  })
})

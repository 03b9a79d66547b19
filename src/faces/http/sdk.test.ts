/** Official clients with nothing changed but their base address: answers, streams, aborts, and errors in their own classes. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { failing, saying, words } from '../../../test/fake-gateway.ts'
import { openFace, secret } from '../../../test/http-face.ts'
import type { Opened } from '../../../test/http-face.ts'
import { deliveryOf } from '../../domain/delivery.ts'
import type { FailureKind } from '../../domain/failure.ts'

const openaiOf = ({ face }: Opened, apiKey = secret): OpenAI =>
  new OpenAI({ baseURL: `${face.url}/v1`, apiKey, maxRetries: 0 })
const anthropicOf = ({ face }: Opened, apiKey = secret): Anthropic =>
  new Anthropic({ baseURL: face.url, apiKey, maxRetries: 0 })

const messages = [{ role: 'user' as const, content: 'hi' }]
const hello = { model: 'support', messages }
const message = { model: 'support', max_tokens: 9, messages }

/** What a promise is rejected with. */
const thrown = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => 'nothing',
    (error: unknown) => error,
  )

describe('the official OpenAI client', () => {
  it('reads a whole answer', async () => {
    using open = await openFace()
    const { data, response } = await openaiOf(open).chat.completions.create(hello).withResponse()
    expect(data.choices[0]?.message.content).toBe('Hello there')
    expect(data.usage?.total_tokens).toBe(7)
    expect(response.headers.get('x-signalbox-model')).toBe('gpt-4o-mini')
  })
  it('reads a stream, with the usage that it asked for', async () => {
    using open = await openFace()
    open.gateway.play = saying('Hello there, you')
    const stream = await openaiOf(open).chat.completions.create({
      ...hello,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let total = 0
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      total += chunk.usage?.total_tokens ?? 0
    }
    expect([text, total]).toEqual(['Hello there, you', 7])
  })
  it('stops the gateway when it leaves in the middle', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin()
      asked.sink.deliver(deliveryOf(words('Hello there').slice(0, 3)))
    }
    const stream = await openaiOf(open).chat.completions.create({ ...hello, stream: true })
    for await (const chunk of stream) {
      expect(chunk.object).toBe('chat.completion.chunk')
      break
    }
    await open.gateway.calls[0]?.aborted
    expect(open.gateway.calls[0]?.isAborted).toBe(true)
  })
  it('stops the gateway when it gives up before the first word', async () => {
    using open = await openFace()
    open.gateway.play = () => undefined
    const controller = new AbortController()
    const answer = thrown(openaiOf(open).chat.completions.create(hello, { signal: controller.signal }))
    const asked = await open.gateway.next()
    controller.abort()
    expect(await answer).toBeInstanceOf(OpenAI.APIUserAbortError)
    await asked.aborted
  })
  it.each([
    ['invalid-request', OpenAI.BadRequestError, 400],
    ['forbidden', OpenAI.PermissionDeniedError, 403],
    ['target-unknown', OpenAI.NotFoundError, 404],
    ['blocked', OpenAI.UnprocessableEntityError, 422],
    ['rate-limited', OpenAI.RateLimitError, 429],
    ['internal', OpenAI.InternalServerError, 500],
    ['upstream-overloaded', OpenAI.InternalServerError, 503],
  ] as const)('meets %s as its own error class', async (kind, type, status) => {
    using open = await openFace()
    open.gateway.play = failing({ kind, message: 'so it is' })
    for (const stream of [false, true]) {
      const error = await thrown(openaiOf(open).chat.completions.create({ ...hello, stream }))
      expect(error).toBeInstanceOf(type)
      expect(error).toMatchObject({
        status,
        code: kind === 'target-unknown' ? 'model_not_found' : kind,
        requestID: expect.stringMatching(/^req/),
      })
    }
  })
  it('meets a wrong key as an authentication error', async () => {
    using open = await openFace()
    const error = await thrown(openaiOf(open, 'sk-sb-not-this-one-0000000').models.list())
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
  })
  it('meets an answer that breaks as an error in the middle of its stream', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin()
      asked.sink.deliver(deliveryOf(words('Hello there').slice(0, 3)))
      asked.end({ kind: 'stream-broken', message: 'the upstream broke off' })
    }
    const stream = await openaiOf(open).chat.completions.create({ ...hello, stream: true })
    const read = async (): Promise<string> => {
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      return text
    }
    const error = await thrown(read())
    expect(error).toBeInstanceOf(OpenAI.APIError)
    expect(error).toMatchObject({ code: 'stream-broken' })
  })
  it('tries again when it is told to, after as long as it is told', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      if (open.gateway.calls.length > 1) return saying('at last')(asked)
      failing({ kind: 'rate-limited', message: 'wait', retryAfter: 1 as never })(asked)
    }
    const client = openaiOf(open).withOptions({ maxRetries: 1 })
    const answer = await client.chat.completions.create(hello)
    expect(answer.choices[0]?.message.content).toBe('at last')
  })
  it('lists what it may ask for', async () => {
    using open = await openFace()
    const ids: string[] = []
    for await (const model of openaiOf(open).models.list()) ids.push(model.id)
    expect(ids).toEqual(['support', 'openai/gpt-4o-mini'])
    const model = await openaiOf(open).models.retrieve('openai/gpt-4o-mini')
    expect(model).toMatchObject({ object: 'model', owned_by: 'openai' })
    expect(await thrown(openaiOf(open).models.retrieve('suport'))).toBeInstanceOf(OpenAI.NotFoundError)
  })
})

describe('the official Anthropic client', () => {
  it('reads a whole answer and a stream', async () => {
    using open = await openFace()
    const answer = await anthropicOf(open).messages.create(message)
    expect(answer.content).toMatchObject([{ type: 'text', text: 'Hello there' }])
    const streamed = await anthropicOf(open).messages.stream(message).finalMessage()
    expect(streamed.content).toMatchObject([{ type: 'text', text: 'Hello there' }])
    expect(streamed.stop_reason).toBe('end_turn')
  })
  it('comes with its key in x-api-key or as a bearer', async () => {
    using open = await openFace()
    const client = new Anthropic({ baseURL: open.face.url, apiKey: null, authToken: secret, maxRetries: 0 })
    expect((await client.messages.create(message)).role).toBe('assistant')
    expect(await thrown(anthropicOf(open, 'sk-sb-not-this-one-0000000').messages.create(message))).toBeInstanceOf(
      Anthropic.AuthenticationError,
    )
  })
  it('counts tokens', async () => {
    using open = await openFace()
    expect(await anthropicOf(open).messages.countTokens({ model: 'support', messages })).toEqual({ input_tokens: 42 })
  })
  it('lists what it may ask for, page by page', async () => {
    using open = await openFace()
    const ids: string[] = []
    for await (const model of anthropicOf(open).models.list({ limit: 1 })) ids.push(model.id)
    expect(ids).toEqual(['support', 'openai/gpt-4o-mini'])
    expect(await anthropicOf(open).models.retrieve('support')).toMatchObject({ type: 'model', id: 'support' })
    const error = await thrown(anthropicOf(open).models.retrieve('nobody'))
    expect(error).toBeInstanceOf(Anthropic.NotFoundError)
  })
  it.each([
    ['invalid-request', Anthropic.BadRequestError, 'invalid_request_error'],
    ['forbidden', Anthropic.PermissionDeniedError, 'permission_error'],
    ['target-unknown', Anthropic.NotFoundError, 'not_found_error'],
    ['rate-limited', Anthropic.RateLimitError, 'rate_limit_error'],
    ['internal', Anthropic.InternalServerError, 'api_error'],
  ] satisfies readonly (readonly [FailureKind, unknown, string])[])(
    'meets %s as its own error class',
    async (kind, type, word) => {
      using open = await openFace()
      open.gateway.play = failing({ kind, message: 'so it is' })
      const { messages: chat } = anthropicOf(open)
      for (const answer of [() => chat.create(message), () => chat.stream(message).done()]) {
        const error = await thrown(answer())
        expect(error).toBeInstanceOf(type)
        expect(error).toMatchObject({ error: { error: { type: word } }, requestID: expect.stringMatching(/^req/) })
      }
    },
  )
  it('meets an answer that breaks as an error in the middle of its stream', async () => {
    using open = await openFace()
    open.gateway.play = asked => {
      asked.begin()
      asked.sink.deliver(deliveryOf(words('Hello there').slice(0, 3)))
      asked.end({ kind: 'stream-broken', message: 'the upstream broke off' })
    }
    const error = await thrown(anthropicOf(open).messages.stream(message).finalMessage())
    expect(error).toBeInstanceOf(Anthropic.APIError)
    expect(String(error)).toContain('the upstream broke off')
  })
})

/** What we write and what we pass on is read by OpenAI's official client as we meant it, over a real socket. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import OpenAI from 'openai'
import type { ChatCompletion } from 'openai/resources/chat/completions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { streamedAnswers } from '../../../test/chat-recordings.ts'
import { recordings } from '../../../test/recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { FailureKind } from '../../domain/failure.ts'
import { collect } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { FrameDecoder } from '../../ports/dialect.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { frameSplitter, frameText } from '../framing.ts'
import { openaiChat } from './index.ts'

const context = { id: 'req_1', model: 'asked-for', now: 1_700_000_000_000 as Instant, streamUsage: true }
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What the server answers next. */
let next = { status: 200, type: 'application/json', body: '' }
let server: Server
let client: OpenAI
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(next.status, { 'content-type': next.type })
      response.end(next.body)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 })
})
afterAll(() => new Promise(resolve => server.close(resolve)))

const asked = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] }
const streamOf = (text: string): Promise<ChatCompletion> => {
  next = { status: 200, type: 'text/event-stream', body: text }
  return client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } }).finalChatCompletion()
}
const written = (events: readonly StreamEvent[]): string => {
  const encoder = openaiChat.encodeStream(context)
  return events
    .flatMap(event => encoder.push(event))
    .map(frameText)
    .join('')
}
const streamed = (events: readonly StreamEvent[]): Promise<ChatCompletion> => streamOf(written(events))
const whole = (events: readonly StreamEvent[]): Promise<ChatCompletion> => {
  next = { status: 200, type: 'application/json', body: JSON.stringify(openaiChat.encodeAnswer(events, context).value) }
  return client.chat.completions.create(asked)
}

/** What an answer says, in few words; of the client's own accumulation only what its types name. */
const gist = ({ choices }: ChatCompletion) =>
  choices
    .toSorted((left, right) => left.index - right.index)
    .map(({ message, finish_reason: finish }) => ({
      content: message.content ?? '',
      refusal: message.refusal ?? '',
      finish,
      calls: (message.tool_calls ?? []).map(call =>
        call.type === 'function' ? [call.id, call.function.name, call.function.arguments] : [call.id],
      ),
    }))
const ourGist = ({ choices }: Answer) =>
  choices.map(({ parts, raw }) => {
    const words = (type: 'text' | 'refusal'): string =>
      parts.map(part => (part.type === type ? part.text : '')).join('')
    const calls = parts.flatMap(part => (part.type === 'tool-call' ? [part] : []))
    return {
      content: words('text'),
      refusal: words('refusal'),
      finish: raw,
      calls: calls.map(({ callId, name, input }) => [callId, name, input]),
    }
  })

const events: readonly StreamEvent[] = [
  { type: 'response-start', model: 'claude', upstreamId: 'msg_1' },
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0, signature: 'c2ln' },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'I "look"\n' },
  { type: 'text-delta', block: 1, choice: 1, text: 'other' },
  { type: 'tool-call-start', block: 2, callId: 'toolu_1', name: 'one' },
  { type: 'tool-call-delta', block: 2, input: '{"a"' },
  { type: 'tool-call-start', block: 3, callId: '', name: 'two' },
  { type: 'tool-call-delta', block: 2, input: ':1}' },
  { type: 'tool-call-end', block: 2 },
  { type: 'tool-call-end', block: 3 },
  { type: 'text-end', block: 1 },
  { type: 'choice-end', reason: 'tool-calls', raw: 'tool_use' },
  { type: 'refusal-delta', block: 2, choice: 1, text: 'no' },
  { type: 'choice-end', choice: 1, reason: 'refused', raw: 'refusal' },
  {
    type: 'usage',
    usage: {
      input: tokens(15),
      inputCached: tokens(3),
      inputCacheWritten: tokens(2),
      output: tokens(7),
      reasoning: tokens(1),
    },
  },
  { type: 'response-end' },
]

describe('the official client', () => {
  it('reads text, calls, several choices, a refusal and usage, whole and streamed alike', async () => {
    const [fromStream, fromWhole] = [await streamed(events), await whole(events)]
    expect(gist(fromStream)).toEqual(gist(fromWhole))
    expect(fromStream).toMatchObject({ id: 'msg_1', model: 'claude', created: 1_700_000_000 })
    expect(fromStream.usage).toEqual(fromWhole.usage)
    expect(fromWhole.usage).toMatchObject({ prompt_tokens: 15, completion_tokens: 7, total_tokens: 22 })
    expect(gist(fromWhole)).toEqual([
      {
        content: 'I "look"\n',
        refusal: '',
        finish: 'tool_calls',
        calls: [
          ['toolu_1', 'one', '{"a":1}'],
          ['call_req_1_0_1', 'two', '{}'],
        ],
      },
      { content: 'other', refusal: 'no', finish: 'content_filter', calls: [] },
    ])
  })

  it('finds reasoning where others put it too, and its signature once more for the next turn', async () => {
    const { message } = (await whole(events)).choices[0]!
    expect(message).toMatchObject({
      reasoning_content: 'hm',
      reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'c2ln', index: 0 }],
    })
    const turn = openaiChat.decodeRequest({ model: 'm', messages: [...asked.messages, message] })
    expect(turn).toMatchObject({
      value: { messages: [{}, { parts: [{ type: 'reasoning', text: 'hm', signature: 'c2ln' }, {}, {}, {}] }] },
    })
  })

  it('raises the failure that broke a stream off, and never sees an end', async () => {
    const broken = events.with(-1, { type: 'response-failed', failure: { kind: 'stream-broken', message: 'silence' } })
    expect(written(broken)).not.toContain('[DONE]')
    expect(written(broken)).not.toMatch(/"finish_reason":"/)
    await expect(streamed(broken)).rejects.toMatchObject({ error: { code: 'stream-broken', message: 'silence' } })
  })

  const classes: readonly (readonly [FailureKind, abstract new (...given: never) => Error])[] = [
    ['invalid-request', OpenAI.BadRequestError],
    ['context-overflow', OpenAI.BadRequestError],
    ['unauthenticated', OpenAI.AuthenticationError],
    ['forbidden', OpenAI.PermissionDeniedError],
    ['target-unknown', OpenAI.NotFoundError],
    ['blocked', OpenAI.UnprocessableEntityError],
    ['rate-limited', OpenAI.RateLimitError],
    ['upstream-rate-limited', OpenAI.RateLimitError],
    ['upstream-unreachable', OpenAI.InternalServerError],
    ['no-candidate', OpenAI.InternalServerError],
  ]
  it.each(classes)('raises %s as the error of its status, with its kind as code', async (kind, error) => {
    const { status, body } = openaiChat.encodeFailure({ kind, message: 'what was found', param: 'model' }, 'req_1')
    next = { status, type: 'application/json', body: JSON.stringify(body) }
    const raised: unknown = await client.chat.completions.create(asked).catch((caught: unknown) => caught)
    expect(raised).toBeInstanceOf(error)
    expect(raised).toMatchObject({
      status,
      param: 'model',
      code: kind === 'target-unknown' ? 'model_not_found' : kind,
    })
  })
})

const decoded = (text: string, decoder: FrameDecoder): readonly StreamEvent[] => {
  const splitter = frameSplitter()
  const frames = [...splitter.push(bytesOf(text)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
const express = (text: string): string => {
  const scanner = openaiChat.express.scanStream({ streamUsage: true })
  return Buffer.concat([scanner.push(bytesOf(text)), scanner.end()].flatMap(({ bytes }) => bytes ?? [])).toString()
}
const good = streamedAnswers.filter(({ text }) => !text.includes('"error"'))
/** Streams that the client itself cannot put together: an end that never gives a reason, calls without ids. */
const isReadable = (answer: Answer): boolean =>
  answer.choices.every(
    ({ raw, parts }) => raw !== undefined && parts.every(part => part.type !== 'tool-call' || part.callId !== ''),
  )
const words = new Set(['stop', 'length', 'tool_calls', 'content_filter'])
const anthropic = hasShared
  ? [...recordings()]
      .filter(({ surface, stream, response }) => surface === 'messages' && stream && response.status === 200)
      .map(({ id, response }) => ({ name: id, text: response.body.text ?? '' }))
  : []

describe.skipIf(!hasShared)('recorded streams, put together by the official client', () => {
  it('are nearly all', () => {
    const readable = good.filter(({ text }) => isReadable(collect(decoded(text, openaiChat.decodeStream()))))
    expect(readable.length).toBeGreaterThan(100)
  })
  it.each(good)('$name says the same passed on, written anew, and as we read it', async ({ text }) => {
    const told = decoded(text, openaiChat.decodeStream())
    const answer = collect(told)
    const ours = ourGist(answer)
    const anew = gist(await streamed(told))
    expect(anew.map(one => ({ ...one, finish: '' }))).toMatchObject(
      ours.map(({ content, refusal, calls }) => ({
        content,
        refusal,
        finish: '',
        calls: calls.map(([id, name, input]) => [id || expect.any(String), name, input || '{}']),
      })),
    )
    if (!isReadable(answer)) return
    expect(gist(await streamOf(express(text)))).toEqual(
      ours.map(one => ({ ...one, finish: words.has(one.finish ?? '') ? one.finish : expect.any(String) })),
    )
  })
  it.each(anthropic)('$name of Anthropic says the same whole and streamed', async ({ text }) => {
    const told = decoded(text, anthropicMessages.decodeStream())
    expect(gist(await streamed(told))).toEqual(gist(await whole(told)))
  })
})

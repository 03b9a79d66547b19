/** What we write and what we pass on is read by OpenAI's official client as we meant it, over a real socket, and what it sends is understood. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import type { Response, ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { recordings } from '../../../test/recordings.ts'
import { requestOf } from '../../../test/requests.ts'
import { streamedResponses, wholeResponses } from '../../../test/responses-recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { FailureKind } from '../../domain/failure.ts'
import { collect } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { FrameDecoder } from '../../ports/dialect.ts'
import { frameSplitter, frameText } from '../framing.ts'
import { dialects } from '../registry.ts'
import { openaiResponses } from './index.ts'

const context = { id: 'req_1', model: 'asked-for', now: 1_700_000_000_000 as Instant, streamUsage: true }
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What the server answers next, and what it was asked. */
let next = { status: 200, type: 'application/json', body: '' }
let asked: unknown
let server: Server
let client: OpenAI
beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      asked = JSON.parse(Buffer.concat(pieces).toString())
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

const hello = { model: 'm', input: 'hi' }
const streamOf = (text: string): Promise<Response> => {
  next = { status: 200, type: 'text/event-stream', body: text }
  return client.responses.stream(hello).finalResponse()
}
const written = (events: readonly StreamEvent[]): string => {
  const encoder = openaiResponses.encodeStream(context)
  return events
    .flatMap(event => encoder.push(event))
    .map(frameText)
    .join('')
}
const streamed = (events: readonly StreamEvent[]): Promise<Response> => streamOf(written(events))
const wholeOf = (text: string): Promise<Response> => {
  next = { status: 200, type: 'application/json', body: text }
  return client.responses.create(hello)
}
const whole = (events: readonly StreamEvent[]): Promise<Response> =>
  wholeOf(JSON.stringify(openaiResponses.encodeAnswer(events, context).value))

/** What an answer says, in few words. */
const gist = ({ output, output_text: text }: Response) => ({
  text,
  calls: output.flatMap(item => (item.type === 'function_call' ? [[item.call_id, item.name, item.arguments]] : [])),
  thoughts: output
    .flatMap(item =>
      item.type === 'reasoning'
        ? [[...item.summary, ...(item.content ?? [])].map(({ text: words }) => words).join('')]
        : [],
    )
    .join(''),
  refusal: output
    .flatMap(item => (item.type === 'message' ? item.content : []))
    .map(part => (part.type === 'refusal' ? part.refusal : ''))
    .join(''),
})
const ourGist = ({ choices }: Answer) => {
  const parts = choices[0]?.parts ?? []
  const words = (type: 'text' | 'refusal' | 'reasoning'): string =>
    parts.map(part => (part.type === type ? part.text : '')).join('')
  return {
    text: words('text'),
    calls: parts.flatMap(part =>
      part.type === 'tool-call' ? [[part.callId || expect.any(String), part.name, part.input || '{}']] : [],
    ),
    thoughts: words('reasoning'),
    refusal: words('refusal'),
  }
}

const usage = {
  input: tokens(15),
  inputCached: tokens(3),
  inputCacheWritten: tokens(2),
  output: tokens(7),
  reasoning: tokens(1),
}
const events: readonly StreamEvent[] = [
  { type: 'response-start', model: 'claude', upstreamId: 'msg_1' },
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0, signature: 'EqoBCkgI' },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'I "look"\n' },
  { type: 'tool-call-start', block: 2, callId: 'toolu_1', name: 'one' },
  { type: 'tool-call-delta', block: 2, input: '{"a"' },
  { type: 'tool-call-start', block: 3, callId: '', name: 'two' },
  { type: 'tool-call-delta', block: 2, input: ':1}' },
  { type: 'tool-call-end', block: 2 },
  { type: 'tool-call-end', block: 3 },
  { type: 'text-end', block: 1 },
  { type: 'choice-end', reason: 'tool-calls', raw: 'tool_use' },
  { type: 'usage', usage },
  { type: 'response-end' },
]

describe('the official client', () => {
  it('reads reasoning, text, parallel calls and usage, whole and streamed alike', async () => {
    const [fromStream, fromWhole] = [await streamed(events), await whole(events)]
    expect(gist(fromStream)).toEqual(gist(fromWhole))
    expect(fromStream).toMatchObject({ id: 'msg_1', model: 'claude', status: 'completed', created_at: 1_700_000_000 })
    expect(fromStream.usage).toEqual(fromWhole.usage)
    expect(fromWhole.usage).toMatchObject({
      input_tokens: 15,
      input_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 1 },
      total_tokens: 22,
    })
    expect(gist(fromWhole)).toEqual({
      text: 'I "look"\n',
      thoughts: 'hm',
      refusal: '',
      calls: [
        ['toolu_1', 'one', '{"a":1}'],
        ['call_sbx_req_1_3', 'two', '{}'],
      ],
    })
  })

  it('gives reasoning and calls of another provider back so that they are still that provider’s', async () => {
    const { output } = await streamed(events)
    const input = [...output, { type: 'function_call_output', call_id: 'toolu_1', output: 'ok' }]
    expect(openaiResponses.decodeRequest({ model: 'm', input })).toMatchObject({
      value: {
        messages: [
          {
            role: 'assistant',
            parts: [
              { type: 'reasoning', text: 'hm', signature: 'EqoBCkgI' },
              { type: 'text', text: 'I "look"\n' },
              { type: 'tool-call', callId: 'toolu_1' },
              { type: 'tool-call' },
            ],
          },
          { role: 'tool', parts: [{ type: 'tool-result', callId: 'toolu_1' }] },
        ],
      },
    })
  })

  it('parses structured output, and its schema arrives as one', async () => {
    const format = zodTextFormat(z.object({ city: z.string() }), 'place')
    next = {
      status: 200,
      type: 'application/json',
      body: JSON.stringify(
        openaiResponses.encodeAnswer(
          [
            { type: 'response-start', model: 'claude' },
            { type: 'text-delta', block: 0, text: '{"city":"Bern"}' },
            { type: 'choice-end', reason: 'stop' },
            { type: 'response-end' },
          ],
          context,
        ).value,
      ),
    }
    const parsed = await client.responses.parse({ ...hello, text: { format } })
    expect(parsed.output_parsed).toEqual({ city: 'Bern' })
    expect(openaiResponses.decodeRequest(asked)).toMatchObject({
      value: { output: { type: 'json', name: 'place', strict: true, schema: { required: ['city'] } } },
    })
  })

  it('sees a refusal, an answer that was cut, and one that was filtered', async () => {
    const end = (reason: 'stop' | 'length' | 'refused', text: string): readonly StreamEvent[] => [
      { type: 'response-start', model: 'm' },
      { type: 'refusal-delta', block: 0, text },
      { type: 'choice-end', reason },
      { type: 'response-end' },
    ]
    expect(gist(await streamed(end('stop', 'no')))).toMatchObject({ text: '', refusal: 'no' })
    for (const [reason, word] of [
      ['length', 'max_output_tokens'],
      ['refused', 'content_filter'],
    ] as const) {
      const cut = { status: 'incomplete', incomplete_details: { reason: word } }
      expect(await whole(end(reason, 'no'))).toMatchObject(cut)
      expect(await streamed(end(reason, 'no'))).toMatchObject(cut)
    }
  })

  it('raises the failure that broke a stream off, and never sees an end', async () => {
    const broken = events.with(-1, { type: 'response-failed', failure: { kind: 'stream-broken', message: 'silence' } })
    expect(written(broken)).not.toMatch(/response\.(?:completed|incomplete)/)
    await expect(streamed(broken)).rejects.toMatchObject({ error: { code: 'stream-broken', message: 'silence' } })
  })

  const classes: readonly (readonly [FailureKind, abstract new (...given: never) => Error])[] = [
    ['invalid-request', OpenAI.BadRequestError],
    ['unauthenticated', OpenAI.AuthenticationError],
    ['forbidden', OpenAI.PermissionDeniedError],
    ['target-unknown', OpenAI.NotFoundError],
    ['rate-limited', OpenAI.RateLimitError],
    ['no-candidate', OpenAI.InternalServerError],
  ]
  it.each(classes)('raises %s as the error of its status, with its kind as code', async (kind, error) => {
    const { status, body } = openaiResponses.encodeFailure({ kind, message: 'what was found', param: 'model' }, 'req_1')
    next = { status, type: 'application/json', body: JSON.stringify(body) }
    const raised: unknown = await client.responses.create(hello).catch((caught: unknown) => caught)
    expect(raised).toBeInstanceOf(error)
    expect(raised).toMatchObject({ status, param: 'model', code: kind === 'target-unknown' ? 'model_not_found' : kind })
  })

  it('sends what is understood, and goes out again as it was sent', async () => {
    const params: ResponseCreateParamsNonStreaming = {
      model: 'gpt-5.1',
      instructions: 'be brief',
      input: [
        { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' }] },
        { type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'seen' }] },
      ],
      tools: [{ type: 'function', name: 'look', parameters: { type: 'object' }, strict: true }, { type: 'web_search' }],
      tool_choice: { type: 'function', name: 'look' },
      reasoning: { effort: 'high', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      store: false,
      max_output_tokens: 99,
    }
    await wholeOf(JSON.stringify(openaiResponses.encodeAnswer(events, context).value))
    await client.responses.create(params)
    const read = openaiResponses.decodeRequest(asked)
    expect(read).toMatchObject({
      value: {
        messages: [
          { role: 'system', parts: [{ text: 'be brief' }] },
          { role: 'user', parts: [{ type: 'image', mediaType: 'image/png', source: { base64: 'AAAA' } }] },
          { role: 'assistant', parts: [{ type: 'tool-call', callId: 'c' }] },
          { role: 'tool', parts: [{ output: [{ text: 'seen' }] }] },
        ],
        tools: [{ name: 'look', strict: true }],
        opaqueTools: [{ kind: 'web_search' }],
        toolChoice: { name: 'look' },
        reasoning: { effort: 'high' },
        limits: { maxOutputTokens: 99 },
      },
    })
    if (read.ok) expect(openaiResponses.encodeRequest(requestOf(read.value), 'gpt-5.1').value).toEqual(params)
  })
})

const decoded = (bytes: Uint8Array, decoder: FrameDecoder, splitter = frameSplitter()): readonly StreamEvent[] => {
  const frames = [...splitter.push(bytes), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
const express = (text: string): string => {
  const scanner = openaiResponses.express.scanStream({ streamUsage: true })
  return Buffer.concat([scanner.push(bytesOf(text)), scanner.end()].flatMap(({ bytes }) => bytes ?? [])).toString()
}
const good = streamedResponses.filter(({ text }) => /"type": ?"response\.(?:completed|incomplete)"/.test(text))
const failure = (caught: unknown): unknown => caught

describe.skipIf(!hasShared)('recorded answers, put together by the official client', () => {
  it.each(good)('$name, streamed, says the same passed on, written anew, and as we read it', async ({ text }) => {
    const told = decoded(bytesOf(text), openaiResponses.decodeStream())
    const ours = ourGist(collect(told))
    expect(gist(await streamed(told))).toEqual(ours)
    // Some servers give ids or events that the client itself does not take: those it takes no better from us.
    const itself: unknown = await streamOf(text).catch(failure)
    const passed: unknown = await streamOf(express(text)).catch(failure)
    if (itself instanceof Error) return
    expect(passed instanceof Error ? passed.message : gist(passed as Response)).toEqual(gist(itself as Response))
  })
  it('are nearly all taken as they came', async () => {
    let taken = 0
    for (const { text } of good) if (!((await streamOf(express(text)).catch(failure)) instanceof Error)) taken++
    expect(taken).toBeGreaterThan(good.length * 0.85)
  })
  it.each(wholeResponses)('$name, whole, says the same passed on and written anew', async ({ text }) => {
    const told = openaiResponses.decodeAnswer(JSON.parse(text))
    const { bytes } = openaiResponses.express.scanAnswer(bytesOf(text))
    const ours = ourGist(collect(told))
    expect(gist(await whole(told))).toEqual(ours)
    expect(gist(await streamed(told))).toEqual(ours)
    expect(gist(await wholeOf(new TextDecoder().decode(bytes)))).toEqual(ours)
  })
})

const surfaces: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': ['chat'],
  'anthropic-messages': ['messages'],
  gemini: ['generateContent', 'streamGenerateContent', 'gemini'],
  'bedrock-converse': ['converse', 'converse-stream'],
  'cohere-chat': ['v2_chat'],
}
/** Recorded answers of another dialect, as events. */
const foreign = (id: string): readonly { readonly name: string; readonly told: readonly StreamEvent[] }[] => {
  const dialect = [...dialects.values()].find(one => one.id === id)
  if (!hasShared || dialect === undefined) return []
  return [...recordings()]
    .filter(({ surface, response }) => surfaces[id]?.includes(surface) && response.status === 200)
    .map(({ id: name, response: { body } }) => {
      const bytes = body.base64 === undefined ? bytesOf(body.text ?? '') : Buffer.from(body.base64, 'base64')
      const isWhole = body.text?.trimStart().startsWith('{') === true
      const told = isWhole
        ? dialect.decodeAnswer(JSON.parse(body.text ?? ''))
        : decoded(bytes, dialect.decodeStream(), dialect.framing?.split())
      return { name, told }
    })
    .filter(({ told }) => told.at(-1)?.type === 'response-end')
}

describe.skipIf(!hasShared).each(Object.keys(surfaces))('recorded answers of %s', id => {
  it.each(foreign(id))('$name says the same whole and streamed', async ({ told }) => {
    const ours = ourGist(collect(told))
    expect(gist(await streamed(told))).toEqual(ours)
    expect(gist(await whole(told))).toEqual(ours)
  })
})

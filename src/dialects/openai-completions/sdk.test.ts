/** What we write and what we pass on is read by OpenAI's official client as we meant it, over a real socket; what it sends is read by us. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import OpenAI from 'openai'
import type { Completion } from 'openai/resources/completions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { streamedCompletions, wholeCompletions } from '../../../test/completions-recordings.ts'
import { foreignAnswers } from '../../../test/foreign-answers.ts'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import type { FailureKind } from '../../domain/failure.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { frameText } from '../framing.ts'
import { openaiCompletions } from './index.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }

/** What the server answers next, and what it was sent last. */
let next = { status: 200, type: 'application/json', body: '' }
let sent: unknown
let server: Server
let client: OpenAI
beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      sent = request.url === '/v1/completions' ? JSON.parse(Buffer.concat(pieces).toString()) : undefined
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

const asked = { model: 'gpt-3.5-turbo-instruct', prompt: 'hi' }
const wholeOf = (body: string): Promise<Completion> => {
  next = { status: 200, type: 'application/json', body }
  return client.completions.create(asked)
}
/** Chunks of a stream joined to one answer. */
const streamOf = async (text: string) => {
  next = { status: 200, type: 'text/event-stream', body: text }
  const texts = new Map<number, string>()
  const ends = new Map<number, string>()
  let usage: Completion['usage']
  for await (const { choices, usage: told } of await client.completions.create({ ...asked, stream: true })) {
    for (const { index, text: piece, finish_reason: end } of choices) {
      texts.set(index, (texts.get(index) ?? '') + piece)
      if (typeof end === 'string') ends.set(index, end)
    }
    usage = told ?? usage
  }
  return { choices: [...texts].map(([index, words]) => [index, words, ends.get(index)]), usage }
}
const gist = ({ choices, usage }: Completion) => ({
  choices: choices.map(({ index, text, finish_reason: end }) => [index, text, end]),
  usage,
})
const written = (events: readonly StreamEvent[]): string => {
  const encoder = openaiCompletions.encodeStream(context)
  return events
    .flatMap(event => encoder.push(event))
    .map(frameText)
    .join('')
}

const usage = {
  input: tokens(15),
  inputCached: tokens(3),
  inputCacheWritten: tokens(0),
  output: tokens(7),
  reasoning: tokens(2),
}
const events: readonly StreamEvent[] = [
  { type: 'response-start', model: 'm', upstreamId: 'x-1', created: 1_700_000_000 },
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0 },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'once "upon"\n' },
  { type: 'text-delta', block: 0, choice: 1, text: 'no ' },
  { type: 'text-delta', block: 1, text: 'é🙂' },
  { type: 'refusal-delta', block: 1, choice: 1, text: 'way' },
  { type: 'tool-call-start', block: 2, callId: 'c', name: 'look' },
  { type: 'tool-call-end', block: 2 },
  { type: 'text-end', block: 1 },
  { type: 'choice-end', reason: 'tool-calls', raw: 'tool_use' },
  { type: 'choice-end', choice: 1, reason: 'refused' },
  { type: 'usage', usage },
  { type: 'response-end' },
]

describe('the official client', () => {
  it('reads text of several choices and usage, whole and streamed alike', async () => {
    const { value, losses } = openaiCompletions.encodeAnswer(events, context)
    const whole = gist(await wholeOf(JSON.stringify(value)))
    expect(await streamOf(written(events))).toEqual(whole)
    expect(whole).toEqual({
      choices: [
        [0, 'once "upon"\né🙂', 'stop'],
        [1, 'no way', 'content_filter'],
      ],
      usage: {
        prompt_tokens: 15,
        completion_tokens: 7,
        total_tokens: 22,
        prompt_tokens_details: { cached_tokens: 3 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    })
    expect(losses.map(({ field }) => field)).toEqual(['content.reasoning', 'content.tool-call'])
    expect(breaches('CreateCompletionResponse', value)).toEqual([])
    const encoder = openaiCompletions.encodeStream(context)
    for (const event of events) encoder.push(event)
    expect(encoder.losses()).toEqual(losses)
  })

  it('is told usage of a stream only where it asked', async () => {
    const encoder = openaiCompletions.encodeStream({ ...context, streamUsage: false })
    const text = events.flatMap(event => encoder.push(event)).map(frameText)
    expect((await streamOf(text.join(''))).usage).toBeUndefined()
  })

  it.skipIf(!hasShared)(
    'reads recorded answers that were passed on and those that were written anew alike',
    async () => {
      for (const { name, text } of wholeCompletions) {
        const through = openaiCompletions.express.scanAnswer(new TextEncoder().encode(text)).bytes!
        const passed = gist(await wholeOf(Buffer.from(through).toString()))
        const anew = openaiCompletions.encodeAnswer(openaiCompletions.decodeAnswer(JSON.parse(text)), context).value
        expect(gist(await wholeOf(JSON.stringify(anew))), name).toEqual(passed)
      }
      for (const { name, text } of streamedCompletions) {
        const scanner = openaiCompletions.express.scanStream({ streamUsage: true })
        const { bytes } = scanner.push(new TextEncoder().encode(text))
        const decoder = openaiCompletions.decodeStream()
        const frames = text.split('\n').flatMap(line => (line.startsWith('data: ') ? [{ data: line.slice(6) }] : []))
        const anew = await streamOf(written(frames.flatMap(frame => decoder.push(frame))))
        expect(anew, name).toEqual(await streamOf(Buffer.from(bytes!).toString()))
      }
    },
  )

  it('is told of failures by status, whole and in mid-stream', async () => {
    const kinds: readonly FailureKind[] = [
      'invalid-request',
      'unauthenticated',
      'rate-limited',
      'internal',
      'over-budget',
    ]
    for (const kind of kinds) {
      const { status, body } = openaiCompletions.encodeFailure({ kind, message: `what ${kind} means` }, 'req-1')
      expect(breaches('ErrorResponse', body)).toEqual([])
      next = { status, type: 'application/json', body: JSON.stringify(body) }
      const error: unknown = await client.completions.create(asked).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(OpenAI.APIError)
      expect(error).toMatchObject({ status, code: kind })
    }
    const failure = { kind: 'stream-broken', message: 'the upstream fell silent' } as const
    await expect(streamOf(written([...events.slice(0, 6), { type: 'response-failed', failure }]))).rejects.toThrow(
      'the upstream fell silent',
    )
  })

  it('sends what is read', async () => {
    next = {
      status: 200,
      type: 'application/json',
      body: JSON.stringify(openaiCompletions.encodeAnswer(events, context).value),
    }
    await client.completions.create({ ...asked, n: 2, stop: 'END', logprobs: 1, echo: true, max_tokens: 9, user: 'u' })
    expect(openaiCompletions.decodeRequest(sent)).toMatchObject({
      ok: true,
      value: {
        target: 'gpt-3.5-turbo-instruct',
        messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
        choices: 2,
        limits: { maxOutputTokens: 9, stop: ['END'] },
        logprobs: 1,
        endUser: 'u',
        extensions: { 'openai-completions': { echo: true } },
      },
    })
  })
})

describe.skipIf(!hasShared)('recorded answers of other dialects', () => {
  const all = foreignAnswers(openaiCompletions.id)
  const textsOf = ({ choices }: Answer): readonly string[] =>
    choices.map(({ parts }) =>
      parts.map(part => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join(''),
    )

  it('are told as completions that keep the published schema, and what is no text is named', () => {
    expect(all.length).toBeGreaterThan(400)
    for (const { name, events: told, answer } of all) {
      const { value, losses } = openaiCompletions.encodeAnswer(told, context)
      expect(breaches('CreateCompletionResponse', value), name).toEqual([])
      const choices = Array.isArray(value['choices']) ? value['choices'] : []
      expect(
        choices.map(({ text }) => text),
        name,
      ).toEqual(answer.choices.length === 0 ? [''] : textsOf(answer))
      const fields = losses.map(({ field }) => field)
      const types = new Set(answer.choices.flatMap(({ parts }) => parts.map(({ type }) => type)))
      for (const type of ['tool-call', 'reasoning'] as const) {
        expect(fields.includes(`content.${type}`), `${name}: ${type}`).toBe(types.has(type))
      }
      const encoder = openaiCompletions.encodeStream(context)
      for (const event of told) encoder.push(event)
      expect(
        encoder
          .losses()
          .map(({ field }) => field)
          .toSorted(),
        name,
      ).toEqual(fields.toSorted())
    }
  })

  it('are read by the official client as they were meant', async () => {
    for (const { name, events: told } of all.filter((_, place) => place % 8 === 0)) {
      const { value } = openaiCompletions.encodeAnswer(told, context)
      const whole = gist(await wholeOf(JSON.stringify(value)))
      const streamed = await streamOf(written(told))
      expect(streamed.choices, name).toEqual(whole.choices)
      expect(streamed.usage, name).toEqual(whole.usage)
    }
  })
})

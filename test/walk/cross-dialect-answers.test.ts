/** What official clients read of an answer that came from a provider of the other dialect, whole and streamed, over HTTP. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { frameSplitter, frameText } from '../../src/dialects/framing.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { Failure } from '../../src/domain/failure.ts'
import type { StreamEvent } from '../../src/domain/stream-event.ts'
import type { Instant } from '../../src/domain/units.ts'
import type { AnswerContext, Dialect } from '../../src/ports/dialect.ts'
import { serveTold } from '../told-server.ts'
import type { Told } from '../told-server.ts'

type Json = Readonly<Record<string, unknown>>

const context: AnswerContext = { id: 'req_1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }

/** What the server says next. */
let next: Told = {}
let server: Awaited<ReturnType<typeof serveTold>>
let anthropic: Anthropic
let openai: OpenAI
beforeAll(async () => {
  server = await serveTold(() => next)
  anthropic = new Anthropic({ apiKey: 'none', baseURL: server.url, maxRetries: 0 })
  openai = new OpenAI({ apiKey: 'none', baseURL: server.url, maxRetries: 0 })
})
afterAll(() => server.close())

const asked = { model: 'm', max_tokens: 10, messages: [{ role: 'user' as const, content: 'hi' }] }

/** The answer in both forms of the other dialect, and what was told to be lost of each. */
const written = (events: readonly StreamEvent[], to: Dialect) => {
  const { value, losses } = to.encodeAnswer(events, context)
  const encoder = to.encodeStream(context)
  const stream = events.flatMap(event => encoder.push(event).map(frameText)).join('')
  const fields = (all: typeof losses): readonly string[] => all.map(({ field }) => field).toSorted()
  expect(fields(encoder.losses())).toEqual(fields(losses))
  return { whole: value, stream, losses: fields(losses) }
}
const streamEvents = (from: Dialect, text: string): readonly StreamEvent[] => {
  const [splitter, decoder] = [frameSplitter(), from.decodeStream()]
  const frames = [...splitter.push(new TextEncoder().encode(text)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}

/** What Anthropic's client reads, once from the whole answer and once from the stream, which must be the same. */
const readByAnthropic = async (events: readonly StreamEvent[]) => {
  const { whole, stream, losses } = written(events, anthropicMessages)
  next = { whole }
  const message = await anthropic.messages.create(asked)
  next = { stream }
  const streamed = await anthropic.messages.stream(asked).finalMessage()
  // The client adds what it parsed of the answer, which is nothing here.
  const { parsed_output: _parsed, ...same } = JSON.parse(JSON.stringify(streamed)) as Json
  expect(same).toEqual(JSON.parse(JSON.stringify(message)))
  return { message, losses }
}
/** The same for OpenAI's client. */
const readByOpenai = async (events: readonly StreamEvent[]) => {
  const { whole, stream, losses } = written(events, openaiChat)
  next = { whole }
  const completion = await openai.chat.completions.create(asked)
  next = { stream }
  const streamed = await openai.chat.completions
    .stream({ ...asked, stream_options: { include_usage: true } })
    .finalChatCompletion()
  const [one, other] = [completion.choices[0]?.message, streamed.choices[0]?.message]
  expect(other?.content ?? null).toEqual(one?.content ?? null)
  expect(other?.tool_calls?.map(gistOfCall)).toEqual(one?.tool_calls?.map(gistOfCall))
  expect(streamed.choices[0]?.finish_reason).toBe(completion.choices[0]?.finish_reason)
  expect(streamed.usage).toEqual(completion.usage)
  return { completion, losses }
}
const gistOfCall = (call: OpenAI.ChatCompletionMessageToolCall) =>
  call.type === 'function' ? [call.id, call.function.name, call.function.arguments] : [call.id]

const completion = (message: Json, reason = 'stop', more: Json = {}): Json => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_750_000_000,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: reason }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  ...more,
})
const message = (content: readonly Json[], reason = 'end_turn', more: Json = {}): Json => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content,
  stop_reason: reason,
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
  ...more,
})
const call = (id: string, name: string, text: string): Json => ({
  id,
  type: 'function',
  function: { name, arguments: text },
})
const fromOpenai = (body: Json) => readByAnthropic(openaiChat.decodeAnswer(body))
const fromAnthropic = (body: Json) => readByOpenai(anthropicMessages.decodeAnswer(body))

describe("OpenAI's answers, read by Anthropic's client", () => {
  it('are text, under the name and with the counts that the provider told', async () => {
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 9,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 4 },
    }
    const { message: read, losses } = await fromOpenai(completion({ content: 'naïve 🙂' }, 'stop', { usage }))
    expect(read).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'gpt-4o',
      content: [{ type: 'text', text: 'naïve 🙂' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 12, cache_read_input_tokens: 8, output_tokens: 9 },
    })
    expect(read.id).toMatch(/^msg_/)
    expect(losses).toEqual([])
  })

  it('are calls with ids that fit and objects for arguments, empty ones too', async () => {
    const calls = [call('functions.f:0', 'f', ''), call('call_2', 'g', '{"a":[1,{"b":null}]}')]
    const { message: read } = await fromOpenai(completion({ content: 'so', tool_calls: calls }, 'tool_calls'))
    expect(read.content).toMatchObject([
      { type: 'text', text: 'so' },
      { type: 'tool_use', id: expect.stringMatching(/^[a-zA-Z0-9_-]+$/), name: 'f', input: {} },
      { type: 'tool_use', id: 'call_2', name: 'g', input: { a: [1, { b: null }] } },
    ])
    expect(read.stop_reason).toBe('tool_use')
  })

  it('end with a call where one was forced by name, though OpenAI says stop', async () => {
    const { message: read } = await fromOpenai(completion({ tool_calls: [call('c', 'f', '{}')] }, 'stop'))
    expect(read.stop_reason).toBe('tool_use')
  })

  it.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['content_filter', 'refusal'],
  ])('that end with %s end with %s', async (reason, expected) => {
    expect((await fromOpenai(completion({ content: 'x' }, reason))).message.stop_reason).toBe(expected)
  })

  it('are refusals in words', async () => {
    const { message: read } = await fromOpenai(completion({ refusal: 'I cannot' }))
    expect(read).toMatchObject({ content: [{ type: 'text', text: 'I cannot' }], stop_reason: 'refusal' })
  })

  it('are thoughts of look-alikes, unsigned', async () => {
    const { message: read } = await fromOpenai(completion({ content: 'so', reasoning_content: 'hm' }))
    expect(read.content).toMatchObject([
      { type: 'thinking', thinking: 'hm', signature: '' },
      { type: 'text', text: 'so' },
    ])
  })

  it('are the first of several, without log probabilities, and that is told', async () => {
    const logprobs = { content: [{ token: 'x', logprob: -1, bytes: null, top_logprobs: [] }], refusal: null }
    const choices = [
      { index: 0, message: { role: 'assistant', content: 'x' }, logprobs, finish_reason: 'stop' },
      { index: 1, message: { role: 'assistant', content: 'y' }, finish_reason: 'stop' },
    ]
    const { message: read, losses } = await fromOpenai(completion({}, 'stop', { choices }))
    expect(read.content).toMatchObject([{ type: 'text', text: 'x' }])
    expect(losses).toEqual(['choices', 'content.logprobs'])
  })

  it('are the same where a look-alike streams them in its own way: a call whole, usage in the last chunk, no end mark', async () => {
    const chunk = (delta: Json, more: Json = {}, reason: string | null = null): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'look-alike', choices: [{ index: 0, delta, finish_reason: reason }], ...more })}\n\n`
    const text =
      ': PROCESSING\n\n' +
      chunk({ role: 'assistant', content: 'a' }) +
      chunk({ tool_calls: [{ index: 0, ...call('c1', 'f', '{"a":1}') }] }) +
      chunk({ tool_calls: [{ index: 1, ...call('', 'g', '{}') }] }) +
      chunk({}, { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }, 'tool_calls')
    const { message: read } = await readByAnthropic(streamEvents(openaiChat, text))
    expect(read).toMatchObject({
      model: 'look-alike',
      content: [
        { type: 'text', text: 'a' },
        { type: 'tool_use', id: 'c1', name: 'f', input: { a: 1 } },
        { type: 'tool_use', name: 'g', input: {} },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 3, output_tokens: 2 },
    })
  })
})

describe("Anthropic's answers, read by OpenAI's client", () => {
  it('are text, with usage that counts the cache', async () => {
    const usage = { input_tokens: 5, cache_read_input_tokens: 3, cache_creation_input_tokens: 2, output_tokens: 9 }
    const { completion: read, losses } = await fromAnthropic(
      message([{ type: 'text', text: 'naïve 🙂' }], 'end_turn', { usage }),
    )
    expect(read).toMatchObject({
      object: 'chat.completion',
      model: 'claude-sonnet-4-5',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'naïve 🙂', refusal: null }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19, prompt_tokens_details: { cached_tokens: 3 } },
    })
    expect(losses).toEqual([])
  })

  it('are calls whose arguments are JSON text, empty ones too', async () => {
    const { completion: read } = await fromAnthropic(
      message(
        [
          { type: 'text', text: 'so' },
          { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
          { type: 'tool_use', id: 'toolu_2', name: 'g', input: { a: [1] } },
        ],
        'tool_use',
      ),
    )
    expect(read.choices[0]?.message.tool_calls?.map(gistOfCall)).toEqual([
      ['toolu_1', 'f', '{}'],
      ['toolu_2', 'g', '{"a":[1]}'],
    ])
    expect(read.choices[0]?.finish_reason).toBe('tool_calls')
  })

  it('are JSON as text where a tool was the answer, and end by themselves', async () => {
    const { completion: read } = await fromAnthropic(
      message(
        [{ type: 'tool_use', id: 'toolu_1', name: 'signalbox_json_answer', input: { city: 'Oslo' } }],
        'tool_use',
      ),
    )
    expect(read.choices[0]).toMatchObject({ message: { content: '{"city":"Oslo"}' }, finish_reason: 'stop' })
    expect(read.choices[0]?.message.tool_calls).toBeUndefined()
  })

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
  ])('that end with %s end with %s', async (reason, expected) => {
    const { completion: read } = await fromAnthropic(message([{ type: 'text', text: 'x' }], reason))
    expect(read.choices[0]?.finish_reason).toBe(expected)
  })

  it('are thoughts with their signatures, which come back to Anthropic as they were', async () => {
    const thoughts = [
      { type: 'thinking', thinking: 'hm', signature: 'EqoBCkYIBxgC' },
      { type: 'redacted_thinking', data: 'EmwKAhgB' },
    ]
    const { completion: read } = await fromAnthropic(message([...thoughts, { type: 'text', text: 'so' }]))
    expect(read.choices[0]?.message).toMatchObject({ content: 'so', reasoning_content: 'hm' })
    const body = { model: 'm', messages: [asked.messages[0], read.choices[0]?.message, asked.messages[0]] }
    const again = openaiChat.decodeRequest(JSON.parse(JSON.stringify(body)))
    const parts = again.ok ? again.value.messages[1]?.parts : []
    expect(parts).toMatchObject([
      { type: 'reasoning', text: 'hm', signature: 'EqoBCkYIBxgC' },
      { type: 'reasoning', redacted: 'EmwKAhgB' },
      { type: 'text', text: 'so' },
    ])
  })

  it('lose what ran at Anthropic and its citations, and that is told', async () => {
    const { completion: read, losses } = await fromAnthropic(
      message([
        { type: 'server_tool_use', id: 's1', name: 'web_search', input: { q: 1 } },
        { type: 'text', text: 'so', citations: [{ type: 'char_location', cited_text: 'x' }] },
      ]),
    )
    expect(read.choices[0]?.message.content).toBe('so')
    expect(losses).toEqual(['content.citations', 'content.server_tool_use'])
  })
})

describe('what stands around an answer', () => {
  const text = { type: 'text', text: 'so' }
  it.each([
    ['default', 'standard', []],
    ['priority', 'priority', []],
    ['flex', undefined, ['answer.service_tier']],
  ])("the tier %s of OpenAI is Anthropic's %s", async (tier, expected, lost) => {
    const { message: read, losses } = await fromOpenai(completion({ content: 'so' }, 'stop', { service_tier: tier }))
    expect(read.usage.service_tier).toBe(expected)
    expect(losses).toEqual(lost)
  })
  it.each([
    ['standard', 'default', []],
    ['priority', 'priority', []],
    ['batch', undefined, ['usage.service_tier']],
  ])("the tier %s of Anthropic is OpenAI's %s", async (tier, expected, lost) => {
    const usage = { input_tokens: 3, output_tokens: 2, service_tier: tier }
    const { completion: read, losses } = await fromAnthropic(message([text], 'end_turn', { usage }))
    expect(read.service_tier).toBe(expected)
    expect(losses).toEqual(lost)
  })
  it('is told to be lost where the other dialect has no place for it, unless it says nothing', async () => {
    const usage = {
      prompt_tokens: 3,
      completion_tokens: 2,
      total_tokens: 5,
      prompt_tokens_details: { audio_tokens: 1, cached_tokens: 0 },
      completion_tokens_details: { accepted_prediction_tokens: 0, reasoning_tokens: 0 },
    }
    const around = { system_fingerprint: 'fp_1', usage }
    expect((await fromOpenai(completion({ content: 'so' }, 'stop', around))).losses).toEqual([
      'answer.system_fingerprint',
      'usage.prompt_tokens_details.audio_tokens',
    ])
    const counts = {
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
      inference_geo: 'not_available',
    }
    const more = { container: { id: 'c' }, usage: { input_tokens: 3, output_tokens: 2, ...counts } }
    expect((await fromAnthropic(message([text], 'pause_turn', more))).losses).toEqual([
      'answer.container.id',
      'content.stop_reason',
      'usage.server_tool_use.web_search_requests',
    ])
    const ended = message([text], 'stop_sequence', { stop_sequence: 'END' })
    expect((await fromAnthropic(ended)).losses).toEqual(['content.stop_sequence'])
  })
})

describe('failures', () => {
  const failures: readonly (readonly [Failure, number, string])[] = [
    [{ kind: 'invalid-request', message: 'wrong', param: 'messages[0]' }, 400, 'invalid_request_error'],
    [{ kind: 'unauthenticated', message: 'who are you' }, 401, 'authentication_error'],
    [{ kind: 'forbidden', message: 'not you' }, 403, 'permission_error'],
    [{ kind: 'target-unknown', message: 'no such model' }, 404, 'not_found_error'],
    [{ kind: 'rate-limited', message: 'slow down' }, 429, 'rate_limit_error'],
    [{ kind: 'internal', message: 'our fault' }, 500, 'api_error'],
    [{ kind: 'no-candidate', message: 'nobody can' }, 503, 'overloaded_error'],
  ]
  it.each(failures)('%o are raised by both clients as their own', async (failure, status, type) => {
    next = { status, whole: anthropicMessages.encodeFailure(failure, 'req_1').body }
    await expect(anthropic.messages.create(asked)).rejects.toMatchObject({
      status,
      message: expect.stringContaining(failure.message),
      error: { type: 'error', error: { type } },
    })
    next = { status, whole: openaiChat.encodeFailure(failure, 'req_1').body }
    const code = failure.kind === 'target-unknown' ? 'model_not_found' : failure.kind
    await expect(openai.chat.completions.create(asked)).rejects.toMatchObject({
      status,
      code,
      message: expect.stringContaining(failure.message),
    })
  })

  it('in the middle of a stream are raised by both clients, and never look like an end', async () => {
    const broken: readonly StreamEvent[] = [
      { type: 'response-start', model: 'm' },
      { type: 'text-start', block: 0 },
      { type: 'text-delta', block: 0, text: 'half of' },
      { type: 'response-failed', failure: { kind: 'stream-broken', message: 'the upstream fell silent' } },
    ]
    const streamOf = (to: Dialect): string => {
      const encoder = to.encodeStream(context)
      return broken.flatMap(event => encoder.push(event).map(frameText)).join('')
    }
    next = { stream: streamOf(anthropicMessages) }
    await expect(anthropic.messages.stream(asked).finalMessage()).rejects.toThrow('the upstream fell silent')
    next = { stream: streamOf(openaiChat) }
    await expect(openai.chat.completions.stream(asked).finalChatCompletion()).rejects.toThrow(
      'the upstream fell silent',
    )
  })
})

/** Every dialect of the registry keeps the laws of the port. */
import { describe, expect, it } from 'vitest'
import { dialectContract } from '../../test/contract/dialect.contract.ts'
import type { StreamSample } from '../../test/contract/dialect.contract.ts'
import { cohereBody, cohereStream } from '../../test/contract/cohere-samples.ts'
import { completionsBody, completionsStream } from '../../test/contract/completions-samples.ts'
import { responsesBody, responsesStream } from '../../test/contract/responses-samples.ts'
import { recordings } from '../../test/recordings.ts'
import type { Recording } from '../../test/recordings.ts'
import { hasShared } from '../../test/shared.ts'
import { dialects } from './registry.ts'

type Json = Readonly<Record<string, unknown>>

const sse = (...events: readonly (Json | string)[]): string =>
  events.map(event => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('')
const parse = (text: string): Json => JSON.parse(text)

/** What a dialect is tried on even where only the repository was cloned. */
interface Crafted {
  readonly recorded: (recording: Recording) => boolean
  readonly body: Json
  readonly stream: StreamSample
  /** How much of the recorded world there must be, where that is little. */
  readonly least?: { readonly streams: number; readonly answers: number; readonly bodies: number }
  readonly isTextOnly?: true
}

const anthropicUsage = { input_tokens: 9, cache_read_input_tokens: 4, cache_creation_input_tokens: 2 }
const anthropic: Crafted = {
  recorded: ({ provider, surface }) => provider === 'anthropic' && surface === 'messages',
  body: {
    model: 'claude-sonnet-4-5',
    max_tokens: 100,
    system: [{ type: 'text', text: 'be brief', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [
      { role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://a.test/b.png' } }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'é' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok', is_error: true }] },
    ],
    tools: [{ name: 'look', input_schema: { type: 'object' } }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    stop_sequences: ['END'],
    metadata: { user_id: 'u' },
    stream: true,
  },
  stream: {
    name: 'thinking, text and a call',
    text: sse(
      { type: 'message_start', message: { id: 'msg_1', model: 'claude', content: [], usage: anthropicUsage } },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqoB' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'ping' },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'naïve ' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: '🙂' } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} },
      },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"at":' } },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '1}' } },
      { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 7 } },
      { type: 'message_stop' },
    ),
    whole: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'EqoB' },
        { type: 'text', text: 'naïve 🙂' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 1 } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { ...anthropicUsage, output_tokens: 7 },
    },
  },
}

const openaiHead = { id: 'chatcmpl-1', created: 1_750_000_000, model: 'gpt' }
const openaiUsage = {
  prompt_tokens: 15,
  completion_tokens: 7,
  total_tokens: 22,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 3 },
}
const chunk = (choices: readonly Json[], more: Json = {}): Json => ({
  ...openaiHead,
  object: 'chat.completion.chunk',
  choices,
  ...more,
})
const delta = (index: number, members: Json, reason: string | null = null): Json =>
  chunk([{ index, delta: members, logprobs: null, finish_reason: reason }])
const call = (index: number, members: Json): Json => ({ tool_calls: [{ index, ...members }] })
const openai: Crafted = {
  recorded: ({ surface }) => surface === 'chat',
  body: {
    model: 'gpt-4o',
    messages: [
      { role: 'developer', content: 'be brief', name: 'boss' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.test/b.png', detail: 'low' } }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at": "é"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'ok' },
    ],
    tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' }, strict: true } }],
    tool_choice: { type: 'function', function: { name: 'look' } },
    parallel_tool_calls: false,
    max_tokens: 100,
    stop: ['END'],
    n: 2,
    seed: 7,
    logprobs: true,
    top_logprobs: 2,
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' }, strict: true } },
    metadata: { a: 'b' },
    stream: true,
    stream_options: { include_usage: true },
    novel: { kept: true },
  },
  stream: {
    name: 'text and two calls',
    text: sse(
      delta(0, { role: 'assistant', content: '', refusal: null }),
      delta(0, { content: 'naïve ' }),
      delta(0, { content: '🙂' }),
      delta(0, call(0, { id: 'call_1', type: 'function', function: { name: 'look', arguments: '' } })),
      delta(0, call(0, { function: { arguments: '{"at":' } })),
      delta(0, call(0, { function: { arguments: '1}' } })),
      delta(0, call(1, { id: 'call_2', type: 'function', function: { name: 'hear', arguments: '{}' } })),
      delta(0, {}, 'tool_calls'),
      chunk([], { usage: openaiUsage }),
      '[DONE]',
    ),
    whole: {
      ...openaiHead,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'naïve 🙂',
            refusal: null,
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } },
              { id: 'call_2', type: 'function', function: { name: 'hear', arguments: '{}' } },
            ],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: openaiUsage,
    },
  },
}

const cohere: Crafted = {
  recorded: ({ surface }) => surface === 'v2_chat',
  body: cohereBody,
  stream: cohereStream,
  least: { streams: 10, answers: 30, bodies: 40 },
}

const completions: Crafted = {
  // One of the recorded servers streams frames of its own make.
  recorded: ({ surface, provider, request }) =>
    surface === 'completions' && provider !== 'writer' && request.path.endsWith('/v1/completions'),
  body: completionsBody,
  stream: completionsStream,
  least: { streams: 10, answers: 20, bodies: 30 },
  isTextOnly: true,
}

const responses: Crafted = {
  recorded: ({ surface }) => surface === 'responses',
  body: responsesBody,
  stream: responsesStream,
}

const crafted: Readonly<Record<string, Crafted>> = {
  'anthropic-messages': anthropic,
  'cohere-chat': cohere,
  'openai-chat': openai,
  'openai-completions': completions,
  'openai-responses': responses,
}

/** Enough of the recorded world for each law, and not so much that it takes minutes: small ones, one of each provider first. */
const some = (all: readonly Recording[], most: number): readonly Recording[] => {
  const small = all.filter(({ response }) => (response.body.text ?? '').length < 12_000)
  const seen = new Map<string, number>()
  const turn = (one: Recording): number => {
    const place = seen.get(one.provider) ?? 0
    seen.set(one.provider, place + 1)
    return place
  }
  return small
    .map(one => ({ one, place: turn(one) }))
    .toSorted((left, right) => left.place - right.place)
    .slice(0, most)
    .map(({ one }) => one)
}
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Streams that end well; an error among the chunks is tried elsewhere. */
const isStream = ({ response: { body } }: Recording): boolean =>
  /^(?:data|event|:)/m.test(body.text?.slice(0, 200) ?? '') && !/"error": ?\{/.test(body.text ?? '')
const isWhole = ({ response: { body } }: Recording): boolean => body.text?.startsWith('{') === true

const all = hasShared ? [...recordings()].filter(({ response }) => response.status === 200) : []

/** Those whose samples are no text or have addresses: they are held to the contract beside their code. */
const besideTheirCode = ['bedrock-converse', 'gemini']

describe('dialects', () => {
  it('each have samples to be tried on', () => {
    expect([...dialects.keys()].toSorted()).toEqual([...Object.keys(crafted), ...besideTheirCode].toSorted())
  })
})

for (const [id, dialect] of dialects) {
  const own = crafted[id]
  if (own === undefined) continue
  const mine = all.filter(one => own.recorded(one))
  const streams = some(mine.filter(isStream), 40).map(({ id: name, response }) => ({
    name,
    text: response.body.text ?? '',
  }))
  const answers = some(mine.filter(isWhole), 80).map(({ id: name, response }) => ({
    name,
    body: parse(response.body.text ?? '{}'),
  }))
  const bodies = mine.flatMap(({ id: name, request }) => (isRecord(request.body) ? [{ name, body: request.body }] : []))
  dialectContract(id, {
    dialect,
    bodies: [{ name: 'crafted', body: own.body }, ...bodies.slice(0, 150)],
    streams: [own.stream, ...streams],
    answers: [{ name: 'crafted', body: own.stream.whole ?? {} }, ...answers],
    ...(own.isTextOnly && { isTextOnly: own.isTextOnly }),
  })
  it.skipIf(!hasShared)(`${id} is tried on enough of the recorded world`, () => {
    const least = own.least ?? { streams: 20, answers: 50, bodies: 100 }
    expect(streams.length).toBeGreaterThan(least.streams)
    expect(answers.length).toBeGreaterThan(least.answers)
    expect(bodies.length).toBeGreaterThan(least.bodies)
  })
}

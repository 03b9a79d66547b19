/** What arrives of a request where client and provider speak different dialects, and what is told to be lost. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { Dialect } from '../../src/ports/dialect.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'

type Json = Readonly<Record<string, unknown>>

const translated = (from: Dialect, to: Dialect, body: Json, model: string) => {
  const read = from.decodeRequest(body)
  if (!read.ok) throw new Error(read.why)
  const { value, losses } = to.encodeRequest(requestOf({ ...read.value, raw: rawOf(from.id, body) }), model)
  return { sent: JSON.parse(JSON.stringify(value)) as Json, losses: losses.map(({ field }) => field).toSorted() }
}
const hi = { role: 'user', content: 'hi' }
const [png, pdf] = ['iVBORw0KGgo=', 'JVBERi0=']

/** A scenario: what the client adds to a plain request, what arrives of it, and the fields that are told to be lost. */
interface Scenario {
  readonly name: string
  readonly asks: Json
  readonly arrives: Json
  readonly losses?: readonly string[]
  readonly model?: string
}

const called = (id: string, name: string, text: string): Json => ({
  id,
  type: 'function',
  function: { name, arguments: text },
})
const functionTool = (name: string, more: Json = {}): Json => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, ...more },
})
const own = (name: string, more: Json = {}): Json => ({
  name,
  input_schema: { type: 'object', properties: {} },
  ...more,
})
const weather = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}

const toAnthropic: readonly Scenario[] = [
  {
    name: 'system and developer messages, those at the start and a late one',
    asks: {
      messages: [
        { role: 'system', content: 'one' },
        { role: 'developer', content: 'two' },
        hi,
        { role: 'system', content: 'late' },
        { role: 'user', content: 'so?' },
      ],
    },
    arrives: {
      system: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'hi' },
            { type: 'text', text: '<system>\nlate\n</system>' },
            { type: 'text', text: 'so?' },
          ],
        },
      ],
    },
    losses: ['messages.system.position'],
  },
  {
    name: 'parallel calls over two turns, results out of order, empty arguments, ids that Anthropic refuses',
    asks: {
      tools: [functionTool('f'), functionTool('g')],
      messages: [
        hi,
        {
          role: 'assistant',
          content: null,
          tool_calls: [called('functions.f:0', 'f', ''), called('c2', 'g', '{"a":1}')],
        },
        { role: 'tool', tool_call_id: 'c2', content: 'two' },
        { role: 'tool', tool_call_id: 'functions.f:0', content: 'one' },
        { role: 'assistant', content: 'again', tool_calls: [called('c3', 'f', '{}')] },
        { role: 'tool', tool_call_id: 'c3', content: 'three' },
        { role: 'user', content: 'so?' },
      ],
    },
    arrives: {
      messages: [
        hi,
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'sb64_ZnVuY3Rpb25zLmY6MA', name: 'f', input: {} },
            { type: 'tool_use', id: 'c2', name: 'g', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c2', content: 'two' },
            { type: 'tool_result', tool_use_id: 'sb64_ZnVuY3Rpb25zLmY6MA', content: 'one' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'again' },
            { type: 'tool_use', id: 'c3', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c3', content: 'three' },
            { type: 'text', text: 'so?' },
          ],
        },
      ],
    },
  },
  ...(
    [
      ['auto', { type: 'auto' }, []],
      ['none', { type: 'none' }, []],
      ['required', { type: 'any' }, []],
      [{ type: 'function', function: { name: 'f' } }, { type: 'tool', name: 'f' }, []],
      [
        {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] },
        },
        { type: 'any' },
        ['toolChoice.oneOf'],
      ],
    ] as const
  ).map(([choice, arrives, losses]) => ({
    name: `tool choice ${JSON.stringify(choice)}`,
    asks: { tools: [functionTool('f'), functionTool('g')], tool_choice: choice },
    arrives: { tool_choice: arrives, ...(losses.length > 0 && { tools: [own('f')] }) },
    losses,
  })),
  {
    name: 'one call at a time, strict tools and tools of another kind',
    asks: {
      tools: [functionTool('f', { strict: true, parameters: weather }), { type: 'custom', custom: { name: 'c' } }],
      parallel_tool_calls: false,
    },
    arrives: {
      tools: [{ name: 'f', input_schema: weather, strict: true }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    },
    losses: ['tools.custom'],
  },
  {
    name: 'images by URL and as data, files, a file that lies at OpenAI, and audio',
    asks: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'https://a.test/i.png' } },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'low' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
            { type: 'file', file: { file_id: 'file-abc' } },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          ],
        },
      ],
    },
    arrives: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'url', url: 'https://a.test/i.png' } },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
            { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
          ],
        },
      ],
    },
    losses: ['messages.audio', 'messages.file', 'messages.image_url.detail'],
  },
  {
    name: 'reasoning with a signature goes back, that of others does not',
    asks: {
      messages: [
        hi,
        {
          role: 'assistant',
          content: 'so',
          reasoning_details: [
            { type: 'reasoning.text', text: 'mine', signature: 'EqoBCkYIBxgC' },
            { type: 'reasoning.encrypted', data: 'gAAAAABo1234' },
          ],
        },
        { role: 'user', content: 'and?' },
      ],
    },
    arrives: {
      messages: [
        hi,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'mine', signature: 'EqoBCkYIBxgC' },
            { type: 'text', text: 'so' },
          ],
        },
        { role: 'user', content: 'and?' },
      ],
    },
    losses: ['messages.reasoning'],
  },
  {
    name: 'an effort to think, on a model with budgets and on one with efforts',
    asks: { reasoning_effort: 'medium', max_completion_tokens: 9000 },
    arrives: { max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 4096 } },
  },
  {
    name: 'an effort to think on a newer model',
    model: 'claude-opus-4-6',
    asks: { reasoning_effort: 'high', max_completion_tokens: 9000 },
    arrives: { max_tokens: 9000, thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
  },
  {
    name: 'structured output',
    asks: { response_format: { type: 'json_schema', json_schema: { name: 'w', strict: true, schema: weather } } },
    arrives: { output_config: { format: { type: 'json_schema', schema: weather } } },
  },
  {
    name: 'structured output on a model without it',
    model: 'claude-3-5-sonnet-20241022',
    asks: {
      response_format: { type: 'json_schema', json_schema: { name: 'w', description: 'Weather', schema: weather } },
    },
    arrives: {
      max_tokens: 8192,
      tools: [{ name: 'signalbox_json_answer', description: 'Weather', input_schema: weather }],
      tool_choice: { type: 'tool', name: 'signalbox_json_answer' },
    },
  },
  {
    name: 'stop sequences, limits, temperature',
    asks: { stop: ['END', '\n'], max_tokens: 77, temperature: 1.4, top_p: 0.5 },
    arrives: { stop_sequences: ['END'], max_tokens: 77, temperature: 1 },
    losses: ['limits.stop', 'sampling.temperature', 'sampling.topP'],
  },
  {
    name: 'what Anthropic cannot do at all',
    asks: {
      n: 3,
      logprobs: true,
      top_logprobs: 2,
      seed: 7,
      frequency_penalty: 1,
      presence_penalty: 1,
      logit_bias: { 5: 1 },
    },
    arrives: {},
    losses: [
      'choices',
      'logprobs',
      'sampling.frequencyPenalty',
      'sampling.logitBias',
      'sampling.presencePenalty',
      'sampling.seed',
    ],
  },
  {
    name: 'sound that was said before, and what else only OpenAI knows of a message',
    asks: { messages: [hi, { role: 'assistant', content: 'so', audio: { id: 'audio_1' } }, { ...hi, weight: 0 }] },
    arrives: { messages: [hi, { role: 'assistant', content: 'so' }, hi] },
    losses: ['messages.audio.id', 'messages.weight'],
  },
  {
    name: 'an end user by the newer word',
    asks: { safety_identifier: 'u-2' },
    arrives: { metadata: { user_id: 'u-2' } },
  },
  {
    name: 'a description of an answer in JSON that has no schema',
    asks: { response_format: { type: 'json_schema', json_schema: { name: 'w', description: 'The weather.' } } },
    arrives: {
      system:
        'Answer with one JSON object and nothing else: no other words, and no code fence around it. ' +
        'It is described so: The weather.',
    },
    losses: ['output'],
  },
  {
    name: 'marks for the cache',
    asks: {
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
        hi,
      ],
    },
    arrives: { system: [{ type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
  },
  {
    name: 'a stream that tells usage',
    asks: { stream: true, stream_options: { include_usage: true } },
    arrives: { stream: true, max_tokens: 64_000 },
  },
  {
    name: 'who asks, and what only OpenAI knows',
    asks: { user: 'u-1', metadata: { a: 'b' }, store: true, novel: 1, service_tier: 'flex' },
    arrives: { metadata: { user_id: 'u-1' } },
    losses: ['metadata', 'novel', 'serviceTier', 'store'],
  },
  {
    name: 'service tiers that both have',
    asks: { service_tier: 'default' },
    arrives: { service_tier: 'standard_only' },
  },
  {
    name: 'a refusal in the history, and a name',
    asks: { messages: [{ ...hi, name: 'ann' }, { role: 'assistant', content: null, refusal: 'no' }, hi] },
    arrives: { messages: [hi, { role: 'assistant', content: 'no' }, hi] },
    losses: ['messages.name'],
  },
  {
    name: 'the function calls of old',
    asks: {
      functions: [{ name: 'f', parameters: { type: 'object', properties: {} } }],
      function_call: { name: 'f' },
      messages: [
        hi,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
    },
    arrives: {
      tools: [own('f')],
      tool_choice: { type: 'tool', name: 'f' },
      messages: [
        hi,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'call_function_0', name: 'f', input: { a: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_function_0', content: 'done' }] },
      ],
    },
  },
]

const found = {
  type: 'search_result',
  source: 'https://a.test/oslo',
  title: 'Oslo',
  content: [
    { type: 'text', text: 'It is cold.' },
    { type: 'text', text: 'It is far.' },
  ],
  citations: { enabled: true },
}
const foundWords = 'Oslo\nhttps://a.test/oslo\n\nIt is cold.\n\nIt is far.'

const toOpenai: readonly Scenario[] = [
  {
    name: 'a system prompt in blocks, and marks for the cache',
    asks: { system: [{ type: 'text', text: 'one', cache_control: { type: 'ephemeral' } }] },
    arrives: { messages: [{ role: 'system', content: 'one' }, hi] },
    losses: ['messages.cache'],
  },
  {
    name: 'parallel calls over two turns, a failed one, results before the words of the user',
    asks: {
      tools: [own('f'), own('g')],
      messages: [
        hi,
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'let me' },
            { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
            { type: 'tool_use', id: 'toolu_2', name: 'g', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_2', content: 'two', is_error: true },
            { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'one' }] },
            { type: 'text', text: 'so?' },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_3', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_3' }] },
      ],
    },
    arrives: {
      messages: [
        hi,
        {
          role: 'assistant',
          content: 'let me',
          tool_calls: [called('toolu_1', 'f', '{}'), called('toolu_2', 'g', '{"a":1}')],
        },
        { role: 'tool', tool_call_id: 'toolu_2', content: 'two' },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'one' },
        { role: 'user', content: 'so?' },
        { role: 'assistant', content: null, tool_calls: [called('toolu_3', 'f', '{}')] },
        { role: 'tool', tool_call_id: 'toolu_3', content: '' },
      ],
    },
    losses: ['messages.tool-result.isError'],
  },
  {
    name: 'a call whose id was packed for Anthropic goes back as it was',
    asks: {
      tools: [own('f')],
      messages: [
        hi,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'sb64_ZnVuY3Rpb25zLmY6MA', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'sb64_ZnVuY3Rpb25zLmY6MA', content: 'ok' }] },
      ],
    },
    arrives: {
      messages: [
        hi,
        { role: 'assistant', content: null, tool_calls: [called('functions.f:0', 'f', '{}')] },
        { role: 'tool', tool_call_id: 'functions.f:0', content: 'ok' },
      ],
    },
  },
  ...(
    [
      [{ type: 'auto' }, 'auto'],
      [{ type: 'none' }, 'none'],
      [{ type: 'any' }, 'required'],
      [
        { type: 'tool', name: 'f' },
        { type: 'function', function: { name: 'f' } },
      ],
    ] as const
  ).map(([choice, arrives]) => ({
    name: `tool choice ${JSON.stringify(choice)}`,
    asks: { tools: [own('f', { strict: true })], tool_choice: { ...choice, disable_parallel_tool_use: true } },
    arrives: { tools: [functionTool('f', { strict: true })], tool_choice: arrives, parallel_tool_calls: false },
  })),
  {
    name: 'images by URL and as data, documents, and those that OpenAI cannot fetch',
    asks: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'url', url: 'https://a.test/i.png' } },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
            { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
            { type: 'document', source: { type: 'url', url: 'https://a.test/d.pdf' } },
            { type: 'image', source: { type: 'file', file_id: 'file_1' } },
            { type: 'document', source: { type: 'file', file_id: 'file_2' } },
          ],
        },
      ],
    },
    arrives: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'https://a.test/i.png' } },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
            { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
            { type: 'text', text: 'plain' },
          ],
        },
      ],
    },
    losses: ['messages.file', 'messages.file.url', 'messages.image'],
  },
  {
    name: 'results of a search that the client gives, in words',
    asks: {
      tools: [own('f')],
      messages: [
        { role: 'user', content: [found, { type: 'text', text: 'so?' }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [found] }] },
      ],
    },
    arrives: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: foundWords },
            { type: 'text', text: 'so?' },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [called('toolu_1', 'f', '{}')] },
        { role: 'tool', tool_call_id: 'toolu_1', content: foundWords },
      ],
    },
    losses: ['messages.search_result'],
  },
  {
    name: 'a document of several parts, in words as far as it has some',
    asks: {
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'document',
              title: 'T',
              source: {
                type: 'content',
                content: [
                  { type: 'text', text: 'one' },
                  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
                  { type: 'text', text: 'two' },
                ],
              },
            },
          ],
        },
      ],
    },
    arrives: { messages: [{ role: 'user', content: 'T\n\none\n\ntwo' }] },
    losses: ['messages.document'],
  },
  {
    name: 'an image in the result of a call',
    asks: {
      tools: [own('f')],
      messages: [
        hi,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [
                { type: 'text', text: 'see' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
              ],
            },
          ],
        },
      ],
    },
    arrives: {
      messages: [
        hi,
        { role: 'assistant', content: null, tool_calls: [called('toolu_1', 'f', '{}')] },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'see' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Further content of the result of tool call toolu_1:' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
          ],
        },
      ],
    },
  },
  {
    name: 'thinking in the history, and what runs at Anthropic',
    asks: {
      messages: [
        hi,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'EqoB' },
            { type: 'redacted_thinking', data: 'Emwk' },
            { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
            { type: 'text', text: 'so' },
          ],
        },
        hi,
      ],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    },
    arrives: { messages: [hi, { role: 'assistant', content: 'so' }, hi] },
    losses: ['messages.reasoning', 'messages.server_tool_use', 'tools.web_search_20250305'],
  },
  {
    name: 'a budget to think',
    model: 'gpt-5',
    asks: { thinking: { type: 'enabled', budget_tokens: 5000 }, max_tokens: 9000 },
    arrives: { reasoning_effort: 'medium', max_completion_tokens: 9000 },
    losses: ['reasoning.budget'],
  },
  {
    name: 'an effort',
    model: 'gpt-5',
    asks: { output_config: { effort: 'low' }, thinking: { type: 'adaptive' } },
    arrives: { reasoning_effort: 'low' },
  },
  {
    name: 'an effort, to a model that does not reason',
    asks: { output_config: { effort: 'low' }, thinking: { type: 'adaptive' } },
    arrives: {},
    losses: ['reasoning'],
  },
  {
    name: 'thinking as the model likes, to one that does so unasked',
    model: 'o3',
    asks: { thinking: { type: 'adaptive' } },
    arrives: {},
  },
  {
    name: 'thinking as the model likes, to one that must be asked',
    model: 'gpt-5.1',
    asks: { thinking: { type: 'adaptive' } },
    arrives: { reasoning_effort: 'medium' },
  },
  {
    name: 'thinking as the model likes, to one that does not reason',
    asks: { thinking: { type: 'adaptive' } },
    arrives: {},
    losses: ['reasoning'],
  },
  {
    name: 'no thinking, to a model that always thinks',
    model: 'gpt-5',
    asks: { thinking: { type: 'disabled' } },
    arrives: { reasoning_effort: 'minimal' },
    losses: ['reasoning.effort'],
  },
  {
    name: 'a temperature, to a model that takes none',
    model: 'o3',
    asks: { temperature: 0.2, top_p: 1, stop_sequences: ['END'] },
    arrives: {},
    losses: ['limits.stop', 'sampling.temperature'],
  },
  {
    name: 'structured output, which OpenAI can hold an answer to as Anthropic does',
    asks: { output_config: { format: { type: 'json_schema', schema: weather } } },
    arrives: {
      response_format: { type: 'json_schema', json_schema: { name: 'response', schema: weather, strict: true } },
    },
  },
  {
    name: 'structured output with a member that may be left out',
    asks: { output_config: { format: { type: 'json_schema', schema: { ...weather, required: [] } } } },
    arrives: {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'response', schema: { ...weather, required: [] } },
      },
    },
    losses: ['output.strict'],
  },
  {
    name: 'the beginning of an answer, which OpenAI takes for a turn that is over',
    asks: { messages: [hi, { role: 'assistant', content: 'The answer is' }] },
    arrives: { messages: [hi, { role: 'assistant', content: 'The answer is' }] },
    losses: ['messages.prefill'],
  },
  {
    name: 'more stop sequences than OpenAI takes',
    asks: { stop_sequences: ['a', 'b', 'c', 'd', 'e'] },
    arrives: { stop: ['a', 'b', 'c', 'd'] },
    losses: ['limits.stop'],
  },
  {
    name: 'a text with a title',
    asks: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'document', title: 'T', source: { type: 'text', media_type: 'text/plain', data: 'x' } }],
        },
      ],
    },
    arrives: { messages: [{ role: 'user', content: 'x' }] },
    losses: ['messages.file.name'],
  },
  {
    name: 'stop sequences, sampling and limits',
    asks: { stop_sequences: ['END'], temperature: 0.4, top_p: 0.9, top_k: 5 },
    arrives: { stop: ['END'], temperature: 0.4, top_p: 0.9, max_tokens: 100 },
    losses: ['sampling.topK'],
  },
  {
    name: 'a stream, whose usage the house always wants to know',
    asks: { stream: true },
    arrives: { stream: true, stream_options: { include_usage: true } },
  },
  {
    name: 'who asks, the tier, and what only Anthropic knows',
    asks: { metadata: { user_id: 'u-1' }, service_tier: 'standard_only', mcp_servers: [{ name: 'm' }], novel: 1 },
    arrives: { user: 'u-1', service_tier: 'default' },
    losses: ['mcp_servers', 'novel'],
  },
]

const expectArrival = (from: Dialect, to: Dialect, plain: Json, scenario: Scenario): void => {
  const { name: _name, asks, arrives, losses = [], model } = scenario
  const before = translated(from, to, plain, model ?? String(plain['model']))
  const { sent, losses: told } = translated(from, to, { ...plain, ...asks }, model ?? String(plain['model']))
  // All that a plain request has, with what the scenario changes and not a member more.
  expect(sent).toEqual({ ...before.sent, ...arrives })
  expect(told).toEqual(losses.toSorted())
}

describe('from OpenAI to Anthropic', () => {
  const plain = { model: 'claude-sonnet-4-5', messages: [hi] }
  it('a plain request arrives with the length of an answer that Anthropic asks for', () => {
    expect(translated(openaiChat, anthropicMessages, plain, 'claude-sonnet-4-5')).toEqual({
      sent: { model: 'claude-sonnet-4-5', max_tokens: 21_333, messages: [hi] },
      losses: [],
    })
  })
  it('is tried in many ways', () => expect(toAnthropic.length).toBeGreaterThan(20))
  it.each(toAnthropic.map(one => [one.name, one] as const))('%s', (_name, scenario) => {
    const tools = scenario.asks['tools'] ?? scenario.asks['functions']
    const written = tools === undefined ? {} : { tools: (tools as Json[]).flatMap(asOwn) }
    expectArrival(openaiChat, anthropicMessages, plain, { ...scenario, arrives: { ...written, ...scenario.arrives } })
  })
})
/** Function tools as Anthropic has them, for scenarios that say nothing of them. */
const asOwn = (tool: Json): readonly Json[] => {
  const { name, parameters } = (tool['function'] ?? tool) as Json
  return tool['type'] === 'custom' ? [] : [{ name, input_schema: parameters }]
}

describe('from Anthropic to OpenAI', () => {
  const plain = { model: 'gpt-4o', max_tokens: 100, messages: [hi] }
  it('a plain request arrives', () => {
    expect(translated(anthropicMessages, openaiChat, plain, 'gpt-4o')).toEqual({
      sent: { model: 'gpt-4o', max_tokens: 100, messages: [hi] },
      losses: [],
    })
  })
  it.each(toOpenai.map(one => [one.name, one] as const))('%s', (_name, scenario) => {
    const tools = (scenario.asks['tools'] ?? []) as readonly Json[]
    const written = tools.filter(({ type }) => type === undefined).map(({ name }) => functionTool(String(name)))
    const arrives = { ...(written.length > 0 && { tools: written }), ...scenario.arrives }
    expectArrival(anthropicMessages, openaiChat, plain, { ...scenario, arrives })
  })
})

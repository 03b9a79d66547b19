/** OpenAI's chat keeps the laws of every dialect, on recorded traffic and on streams whose whole answer is known. */
import { chatExchanges, streamedAnswers, wholeAnswers } from '../../../test/chat-recordings.ts'
import { dialectContract } from '../../../test/contract/dialect.contract.ts'
import type { StreamSample } from '../../../test/contract/dialect.contract.ts'
import { openaiChat } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const head = {
  id: 'chatcmpl-1',
  created: 1_750_000_000,
  model: 'gpt-x',
  system_fingerprint: 'fp_1',
  service_tier: 'default',
}
const usage = {
  prompt_tokens: 9,
  completion_tokens: 12,
  total_tokens: 21,
  prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 3 },
}

/** A stream of these choices, one a chunk, and the whole answer that says the same. */
const pair = (name: string, entries: readonly Json[], choices: readonly Json[]): StreamSample => {
  const chunks = [
    ...entries.map(entry => ({ ...head, object: 'chat.completion.chunk', choices: [entry] })),
    { ...head, object: 'chat.completion.chunk', choices: [], usage },
  ]
  return {
    name,
    text: `${chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`,
    whole: { ...head, object: 'chat.completion', choices, usage },
  }
}
const delta = (members: Json, index = 0, others: Json = {}): Json => ({
  index,
  delta: members,
  logprobs: null,
  finish_reason: null,
  ...others,
})
const end = (finish: string, index = 0): Json => ({ index, delta: {}, logprobs: null, finish_reason: finish })
const message = (members: Json, finish: string, index = 0, logprobs: unknown = null): Json => ({
  index,
  message: { role: 'assistant', content: null, refusal: null, ...members },
  logprobs,
  finish_reason: finish,
})
const call = (index: number, id: string, name: string): Json => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
})
const more = (index: number, text: string): Json => ({ tool_calls: [{ index, function: { arguments: text } }] })
const token = (text: string): Json => ({ token: text, logprob: -0.5, bytes: [...Buffer.from(text)], top_logprobs: [] })

const pairs: readonly StreamSample[] = [
  pair(
    'text',
    [
      delta({ role: 'assistant', content: '', refusal: null }),
      delta({ content: 'Grüß ' }),
      delta({ content: '"Gott" 👋' }),
      end('stop'),
    ],
    [message({ content: 'Grüß "Gott" 👋' }, 'stop')],
  ),
  pair(
    'parallel calls whose arguments come by turns',
    [
      delta({ role: 'assistant', content: 'I look' }),
      delta(call(0, 'call_a', 'one')),
      delta(more(0, '{"a"')),
      delta(call(1, 'call_b', 'two')),
      delta(more(1, '{"b":2}')),
      delta(more(0, ':1}')),
      end('tool_calls'),
    ],
    [
      message(
        {
          content: 'I look',
          tool_calls: [
            { id: 'call_a', type: 'function', function: { name: 'one', arguments: '{"a":1}' } },
            { id: 'call_b', type: 'function', function: { name: 'two', arguments: '{"b":2}' } },
          ],
        },
        'tool_calls',
      ),
    ],
  ),
  pair(
    'two choices by turns',
    [
      delta({ role: 'assistant', content: 'yes' }),
      delta({ role: 'assistant', content: 'no' }, 1),
      delta({ content: '!' }),
      delta({ content: '?' }, 1),
      end('length', 1),
      end('stop'),
    ],
    [message({ content: 'yes!' }, 'stop'), message({ content: 'no?' }, 'length', 1)],
  ),
  pair(
    'a refusal',
    [delta({ role: 'assistant', refusal: 'I can' }), delta({ refusal: 'not.' }), end('stop')],
    [message({ refusal: 'I cannot.' }, 'stop')],
  ),
  pair(
    'reasoning before the text',
    [
      delta({ role: 'assistant', content: null, reasoning_content: 'hm' }),
      delta({ reasoning_content: ', so' }),
      delta({ content: '42' }),
      end('stop'),
    ],
    [message({ reasoning_content: 'hm, so', content: '42' }, 'stop')],
  ),
  pair(
    'log probabilities',
    [
      delta({ role: 'assistant', content: 'a' }, 0, { logprobs: { content: [token('a')], refusal: null } }),
      delta({ content: 'b' }, 0, { logprobs: { content: [token('b')], refusal: null } }),
      end('stop'),
    ],
    [message({ content: 'ab' }, 'stop', 0, { content: [token('a'), token('b')], refusal: null })],
  ),
  pair(
    'the older form of call',
    [
      delta({ role: 'assistant', content: null, function_call: { name: 'one', arguments: '' } }),
      delta({ function_call: { arguments: '{"a":' } }),
      delta({ function_call: { arguments: '1}' } }),
      end('function_call'),
    ],
    [message({ function_call: { name: 'one', arguments: '{"a":1}' } }, 'function_call')],
  ),
  pair(
    "a custom tool's call",
    [
      delta({
        role: 'assistant',
        content: null,
        tool_calls: [{ index: 0, id: 'call_a', custom: { name: 'sql', input: '' } }],
      }),
      delta({ tool_calls: [{ index: 0, custom: { input: 'select ' } }] }),
      delta({ tool_calls: [{ index: 0, custom: { input: '1' } }] }),
      end('tool_calls'),
    ],
    [
      message(
        { tool_calls: [{ id: 'call_a', type: 'custom', custom: { name: 'sql', input: 'select 1' } }] },
        'tool_calls',
      ),
    ],
  ),
  pair(
    'sound',
    [
      delta({ role: 'assistant', audio: { id: 'audio_1', transcript: 'hel' } }),
      delta({ audio: { data: 'AAAA', transcript: 'lo' } }),
      delta({ audio: { data: 'BBBB', expires_at: 1_750_000_900 } }),
      end('stop'),
    ],
    [message({ audio: { id: 'audio_1', transcript: 'hello', data: 'AAAABBBB', expires_at: 1_750_000_900 } }, 'stop')],
  ),
  pair(
    "Gemini's signature on a call",
    [
      delta({
        role: 'assistant',
        tool_calls: [
          {
            index: 0,
            id: 'call_a',
            type: 'function',
            function: { name: 'one', arguments: '{"a":1}' },
            extra_content: { google: { thought_signature: 'c2ln' } },
          },
        ],
      }),
      end('tool_calls'),
    ],
    [
      message(
        {
          tool_calls: [
            {
              id: 'call_a',
              type: 'function',
              function: { name: 'one', arguments: '{"a":1}' },
              extra_content: { google: { thought_signature: 'c2ln' } },
            },
          ],
        },
        'tool_calls',
      ),
    ],
  ),
]

const isGood = ({ text }: { readonly text: string }): boolean => text.length < 12_000 && !text.includes('"error"')
/** Every `step`th, so that the shapes of all providers are there and the suite stays quick. */
const some = <T>(all: readonly T[], step: number): readonly T[] => all.filter((_, place) => place % step === 0)
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const parse = (text: string): Json => JSON.parse(text)

const bodies = some(
  chatExchanges.filter(({ response }) => response.status < 300),
  4,
).flatMap(({ id, request }) => (isRecord(request.body) ? [{ name: id, body: request.body }] : []))

dialectContract('openai-chat', {
  dialect: openaiChat,
  bodies: [{ name: 'least', body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] } }, ...bodies],
  streams: [...pairs, ...some(streamedAnswers.filter(isGood), 4)],
  answers: [
    ...pairs.map(({ name, whole = {} }) => ({ name, body: whole })),
    ...some(wholeAnswers.filter(isGood), 4).map(({ name, text }) => ({ name, body: parse(text) })),
  ],
})

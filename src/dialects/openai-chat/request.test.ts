/** A client's request is read without loss: what goes back out in the same dialect says the same. */
import { describe, expect, it } from 'vitest'
import { chatExchanges } from '../../../test/chat-recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { ChatBody, ChatRequest } from '../../domain/request.ts'
import { openaiChat } from './index.ts'

type Json = Record<string, unknown>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

const read = (body: unknown): ChatBody => {
  const checked = openaiChat.decodeRequest(body)
  if (!checked.ok) throw new Error(checked.why)
  return checked.value
}
const encoded = (body: unknown) => openaiChat.encodeRequest({ ...read(body) } as ChatRequest, 'served')

/** Two ways to say one thing, told in one way: the test's own reading, word for word but for these. */
const plainPart = (part: unknown): unknown => {
  if (!isRecord(part)) return part
  const image = part['image_url']
  return typeof image === 'string' ? { ...part, image_url: { url: image } } : part
}
const plainContent = (content: unknown): unknown => {
  if (!Array.isArray(content) || content.length === 0) return content === null || Array.isArray(content) ? '' : content
  const parts = content.map(plainPart)
  const [only] = parts
  const isText = parts.length === 1 && isRecord(only) && only['type'] === 'text' && Object.keys(only).length === 2
  return isText ? only['text'] : parts
}
const plainCall = (call: unknown): unknown => {
  if (!isRecord(call) || !isRecord(call['function'])) return call
  const called = call['function']
  return { type: 'function', ...call, function: { ...called, arguments: called['arguments'] || '{}' } }
}
const saying = (value: Json): Json =>
  Object.fromEntries(
    Object.entries(value).filter(
      ([, one]) => one !== null && one !== undefined && !(Array.isArray(one) && one.length === 0),
    ),
  )
const plainMessage = (message: unknown): unknown => {
  if (!isRecord(message)) return message
  const calls = message['tool_calls']
  const content = plainContent(message['content'] ?? '')
  return saying({
    ...message,
    content,
    ...(Array.isArray(calls) && { tool_calls: calls.map(plainCall) }),
  })
}
/** Some take tools and choices without a type. */
const typed = (value: unknown): unknown => (isRecord(value) ? { type: 'function', ...value } : value)
const plainBody = (body: Json): Json => {
  const { max_completion_tokens: newer, max_tokens: older, stream_options: options, stop, ...rest } = body
  const format = isRecord(rest['response_format']) && rest['response_format']['type'] === 'text'
  const messages = Array.isArray(rest['messages']) ? rest['messages'].map(plainMessage) : []
  return saying({
    ...rest,
    model: 'served',
    max: newer ?? older,
    stop: typeof stop === 'string' ? [stop] : stop,
    messages,
    ...(format && { response_format: undefined }),
    ...(rest['stream'] === false && { stream: undefined }),
    ...(rest['n'] === 1 && { n: undefined }),
    ...(rest['logprobs'] === false && { logprobs: undefined }),
    ...(rest['stream'] === true && { stream_options: { ...(isRecord(options) ? options : {}), include_usage: true } }),
    tools: Array.isArray(rest['tools']) ? rest['tools'].map(typed) : undefined,
    tool_choice: rest['tool_choice'] === 'any' ? 'required' : typed(rest['tool_choice']),
  })
}

const requests = chatExchanges
  .filter(({ request, response }) => isRecord(request.body) && response.status < 300)
  .map(({ id, request }) => ({ name: id, body: request.body as Json }))

describe.skipIf(!hasShared)('recorded requests', () => {
  it.each(requests)('$name comes back out as it went in', ({ body }) => {
    const { value, losses } = encoded(body)
    expect(losses).toEqual([])
    expect(plainBody(value)).toEqual(plainBody(body))
  })
})

const user: Json = { role: 'user', content: 'hi' }
const body = (members: Json): Json => ({ model: 'm', messages: [user], ...members })
const said = (...messages: readonly Json[]): Json => body({ messages })
const look = { type: 'function', function: { name: 'look', parameters: { type: 'object' }, strict: true } }

describe('a request', () => {
  it.each<readonly [string, Json]>([
    ['a developer', said({ role: 'developer', content: 'Be brief.', name: 'boss' }, user)],
    [
      'parts of every kind',
      said({
        role: 'user',
        name: 'ann',
        content: [
          { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
          { type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'low' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'opus' } },
          { type: 'file', file: { file_id: 'file_1' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
          { type: 'document_url', document_url: 'https://x.test/a.pdf' },
          { type: 'video_url', video_url: { url: 'https://x.test/a.mp4' } },
        ],
      }),
    ],
    [
      'two turns of parallel calls',
      said(
        user,
        {
          role: 'assistant',
          content: 'I look.',
          reasoning_content: 'hm',
          audio: { id: 'audio_1' },
          tool_calls: [
            {
              id: 'a',
              type: 'function',
              function: { name: 'look', arguments: '{"x":1}' },
              extra_content: { google: { thought_signature: 'c2ln' } },
            },
            { id: 'b', type: 'custom', custom: { name: 'sql', input: 'select 1' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'one' },
        { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'two', x: 1 }] },
        { role: 'assistant', content: null, refusal: 'No.' },
      ),
    ],
    [
      'the older form of call',
      body({
        functions: [{ name: 'look', parameters: { type: 'object' } }],
        function_call: { name: 'look' },
        messages: [
          user,
          { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{"x":1}' } },
          { role: 'function', name: 'look', content: 'one' },
        ],
      }),
    ],
    ['a choice of one tool', body({ tools: [look], tool_choice: { type: 'function', function: { name: 'look' } } })],
    [
      'a choice among some tools',
      body({
        tools: [look],
        parallel_tool_calls: false,
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'look' } }] },
        },
      }),
    ],
    [
      'tools of other kinds',
      body({
        tools: [{ type: 'custom', custom: { name: 'sql' } }],
        tool_choice: { type: 'custom', custom: { name: 'sql' } },
      }),
    ],
    [
      'a schema for the answer',
      body({
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', description: 'd', strict: true, schema: { type: 'object' } },
        },
      }),
    ],
    ['any JSON', body({ response_format: { type: 'json_object' } })],
    ['a grammar', body({ response_format: { type: 'grammar', grammar: 'x' } })],
    [
      'every plain parameter',
      body({
        temperature: 0,
        top_p: 0.5,
        top_k: 7,
        seed: 42,
        frequency_penalty: 1,
        presence_penalty: -1,
        logit_bias: { '50256': -100 },
        n: 3,
        logprobs: true,
        top_logprobs: 5,
        stop: ['a', 'b'],
        max_completion_tokens: 9,
        reasoning_effort: 'minimal',
        service_tier: 'flex',
        user: 'ann',
        metadata: { a: 'b' },
        stream: true,
        stream_options: { include_obfuscation: false, include_usage: true },
      }),
    ],
    ['a wish for thinking as an object', body({ reasoning: { effort: 'high', exclude: true } })],
    ['a budget for thinking', body({ reasoning: { max_tokens: 2000 } })],
    ['an effort that we do not know', body({ reasoning_effort: 'enormous' })],
    [
      'fields of others',
      body({
        modalities: ['text', 'audio'],
        audio: { voice: 'alloy', format: 'wav' },
        prediction: { type: 'content', content: 'x' },
        web_search_options: {},
        store: true,
        verbosity: 'low',
        safe_prompt: true,
        min_p: 0.1,
        provider: { order: ['a'] },
        novel: { deep: [1, null] },
      }),
    ],
  ])('with %s comes back out as it went in', (_what, given) => {
    const { value, losses } = encoded(given)
    expect(losses).toEqual([])
    expect(plainBody(value)).toEqual(plainBody(given))
  })

  it('limits its answer in the word that the model takes', () => {
    const limited = (model: string): Json =>
      openaiChat.encodeRequest({ ...read(body({ max_tokens: 9 })) } as ChatRequest, model).value
    for (const model of ['gpt-4o-mini', 'mistral-large', 'llama-3'])
      expect(limited(model)).toMatchObject({ max_tokens: 9 })
    for (const model of ['o3-mini', 'gpt-5', 'openai/o1'])
      expect(limited(model)).toMatchObject({ max_completion_tokens: 9 })
  })

  it.each<readonly [string, unknown, string]>([
    ['messages', { model: 'm' }, 'a list of at least one message'],
    ['messages', body({ messages: [] }), 'an empty list'],
    ['model', { messages: [user] }, 'missing'],
    ['messages[0]', body({ messages: ['hi'] }), 'an object with role and content'],
    ['messages[0].role', said({ role: 'bot', content: 'x' }), '"assistant"'],
    ['messages[0].content', said({ role: 'user' }), 'a string or a list of parts'],
    ['messages[0].content[0].text', said({ role: 'user', content: [{ type: 'text' }] }), 'a string'],
    ['messages[0].content[0].image_url.url', said({ role: 'user', content: [{ type: 'image_url' }] }), 'a URL'],
    [
      'messages[0].content[0].input_audio.format',
      said({ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'A' } }] }),
      '"wav"',
    ],
    [
      'messages[0].tool_calls[0].id',
      said({ role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'a' } }] }),
      'not empty',
    ],
    ['messages[0].tool_calls', said({ role: 'assistant', tool_calls: {} }), 'a list of tool calls'],
    ['messages[0].tool_call_id', said({ role: 'tool', content: 'x' }), 'missing'],
    ['tools', body({ tools: {} }), 'a list'],
    ['tools[0].function', body({ tools: [{ type: 'function' }] }), 'an object with a name'],
    ['tool_choice', body({ tool_choice: 'always' }), '"required"'],
    ['temperature', body({ temperature: 'hot' }), 'a number'],
    ['n', body({ n: 0 }), 'at least 1'],
    ['max_tokens', body({ max_tokens: 1.5 }), 'a whole number'],
    ['stream', body({ stream: 'yes' }), 'true or false'],
    ['stop', body({ stop: 5 }), 'a list of strings'],
    [
      'response_format.json_schema',
      body({ response_format: { type: 'json_schema' } }),
      'an object with name and schema',
    ],
    ['metadata.a', body({ metadata: { a: 1 } }), 'a string'],
    ['logit_bias.a', body({ logit_bias: { a: 'x' } }), 'a number'],
  ])('that is wrong at %s is told so', (at, given, right) => {
    const checked = openaiChat.decodeRequest(given)
    expect(checked).toMatchObject({ ok: false, at })
    if (!checked.ok) expect(checked.why).toContain(right)
  })
  it.each([null, 'hi', [], 3])('that is %j is told what would be right', given => {
    expect(openaiChat.decodeRequest(given)).toMatchObject({ ok: false, why: expect.stringContaining('a JSON object') })
  })
})

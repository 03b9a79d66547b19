/** Requests that make no sense, answered as the real provider would: path, method, key, body. */
import { connect } from 'node:net'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { serveWorld } from './serve-world.ts'

const world = await serveWorld({ pace: 'instant', key: 'sk-right-key-of-the-world' })
afterAll(() => world.close())
beforeEach(() => world.clear())

const send = async (
  provider: string,
  path: string,
  init: Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> } = {},
): Promise<readonly [number, unknown]> => {
  const head = { authorization: 'Bearer sk-right-key-of-the-world', 'anthropic-version': '2023-06-01' }
  const answer = await fetch(world.base(provider) + path, { ...init, headers: { ...head, ...init.headers } })
  return [answer.status, await answer.json()]
}
const chatPaths: Readonly<Record<string, string>> = {
  anthropic: '/v1/messages',
  gemini: '/v1beta/openai/chat/completions',
}
const post = (provider: string, body: unknown): Promise<readonly [number, unknown]> =>
  send(provider, chatPaths[provider] ?? '/chat/completions', {
    method: 'POST',
    body: typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body),
  })

const hi = [{ role: 'user', content: 'hi' }]
const openaiError = (message: RegExp, more: object = {}) => ({
  error: { message: expect.stringMatching(message), type: 'invalid_request_error', ...more },
})
const anthropicError = (message: RegExp | string, type = 'invalid_request_error') => ({
  type: 'error',
  error: { type, message: typeof message === 'string' ? message : expect.stringMatching(message) },
  request_id: expect.stringMatching(/^req_01\w{22}$/),
})

describe("OpenAI's door", () => {
  it.each<[string, unknown, RegExp, object]>([
    ['no JSON', 'not json', /could not parse the JSON body/, {}],
    ['an empty body', '', /could not parse the JSON body/, {}],
    ['half a character', new Blob([new Uint8Array([0x22, 0xc3, 0x22])]), /could not parse the JSON body/, {}],
    ['a list', [], /expected an object/, {}],
    ['null', 'null', /expected an object/, {}],
    ['no model', { messages: hi }, /provide a model/, {}],
    ['no messages', { model: 'gpt-4o' }, /Missing required parameter: 'messages'/, { param: 'messages' }],
    ['no message', { model: 'gpt-4o', messages: [] }, /empty array/, { code: 'empty_array' }],
    [
      'a wrong role',
      { model: 'gpt-4o', messages: [{ role: 'boss', content: 'x' }] },
      /Invalid value: 'boss'/,
      { param: 'messages[0].role' },
    ],
    ['content that is a number', { model: 'gpt-4o', messages: [{ role: 'user', content: 7 }] }, /Invalid type/, {}],
    [
      'a part without text',
      { model: 'gpt-4o', messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      /Missing required/,
      {},
    ],
    [
      'a result of no call',
      { model: 'gpt-4o', messages: [...hi, { role: 'tool', tool_call_id: 'x', content: '' }] },
      /must be a response to/,
      {},
    ],
    [
      'a call without its result',
      {
        model: 'gpt-4o',
        messages: [
          ...hi,
          { role: 'assistant', tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '' } }] },
        ],
      },
      /did not have response messages: x/,
      {},
    ],
    [
      'a member that nobody knows',
      { model: 'gpt-4o', messages: hi, temprature: 1 },
      /Unrecognized request argument supplied: temprature/,
      {},
    ],
    [
      'a temperature over 2',
      { model: 'gpt-4o', messages: hi, temperature: 3 },
      /<= 2, but got 3/,
      { param: 'temperature' },
    ],
    [
      'a temperature of text',
      { model: 'gpt-4o', messages: hi, temperature: 'hot' },
      /expected a decimal/,
      { code: 'invalid_type' },
    ],
    ['no choice at all', { model: 'gpt-4o', messages: hi, n: 0 }, />= 1, but got 0/, { param: 'n' }],
    ['too many stops', { model: 'gpt-4o', messages: hi, stop: ['a', 'b', 'c', 'd', 'e'] }, /maximum length 4/, {}],
    [
      'options of a stream that is none',
      { model: 'gpt-4o', messages: hi, stream_options: {} },
      /only allowed when 'stream'/,
      {},
    ],
    [
      'a choice among no tools',
      { model: 'gpt-4o', messages: hi, tool_choice: 'required' },
      /only allowed when 'tools'/,
      {},
    ],
    [
      'a tool without a name',
      { model: 'gpt-4o', messages: hi, tools: [{ type: 'function', function: {} }] },
      /tools\[0\]\.function\.name/,
      {},
    ],
    [
      'an unknown format',
      { model: 'gpt-4o', messages: hi, response_format: { type: 'xml' } },
      /'json_schema', and 'text'/,
      {},
    ],
    [
      'a limit beyond the model',
      { model: 'gpt-4o', messages: hi, max_tokens: 99_999 },
      /at most 16384/,
      { param: 'max_tokens' },
    ],
  ])('refuses %s', async (_, body, message, more) => {
    expect(await post('openai', body)).toMatchObject([400, openaiError(message, more)])
    expect(world.seen()).toMatchObject([{ status: 400, complete: true }])
  })

  it('knows its paths and methods', async () => {
    expect(await send('openai', '/chat/completion')).toMatchObject([
      404,
      openaiError(/^Invalid URL \(GET \/v1\/chat\/completion\)$/),
    ])
    expect(await send('openai', '/chat/completions')).toMatchObject([
      405,
      openaiError(/^Not allowed to GET/, { code: 'method_not_supported' }),
    ])
    expect(await send('openai', '/models/gpt%2D4o')).toMatchObject([200, { id: 'gpt-4o-2024-08-06' }])
    expect(await send('openai', '/models/%ff')).toMatchObject([404, openaiError(/`%ff` does not exist/)])
  })

  it('wants a key, and shows no more of a wrong one than its ends', async () => {
    const ask = async (authorization: string) => send('openai', '/models', { headers: { authorization } })
    expect(await ask('')).toMatchObject([401, openaiError(/didn't provide an API key/)])
    const [status, body] = await ask('Bearer sk-secret-that-is-wrong')
    expect([status, body]).toMatchObject([
      401,
      openaiError(/^Incorrect API key provided: sk-s\*+rong\.$/, { code: 'invalid_api_key' }),
    ])
  })

  it('refuses a body of more than 32 MB without reading on', async () => {
    expect(await post('openai', 'x'.repeat(33 * 1024 * 1024))).toMatchObject([413, openaiError(/too large/)])
  })

  it('survives a schema of a hundred thousand levels', async () => {
    const depth = 100_000
    const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    const tool = `{"type":"function","function":{"name":"f","parameters":${deep}}}`
    const [status] = await post('openai', `{"model":"gpt-4o","messages":${JSON.stringify(hi)},"tools":[${tool}]}`)
    expect(status).toBe(500)
    expect((await post('openai', { model: 'gpt-4o', messages: hi }))[0]).toBe(200)
  })
})

describe("the look-alikes' doors", () => {
  it('speak of errors each in its own form', async () => {
    expect(await post('mistral', { model: 'mistral-large-2407', messages: hi, user: 'me' })).toMatchObject([
      422,
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'user'] }] },
    ])
    expect(await post('mistral', { model: 'none', messages: hi })).toMatchObject([
      400,
      { object: 'error', code: '1500' },
    ])
    expect(await post('selfhosted', { model: 'none', messages: hi })).toMatchObject([
      404,
      { error: { type: 'NotFoundError', code: 404 } },
    ])
    expect(await post('gemini', { model: 'none', messages: hi })).toMatchObject([
      404,
      [{ error: { status: 'NOT_FOUND', code: 404 } }],
    ])
  })
})

describe("Anthropic's door", () => {
  const ok = { model: 'claude-3-haiku-20240307', max_tokens: 9, messages: hi }
  const user = (content: unknown) => ({ ...ok, messages: [{ role: 'user', content }] })
  const call = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }] }

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /^The request body is not valid JSON/],
    ['a list', [], /valid dictionary/],
    ['no model', { ...ok, model: undefined }, /^model: Field required$/],
    ['no limit', { ...ok, max_tokens: undefined }, /^max_tokens: Field required$/],
    ['a limit of 0', { ...ok, max_tokens: 0 }, /greater than or equal to 1/],
    ['a limit beyond the model', { ...ok, max_tokens: 4097 }, /^max_tokens: 4097 > 4096/],
    ['no messages', { ...ok, messages: undefined }, /^messages: Field required$/],
    ['no message', { ...ok, messages: [] }, /at least one message/],
    ['a system role', { ...ok, messages: [{ role: 'system', content: 'x' }] }, /top-level `system` parameter/],
    [
      "the assistant's turn first",
      { ...ok, messages: [{ role: 'assistant', content: 'x' }] },
      /first message must use the "user" role/,
    ],
    ['empty text', user(''), /non-empty content/],
    ['an empty block', user([{ type: 'text', text: '' }]), /text content blocks must be non-empty/],
    ['no block', user([]), /non-empty content/],
    ['a block without type', user([{}]), /^messages\.0\.content\.0\.type: Field required$/],
    ['a picture without source', user([{ type: 'image' }]), /^messages\.0\.content\.0\.image\.source: Field required$/],
    [
      'a picture that is no base64',
      user([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '*' } }]),
      /Invalid base64 data/,
    ],
    [
      'a blank after the start of the answer',
      { ...ok, messages: [...hi, { role: 'assistant', content: 'So ' }] },
      /trailing whitespace/,
    ],
    [
      'a result of no call',
      user([{ type: 'tool_result', tool_use_id: 'toolu_9', content: '' }]),
      /unexpected `tool_use_id`.*toolu_9/,
    ],
    [
      'a call without its result',
      { ...ok, messages: [...hi, call, ...hi] },
      /without `tool_result` blocks immediately after: toolu_1/,
    ],
    ['a temperature over 1', { ...ok, temperature: 1.5 }, /^temperature: range: 0\.\.1$/],
    ['a member that nobody knows', { ...ok, n: 2 }, /^n: Extra inputs are not permitted$/],
    ['a blank stop', { ...ok, stop_sequences: [' '] }, /non-whitespace/],
    ['a tool without schema', { ...ok, tools: [{ name: 'f' }] }, /^tools\.0\.custom\.input_schema: Field required$/],
    [
      'a tool with a blank in its name',
      { ...ok, tools: [{ name: 'f g', input_schema: { type: 'object' } }] },
      /should match pattern/,
    ],
    ['a choice among no tools', { ...ok, tool_choice: { type: 'any' } }, /while providing tools/],
    [
      'a choice that is no tool',
      { ...ok, tools: [{ name: 'f', input_schema: { type: 'object' } }], tool_choice: { type: 'tool', name: 'g' } },
      /Tool 'g' not found/,
    ],
    [
      'a choice of another dialect',
      { ...ok, tools: [{ name: 'f', input_schema: { type: 'object' } }], tool_choice: 'auto' },
      /does not match any of the expected tags/,
    ],
  ])('refuses %s', async (_, body, message) => {
    expect(await post('anthropic', body)).toEqual([400, anthropicError(message)])
  })

  it('takes the start of an answer, and its own tools without a schema', async () => {
    expect((await post('anthropic', { ...ok, messages: [...hi, { role: 'assistant', content: 'So' }] }))[0]).toBe(200)
    expect((await post('anthropic', { ...ok, tools: [{ type: 'bash_20250124', name: 'bash' }] }))[0]).toBe(200)
  })

  it('knows its paths, methods, models and versions', async () => {
    expect(await send('anthropic', '/v1/complete', { method: 'POST' })).toEqual([
      404,
      anthropicError('Not found', 'not_found_error'),
    ])
    expect(await send('anthropic', '/v1/messages')).toEqual([405, anthropicError('Method Not Allowed')])
    expect(await post('anthropic', { ...ok, model: 'claude' })).toEqual([
      404,
      anthropicError('model: claude', 'not_found_error'),
    ])
    expect(await send('anthropic', '/v1/models', { headers: { 'anthropic-version': '' } })).toMatchObject([200, {}])
    const { status } = await fetch(`${world.base('anthropic')}/v1/models`, {
      headers: { 'x-api-key': 'sk-right-key-of-the-world' },
    })
    expect(status).toBe(400)
  })
})

describe('the world outside its providers', () => {
  it('says what there is', async () => {
    const answer = await fetch(`${world.url}/v1/chat/completions`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ error: expect.stringContaining('/openai/v1/, ') })
    expect(() => world.base('opnai')).toThrow(
      'the recorded world has no provider "opnai"; it has anthropic, openai, mistral, selfhosted, gemini',
    )
  })

  it('answers what is no HTTP with 400 and closes', async () => {
    const socket = connect({ port: Number(new URL(world.url).port), host: '127.0.0.1' })
    socket.write('HELLO\r\n\r\n')
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(Buffer.from(chunk))
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  })
})

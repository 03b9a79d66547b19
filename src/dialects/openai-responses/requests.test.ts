/** What a request for a response says arrives, what it cannot say elsewhere is named, and what others ask becomes a request that OpenAI takes. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../../test/requests.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { Message, Part } from '../../domain/message.ts'
import type { ChatBody, ChatRequest } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { dialects } from '../registry.ts'
import { openaiResponses } from './index.ts'
import { needsMemory } from './memory.ts'

type Json = Readonly<Record<string, unknown>>
const read = (body: Json): ChatBody => {
  const decoded = openaiResponses.decodeRequest({ model: 'm', input: 'hi', ...body })
  if (!decoded.ok) throw new Error(decoded.why)
  return decoded.value
}
const why = (body: unknown): string => {
  const decoded = openaiResponses.decodeRequest(body)
  return decoded.ok ? 'taken' : decoded.why
}
const write = (changes: Partial<ChatRequest>, model = 'gpt-5.1') =>
  openaiResponses.encodeRequest(requestOf(changes), model)
const fieldsOf = (changes: Partial<ChatRequest>, model?: string): readonly string[] =>
  write(changes, model).losses.map(({ field }) => field)
const user = (...parts: readonly Part[]): Message => ({ role: 'user', parts })
const assistant = (...parts: readonly Part[]): Message => ({ role: 'assistant', parts })

describe('a request', () => {
  it('that is a plain text is a message of the user, and goes back as a text', () => {
    const body = read({ instructions: 'be brief' })
    expect(body.messages).toMatchObject([
      { role: 'system', parts: [{ type: 'text', text: 'be brief' }] },
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
    ])
    expect(write({ ...body, target: 'gpt-5.1' }).value).toMatchObject({ instructions: 'be brief', input: 'hi' })
  })
  it('tells one turn of the model as one message, whatever items it came in', () => {
    const { messages } = read({
      input: [
        { role: 'user', content: 'hi' },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'gAAAA' },
        { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'I look' }] },
        { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
        { type: 'function_call', call_id: 'b', name: 'hear', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: 'x' },
        { type: 'function_call_output', call_id: 'b', output: 'y' },
      ],
    })
    expect(messages.map(({ role, parts }) => [role, parts.map(({ type }) => type)])).toEqual([
      ['user', ['text']],
      ['assistant', ['reasoning', 'text', 'tool-call', 'tool-call']],
      ['tool', ['tool-result', 'tool-result']],
    ])
    expect(messages[1]?.parts[0]).toMatchObject({ text: 'hm', signature: 'gAAAA' })
  })
  it('keeps reasoning of which there is nothing but its proof', () => {
    const input = [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' }]
    expect(read({ input }).messages[0]?.parts).toMatchObject([{ type: 'reasoning', text: '', redacted: 'gAAAA' }])
  })
  it('that is wrong is told where', () => {
    expect(why([])).toContain('a JSON object with model and input')
    expect(why({ input: 'hi' })).toContain('model is missing')
    expect(why({ model: 'm' })).toContain('input is missing')
    expect(why({ model: 'm', input: [{ role: 'robot', content: 'x' }] })).toContain('input[0].role')
    expect(why({ model: 'm', input: [{ type: 'function_call', name: 'x' }] })).toContain('input[0].call_id')
    expect(why({ model: 'm', input: [{ role: 'user', content: [{ type: 'input_text' }] }] })).toContain(
      'input[0].content[0].text is missing',
    )
    expect(why({ model: 'm', input: 'x', tools: [{ type: 'function' }] })).toContain('tools[0].name')
    expect(why({ model: 'm', input: 'x', tool_choice: 7 })).toContain('tool_choice')
    expect(why({ model: 'm', input: 'x', text: { format: { type: 'json_schema' } } })).toContain('text.format.schema')
    expect(why({ model: 'm', input: 'x', max_output_tokens: 'many' })).toContain('max_output_tokens')
    expect(why({ model: 'm', input: 'x', reasoning: 'much' })).toContain('reasoning is')
    expect(why({ model: 'm', input: 'x', instructions: [] })).toContain('instructions')
  })
  it('may have its input elsewhere', () => {
    const body = { model: 'm', prompt: { id: 'pmpt_1', variables: { a: 'b' } } }
    const decoded = openaiResponses.decodeRequest(body)
    expect(decoded).toMatchObject({ ok: true, value: { messages: [] } })
    if (decoded.ok) expect(openaiResponses.encodeRequest(requestOf(decoded.value), 'm').value).toEqual(body)
  })
})

describe('what needs the memory of the provider', () => {
  it.each([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
    [{ background: true }, 'background'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input.item_reference'],
    [{ input: [{ id: 'msg_1' }] }, 'input.item_reference'],
  ])('%o is named', (members, name) => {
    const body = read(members)
    expect(needsMemory(body)).toEqual([name])
    for (const [id, dialect] of dialects) {
      if (id === openaiResponses.id) continue
      const { losses } = dialect.encodeRequest(requestOf(body), 'some-model')
      expect(losses.map(({ field }) => field).join(' '), id).toContain(name.replace('input.', ''))
    }
  })
  it('is not named where nothing does', () => {
    expect(needsMemory(read({ background: false, previous_response_id: null, store: true }))).toEqual([])
  })
})

describe('on the way to another dialect', () => {
  it('how a thing was told is lost nowhere', () => {
    const input = [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'ho', annotations: [], logprobs: [] }],
      },
      { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look', arguments: '{"a":1}', status: 'completed' },
      { type: 'function_call_output', id: 'fco_1', call_id: 'a', output: [{ type: 'input_text', text: 'x' }] },
    ]
    const include = ['reasoning.encrypted_content']
    const tools = [
      { type: 'function', name: 'look', description: 'looks', parameters: { type: 'object' }, strict: null },
    ]
    const body = read({
      input,
      include,
      tools,
      store: false,
      truncation: 'disabled',
      text: { format: { type: 'text' } },
    })
    for (const id of ['openai-chat', 'anthropic-messages']) {
      const { losses } = dialects.get(id as DialectId)!.encodeRequest(requestOf(body), 'some-model')
      expect(losses, id).toEqual([])
    }
  })
  it('what only this one knows is named', () => {
    const body = read({
      input: [
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } },
        { role: 'user', content: 'hi' },
      ],
      tools: [{ type: 'web_search' }, { type: 'function', name: 'a', parameters: {}, strict: false }],
      text: { verbosity: 'low' },
      reasoning: { effort: 'low', summary: 'auto' },
      truncation: 'auto',
      store: true,
      max_tool_calls: 3,
      novel: 1,
    })
    const { losses } = dialects
      .get('anthropic-messages' as DialectId)!
      .encodeRequest(requestOf(body), 'claude-sonnet-4-5')
    expect(losses.map(({ field }) => field)).toEqual(
      expect.arrayContaining([
        'messages.web_search_call',
        'tools.web_search',
        'text.verbosity',
        'reasoning.summary',
        'truncation',
        'store',
        'max_tool_calls',
        'novel',
      ]),
    )
  })
})

describe('reasoning that a client gives back', () => {
  const thought = (members: Json): Json => ({ type: 'reasoning', summary: [], ...members })
  const said = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ho' }] }
  const taken = thought({ id: 'rs_1', encrypted_content: 'gAAAAABo' })
  const given = thought({ id: 'rs_sbx_req-1_0', summary: [{ type: 'summary_text', text: 'hm' }] })
  const input = [
    taken,
    thought({ id: 'rs_2', encrypted_content: 'EqoBCkgIBxABGAIiQ' }),
    thought({ id: 'rs_3', encrypted_content: 'CmkBVKhc7nz1Zy' }),
    given,
    said,
    { role: 'user', content: 'hi' },
  ]
  const body = { model: 'pool', input }
  const rest = [taken, said, { role: 'user', content: 'hi' }]

  it('goes only to those who can have made it, written anew', () => {
    const { value, losses } = write({ ...read(body), target: 'pool' })
    expect(value['input']).toEqual(rest)
    expect(losses).toMatchObject([{ field: 'messages.reasoning' }])
  })
  it('goes only to those who can have made it on the express lane, whoever chose the model', () => {
    const raw = { dialect: openaiResponses.id, bytes: new Uint8Array(), json: body }
    for (const target of ['pool', 'gpt-5.1']) {
      expect(openaiResponses.express.fit?.(requestOf({ raw, target }), 'gpt-5.1')).toMatchObject({
        edits: { input: rest },
        losses: [{ field: 'messages.reasoning' }],
      })
    }
    const plain = { ...raw, json: { model: 'gpt-4o', input: rest, temperature: 0.2 } }
    expect(openaiResponses.express.fit?.(requestOf({ raw: plain, target: 'o3' }), 'o3').edits).toEqual({})
    expect(openaiResponses.express.fit?.(requestOf({ raw: plain, target: 'pool' }), 'o3')).toEqual({
      edits: { temperature: undefined },
      losses: [{ field: 'sampling.temperature', why: 'this model refuses it' }],
    })
  })
})

describe('what another dialect asked', () => {
  it('keeps nothing with the provider, and asks for reasoning to give back where the model reasons', () => {
    expect(write({}).value).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] })
    expect(write({}, 'gpt-4o').value).not.toHaveProperty('include')
    expect(write({}, 'grok-4').value).not.toHaveProperty('include')
  })
  it('has its one system text as instructions, and others where they stand', () => {
    const system = (text: string): Message => ({ role: 'system', parts: [{ type: 'text', text }] })
    const { value } = write({ messages: [system('a'), user({ type: 'text', text: 'b' }), system('c')] })
    expect(value).toMatchObject({
      instructions: 'a',
      input: [
        { role: 'user', content: 'b' },
        { role: 'system', content: 'c' },
      ],
    })
  })
  it('turns to items in the order of its parts', () => {
    const { value, losses } = write({
      messages: [
        user({ type: 'image', mediaType: 'image/png', source: { base64: 'AAAA' } }, { type: 'text', text: 'what?' }),
        assistant(
          { type: 'reasoning', text: 'hm', signature: 'gAAAAAB' },
          { type: 'text', text: 'I' },
          { type: 'text', text: ' look' },
          { type: 'tool-call', callId: 'a', name: 'look', input: '' },
        ),
        {
          role: 'tool',
          parts: [
            {
              type: 'tool-result',
              callId: 'a',
              output: [
                { type: 'text', text: 'x' },
                { type: 'image', mediaType: '', source: { url: 'https://a.test/b.png' } },
              ],
              isError: false,
            },
          ],
        },
      ],
    })
    expect(losses).toEqual([])
    expect(value['input']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
          { type: 'input_text', text: 'what?' },
        ],
      },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'gAAAAAB' },
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'I' },
          { type: 'output_text', text: ' look' },
        ],
      },
      { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' },
      {
        type: 'function_call_output',
        call_id: 'a',
        output: [
          { type: 'input_text', text: 'x' },
          { type: 'input_image', image_url: 'https://a.test/b.png', detail: 'auto' },
        ],
      },
    ])
  })
  it('says of each tool whether it is strict, since a response would take it to be', () => {
    const tool = { name: 'look', inputSchema: { type: 'object' } }
    expect(write({ tools: [tool, { name: 'hear', strict: true }], toolChoice: { name: 'look' } }).value).toMatchObject({
      tools: [
        { type: 'function', name: 'look', parameters: { type: 'object' }, strict: false },
        { type: 'function', name: 'hear', parameters: { type: 'object', properties: {} }, strict: true },
      ],
      tool_choice: { type: 'function', name: 'look' },
    })
  })
  it('that no response can be told is named', () => {
    const sampling = { topK: 4, seed: 1, frequencyPenalty: 1, presencePenalty: 1, logitBias: { a: 1 } }
    expect(fieldsOf({ sampling, limits: { stop: ['x'], maxOutputTokens: tokens(3) }, choices: 2 }, 'grok-4')).toEqual([
      'limits.stop',
      'limits.maxOutputTokens',
      'sampling.topK',
      'sampling.seed',
      'sampling.frequencyPenalty',
      'sampling.presencePenalty',
      'sampling.logitBias',
      'choices',
    ])
    const parts: readonly Part[] = [
      { type: 'audio', mediaType: 'audio/wav', source: { base64: 'AAAA' } },
      { type: 'file', mediaType: '', source: { fileId: 'file_01A' } },
      { type: 'text', text: 'hi', cache: {} },
      { type: 'opaque', dialect: 'gemini' as DialectId, kind: 'executableCode', value: {}, words: 'code' },
    ]
    expect(fieldsOf({ messages: [user(...parts)] })).toEqual([
      'messages.audio',
      'messages.file',
      'messages.cache',
      'messages.executableCode',
    ])
  })
  it('gives no reasoning back that OpenAI has not made', () => {
    for (const proof of [{ signature: 'EqoBCkgIBxABGAIiQ' }, { redacted: 'EmwKAhgB' }, {}]) {
      const messages = [user({ type: 'text', text: 'a' }), assistant({ type: 'reasoning', text: 'hm', ...proof })]
      const { value, losses } = write({ messages: [...messages, user({ type: 'text', text: 'b' })] })
      expect(losses).toMatchObject([{ field: 'messages.reasoning' }])
      expect(JSON.stringify(value)).not.toContain('hm')
    }
  })
  it('arrives where chat completions know it by the same name', () => {
    const chat = dialects.get('openai-chat' as DialectId)!
    const decoded = chat.decodeRequest({
      model: 'pool',
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.test/b.png', detail: 'high' } }] },
      ],
      verbosity: 'low',
      prompt_cache_key: 'k',
      store: true,
    })
    if (!decoded.ok) throw new Error(decoded.why)
    const { value, losses } = openaiResponses.encodeRequest(requestOf(decoded.value), 'gpt-5.1')
    expect(losses).toEqual([])
    expect(value).toMatchObject({ text: { verbosity: 'low' }, prompt_cache_key: 'k', store: true })
    expect(value['input']).toMatchObject([{ content: [{ image_url: 'https://a.test/b.png', detail: 'high' }] }])
  })
  it('is cut to what the model takes', () => {
    const asking = { sampling: { temperature: 0.2 }, reasoning: { effort: 'minimal' as const } }
    expect(write(asking, 'gpt-4o')).toMatchObject({
      value: { temperature: 0.2 },
      losses: [{ field: 'reasoning' }],
    })
    expect(write(asking, 'o3')).toMatchObject({
      value: { reasoning: { effort: 'low', summary: 'auto' } },
      losses: [{ field: 'reasoning.effort' }, { field: 'sampling.temperature' }],
    })
    expect(write({ reasoning: {} }, 'gpt-5.1').value).toMatchObject({ reasoning: { effort: 'medium' } })
    expect(fieldsOf({ reasoning: { budget: tokens(3000) } })).toEqual(['reasoning.budget'])
  })
})

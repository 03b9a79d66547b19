/** Requests of other dialects as Cohere takes them, and what is named where it does not. */
import { describe, expect, it } from 'vitest'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import type { DialectId } from '../../domain/ids.ts'
import type { Part } from '../../domain/message.ts'
import type { ChatRequest, Tool } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { cohereChat } from './index.ts'
import { toolName } from './tool-name.ts'

const encode = (changes: Partial<ChatRequest>, model = 'command-a-reasoning-08-2025') => {
  const { value, losses } = cohereChat.encodeRequest(requestOf(changes), model)
  return { value, lost: losses.map(({ field }) => field) }
}
const text = (words: string): Part => ({ type: 'text', text: words })
const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  inputSchema: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
  ...more,
})
const decoded = (body: Record<string, unknown>): ChatRequest => {
  const read = cohereChat.decodeRequest(body)
  if (!read.ok) throw new Error(read.why)
  return requestOf({ ...read.value, raw: rawOf(cohereChat.id, body) })
}
const body = { model: 'pool', messages: [{ role: 'user', content: 'hi' }] }

describe('sampling', () => {
  it('is brought into the ranges that Cohere takes, by name', () => {
    const sampling = {
      temperature: 1.7,
      topP: 1,
      topK: 900,
      seed: -4,
      frequencyPenalty: -1,
      presencePenalty: 2,
      logitBias: { '5': 1 },
    }
    const { value, lost } = encode({ sampling })
    expect(value).toMatchObject({
      temperature: 1,
      p: 0.99,
      k: 500,
      seed: 0,
      frequency_penalty: 0,
      presence_penalty: 1,
    })
    expect(lost.toSorted()).toEqual(
      Object.keys(sampling)
        .map(name => `sampling.${name}`)
        .toSorted(),
    )
  })
  it('within them is told as it came', () => {
    const { value, lost } = encode({ sampling: { temperature: 0.3, topP: 0.5, topK: 0, seed: 5 } })
    expect(value).toMatchObject({ temperature: 0.3, p: 0.5, k: 0, seed: 5 })
    expect(lost).toEqual([])
  })
  it('of a client of Cohere is left to Cohere', () => {
    const { value, losses } = cohereChat.encodeRequest(decoded({ ...body, temperature: 3, p: 1 }), 'command-a-03-2025')
    expect(value).toMatchObject({ temperature: 3, p: 1 })
    expect(losses).toEqual([])
  })
})

describe('the choice among tools', () => {
  const tools = [tool('one'), tool('two'), tool('three')]
  const names = (value: Record<string, unknown>): readonly unknown[] =>
    Array.isArray(value['tools']) ? value['tools'].map(one => one.function.name) : []

  it('by name leaves the others out', () => {
    const { value, lost } = encode({ tools, toolChoice: { name: 'two' } })
    expect(names(value)).toEqual(['two'])
    expect(value['tool_choice']).toBe('REQUIRED')
    expect(lost).toEqual(['toolChoice'])
  })
  it('among some leaves the others out, forced or not', () => {
    const forced = encode({ tools, toolChoice: { oneOf: ['one', 'three'], required: true } })
    expect(names(forced.value)).toEqual(['one', 'three'])
    expect(forced.value['tool_choice']).toBe('REQUIRED')
    expect(encode({ tools, toolChoice: { oneOf: ['one'], required: false } }).value).not.toHaveProperty('tool_choice')
  })
  it('of all, none or any has a word or needs none', () => {
    expect(encode({ tools, toolChoice: 'none' }).value['tool_choice']).toBe('NONE')
    expect(encode({ tools, toolChoice: 'required' }).value['tool_choice']).toBe('REQUIRED')
    const { value, lost } = encode({ tools, toolChoice: 'auto' })
    expect(value).not.toHaveProperty('tool_choice')
    expect(lost).toEqual([])
  })
  it('is not told to older models, which refuse it', () => {
    const forced = encode({ tools, toolChoice: 'required' }, 'command-r-plus-08-2024')
    expect(forced.value).not.toHaveProperty('tool_choice')
    expect(forced.lost).toEqual(['toolChoice'])
    const none = encode({ tools, toolChoice: 'none' }, 'command-r-08-2024')
    expect(none.value).not.toHaveProperty('tools')
    expect(none.lost).toEqual([])
    expect(encode({ tools, toolChoice: 'required' }, 'command-r7b-12-2024').value['tool_choice']).toBe('REQUIRED')
  })
  it('to call one at a time cannot be told', () => {
    expect(encode({ tools, parallelToolCalls: false }).lost).toEqual(['parallelToolCalls'])
    expect(encode({ tools, parallelToolCalls: true }).lost).toEqual([])
  })
})

describe('tools', () => {
  it('are held to their schemas all together or not at all', () => {
    expect(encode({ tools: [tool('a', { strict: true }), tool('b', { strict: true })] }).value['strict_tools']).toBe(
      true,
    )
    const mixed = encode({ tools: [tool('a', { strict: true }), tool('b')] })
    expect(mixed.value).not.toHaveProperty('strict_tools')
    expect(mixed.lost).toEqual(['tools.strict'])
    const loose = encode({ tools: [tool('a', { strict: true, inputSchema: { type: 'object' } })] })
    expect(loose.lost).toEqual(['tools.strict'])
  })
  it('of a client of Cohere keep its flag, whichever it is', () => {
    const functions = [{ type: 'function', function: { name: 'a', parameters: { type: 'object' } } }]
    for (const flag of [true, false]) {
      const { value, losses } = cohereChat.encodeRequest(
        decoded({ ...body, tools: functions, strict_tools: flag }),
        'm',
      )
      expect(value['strict_tools']).toBe(flag)
      expect(losses).toEqual([])
    }
    expect(cohereChat.encodeRequest(decoded({ ...body, strict_tools: true }), 'm').value['strict_tools']).toBe(true)
  })
  it('without a schema get an empty one, which Cohere wants', () => {
    expect(encode({ tools: [{ name: 'a' }] }).value['tools']).toEqual([
      { type: 'function', function: { name: 'a', parameters: { type: 'object', properties: {} } } },
    ])
  })
  it('have names of letters, digits and underscores, never the same for two', () => {
    expect(toolName('get_weather')).toBe('get_weather')
    for (const name of ['get-weather', 'get.weather', '1st', 'é', 'x'.repeat(90)]) {
      expect(toolName(name)).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/)
      expect(toolName(toolName(name))).toBe(toolName(name))
    }
    expect(toolName('get-weather')).not.toBe(toolName('get.weather'))
    const { value } = encode({
      tools: [tool('get-weather')],
      messages: [{ role: 'assistant', parts: [{ type: 'tool-call', callId: 'c', name: 'get-weather', input: '' }] }],
    })
    expect(JSON.stringify(value)).not.toContain('get-weather')
  })
})

describe('the format of an answer', () => {
  const schema = { type: 'object', properties: { a: {} } }
  it('is told with its schema', () => {
    expect(encode({ output: { type: 'json', schema, name: 'n', strict: true } })).toEqual({
      value: expect.objectContaining({ response_format: { type: 'json_object', json_schema: schema } }),
      lost: [],
    })
    expect(encode({ output: { type: 'json' } }).value['response_format']).toEqual({ type: 'json_object' })
  })
  it('of a client of Cohere keeps the name under which its schema came', () => {
    for (const response_format of [
      { type: 'json_object', schema },
      { type: 'json_object', json_schema: schema },
      { type: 'json_object', schema, novel: 1 },
      { type: 'text', novel: 1 },
    ]) {
      expect(cohereChat.encodeRequest(decoded({ ...body, response_format }), 'm').value).toMatchObject({
        response_format,
      })
    }
    const { losses } = anthropicMessages.encodeRequest(
      decoded({ ...body, response_format: { type: 'json_object', schema } }),
      'claude-sonnet-4-5',
    )
    expect(losses.map(({ field }) => field)).not.toContain('response_format.schema')
  })
  it('is told in words beside tools, which Cohere does not take together', () => {
    const { value, lost } = encode({ output: { type: 'json', schema }, tools: [tool('a')] })
    expect(value).not.toHaveProperty('response_format')
    expect(JSON.stringify(value['messages'])).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1))
    expect(lost).toEqual(['output'])
  })
})

describe('thinking', () => {
  it('is a budget, near to the effort that was asked for', () => {
    expect(encode({ reasoning: { budget: tokens(700) } })).toEqual({
      value: expect.objectContaining({ thinking: { type: 'enabled', token_budget: 700 } }),
      lost: [],
    })
    expect(encode({ reasoning: { effort: 'none' } }).value['thinking']).toEqual({ type: 'disabled' })
    expect(encode({ reasoning: { effort: 'low' } })).toMatchObject({
      value: { thinking: { type: 'enabled', token_budget: 2048 } },
      lost: ['reasoning.effort'],
    })
    expect(encode({ reasoning: {} }).value['thinking']).toEqual({ type: 'enabled' })
  })
  it('of a client of Cohere without a budget goes back without one, and is a high effort elsewhere', () => {
    for (const thinking of [
      { type: 'enabled' },
      { type: 'enabled', token_budget: 9 },
      { type: 'enabled', novel: 1 },
      { type: 'disabled' },
      { type: 'disabled', token_budget: 5, novel: 1 },
    ]) {
      const { value, losses } = cohereChat.encodeRequest(decoded({ ...body, thinking }), 'command-a-reasoning-08-2025')
      expect(value['thinking']).toEqual(thinking)
      expect(losses).toEqual([])
    }
    const { value } = anthropicMessages.encodeRequest(
      decoded({ ...body, thinking: { type: 'enabled' } }),
      'claude-sonnet-4-5',
    )
    expect(value['thinking']).toMatchObject({ type: 'enabled' })
  })
  it('is not asked of models that do not', () => {
    const { value, lost } = encode({ reasoning: { effort: 'high' } }, 'command-a-03-2025')
    expect(value).not.toHaveProperty('thinking')
    expect(lost).toContain('reasoning')
    expect(encode({ reasoning: { effort: 'none' } }, 'command-r7b-12-2024').lost).toEqual([])
  })
})

describe('messages', () => {
  it('bring images out of tool results after all results', () => {
    const image: Part = { type: 'image', mediaType: 'image/png', source: { base64: 'AAAA' } }
    const { value, lost } = encode({
      messages: [
        {
          role: 'assistant',
          parts: ['a', 'b'].map(id => ({ type: 'tool-call', callId: id, name: 'look', input: '{}' })),
        },
        { role: 'tool', parts: [{ type: 'tool-result', callId: 'a', output: [text('seen'), image], isError: true }] },
        { role: 'tool', parts: [{ type: 'tool-result', callId: 'b', output: [text('x'), text('y')], isError: false }] },
      ],
    })
    expect(value['messages']).toMatchObject([
      { role: 'assistant', tool_calls: [{ id: 'a' }, { id: 'b' }] },
      { role: 'tool', tool_call_id: 'a', content: 'seen' },
      { role: 'tool', tool_call_id: 'b', content: [{ text: 'x' }, { text: 'y' }] },
      {
        role: 'user',
        content: [
          { text: 'Further content of the result of tool call a:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ])
    expect(lost).toEqual(['messages.tool-result.isError'])
  })
  it('tell files of text as text, and name what Cohere cannot see', () => {
    const { value, lost } = encode({
      messages: [
        {
          role: 'user',
          parts: [
            { type: 'file', mediaType: 'text/plain', source: { base64: btoa('words') }, name: 'a.txt' },
            { type: 'file', mediaType: 'application/pdf', source: { base64: 'JVBERi0=' } },
            { type: 'audio', mediaType: 'audio/wav', source: { base64: 'AAAA' } },
            { type: 'image', mediaType: '', source: { fileId: 'file-1' } },
          ],
        },
      ],
    })
    expect(value['messages']).toEqual([{ role: 'user', content: 'words' }])
    expect(lost.toSorted()).toEqual(['messages.audio', 'messages.file', 'messages.file.name', 'messages.image'])
  })
  it('of another dialect bring their reasoning in words, without its proof', () => {
    const { value, lost } = encode({
      messages: [{ role: 'assistant', parts: [{ type: 'reasoning', text: 'hm', signature: 's' }, text('yes')] }],
    })
    expect(value['messages']).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'yes' },
        ],
      },
    ])
    expect(lost).toEqual(['messages.reasoning.signature'])
  })
})

describe('what Cohere has no word for', () => {
  it('is named', () => {
    const { lost } = encode({
      choices: 2,
      logprobs: 3,
      metadata: { a: 'b' },
      endUser: 'u',
      serviceTier: 'priority',
      limits: { stop: ['a', 'b', 'c', 'd', 'e', 'f'] },
      opaqueTools: [{ dialect: 'openai-chat' as DialectId, kind: 'web_search', value: {} }],
      extensions: { 'openai-chat': { store: true } },
    })
    expect(lost.toSorted()).toEqual(
      [
        'choices',
        'endUser',
        'limits.stop',
        'logprobs',
        'metadata',
        'serviceTier',
        'store',
        'tools.web_search',
      ].toSorted(),
    )
  })
})

describe('documents', () => {
  const documents = ['plain words', { id: 'd1', data: { title: 'Facts', text: 'Ruby is red.' } }]
  const asked = { ...body, documents, citation_options: { mode: 'FAST' } }

  it('go to Cohere as they came', () => {
    const { value, losses } = cohereChat.encodeRequest(decoded(asked), 'command-a-03-2025')
    expect(value['documents']).toEqual(documents)
    expect(value['messages']).toEqual(asked.messages)
    expect(losses).toEqual([])
  })
  it('go to others in words, before what the user says', () => {
    for (const dialect of [openaiChat, anthropicMessages]) {
      const { value, losses } = dialect.encodeRequest(decoded(asked), 'some-model')
      const said = JSON.stringify(value['messages'])
      expect(said.indexOf('Ruby is red.')).toBeGreaterThan(said.indexOf('plain words'))
      expect(said.indexOf('"hi"')).toBeGreaterThan(said.indexOf('Ruby is red.'))
      expect(losses.map(({ field }) => field)).toEqual(
        expect.arrayContaining(['messages.documents', 'citation_options.mode']),
      )
    }
  })
})

describe('a body that is wrong', () => {
  it.each([
    [{ ...body, model: '' }, 'model'],
    [{ ...body, messages: [] }, 'messages'],
    [{ ...body, messages: [{ role: 'bot', content: 'x' }] }, 'messages[0].role'],
    [{ ...body, messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ ...body, messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [{ ...body, messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }] }, 'messages[0].tool_calls[0].function'],
    [{ ...body, messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ ...body, tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ ...body, tool_choice: 'auto' }, 'tool_choice'],
    [{ ...body, response_format: { type: 'json_schema' } }, 'response_format.type'],
    [{ ...body, thinking: { type: 'on' } }, 'thinking.type'],
    [{ ...body, k: 0.5 }, 'k'],
    [{ ...body, stop_sequences: ['a', 1] }, 'stop_sequences[1]'],
    [{ ...body, stream: 'yes' }, 'stream'],
  ])('is refused with its place: %j', (wrong, at) => {
    expect(cohereChat.decodeRequest(wrong)).toMatchObject({ ok: false, at })
  })
})

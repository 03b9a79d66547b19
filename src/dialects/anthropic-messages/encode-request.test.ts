/** Requests of other dialects, written as each Claude model takes them. */
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../../test/fake-dialect.ts'
import type { Message, Part } from '../../domain/message.ts'
import type { ChatRequest, OutputFormat, ReasoningWish } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { anthropicMessages } from './index.ts'
import { answerTool } from './output.ts'

const [old, budgeted, adaptive, newest] = [
  'claude-3-5-sonnet-20241022',
  'claude-sonnet-4-5',
  'claude-opus-4-6',
  'claude-sonnet-5',
]
const encode = (changes: Partial<ChatRequest>, model = budgeted) => {
  const { value, losses } = anthropicMessages.encodeRequest(requestOf(changes), model)
  return { value, fields: losses.map(({ field }) => field) }
}
const text = (value: string): Part => ({ type: 'text', text: value })
const call = (callId: string, name = 'look', input = '{"a":1}'): Part => ({ type: 'tool-call', callId, name, input })
const result = (callId: string, output = 'ok'): Part => ({
  type: 'tool-result',
  callId,
  output: [text(output)],
  isError: false,
})
const say = (role: Message['role'], ...parts: readonly Part[]): Message => ({ role, parts })
const look = { name: 'look', inputSchema: { type: 'object', properties: {} } }
const limited = (maxOutputTokens: number) => ({ maxOutputTokens: tokens(maxOutputTokens), stop: [] })

describe('the length of an answer', () => {
  it('is what the model can where the sender gave none, but no whole answer that takes ten minutes', () => {
    expect(encode({}, old).value['max_tokens']).toBe(8192)
    expect(encode({}, 'anthropic/claude-3.5-haiku').value['max_tokens']).toBe(8192)
    expect(encode({}, 'claude-3-haiku-20240307').value['max_tokens']).toBe(4096)
    expect(encode({}, 'claude-opus-4-20250514').value['max_tokens']).toBe(21_333)
    expect(encode({ stream: true }, 'claude-opus-4-20250514').value['max_tokens']).toBe(32_000)
    expect(encode({ stream: true }, newest).value['max_tokens']).toBe(128_000)
    expect(encode({ stream: true }, 'glm-4.6').value['max_tokens']).toBe(4096)
  })
  it('is lowered to what the model can, and that is told', () => {
    expect(encode({ limits: limited(16_384) }, old)).toMatchObject({
      value: { max_tokens: 8192 },
      fields: ['limits.maxOutputTokens'],
    })
    expect(encode({ limits: limited(16_384) }, 'glm-4.6')).toMatchObject({ value: { max_tokens: 16_384 }, fields: [] })
  })
})

describe('thinking', () => {
  const think = (reasoning: ReasoningWish, model: string, changes: Partial<ChatRequest> = {}) =>
    encode({ reasoning, ...changes }, model)

  it('is told by budget or by effort, whichever the model knows', () => {
    expect(think({ effort: 'medium' }, budgeted).value).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 4096 },
      max_tokens: 21_333,
    })
    expect(think({ effort: 'medium' }, adaptive).value).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'medium' },
    })
    expect(think({ effort: 'xhigh' }, adaptive).value).toMatchObject({ output_config: { effort: 'max' } })
    expect(think({ effort: 'xhigh' }, newest).value).toMatchObject({ output_config: { effort: 'xhigh' } })
    expect(think({ budget: tokens(4000) }, adaptive)).toMatchObject({
      value: { output_config: { effort: 'medium' } },
      fields: ['reasoning.budget'],
    })
  })
  it('never makes an answer longer than the sender allowed', () => {
    expect(think({ effort: 'high' }, budgeted, { limits: limited(8000) })).toMatchObject({
      value: { thinking: { budget_tokens: 6000 }, max_tokens: 8000 },
      fields: [],
    })
    expect(think({ budget: tokens(9000) }, budgeted, { limits: limited(8000) }).fields).toEqual(['reasoning.budget'])
    const tight = think({ effort: 'high' }, budgeted, { limits: limited(1200) })
    expect(tight).toMatchObject({ value: { max_tokens: 1200 }, fields: ['reasoning'] })
    expect(tight.value).not.toHaveProperty('thinking')
  })
  it('is left off for a model that cannot, and told to be off only where that is understood', () => {
    expect(think({ effort: 'high' }, old)).toMatchObject({ fields: ['reasoning'] })
    expect(think({ effort: 'none' }, old).value).not.toHaveProperty('thinking')
    expect(think({ effort: 'none' }, budgeted).value['thinking']).toEqual({ type: 'disabled' })
    expect(think({ effort: 'none' }, 'claude-opus-5-5')).toMatchObject({
      value: { output_config: { effort: 'low' } },
      fields: ['reasoning.effort'],
    })
  })
  it('is left off after tool calls whose reasoning did not come back', () => {
    const messages = [say('user', text('hi')), say('assistant', call('a')), say('tool', result('a'))]
    expect(think({ effort: 'high' }, budgeted, { messages, tools: [look] })).toMatchObject({ fields: ['reasoning'] })
    const signed = [
      say('user', text('hi')),
      say('assistant', { type: 'reasoning', text: 'hm', signature: 'EqoB' }, call('a')),
      say('tool', result('a')),
    ]
    expect(think({ effort: 'high' }, budgeted, { messages: signed, tools: [look] }).value).toHaveProperty('thinking')
    expect(think({ effort: 'high' }, adaptive, { messages, tools: [look] }).value).toHaveProperty('thinking')
  })
  it('goes back only if Anthropic signed it', () => {
    const contentOf = (part: Part) => {
      const messages = [say('user', text('hi')), say('assistant', part, text('so')), say('user', text('and?'))]
      const { value, fields } = encode({ messages })
      return { content: (value['messages'] as { content: unknown }[])[1]?.content, fields }
    }
    expect(contentOf({ type: 'reasoning', text: 'hm', signature: 'EqoBCkYIBxgC' }).content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'EqoBCkYIBxgC' },
      { type: 'text', text: 'so' },
    ])
    for (const part of [
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', text: '', redacted: 'gAAAAABo1234' },
      { type: 'reasoning', text: 'hm', signature: 'CsUBAdHtim9x' },
    ] as const) {
      expect(contentOf(part)).toEqual({ content: 'so', fields: ['messages.reasoning'] })
    }
  })
})

describe('temperature and its like', () => {
  const sample = (sampling: ChatRequest['sampling'], model: string, reasoning?: ReasoningWish) => {
    const { value, fields } = encode({ sampling, ...(reasoning && { reasoning }) }, model)
    const { temperature, top_p, top_k } = value
    return { sent: JSON.parse(JSON.stringify({ temperature, top_p, top_k })) as unknown, fields }
  }
  it('are clamped to what Anthropic takes', () => {
    expect(sample({ temperature: 1.7, topP: 0.9, topK: 4 }, old)).toEqual({
      sent: { temperature: 1, top_p: 0.9, top_k: 4 },
      fields: ['sampling.temperature'],
    })
  })
  it('come one at a time to newer models, and not at all to the newest', () => {
    expect(sample({ temperature: 0.2, topP: 0.9 }, budgeted)).toEqual({
      sent: { temperature: 0.2 },
      fields: ['sampling.topP'],
    })
    expect(sample({ temperature: 1, topP: 0.9 }, budgeted)).toEqual({ sent: { top_p: 0.9 }, fields: [] })
    expect(sample({ temperature: 0.2, topP: 1, topK: 3 }, newest)).toEqual({
      sent: { top_p: 1 },
      fields: ['sampling.temperature', 'sampling.topK'],
    })
  })
  it('give way to thinking', () => {
    expect(sample({ temperature: 0.2, topP: 0.5, topK: 3 }, 'claude-3-7-sonnet-20250219', { effort: 'low' })).toEqual({
      sent: {},
      fields: ['sampling.temperature', 'sampling.topK', 'sampling.topP'],
    })
    expect(sample({ topP: 0.97 }, budgeted, { effort: 'low' })).toEqual({ sent: { top_p: 0.97 }, fields: [] })
  })
  it('are told as losses where Anthropic has none, unless they ask for nothing', () => {
    expect(sample({ seed: 3, frequencyPenalty: 0, presencePenalty: 0.5, logitBias: {} }, old).fields).toEqual([
      'sampling.seed',
      'sampling.presencePenalty',
    ])
  })
})

describe('an answer in JSON', () => {
  const output: OutputFormat = {
    type: 'json',
    name: 'town',
    strict: true,
    schema: { type: 'object', properties: { size: { type: 'integer', minimum: 1 } }, required: ['size'] },
  }
  it('is asked for by format where the model has one, with a schema that fits', () => {
    const { value, fields } = encode({ output })
    expect(value['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { size: { type: 'integer', description: '{minimum: 1}' } },
          required: ['size'],
          additionalProperties: false,
        },
      },
    })
    expect(fields).toEqual(['output.schema'])
  })
  it('is the input of a forced tool on older models', () => {
    const { value, fields } = encode({ output }, old)
    expect(value).toMatchObject({
      tools: [{ name: answerTool, input_schema: output.schema }],
      tool_choice: { type: 'tool', name: answerTool },
    })
    expect(value).not.toHaveProperty('output_config')
    expect(fields).toEqual(['output.strict'])
  })
  it('leaves the choice between the answer and a call where there are tools', () => {
    expect(encode({ output, tools: [look] }, old).value['tool_choice']).toEqual({ type: 'any' })
    expect(encode({ output, tools: [look], toolChoice: 'none' }, old).value['tool_choice']).toEqual({
      type: 'tool',
      name: answerTool,
    })
    const forced = encode({ output, tools: [look], toolChoice: 'required' }, old).value
    expect(forced).toMatchObject({ tools: [{ name: 'look' }], tool_choice: { type: 'any' } })
    expect(forced['tools']).toHaveLength(1)
  })
  it('is asked for in words where nothing else is possible', () => {
    const thinking = encode({ output, reasoning: { effort: 'high' } }, 'claude-3-7-sonnet-20250219')
    expect(thinking.value['system']).toContain('"minimum":1')
    expect(thinking.fields).toEqual(['output'])
    const system = say('system', text('be brief'))
    const plain = encode({ output: { type: 'json' }, messages: [system, say('user', text('hi'))] })
    expect(plain.value['system']).toMatchObject([
      { text: 'be brief' },
      { text: expect.stringContaining('JSON object') },
    ])
    expect(plain.fields).toEqual(['output'])
  })
})

describe('tools', () => {
  it('are strict only where the model can be held to it', () => {
    const strict = { ...look, strict: true }
    expect(encode({ tools: [strict] }).value['tools']).toMatchObject([
      { strict: true, input_schema: { additionalProperties: false } },
    ])
    expect(encode({ tools: [strict] }, old)).toMatchObject({ fields: ['tools.strict'] })
  })
  it('have an object at the root of their schema, though a choice between several stood there', () => {
    const variant = (kind: string, name: string) => ({
      type: 'object',
      properties: { kind: { const: kind }, [name]: { type: 'string' } },
      required: ['kind', name],
    })
    const inputSchema = { oneOf: [variant('get', 'id'), variant('find', 'query')] }
    const { value, fields } = encode({ tools: [{ name: 'look', inputSchema }] })
    expect(value['tools']).toEqual([
      {
        name: 'look',
        input_schema: {
          type: 'object',
          description: `{oneOf: ${JSON.stringify(inputSchema.oneOf)}}`,
          properties: {
            kind: { anyOf: [{ const: 'get' }, { const: 'find' }] },
            id: { type: 'string' },
            query: { type: 'string' },
          },
          required: ['kind'],
        },
      },
    ])
    expect(fields).toEqual(['tools.inputSchema'])
    const both = { allOf: [variant('get', 'id'), { required: ['note'] }], properties: { note: {} } }
    expect(encode({ tools: [{ name: 'look', inputSchema: both }] }).value['tools']).toMatchObject([
      { input_schema: { required: ['kind', 'id', 'note'], properties: { note: {}, kind: { const: 'get' } } } },
    ])
    expect(encode({ tools: [{ name: 'look' }] }).value['tools']).toEqual([
      { name: 'look', input_schema: { type: 'object', properties: {} } },
    ])
  })
  it('are forced unless the model thinks by budget or never lets itself be forced', () => {
    const choice = (model: string, reasoning?: ReasoningWish) =>
      encode({ tools: [look], toolChoice: { name: 'look' }, ...(reasoning && { reasoning }) }, model)
    expect(choice(budgeted).value['tool_choice']).toEqual({ type: 'tool', name: 'look' })
    expect(choice(adaptive, { effort: 'low' }).value['tool_choice']).toEqual({ type: 'tool', name: 'look' })
    expect(choice(budgeted, { effort: 'low' })).toMatchObject({
      value: { tool_choice: { type: 'auto' } },
      fields: ['toolChoice'],
    })
    expect(choice('claude-opus-5-5')).toMatchObject({
      value: { tool_choice: { type: 'auto' } },
      fields: ['toolChoice'],
    })
  })
})

describe('the conversation', () => {
  const turnsOf = (...messages: readonly Message[]) => {
    const { value, fields } = encode({ messages, tools: [look] })
    return { turns: value['messages'] as { role: string; content: unknown }[], fields }
  }
  it('holds every result directly after its call, calls of the same id apart', () => {
    const { turns, fields } = turnsOf(
      say('user', text('go')),
      say('assistant', call('call_0'), call('call.1')),
      say('user', text('meanwhile')),
      say('tool', result('call.1', 'second'), result('call_0', 'first')),
      say('assistant', call('call_0')),
      say('tool', result('call_0', 'again')),
    )
    expect(turns).toMatchObject([
      { role: 'user', content: 'go' },
      { role: 'assistant', content: [{ id: 'call_0' }, { id: expect.stringMatching(/^sb64_/) }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: expect.stringMatching(/^sb64_/), content: 'second' },
          { type: 'tool_result', tool_use_id: 'call_0', content: 'first' },
          { type: 'text', text: 'meanwhile' },
        ],
      },
      { role: 'assistant', content: [{ id: 'call_0_2' }] },
      { role: 'user', content: [{ tool_use_id: 'call_0_2', content: 'again' }] },
    ])
    expect(fields).toEqual([])
  })
  it('answers a call that nobody answered, and keeps a result that nobody asked for', () => {
    const { turns, fields } = turnsOf(
      say('user', text('go')),
      say('assistant', call('a')),
      say('tool', result('b', 'lost')),
    )
    expect(turns[2]).toEqual({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: 'No result was given.', is_error: true },
        { type: 'text', text: 'lost' },
      ],
    })
    expect(fields.toSorted()).toEqual(['messages.tool-call', 'messages.tool-result'])
  })
  it('takes one result for a call, and reasoning before the calls that it led to', () => {
    const signed: Part = { type: 'reasoning', text: 'hm', signature: 'EqoB' }
    const { turns, fields } = turnsOf(
      say('user', text('go')),
      say('assistant', call('a'), signed),
      say('tool', result('a', 'once'), result('a', 'twice')),
    )
    expect(turns.slice(1)).toMatchObject([
      { role: 'assistant', content: [{ type: 'thinking' }, { type: 'tool_use', id: 'a' }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'once' },
          { type: 'text', text: 'twice' },
        ],
      },
    ])
    expect(fields).toEqual(['messages.tool-result'])
  })
  it('begins with the user, has no empty text, and puts a late system message into the user turn', () => {
    const { turns, fields } = turnsOf(
      say('assistant', text('hello')),
      say('system', text('be kind')),
      say('user', text(' ')),
    )
    expect(turns).toEqual([
      { role: 'user', content: '.' },
      { role: 'assistant', content: 'hello' },
      { role: 'user', content: '<system>\nbe kind\n</system>' },
    ])
    expect(fields.toSorted()).toEqual(['messages', 'messages.system.position'])
  })
  it('takes no file that lies with another provider', () => {
    const file = (fileId: string): Part => ({ type: 'file', mediaType: '', source: { fileId } })
    expect(turnsOf(say('user', text('read'), file('file-abc'))).fields).toEqual(['messages.file'])
    expect(turnsOf(say('user', text('read'), file('file_011C'))).turns[0]?.content).toMatchObject([
      { type: 'text' },
      { type: 'document', source: { type: 'file', file_id: 'file_011C' } },
    ])
  })
})

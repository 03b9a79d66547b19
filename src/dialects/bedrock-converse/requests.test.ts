/** What each family of models is sent: what it takes in its own words, the rest left out by name. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../../test/requests.ts'
import type { Message, Part } from '../../domain/message.ts'
import type { ChatRequest } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { bedrockConverse } from './index.ts'

type Json = Readonly<Record<string, unknown>>

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const newest = 'global.anthropic.claude-opus-4-8'
const nova = 'us.amazon.nova-pro-v1:0'
const nova2 = 'us.amazon.nova-2-lite-v1:0'
const mistral = 'mistral.mistral-large-2402-v1:0'
const llama = 'us.meta.llama4-maverick-17b-instruct-v1:0'
const oss = 'openai.gpt-oss-120b-1:0'
const qwen = 'qwen.qwen3-32b-v1:0'
const cohere = 'cohere.command-r-v1:0'
const profile = 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc'

const encode = (more: Partial<ChatRequest>, model = claude) => {
  const { value, losses } = bedrockConverse.encodeRequest(requestOf(more), model)
  return { value, lost: losses.map(({ field }) => field) }
}
const text = (words: string): Part => ({ type: 'text', text: words })
const said = (role: Message['role'], ...parts: readonly Part[]): Message => ({ role, parts })
const user = (...parts: readonly Part[]): Message => said('user', ...parts)
const call = (callId: string, name = 'look', input = '{"a":1}'): Part => ({ type: 'tool-call', callId, name, input })
const result = (callId: string, words = 'ok', isError = false): Part => ({
  type: 'tool-result',
  callId,
  output: [text(words)],
  isError,
})
const tool = { name: 'look', description: 'looks', inputSchema: { type: 'object', properties: {} } }
const answered = [user(text('hi')), said('assistant', call('call_1')), said('tool', result('call_1'))]

describe('a conversation', () => {
  it('has its system prompt apart, alternates, and begins with the user', () => {
    const { value, lost } = encode({
      messages: [
        said('system', text('be brief')),
        said('assistant', text('hello')),
        user(text('one'), text(' ')),
        user(text('two')),
        said('system', text('be kind')),
      ],
    })
    expect(value).toEqual({
      system: [{ text: 'be brief' }],
      messages: [
        { role: 'user', content: [{ text: '.' }] },
        { role: 'assistant', content: [{ text: 'hello' }] },
        {
          role: 'user',
          content: [{ text: 'one' }, { text: 'two' }, { text: '<system>\nbe kind\n</system>' }],
        },
      ],
    })
    expect(lost).toEqual(['messages.system.position', 'messages'])
  })
  it('holds every result directly after its call, before anything else', () => {
    const { value, lost } = encode({
      messages: [
        user(text('hi')),
        said('assistant', text('I look'), call('a'), call('b', 'hear')),
        said('tool', result('b', 'boo')),
        user(text('and?')),
        said('tool', result('a', 'ah', true)),
      ],
    })
    expect(value['messages']).toEqual([
      { role: 'user', content: [{ text: 'hi' }] },
      {
        role: 'assistant',
        content: [
          { text: 'I look' },
          { toolUse: { toolUseId: 'a', name: 'look', input: { a: 1 } } },
          { toolUse: { toolUseId: 'b', name: 'hear', input: { a: 1 } } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'b', content: [{ text: 'boo' }] } },
          { toolResult: { toolUseId: 'a', content: [{ text: 'ah' }], status: 'error' } },
          { text: 'and?' },
        ],
      },
    ])
    expect(lost).toEqual([])
  })
  it('answers calls that nobody answered, and tells results that nobody asked for as content', () => {
    const { value, lost } = encode({
      messages: [user(text('hi')), said('assistant', call('a')), said('tool', result('z'))],
    })
    expect(JSON.stringify(value['messages'])).toContain('No result was given.')
    expect(JSON.stringify(value['messages'])).not.toContain('"z"')
    expect(lost).toEqual(['messages.tool-result', 'messages.tool-call'])
  })
  it('is never empty', () => {
    expect(encode({ messages: [said('system', text('x'))] }).value['messages']).toEqual([
      { role: 'user', content: [{ text: '.' }] },
    ])
  })
  it('does not end in white space where the assistant has the last word', () => {
    const { value } = encode({ messages: [user(text('hi')), said('assistant', text('well \n'))] })
    expect(value['messages']).toMatchObject([{}, { content: [{ text: 'well' }] }])
  })
})

describe('tools', () => {
  it('are told whenever a call or a result stands among the messages, by name at least', () => {
    expect(encode({ messages: answered }).value['toolConfig']).toEqual({
      tools: [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object', properties: {} } } } }],
    })
    expect(encode({}).value['toolConfig']).toBeUndefined()
  })
  it('are left out where none may be called, and stay with a word where some were', () => {
    const none = encode({ tools: [tool], toolChoice: 'none' })
    expect(none.value['toolConfig']).toBeUndefined()
    expect(none.lost).toEqual([])
    const some = encode({ tools: [tool], toolChoice: 'none', messages: answered })
    expect(some.value['toolConfig']).toMatchObject({ tools: [{ toolSpec: { name: 'look' } }] })
    expect(some.value['toolConfig']).not.toHaveProperty('toolChoice')
    expect(some.value['system']).toEqual([{ text: 'Call no tool now: answer in words.' }])
    expect(some.lost).toEqual(['toolChoice'])
  })
  it.each([
    [claude, { any: {} }, { tool: { name: 'look' } }, []],
    [nova, { any: {} }, { tool: { name: 'look' } }, []],
    [mistral, { any: {} }, { any: {} }, ['toolChoice']],
    [llama, undefined, undefined, ['toolChoice']],
  ] as const)('of %s are forced as far as it goes', (model, any, named, lost) => {
    const required = encode({ tools: [tool], toolChoice: 'required' }, model)
    expect((required.value['toolConfig'] as Json)['toolChoice']).toEqual(any)
    const one = encode({ tools: [tool], toolChoice: { name: 'look' } }, model)
    expect((one.value['toolConfig'] as Json)['toolChoice']).toEqual(named)
    expect(one.lost).toEqual(lost)
  })
  it('are not forced while Claude thinks by budget', () => {
    const { value, lost } = encode({ tools: [tool], toolChoice: 'required', reasoning: { budget: tokens(2000) } })
    expect(value['toolConfig']).not.toHaveProperty('toolChoice')
    expect(lost).toEqual(['toolChoice'])
  })
  it('have names and schemas that fit, and ids that Mistral takes', () => {
    const name = `${'x'.repeat(80)}.y`
    const { value } = encode({ tools: [{ ...tool, name }] })
    const spec = ((value['toolConfig'] as Json)['tools'] as readonly Json[])[0]?.['toolSpec'] as Json
    expect(spec['name']).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(spec['name']).toBe(bedrockConverse.toolName?.(name))
    const ids = JSON.stringify(encode({ messages: answered, tools: [tool] }, mistral).value).match(
      /"toolUseId":"[^"]*"/g,
    )
    expect(ids).toHaveLength(2)
    expect(ids?.[0]).toMatch(/"[a-zA-Z0-9]{9}"$/)
    expect(ids?.[1]).toBe(ids?.[0])
  })
  it('of Nova have bare schemas, and of all an object at the root', () => {
    const inputSchema = { $schema: 'x', type: 'object', title: 't', properties: { a: {} }, additionalProperties: false }
    const { value } = encode({ tools: [{ name: 'a', inputSchema }] }, nova)
    expect(value['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { inputSchema: { json: { type: 'object', properties: { a: {} } } } } }],
    })
    expect(JSON.stringify(value)).not.toContain('title')
    const choice = encode({
      tools: [{ name: 'a', inputSchema: { anyOf: [{ properties: { b: { type: 'string' } }, required: ['b'] }] } }],
    })
    expect(choice.lost).toEqual(['tools.inputSchema'])
    expect(JSON.stringify(choice.value)).toContain('"properties":{"b":{"type":"string"}},"required":["b"]')
  })
  it('are kept to one call at a time by Claude alone', () => {
    expect(encode({ tools: [tool], parallelToolCalls: false })).toMatchObject({
      value: { additionalModelRequestFields: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } } },
      lost: [],
    })
    expect(encode({ tools: [tool], parallelToolCalls: false }, nova).lost).toEqual(['parallelToolCalls'])
  })
  it('of Mistral take results as objects, and no status', () => {
    const messages = [...answered.slice(0, 2), said('tool', result('call_1', 'oh', true))]
    const { value, lost } = encode({ messages, tools: [tool] }, mistral)
    expect(JSON.stringify(value['messages'])).toContain('"content":[{"json":{"error":true}},{"json":{"result":"oh"}}]}')
    expect(lost).toEqual(['messages.tool-result.isError'])
  })
})

describe('media', () => {
  const image = (source: { readonly base64: string } | { readonly url: string }, mediaType = 'image/png'): Part => ({
    type: 'image',
    mediaType,
    source,
  })
  const blocks = (...parts: readonly Part[]) => {
    const { value, lost } = encode({ messages: [user(text('see'), ...parts)] })
    const [message] = value['messages'] as readonly { content: readonly unknown[] }[]
    return { content: message?.content.slice(1), lost }
  }
  it('is bytes or an address in S3', () => {
    expect(
      blocks(
        image({ base64: 'aGk=' }),
        image({ base64: '/9j/aaa' }, ''),
        image({ url: 'data:image/jpg;base64,eHk=' }, ''),
        image({ url: 's3://a/b.png' }),
        { type: 'file', mediaType: 'video/mp4', source: { base64: 'AAAA' } },
        { type: 'audio', mediaType: 'audio/mpeg', source: { base64: 'AAAA' } },
        { type: 'file', mediaType: 'application/pdf', source: { base64: 'JVBERi0' }, name: 'a report' },
        { type: 'file', mediaType: '', source: { text: 'plain' } },
      ),
    ).toEqual({
      content: [
        { image: { format: 'png', source: { bytes: 'aGk=' } } },
        { image: { format: 'jpeg', source: { bytes: '/9j/aaa' } } },
        { image: { format: 'jpeg', source: { bytes: 'eHk=' } } },
        { image: { format: 'png', source: { s3Location: { uri: 's3://a/b.png' } } } },
        { video: { format: 'mp4', source: { bytes: 'AAAA' } } },
        { audio: { format: 'mp3', source: { bytes: 'AAAA' } } },
        { document: { name: 'a report', format: 'pdf', source: { bytes: 'JVBERi0' } } },
        { document: { name: 'document', format: 'txt', source: { text: 'plain' } } },
      ],
      lost: [],
    })
  })
  it('of the web is told by its address, with a loss', () => {
    expect(blocks(image({ url: 'https://a.test/b.png' }))).toEqual({
      content: [{ text: '[image: https://a.test/b.png]' }],
      lost: ['messages.image'],
    })
    expect(blocks({ type: 'file', mediaType: '', source: { fileId: 'f' } })).toEqual({
      content: [],
      lost: ['messages.file'],
    })
  })
  it('has names that Bedrock takes, each once', () => {
    const file = (name: string): Part => ({ type: 'file', mediaType: 'application/pdf', source: { base64: 'a' }, name })
    const { content, lost } = blocks(file('a/b.pdf'), file('a b'), file('a  b'))
    expect(content).toMatchObject([
      { document: { name: 'a-b-pdf' } },
      { document: { name: 'a b' } },
      { document: { name: 'a b (2)' } },
    ])
    expect(lost).toEqual(['messages.file.name'])
  })
  it('that is a document stands beside text', () => {
    const { value, lost } = encode({
      messages: [user({ type: 'file', mediaType: 'text/csv', source: { base64: 'a' } })],
    })
    expect(value['messages']).toMatchObject([{ content: [{ text: '.' }, { document: { format: 'csv' } }] }])
    expect(lost).toEqual(['messages.file'])
  })
})

describe('thinking', () => {
  const fields = (more: Partial<ChatRequest>, model: string) => {
    const { value, lost } = encode(more, model)
    return { fields: value['additionalModelRequestFields'], config: value['outputConfig'], lost }
  }
  it.each([
    [claude, { budget: tokens(3000) }, { thinking: { type: 'enabled', budget_tokens: 3000 } }, undefined, []],
    [claude, { effort: 'medium' }, { thinking: { type: 'enabled', budget_tokens: 4096 } }, undefined, []],
    [claude, { effort: 'none' }, { thinking: { type: 'disabled' } }, undefined, []],
    [newest, { effort: 'xhigh' }, { thinking: { type: 'adaptive' } }, { effort: 'xhigh' }, []],
    [newest, { budget: tokens(9000) }, { thinking: { type: 'adaptive' } }, { effort: 'high' }, ['reasoning.budget']],
    [nova2, { effort: 'low' }, { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }, undefined, []],
    [nova2, { effort: 'none' }, { reasoningConfig: { type: 'disabled' } }, undefined, []],
    [oss, { effort: 'xhigh' }, { reasoning_effort: 'high' }, undefined, ['reasoning.effort']],
    [qwen, { effort: 'high' }, { reasoning_config: 'high' }, undefined, []],
    [nova, { effort: 'high' }, undefined, undefined, ['reasoning']],
    [llama, { effort: 'none' }, undefined, undefined, []],
    ['us.deepseek.r1-v1:0', { effort: 'none' }, undefined, undefined, ['reasoning.effort']],
  ] as const)('of %s is told in its words: %j', (model, reasoning, told, config, lost) => {
    expect(fields({ reasoning }, model)).toEqual({ fields: told, config, lost })
  })
  it('leaves room for the answer, or is left off', () => {
    const within = (most: number) =>
      encode({ reasoning: { budget: tokens(4000) }, limits: { stop: [], maxOutputTokens: tokens(most) } })
    expect(within(4000)).toMatchObject({
      value: {
        additionalModelRequestFields: { thinking: { budget_tokens: 3000 } },
        inferenceConfig: { maxTokens: 4000 },
      },
      lost: ['reasoning.budget'],
    })
    expect(within(1000).value).not.toHaveProperty('additionalModelRequestFields')
    expect(within(1000).lost).toEqual(['reasoning'])
  })
  it('is left off after calls whose reasoning was not given back', () => {
    const unsigned = encode({ messages: answered, tools: [tool], reasoning: { effort: 'low' } })
    expect(unsigned.lost).toEqual(['reasoning'])
    const signed = [
      user(text('hi')),
      said('assistant', { type: 'reasoning', text: 'hm', signature: 'EqoB' }, call('call_1')),
      said('tool', result('call_1')),
    ]
    expect(encode({ messages: signed, tools: [tool], reasoning: { effort: 'low' } }).lost).toEqual([])
  })
  it('takes no temperature beside it, and at its hardest Nova takes no length', () => {
    const sampling = { temperature: 0.5, topK: 5 }
    expect(encode({ reasoning: { effort: 'low' }, sampling }).lost).toEqual(['sampling.temperature', 'sampling.topK'])
    const limits = { stop: [], maxOutputTokens: tokens(900) }
    expect(encode({ reasoning: { effort: 'high' }, limits }, nova2)).toMatchObject({
      value: { inferenceConfig: { maxTokens: 900 } },
      lost: ['reasoning.effort'],
    })
    expect(encode({ reasoning: { effort: 'high' }, sampling: { temperature: 0.5 } }, nova2)).toMatchObject({
      lost: ['sampling.temperature'],
    })
  })
  it('of another provider is not given back', () => {
    const told = (part: Part, model = claude) =>
      encode({ messages: [user(text('a')), said('assistant', part, text('b'))] }, model)
    const foreign = told({ type: 'reasoning', text: 'hm', signature: 'gAAAAxyz' })
    expect(JSON.stringify(foreign.value)).not.toContain('reasoningContent')
    expect(foreign.lost).toEqual(['messages.reasoning'])
    expect(told({ type: 'reasoning', text: 'hm' }).lost).toEqual(['messages.reasoning'])
    const redacted = told({ type: 'reasoning', text: '', redacted: 'EtkE' })
    expect(JSON.stringify(redacted.value)).toContain(`{"redactedContent":"${btoa('EtkE')}"}`)
    expect(redacted.lost).toEqual([])
    expect(told({ type: 'reasoning', text: 'hm', signature: 'EqoB' }, llama).lost).toEqual(['messages.reasoning'])
  })
})

describe('other wishes', () => {
  it.each([
    [claude, { top_k: 5 }, []],
    [nova, { inferenceConfig: { topK: 5 } }, []],
    [cohere, { k: 5 }, []],
    [llama, undefined, ['sampling.topK']],
    [profile, undefined, ['sampling.topK']],
  ] as const)('of %s: top-k has its place', (model, fields, lost) => {
    const { value, lost: told } = encode({ sampling: { topK: 5 } }, model)
    expect(value['additionalModelRequestFields']).toEqual(fields)
    expect(told).toEqual(lost)
  })
  it('are named where Bedrock has no word for them', () => {
    const { value, lost } = encode({
      choices: 2,
      logprobs: 1,
      endUser: 'u',
      serviceTier: 'scale',
      sampling: { temperature: 1.5, seed: 1, frequencyPenalty: 1, presencePenalty: 0, logitBias: { 1: 2 } },
      metadata: { ok: 'yes', no: 'ümlaut' },
      limits: { stop: ['END', ' '], maxOutputTokens: tokens(0) },
      extensions: { 'openai-chat': { store: true } },
    })
    expect(value).toMatchObject({
      inferenceConfig: { temperature: 1, maxTokens: 1, stopSequences: ['END'] },
      requestMetadata: { ok: 'yes' },
    })
    expect(lost.toSorted()).toEqual(
      [
        'choices',
        'logprobs',
        'endUser',
        'store',
        'sampling.temperature',
        'sampling.seed',
        'sampling.frequencyPenalty',
        'sampling.logitBias',
        'limits.stop',
        'limits.maxOutputTokens',
        'metadata',
        'serviceTier',
      ].toSorted(),
    )
  })
  it('of Cohere: penalties and a seed are told', () => {
    const sampling = { seed: 1, frequencyPenalty: 0.5, presencePenalty: 0.5 }
    expect(encode({ sampling }, cohere)).toMatchObject({
      value: { additionalModelRequestFields: { seed: 1, frequency_penalty: 0.5, presence_penalty: 0.5 } },
      lost: [],
    })
  })
  it('have tiers in the words of Bedrock', () => {
    expect(encode({ serviceTier: 'flex' }).value['serviceTier']).toEqual({ type: 'flex' })
    expect(encode({ serviceTier: 'standard_only' }).value['serviceTier']).toEqual({ type: 'default' })
    expect(encode({ serviceTier: 'auto' })).toMatchObject({ lost: [] })
  })
  it('for a cache are told where the model has one', () => {
    const messages = [user({ type: 'text', text: 'long', cache: { ttl: '1h' } })]
    const point = (model: string) => encode({ messages, tools: [{ ...tool, cache: {} }] }, model)
    expect(point(claude).value).toMatchObject({
      messages: [{ content: [{ text: 'long' }, { cachePoint: { type: 'default', ttl: '1h' } }] }],
      toolConfig: { tools: [{}, { cachePoint: { type: 'default' } }] },
    })
    expect(point(nova)).toMatchObject({
      value: { messages: [{ content: [{ text: 'long' }, { cachePoint: { type: 'default' } }] }] },
      lost: ['tools.cache'],
    })
    expect(point(llama).lost.toSorted()).toEqual(['messages.cache', 'tools.cache'])
  })
})

describe('an answer in JSON', () => {
  const schema = { type: 'object', properties: { a: { type: 'number', minimum: 1 } }, required: ['a'] }
  const output = { type: 'json', schema, name: 'thing' } as const
  it('is held to its schema where the model can be', () => {
    const { value, lost } = encode({ output })
    const config = value['outputConfig'] as {
      textFormat: { structure: { jsonSchema: { schema: string; name: string } } }
    }
    const { jsonSchema } = config.textFormat.structure
    expect(jsonSchema.name).toBe('thing')
    expect(JSON.parse(jsonSchema.schema)).toEqual({
      type: 'object',
      properties: { a: { type: 'number', description: '{minimum: 1}' } },
      required: ['a'],
      additionalProperties: false,
    })
    expect(lost).toEqual(['output.schema'])
  })
  it('is the input of a tool where it cannot, and words where no tool can be forced', () => {
    const { value } = encode({ output }, nova)
    expect(value['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { name: 'signalbox_json_answer' } }],
      toolChoice: { tool: { name: 'signalbox_json_answer' } },
    })
    const told = encode({ output }, llama)
    expect(JSON.stringify(told.value['system'])).toContain('It must match this JSON Schema')
    expect(told.lost).toEqual(['output'])
    expect(encode({ output: { type: 'json' } }).lost).toEqual(['output'])
  })
  it('told through that tool is read as text that ended well', () => {
    const body = {
      output: {
        message: { content: [{ toolUse: { toolUseId: 't', name: 'signalbox_json_answer', input: { a: 1 } } }] },
      },
      stopReason: 'tool_use',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    }
    expect(bedrockConverse.decodeAnswer(body)).toMatchObject([
      { type: 'response-start' },
      { type: 'text-start' },
      { type: 'text-delta', text: '{"a":1}' },
      { type: 'text-end' },
      { type: 'choice-end', reason: 'stop' },
      { type: 'usage' },
      { type: 'response-end' },
    ])
    const decoder = bedrockConverse.decodeStream()
    const frame = (event: string, value: Json) => decoder.push({ event, data: JSON.stringify(value) })
    const events = [
      ...frame('messageStart', {}),
      ...frame('contentBlockStart', { contentBlockIndex: 0, start: body.output.message.content[0] ?? {} }),
      ...frame('contentBlockDelta', { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":1}' } } }),
      ...frame('messageStop', { stopReason: 'tool_use' }),
      ...frame('metadata', { usage: body.usage }),
    ]
    expect(events.map(({ type }) => type)).toContain('text-delta')
    expect(events).toContainEqual({ type: 'choice-end', reason: 'stop', raw: 'end_turn' })
  })
})

describe('a client of this dialect whose pool chose another model', () => {
  const body = {
    messages: [{ role: 'user', content: [{ text: 'hi' }, { cachePoint: { type: 'default' } }] }],
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2000 }, top_k: 5, own: 1 },
    inferenceConfig: { maxTokens: 4000 },
    novel: true,
  }
  const askedFor = (target: string): ChatRequest => {
    const address = { model: target, stream: false }
    const read = bedrockConverse.decodeRequest(body, address)
    if (!read.ok) throw new Error(read.why)
    const bytes = new TextEncoder().encode(JSON.stringify(body))
    return requestOf({ ...read.value, raw: { dialect: bedrockConverse.id, bytes, json: body, address } })
  }
  it('is not sent what it refuses, and the rest stays', () => {
    const fit = bedrockConverse.express.fit?.(askedFor('pool'), llama)
    expect(fit?.edits).toEqual({
      messages: [{ role: 'user', content: [{ text: 'hi' }] }],
      additionalModelRequestFields: { own: 1 },
    })
    expect(fit?.losses.map(({ field }) => field).toSorted()).toEqual(['messages.cache', 'reasoning', 'sampling.topK'])
    const toNova = bedrockConverse.express.fit?.(askedFor('pool'), nova2)
    expect(toNova?.edits).toEqual({
      additionalModelRequestFields: {
        own: 1,
        reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
        inferenceConfig: { topK: 5 },
      },
    })
  })
  it('is sent what it wrote where it chose the model', () => {
    expect(bedrockConverse.express.fit?.(askedFor(claude), claude)).toEqual({ edits: {}, losses: [] })
    expect(bedrockConverse.encodeRequest(askedFor(claude), claude).value).toEqual(body)
  })
  it('gives reasoning back that another provider wrote, and it is left out', () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'hm', signature: 'gAAAAxyz' } } },
      { reasoningContent: { redactedContent: btoa('gAAAAxyz') } },
      { text: 'said' },
    ]
    const json = { messages: [{ role: 'assistant', content }] }
    const bytes = new TextEncoder().encode(JSON.stringify(json))
    const edited = bedrockConverse.express.editRequest({ dialect: bedrockConverse.id, bytes, json }, 'm')
    expect(new TextDecoder().decode(edited as Uint8Array)).toBe(
      '{"messages":[{"role":"assistant","content":[{"text":"said"}]}]}',
    )
  })
})

describe('whatever is asked of whatever model', () => {
  it('is a body that keeps the rules: turns alternate, begin with the user, and hold calls with results and tools', () => {
    const id = fc.constantFrom('a', 'b', 'c.d:e', 'x'.repeat(90), '')
    const part: fc.Arbitrary<Part> = fc.oneof(
      fc.string({ maxLength: 3 }).map(text),
      id.map(one => call(one)),
      id.map(one => result(one)),
      fc.constant<Part>({ type: 'reasoning', text: 'hm', signature: 'EqoB' }),
      fc.constant<Part>({ type: 'file', mediaType: 'application/pdf', source: { base64: 'a' } }),
    )
    const role = fc.constantFrom('system' as const, 'user' as const, 'assistant' as const, 'tool' as const)
    const message = fc.record({ role, parts: fc.array(part, { maxLength: 4 }) })
    const model = fc.constantFrom(claude, newest, nova, mistral, llama, oss, profile)
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), model, (messages, name) => {
        const { value } = encode({ messages }, name)
        const turns = value['messages'] as readonly { role: string; content: readonly Json[] }[]
        expect(turns[0]?.role).toBe('user')
        const ids = new Set<unknown>()
        for (const [place, { role: whose, content }] of turns.entries()) {
          expect(whose).toBe(place % 2 === 0 ? 'user' : 'assistant')
          expect(content.length).toBeGreaterThan(0)
          const calls = content.flatMap(block => ('toolUse' in block ? [(block['toolUse'] as Json)['toolUseId']] : []))
          const next = turns[place + 1]?.content ?? []
          const results = next.flatMap(block =>
            'toolResult' in block ? [(block['toolResult'] as Json)['toolUseId']] : [],
          )
          if (calls.length > 0) expect(results.toSorted()).toEqual(calls.toSorted())
          for (const one of calls) {
            expect(one).toMatch(name === mistral ? /^[a-zA-Z0-9]{9}$/ : /^[a-zA-Z0-9_-]{1,64}$/)
            expect(ids.has(one)).toBe(false)
            ids.add(one)
          }
          for (const block of content) if ('text' in block) expect(String(block['text']).trim()).not.toBe('')
        }
        expect(value['toolConfig'] !== undefined).toBe(ids.size > 0)
      }),
      { numRuns: 300 },
    )
  })
})

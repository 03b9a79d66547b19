/** Whatever a client asks in one dialect, the provider of the other would take what arrives of it, as the recorded world reads its rules. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/index.ts'
import { openaiChat } from '../../src/dialects/openai-chat/index.ts'
import type { WorldModel } from '../../src/world/models.ts'
import { openaiFlavour } from '../../src/world/openai-flavours.ts'
import { understandChat } from '../../src/world/openai-request.ts'
import { complaintOf } from '../anthropic-complaints.ts'
import { chatExchanges } from '../chat-recordings.ts'
import { recordings } from '../recordings.ts'
import { rawOf, requestOf } from '../fake-dialect.ts'
import { hasShared } from '../shared.ts'

type Json = Readonly<Record<string, unknown>>

const names = [
  'claude-3-haiku-20240307',
  'claude-3-5-sonnet-20241022',
  'claude-sonnet-4-5',
  'claude-opus-4-6',
  'claude-sonnet-5',
]
const longest = [4096, 8192, 64_000, 128_000, 128_000]
const models: readonly WorldModel[] = names.map((id, at) => ({
  id,
  provider: 'anthropic',
  aliases: [],
  price: { input: 1, output: 1 },
  contextWindow: 1e9,
  maxOutput: longest[at] ?? 0,
  firstToken: 1,
  perSecond: 1,
}))

const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const expectAccepted = (body: Json, model: string): void => {
  const read = openaiChat.decodeRequest(body)
  if (!read.ok) return
  const { value } = anthropicMessages.encodeRequest(
    requestOf({ ...read.value, raw: rawOf(openaiChat.id, body) }),
    model,
  )
  // The recordings hold long data in a shortened form, which is no base64 any more.
  const short: Json = JSON.parse(JSON.stringify(value).replaceAll(/"data":"[^"]*"/g, '"data":"AAAA"'))
  expect(complaintOf(short, models)).toBeUndefined()
}

const text = fc.oneof(fc.constantFrom('', ' ', '\n', 'hi', 'a b '), fc.string({ unit: 'grapheme', maxLength: 12 }))
const id = fc.constantFrom('a', 'b', 'call.1', 'functions.f:0', 'c d')
const call = fc.record({
  id,
  type: fc.constant('function'),
  function: fc.record({
    name: fc.constantFrom('f', 'g'),
    arguments: fc.constantFrom('', '{}', '{"a":1}', '[1]', '{"a"'),
  }),
})
const part = fc.oneof(
  fc.record({ type: fc.constant('text'), text }),
  fc.constantFrom(
    { type: 'image_url', image_url: { url: 'https://a.test/i.png' } },
    { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
    { type: 'file', file: { file_id: 'file-1' } },
  ),
)
const content = fc.oneof(text, fc.array(part, { maxLength: 3 }))
const message = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'developer', 'user'), content }),
  fc.record({ role: fc.constant('assistant'), content: fc.oneof(text, fc.constant(null)) }),
  fc.record({
    role: fc.constant('assistant'),
    content: fc.oneof(text, fc.constant(null)),
    tool_calls: fc.array(call, { maxLength: 3 }),
  }),
  fc.record({ role: fc.constant('tool'), tool_call_id: id, content: text }),
)
const tools = ['f', 'g'].map(name => ({ type: 'function', function: { name, parameters: { type: 'object' } } }))
const schema = { type: 'object', properties: { a: { type: 'integer', minimum: 1 } } }
const anyBody: fc.Arbitrary<Json> = fc.record(
  {
    model: fc.constant('pool'),
    messages: fc.array(message, { minLength: 1, maxLength: 8 }),
    tools: fc.constantFrom(undefined, tools),
    tool_choice: fc.constantFrom('auto', 'none', 'required', { type: 'function', function: { name: 'f' } }),
    parallel_tool_calls: fc.boolean(),
    max_completion_tokens: fc.integer({ min: 1, max: 200_000 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    stop: fc.array(text, { maxLength: 3 }),
    reasoning_effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
    response_format: fc.constantFrom(
      { type: 'text' },
      { type: 'json_object' },
      { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } },
      { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'array' } } },
    ),
    stream: fc.boolean(),
  },
  { requiredKeys: ['model', 'messages'] },
)

describe('what arrives at Anthropic', () => {
  it('is taken, whatever was asked', () => {
    fc.assert(
      fc.property(anyBody, fc.constantFrom(...names), (body, model) => expectAccepted(body, model)),
      { numRuns: 1500 },
    )
  })
  it.skipIf(!hasShared)('is taken of every recorded request', () => {
    const bodies = chatExchanges.map(({ request }) => request.body).filter(isRecord)
    expect(bodies.length).toBeGreaterThan(300)
    for (const body of bodies) for (const model of names) expectAccepted(body, model)
  })
})

describe('what arrives at OpenAI', () => {
  const model: WorldModel = { ...models[0]!, id: 'gpt-4o', provider: openaiFlavour.provider, maxOutput: 1e6 }
  it.skipIf(!hasShared)('is taken of every recorded request', () => {
    const bodies = [...recordings()]
      .filter(({ provider, surface }) => provider === 'anthropic' && surface === 'messages')
      .map(({ request }) => request.body)
      .filter(isRecord)
    expect(bodies.length).toBeGreaterThan(150)
    for (const body of bodies) {
      const read = anthropicMessages.decodeRequest(body)
      if (!read.ok) throw new Error(read.why)
      const request = requestOf({ ...read.value, raw: rawOf(anthropicMessages.id, body) })
      const sent = JSON.parse(JSON.stringify(openaiChat.encodeRequest(request, model.id).value)) as Json
      const understood = understandChat(sent, [model], openaiFlavour)
      expect(!understood.ok && 'complaint' in understood ? understood.complaint.message : undefined).toBeUndefined()
    }
  })
})

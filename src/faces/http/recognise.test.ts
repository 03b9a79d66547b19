/** The dialect of a body that comes without one is told by what only that dialect says. */
import { describe, expect, it } from 'vitest'
import { openFace } from '../../../test/http-face.ts'
import { doorOf, recognise } from './recognise.ts'

type Json = Readonly<Record<string, unknown>>

const user = (content: unknown): Json => ({ role: 'user', content })
const [hi, url] = [user('hi'), { type: 'image_url', image_url: { url: 'https://a/b.png' } }]
const tool = { type: 'object', properties: {} }
const thought = { type: 'enabled', token_budget: 100 }

const bodies: readonly (readonly [dialect: string, body: Json])[] = [
  ['openai-chat', { messages: [hi] }],
  ['openai-chat', { messages: [user([{ type: 'text', text: 'hi' }, url])], tools: [{ type: 'function' }] }],
  ['openai-chat', { messages: [hi, { role: 'assistant', content: null, tool_calls: [] }], stop: ['x'] }],
  ['openai-responses', { input: 'hi' }],
  ['openai-responses', { input: [hi], instructions: 'be brief' }],
  ['openai-completions', { prompt: 'once' }],
  ['anthropic-messages', { messages: [hi], system: 'be brief' }],
  ['anthropic-messages', { messages: [hi], system: [{ type: 'text', text: 'be brief' }] }],
  ['anthropic-messages', { messages: [hi], stop_sequences: ['x'] }],
  ['anthropic-messages', { messages: [hi], thinking: { type: 'enabled', budget_tokens: 1024 } }],
  ['anthropic-messages', { messages: [hi], tools: [{ name: 'a', input_schema: tool }] }],
  ['anthropic-messages', { messages: [user([{ type: 'image', source: { type: 'url', url: 'https://a' } }])] }],
  ['anthropic-messages', { messages: [user([{ type: 'tool_result', tool_use_id: 'a' }])] }],
  ['gemini', { contents: [{ parts: [{ text: 'hi' }] }] }],
  ['gemini', { contents: 'hi', system_instruction: 'be brief' }],
  ['bedrock-converse', { messages: [user([{ text: 'hi' }])] }],
  ['bedrock-converse', { messages: [], system: [{ text: 'be brief' }], inferenceConfig: { maxTokens: 5 } }],
  ['cohere-chat', { messages: [hi], documents: ['a'] }],
  ['cohere-chat', { messages: [hi], p: 0.5, k: 3 }],
  ['cohere-chat', { messages: [hi], thinking: thought }],
  ['cohere-chat', { messages: [hi, { role: 'assistant', tool_plan: 'first this' }] }],
  ['cohere-chat', { messages: [{ role: 'tool', content: [{ type: 'document', document: { data: 'a' } }] }] }],
]
const dialectOf = (body: Json, headers = {}): string => recognise(headers, Buffer.from(JSON.stringify(body))).dialect.id

describe('a body without a path of its own', () => {
  it.each(bodies)('is taken for %s: %j', (dialect, body) => expect(dialectOf(body)).toBe(dialect))
  it('is Anthropic’s where a header says so', () => {
    expect(dialectOf({ messages: [hi] }, { 'anthropic-version': '2023-06-01' })).toBe('anthropic-messages')
  })
  it('is OpenAI’s to complain about where it is no object', () => {
    expect(recognise({}, Buffer.from('[')).dialect.id).toBe('openai-chat')
  })
  it.each([
    { model: 'support', messages: [hi] },
    { model: 'support', input: 'hi' },
    { model: 'support', prompt: 'once' },
    { model: 'support', messages: [hi], system: 'be brief' },
    { model: 'support', contents: [{ parts: [{ text: 'hi' }] }] },
    { modelId: 'support', messages: [user([{ text: 'hi' }])] },
    { model: 'support', messages: [hi], documents: ['a'] },
  ])('is decided for, and nobody is called: %j', async body => {
    using open = await openFace()
    const response = await open.post('/v1/route', body)
    expect(await response.json()).toMatchObject({ object: 'signalbox.decision' })
    expect(response.status).toBe(200)
    expect(open.gateway.calls).toHaveLength(0)
  })
  it('is refused in its own words', async () => {
    using open = await openFace()
    const google = await open.post('/v1/route', { model: 'nobody', contents: [{ parts: [{ text: 'hi' }] }] })
    expect(await google.json()).toMatchObject({ error: { status: 'NOT_FOUND' } })
  })
})

describe('a body that is only looked at', () => {
  it('is decided as at the path where it would come in', () => {
    const told = new Set(bodies.map(([dialect]) => doorOf(dialect, { target: 'support', stream: true })))
    expect(told).toEqual(
      new Set([
        '/v1/chat/completions',
        '/v1/responses',
        '/v1/completions',
        '/v1/messages',
        '/v1beta/models/support:streamGenerateContent',
        '/model/support/converse-stream',
        '/v2/chat',
      ]),
    )
    expect(doorOf('gemini', { target: 'support', stream: false })).toBe('/v1beta/models/support:generateContent')
    expect(doorOf('constructor', { target: 'support', stream: false })).toBeUndefined()
  })
})

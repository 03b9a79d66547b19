/** What one side says and the other cannot is told as a loss by name; all else crosses. */
import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../domain/request.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { Dialect } from '../../ports/dialect.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { openaiChat } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const crossed = (from: Dialect, to: Dialect, body: Json) => {
  const read = from.decodeRequest(body)
  if (!read.ok) throw new Error(read.why)
  const { value, losses } = to.encodeRequest({ ...read.value } as ChatRequest, 'served')
  return { value, losses: losses.map(({ field }) => field).toSorted() }
}
const context = { id: 'req_1', model: 'asked-for', now: 1 as Instant, streamUsage: true }

describe("a request in Anthropic's words", () => {
  it('reaches OpenAI with its system prompt, images, calls and results', () => {
    const { value, losses } = crossed(anthropicMessages, openaiChat, {
      model: 'claude',
      max_tokens: 50,
      system: 'Be brief.',
      stop_sequences: ['END'],
      temperature: 0.5,
      tools: [{ name: 'look', description: 'Looks.', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 1 } }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: 'a cat' },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
    })
    expect(losses).toEqual([])
    expect(value).toEqual({
      model: 'served',
      max_tokens: 50,
      stop: ['END'],
      temperature: 0.5,
      tools: [{ type: 'function', function: { name: 'look', description: 'Looks.', parameters: { type: 'object' } } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }],
        },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'a cat' },
        { role: 'user', content: 'And?' },
      ],
    })
  })
  it('loses by name what OpenAI has no word for', () => {
    const { losses } = crossed(anthropicMessages, openaiChat, {
      model: 'claude',
      max_tokens: 50,
      top_k: 5,
      container: 'c',
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'text', text: 'yo' },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'x', is_error: true }] },
      ],
    })
    expect(losses).toEqual([
      'container',
      'messages.cache',
      'messages.reasoning',
      'messages.tool-result.isError',
      'sampling.topK',
      'tools.web_search_20250305',
    ])
  })
})

describe("a request in OpenAI's words", () => {
  it('loses by name what Anthropic has no word for, and no mark of a form is among it', () => {
    const { losses } = crossed(openaiChat, anthropicMessages, {
      model: 'gpt',
      n: 2,
      logit_bias: { '1': 5 },
      prediction: { type: 'content', content: 'x' },
      functions: [{ name: 'look', parameters: { type: 'object' } }],
      function_call: 'auto',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{}' } },
        { role: 'function', name: 'look', content: 'a cat' },
      ],
    })
    expect(losses).toEqual(expect.arrayContaining(['choices', 'prediction', 'sampling.logitBias']))
    expect(losses.join()).not.toMatch(/function|role/)
  })
})

describe('an answer of Anthropic', () => {
  const events: readonly StreamEvent[] = [
    { type: 'response-start', model: 'claude' },
    { type: 'text-start', block: 0 },
    { type: 'text-delta', block: 0, text: 'hi' },
    { type: 'text-end', block: 0, extensions: { 'anthropic-messages': { citations: [{}] } } },
    { type: 'opaque', block: 1, dialect: anthropicMessages.id, kind: 'server_tool_use', value: {} },
    { type: 'choice-end', reason: 'stop', raw: 'end_turn' },
    { type: 'response-end' },
  ]
  it('loses by name what OpenAI has no place for, whole and streamed', () => {
    const encoder = openaiChat.encodeStream(context)
    for (const event of events) encoder.push(event)
    const whole = openaiChat.encodeAnswer(events, context).losses
    expect(encoder.losses()).toEqual(whole)
    expect(whole.map(({ field }) => field)).toEqual(['content.citations', 'content.server_tool_use'])
  })
})

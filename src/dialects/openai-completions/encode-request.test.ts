/** Prompts as others take them, conversations as one text, and what is named on the way. */
import { describe, expect, it } from 'vitest'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import type { Message, Part } from '../../domain/message.ts'
import type { ChatRequest } from '../../domain/request.ts'
import { tokens } from '../../domain/units.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { cohereChat } from '../cohere-chat/index.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { openaiCompletions } from './index.ts'

const encode = (changes: Partial<ChatRequest>) => {
  const { value, losses } = openaiCompletions.encodeRequest(requestOf(changes), 'babbage-002')
  return { value, lost: losses.map(({ field }) => field).toSorted() }
}
const limits = { maxOutputTokens: tokens(50), stop: [] }
const say = (role: Message['role'], ...texts: readonly string[]): Message => ({
  role,
  parts: texts.map(text => ({ type: 'text', text })),
})
const decoded = (body: Record<string, unknown>): ChatRequest => {
  const read = openaiCompletions.decodeRequest(body)
  if (!read.ok) throw new Error(read.why)
  return requestOf({ ...read.value, raw: rawOf(openaiCompletions.id, body) })
}
const body = { model: 'pool', prompt: 'Once upon a time' }

describe('a prompt', () => {
  it('is what the user says, of sixteen tokens unless more are asked for', () => {
    expect(decoded(body)).toMatchObject({
      target: 'pool',
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Once upon a time' }] }],
      limits: { maxOutputTokens: 16, stop: [] },
      choices: 1,
    })
    expect(decoded({ ...body, prompt: ['Once'] }).messages).toEqual([say('user', 'Once')])
    expect(decoded({ ...body, max_tokens: 4 }).limits.maxOutputTokens).toBe(4)
  })
  it('goes to others with that length, and to its own without one that nobody gave', () => {
    for (const dialect of [openaiChat, anthropicMessages, cohereChat]) {
      const { value, losses } = dialect.encodeRequest(decoded(body), 'some-model')
      expect(value).toMatchObject({ max_tokens: 16, messages: [{ role: 'user', content: 'Once upon a time' }] })
      expect(losses).toEqual([])
    }
    expect(openaiCompletions.encodeRequest(decoded(body), 'm').value).toEqual({
      model: 'm',
      prompt: 'Once upon a time',
    })
  })
  it('of several texts, or of tokens, stays whole, is answered each time, and can go to no chat', () => {
    for (const [prompt, answers] of [
      [['a', 'b', 'c'], 6],
      [[1, 2, 3], 2],
      [[[1], [2, 3]], 4],
    ] as const) {
      const request = decoded({ ...body, prompt, n: 2 })
      expect(request.choices).toBe(answers)
      expect(request.messages[0]?.parts).toMatchObject([{ type: 'opaque', kind: 'prompt', isEssential: true }])
      const { value, losses } = openaiCompletions.encodeRequest(request, 'm')
      expect(value).toMatchObject({ prompt, n: 2 })
      expect(losses).toEqual([])
      for (const dialect of [openaiChat, anthropicMessages, cohereChat]) {
        const fields = dialect.encodeRequest(request, 'some-model').losses.map(({ field }) => field)
        expect(fields).toContain('messages.prompt')
      }
    }
  })
  it('brings along what only completions can do, and chats name it', () => {
    const asked = { ...body, suffix: 'end', echo: true, best_of: 3, logprobs: 2, logit_bias: { 5: -100 }, user: 'u' }
    expect(openaiCompletions.encodeRequest(decoded(asked), 'm').value).toEqual({ ...asked, model: 'm' })
    const { value, losses } = openaiChat.encodeRequest(decoded(asked), 'gpt-4o')
    expect(value).toMatchObject({ logprobs: true, top_logprobs: 2, logit_bias: { 5: -100 }, user: 'u' })
    expect(losses.map(({ field }) => field).toSorted()).toEqual(['best_of', 'echo', 'suffix'])
    const idle = { ...body, suffix: null, echo: false, best_of: 1 }
    expect(openaiChat.encodeRequest(decoded(idle), 'gpt-4o').losses).toEqual([])
  })
  it.each([
    [{ ...body, model: undefined }, 'model'],
    [{ ...body, prompt: 5 }, 'prompt'],
    [{ ...body, prompt: [] }, 'prompt'],
    [{ ...body, prompt: ['a', 1] }, 'prompt'],
    [{ ...body, max_tokens: -1 }, 'max_tokens'],
    [{ ...body, logprobs: true }, 'logprobs'],
    [{ ...body, stop: [1] }, 'stop[0]'],
    [{ ...body, logit_bias: { a: 'b' } }, 'logit_bias.a'],
    [{ ...body, suffix: 3 }, 'suffix'],
    [{ ...body, stream_options: { include_usage: 1 } }, 'stream_options.include_usage'],
  ])('that is wrong is refused with its place: %j', (wrong, at) => {
    expect(openaiCompletions.decodeRequest(wrong)).toMatchObject({ ok: false, at })
  })
})

describe('a conversation', () => {
  it('of one message is that text', () => {
    expect(encode({ limits, messages: [say('user', 'hello')] })).toEqual({
      value: { model: 'babbage-002', prompt: 'hello', max_tokens: 50 },
      lost: [],
    })
  })
  it('with instructions has them above the text', () => {
    const { value, lost } = encode({ limits, messages: [say('system', 'be brief'), say('user', 'hello')] })
    expect(value['prompt']).toBe('be brief\n\nhello')
    expect(lost).toEqual(['messages.role'])
  })
  it('of several turns is a transcript that ends where the assistant speaks, and stops where the user would', () => {
    const messages = [say('system', 'be brief'), say('user', 'hello'), say('assistant', 'hi'), say('user', 'well?')]
    const { value, lost } = encode({ limits, messages })
    expect(value['prompt']).toBe('System: be brief\n\nUser: hello\n\nAssistant: hi\n\nUser: well?\n\nAssistant:')
    expect(value['stop']).toEqual(['\nUser:'])
    expect(lost).toEqual(['messages.role'])
    const begun = encode({ limits, messages: [say('user', 'hello'), say('assistant', 'I')] })
    expect(begun.value['prompt']).toBe('User: hello\n\nAssistant: I')
  })
  it('tells calls and results in words, and names them', () => {
    const call: Part = { type: 'tool-call', callId: 'c', name: 'look', input: '{"at":1}' }
    const result: Part = { type: 'tool-result', callId: 'c', output: [{ type: 'text', text: 'seen' }], isError: false }
    const { value, lost } = encode({
      limits,
      tools: [{ name: 'look' }],
      toolChoice: 'required',
      messages: [say('user', 'go'), { role: 'assistant', parts: [call] }, { role: 'tool', parts: [result] }],
    })
    expect(value['prompt']).toContain('Assistant: Called look with {"at":1}\n\nTool: Result of the call: seen')
    expect(lost).toEqual(['messages.role', 'messages.tool-call', 'messages.tool-result', 'toolChoice', 'tools'])
  })
  it('names what cannot be said', () => {
    const parts: readonly Part[] = [
      { type: 'text', text: 'look' },
      { type: 'image', mediaType: 'image/png', source: { base64: 'AAAA' } },
      { type: 'reasoning', text: 'hm' },
      { type: 'file', mediaType: 'text/plain', source: { base64: btoa('words') } },
    ]
    const { value, lost } = encode({
      limits: { ...limits, stop: ['a', 'b', 'c', 'd', 'e'] },
      messages: [{ role: 'user', parts }],
      output: { type: 'json' },
      reasoning: { effort: 'high' },
      metadata: { a: 'b' },
      serviceTier: 'priority',
      logprobs: 9,
      sampling: { topK: 4 },
    })
    expect(value).toMatchObject({ prompt: 'look\nwords', stop: ['a', 'b', 'c', 'd'], logprobs: 5 })
    expect(lost).toEqual(
      [
        'limits.stop',
        'logprobs',
        'messages.image',
        'messages.reasoning',
        'metadata',
        'output',
        'reasoning',
        'sampling.topK',
        'serviceTier',
      ].toSorted(),
    )
  })
  it('without a length gets one, for sixteen tokens are no answer', () => {
    expect(encode({})).toMatchObject({ value: { max_tokens: 1024 }, lost: ['limits.maxOutputTokens'] })
  })
  it('that streams asks for usage', () => {
    expect(encode({ limits, stream: true }).value).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    })
  })
})

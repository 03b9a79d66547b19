/** What is a number of tokens, and what is none. */
import { describe, expect, it } from 'vitest'
import { dialects } from './registry.ts'
import { tokenCount } from './token-count.ts'

describe('a number of tokens', () => {
  it.each([
    [0, 0],
    [12, 12],
    [5.6, 6],
    ['12', 12],
    [1e9, 1e9],
  ])('is %j', (value, count) => expect(tokenCount(value)).toBe(count))
  it.each([-1, '-1', '1.5', '', 'x', 1e300, '99999999999', Infinity, NaN, null, undefined, true, [1]])(
    'is not %j',
    value => expect(tokenCount(value)).toBeUndefined(),
  )
})

const named = (id: string) => [...dialects.values()].find(dialect => dialect.id === id)!
const [openaiChat, anthropicMessages] = [named('openai-chat'), named('anthropic-messages')]
const usageOf = (answer: unknown, dialect: typeof openaiChat) => {
  const bytes = new TextEncoder().encode(JSON.stringify(answer))
  const events = dialect.decodeAnswer(answer)
  const told = events.find(event => event.type === 'usage')
  return {
    translated: told?.type === 'usage' ? told.usage : undefined,
    express: dialect.express.scanAnswer(bytes).usage,
  }
}
const chat = (usage: unknown) => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'hi', refusal: null }, logprobs: null, finish_reason: 'stop' },
  ],
  usage,
})
const message = (usage: unknown) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
})

describe('usage in either lane', () => {
  it('told by its digits counts, and is told on as numbers', () => {
    const digits = { prompt_tokens: '10', completion_tokens: '5', total_tokens: '15' }
    const { translated, express } = usageOf(chat(digits), openaiChat)
    expect(translated).toMatchObject({ input: 10, output: 5 })
    expect(express).toEqual(translated)
    const passed = openaiChat.express.scanAnswer(new TextEncoder().encode(JSON.stringify(chat(digits)))).bytes
    expect(JSON.parse(new TextDecoder().decode(passed))).toMatchObject({
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    })
    const { translated: theirs } = usageOf(message({ input_tokens: '3', output_tokens: '2' }), anthropicMessages)
    expect(theirs).toMatchObject({ input: 3, output: 2 })
  })
  it('that makes no sense is no usage, so that an estimate stands in for it', () => {
    for (const count of [-1, 1e300, 'x']) {
      const chatted = { prompt_tokens: count, completion_tokens: count, total_tokens: count }
      expect(usageOf(chat(chatted), openaiChat)).toEqual({ translated: undefined, express: undefined })
      const told = { input_tokens: count, output_tokens: count }
      expect(usageOf(message(told), anthropicMessages)).toEqual({ translated: undefined, express: undefined })
    }
  })
})

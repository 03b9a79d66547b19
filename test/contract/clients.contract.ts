/** What the official clients get, base URL alone changed, whole and streamed, from models of both dialects: whatever the upstream is. */
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

export const weather = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const person = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
}
/** The smallest PNG there is: one transparent pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

/** What the upstream has to say: to a greeting, about the weather, after both tools' results, to a schema, to an image. */
export const lines = {
  greeting: 'Hello from the far end of the wire.',
  cities: [{ city: 'Paris' }, { city: 'Rome' }],
  results: 'Sunny in Paris, rain in Rome.',
  person: { name: 'Ada', age: 36 },
  image: 'I see 1 image',
}

/** A gateway with the pools `speaks-openai` and `speaks-anthropic`, whose models call themselves gpt-4o-mini… and claude-3-haiku…. */
export interface Clients {
  readonly openai: OpenAI
  readonly anthropic: Anthropic
  close(): Promise<void>
}

export const pools = ['speaks-openai', 'speaks-anthropic'] as const
const modes = ['whole', 'streamed'] as const
const ways = pools.flatMap(pool => modes.map(mode => [pool, mode] as const))

/** The suite, with a gateway of its own that is opened for it. */
export const officialClients = (open: () => Promise<Clients>): void => {
  let house: Clients
  beforeAll(async () => {
    house = await open()
  })
  afterAll(async () => house.close())

  /** What a chat came to, whichever way it was asked. */
  const chat = async (
    body: Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream'>,
    mode: (typeof modes)[number],
  ): Promise<OpenAI.ChatCompletion> =>
    mode === 'whole'
      ? house.openai.chat.completions.create(body)
      : house.openai.chat.completions
          .stream({ ...body, stream: true, stream_options: { include_usage: true } })
          .finalChatCompletion()

  const messages = async (
    body: Omit<Anthropic.MessageCreateParamsNonStreaming, 'stream'>,
    mode: (typeof modes)[number],
  ): Promise<Anthropic.Message> =>
    mode === 'whole'
      ? house.anthropic.messages.create({ ...body, stream: false })
      : house.anthropic.messages.stream(body).finalMessage()

  describe.each(ways)('the openai client, pool %s, %s', (pool, mode) => {
    it('gets text, usage, finish reason and who served', async () => {
      const answer = await chat({ model: pool, messages: [{ role: 'user', content: 'Hi' }] }, mode)
      expect(answer.choices[0]?.message.content).toBe(lines.greeting)
      expect(answer.choices[0]?.finish_reason).toBe('stop')
      expect(answer.usage?.prompt_tokens).toBeGreaterThan(0)
      expect(answer.usage?.completion_tokens).toBeGreaterThan(0)
      expect(answer.model).toMatch(pool === 'speaks-openai' ? /^gpt-4o-mini/ : /^claude-3-haiku/)
    })

    it('calls two tools at once and answers from their results in a second turn', async () => {
      const tools: OpenAI.ChatCompletionTool[] = [
        { type: 'function', function: { name: 'weather', parameters: weather } },
      ]
      const asked: OpenAI.ChatCompletionMessageParam[] = [
        { role: 'user', content: 'How is the weather in Paris and Rome?' },
      ]
      const first = await chat({ model: pool, messages: asked, tools, parallel_tool_calls: true }, mode)
      const calls = first.choices[0]?.message.tool_calls ?? []
      expect(first.choices[0]?.finish_reason).toBe('tool_calls')
      const made = calls.map(call =>
        call.type === 'function' ? [call.function.name, JSON.parse(call.function.arguments)] : [],
      )
      expect(made).toEqual([
        ['weather', { city: 'Paris' }],
        ['weather', { city: 'Rome' }],
      ])
      expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
      const results = calls.map(({ id }, at) => ({
        role: 'tool' as const,
        tool_call_id: id,
        content: at === 0 ? 'sunny' : 'rain',
      }))
      const said = first.choices[0]?.message
      if (said === undefined) throw new Error('no message')
      const second = await chat({ model: pool, messages: [...asked, said, ...results], tools }, mode)
      expect(second.choices[0]?.message.content).toBe(lines.results)
    })

    it('gets an answer in the form of a schema', async () => {
      const format = { type: 'json_schema' as const, json_schema: { name: 'person', strict: true, schema: person } }
      const answer = await chat(
        { model: pool, messages: [{ role: 'user', content: 'Who was it?' }], response_format: format },
        mode,
      )
      expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual(lines.person)
      expect(answer.choices[0]?.finish_reason).toBe('stop')
    })

    it('shows an image', async () => {
      const url = `data:image/png;base64,${pixel}`
      const content = [
        { type: 'text' as const, text: 'What is this?' },
        { type: 'image_url' as const, image_url: { url } },
      ]
      const answer = await chat({ model: pool, messages: [{ role: 'user', content }] }, mode)
      expect(answer.choices[0]?.message.content).toBe(lines.image)
    })
  })

  describe.each(ways)('the anthropic client, pool %s, %s', (pool, mode) => {
    it('gets text, usage, stop reason and who served', async () => {
      const answer = await messages({ model: pool, max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }, mode)
      expect(answer.content).toMatchObject([{ type: 'text', text: lines.greeting }])
      expect(answer.stop_reason).toBe('end_turn')
      expect(answer.usage.input_tokens).toBeGreaterThan(0)
      expect(answer.usage.output_tokens).toBeGreaterThan(0)
      expect(answer.model).toMatch(pool === 'speaks-openai' ? /^gpt-4o-mini/ : /^claude-3-haiku/)
    })

    it('calls two tools at once and answers from their results in a second turn', async () => {
      const tools = [{ name: 'weather', input_schema: { ...weather, type: 'object' as const } }]
      const asked = [{ role: 'user' as const, content: 'How is the weather in Paris and Rome?' }]
      const first = await messages({ model: pool, max_tokens: 500, messages: asked, tools }, mode)
      const calls = first.content.flatMap(block => (block.type === 'tool_use' ? [block] : []))
      expect(first.stop_reason).toBe('tool_use')
      expect(calls.map(({ name, input }) => [name, input])).toEqual([
        ['weather', { city: 'Paris' }],
        ['weather', { city: 'Rome' }],
      ])
      const results = calls.map(({ id }, at) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: at === 0 ? 'sunny' : 'rain',
      }))
      const turns = [
        ...asked,
        { role: 'assistant' as const, content: first.content },
        { role: 'user' as const, content: results },
      ]
      const second = await messages({ model: pool, max_tokens: 500, messages: turns, tools }, mode)
      expect(second.content).toMatchObject([{ type: 'text', text: lines.results }])
    })

    it('gets an answer in the form of a schema', async () => {
      const answer = await messages(
        {
          model: pool,
          max_tokens: 500,
          messages: [{ role: 'user', content: 'Who was it?' }],
          output_config: { format: { type: 'json_schema', schema: person } },
        },
        mode,
      )
      const [block] = answer.content
      expect(block?.type === 'text' ? JSON.parse(block.text) : block).toEqual(lines.person)
      expect(answer.stop_reason).toBe('end_turn')
    })

    it('shows an image', async () => {
      const image = {
        type: 'image' as const,
        source: { type: 'base64' as const, media_type: 'image/png' as const, data: pixel },
      }
      const content = [image, { type: 'text' as const, text: 'What is this?' }]
      const answer = await messages({ model: pool, max_tokens: 100, messages: [{ role: 'user', content }] }, mode)
      expect(answer.content).toMatchObject([{ type: 'text', text: lines.image }])
    })
  })
}

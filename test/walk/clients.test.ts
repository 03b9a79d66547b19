/** The official clients, base URL alone changed, whole and streamed, each reaching models of both dialects. */
import type Anthropic from '@anthropic-ai/sdk'
import { APIUserAbortError } from 'openai'
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Script } from '../../src/world/reply.ts'
import { openHouse, until } from './open-house.ts'
import type { OpenHouse } from './open-house.ts'

const weather = {
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

const lastRole = (messages: unknown): string => {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  const text = JSON.stringify(last ?? {})
  return text.includes('"tool"') || text.includes('tool_result') ? 'results' : 'question'
}

/** What the models of this world say. */
const script: Script = ({ asked }) => {
  if (asked.text.includes('weather')) {
    if (lastRole(asked.body['messages']) === 'results') return { text: 'Sunny in Paris, rain in Rome.' }
    return {
      calls: [
        { name: 'weather', input: { city: 'Paris' } },
        { name: 'weather', input: { city: 'Rome' } },
      ],
    }
  }
  if (asked.schema !== undefined && asked.schema !== true) return { text: '{"name":"Ada","age":36}' }
  // A model without structured output is made to call a tool instead, which the client must not notice.
  if (asked.mustCall?.name !== undefined) {
    return { calls: [{ name: asked.mustCall.name, input: { name: 'Ada', age: 36 } }] }
  }
  if (asked.images > 0) return { text: `I see ${asked.images} image` }
  if (asked.text.includes('story')) return { text: 'Once upon a time there was a signal box. '.repeat(200) }
  return { text: 'Hello from the far end of the wire.' }
}

let house: OpenHouse
beforeAll(async () => {
  house = await openHouse({ world: { script } })
})
afterAll(async () => house.close())

const pools = ['speaks-openai', 'speaks-anthropic'] as const
const modes = ['whole', 'streamed'] as const
const ways = pools.flatMap(pool => modes.map(mode => [pool, mode] as const))

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
    expect(answer.choices[0]?.message.content).toBe('Hello from the far end of the wire.')
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
    expect(second.choices[0]?.message.content).toBe('Sunny in Paris, rain in Rome.')
  })

  it('gets an answer in the form of a schema', async () => {
    const format = { type: 'json_schema' as const, json_schema: { name: 'person', strict: true, schema: person } }
    const answer = await chat(
      { model: pool, messages: [{ role: 'user', content: 'Who was it?' }], response_format: format },
      mode,
    )
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ name: 'Ada', age: 36 })
    expect(answer.choices[0]?.finish_reason).toBe('stop')
  })

  it('shows an image', async () => {
    const url = `data:image/png;base64,${pixel}`
    const content = [
      { type: 'text' as const, text: 'What is this?' },
      { type: 'image_url' as const, image_url: { url } },
    ]
    const answer = await chat({ model: pool, messages: [{ role: 'user', content }] }, mode)
    expect(answer.choices[0]?.message.content).toBe('I see 1 image')
  })
})

describe.each(ways)('the anthropic client, pool %s, %s', (pool, mode) => {
  it('gets text, usage, stop reason and who served', async () => {
    const answer = await messages({ model: pool, max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }, mode)
    expect(answer.content).toMatchObject([{ type: 'text', text: 'Hello from the far end of the wire.' }])
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
    expect(second.content).toMatchObject([{ type: 'text', text: 'Sunny in Paris, rain in Rome.' }])
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
    expect(block?.type === 'text' ? JSON.parse(block.text) : block).toEqual({ name: 'Ada', age: 36 })
    expect(answer.stop_reason).toBe('end_turn')
  })

  it('shows an image', async () => {
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data: pixel },
    }
    const content = [image, { type: 'text' as const, text: 'What is this?' }]
    const answer = await messages({ model: pool, max_tokens: 100, messages: [{ role: 'user', content }] }, mode)
    expect(answer.content).toMatchObject([{ type: 'text', text: 'I see 1 image' }])
  })
})

describe('leaving in the middle', () => {
  let paced: OpenHouse
  beforeAll(async () => {
    paced = await openHouse({ world: { script, pace: 0.2 } })
  })
  afterAll(async () => paced.close())

  /** The upstream's own word on how long after the client it saw the connection close. */
  const noticed = async (leftAt: number): Promise<number> => {
    await until('the upstream sees the client leave', () => paced.world.seen().at(-1)?.closedAt !== undefined)
    return (paced.world.seen().at(-1)?.closedAt ?? Number.POSITIVE_INFINITY) - leftAt
  }

  it.each(pools)('an openai stream on %s: the upstream hears of it', async pool => {
    const stream = await paced.openai.chat.completions.create({
      model: pool,
      messages: [{ role: 'user', content: 'Tell me a story' }],
      stream: true,
    })
    let heard = 0
    let leftAt = 0
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) heard++
      if (heard < 3) continue
      leftAt = Date.now()
      stream.controller.abort()
      break
    }
    const after = await noticed(leftAt)
    console.log(`${pool}: the upstream saw the close ${after} ms after the openai client left`)
    expect(paced.world.seen().at(-1)?.complete).toBe(false)
    await until('it is settled', () => paced.running.house.gateway.inFlight() === 0)
    expect(paced.settled.at(-1)).toMatchObject({ failure: { kind: 'cancelled' }, cost: { source: 'estimate' } })
    expect(paced.settled.at(-1)?.cost.amount).toBeGreaterThan(0)
  })

  it.each(pools)('an anthropic stream on %s: the upstream hears of it', async pool => {
    const stream = paced.anthropic.messages.stream({
      model: pool,
      max_tokens: 4000,
      messages: [{ role: 'user', content: 'Tell me a story' }],
    })
    let leftAt = 0
    stream.on('text', () => {
      if (leftAt !== 0) return
      leftAt = Date.now()
      stream.abort()
    })
    await expect(stream.finalMessage()).rejects.toThrow(/abort/i)
    const after = await noticed(leftAt)
    console.log(`${pool}: the upstream saw the close ${after} ms after the anthropic client left`)
    expect(paced.world.seen().at(-1)?.complete).toBe(false)
  })

  it('before anything came: the upstream hears of that, too', async () => {
    const controller = new AbortController()
    paced.world.switches.change({}, { fail: { kind: 'hang' } })
    const asked = paced.openai.chat.completions.create(
      { model: 'both', messages: [{ role: 'user', content: 'Hi' }] },
      { signal: controller.signal },
    )
    const before = paced.world.seen().length
    await until(
      'the upstream is asked',
      () => paced.world.seen().length > before || paced.world.seen().at(-1)?.endedAt === undefined,
    )
    controller.abort()
    await expect(asked).rejects.toBeInstanceOf(APIUserAbortError)
    await until('the upstream sees it', () => paced.world.seen().at(-1)?.closedAt !== undefined)
    await until('it is settled', () => paced.running.house.gateway.inFlight() === 0)
    expect(paced.settled.at(-1)).toMatchObject({ failure: { kind: 'cancelled' }, attempts: [{ committed: false }] })
    paced.world.switches.clear()
  })
})

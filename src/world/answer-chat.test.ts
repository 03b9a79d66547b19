/** The official clients talk with the world directly: text, tools, structures, images, counts, whole and streamed. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { checkAnswer } from './check-answer.ts'
import { loadRecordings } from './recordings.ts'
import type { Script } from './reply.ts'
import { serveWorld } from './serve-world.ts'

const key = 'sk-the-worlds-own-key'
let script: Script | undefined
const world = await serveWorld({ pace: 'instant', key, script: cue => script?.(cue) })
afterAll(() => world.close())
beforeEach(() => {
  script = undefined
  world.clear()
})

/** Google speaks OpenAI's dialect at an address of its own. */
const openaiBase = (provider: string): string => world.base(provider) + (provider === 'gemini' ? '/v1beta/openai' : '')
const openaiOf = (provider: string): OpenAI => new OpenAI({ baseURL: openaiBase(provider), apiKey: key, maxRetries: 0 })
const openai = openaiOf('openai')
const anthropic = new Anthropic({ baseURL: world.base('anthropic'), apiKey: key, maxRetries: 0 })
const recordings = await loadRecordings()
const known = recordings.prompts.find(({ task }) => task === 'math-word-problem')!

const ask = (content: string) => [{ role: 'user' as const, content }]
const firstModel: Readonly<Record<string, string>> = {
  openai: 'gpt-4o',
  gemini: 'gemini-1.5-flash',
  mistral: 'mistral-large-2407',
  selfhosted: 'llama-3.1-8b-instruct',
}

const calculator = {
  type: 'function' as const,
  function: {
    name: 'calculate',
    parameters: {
      type: 'object',
      properties: { expression: { type: 'string' }, digits: { type: 'integer', minimum: 2 } },
      required: ['expression', 'digits'],
    },
  },
}

describe.each(Object.entries(firstModel))("OpenAI's client and %s", (provider, model) => {
  const client = openaiOf(provider)

  it('get for a known prompt what the model really said, whole and streamed alike', async () => {
    const whole = await client.chat.completions.create({ model, messages: ask(known.prompt) })
    const served = world.models.find(({ id, aliases }) => id === model || aliases.includes(model))!
    const recorded = recordings.answer(known, served.id)
    expect(whole.choices[0]?.message.content).toBe(recorded)
    expect(whole.model).toBe(served.id)
    expect(checkAnswer(known, recorded ?? '')).toBe(known.scores[served.id])

    const stream = client.chat.completions.stream({
      model,
      messages: ask(known.prompt),
      // Mistral tells usage unasked, and refuses to be asked.
      ...(provider !== 'mistral' && { stream_options: { include_usage: true } }),
    })
    const streamed = await stream.finalChatCompletion()
    expect(streamed.choices[0]?.message.content).toBe(recorded)
    expect(streamed.choices[0]?.finish_reason).toBe('stop')
    expect(streamed.usage?.total_tokens).toBe(whole.usage?.total_tokens)
    expect(world.seen().map(({ prompt, complete }) => [prompt, complete])).toEqual([
      [known.id, true],
      [known.id, true],
    ])
  })

  it('get a plain sentence for an unknown prompt', async () => {
    const { choices } = await client.chat.completions.create({ model, messages: ask('Who are you?') })
    expect(choices[0]?.message.content).toMatch(/^I am the recorded world in the place of .*none of them\.$/)
  })

  it('call a tool when one must be called, with arguments that fit its schema', async () => {
    const asked = { model, messages: ask('6 times 7?'), tools: [calculator], tool_choice: 'required' as const }
    const whole = await client.chat.completions.create(asked)
    const call = whole.choices[0]?.message.tool_calls?.[0]
    expect(whole.choices[0]?.finish_reason).toBe('tool_calls')
    const named = call?.type === 'function' ? call.function : undefined
    expect(named?.name).toBe('calculate')
    expect(JSON.parse(named?.arguments ?? '')).toEqual({ expression: expect.any(String), digits: 2 })

    const streamed = await client.chat.completions.stream(asked).finalChatCompletion()
    const again = streamed.choices[0]?.message.tool_calls?.[0]
    expect(again?.type === 'function' ? again.function.arguments : undefined).toBe(named?.arguments)
    expect(streamed.choices[0]?.finish_reason).toBe('tool_calls')
  })

  it('take the results of two calls in one turn', async () => {
    const calls = ['a', 'b'].map(id => ({
      id: `call_${id}`,
      type: 'function' as const,
      function: { name: 'calculate', arguments: '{}' },
    }))
    const { choices } = await client.chat.completions.create({
      model,
      messages: [
        ...ask('Both, please.'),
        { role: 'assistant', content: null, tool_calls: calls },
        { role: 'tool', tool_call_id: 'call_a', content: '1' },
        { role: 'tool', tool_call_id: 'call_b', content: '2' },
      ],
      tools: [calculator],
    })
    expect(choices[0]?.finish_reason).toBe('stop')
  })

  it('get an answer of the wanted structure', async () => {
    const schema = {
      type: 'object',
      properties: {
        answer: { type: 'string' },
        grade: { enum: ['good', 'bad'] },
        list: { type: 'array', items: { type: 'number' } },
      },
      required: ['answer', 'grade', 'list'],
    }
    const { choices } = await client.chat.completions.create({
      model,
      messages: ask('In JSON, please.'),
      response_format: { type: 'json_schema', json_schema: { name: 'verdict', schema } },
    })
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({
      answer: expect.any(String),
      grade: 'good',
      list: [0],
    })
  })

  it('list the models of this provider alone', async () => {
    const listed = (await client.models.list()).data.map(({ id }) => id)
    expect(listed).toEqual(world.models.filter(one => one.provider === provider).map(({ id }) => id))
    expect((await client.models.retrieve(listed[0]!)).id).toBe(listed[0])
  })

  it('are told of a model that is not there', async () => {
    const wrong = client.chat.completions.create({ model: 'gpt-17', messages: ask('hi') })
    await expect(wrong).rejects.toMatchObject({ status: provider === 'mistral' ? 400 : 404 })
  })

  it('are told of a wrong key', async () => {
    const stranger = new OpenAI({ baseURL: openaiBase(provider), apiKey: 'sk-wrong', maxRetries: 0 })
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  })
})

describe("OpenAI's client", () => {
  it('counts an image and gets an answer to the text beside it', async () => {
    const url = 'data:image/png;base64,iVBORw0KGgo='
    const { usage, choices } = await openai.chat.completions.create({
      model: 'gpt-4o',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: known.prompt },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    })
    const text = await openai.chat.completions.create({ model: 'gpt-4o', messages: ask(known.prompt) })
    expect(choices[0]?.message.content).toBe(text.choices[0]?.message.content)
    expect((usage?.prompt_tokens ?? 0) - (text.usage?.prompt_tokens ?? 0)).toBe(85)
  })

  it('gets as many choices as it asks for', async () => {
    const { choices } = await openai.chat.completions.create({ model: 'gpt-4o', n: 3, messages: ask('hi') })
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2])
    const chunks = await openai.chat.completions.create({ model: 'gpt-4o', n: 2, stream: true, messages: ask('hi') })
    const ends: (string | null)[] = []
    for await (const {
      choices: [choice],
    } of chunks)
      if (typeof choice?.finish_reason === 'string') ends[choice.index] = choice.finish_reason
    expect(ends).toEqual(['stop', 'stop'])
  })

  it('is cut at its limit and at its stop sequence', async () => {
    script = () => ({ text: 'one two three END four' })
    const limited = await openai.chat.completions.create({
      model: 'gpt-4o',
      max_completion_tokens: 2,
      messages: ask('x'),
    })
    expect(limited.choices[0]).toMatchObject({ message: { content: 'one two ' }, finish_reason: 'length' })
    expect(limited.usage?.completion_tokens).toBe(2)
    const stopped = await openai.chat.completions.create({ model: 'gpt-4o', stop: 'END', messages: ask('x') })
    expect(stopped.choices[0]).toMatchObject({ message: { content: 'one two three ' }, finish_reason: 'stop' })
  })

  it('gets scripted calls, several at once, one of them without arguments, and refusals', async () => {
    script = () => ({
      text: 'Let me see.',
      calls: [
        { name: 'calculate', input: { a: 1 } },
        { name: 'now', input: {} },
      ],
    })
    const whole = await openai.chat.completions.create({ model: 'gpt-4o', messages: ask('x'), tools: [calculator] })
    const streamed = await openai.chat.completions
      .stream({ model: 'gpt-4o', messages: ask('x'), tools: [calculator] })
      .finalChatCompletion()
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]?.message.content).toBe('Let me see.')
      expect(choices[0]?.message.tool_calls?.map(call => call.type === 'function' && call.function)).toMatchObject([
        { name: 'calculate', arguments: '{"a":1}' },
        { name: 'now', arguments: '{}' },
      ])
    }
    script = () => ({ refusal: 'No.' })
    const refused = await openai.chat.completions.create({ model: 'gpt-4o', messages: ask('x') })
    expect(refused.choices[0]?.message).toMatchObject({ content: null, refusal: 'No.' })
  })

  it('is told of an input that no window holds', async () => {
    const long = openai.chat.completions.create({ model: 'gpt-4o', messages: ask('word '.repeat(120_000)) })
    await expect(long).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded', param: 'messages' })
  })
})

describe("the look-alikes' own ways", () => {
  const raw = async (provider: string, path: string, init: RequestInit = {}): Promise<readonly [number, unknown]> => {
    const answer = await fetch(world.base(provider) + path, { headers: { authorization: `Bearer ${key}` }, ...init })
    return [answer.status, await answer.json()]
  }
  const stranger = { headers: { authorization: 'Bearer sk-wrong' } }

  it('are that a self-hosted model tells its window, and its door is plain', async () => {
    const [, listed] = await raw('selfhosted', '/models')
    const row = {
      id: 'llama-3.1-70b-instruct',
      owned_by: 'vllm',
      root: 'llama-3.1-70b-instruct',
      max_model_len: 131_072,
    }
    expect(listed).toMatchObject({ object: 'list', data: [row, {}, {}, {}] })
    expect(await raw('selfhosted', '/models', stranger)).toEqual([401, { error: 'Unauthorized' }])
  })

  it('are that Mistral takes its own seed alone, names calls in nine letters, and tells errors as detail', async () => {
    const send = (more: object): Promise<readonly [number, unknown]> =>
      raw('mistral', '/chat/completions', {
        method: 'POST',
        body: JSON.stringify({ model: 'mistral-large-2407', messages: ask('x'), tools: [calculator], ...more }),
      })
    expect((await send({ random_seed: 7 }))[0]).toBe(200)
    expect(await send({ seed: 7 })).toMatchObject([
      422,
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'seed'] }] },
    ])
    const [, called] = await send({ tool_choice: 'any' })
    const id = expect.stringMatching(/^[a-zA-Z0-9]{9}$/)
    expect(called).toMatchObject({ choices: [{ message: { tool_calls: [{ id }] } }] })
    expect(await raw('mistral', '/models', stranger)).toEqual([401, { detail: 'Invalid API Key' }])
  })

  it('are that an embedding model chats nowhere', async () => {
    const wrong = openai.chat.completions.create({ model: 'text-embedding-3-small', messages: ask('x') })
    await expect(wrong).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
  })
})

describe('thoughts', () => {
  const thought = 'Six sevens are forty-two.'
  beforeEach(() => {
    script = () => ({ thought, text: '42' })
  })

  it('are counted by OpenAI and not shown', async () => {
    const { choices, usage } = await openai.chat.completions.create({ model: 'gpt-5', messages: ask('x') })
    expect(choices[0]?.message).toEqual({ role: 'assistant', content: '42', refusal: null, annotations: [] })
    expect([usage?.completion_tokens, usage?.completion_tokens_details?.reasoning_tokens]).toEqual([8, 7])
  })

  it.each([
    ['selfhosted', { reasoning_content: thought, content: '42' }],
    [
      'mistral',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: thought }] },
          { type: 'text', text: '42' },
        ],
      },
    ],
  ])('are shown by %s in its own place, whole and streamed', async (provider, message) => {
    const client = openaiOf(provider)
    const model = firstModel[provider] ?? ''
    const whole = await client.chat.completions.create({ model, messages: ask('x') })
    expect(whole.choices[0]?.message).toMatchObject(message)
    let told = ''
    for await (const { choices } of await client.chat.completions.create({ model, messages: ask('x'), stream: true })) {
      const delta: { reasoning_content?: string; content?: unknown } = { ...choices[0]?.delta }
      told += delta.reasoning_content ?? ''
      const [part] = Array.isArray(delta.content) ? delta.content : []
      told += part?.thinking[0].text ?? ''
    }
    expect(told).toBe(thought)
  })

  it('are shown by Anthropic where thinking is wanted, sealed, and no other seal will do', async () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
    const asked = { model: 'claude-sonnet-4-5', max_tokens: 4096, messages: ask('x') }
    expect((await anthropic.messages.create(asked)).content).toEqual([{ type: 'text', text: '42' }])
    const whole = await anthropic.messages.create({ ...asked, thinking })
    expect(whole.content).toMatchObject([{ type: 'thinking', thinking: thought }, { type: 'text' }])
    const streamed = await anthropic.messages.stream({ ...asked, thinking }).finalMessage()
    expect(streamed.content).toMatchObject(whole.content)
    const after = (content: Anthropic.ContentBlockParam[]) =>
      anthropic.messages.create({
        ...asked,
        thinking,
        messages: [...asked.messages, { role: 'assistant', content }, ...ask('y')],
      })
    expect((await after(whole.content)).stop_reason).toBe('end_turn')
    const forged = after([
      { type: 'thinking', thinking: thought, signature: 'Zm9yZWlnbg==' },
      { type: 'text', text: '42' },
    ])
    await expect(forged).rejects.toThrow(/messages\.1\.content\.0: Invalid `signature` in `thinking` block/)
  })
})

describe('a model that reasons', () => {
  it.each([
    ['the older limit', { max_tokens: 9 }, 'unsupported_parameter'],
    ['a temperature', { temperature: 0.5 }, 'unsupported_value'],
  ])('does not take %s', async (_, more, code) => {
    const wrong = openai.chat.completions.create({ model: 'gpt-5', messages: ask('x'), ...more })
    await expect(wrong).rejects.toMatchObject({ status: 400, code })
  })
})

describe("Anthropic's client", () => {
  const model = 'claude-3-5-sonnet-20241022'

  it('gets for a known prompt what the model really said, whole and streamed alike', async () => {
    const asked = { model, max_tokens: 4096, messages: ask(known.prompt) }
    const whole = await anthropic.messages.create(asked)
    const recorded = recordings.answer(known, model)
    expect(whole.content).toEqual([{ type: 'text', text: recorded }])
    const streamed = await anthropic.messages.stream(asked).finalMessage()
    expect(streamed.content).toMatchObject(whole.content)
    expect(streamed.stop_reason).toBe('end_turn')
    expect(streamed.usage).toMatchObject(whole.usage)
  })

  it('gets calls in blocks of their own, one of them without arguments', async () => {
    script = () => ({
      text: 'Let me see.',
      calls: [
        { name: 'calculate', input: { a: 1 } },
        { name: 'now', input: {} },
      ],
    })
    const tools = ['calculate', 'now'].map(name => ({ name, input_schema: { type: 'object' as const } }))
    const asked = { model, max_tokens: 99, messages: ask('x'), tools }
    for (const message of [
      await anthropic.messages.create(asked),
      await anthropic.messages.stream(asked).finalMessage(),
    ]) {
      expect(message.stop_reason).toBe('tool_use')
      expect(message.content).toMatchObject([
        { type: 'text', text: 'Let me see.' },
        { type: 'tool_use', name: 'calculate', input: { a: 1 } },
        { type: 'tool_use', name: 'now', input: {} },
      ])
    }
  })

  it('calls the named tool when it must, and gives results back', async () => {
    const tools = [
      {
        name: 'look',
        input_schema: { type: 'object' as const, properties: { at: { type: 'string' } }, required: ['at'] },
      },
    ]
    const called = await anthropic.messages.create({
      model,
      max_tokens: 99,
      messages: ask('Look.'),
      tools,
      tool_choice: { type: 'tool', name: 'look' },
    })
    const [block] = called.content
    if (block?.type !== 'tool_use') throw new Error(`a call was wanted, not ${JSON.stringify(called.content)}`)
    expect(block.input).toEqual({ at: expect.any(String) })
    const after = await anthropic.messages.create({
      model,
      max_tokens: 99,
      tools,
      messages: [
        ...ask('Look.'),
        { role: 'assistant', content: called.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: block.id, content: 'a cat' }] },
      ],
    })
    expect(after.stop_reason).toBe('end_turn')
  })

  it('counts tokens without an answer, images too', async () => {
    const { input_tokens: text } = await anthropic.messages.countTokens({ model, messages: ask('12345678') })
    expect(text).toBe(5)
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0KGgo=' }
    const { input_tokens: image } = await anthropic.messages.countTokens({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source },
            { type: 'text', text: '12345678' },
          ],
        },
      ],
    })
    expect(image - text).toBe(1200)
  })

  it('is cut at its limit and at its stop sequence, which it names', async () => {
    script = () => ({ text: 'one two three END four' })
    const limited = await anthropic.messages.create({ model, max_tokens: 2, messages: ask('x') })
    expect(limited).toMatchObject({ content: [{ text: 'one two ' }], stop_reason: 'max_tokens' })
    const stopped = await anthropic.messages.create({
      model,
      max_tokens: 99,
      stop_sequences: ['END'],
      messages: ask('x'),
    })
    expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' })
  })

  it('lists its models and is told of one that is not there', async () => {
    const own = world.models.filter(({ provider }) => provider === 'anthropic').map(({ id }) => id)
    expect((await anthropic.models.list()).data.map(({ id }) => id)).toEqual(own)
    const wrong = anthropic.messages.create({ model: 'claude-9', max_tokens: 9, messages: ask('x') })
    await expect(wrong).rejects.toBeInstanceOf(Anthropic.NotFoundError)
  })

  it('may carry its key in either header, but needs the right one', async () => {
    const head = { 'anthropic-version': '2023-06-01' }
    const address = `${world.base('anthropic')}/v1/models`
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(address, { headers: { ...head, ...headers } })).status
    expect(await status({ 'x-api-key': key })).toBe(200)
    expect(await status({ authorization: `Bearer ${key}` })).toBe(200)
    expect(await status({ 'x-api-key': 'sk-wrong' })).toBe(401)
    expect(await status({})).toBe(401)
  })

  it('is told of an input that no window holds', async () => {
    const long = anthropic.messages.create({ model, max_tokens: 9, messages: ask('word '.repeat(200_000)) })
    await expect(long).rejects.toMatchObject({ status: 400, message: expect.stringContaining('prompt is too long') })
  })
})

describe('ids and luck', () => {
  it('are the same for the same seed and the same requests', async () => {
    const idsOf = async (seed: string): Promise<readonly string[]> => {
      const other = await serveWorld({ pace: 'instant', seed })
      const client = new OpenAI({ baseURL: other.base('openai'), apiKey: 'any', maxRetries: 0 })
      const first = await client.chat.completions.create({ model: 'gpt-4o', messages: ask('a') })
      const second = await client.chat.completions.create({ model: 'gpt-4o', messages: ask('a') })
      await other.close()
      return [first.id, second.id]
    }
    const ids = await idsOf('one')
    expect(new Set(ids).size).toBe(2)
    expect(await idsOf('one')).toEqual(ids)
    expect(await idsOf('other')).not.toEqual(ids)
  })
})

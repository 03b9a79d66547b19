/** OpenAI's official client talks Responses and legacy completions with the world directly, and the published schema is held to. */
import OpenAI from 'openai'
import type { ResponseInput } from 'openai/resources/responses/responses'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { breaches } from '../../../test/openai-schema.ts'
import { hasShared } from '../../../test/shared.ts'
import { loadRecordings } from '../recordings.ts'
import type { Script, ScriptedAnswer } from '../reply.ts'
import { serveWorld } from '../serve-world.ts'

const key = 'sk-the-worlds-own-key'
let script: Script | undefined
const world = await serveWorld({ pace: 'instant', key, script: cue => script?.(cue) })
afterAll(() => world.close())
beforeEach(() => {
  script = undefined
  world.switches.clear()
  world.clear()
})

const openai = new OpenAI({ baseURL: world.base('openai'), apiKey: key, maxRetries: 0 })
const vllm = new OpenAI({ baseURL: world.base('selfhosted'), apiKey: key, maxRetries: 0 })
const model = 'gpt-4o'
const recordings = await loadRecordings()
const known = recordings.prompts.find(({ task }) => task === 'math-word-problem')!
const recorded = recordings.answer(known, 'gpt-4o-2024-08-06')

const tools = [
  {
    type: 'function' as const,
    name: 'calculate',
    strict: true,
    parameters: {
      type: 'object',
      properties: { expression: { type: 'string' }, digits: { type: 'integer', minimum: 2 } },
      required: ['expression', 'digits'],
    },
  },
]
const post = (body: object): Promise<Response> =>
  fetch(`${world.base('openai')}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, input: 'hi', ...body }),
  })
interface Event {
  readonly type: string
  readonly sequence_number: number
}
const eventsOf = async (body: object): Promise<readonly Event[]> => {
  const text = await (await post({ stream: true, ...body })).text()
  return text
    .split('\n\n')
    .filter(block => block !== '')
    .map(block => {
      const [name, data] = block.split('\n')
      const event: Event = JSON.parse((data ?? '').replace(/^data: /, ''))
      expect(name).toBe(`event: ${event.type}`)
      return event
    })
}

describe("OpenAI's client and Responses", () => {
  it('get for a known prompt what the model really said, whole and streamed alike', async () => {
    const whole = await openai.responses.create({ model, input: known.prompt })
    expect([whole.output_text, whole.status]).toEqual([recorded, 'completed'])
    const streamed = await openai.responses.stream({ model, input: known.prompt }).finalResponse()
    expect(streamed.output_text).toBe(recorded)
    expect(streamed.usage).toEqual(whole.usage)
    expect(world.seen()).toMatchObject([
      { operation: 'chat', prompt: known.id, stream: false },
      { operation: 'chat', prompt: known.id, stream: true, complete: true },
    ])
  })

  it('call a tool when one must be called, and give its result and the sealed thought back', async () => {
    script = ({ nth }) =>
      nth === 0
        ? { thought: 'I multiply.', calls: [{ name: 'calculate', input: { expression: '6*7', digits: 2 } }] }
        : { text: 'It is 42.' }
    const input: ResponseInput = [{ role: 'user', content: '6 times 7?' }]
    const include = ['reasoning.encrypted_content' as const]
    const called = await openai.responses.create({ model, input, tools, include, store: false })
    expect(called.output.map(({ type }) => type)).toEqual(['reasoning', 'function_call'])
    expect(called.usage?.output_tokens_details.reasoning_tokens).toBe(3)
    const call = called.output[1]
    if (call?.type !== 'function_call') throw new Error(`a call was wanted, not ${JSON.stringify(call)}`)
    const result = { type: 'function_call_output' as const, call_id: call.call_id, output: '42' }
    const turn: ResponseInput = [...input, ...(called.output as ResponseInput), result]
    const after = await openai.responses.create({ model, input: turn, tools, include, store: false })
    expect(after.output_text).toBe('It is 42.')
    const forged = turn.map(item =>
      'encrypted_content' in item ? { ...item, encrypted_content: 'gAAAAABforeign' } : item,
    )
    await expect(openai.responses.create({ model, input: forged })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_encrypted_content',
    })
  })

  it('get an answer of the wanted structure, and one tool when one is named', async () => {
    const schema = { type: 'object', properties: { grade: { enum: ['good', 'bad'] } }, required: ['grade'] }
    const format = { type: 'json_schema' as const, name: 'verdict', schema }
    expect(JSON.parse((await openai.responses.create({ model, input: 'x', text: { format } })).output_text)).toEqual({
      grade: 'good',
    })
    const named = { type: 'function' as const, name: 'calculate' }
    const { output } = await openai.responses.create({ model, input: 'x', tools, tool_choice: named })
    expect(output).toMatchObject([{ type: 'function_call', name: 'calculate', status: 'completed' }])
  })

  it('are cut at the limit, and say so', async () => {
    script = () => ({ text: 'one two three four '.repeat(20) })
    const cut = await openai.responses.create({ model, input: 'x', max_output_tokens: 16 })
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
    expect(cut.usage?.output_tokens).toBe(16)
    const streamed = await openai.responses.stream({ model, input: 'x', max_output_tokens: 16 }).finalResponse()
    expect(streamed.status).toBe('incomplete')
  })

  it('count tokens, and find a kept answer again until it is thrown away', async () => {
    const { id, output_text: said, usage } = await openai.responses.create({ model, input: 'Who are you?' })
    expect((await openai.responses.inputTokens.count({ model, input: 'Who are you?' })).input_tokens).toBe(
      usage?.input_tokens,
    )
    expect((await openai.responses.retrieve(id)).output).toMatchObject([{ content: [{ text: said }] }])
    await openai.responses.delete(id)
    await expect(openai.responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
    const fleeting = await openai.responses.create({ model, input: 'x', store: false })
    await expect(openai.responses.retrieve(fleeting.id)).rejects.toMatchObject({ status: 404 })
  })

  it('are told of an error in the middle of a stream, by the number that it has there', async () => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    world.switches.change({}, { inbandError: { afterChunks: 2 } })
    const events = await eventsOf({})
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'server_error', message: expect.any(String) })
    expect(events.map(one => one.sequence_number)).toEqual(events.map((_, place) => place))
  })

  it('leave in the middle of a stream, and that is noted', async () => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 3 } })
    const stream = await openai.responses.create({ model, input: 'x', stream: true })
    for await (const { type } of stream) if (type === 'response.output_text.delta') break
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ complete: false, closedAt: expect.any(Number) })
  })

  it.each<[string, object, number, string]>([
    ['a model that is not there', { model: 'gpt-17' }, 400, 'model_not_found'],
    ['a member that is none', { messages: [] }, 400, 'unknown_parameter'],
    ['a limit too low', { max_output_tokens: 3 }, 400, 'integer_below_min_value'],
    ['a role that is none', { input: [{ role: 'tool', content: 'x' }] }, 400, 'invalid_value'],
    [
      'a part of the other side',
      { input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }] },
      400,
      'invalid_value',
    ],
    ['a setting that a reasoning model has not', { model: 'gpt-5', temperature: 0.5 }, 400, 'unsupported_parameter'],
  ])('are refused with %s', async (_, body, status, code) => {
    const answer = await post(body)
    expect([answer.status, await answer.json()]).toMatchObject([status, { error: { code } }])
  })

  it('are refused with a result that no call asked for, and with a call without its result', async () => {
    const output = { type: 'function_call_output', call_id: 'call_a', output: '1' }
    const call = { type: 'function_call', call_id: 'call_a', name: 'f', arguments: '{}' }
    const messages = [[output], [call]].map(
      async input => ((await (await post({ input })).json()) as { error: { message: string } }).error.message,
    )
    expect(await Promise.all(messages)).toEqual([
      'No tool call found for function call output with call_id call_a.',
      'No tool output found for function call call_a.',
    ])
    expect((await post({ input: [output], previous_response_id: 'resp_1' })).status).toBe(200)
  })
})

const answers: readonly (readonly [string, ScriptedAnswer])[] = [
  ['text', { text: 'grüße, 世界 👋 and more' }],
  [
    'calls',
    {
      calls: [
        { name: 'f', input: { a: [1, 'ü'] } },
        { name: 'g', input: {} },
      ],
    },
  ],
  ['a thought and text', { thought: 'Hm, let me see.', text: 'Yes.' }],
  ['a refusal', { refusal: 'No.' }],
]
/** OpenAI itself sends null here, as all recordings show, though its schema knows no null. */
const withoutNulls = (value: object): unknown =>
  JSON.parse(JSON.stringify(value), (name, member: unknown) =>
    (name === 'usage' || name === 'user') && member === null ? undefined : member,
  )
describe.skipIf(!hasShared).each(answers)("OpenAI's published schema of Responses holds for %s", (_, scripted) => {
  it('whole and in every event', async () => {
    script = () => scripted
    const body = { reasoning: { summary: 'auto' }, include: ['reasoning.encrypted_content'], tools }
    expect(breaches('Response', withoutNulls(await (await post(body)).json()))).toEqual([])
    const events = await eventsOf(body)
    for (const event of events) expect(breaches('ResponseStreamEvent', withoutNulls(event))).toEqual([])
    expect(events.map(one => one.sequence_number)).toEqual(events.map((__, place) => place))
  })
})

describe("OpenAI's client and legacy completions", () => {
  it.each([
    ['OpenAI', openai, 'gpt-3.5-turbo-instruct'],
    ['vLLM', vllm, 'llama-3.1-8b-instruct'],
  ] as const)(
    'get from %s what was recorded, whole and streamed, with usage where it is asked for',
    async (_, client, id) => {
      const asked = { model: id, prompt: known.prompt, max_tokens: 4000 }
      const whole = await client.completions.create(asked)
      const answersAs = world.models.find(one => one.id === id)?.answersAs ?? id
      expect(whole.choices[0]?.text).toBe(recordings.answer(known, answersAs))
      let text = ''
      let usage: unknown
      for await (const chunk of await client.completions.create({
        ...asked,
        stream: true,
        stream_options: { include_usage: true },
      })) {
        text += chunk.choices[0]?.text ?? ''
        usage = chunk.usage ?? usage
      }
      expect([text, usage]).toEqual([whole.choices[0]?.text, whole.usage])
    },
  )

  it('get a choice for each prompt, cut at sixteen tokens', async () => {
    script = () => ({ text: 'one two three four '.repeat(20) })
    const { choices } = await openai.completions.create({
      model: 'gpt-3.5-turbo-instruct',
      prompt: ['a', 'b'],
      n: 2,
      echo: true,
    })
    expect(choices.map(one => [one.index, one.text.length, one.finish_reason])).toEqual(
      [0, 1, 2, 3].map(index => [index, 65, 'length']),
    )
    expect(choices.map(one => one.text[0])).toEqual(['a', 'b', 'a', 'b'])
  })

  it('are told that a chat model is none for this', async () => {
    const wrong = openai.completions.create({ model, prompt: 'x' })
    await expect(wrong).rejects.toMatchObject({ status: 404, message: expect.stringContaining('chat model') })
  })
})

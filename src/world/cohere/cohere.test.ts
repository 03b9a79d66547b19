/** Cohere's official client talks with the world directly: chats, vectors, rankings; and Jina's, Voyage's and vLLM's forms of the last. */
import { CohereClientV2, CohereError } from 'cohere-ai'
import type { Cohere } from 'cohere-ai'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { loadRecordings } from '../recordings.ts'
import type { Script } from '../reply.ts'
import { serveWorld } from '../serve-world.ts'

const key = 'co-the-worlds-own-key'
let script: Script | undefined
const world = await serveWorld({ pace: 'instant', key, script: cue => script?.(cue) })
afterAll(() => world.close())
beforeEach(() => {
  script = undefined
  world.switches.clear()
  world.clear()
})

const clientOf = (token: string): CohereClientV2 =>
  new CohereClientV2({ token, baseUrl: world.base('cohere'), maxRetries: 0 })
const client = clientOf(key)
const model = 'command-a-03-2025'
const recordings = await loadRecordings()
const known = recordings.prompts.find(({ task }) => task === 'math-word-problem')!
const ask = (content: string): Cohere.ChatMessageV2[] => [{ role: 'user', content }]
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(world.base('cohere') + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  })
const failureOf = async (asked: Promise<unknown>): Promise<CohereError> => {
  const error: unknown = await asked.then(
    () => undefined,
    reason => reason,
  )
  if (error instanceof CohereError) return error
  throw new Error(`a CohereError was wanted, not ${String(error)}`)
}

const tools: Cohere.ToolV2[] = [
  {
    type: 'function',
    function: {
      name: 'calculate',
      parameters: {
        type: 'object',
        properties: { expression: { type: 'string' }, digits: { type: 'integer', minimum: 2 } },
        required: ['expression', 'digits'],
      },
    },
  },
]

describe("Cohere's client", () => {
  it('gets for a known prompt what the model really said, whole and streamed alike', async () => {
    const whole = await client.chat({ model, messages: ask(known.prompt) })
    const recorded = recordings.answer(known, 'mistral-large-2407')
    expect(whole.message.content).toEqual([{ type: 'text', text: recorded }])
    expect(whole.finishReason).toBe('COMPLETE')
    let text = ''
    let end: unknown
    for await (const event of await client.chatStream({ model, messages: ask(known.prompt) })) {
      if (event.type === 'content-delta') text += event.delta?.message?.content?.text ?? ''
      if (event.type === 'message-end') end = event.delta
    }
    expect([text, end]).toMatchObject([recorded, { finishReason: 'COMPLETE', usage: whole.usage }])
    expect(world.seen()).toMatchObject([
      { prompt: known.id, operation: 'chat' },
      { prompt: known.id, complete: true },
    ])
  })

  it('is billed for less than what was counted', async () => {
    const { usage } = await client.chat({ model, messages: ask('12345678') })
    expect([usage?.billedUnits?.inputTokens, usage?.tokens?.inputTokens]).toEqual([2, 63])
    expect((usage?.tokens?.outputTokens ?? 0) - (usage?.billedUnits?.outputTokens ?? 0)).toBe(1)
  })

  it('calls the tool that it must by a plan, and takes the result back', async () => {
    script = ({ nth }) =>
      nth < 2
        ? {
            thought: 'I multiply.',
            text: 'I will calculate.',
            calls: [{ name: 'calculate', input: { expression: '6*7', digits: 2 } }],
          }
        : { text: 'It is 42.' }
    const asked = { model, messages: ask('6 times 7?'), tools }
    const called = await client.chat(asked)
    expect(called).toMatchObject({
      finishReason: 'TOOL_CALL',
      message: { toolPlan: 'I will calculate.', content: [{ type: 'thinking', thinking: 'I multiply.' }] },
    })
    const [call] = called.message.toolCalls ?? []
    expect(call?.id).toMatch(/^calculate_[a-z0-9]{12}$/)
    let input = ''
    for await (const event of await client.chatStream(asked)) {
      if (event.type === 'tool-call-start') input += event.delta?.message?.toolCalls?.function?.arguments ?? ''
      if (event.type === 'tool-call-delta') input += event.delta?.message?.toolCalls?.function?.arguments ?? ''
    }
    expect(input).toBe(call?.function?.arguments)
    const messages: Cohere.ChatMessageV2[] = [
      ...asked.messages,
      { role: 'assistant', toolCalls: called.message.toolCalls, toolPlan: 'I will calculate.' },
      { role: 'tool', toolCallId: call?.id ?? '', content: [{ type: 'document', document: { data: { result: 42 } } }] },
    ]
    const after = await client.chat({ model, messages, tools })
    expect(after.message.content).toEqual([{ type: 'text', text: 'It is 42.' }])
  })

  it('must call where it is told to, and answers in a structure where it is told to', async () => {
    const called = await client.chat({ model, messages: ask('x'), tools, toolChoice: 'REQUIRED' })
    expect(JSON.parse(called.message.toolCalls?.[0]?.function?.arguments ?? '')).toEqual({
      expression: expect.any(String),
      digits: 2,
    })
    const jsonSchema = { type: 'object', properties: { grade: { enum: ['good', 'bad'] } }, required: ['grade'] }
    const formed = await client.chat({ model, messages: ask('x'), responseFormat: { type: 'json_object', jsonSchema } })
    expect(formed.message.content).toEqual([{ type: 'text', text: '{"grade":"good"}' }])
  })

  it('is told what its answer came from', async () => {
    script = () => ({ text: 'The sky is blue.' })
    const documents = [{ id: 'sky', data: { text: 'The sky is blue.' } }]
    const { message } = await client.chat({ model, messages: ask('x'), documents })
    expect(message.citations).toMatchObject([
      { start: 0, end: 10, text: 'The sky is', sources: [{ type: 'document', id: 'sky' }] },
    ])
    const types: string[] = []
    for await (const { type } of await client.chatStream({ model, messages: ask('x'), documents })) types.push(type)
    expect(types.slice(-4)).toEqual(['citation-start', 'citation-end', 'content-end', 'message-end'])
  })

  it('is cut at its limit and at its stop sequence', async () => {
    script = () => ({ text: 'one two three END four' })
    const limited = await client.chat({ model, messages: ask('x'), maxTokens: 2 })
    expect(limited).toMatchObject({ finishReason: 'MAX_TOKENS', message: { content: [{ text: 'one two ' }] } })
    const stopped = await client.chat({ model, messages: ask('x'), stopSequences: ['END'] })
    expect(stopped).toMatchObject({ finishReason: 'STOP_SEQUENCE', message: { content: [{ text: 'one two three ' }] } })
  })

  it('is told of a model that is not there, a wrong key, an input too long and an overload', async () => {
    expect((await failureOf(client.chat({ model: 'command-z', messages: ask('x') }))).statusCode).toBe(404)
    expect((await failureOf(clientOf('wrong').chat({ model, messages: ask('x') }))).statusCode).toBe(401)
    const long = await failureOf(client.chat({ model, messages: ask('word '.repeat(170_000)) }))
    expect([long.statusCode, long.body]).toMatchObject([400, { error_type: 'TOO_MANY_TOKENS' }])
    world.switches.change({ provider: 'cohere' }, { fail: { kind: '529' } })
    expect((await failureOf(client.chat({ model, messages: ask('x') }))).statusCode).toBe(503)
  })

  it('is told of an error in the middle of a stream by its end', async () => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    world.switches.change({}, { inbandError: { afterChunks: 2 } })
    let end: unknown
    for await (const event of await client.chatStream({ model, messages: ask('x') })) end = event
    expect(end).toMatchObject({
      type: 'message-end',
      delta: { finishReason: 'ERROR', error: expect.stringContaining('overloaded') },
    })
  })

  it('leaves in the middle of a stream, and that is noted', async () => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 2 } })
    const leaving = new AbortController()
    const reading = async (): Promise<void> => {
      const stream = await client.chatStream({ model, messages: ask('x') }, { abortSignal: leaving.signal })
      for await (const { type } of stream) if (type === 'content-delta') leaving.abort()
    }
    await expect(reading()).rejects.toThrow(/abort/i)
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ complete: false, closedAt: expect.any(Number) })
  })

  it('lists its models', async () => {
    const { models } = (await (
      await fetch(`${world.base('cohere')}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
    ).json()) as { models: { name: string; endpoints: string[] }[] }
    expect(models.map(({ name, endpoints }) => [name, endpoints[0]])).toContainEqual(['rerank-v3.5', 'rerank'])
  })

  it('gets vectors of each type', async () => {
    const asked = {
      model: 'embed-v4.0',
      texts: ['a cat', 'a dog'],
      inputType: 'search_document' as const,
      outputDimension: 256,
    }
    const embeddingTypes = ['float', 'int8', 'uint8', 'binary', 'ubinary', 'base64'] as const
    const { embeddings, meta } = await client.embed({ ...asked, embeddingTypes: [...embeddingTypes] })
    const [float = [], int8 = []] = [embeddings.float?.[0], embeddings.int8?.[0]]
    expect([embeddings.float?.length, float.length, embeddings.ubinary?.[0]?.length]).toEqual([2, 256, 32])
    expect(embeddings.uint8?.[0]).toEqual(int8.map(value => value + 128))
    expect(embeddings.ubinary?.[0]?.[0]).toBe((embeddings.binary?.[0]?.[0] ?? 0) + 128)
    const packed = Buffer.from(embeddings.base64?.[0] ?? '', 'base64')
    expect(packed.readFloatLE(4)).toBeCloseTo(float[1] ?? 0, 6)
    expect(meta?.billedUnits?.inputTokens).toBe(4)
  })

  it('ranks documents by the words that they share with the question', async () => {
    const documents = ['Paul is a founder.', 'Lionel won the World Cup in 2022.', 'France lost the 2022 World Cup.']
    const asked = { model: 'rerank-v3.5', query: 'Who won the World Cup in 2022?', documents, topN: 2 }
    const { results, meta } = await client.rerank(asked)
    expect(results.map(({ index }) => index)).toEqual([1, 2])
    expect(results[0]?.relevanceScore).toBeGreaterThan(results[1]?.relevanceScore ?? 1)
    expect(meta?.billedUnits?.searchUnits).toBe(1)
    expect(world.seen()[0]).toMatchObject({ operation: 'rerank', model: 'rerank-v3.5' })
  })
})

describe("Cohere's wire", () => {
  it.each<[string, string, object, number, RegExp]>([
    [
      'a member that is none',
      '/v2/chat',
      { messages: ask('x'), max_completion_tokens: 3 },
      422,
      /'max_completion_tokens' is not a valid field/,
    ],
    ['no messages', '/v2/chat', { messages: [] }, 400, /at least 1 message/],
    ['a temperature too high', '/v2/chat', { messages: ask('x'), temperature: 1.5 }, 400, /between 0 and 1/],
    [
      'a choice of another dialect',
      '/v2/chat',
      { messages: ask('x'), tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'required' },
      400,
      /'REQUIRED' or 'NONE'/,
    ],
    [
      'a result that no call asked for',
      '/v2/chat',
      { messages: [...ask('x'), { role: 'tool', tool_call_id: 'a', content: '1' }] },
      400,
      /not found in the previous/,
    ],
    [
      'a last word of its own',
      '/v2/chat',
      { messages: [...ask('x'), { role: 'assistant', content: 'y' }] },
      400,
      /last message/,
    ],
    ['vectors for no purpose', '/v2/embed', { model: 'embed-v4.0', texts: ['x'] }, 400, /input_type/],
    [
      'a ranking of nothing',
      '/v2/rerank',
      { model: 'rerank-v3.5', query: 'x', documents: [] },
      400,
      /must not be empty/,
    ],
  ])('refuses %s', async (_, path, body, status, message) => {
    const answer = await post(path, { model, ...body })
    expect([answer.status, await answer.json()]).toMatchObject([
      status,
      { id: expect.any(String), message: expect.stringMatching(message) },
    ])
  })

  it('ends a stream with a mark', async () => {
    const text = await (await post('/v2/chat', { model, messages: ask('x'), stream: true })).text()
    expect(text.startsWith('event: message-start\ndata: {"type":"message-start","id":"')).toBe(true)
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
  })
})

describe('other rankings', () => {
  const documents = ['of dogs', 'of cats']
  const ranked = async (provider: string, body: object, token = key): Promise<readonly [number, unknown]> => {
    const answer = await fetch(`${world.base(provider)}/rerank`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: 'cats', documents, ...body }),
    })
    return [answer.status, await answer.json()]
  }

  it("come in Jina's, Voyage's and vLLM's own form", async () => {
    const score = expect.any(Number)
    expect(await ranked('jina', { model: 'jina-reranker-v2-base-multilingual', top_n: 1 })).toMatchObject([
      200,
      {
        object: 'list',
        usage: { total_tokens: 6 },
        results: [{ index: 1, relevance_score: score, document: { text: 'of cats' } }],
      },
    ])
    expect(await ranked('voyage', { model: 'rerank-2.5', top_k: 1 })).toEqual([
      200,
      { object: 'list', data: [{ index: 1, relevance_score: score }], model: 'rerank-2.5', usage: { total_tokens: 6 } },
    ])
    expect(await ranked('selfhosted', { model: 'bge-reranker-v2-m3' })).toMatchObject([
      200,
      { results: [{ index: 1, document: { text: 'of cats' } }, { index: 0 }], usage: { total_tokens: 6 } },
    ])
  })

  it('say no each in its own words', async () => {
    expect(await ranked('jina', { model: 'jina-reranker-v2-base-multilingual' }, 'wrong')).toMatchObject([
      401,
      { detail: expect.stringContaining('Invalid API key') },
    ])
    expect(await ranked('voyage', { model: 'rerank-9' })).toEqual([400, { detail: 'Model rerank-9 is not supported.' }])
  })
})

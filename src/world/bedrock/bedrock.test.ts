/** AWS's official client talks with the world directly, signed or with a key; its own codec reads every frame. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import type {
  ContentBlock,
  ConverseCommandInput,
  ConverseStreamOutput,
  Message,
  Tool,
} from '@aws-sdk/client-bedrock-runtime'
import { EventStreamCodec } from '@smithy/eventstream-codec'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { loadRecordings } from '../recordings.ts'
import type { Script } from '../reply.ts'
import { serveWorld } from '../serve-world.ts'

const key = 'the-worlds-own-secret'
let script: Script | undefined
const world = await serveWorld({ pace: 'instant', key, script: cue => script?.(cue) })
afterAll(() => world.close())
beforeEach(() => {
  script = undefined
  world.switches.clear()
  world.clear()
})

const common = {
  region: 'eu-central-1',
  endpoint: world.base('bedrock'),
  maxAttempts: 1,
  // The world speaks HTTP/1.1.
  requestHandler: new NodeHttpHandler(),
}
const clientOf = (secretAccessKey: string): BedrockRuntimeClient =>
  new BedrockRuntimeClient({ ...common, credentials: { accessKeyId: 'AKIDWORLD', secretAccessKey } })
const client = clientOf(key)
const modelId = 'us.anthropic.claude-3-5-sonnet-20241022-v2:0'
const own = 'anthropic.claude-3-5-sonnet-20241022-v2:0'
const recordings = await loadRecordings()
const known = recordings.prompts.find(({ task }) => task === 'math-word-problem')!
const recorded = recordings.answer(known, 'claude-3-5-sonnet-20241022')
const ask = (text: string): Message[] => [{ role: 'user', content: [{ text }] }]
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(world.base('bedrock') + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const eventsOf = async (input: ConverseCommandInput): Promise<readonly ConverseStreamOutput[]> => {
  const { stream = [] } = await client.send(new ConverseStreamCommand(input))
  const events: ConverseStreamOutput[] = []
  for await (const event of stream) events.push(event)
  return events
}
const textIn = (events: readonly ConverseStreamOutput[]): string =>
  events.map(event => event.contentBlockDelta?.delta?.text ?? '').join('')

const tools: Tool[] = [
  {
    toolSpec: {
      name: 'calculate',
      inputSchema: {
        json: {
          type: 'object',
          properties: { expression: { type: 'string' }, digits: { type: 'integer', minimum: 2 } },
          required: ['expression', 'digits'],
        },
      },
    },
  },
]

describe("AWS's client and Converse", () => {
  it('get for a known prompt what the model really said, whole and streamed alike', async () => {
    const whole = await client.send(new ConverseCommand({ modelId, messages: ask(known.prompt) }))
    expect(whole.output?.message?.content).toEqual([{ text: recorded }])
    expect(whole.stopReason).toBe('end_turn')
    const events = await eventsOf({ modelId, messages: ask(known.prompt) })
    expect(textIn(events)).toBe(recorded)
    expect(events.map(event => Object.keys(event)[0]).filter(name => name !== 'contentBlockDelta')).toEqual([
      'messageStart',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ])
    expect(events.at(-1)?.metadata?.usage).toEqual(whole.usage)
    expect(world.seen()).toMatchObject([
      { model: own, prompt: known.id, stream: false },
      { model: own, prompt: known.id, stream: true, complete: true },
    ])
  })

  it('call the tool that must be called, and give thought, call and result back', async () => {
    const toolConfig = { tools, toolChoice: { any: {} } }
    const called = await client.send(new ConverseCommand({ modelId, messages: ask('6 times 7?'), toolConfig }))
    const call = called.output?.message?.content?.[0]?.toolUse
    expect([called.stopReason, call?.name, call?.input]).toEqual([
      'tool_use',
      'calculate',
      { expression: expect.any(String), digits: 2 },
    ])
    script = ({ nth }) =>
      nth === 1
        ? { thought: 'I multiply.', calls: [{ name: 'calculate', input: { expression: '6*7' } }] }
        : { text: 'It is 42.' }
    const thinking = await client.send(
      new ConverseCommand({ modelId, messages: ask('6 times 7?'), toolConfig: { tools } }),
    )
    const content: ContentBlock[] = thinking.output?.message?.content ?? []
    expect(content.map(block => Object.keys(block)[0])).toEqual(['reasoningContent', 'toolUse'])
    const toolUseId = content[1]?.toolUse?.toolUseId
    const result: Message = {
      role: 'user',
      content: [{ toolResult: { toolUseId, content: [{ json: { result: 42 } }] } }],
    }
    const messages: Message[] = [...ask('6 times 7?'), { role: 'assistant', content }, result]
    const after = await client.send(new ConverseCommand({ modelId, messages, toolConfig: { tools } }))
    expect(after.output?.message?.content).toEqual([{ text: 'It is 42.' }])
    const foreign: ContentBlock = {
      reasoningContent: { reasoningText: { text: 'I multiply.', signature: 'Zm9yZWlnbg==' } },
    }
    const forged: Message[] = [
      ...ask('6 times 7?'),
      { role: 'assistant', content: [foreign, ...content.slice(1)] },
      result,
    ]
    await expect(
      client.send(new ConverseCommand({ modelId, messages: forged, toolConfig: { tools } })),
    ).rejects.toThrow(/Invalid `signature`/)
  })

  it('get thoughts, words and calls in blocks of their own on a stream', async () => {
    script = () => ({
      thought: 'I multiply.',
      text: 'Let me see.',
      calls: [
        { name: 'calculate', input: { expression: '6*7' } },
        { name: 'now', input: {} },
      ],
    })
    const events = await eventsOf({
      modelId: 'mistral.mistral-large-2407-v1:0',
      messages: ask('x'),
      toolConfig: { tools },
    })
    const blocks: string[] = []
    for (const { contentBlockDelta: piece } of events) {
      const at = piece?.contentBlockIndex ?? 0
      const { text, toolUse, reasoningContent } = piece?.delta ?? {}
      blocks[at] = (blocks[at] ?? '') + (text ?? toolUse?.input ?? reasoningContent?.text ?? '')
    }
    expect(blocks).toEqual(['I multiply.', 'Let me see.', '{"expression":"6*7"}', '{}'])
    const starts = events.flatMap(({ contentBlockStart: start }) => start ?? [])
    expect(starts.map(({ contentBlockIndex: at, start }) => [at, start?.toolUse?.name])).toEqual([
      [2, 'calculate'],
      [3, 'now'],
    ])
    expect(starts[0]?.start?.toolUse?.toolUseId).toMatch(/^[a-zA-Z0-9]{9}$/)
  })

  it('are cut at the limit and at a stop sequence, count tokens and images', async () => {
    script = () => ({ text: 'one two three END four' })
    const of = (inferenceConfig: object) =>
      client.send(new ConverseCommand({ modelId, messages: ask('x'), inferenceConfig }))
    expect(await of({ maxTokens: 2 })).toMatchObject({
      stopReason: 'max_tokens',
      output: { message: { content: [{ text: 'one two ' }] } },
    })
    expect(await of({ stopSequences: ['END'] })).toMatchObject({ stopReason: 'stop_sequence' })
    const image: ContentBlock = { image: { format: 'png', source: { bytes: Buffer.from('iVBORw0KGgo=', 'base64') } } }
    const messages: Message[] = [{ role: 'user', content: [{ text: '12345678' }, image] }]
    const { inputTokens } = await client.send(new CountTokensCommand({ modelId, input: { converse: { messages } } }))
    expect(inputTokens).toBe(3 + 2 + 1200)
    const { usage } = await client.send(new ConverseCommand({ modelId, messages }))
    expect(usage?.inputTokens).toBe(inputTokens)
  })

  it('answer in a structure', async () => {
    const schema = JSON.stringify({
      type: 'object',
      properties: { grade: { enum: ['good', 'bad'] } },
      required: ['grade'],
    })
    const textFormat = { type: 'json_schema', structure: { jsonSchema: { name: 'verdict', schema } } }
    const answer = await post(`/model/${own}/converse`, { messages: ask('x'), outputConfig: { textFormat } })
    expect(await answer.json()).toMatchObject({ output: { message: { content: [{ text: '{"grade":"good"}' }] } } })
  })

  it('are told of a model that is not there, of too many requests and of trouble, by name', async () => {
    const failing = (id = modelId): Promise<unknown> =>
      client.send(new ConverseCommand({ modelId: id, messages: ask('x') }))
    await expect(failing('amazon.none-v1:0')).rejects.toMatchObject({ name: 'ValidationException' })
    world.switches.change({ provider: 'bedrock' }, { fail: { kind: '429', retryAfter: 5 } })
    await expect(failing()).rejects.toMatchObject({ name: 'ThrottlingException' })
    world.switches.change({ provider: 'bedrock' }, { fail: { kind: '500' } })
    await expect(failing()).rejects.toMatchObject({ name: 'InternalServerException' })
    world.switches.change({ provider: 'bedrock' }, { fail: { kind: '400-context' } })
    await expect(failing()).rejects.toThrow(/Input is too long/)
  })

  it('are told of an exception in the middle of a stream', async () => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    world.switches.change({}, { inbandError: { afterChunks: 2 } })
    const { stream = [] } = await client.send(new ConverseStreamCommand({ modelId, messages: ask('x') }))
    const read: string[] = []
    const reading = (async () => {
      for await (const event of stream) if (event.contentBlockDelta !== undefined) read.push('piece')
    })()
    await expect(reading).rejects.toMatchObject({ name: 'ServiceUnavailableException' })
    expect(read).toHaveLength(2)
  })

  it('leave in the middle of a stream, and that is noted', async () => {
    script = () => ({ text: 'some words to say '.repeat(20) })
    world.switches.change({}, { cut: { how: 'stall', afterChunks: 2 } })
    const leaving = new AbortController()
    const { stream = [] } = await client.send(new ConverseStreamCommand({ modelId, messages: ask('x') }), {
      abortSignal: leaving.signal,
    })
    const reading = (async () => {
      for await (const event of stream) if (event.contentBlockDelta !== undefined) leaving.abort()
    })()
    await expect(reading).rejects.toThrow()
    await world.settled()
    expect(world.seen()[0]).toMatchObject({ complete: false, closedAt: expect.any(Number) })
  })

  it('are let in by the right signature or the right key alone', async () => {
    const of = (one: BedrockRuntimeClient): Promise<unknown> =>
      one.send(new ConverseCommand({ modelId, messages: ask('x') }))
    await expect(of(clientOf('another-secret'))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403 },
    })
    const bearer = (token: string): BedrockRuntimeClient =>
      new BedrockRuntimeClient({ ...common, token: { token }, authSchemePreference: ['httpBearerAuth'] })
    await expect(of(bearer(key))).resolves.toMatchObject({ stopReason: 'end_turn' })
    await expect(of(bearer('another'))).rejects.toMatchObject({ name: 'AccessDeniedException' })
    const nobody = await fetch(`${world.base('bedrock')}/model/${own}/converse`, { method: 'POST', body: '{}' })
    expect([nobody.status, nobody.headers.get('x-amzn-errortype')?.split(':')[0]]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ])
  })

  it.each<[string, object, RegExp]>([
    ['no messages', { messages: [] }, /must start with a user message/],
    ['two turns of one side', { messages: [...ask('x'), ...ask('y')] }, /must alternate/],
    ['a blank text', { messages: ask(' ') }, /is blank/],
    [
      'a temperature too high',
      { messages: ask('x'), inferenceConfig: { temperature: 1.5 } },
      /less than or equal to 1$/,
    ],
    ['a limit too high', { messages: ask('x'), inferenceConfig: { maxTokens: 999_999 } }, /exceeds the model limit/],
    [
      'a name of a tool with a blank',
      { messages: ask('x'), toolConfig: { tools: [{ toolSpec: { name: 'a b', inputSchema: { json: {} } } }] } },
      /regular expression pattern/,
    ],
    [
      'results that nobody asked for',
      {
        messages: [{ role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [] } }] }],
        toolConfig: { tools },
      },
      /exceeds the number of toolUse/,
    ],
    [
      'a history of tools without tools',
      {
        messages: [
          ...ask('x'),
          { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'f', input: {} } }] },
          { role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [] } }] },
        ],
      },
      /toolConfig field must be defined/,
    ],
  ])('are refused with %s', async (_, body, message) => {
    const answer = await post(`/model/${encodeURIComponent(modelId)}/converse`, body)
    expect([answer.status, answer.headers.get('x-amzn-errortype')?.split(':')[0]]).toEqual([400, 'ValidationException'])
    expect(await answer.json()).toEqual({ message: expect.stringMatching(message) })
  })
})

describe("AWS's client and invoke", () => {
  const bodyOf = (more: object = {}): string =>
    JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 4096,
      messages: [{ role: 'user', content: known.prompt }],
      ...more,
    })

  it("get Anthropic's own messages, whole and streamed alike", async () => {
    const whole = await client.send(new InvokeModelCommand({ modelId, body: bodyOf() }))
    const message: unknown = JSON.parse(Buffer.from(whole.body).toString())
    expect(message).toMatchObject({
      id: expect.stringMatching(/^msg_bdrk_/),
      model: 'claude-3-5-sonnet-20241022',
      content: [{ type: 'text', text: recorded }],
    })
    const { body = [] } = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body: bodyOf() }))
    const events: { readonly type: string; readonly delta?: { readonly text?: string } }[] = []
    for await (const { chunk } of body) events.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()))
    expect(events.map(({ delta }) => delta?.text ?? '').join('')).toBe(recorded)
    expect(events.at(-1)).toMatchObject({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { outputTokenCount: expect.any(Number) },
    })
    const { inputTokens } = await client.send(
      new CountTokensCommand({ modelId, input: { invokeModel: { body: Buffer.from(bodyOf()) } } }),
    )
    expect(message).toMatchObject({ usage: { input_tokens: inputTokens } })
  })

  it.each<[string, object, RegExp]>([
    ['no version', { anthropic_version: undefined }, /anthropic_version: Field required/],
    ['a model in the body', { model: 'claude' }, /model: Extra inputs/],
    ['a wish to stream in the body', { stream: true }, /stream: Extra inputs/],
  ])('are refused with %s', async (_, more, message) => {
    await expect(client.send(new InvokeModelCommand({ modelId, body: bodyOf(more) }))).rejects.toThrow(message)
  })

  it('get vectors, rankings and pictures in the form of each maker', async () => {
    const invoke = async (id: string, body: object): Promise<unknown> => {
      const answer = await client.send(new InvokeModelCommand({ modelId: id, body: JSON.stringify(body) }))
      return JSON.parse(Buffer.from(answer.body).toString())
    }
    expect(await invoke('amazon.titan-embed-text-v2:0', { inputText: 'a cat', dimensions: 256 })).toMatchObject({
      inputTextTokenCount: 2,
    })
    const cohere = await post('/model/cohere.embed-multilingual-v3/invoke', {
      texts: ['a cat'],
      input_type: 'search_query',
    })
    expect([cohere.headers.get('x-amzn-bedrock-input-token-count'), await cohere.json()]).toMatchObject([
      '2',
      { response_type: 'embeddings_floats' },
    ])
    expect(
      await invoke('cohere.rerank-v3-5:0', { query: 'cats', documents: ['of dogs', 'of cats'], api_version: 2 }),
    ).toMatchObject({ results: [{ index: 1 }, { index: 0 }] })
    expect(
      await invoke('amazon.titan-image-generator-v2:0', {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'a cat' },
      }),
    ).toMatchObject({ images: [expect.any(String)] })
    expect(world.seen().map(({ operation }) => operation)).toEqual([
      'embeddings',
      'embeddings',
      'rerank',
      'images.generations',
    ])
  })
})

describe('frames', () => {
  it("are what AWS's own codec takes, checksums and all, to the last byte", async () => {
    const text = new TextDecoder()
    const codec = new EventStreamCodec(
      bytes => (typeof bytes === 'string' ? bytes : text.decode(bytes)),
      string => new TextEncoder().encode(string),
    )
    const body = Buffer.from(
      await (await post(`/model/${own}/converse-stream`, { messages: ask('grüße 👋') })).arrayBuffer(),
    )
    const types: unknown[] = []
    for (let at = 0; at < body.length; at += body.readUInt32BE(at)) {
      const { headers, body: payload } = codec.decode(body.subarray(at, at + body.readUInt32BE(at)))
      types.push(headers[':event-type']?.value)
      expect(JSON.parse(text.decode(payload))).toMatchObject({ p: expect.stringMatching(/^[a-zA-Z0-9]+$/) })
    }
    expect([types[0], types.at(-1)]).toEqual(['messageStart', 'metadata'])
  })
})

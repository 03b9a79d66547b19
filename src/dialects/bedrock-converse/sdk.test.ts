/** What we write is read by AWS's official client as we meant it, over a real connection; and what it sends is understood. */
import {
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-bedrock-runtime'
import type {
  BedrockRuntimeClient,
  ConverseCommandInput,
  ConverseCommandOutput,
  ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { withBedrock } from '../../../test/bedrock-server.ts'
import type { Came } from '../../../test/bedrock-server.ts'
import { converseAnswers, converseStreams } from '../../../test/converse-recordings.ts'
import { requestOf } from '../../../test/requests.ts'
import { recordings } from '../../../test/recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { Failure } from '../../domain/failure.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Dialect } from '../../ports/dialect.ts'
import { claudeOnBedrock } from '../anthropic-messages/hosted.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { eventStream, invokeStream } from '../event-stream.ts'
import { serverSentEvents } from '../framing.ts'
import { dialects } from '../registry.ts'
import { bedrockConverse } from './index.ts'

const context = { id: 'req_1', model: 'asked-for', now: 1 as Instant, streamUsage: true }
const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const asked: ConverseCommandInput = { modelId, messages: [{ role: 'user', content: [{ text: 'hi' }] }] }

const usage: StreamEvent = {
  type: 'usage',
  usage: {
    input: tokens(15),
    inputCached: tokens(4),
    inputCacheWritten: tokens(2),
    output: tokens(7),
    reasoning: tokens(0),
  },
}
/** Reasoning, text and two calls at once, as a provider of any dialect would have told it. */
const events: readonly StreamEvent[] = [
  { type: 'response-start', model: 'm', upstreamId: 'u' },
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0, signature: 'EqoB' },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'naïve ' },
  { type: 'text-delta', block: 1, text: '🙂' },
  { type: 'tool-call-start', block: 2, callId: 'call_1', name: 'look' },
  { type: 'tool-call-start', block: 3, callId: 'call_2', name: 'hear' },
  { type: 'tool-call-delta', block: 3, input: '{"b":' },
  { type: 'tool-call-delta', block: 2, input: '{"a":1}' },
  { type: 'tool-call-delta', block: 3, input: '2}' },
  { type: 'tool-call-end', block: 2 },
  { type: 'tool-call-end', block: 3 },
  { type: 'text-end', block: 1 },
  { type: 'choice-end', reason: 'tool-calls', stopSequence: 'END' },
  usage,
  { type: 'response-end' },
]

const streamBytes = (told: readonly StreamEvent[]): Uint8Array => {
  const encoder = bedrockConverse.encodeStream(context)
  return eventStream.join().write(told.flatMap(event => encoder.push(event))) as Uint8Array
}
const whole = (told: readonly StreamEvent[]): Promise<ConverseCommandOutput> =>
  withBedrock(
    (_came, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(bedrockConverse.encodeAnswer(told, context).value))
    },
    client => client.send(new ConverseCommand(asked)),
  )
/** In pieces that nobody would cut. */
const streamed = (bytes: Uint8Array): Promise<readonly ConverseStreamOutput[]> =>
  withBedrock(
    (_came, response) => {
      response.setHeader('content-type', eventStream.mediaType)
      for (let at = 0; at < bytes.length; at += 37) response.write(bytes.subarray(at, at + 37))
      response.end()
    },
    async client => {
      const { stream } = await client.send(new ConverseStreamCommand(asked))
      const all: ConverseStreamOutput[] = []
      for await (const event of stream ?? []) all.push(event)
      return all
    },
  )
/** The content that a client puts together from deltas, as it would have come whole. */
const gathered = (all: readonly ConverseStreamOutput[]): readonly object[] => {
  const blocks = new Map<number, { text: string; reasoning: string; signature?: string; input: string; use?: object }>()
  for (const { contentBlockStart: start, contentBlockDelta: delta } of all) {
    const index = start?.contentBlockIndex ?? delta?.contentBlockIndex
    if (index === undefined) continue
    const block = blocks.get(index) ?? { text: '', reasoning: '', input: '' }
    blocks.set(index, block)
    if (start?.start?.toolUse !== undefined) block.use = start.start.toolUse
    block.text += delta?.delta?.text ?? ''
    block.reasoning += delta?.delta?.reasoningContent?.text ?? ''
    block.signature = delta?.delta?.reasoningContent?.signature ?? block.signature
    block.input += delta?.delta?.toolUse?.input ?? ''
  }
  return [...blocks.values()].map(({ text, reasoning, signature, input, use }) => {
    if (use !== undefined) return { toolUse: { ...use, input: JSON.parse(input === '' ? '{}' : input) } }
    return reasoning === '' ? { text } : { reasoningContent: { reasoningText: { text: reasoning, signature } } }
  })
}
const content = [
  { reasoningContent: { reasoningText: { text: 'hm', signature: 'EqoB' } } },
  { text: 'naïve 🙂' },
  { toolUse: { toolUseId: 'call_1', name: 'look', input: { a: 1 } } },
  { toolUse: { toolUseId: 'call_2', name: 'hear', input: { b: 2 } } },
]
const counts = { inputTokens: 9, outputTokens: 7, totalTokens: 22, cacheReadInputTokens: 4, cacheWriteInputTokens: 2 }

describe('the official client', () => {
  it('reads a whole answer', async () => {
    const answer = await whole(events)
    expect(answer.output?.message).toEqual({ role: 'assistant', content })
    expect(answer.stopReason).toBe('tool_use')
    expect(answer.usage).toMatchObject(counts)
    expect(answer.additionalModelResponseFields).toEqual({ stop_sequence: 'END' })
  })
  it('reads a stream, its parallel calls one after the other', async () => {
    const all = await streamed(streamBytes(events))
    expect(all.at(0)).toEqual({ messageStart: { role: 'assistant' } })
    expect(gathered(all)).toEqual(content)
    expect(all.at(-2)).toMatchObject({ messageStop: { stopReason: 'tool_use' } })
    expect(all.at(-1)).toMatchObject({ metadata: { usage: counts } })
  })
  it('reads an answer that was refused, and one in JSON', async () => {
    const refused = await whole([
      { type: 'response-start', model: 'm' },
      { type: 'refusal-delta', block: 0, text: 'No.' },
      { type: 'choice-end', reason: 'stop' },
      { type: 'response-end' },
    ])
    expect(refused.stopReason).toBe('content_filtered')
    expect(refused.output?.message?.content).toEqual([{ text: 'No.' }])
  })

  const failing = (failure: Failure): Promise<unknown> =>
    withBedrock(
      (_came, response) => {
        const { status, body, headers = [] } = bedrockConverse.encodeFailure(failure, 'req_1')
        for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] ?? '', headers[at + 1] ?? '')
        response.setHeader('content-type', 'application/json')
        response.statusCode = status
        response.end(JSON.stringify(body))
      },
      client => client.send(new ConverseCommand(asked)).catch((error: unknown) => error),
    )
  it('knows each error by its name and its status', async () => {
    const slow = await failing({ kind: 'rate-limited', message: 'too many' })
    expect(slow).toBeInstanceOf(ThrottlingException)
    expect(slow).toMatchObject({ message: 'too many', $metadata: { httpStatusCode: 429 } })
    const wrong = await failing({ kind: 'invalid-request', message: 'is nothing', param: 'messages' })
    expect(wrong).toBeInstanceOf(ValidationException)
    expect(wrong).toMatchObject({ message: 'messages: is nothing' })
    expect(await failing({ kind: 'target-unknown', message: 'm' })).toMatchObject({ name: 'ResourceNotFoundException' })
    expect(await failing({ kind: 'forbidden', message: 'm' })).toMatchObject({ name: 'AccessDeniedException' })
    expect(await failing({ kind: 'upstream-overloaded', message: 'm' })).toMatchObject({
      name: 'ServiceUnavailableException',
    })
    expect(await failing({ kind: 'upstream-timeout', message: 'm' })).toMatchObject({ name: 'ModelTimeoutException' })
    expect(await failing({ kind: 'internal', message: 'm' })).toMatchObject({ name: 'InternalServerException' })
    expect(await failing({ kind: 'upstream-quota', message: 'm' })).toMatchObject({
      $metadata: { httpStatusCode: 502 },
    })
  })
  it.each([
    ['upstream-rate-limited', 'throttlingException', 'ThrottlingException'],
    ['upstream-overloaded', 'serviceUnavailableException', 'ServiceUnavailableException'],
    ['stream-broken', 'modelStreamErrorException', 'ModelStreamErrorException'],
    ['internal', 'internalServerException', 'InternalServerException'],
    ['content-refused', 'validationException', 'ValidationException'],
  ] as const)('is told of %s in the middle of a stream', async (kind, _event, name) => {
    const broken = [...events.slice(0, 6), { type: 'response-failed' as const, failure: { kind, message: 'it broke' } }]
    await expect(streamed(streamBytes(broken))).rejects.toMatchObject({ name, message: 'it broke' })
  })
})

const sent = async (input: ConverseCommandInput): Promise<Came> => {
  let seen: Came | undefined
  await withBedrock(
    (came, response) => {
      seen = came
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(bedrockConverse.encodeAnswer(events, context).value))
    },
    client => client.send(new ConverseCommand(input)),
  )
  if (seen === undefined) throw new Error('nothing was sent')
  return seen
}

describe('what the official client sends', () => {
  const input: ConverseCommandInput = {
    modelId: 'arn:aws:bedrock:eu-central-1:1:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0',
    system: [{ text: 'be brief' }, { cachePoint: { type: 'default' } }],
    messages: [
      {
        role: 'user',
        content: [
          { text: 'look' },
          { image: { format: 'png', source: { bytes: new Uint8Array([137, 80, 78, 71]) } } },
          { document: { format: 'txt', name: 'notes', source: { bytes: new TextEncoder().encode('a note') } } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'hm', signature: 'EqoB' } } },
          { reasoningContent: { redactedContent: new Uint8Array([1, 2, 3]) } },
          { toolUse: { toolUseId: 't1', name: 'look', input: { at: 1 } } },
        ],
      },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 't1', content: [{ json: { ok: true } }], status: 'error' } }],
      },
    ],
    toolConfig: {
      tools: [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } }],
      toolChoice: { tool: { name: 'look' } },
    },
    inferenceConfig: { maxTokens: 5000, temperature: 0.5, stopSequences: ['END'] },
    additionalModelRequestFields: { top_k: 3 },
    requestMetadata: { team: 'red' },
  }
  it('is understood whole', async () => {
    const came = await sent(input)
    expect(came.address).toEqual({ model: input.modelId, stream: false })
    expect(came.headers.authorization).toBe('Bearer a-key')
    const read = bedrockConverse.decodeRequest(came.body, came.address)
    if (!read.ok) throw new Error(read.why)
    expect(read.value).toMatchObject({
      target: input.modelId,
      stream: false,
      limits: { maxOutputTokens: 5000, stop: ['END'] },
      sampling: { temperature: 0.5, topK: 3 },
      toolChoice: { name: 'look' },
      metadata: { team: 'red' },
    })
    const [system, user, assistant, tool] = read.value.messages
    expect(system?.parts).toEqual([{ type: 'text', text: 'be brief', cache: {} }])
    expect(user?.parts).toMatchObject([
      { type: 'text', text: 'look' },
      { type: 'image', mediaType: 'image/png', source: { base64: 'iVBORw==' } },
      { type: 'file', mediaType: 'text/plain', name: 'notes', source: { base64: btoa('a note') } },
    ])
    expect(assistant?.parts).toEqual([
      { type: 'reasoning', text: 'hm', signature: 'EqoB' },
      { type: 'reasoning', text: '', redacted: 'aws_blob:AQID' },
      { type: 'tool-call', callId: 't1', name: 'look', input: '{"at":1}' },
    ])
    expect(tool).toMatchObject({
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 't1', isError: true, output: [{ type: 'text', text: '{"ok":true}' }] }],
    })
  })
  it('loses nothing in any other dialect but what has no name there', async () => {
    const came = await sent(input)
    const read = bedrockConverse.decodeRequest(came.body, came.address)
    if (!read.ok) throw new Error(read.why)
    const { value, losses } = anthropicMessages.encodeRequest(requestOf(read.value), 'claude-haiku-4-5')
    expect(losses.map(({ field }) => field)).toEqual(['metadata'])
    expect(value).toMatchObject({ max_tokens: 5000, top_k: 3, tool_choice: { type: 'tool', name: 'look' } })
  })
})

describe('the official client of an invocation', () => {
  const body = JSON.stringify({
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
  })
  const sse = (told: readonly StreamEvent[]): Uint8Array => {
    const encoder = claudeOnBedrock.encodeStream(context)
    return new TextEncoder().encode(serverSentEvents.join().write(told.flatMap(event => encoder.push(event))) as string)
  }
  /** As the face wraps what has the dialect's own form. */
  const wrapped = (bytes: Uint8Array): Uint8Array => {
    const splitter = serverSentEvents.split()
    return invokeStream.join().write([...splitter.push(bytes), ...splitter.end()]) as Uint8Array
  }
  const invoke = async (client: BedrockRuntimeClient): Promise<readonly { readonly type: string }[]> => {
    const { body: stream } = await client.send(new InvokeModelWithResponseStreamCommand({ modelId, body }))
    const all: { readonly type: string }[] = []
    for await (const { chunk } of stream ?? []) all.push(JSON.parse(new TextDecoder().decode(chunk?.bytes)))
    return all
  }
  it('reads a whole answer of Anthropic', async () => {
    const answer = await withBedrock(
      (came, response) => {
        const read = claudeOnBedrock.decodeRequest(came.body, came.address)
        expect(read).toMatchObject({ ok: true, value: { target: modelId, stream: false } })
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(claudeOnBedrock.encodeAnswer(events, context).value))
      },
      client => client.send(new InvokeModelCommand({ modelId, body, contentType: 'application/json' })),
    )
    expect(JSON.parse(new TextDecoder().decode(answer.body))).toMatchObject({
      type: 'message',
      stop_reason: 'tool_use',
    })
  })
  it('reads a stream of Anthropic', async () => {
    const all = await withBedrock((came, response) => {
      expect(claudeOnBedrock.decodeRequest(came.body, came.address)).toMatchObject({ value: { stream: true } })
      response.setHeader('content-type', invokeStream.mediaType)
      response.end(wrapped(sse(events)))
    }, invoke)
    const decoder = anthropicMessages.decodeStream()
    const told = all.flatMap(event => decoder.push({ event: event.type, data: JSON.stringify(event) }))
    expect(collect(told)).toMatchObject({ ended: true, choices: [{ reason: 'tool-calls' }] })
  })
  it('is told of a failure in the middle of a stream', async () => {
    const failed = [
      ...events.slice(0, 6),
      { type: 'response-failed' as const, failure: { kind: 'upstream-rate-limited' as const, message: 'too many' } },
    ]
    const broken = withBedrock((_came, response) => {
      response.setHeader('content-type', invokeStream.mediaType)
      response.end(wrapped(sse(failed)))
    }, invoke)
    await expect(broken).rejects.toMatchObject({ name: 'ThrottlingException', message: 'too many' })
  })
})

describe.skipIf(!hasShared)('recorded answers', () => {
  it('of Converse are the same to the official client after they were read and written anew', async () => {
    const some = converseAnswers.filter((_, place) => place % 12 === 0)
    for (const { name, body } of some) {
      const answer = await whole(bedrockConverse.decodeAnswer(body))
      const original = await withBedrock(
        (_came, response) => {
          response.setHeader('content-type', 'application/json')
          response.end(JSON.stringify(body))
        },
        client => client.send(new ConverseCommand(asked)),
      )
      const { $metadata: _mine, usage: counted, output, ...mine } = answer
      const { $metadata: _theirs, usage: theirCount, output: theirOutput, ...theirs } = original
      expect(mine, name).toEqual(theirs)
      expect(counted, name).toMatchObject({ ...theirCount })
      expect(output?.message?.role, name).toBe(theirOutput?.message?.role)
    }
  })
  it('of Converse stream the same to the official client', async () => {
    for (const { name, bytes } of converseStreams.slice(0, 6)) {
      const splitter = eventStream.split()
      const decoder = bedrockConverse.decodeStream()
      const told = splitter.push(bytes).flatMap(frame => decoder.push(frame))
      expect(gathered(await streamed(streamBytes(told))), name).toEqual(gathered(await streamed(bytes)))
    }
  })

  /** A few recorded answers of every other dialect, with what they say. */
  const others = [...dialects.values()].filter(({ id }) => id !== bedrockConverse.id)
  const surfaces: Readonly<Record<string, RegExp>> = {
    'openai-chat': /^chat$/,
    'openai-responses': /^responses$/,
    'anthropic-messages': /^messages$/,
    gemini: /generate/i,
    'cohere-chat': /^v2_chat$/,
    'openai-completions': /^completions$/,
  }
  const answersOf = (dialect: Dialect): readonly (readonly StreamEvent[])[] => {
    const found: (readonly StreamEvent[])[] = []
    for (const { surface, stream, response } of recordings()) {
      if (found.length >= 12 || surfaces[dialect.id]?.test(surface) !== true) continue
      if (stream || response.status !== 200 || response.body.text?.startsWith('{') !== true) continue
      const told = dialect.decodeAnswer(JSON.parse(response.body.text))
      if (told.at(-1)?.type === 'response-end' && told.length > 3) found.push(told)
    }
    return found
  }
  it.each(others.map(dialect => [dialect.id, dialect] as const))(
    'of %s are read by the official client, whole and streamed',
    async (_id, dialect) => {
      const all = answersOf(dialect)
      expect(all.length).toBeGreaterThan(2)
      for (const told of all) {
        const parts = collect(told).choices[0]?.parts ?? []
        const text = parts.map(part => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join('')
        const calls = parts.flatMap(part => (part.type === 'tool-call' ? [part.name] : []))
        const { output, usage: counted } = await whole(told)
        const blocks = output?.message?.content ?? []
        const said = blocks.map(
          block => block.text ?? block.citationsContent?.content?.map(one => one.text).join('') ?? '',
        )
        expect(said.join('')).toBe(text)
        expect(blocks.flatMap(block => block.toolUse?.name ?? [])).toEqual(calls)
        expect(counted?.totalTokens).toBeGreaterThan(0)
        const stream = await streamed(streamBytes(told))
        expect(stream.map(event => event.contentBlockDelta?.delta?.text ?? '').join('')).toBe(text)
      }
    },
  )
})

/** What we write is read by Google's official client as we meant it, and what it sends is read as it was meant. */
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, ThinkingLevel, Type } from '@google/genai'
import type { GenerateContentResponse } from '@google/genai'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rawOf, requestOf } from '../../../test/fake-dialect.ts'
import { streamedAnswers, wholeAnswers } from '../../../test/gemini-recordings.ts'
import { recordings } from '../../../test/recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { FailureKind } from '../../domain/failure.ts'
import type { ChatBody } from '../../domain/request.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Dialect } from '../../ports/dialect.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { bedrockConverse } from '../bedrock-converse/index.ts'
import { cohereChat } from '../cohere-chat/index.ts'
import { frameSplitter, serverSentEvents } from '../framing.ts'
import { jsonArray } from '../json-array.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { openaiResponses } from '../openai-responses/index.ts'
import { gemini } from './index.ts'

type Json = Readonly<Record<string, unknown>>

const context = { id: 'req-1', model: 'gemini-3-pro-preview', now: 1_750_000_000_000 as Instant, streamUsage: true }

/** What the server answers next, and what it was asked. */
let answers: (readonly StreamEvent[])[] = []
let asked: { readonly body: ChatBody; readonly path: string }[] = []
let url = ''

const server = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const address = new URL(request.url ?? '', 'http://a.test')
    const [, model, method] = /models\/([^:]+):(\w+)/.exec(address.pathname) ?? []
    const stream = method === 'streamGenerateContent'
    const read = gemini.decodeRequest(JSON.parse(Buffer.concat(pieces).toString()), { model: model ?? '', stream })
    if (!read.ok) throw new Error(read.why)
    asked.push({ body: read.value, path: request.url ?? '' })
    const events = answers.shift() ?? []
    const [last] = events.slice(-1)
    if (last?.type === 'response-failed' && events.length === 1) {
      const { status, body } = gemini.encodeFailure(last.failure, context.id)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      return
    }
    if (!stream) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(gemini.encodeAnswer(events, context).value))
      return
    }
    const framing = address.searchParams.get('alt') === 'sse' ? serverSentEvents : jsonArray
    const [encoder, joiner] = [gemini.encodeStream(context), framing.join()]
    response.writeHead(200, { 'content-type': framing.mediaType })
    const text = events.map(event => String(joiner.write(encoder.push(event)))).join('') + String(joiner.end())
    for (let at = 0; at < text.length; at += 61) response.write(text.slice(at, at + 61))
    response.end()
  })
})
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise(resolve => server.close(resolve)))
beforeEach(() => {
  answers = []
  asked = []
})

const client = (): GoogleGenAI => new GoogleGenAI({ apiKey: 'sk-sb-test', httpOptions: { baseUrl: url } })
const model = 'gemini-3-pro-preview'

const usage = {
  input: tokens(12),
  inputCached: tokens(4),
  inputCacheWritten: tokens(0),
  output: tokens(9),
  reasoning: tokens(5),
}
const answerOf = (...events: readonly StreamEvent[]): readonly StreamEvent[] => [
  { type: 'response-start', model, upstreamId: 'r-1' },
  ...events,
  { type: 'usage', usage },
  { type: 'response-end' },
]
const words = (text: string, block = 0): readonly StreamEvent[] => [
  { type: 'text-start', block },
  ...Array.from(text, (letter): StreamEvent => ({ type: 'text-delta', block, text: letter })),
  { type: 'text-end', block },
]
const call = (block: number, name: string, input: string, signature?: string): readonly StreamEvent[] => [
  {
    type: 'tool-call-start',
    block,
    callId: `call_${block}`,
    name,
    ...(signature !== undefined && { extensions: { gemini: { thoughtSignature: signature } } }),
  },
  { type: 'tool-call-delta', block, input },
  { type: 'tool-call-end', block },
]
const stop: StreamEvent = { type: 'choice-end', reason: 'stop' }
const calls: StreamEvent = { type: 'choice-end', reason: 'tool-calls' }

const all = async (stream: AsyncGenerator<GenerateContentResponse>): Promise<readonly GenerateContentResponse[]> => {
  const chunks: GenerateContentResponse[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}
const failed = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  if (error instanceof ApiError) return error
  throw new Error(`no ApiError but ${String(error)}`)
}

describe("Google's client reads", () => {
  it('text with its counts, whole and streamed', async () => {
    const told = answerOf(...words('naïve 🙂'), stop)
    answers = [told, told]
    const whole = await client().models.generateContent({ model, contents: 'hi' })
    expect(whole.text).toBe('naïve 🙂')
    expect(whole.candidates?.[0]?.finishReason).toBe('STOP')
    const counts = { promptTokenCount: 12, candidatesTokenCount: 4, thoughtsTokenCount: 5, totalTokenCount: 21 }
    expect(whole.usageMetadata).toMatchObject({ ...counts, cachedContentTokenCount: 4 })
    expect(whole).toMatchObject({ modelVersion: model, responseId: 'r-1' })
    const chunks = await all(await client().models.generateContentStream({ model, contents: 'hi' }))
    expect(chunks.map(chunk => chunk.text ?? '').join('')).toBe('naïve 🙂')
    expect(chunks.length).toBeGreaterThan(3)
    expect(chunks.at(-1)?.usageMetadata).toEqual(whole.usageMetadata)
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP')
    expect(asked.map(({ body }) => [body.target, body.stream])).toEqual([
      [model, false],
      [model, true],
    ])
  })

  it('thoughts apart from the answer', async () => {
    const thought: readonly StreamEvent[] = [
      { type: 'reasoning-start', block: 0 },
      { type: 'reasoning-delta', block: 0, text: 'hm' },
      { type: 'reasoning-end', block: 0, signature: 'CiQBAAEC' },
    ]
    const told = answerOf(...thought, ...words('so', 1), stop)
    answers = [told, told]
    const whole = await client().models.generateContent({ model, contents: 'hi' })
    const parts = whole.candidates?.[0]?.content?.parts ?? []
    expect(parts).toEqual([{ text: 'hm', thought: true, thoughtSignature: 'CiQBAAEC' }, { text: 'so' }])
    expect(whole.text).toBe('so')
    const chunks = await all(await client().models.generateContentStream({ model, contents: 'hi' }))
    expect(chunks.map(chunk => chunk.text ?? '').join('')).toBe('so')
  })

  it('parallel calls with their arguments and signatures, over two turns of a chat', async () => {
    const first = answerOf(...call(0, 'look', '{"at":"é"}', 'AY89a18AAAA='), ...call(1, 'hear', ''), calls)
    answers = [first, answerOf(...words('done'), stop)]
    const tools = [
      {
        functionDeclarations: [
          { name: 'look', parameters: { type: Type.OBJECT, properties: { at: { type: Type.STRING } } } },
          { name: 'hear' },
        ],
      },
    ]
    const chat = client().chats.create({ model, config: { tools } })
    const asks = await chat.sendMessage({ message: 'go' })
    expect(asks.functionCalls).toEqual([
      { id: 'call_0', name: 'look', args: { at: 'é' } },
      { id: 'call_1', name: 'hear', args: {} },
    ])
    const results = [
      { functionResponse: { id: 'call_1', name: 'hear', response: { output: 'a bird' } } },
      { functionResponse: { id: 'call_0', name: 'look', response: { error: 'too dark' } } },
    ]
    expect((await chat.sendMessage({ message: results })).text).toBe('done')
    const { messages } = asked[1]!.body
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(messages[1]?.parts).toMatchObject([
      { callId: 'call_0', input: '{"at":"é"}', extensions: { gemini: { thoughtSignature: 'AY89a18AAAA=' } } },
      { callId: 'call_1', input: '' },
    ])
    expect(messages[2]?.parts).toMatchObject([
      { callId: 'call_1', isError: false, output: [{ text: 'a bird' }] },
      { callId: 'call_0', isError: true, output: [{ text: 'too dark' }] },
    ])
  })

  it('calls of a stream, in a chat that goes on with them', async () => {
    answers = [
      answerOf(...words('I look. '), ...call(1, 'look', '{"at":[1,2]}'), calls),
      answerOf(...words('so'), stop),
    ]
    const chat = client().chats.create({ model })
    const chunks = await all(await chat.sendMessageStream({ message: 'go' }))
    expect(chunks.flatMap(chunk => chunk.functionCalls ?? [])).toEqual([
      { id: 'call_1', name: 'look', args: { at: [1, 2] } },
    ])
    const response = { functionResponse: { id: 'call_1', name: 'look', response: { output: 'ok' } } }
    await all(await chat.sendMessageStream({ message: [response] }))
    expect(asked[1]?.body.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  })

  it('structured output, asked for by either kind of schema', async () => {
    const told = answerOf(...words('{"city":"Oslo"}'), stop)
    answers = [told, told]
    const schema = {
      type: Type.OBJECT,
      properties: { city: { type: Type.STRING, nullable: true } },
      required: ['city'],
    }
    const config = { responseMimeType: 'application/json' }
    const asks = { model, contents: 'where' }
    const older = await client().models.generateContent({ ...asks, config: { ...config, responseSchema: schema } })
    expect(JSON.parse(older.text ?? '')).toEqual({ city: 'Oslo' })
    const json = { type: 'object', properties: { city: { type: 'string' } } }
    await client().models.generateContent({ ...asks, config: { ...config, responseJsonSchema: json } })
    expect(asked.map(({ body }) => body.output)).toEqual([
      {
        type: 'json',
        schema: { type: 'object', properties: { city: { type: ['string', 'null'] } }, required: ['city'] },
      },
      { type: 'json', schema: json },
    ])
  })

  it('a prompt that was not let through', async () => {
    const promptFeedback = { blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: 'no' }
    const events: readonly StreamEvent[] = [
      { type: 'response-start', model },
      { type: 'choice-end', reason: 'refused', raw: 'PROHIBITED_CONTENT' },
      { type: 'response-end', extensions: { gemini: { promptFeedback } } },
    ]
    answers = [events, events]
    const whole = await client().models.generateContent({ model, contents: 'hi' })
    expect(whole.promptFeedback).toEqual(promptFeedback)
    expect(whole.candidates).toBeUndefined()
    const [chunk] = await all(await client().models.generateContentStream({ model, contents: 'hi' }))
    expect(chunk?.promptFeedback).toEqual(promptFeedback)
  })

  it('errors by their status, with our kind among the details', async () => {
    const kinds: readonly (readonly [FailureKind, number, string])[] = [
      ['unauthenticated', 401, 'UNAUTHENTICATED'],
      ['over-budget', 402, 'FAILED_PRECONDITION'],
      ['target-unknown', 404, 'NOT_FOUND'],
      ['rate-limited', 429, 'RESOURCE_EXHAUSTED'],
      ['upstream-overloaded', 503, 'UNAVAILABLE'],
      ['upstream-timeout', 504, 'DEADLINE_EXCEEDED'],
      ['invalid-request', 400, 'INVALID_ARGUMENT'],
    ]
    for (const [kind, status, name] of kinds) {
      const failure = { kind, message: 'that is why', param: 'contents[0]', retryAfter: 1500 as never }
      answers = [[{ type: 'response-failed', failure }]]
      const error = await failed(client().models.generateContent({ model, contents: 'hi' }))
      expect(error.status).toBe(status)
      const body = JSON.parse(error.message) as { readonly error: Json }
      expect(body.error).toMatchObject({ code: status, status: name, message: 'contents[0]: that is why' })
      const code = kind === 'target-unknown' ? 'model_not_found' : kind
      expect(body.error['details']).toMatchObject([
        { reason: code.toUpperCase().replaceAll('-', '_'), domain: 'signalbox', metadata: { code } },
        { fieldViolations: [{ field: 'contents[0]' }] },
        { retryDelay: '1.5s' },
        { requestId: 'req-1' },
      ])
    }
  })

  it('an error in the middle of a stream', async () => {
    const failure = { kind: 'stream-broken' as const, message: 'the upstream fell silent' }
    answers = [[...answerOf(...words('so far')).slice(0, 5), { type: 'response-failed', failure }]]
    const error = await failed(client().models.generateContentStream({ model, contents: 'hi' }).then(all))
    expect(error.message).toContain('the upstream fell silent')
  })
})

describe("Google's client sends", () => {
  it('all that it can be told, and each is read', async () => {
    answers = [answerOf(...words('ok'), stop)]
    await client().models.generateContent({
      model,
      contents: [
        { role: 'user', parts: [{ text: 'see' }, { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }] },
      ],
      config: {
        systemInstruction: 'be brief',
        temperature: 1.5,
        topP: 0.9,
        topK: 40,
        candidateCount: 2,
        maxOutputTokens: 77,
        stopSequences: ['END'],
        seed: 7,
        presencePenalty: 0.5,
        frequencyPenalty: 0.25,
        responseLogprobs: true,
        logprobs: 3,
        thinkingConfig: { thinkingLevel: ThinkingLevel.LOW, includeThoughts: true },
        tools: [{ functionDeclarations: [{ name: 'f', description: 'does' }, { name: 'g' }] }, { googleSearch: {} }],
        toolConfig: {
          functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['f'] },
        },
        cachedContent: 'cachedContents/1',
      },
    })
    expect(asked[0]?.body).toMatchObject({
      target: model,
      messages: [
        { role: 'system', parts: [{ text: 'be brief' }] },
        { role: 'user', parts: [{ text: 'see' }, { type: 'image', mediaType: 'image/png' }] },
      ],
      sampling: { temperature: 1.5, topP: 0.9, topK: 40, seed: 7, presencePenalty: 0.5, frequencyPenalty: 0.25 },
      limits: { maxOutputTokens: 77, stop: ['END'] },
      choices: 2,
      logprobs: 3,
      reasoning: { effort: 'low' },
      tools: [{ name: 'f', description: 'does' }, { name: 'g' }],
      opaqueTools: [{ kind: 'googleSearch' }],
      toolChoice: { name: 'f' },
      extensions: { gemini: { cachedContent: 'cachedContents/1' } },
    })
  })
})

it('without alt=sse a stream is one JSON array', async () => {
  answers = [answerOf(...words('so'), stop)]
  const response = await fetch(`${url}/v1beta/models/${model}:streamGenerateContent`, {
    method: 'POST',
    body: JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] }),
  })
  expect(response.headers.get('content-type')).toBe('application/json')
  const events = gemini.decodeAnswer(await response.json())
  expect(collect(events)).toMatchObject({ ended: true, choices: [{ parts: [{ text: 'so' }], reason: 'stop' }] })
})

/** The recorded answers of another dialect, as events. */
const eventsOf = (dialect: Dialect, text: string): readonly StreamEvent[] => {
  if (/^\s*\{/.test(text)) return dialect.decodeAnswer(JSON.parse(text))
  const [splitter, decoder] = [frameSplitter(), dialect.decodeStream()]
  const frames = [...splitter.push(new TextEncoder().encode(text)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
/** Where the answers of each dialect were recorded, and how many of them are tried: one in so many. */
const surfaces: ReadonlyMap<string, readonly [dialect: Dialect, oneIn: number]> = new Map([
  ['chat', [openaiChat, 9]],
  ['messages', [anthropicMessages, 4]],
  ['responses', [openaiResponses, 4]],
  ['v2_chat', [cohereChat, 1]],
  ['converse', [bedrockConverse, 3]],
])
const foreign = (): readonly { readonly name: string; readonly events: readonly StreamEvent[] }[] => {
  const seen = new Map<string, number>()
  return [...recordings()].flatMap(({ id, surface, response }) => {
    const [dialect, oneIn] = surfaces.get(surface) ?? []
    const { text } = response.body
    if (dialect === undefined || oneIn === undefined || response.status !== 200 || text === undefined) return []
    const place = seen.get(surface) ?? 0
    seen.set(surface, place + 1)
    if (place % oneIn !== 0) return []
    const events = eventsOf(dialect, text)
    return events.at(-1)?.type === 'response-end' ? [{ name: `${surface} ${id}`, events }] : []
  })
}

describe.skipIf(!hasShared)("recorded answers, written for Google's client", () => {
  it('of other dialects say the same: words, calls, counts, the end', async () => {
    const ai = client()
    const samples = foreign()
    expect(samples.length).toBeGreaterThan(100)
    for (const surface of surfaces.keys())
      expect(
        samples.some(({ name }) => name.startsWith(surface)),
        surface,
      ).toBe(true)
    for (const { name, events } of samples) {
      answers = [events, events]
      const { choices, usage: counts } = collect(events)
      const [choice] = choices
      const text = (choice?.parts ?? [])
        .map(part => (part.type === 'text' || part.type === 'refusal' ? part.text : ''))
        .join('')
      const names = (choice?.parts ?? []).flatMap(part => (part.type === 'tool-call' ? [part.name] : []))
      const whole = await ai.models.generateContent({ model, contents: 'hi' })
      const chunks = await all(await ai.models.generateContentStream({ model, contents: 'hi' }))
      for (const read of [[whole], chunks]) {
        const first = read.flatMap(one => one.candidates?.filter(({ index }) => (index ?? 0) === 0) ?? [])
        const parts = first.flatMap(one => one.content?.parts ?? [])
        expect(
          parts
            .filter(part => part.thought !== true)
            .map(part => part.text ?? '')
            .join(''),
          name,
        ).toBe(text)
        expect(
          parts.flatMap(part => part.functionCall?.name ?? []),
          name,
        ).toEqual(names)
        expect(read.at(-1)?.usageMetadata?.totalTokenCount, name).toBe(counts && counts.input + counts.output)
        expect(first.at(-1)?.finishReason, name).toBeDefined()
      }
    }
  }, 60_000)

  it('of its own say the same', async () => {
    const ai = client()
    for (const { name, text } of [...wholeAnswers, ...streamedAnswers].filter((_, place) => place % 5 === 0)) {
      const events = /^\s*\[/.test(text) ? gemini.decodeAnswer(JSON.parse(text)) : eventsOf(gemini, text)
      answers = [events]
      const whole = await ai.models.generateContent({ model, contents: 'hi' })
      const parts = collect(events).choices[0]?.parts ?? []
      const plain = parts.map(part => (part.type === 'text' ? part.text : '')).join('')
      expect(whole.text ?? '', name).toBe(plain)
    }
  })
})

it('what the client sent goes upstream as it was, through our nouns', async () => {
  answers = [answerOf(...words('ok'), stop)]
  const config = { temperature: 0.5, thinkingConfig: { includeThoughts: true }, tools: [{ urlContext: {} }] }
  await client().models.generateContent({ model, contents: 'hi', config })
  const { body, path } = asked[0]!
  expect(path).toContain(`/models/${model}:generateContent`)
  const { value, losses } = gemini.encodeRequest(requestOf({ ...body, raw: rawOf(gemini.id, {}) }), model)
  expect(value).toMatchObject({
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    generationConfig: { temperature: 0.5 },
    tools: [{ urlContext: {} }],
  })
  expect(losses).toEqual([])
})

/** What we write and what we pass on is read by Cohere's official client as we meant it, over a real socket; what it sends is read by us. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { CohereClientV2, CohereError } from 'cohere-ai'
import type { Cohere } from 'cohere-ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { streamedCohere, wholeCohere } from '../../../test/cohere-recordings.ts'
import { requestOf } from '../../../test/fake-dialect.ts'
import { hasShared } from '../../../test/shared.ts'
import type { FailureKind } from '../../domain/failure.ts'
import type { ChatBody } from '../../domain/request.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { AnswerContext } from '../../ports/dialect.ts'
import { frameText } from '../framing.ts'
import { cohereChat } from './index.ts'

const context: AnswerContext = { id: 'req-1', model: 'asked-for', now: 1_750_000_000_000 as Instant, streamUsage: true }

/** What the server answers next, and what it was sent last. */
let next = { status: 200, type: 'application/json', body: '' }
let sent: unknown
let server: Server
let client: CohereClientV2
beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      sent = request.url === '/v2/chat' ? JSON.parse(Buffer.concat(pieces).toString()) : undefined
      response.writeHead(next.status, { 'content-type': next.type })
      response.end(next.body)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  client = new CohereClientV2({ token: 'none', environment: `http://127.0.0.1:${port}` })
})
afterAll(() => new Promise(resolve => server.close(resolve)))

const asked: Cohere.V2ChatRequest = { model: 'command-a-03-2025', messages: [{ role: 'user', content: 'hi' }] }
const wholeOf = (body: string): Promise<Cohere.V2ChatResponse> => {
  next = { status: 200, type: 'application/json', body }
  return client.chat(asked, { maxRetries: 0 })
}
const eventsOf = async (text: string): Promise<readonly Cohere.V2ChatStreamResponse[]> => {
  next = { status: 200, type: 'text/event-stream', body: text }
  const events: Cohere.V2ChatStreamResponse[] = []
  for await (const event of await client.chatStream(asked, { maxRetries: 0 })) events.push(event)
  return events
}
const written = (events: readonly StreamEvent[]): string => {
  const encoder = cohereChat.encodeStream(context)
  return events
    .flatMap(event => encoder.push(event))
    .map(frameText)
    .join('')
}

/** What an answer says, as the client's types name it. */
const gist = ({ id, message, finishReason, usage }: Cohere.V2ChatResponse) => ({
  id,
  plan: message.toolPlan ?? '',
  thinking: (message.content ?? []).map(part => (part.type === 'thinking' ? part.thinking : '')).join(''),
  text: (message.content ?? []).map(part => (part.type === 'text' ? part.text : '')).join(''),
  calls: (message.toolCalls ?? []).map(call => [call.id, call.function?.name, call.function?.arguments]),
  citations: message.citations ?? [],
  finishReason,
  usage,
})
/** The whole answer that the client's events tell, joined by their indexes. */
const joined = (events: readonly Cohere.V2ChatStreamResponse[]): Cohere.V2ChatResponse => {
  const contents = new Map<number, { type: 'text' | 'thinking'; words: string }>()
  const calls = new Map<number, { id: string; name: string; input: string }>()
  let [id, plan] = ['', '']
  const citations: Cohere.Citation[] = []
  let end: Cohere.ChatMessageEndEventDelta = {}
  for (const event of events) {
    if (event.type === 'message-start') id = event.id ?? ''
    if (event.type === 'tool-plan-delta') plan += event.delta?.message?.toolPlan ?? ''
    if (event.type === 'content-start') {
      const content = event.delta?.message?.content
      contents.set(event.index!, { type: content?.type ?? 'text', words: content?.text ?? content?.thinking ?? '' })
    }
    if (event.type === 'content-delta') {
      const content = event.delta?.message?.content
      contents.get(event.index!)!.words += content?.text ?? content?.thinking ?? ''
    }
    if (event.type === 'tool-call-start') {
      const call = event.delta?.message?.toolCalls
      calls.set(event.index!, {
        id: call?.id ?? '',
        name: call?.function?.name ?? '',
        input: call?.function?.arguments ?? '',
      })
    }
    if (event.type === 'tool-call-delta')
      calls.get(event.index!)!.input += event.delta?.message?.toolCalls?.function?.arguments ?? ''
    if (event.type === 'citation-start') citations.push(event.delta!.message!.citations!)
    if (event.type === 'message-end') end = event.delta ?? {}
  }
  return {
    id,
    finishReason: end.finishReason ?? 'ERROR',
    ...(end.usage && { usage: end.usage }),
    message: {
      role: 'assistant',
      toolPlan: plan,
      content: [...contents.values()].map(({ type, words }) =>
        type === 'text' ? { type, text: words } : { type, thinking: words },
      ),
      toolCalls: [...calls.values()].map(one => ({
        id: one.id,
        type: 'function',
        function: { name: one.name, arguments: one.input },
      })),
      citations,
    },
  }
}

const events: readonly StreamEvent[] = [
  { type: 'response-start', model: 'claude', upstreamId: 'msg_1' },
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0, signature: 'c2ln' },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'I "look" [DONE]\n' },
  { type: 'tool-call-start', block: 2, callId: 'toolu_1', name: 'one' },
  { type: 'tool-call-delta', block: 2, input: '{"a"' },
  { type: 'tool-call-start', block: 3, callId: '', name: 'two' },
  { type: 'tool-call-delta', block: 2, input: ':1}' },
  { type: 'tool-call-end', block: 2 },
  { type: 'tool-call-end', block: 3 },
  { type: 'text-delta', block: 1, text: 'late' },
  { type: 'text-end', block: 1 },
  { type: 'choice-end', reason: 'tool-calls', raw: 'tool_use' },
  {
    type: 'usage',
    usage: {
      input: tokens(15),
      inputCached: tokens(3),
      inputCacheWritten: tokens(0),
      output: tokens(7),
      reasoning: tokens(1),
      units: { searches: 2 },
    },
  },
  { type: 'response-end' },
]

describe('the official client', () => {
  it('reads text, thinking, parallel calls and usage, whole and streamed alike', async () => {
    const fromStream = gist(joined(await eventsOf(written(events))))
    const fromWhole = gist(await wholeOf(JSON.stringify(cohereChat.encodeAnswer(events, context).value)))
    expect(fromStream).toEqual(fromWhole)
    expect(fromWhole).toMatchObject({
      id: 'msg_1',
      thinking: 'hm',
      text: 'I "look" [DONE]\nlate',
      calls: [
        ['toolu_1', 'one', '{"a":1}'],
        ['two_req-1_1', 'two', '{}'],
      ],
      finishReason: 'TOOL_CALL',
      usage: {
        billedUnits: { inputTokens: 15, outputTokens: 7, searchUnits: 2 },
        tokens: { inputTokens: 15, outputTokens: 7 },
        cachedTokens: 3,
      },
    })
  })

  it('reads structured output', async () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
    next = {
      status: 200,
      type: 'application/json',
      body: JSON.stringify(cohereChat.encodeAnswer(said('{"a":1}'), context).value),
    }
    const answer = await client.chat({ ...asked, responseFormat: { type: 'json_object', jsonSchema: schema } })
    expect(JSON.parse(gist(answer).text)).toEqual({ a: 1 })
    expect(read().output).toEqual({ type: 'json', schema })
  })

  it.skipIf(!hasShared)(
    'reads recorded answers that were passed on and those that were written anew alike',
    async () => {
      for (const { name, text } of wholeCohere) {
        const through = cohereChat.express.scanAnswer(new TextEncoder().encode(text)).bytes!
        const passed = gist(await wholeOf(Buffer.from(through).toString()))
        const anew = cohereChat.encodeAnswer(cohereChat.decodeAnswer(JSON.parse(text)), context).value
        const calls = passed.calls.map(([id, called, input]) => [id, called, input === 'null' ? '{}' : input])
        expect(gist(await wholeOf(JSON.stringify(anew))), name).toEqual({ ...passed, calls })
      }
      for (const { name, text } of streamedCohere) {
        const scanner = cohereChat.express.scanStream({ streamUsage: true })
        const { bytes } = scanner.push(new TextEncoder().encode(text))
        const passed = gist(joined(await eventsOf(Buffer.from(bytes!).toString())))
        const decoder = cohereChat.decodeStream()
        const frames = text.split('\n').flatMap(line => (line.startsWith('data: ') ? [{ data: line.slice(6) }] : []))
        const anew = gist(joined(await eventsOf(written(frames.flatMap(frame => decoder.push(frame))))))
        const calls = passed.calls.map(([id, called, input]) => [id, called, input === '' ? '{}' : input])
        expect(anew, name).toEqual({ ...passed, calls })
      }
    },
  )

  it('is told of failures by status, and in the words of the failure', async () => {
    const kinds: readonly FailureKind[] = [
      'invalid-request',
      'unauthenticated',
      'rate-limited',
      'internal',
      'over-budget',
    ]
    for (const kind of kinds) {
      const { status, body } = cohereChat.encodeFailure({ kind, message: `what ${kind} means` }, 'req-1')
      next = { status, type: 'application/json', body: JSON.stringify(body) }
      const error: unknown = await client.chat(asked, { maxRetries: 0 }).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(CohereError)
      expect(error).toMatchObject({ statusCode: status, body: { id: 'req-1', message: `what ${kind} means` } })
    }
  })

  it('is told of a failure in mid-stream by an end with an error', async () => {
    const broken: readonly StreamEvent[] = [
      ...events.slice(0, 6),
      { type: 'response-failed', failure: { kind: 'stream-broken', message: 'the upstream fell silent' } },
    ]
    const told = await eventsOf(written(broken))
    expect(told.at(-1)).toMatchObject({
      type: 'message-end',
      delta: { finishReason: 'ERROR', error: 'the upstream fell silent' },
    })
  })
})

const said = (text: string): readonly StreamEvent[] => [
  { type: 'response-start', model: 'm' },
  { type: 'text-delta', block: 0, text },
  { type: 'choice-end', reason: 'stop' },
  { type: 'response-end' },
]
/** The request that the client sent last. */
const read = (): ChatBody => {
  const decoded = cohereChat.decodeRequest(sent)
  if (!decoded.ok) throw new Error(decoded.why)
  return decoded.value
}

describe('what the official client sends', () => {
  it('is read with everything that it says, and goes to Cohere as it came', async () => {
    const tool = {
      type: 'function',
      function: { name: 'look', description: 'looks', parameters: { type: 'object' } },
    } as const
    const request: Cohere.V2ChatRequest = {
      model: 'command-a-03-2025',
      messages: [
        { role: 'system', content: 'be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what?' },
            { type: 'image_url', imageUrl: { url: 'https://a.test/b.png', detail: 'low' } },
          ],
        },
        {
          role: 'assistant',
          toolPlan: 'I look',
          toolCalls: [{ id: 'look_1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } }],
        },
        {
          role: 'tool',
          toolCallId: 'look_1',
          content: [{ type: 'document', document: { id: 'd', data: { text: 'x' } } }],
        },
        { role: 'user', content: 'well?' },
      ],
      tools: [tool],
      strictTools: true,
      toolChoice: 'REQUIRED',
      documents: ['plain', { id: 'doc-1', data: { text: 'more' } }],
      citationOptions: { mode: 'FAST' },
      safetyMode: 'OFF',
      maxTokens: 20,
      stopSequences: ['a'],
      temperature: 0.2,
      seed: 3,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      k: 5,
      p: 0.9,
      logprobs: true,
      thinking: { type: 'enabled', tokenBudget: 100 },
      priority: 2,
    }
    next = { status: 200, type: 'text/event-stream', body: written(said('ok')) }
    for await (const event of await client.chatStream(request)) expect(event.type).not.toBe('')
    const body = read()
    expect(body).toMatchObject({
      target: 'command-a-03-2025',
      tools: [{ name: 'look', description: 'looks', inputSchema: { type: 'object' }, strict: true }],
      toolChoice: 'required',
      limits: { maxOutputTokens: 20, stop: ['a'] },
      sampling: { temperature: 0.2, seed: 3, frequencyPenalty: 0.1, presencePenalty: 0.2, topK: 5, topP: 0.9 },
      logprobs: 0,
      reasoning: { budget: 100 },
      stream: true,
      extensions: { 'cohere-chat': { citation_options: { mode: 'FAST' }, safety_mode: 'OFF', priority: 2 } },
    })
    expect(body.messages.map(({ role, parts }) => [role, parts.map(({ type }) => type)])).toEqual([
      ['system', ['text']],
      ['user', ['text', 'image']],
      ['assistant', ['reasoning', 'tool-call']],
      ['tool', ['tool-result']],
      ['user', ['opaque', 'opaque', 'text']],
    ])
    const { value, losses } = cohereChat.encodeRequest(requestOf(body), 'command-a-03-2025')
    expect(losses).toEqual([])
    expect(value).toEqual(sent)
  })

  it('comes back through two turns with a tool', async () => {
    const calling: readonly StreamEvent[] = [
      { type: 'response-start', model: 'm' },
      { type: 'tool-call-start', block: 0, callId: 'call_1', name: 'look' },
      { type: 'tool-call-delta', block: 0, input: '{"at":2}' },
      { type: 'tool-call-end', block: 0 },
      { type: 'choice-end', reason: 'tool-calls' },
      { type: 'response-end' },
    ]
    const { message } = await wholeOf(JSON.stringify(cohereChat.encodeAnswer(calling, context).value))
    next = { ...next, body: JSON.stringify(cohereChat.encodeAnswer(said('done'), context).value) }
    const answer = await client.chat({
      ...asked,
      messages: [...asked.messages, message, { role: 'tool', toolCallId: 'call_1', content: 'seen' }],
    })
    expect(gist(answer).text).toBe('done')
    expect(read().messages.slice(1)).toEqual([
      { role: 'assistant', parts: [{ type: 'tool-call', callId: 'call_1', name: 'look', input: '{"at":2}' }] },
      {
        role: 'tool',
        parts: [{ type: 'tool-result', callId: 'call_1', output: [{ type: 'text', text: 'seen' }], isError: false }],
      },
    ])
    expect(collect(cohereChat.decodeAnswer(cohereChat.encodeAnswer(calling, context).value)).choices[0]?.reason).toBe(
      'tool-calls',
    )
  })
})

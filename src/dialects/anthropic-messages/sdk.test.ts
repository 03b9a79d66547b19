/** What we write is read by Anthropic's official client as we meant it. */
import Anthropic from '@anthropic-ai/sdk'
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hasShared, shared } from '../../../test/shared.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import { tokens } from '../../domain/units.ts'
import type { Instant } from '../../domain/units.ts'
import type { Frame } from '../../ports/dialect.ts'
import { frameSplitter, frameText } from '../framing.ts'
import { anthropicMessages } from './index.ts'

type Message = Anthropic.Message | Anthropic.Beta.BetaMessage
type Block = Message['content'][number]
/** A value read from JSON, taken at its word. */
const parse = <T>(text: string): T => JSON.parse(text)

const context = { id: 'req_1', model: 'asked-for', now: 1 as Instant, streamUsage: true }

const client = (body: string, contentType: string, status = 200): Anthropic =>
  new Anthropic({
    apiKey: 'none',
    maxRetries: 0,
    fetch: async () => new Response(body, { status, headers: { 'content-type': contentType } }),
  })
const asked = { model: 'claude', max_tokens: 10, messages: [{ role: 'user' as const, content: 'hi' }] }

const framesOf = (events: readonly StreamEvent[]): readonly Frame[] => {
  const encoder = anthropicMessages.encodeStream(context)
  return events.flatMap(event => encoder.push(event))
}
const streamed = async (events: readonly StreamEvent[]): Promise<Message> => {
  const text = framesOf(events).map(frameText).join('')
  return client(text, 'text/event-stream').beta.messages.stream(asked).finalMessage()
}
const whole = async (events: readonly StreamEvent[]): Promise<Message> => {
  const body = JSON.stringify(anthropicMessages.encodeAnswer(events, context).value)
  return client(body, 'application/json').messages.create(asked)
}
/** An empty list of citations says nothing. */
const stripped = (block: Block): object => {
  const { citations, ...others } = { citations: undefined, ...block }
  return Array.isArray(citations) && citations.length > 0 ? block : others
}
interface Recording {
  readonly id: string
  readonly response: { readonly body: { readonly text: string } }
}
/** What the client's accumulation keeps of a message. */
const kept = ({ id, model, role, content, stop_reason, stop_sequence, usage }: Message) => {
  const { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens } = usage
  const counts = [input_tokens, output_tokens, cache_creation_input_tokens ?? 0, cache_read_input_tokens ?? 0]
  return {
    id,
    model,
    role,
    content: parse<Block[]>(JSON.stringify(content)).map(stripped),
    stop_reason,
    stop_sequence,
    usage: counts,
  }
}

/** Checks the order of frames: one block open at a time, numbered from 0, all between start and end. */
const grammar = (frames: readonly Frame[]): void => {
  const names = frames.map(frame => parse<{ type: string }>(frame.data).type)
  expect(names).toEqual(frames.map(frame => frame.event))
  let open: number | undefined
  let next = 0
  for (const frame of frames.slice(1, -2)) {
    const { type, index } = parse<{ type: string; index: number }>(frame.data)
    if (type === 'content_block_start') {
      expect(open).toBeUndefined()
      expect(index).toBe(next++)
      open = index
    } else expect(index).toBe(open)
    if (type === 'content_block_stop') open = undefined
  }
  expect(open).toBeUndefined()
  expect([names[0], ...names.slice(-2)]).toEqual(['message_start', 'message_delta', 'message_stop'])
}

const usage = (input: number, output: number): StreamEvent => ({
  type: 'usage',
  usage: {
    input: tokens(input),
    inputCached: tokens(3),
    inputCacheWritten: tokens(2),
    output: tokens(output),
    reasoning: tokens(0),
  },
})
/** Two calls whose arguments come by turns, as OpenAI's streams may have them. */
const interleaved: readonly StreamEvent[] = [
  { type: 'response-start', model: 'gpt', upstreamId: 'chatcmpl-1' },
  { type: 'reasoning-start', block: 0 },
  { type: 'reasoning-delta', block: 0, text: 'hm' },
  { type: 'reasoning-end', block: 0 },
  { type: 'text-start', block: 1 },
  { type: 'text-delta', block: 1, text: 'I ' },
  { type: 'tool-call-start', block: 2, callId: 'call:1', name: 'one' },
  { type: 'tool-call-delta', block: 2, input: '{"a"' },
  { type: 'tool-call-start', block: 3, callId: 'call_2', name: 'two' },
  { type: 'tool-call-delta', block: 3, input: '{"b":' },
  { type: 'tool-call-delta', block: 2, input: ':1}' },
  { type: 'tool-call-start', block: 4, callId: '', name: 'three' },
  { type: 'tool-call-delta', block: 3, input: '2}' },
  { type: 'text-end', block: 1 },
  { type: 'tool-call-end', block: 2 },
  { type: 'tool-call-end', block: 3 },
  { type: 'tool-call-end', block: 4 },
  { type: 'choice-end', reason: 'tool-calls', raw: 'tool_calls' },
  usage(15, 7),
  { type: 'response-end' },
]

describe('the official client', () => {
  it('reads calls whose arguments came by turns, each whole', async () => {
    const message = await streamed(interleaved)
    expect(message.content).toMatchObject([
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'I ' },
      { type: 'tool_use', id: expect.stringMatching(/^sb64_[a-zA-Z0-9_-]+$/), name: 'one', input: { a: 1 } },
      { type: 'tool_use', id: 'call_2', name: 'two', input: { b: 2 } },
      { type: 'tool_use', id: 'toolu_req_1', name: 'three', input: {} },
    ])
    expect(message).toMatchObject({ id: 'msg_chatcmpl-1', model: 'gpt', stop_reason: 'tool_use' })
    expect(message.usage).toMatchObject({ input_tokens: 10, cache_read_input_tokens: 3, output_tokens: 7 })
    grammar(framesOf(interleaved))
  })

  it('reads the same from the stream as from the whole answer', async () => {
    expect(kept(await streamed(interleaved))).toEqual(kept(await whole(interleaved)))
  })

  it('raises the failure that broke a stream off', async () => {
    const broken: readonly StreamEvent[] = [
      ...interleaved.slice(0, 6),
      { type: 'response-failed', failure: { kind: 'upstream-overloaded', message: 'too busy' } },
    ]
    await expect(streamed(broken)).rejects.toThrow('too busy')
    const last = parse(framesOf(broken).at(-1)!.data)
    expect(last).toEqual({
      type: 'error',
      error: { type: 'overloaded_error', message: 'too busy', code: 'upstream-overloaded' },
      request_id: 'req_1',
    })
  })

  it('raises a failure as the error class of its status', async () => {
    const { status, body } = anthropicMessages.encodeFailure({ kind: 'rate-limited', message: 'slow down' }, 'req_1')
    const call = client(JSON.stringify(body), 'application/json', status).messages.create(asked)
    await expect(call).rejects.toBeInstanceOf(Anthropic.RateLimitError)
  })
})

const root = `${shared}/data/recordings`
const decoded = (text: string, decode: typeof anthropicMessages.decodeStream): readonly StreamEvent[] => {
  const splitter = frameSplitter()
  const decoder = decode()
  const frames = [...splitter.push(new TextEncoder().encode(text)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
const recorded = (suffix: string): readonly (readonly [string, string])[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith(suffix))
    .flatMap(path => readFileSync(`${root}/${path}`, 'utf8').split('\n'))
    .filter(line => line !== '')
    .map(line => parse<Recording>(line))
    .map(({ id, response }) => [id, response.body.text])

describe.skipIf(!hasShared)('recorded answers, written anew', () => {
  it.each(hasShared ? recorded('anthropic.messages.stream.jsonl') : [])('%s reads the same', async (_id, text) => {
    const events = decoded(text, anthropicMessages.decodeStream)
    grammar(framesOf(events))
    const direct = await client(text, 'text/event-stream').beta.messages.stream(asked).finalMessage()
    const anew = await streamed(events)
    expect(kept(anew)).toEqual(kept(await whole(events)))
    expect(kept(anew)).toEqual(kept(direct))
  })
})

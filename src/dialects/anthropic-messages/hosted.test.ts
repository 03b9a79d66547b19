/** Claude as Bedrock and Vertex host it: bodies without a model, streams in another wrapping, errors of AWS. */
import { describe, expect, it } from 'vitest'
import { addressOf, invocations, invokeStreams, streamOf } from '../../../test/converse-recordings.ts'
import { requestOf } from '../../../test/requests.ts'
import { hasShared } from '../../../test/shared.ts'
import { collect } from '../../domain/response.ts'
import type { Instant } from '../../domain/units.ts'
import type { Frame } from '../../ports/dialect.ts'
import { invokeStream, messageBytes } from '../event-stream.ts'
import { frameText } from '../framing.ts'
import { claudeOnBedrock, claudeOnVertex, nativeBody } from './hosted.ts'
import { anthropicMessages } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const address = { model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', stream: true }
const body = {
  anthropic_version: 'bedrock-2023-05-31',
  anthropic_beta: ['one', 'two'],
  max_tokens: 9,
  messages: [{ role: 'user', content: 'hi' }],
  novel: [1],
}
const rawOf = (text: string, headers?: readonly string[]) => ({
  dialect: claudeOnBedrock.id,
  bytes: bytesOf(text),
  json: JSON.parse(text),
  address,
  ...(headers && { headers }),
})
const framesIn = (bytes: Uint8Array): readonly Frame[] => {
  const splitter = invokeStream.split()
  const frames = splitter.push(bytes)
  expect(splitter.fault).toBeUndefined()
  return frames
}
const eventsIn = (frames: readonly Frame[]) => {
  const decoder = anthropicMessages.decodeStream()
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}

describe('a hosted body', () => {
  it('is read with the model and the streaming of its path', () => {
    const read = claudeOnBedrock.decodeRequest(body, address)
    expect(read).toMatchObject({ ok: true, value: { target: address.model, stream: true, streamUsage: true } })
    expect(claudeOnBedrock.decodeRequest(body, { ...address, stream: false })).toMatchObject({
      value: { stream: false },
    })
    expect(claudeOnBedrock.decodeRequest(body)).toMatchObject({ ok: false, at: 'model' })
    expect(claudeOnBedrock.decodeRequest([1], address)).toMatchObject({ ok: false })
  })
  it('on Vertex says itself whether it streams where the path does not', () => {
    expect(claudeOnVertex.decodeRequest({ ...body, stream: true }, { model: 'm' })).toMatchObject({
      value: { target: 'm', stream: true },
    })
  })
  it('loses nothing on its way to another provider that speaks the dialect, and brings nothing along that it would refuse', () => {
    const read = claudeOnBedrock.decodeRequest(body, address)
    if (!read.ok) throw new Error(read.why)
    const { value, losses } = anthropicMessages.encodeRequest(requestOf(read.value), 'claude-sonnet-4-5')
    expect(losses).toEqual([])
    expect(value).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 9,
      messages: body.messages,
      novel: [1],
      stream: true,
    })
  })
  it('becomes a native one with no other byte changed, its betas in the header', () => {
    const text = `{ "novel":\t[1.0, 12345678901234567890],"anthropic_version":"bedrock-2023-05-31", "max_tokens": 9,"messages":[],"anthropic_beta":["one","two"]}`
    const native = nativeBody(rawOf(text, ['anthropic-version', '2023-06-01']))
    expect(textOf(native.bytes)).toBe(
      `{ "novel":\t[1.0, 12345678901234567890], "max_tokens": 9,"messages":[],"model":${JSON.stringify(address.model)},"stream":true}`,
    )
    expect(native.json).toEqual(JSON.parse(textOf(native.bytes)))
    expect(native.headers).toEqual(['anthropic-version', '2023-06-01', 'anthropic-beta', 'one,two'])
  })
  it('that is native already stays the very same', () => {
    const text = JSON.stringify({ model: address.model, stream: true, max_tokens: 1, messages: [] })
    const raw = rawOf(text)
    expect(nativeBody(raw).bytes).toBe(raw.bytes)
  })
  it('gets errors as clients of AWS read them', () => {
    const failed = claudeOnBedrock.encodeFailure({ kind: 'rate-limited', message: 'later' }, 'r')
    expect(failed).toEqual({
      status: 429,
      body: { message: 'later', code: 'rate-limited' },
      headers: ['x-amzn-errortype', 'ThrottlingException'],
    })
    expect(claudeOnBedrock.encodeFailure({ kind: 'internal', message: 'oh', param: 'a.b' }, 'r')).toMatchObject({
      status: 500,
      body: { message: 'a.b: oh' },
      headers: ['x-amzn-errortype', 'InternalServerException'],
    })
    expect(claudeOnVertex.encodeFailure({ kind: 'internal', message: 'oh' }, 'r').body).toMatchObject({ type: 'error' })
  })
})

const isMessages = (value: unknown): boolean => isRecord(value) && 'anthropic_version' in value
const claudeStreams = invokeStreams.filter(({ request }) => isMessages(request.body))
const claudeAnswers = invocations.filter(({ request, response }) => isMessages(request.body) && response.status === 200)

describe.skipIf(!hasShared)('recorded invocations', () => {
  it('are enough', () => {
    expect(claudeStreams.length).toBeGreaterThan(6)
    expect(claudeAnswers.length).toBeGreaterThan(8)
  })
  it('are read as requests', () => {
    for (const one of [...claudeStreams, ...claudeAnswers]) {
      const read = claudeOnBedrock.decodeRequest(one.request.body, addressOf(one))
      expect(read, one.id).toMatchObject({
        ok: true,
        value: addressOf(one).stream ? { stream: true } : { stream: false },
      })
    }
  })
  it('stream the same answer unwrapped, with their metrics, and wrapped once more', () => {
    for (const one of claudeStreams) {
      const frames = framesIn(streamOf(one))
      const events = eventsIn(frames)
      const text = frames.map(({ data }) => JSON.parse(data)?.delta?.text ?? '').join('')
      const answer = collect(events)
      expect(answer.ended, one.id).toBe(true)
      expect(answer.failure, one.id).toBeUndefined()
      expect(answer.choices[0]?.parts.map(part => (part.type === 'text' ? part.text : '')).join('')).toBe(text)
      const metrics = JSON.parse(frames.at(-1)?.data ?? '')['amazon-bedrock-invocationMetrics']
      expect(metrics.inputTokenCount, one.id).toBe(answer.usage?.input)
      expect(metrics.outputTokenCount, one.id).toBeGreaterThan(0)
      const again = invokeStream.join().write(frames)
      expect(framesIn(again as Uint8Array), one.id).toEqual(frames)
      // The same through the express lane, whose bytes are Anthropic's own.
      const scanner = anthropicMessages.express.scanStream({ streamUsage: true })
      const deliveries = [...frames.map(frame => scanner.push(bytesOf(frameText(frame)))), scanner.end()]
      expect(
        deliveries.some(({ ended }) => ended === true),
        one.id,
      ).toBe(true)
      expect(deliveries.map(({ bytes }) => (bytes === undefined ? '' : textOf(bytes))).join(''), one.id).toContain(
        '"amazon-bedrock-invocationMetrics"',
      )
    }
  })
})

describe('the metrics of an invocation', () => {
  const stop = { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 7, outputTokenCount: 3 } }
  const frame = (event: Json): Frame => ({ event: String(event['type']), data: JSON.stringify(event) })
  const start = frame({ type: 'message_start', message: { id: 'm', model: 'c', content: [] } })
  const end = frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' } })

  it('are the usage where nothing else tells it', () => {
    expect(collect(eventsIn([start, end, frame(stop)])).usage).toMatchObject({ input: 7, output: 3 })
  })
  it('give way to what the model told', () => {
    const told = frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } })
    expect(collect(eventsIn([start, told, frame(stop)])).usage).toMatchObject({ input: 7, output: 5 })
  })
  it('come back in the last event', () => {
    const context = { id: 'r', model: 'm', now: 0 as Instant, streamUsage: true }
    const encoder = anthropicMessages.encodeStream(context)
    const frames = eventsIn([start, end, frame(stop)]).flatMap(event => encoder.push(event))
    expect(JSON.parse(frames.at(-1)?.data ?? '')).toEqual(stop)
    expect(frames.at(-2)?.data).not.toContain('invocationMetrics')
  })
})

describe('a failure inside an invocation', () => {
  it.each([
    ['throttlingException', 'upstream-rate-limited'],
    ['serviceUnavailableException', 'upstream-overloaded'],
    ['internalServerException', 'upstream-overloaded'],
    ['modelStreamErrorException', 'upstream-overloaded'],
    ['modelTimeoutException', 'upstream-timeout'],
    ['validationException', 'upstream-invalid'],
  ])('%s is %s, and goes back as an exception', (event, kind) => {
    const data = JSON.stringify({ message: 'what it says' })
    const frames = framesIn(messageBytes({ event, data, isException: true }))
    expect(collect(eventsIn(frames)).failure).toMatchObject({ kind, message: 'what it says' })
    const back = textOf(invokeStream.join().write(frames) as Uint8Array)
    expect(back).toMatch(/:exception-type.{3}[a-zA-Z]+Exception/s)
    expect(back).toContain('{"message":"what it says"}')
  })
})

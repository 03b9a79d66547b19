/** Every recorded request and response is read without loss, however its bytes are cut, and goes back out as it came. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../../test/requests.ts'
import { responsesExchanges, streamedResponses, wholeResponses } from '../../../test/responses-recordings.ts'
import { hasShared } from '../../../test/shared.ts'
import type { Delivery } from '../../domain/delivery.ts'
import type { Part } from '../../domain/message.ts'
import { collect } from '../../domain/response.ts'
import type { Answer } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { Frame } from '../../ports/dialect.ts'
import { frameSplitter } from '../framing.ts'
import { openaiResponses } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)
const records = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const parse = (words: string): Json => JSON.parse(words)
const bytesOf = (words: string): Uint8Array => new TextEncoder().encode(words)
const context = { id: 'req_1', model: 'asked-for', now: 1_700_000_000_000 as Instant, streamUsage: true }

/** What a response says, item by item, by the published documentation and nothing of the code under test. */
type Said = readonly [kind: string, ...words: readonly string[]]
const saidIn = (item: Json): readonly Said[] => {
  switch (item['type']) {
    case 'message':
      return records(item['content']).map(part =>
        part['type'] === 'refusal' ? ['refusal', text(part['refusal'])] : ['text', text(part['text'])],
      )
    case 'reasoning': {
      const texts = [...records(item['summary']), ...records(item['content'])].map(one => text(one['text']))
      const proof = text(item['encrypted_content'])
      return texts.length === 0
        ? [['reasoning', '', proof]]
        : texts.map((one, place) => ['reasoning', one, place === texts.length - 1 ? proof : ''])
    }
    case 'function_call':
      return [['call', text(item['call_id']), text(item['name']), text(item['arguments'])]]
    default:
      return [['item', text(item['type']), text(item['id'])]]
  }
}
interface Gist {
  readonly id: string
  readonly model: string
  readonly said: readonly Said[]
  readonly finish: string
  readonly usage: readonly unknown[] | undefined
}
const callTypes = new Set(
  'function_call custom_tool_call computer_call local_shell_call shell_call apply_patch_call mcp_approval_request'.split(
    ' ',
  ),
)
const gistOf = (response: Json): Gist => {
  const output = records(response['output'])
  const usage = response['usage']
  const details = isRecord(response['incomplete_details']) ? text(response['incomplete_details']['reason']) : ''
  const calls = output.some(item => callTypes.has(text(item['type'])))
  const inner = (from: Json, outer: string, member: string): unknown =>
    (isRecord(from[outer]) ? from[outer][member] : 0) ?? 0
  return {
    id: text(response['id']),
    model: text(response['model']),
    said: output.flatMap(saidIn),
    finish: details !== '' ? details : calls ? 'tool-calls' : 'stop',
    usage: isRecord(usage)
      ? [
          usage['input_tokens'],
          inner(usage, 'input_tokens_details', 'cached_tokens'),
          usage['output_tokens'],
          inner(usage, 'output_tokens_details', 'reasoning_tokens'),
        ]
      : undefined,
  }
}
const ourSaid = (part: Part): Said => {
  if (part.type === 'text' || part.type === 'refusal') return [part.type, part.text]
  if (part.type === 'reasoning') return ['reasoning', part.text, part.redacted ?? part.signature ?? '']
  if (part.type === 'tool-call') return ['call', part.callId, part.name, part.input]
  const value = part.type === 'opaque' && isRecord(part.value) ? part.value : {}
  return ['item', text(value['type']), text(value['id'])]
}
const isItem = (part: Part): boolean => part.type !== 'opaque' || !part.kind.startsWith('response.')
const ourGist = ({ upstreamId, model, choices, usage }: Answer): Gist => {
  const [choice] = choices
  return {
    id: upstreamId ?? '',
    model,
    said: (choice?.parts ?? []).filter(isItem).map(ourSaid),
    finish: choice?.raw ?? choice?.reason ?? '',
    usage: usage && [usage.input, usage.inputCached, usage.output, usage.reasoning],
  }
}

const framesIn = (words: string): readonly Frame[] => {
  const splitter = frameSplitter()
  return [...splitter.push(bytesOf(words)), ...splitter.end()]
}
const decodePieces = (pieces: readonly Uint8Array[]): readonly StreamEvent[] => {
  const splitter = frameSplitter()
  const decoder = openaiResponses.decodeStream()
  const frames = [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.end()]
  return [...frames.flatMap(frame => decoder.push(frame)), ...decoder.end()]
}
/** At every byte, one by one; of a long text at 500 places. */
const cuts = (bytes: Uint8Array): readonly number[] =>
  bytes.length <= 4000
    ? Array.from(bytes, (_, at) => at)
    : fc.sample(fc.nat(bytes.length - 1), { numRuns: 500, seed: bytes.length })

/** The event that ends the stream, and what it holds. Some recordings hold a second one behind it. */
const endIn = (words: string): Json | undefined =>
  framesIn(words)
    .map(({ data }) => (data.startsWith('{') ? parse(data) : {}))
    .find(event => /^response\.(?:completed|incomplete)$/.test(text(event['type'])))
/** Proofs are made anew for each event that tells them, and one recording was shortened by hand. */
const withoutProofs = (gist: Gist): Gist => ({
  ...gist,
  said: gist.said.map(([kind, ...words]) => (kind === 'reasoning' ? [kind, words[0] ?? ''] : [kind, ...words])),
})
const shortened = /openai-shell-container\.1\.chunks/

describe.skipIf(!hasShared)('recorded requests', () => {
  it('are many', () => {
    expect(responsesExchanges.length).toBeGreaterThan(150)
  })
  it.each(responsesExchanges.map(({ id, request }) => ({ id, body: request.body })))(
    '$id goes back out as it came, and nothing is lost',
    ({ body }) => {
      const read = openaiResponses.decodeRequest(body)
      expect(read).toMatchObject({ ok: true })
      if (!read.ok) return
      const { value, losses } = openaiResponses.encodeRequest(requestOf(read.value), read.value.target)
      expect(losses).toEqual([])
      expect(JSON.parse(JSON.stringify(value))).toEqual(body)
    },
  )
})

describe.skipIf(!hasShared)('recorded answers, whole', () => {
  it('are many', () => {
    expect(wholeResponses.length).toBeGreaterThan(130)
  })
  it.each(wholeResponses)('$name is read, and written again with every item', ({ text: words }) => {
    const events = openaiResponses.decodeAnswer(parse(words))
    const wanted = gistOf(parse(words))
    expect(ourGist(collect(events))).toEqual(wanted)
    const { value, losses } = openaiResponses.encodeAnswer(events, context)
    expect(losses).toEqual([])
    expect(gistOf(value)).toEqual(wanted)
    const passed = openaiResponses.express.scanAnswer(bytesOf(words))
    expect(gistOf(parse(new TextDecoder().decode(passed.bytes)))).toMatchObject({ ...wanted, said: expect.any(Array) })
  })
})

describe.skipIf(!hasShared)('recorded answers, streamed', () => {
  const good = streamedResponses.filter(({ text: words }) => endIn(words) !== undefined)
  it('are many', () => {
    expect(good.length).toBeGreaterThan(70)
  })
  it.each(good)('$name says what its last event says', ({ name, text: words }) => {
    const answer = collect(decodePieces([bytesOf(words)]))
    const response = endIn(words)?.['response']
    const [ours, wanted] = [withoutProofs(ourGist(answer)), withoutProofs(gistOf(isRecord(response) ? response : {}))]
    expect(answer.failure).toBeUndefined()
    if (shortened.test(name)) expect({ ...ours, said: [] }).toEqual({ ...wanted, said: [] })
    else expect(ours).toEqual(wanted)
  })
  it.each(streamedResponses)('$name gives the same events wherever it is cut', ({ text: words }) => {
    const bytes = bytesOf(words)
    const whole = decodePieces([bytes])
    for (const at of cuts(bytes)) {
      const pieces = decodePieces([bytes.subarray(0, at), bytes.subarray(at)])
      if (JSON.stringify(pieces) !== JSON.stringify(whole)) expect(pieces, `cut at ${at}`).toEqual(whole)
    }
  })
  it.each(good)('$name is written again with all that it said', ({ text: words }) => {
    const events = decodePieces([bytesOf(words)])
    const encoder = openaiResponses.encodeStream(context)
    const frames = events.flatMap(event => encoder.push(event))
    expect(encoder.losses()).toEqual([])
    const again = openaiResponses.decodeStream()
    expect(ourGist(collect(frames.flatMap(frame => again.push(frame))))).toEqual(ourGist(collect(events)))
    const last = parse(frames.at(-1)?.data ?? '{}')['response']
    expect(gistOf(isRecord(last) ? last : {})).toEqual(ourGist(collect(events)))
  })
  it.each(good)('$name passes with every member that it had', ({ text: words }) => {
    const scanner = openaiResponses.express.scanStream({ streamUsage: true })
    const deliveries: readonly Delivery[] = [scanner.push(bytesOf(words)), scanner.end()]
    const passed = Buffer.concat(deliveries.flatMap(({ bytes }) => bytes ?? [])).toString()
    const [all, after] = [framesIn(words), framesIn(passed)].map(frames =>
      frames.filter(({ data }) => data.startsWith('{')).map(({ data }) => parse(data)),
    )
    const before = all?.slice(0, 1 + all.findIndex(({ type }) => type === endIn(words)?.['type']))
    expect(after?.length).toBe(before?.length)
    for (const [place, event] of (before ?? []).entries()) {
      const { response, item, type: _type, part: _part, content_index: _index, logprobs: _logprobs, ...members } = event
      expect(after?.[place]).toMatchObject(members)
      if (isRecord(response))
        expect(gistOf(responseIn(after?.[place]))).toMatchObject({ ...gistOf(response), said: expect.any(Array) })
      if (isRecord(item)) expect(after?.[place]?.['item']).toMatchObject({ type: item['type'] })
    }
  })
})
const responseIn = (event: Json | undefined): Json => (isRecord(event?.['response']) ? event['response'] : {})

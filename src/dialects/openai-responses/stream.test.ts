/** Streams as servers send them and not as they should: events that are missing, unknown, unnumbered, or told twice. */
import { describe, expect, it } from 'vitest'
import { responsesStream } from '../../../test/contract/responses-samples.ts'
import { collect } from '../../domain/response.ts'
import type { StreamEvent } from '../../domain/stream-event.ts'
import type { Instant } from '../../domain/units.ts'
import type { Frame } from '../../ports/dialect.ts'
import { frameSplitter } from '../framing.ts'
import { dialects } from '../registry.ts'
import { openaiResponses } from './index.ts'

type Json = Readonly<Record<string, unknown>>
const context = { id: 'req_1', model: 'asked-for', now: 1_700_000_000_000 as Instant, streamUsage: true }
const frame = (event: Json): Frame => ({ data: JSON.stringify(event) })
const decode = (...sent: readonly Json[]): readonly StreamEvent[] => {
  const decoder = openaiResponses.decodeStream()
  return [...sent.flatMap(event => decoder.push(frame(event))), ...decoder.end()]
}
const partsOf = (events: readonly StreamEvent[]) => collect(events).choices[0]?.parts ?? []
const kinds = (frames: readonly Frame[]): readonly string[] => frames.map(({ event }) => event ?? '')
const encode = (events: readonly StreamEvent[]): readonly Frame[] => {
  const encoder = openaiResponses.encodeStream(context)
  return events.flatMap(event => encoder.push(event))
}

const created = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt', created_at: 1, status: 'in_progress' },
}
const completed = (...output: readonly Json[]): Json => ({
  type: 'response.completed',
  response: { id: 'resp_1', model: 'gpt', created_at: 1, status: 'completed', output },
})
const message = (text: string): Json => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
})
const delta = (text: string): Json => ({
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  delta: text,
})
const call = { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{"a":1}' }

describe('an event that comes twice', () => {
  const numbered = (events: readonly Json[]): readonly Json[] =>
    events.map((event, at) => ({ ...event, sequence_number: at }))
  const added = { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } }
  const all = numbered([created, added, delta('na'), delta('ïve'), completed(message('naïve'))])
  const doubled = all.flatMap(event => [event, event])
  it('is heard once, with its number', () => {
    expect(partsOf(decode(...doubled))).toMatchObject([{ type: 'text', text: 'naïve' }])
    expect(decode(...doubled)).toEqual(decode(...all))
  })
  it('is passed on once', () => {
    const scanner = openaiResponses.express.scanStream({ streamUsage: false })
    const bytes = new TextEncoder().encode(doubled.map(event => `data: ${JSON.stringify(event)}\n\n`).join(''))
    const passed = new TextDecoder().decode(scanner.push(bytes).bytes)
    const numbers = [...passed.matchAll(/"sequence_number":(\d)/g)].map(([, number]) => number)
    expect(numbers).toEqual(['0', '1', '2', '3', '4'])
  })
  it('may be meant where events have no number of their own', () => {
    const zero = (event: Json): Json => ({ ...event, sequence_number: 0 })
    for (const bare of [(event: Json) => event, zero]) {
      const events = decode(...[created, delta('ha'), delta('ha'), completed()].map(bare))
      expect(partsOf(events)).toMatchObject([{ text: 'haha' }])
    }
  })
})

describe('a stream', () => {
  it('may lack everything but its deltas and its end', () => {
    const events = decode(created, delta('na'), delta('ïve'), completed())
    expect(partsOf(events)).toMatchObject([{ type: 'text', text: 'naïve' }])
    expect(events.at(-1)).toMatchObject({ type: 'response-end' })
  })
  it('may tell words only when they are done, or only with its end', () => {
    const done = { ...delta(''), type: 'response.output_text.done', text: 'naïve' }
    expect(partsOf(decode(created, done, completed(message('naïve'))))).toMatchObject([{ text: 'naïve' }])
    expect(partsOf(decode(created, completed(message('naïve'), call)))).toMatchObject([
      { type: 'text', text: 'naïve' },
      { type: 'tool-call', callId: 'call_1', name: 'look', input: '{"a":1}' },
    ])
  })
  it('tells once what it says several times', () => {
    const item = { type: 'response.output_item.done', output_index: 0, item: message('naïve') }
    const done = { ...delta(''), type: 'response.output_text.done', text: 'naïve' }
    const events = decode(created, delta('naï'), done, item, item, completed(message('naïve')))
    expect(partsOf(events)).toMatchObject([{ type: 'text', text: 'naïve' }])
    expect(events.filter(({ type }) => type === 'text-end')).toHaveLength(1)
  })
  it('may change the ids of its items from event to event', () => {
    const turned = (event: Json, id: string): Json => ({ ...event, item_id: id })
    const added = { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } }
    const done = { type: 'response.output_item.done', output_index: 0, item: { ...message('naïve'), id: 'msg_4' } }
    const events = decode(
      created,
      added,
      turned(delta('na'), 'x'),
      turned(delta('ïve'), 'y'),
      done,
      completed(message('naïve')),
    )
    expect(partsOf(events)).toMatchObject([{ type: 'text', text: 'naïve' }])
  })
  it('keeps reasoning in its parts, with the proof at the last', () => {
    const at = { item_id: 'rs_1', output_index: 0 }
    const thought = {
      id: 'rs_1',
      type: 'reasoning',
      summary: [
        { type: 'summary_text', text: 'hm' },
        { type: 'summary_text', text: 'aha' },
      ],
      encrypted_content: 'gAAAAABo',
    }
    const events = decode(
      created,
      { type: 'response.output_item.added', output_index: 0, item: { id: 'rs_1', type: 'reasoning', summary: [] } },
      { type: 'response.reasoning_summary_text.delta', ...at, summary_index: 0, delta: 'hm' },
      { type: 'response.reasoning_summary_text.delta', ...at, summary_index: 1, delta: 'aha' },
      { type: 'response.output_item.done', output_index: 0, item: thought },
      completed(thought),
    )
    expect(partsOf(events)).toMatchObject([
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', text: 'aha', signature: 'gAAAAABo' },
    ])
    const { value } = openaiResponses.encodeAnswer(events, context)
    expect(value).toMatchObject({ output: [thought] })
  })
  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'refused'],
  ])('that stopped short by %s says so', (reason, word) => {
    const { response } = completed(message('na')) as { readonly response: Json }
    const cut = { ...response, status: 'incomplete', incomplete_details: { reason } }
    const events = decode(created, delta('na'), { type: 'response.incomplete', response: cut })
    expect(events).toContainEqual({ type: 'choice-end', reason: word, raw: reason })
  })
  it('that calls wants their results, those of custom tools too', () => {
    const custom = { id: 'ctc_1', type: 'custom_tool_call', call_id: 'c', name: 'sql', input: 'x' }
    for (const item of [call, custom])
      expect(decode(created, completed(item))).toContainEqual({ type: 'choice-end', reason: 'tool-calls' })
  })
  it('that ends before its end is broken, whatever it said', () => {
    for (const sent of [[], [created], [created, delta('na')]]) {
      expect(decode(...sent).at(-1)).toMatchObject({ failure: { kind: 'stream-broken' } })
    }
  })
  it.each([
    [{ type: 'error', code: 'rate_limit_exceeded', message: 'slow down', param: null }, 'upstream-rate-limited'],
    [
      { type: 'error', error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'x' } },
      'upstream-quota',
    ],
    [{ type: 'response.failed', response: { error: { code: 'server_error', message: 'x' } } }, 'upstream-overloaded'],
    [{ type: 'response.failed', response: { error: { code: 'invalid_prompt', message: 'x' } } }, 'content-refused'],
    [{ error: { message: 'maximum context length', code: 400 } }, 'context-overflow'],
    [{ type: 'response.cancelled', response: { status: 'cancelled' } }, 'stream-broken'],
  ])('%o is a failure of its kind', (event, kind) => {
    expect(decode(created, delta('na'), event).at(-1)).toMatchObject({ type: 'response-failed', failure: { kind } })
  })
  it('that is no JSON, or no object, makes no sense', () => {
    for (const data of ['[]', '{', '"word"']) {
      const decoder = openaiResponses.decodeStream()
      expect(decoder.push({ data })).toMatchObject([{ type: 'response-failed', failure: { kind: 'upstream-garbled' } }])
      expect(decoder.end()).toEqual([])
    }
  })
})

describe('an event of an unknown type', () => {
  const item = { id: 'ig_1', type: 'image_generation_call', status: 'completed', result: 'AAAA' }
  const partial = {
    type: 'response.image_generation_call.partial_image',
    item_id: 'ig_1',
    output_index: 0,
    partial_image_index: 0,
    partial_image_b64: 'AA',
  }
  const events = decode(
    created,
    { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', result: null } },
    partial,
    { type: 'response.output_item.done', output_index: 0, item },
    completed(item),
  )
  it('goes along within this dialect, inside the item that it is about', () => {
    const frames = encode(events)
    expect(kinds(frames).slice(2, -1)).toEqual([
      'response.output_item.added',
      'response.image_generation_call.partial_image',
      'response.output_item.done',
    ])
    expect(JSON.parse(frames[3]?.data ?? '')).toEqual({ ...partial, sequence_number: 3 })
    expect(JSON.parse(frames.at(-1)?.data ?? '')).toMatchObject({ response: { output: [item] } })
  })
  it('is lost by name in another', () => {
    for (const [id, dialect] of dialects) {
      if (id === openaiResponses.id) continue
      const encoder = dialect.encodeStream(context)
      for (const event of events) encoder.push(event)
      expect(
        encoder.losses().map(({ field }) => field),
        id,
      ).toEqual(expect.arrayContaining([expect.stringContaining('image_generation_call')]))
    }
  })
})

describe('what is written', () => {
  it('is the grammar of the published documentation, numbered from 0', () => {
    const splitter = frameSplitter()
    const decoder = openaiResponses.decodeStream()
    const sent = splitter.push(new TextEncoder().encode(responsesStream.text))
    const frames = encode(sent.flatMap(one => decoder.push(one)))
    // Signs of life are not told again, and arguments that came at once come in one piece.
    const isTold = (kind: string): boolean => !/web_search_call|function_call_arguments\.delta/.test(kind)
    expect(kinds(frames).filter(isTold)).toEqual(kinds(sent).filter(isTold))
    expect(frames.map(({ data }) => JSON.parse(data).sequence_number)).toEqual(frames.map((_, place) => place))
    expect(JSON.parse(frames.at(-1)?.data ?? '').response.output).toEqual(responsesStream.whole['output'])
  })
  it('gives no two items the same id', () => {
    const again = (block: number): readonly StreamEvent[] => [
      { type: 'tool-call-start', block, callId: 'same', name: 'look' },
      { type: 'tool-call-end', block },
    ]
    const frames = encode([
      { type: 'response-start', model: 'm' },
      ...again(0),
      ...again(1),
      { type: 'choice-end', reason: 'tool-calls' },
      { type: 'response-end' },
    ])
    const { output } = JSON.parse(frames.at(-1)?.data ?? '').response
    expect(new Set(output.map(({ id }: { readonly id: string }) => id)).size).toBe(2)
    expect(new Set(output.map(({ call_id: id }: { readonly call_id: string }) => id)).size).toBe(2)
  })
  it('holds one answer, and says that others were lost', () => {
    const encoder = openaiResponses.encodeStream(context)
    const other: StreamEvent = { type: 'text-delta', block: 0, choice: 1, text: 'other' }
    expect(encoder.push(other)).toEqual([])
    expect(encoder.losses()).toMatchObject([{ field: 'choices' }])
  })
})

describe('the express lane', () => {
  const scan = (text: string) => {
    const scanner = openaiResponses.express.scanStream({ streamUsage: true })
    const deliveries = [scanner.push(new TextEncoder().encode(text)), scanner.end()]
    return Buffer.concat(deliveries.flatMap(({ bytes }) => bytes ?? [])).toString()
  }
  it('leaves every byte of a stream that keeps the schema', () => {
    expect(scan(responsesStream.text)).toBe(responsesStream.text)
  })
  it('passes nothing after the end', () => {
    expect(scan(`${responsesStream.text}data: [DONE]\n\ndata: {"type":"response.created"}\n\n`)).toBe(
      responsesStream.text,
    )
  })
  it('numbers events that came without a number, and names them by their type', () => {
    const bare = [created, delta('hi'), completed(message('hi'))].map(event => `data: ${JSON.stringify(event)}\n\n`)
    const passed = scan(bare.join(''))
    expect([...passed.matchAll(/"sequence_number":(\d)/g)].map(match => match[1])).toEqual(['0', '1', '2'])
    expect([...passed.matchAll(/^event: (.*)$/gm)].map(match => match[1])).toEqual([
      'response.created',
      'response.output_text.delta',
      'response.completed',
    ])
  })
  it('changes nothing of a request but its model', () => {
    const text = '{ "model" : "pool", "input":"hi", "novel": [1.0] }'
    const raw = { dialect: openaiResponses.id, bytes: new TextEncoder().encode(text), json: JSON.parse(text) }
    const edited = openaiResponses.express.editRequest(raw, 'gpt-5.1')
    expect(Buffer.from(edited).toString()).toBe('{ "model" : "gpt-5.1", "input":"hi", "novel": [1.0] }')
    expect(openaiResponses.express.editRequest(raw, 'pool')).toBe(raw.bytes)
  })
})
